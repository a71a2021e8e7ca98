//! A small GPT-2 with candle's own layers: four blocks, a tied head, 52 parameters.

use candle_core::{D, Device, Result, Tensor};
use candle_init::{Init, Initializer, depth, init};
use candle_nn::{Embedding, Linear, Module, VarBuilder, linear, loss};

use crate::corpus::trial::{Batches, Loss, Trial};

const WIDTH: usize = 32;
const VOCABULARY: usize = 40;
const LENGTH: usize = 8;
const BLOCKS: usize = 4;

/// Makes the norm of a path.
pub type Norm = fn(VarBuilder) -> Result<Box<dyn Module>>;

/// candle's layer norm, whose fused operation has no backward pass.
///
/// # Errors
/// What the builder says.
pub fn fused(vb: VarBuilder) -> Result<Box<dyn Module>> {
    Ok(Box::new(candle_nn::layer_norm(WIDTH, 1e-5, vb)?))
}

/// The same norm with its backward pass.
///
/// # Errors
/// What the builder says.
pub fn differentiable(vb: VarBuilder) -> Result<Box<dyn Module>> {
    Ok(Box::new(candle_init::differentiable::layer_norm(WIDTH, 1e-5, vb)?))
}

struct Block {
    norms: [Box<dyn Module>; 2],
    attention: [Linear; 2],
    mlp: [Linear; 2],
}

impl Block {
    fn new(vb: VarBuilder, norm: Norm) -> Result<Self> {
        Ok(Self {
            norms: [norm(vb.pp("ln_1"))?, norm(vb.pp("ln_2"))?],
            attention: [
                linear(WIDTH, 3 * WIDTH, vb.pp("attn.c_attn"))?,
                linear(WIDTH, WIDTH, vb.pp("attn.c_proj"))?,
            ],
            mlp: [
                linear(WIDTH, 4 * WIDTH, vb.pp("mlp.c_fc"))?,
                linear(4 * WIDTH, WIDTH, vb.pp("mlp.c_proj"))?,
            ],
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let parts = self.norms[0].forward(x)?.apply(&self.attention[0])?.chunk(3, D::Minus1)?;
        let scores = (parts[0].matmul(&parts[1].t()?)? / (WIDTH as f64).sqrt())?;
        let mixed = candle_nn::ops::softmax(&scores, D::Minus1)?.matmul(&parts[2].contiguous()?)?;
        let x = (x + mixed.apply(&self.attention[1])?)?;
        let inner = self.norms[1].forward(&x)?.apply(&self.mlp[0])?.gelu_erf()?;
        &x + inner.apply(&self.mlp[1])?
    }
}

/// The net of a seed, with norms of a kind.
///
/// # Errors
/// What the net says.
pub fn gpt(seed: u64, norm: Norm) -> anyhow::Result<Trial> {
    let normal = Init::Randn { mean: 0.0, stdev: 0.02 };
    let init = Initializer::new(seed)
        .rule("*.c_proj.weight", normal.times(depth::gpt2(BLOCKS)?))
        .rule("{wte,wpe}.weight", normal)
        .rule("*.bias", init::ZEROS)
        .weights(normal);
    let trial = Trial::new(init, Batches::Tokens(8, LENGTH, VOCABULARY as u32), |vb| {
        let wte = candle_nn::embedding(VOCABULARY, WIDTH, vb.pp("wte"))?;
        let wpe: Embedding = candle_nn::embedding(LENGTH, WIDTH, vb.pp("wpe"))?;
        let blocks = (0..BLOCKS).map(|n| Block::new(vb.pp("h").pp(n), norm)).collect::<Result<Vec<_>>>()?;
        let (last, head) = (norm(vb.pp("ln_f"))?, Linear::new(wte.embeddings().clone(), None));
        Ok(Box::new(move |x: &Tensor| {
            let places = wpe.forward(&Tensor::arange(0u32, LENGTH as u32, &Device::Cpu)?)?;
            let start = wte.forward(x)?.broadcast_add(&places)?;
            let y = blocks.iter().try_fold(start, |y, block| block.forward(&y))?;
            loss::cross_entropy(&last.forward(&y)?.apply(&head)?.flatten_to(1)?, &next(x)?)
        }) as Loss)
    })?;
    Ok(trial.classes(VOCABULARY).rates(0.3, 3e-3))
}

/// What follows a token, by a fixed rule.
pub(super) fn next(x: &Tensor) -> Result<Tensor> {
    let x = x.flatten_all()?.to_vec1::<u32>()?;
    Tensor::from_iter(x.into_iter().map(|t| (3 * t + 1) % VOCABULARY as u32), &Device::Cpu)
}
