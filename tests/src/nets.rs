//! Nets of the probe's suites: plain candle models that know nothing of initialization.

use candle_core::{DType, Device, Result, Tensor};
use candle_init::Initializer;
use candle_nn::{Activation, LayerNorm, Linear, Module, VarBuilder, VarMap, linear, loss};

/// What a net is built of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Widths of the signal: the input's, then each layer's.
    pub widths: Vec<usize>,
    /// The function between layers.
    pub activation: Function,
    /// Whether layers are pairs with a sum around them.
    pub residual: bool,
}

/// The functions between layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// candle's own activations.
    Candle(Activation),
    /// The hyperbolic tangent, which candle has no activation for.
    Tanh,
}

impl Module for Function {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Candle(f) => f.forward(x),
            Self::Tanh => x.tanh(),
        }
    }
}

/// A net with a linear head of ten classes.
#[derive(Debug)]
pub struct Net {
    hidden: Vec<Linear>,
    head: Linear,
    plan: Plan,
}

/// Classes of the head.
pub const CLASSES: usize = 10;

impl Net {
    /// Asks `vb` for the weights `fc0`, `fc1`, … and `head`.
    ///
    /// # Errors
    /// What the builder says.
    pub fn new(vb: VarBuilder, plan: &Plan) -> Result<Self> {
        let pairs = plan.widths.windows(2).enumerate();
        let hidden = pairs.map(|(layer, pair)| linear(pair[0], pair[1], vb.pp(format!("fc{layer}"))));
        let hidden = hidden.collect::<Result<_>>()?;
        let last = plan.widths.last().copied().unwrap_or(1);
        Ok(Self { hidden, head: linear(last, CLASSES, vb.pp("head"))?, plan: plan.clone() })
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        if self.plan.residual {
            for pair in self.hidden.chunks_exact(2) {
                let inner = self.plan.activation.forward(&pair[0].forward(&x)?)?;
                x = (&x + pair[1].forward(&inner)?)?;
            }
        } else {
            for layer in &self.hidden {
                x = self.plan.activation.forward(&layer.forward(&x)?)?;
            }
        }
        self.head.forward(&x)
    }
}

/// A net from an initializer, with its variables.
///
/// # Errors
/// What the initializer says.
pub fn built(init: &Initializer, plan: &Plan) -> Result<(VarMap, Net)> {
    let vars = VarMap::new();
    let net = Net::new(init.var_builder(&vars, DType::F32, &Device::Cpu), plan)?;
    Ok((vars, net))
}

/// The cross-entropy of a model's logits against labels that go round the classes.
///
/// # Errors
/// What candle says.
pub fn cross_entropy(logits: &Tensor) -> Result<Tensor> {
    let count = logits.dim(0)? as u32;
    let labels = Tensor::from_iter((0..count).map(|i| i % CLASSES as u32), &Device::Cpu)?;
    loss::cross_entropy(logits, &labels)
}

/// A pre-norm transformer block's parts, all with a backward pass: norms without bias, softmax by candle's slow road.
#[derive(Debug)]
pub struct Block {
    norms: [LayerNorm; 2],
    qkv: Linear,
    out: Linear,
    up: Linear,
    down: Linear,
    heads: usize,
}

impl Block {
    /// Asks `vb` for a block of this width.
    ///
    /// # Errors
    /// What the builder says.
    pub fn new(vb: VarBuilder, width: usize, heads: usize) -> Result<Self> {
        let norm = |name: &str| candle_nn::layer_norm_no_bias(width, 1e-5, vb.pp(name));
        Ok(Self {
            norms: [norm("ln_1")?, norm("ln_2")?],
            qkv: linear(width, 3 * width, vb.pp("attn.qkv"))?,
            out: linear(width, width, vb.pp("attn.out"))?,
            up: linear(width, 4 * width, vb.pp("mlp.up"))?,
            down: linear(4 * width, width, vb.pp("mlp.down"))?,
            heads,
        })
    }

    fn attend(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, length, width) = x.dims3()?;
        let size = width / self.heads;
        let split = |x: Tensor| x.reshape((batch, length, self.heads, size))?.transpose(1, 2)?.contiguous();
        let parts = self.qkv.forward(x)?.chunk(3, 2)?.into_iter().map(split).collect::<Result<Vec<_>>>()?;
        let scores = (parts[0].matmul(&parts[1].t()?)? / (size as f64).sqrt())?;
        let mixed = candle_nn::ops::softmax(&scores, 3)?.matmul(&parts[2])?;
        self.out.forward(&mixed.transpose(1, 2)?.reshape((batch, length, width))?)
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = (x + self.attend(&self.norms[0].forward(x)?)?)?;
        let inner = self.up.forward(&self.norms[1].forward(&x)?)?.gelu_erf()?;
        &x + self.down.forward(&inner)?
    }
}
