//! Series, sets and fields.

use candle_core::{D, DType, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::ops::{sigmoid, silu, softmax};
use candle_nn::{LayerNorm, Linear, VarBuilder, loss};

use crate::corpus::fresh::fresh;
use crate::corpus::held::{NORMED, QUERIES, RELU};
use crate::corpus::parts::{classify, glorot, linear, ln};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        fresh("diagonal state spaces, gated, RMS norm", states, &NORMED[..1]),
        fresh("set transformer, induced points", induced, &[RELU, QUERIES].concat()),
        fresh("Fourier neural operator, Huber's loss", operator, &[]),
    ]
}

/// Gu et al. 2022 with real states: four fading sums of each channel, mixed by a gated layer.
fn states(seed: u64) -> anyhow::Result<Trial> {
    let open = Initializer::new(seed).rule("fade", Init::Uniform { lo: -2.0, up: 0.5 });
    let open = open.rule("{enter,leave}", Init::Randn { mean: 0.0, stdev: 0.5 });
    let init = open.rule("*.bias", init::ZEROS).weights(init::ORTHOGONAL);
    let trial = Trial::new(init, Batches::Series(16, 8, 16), |vb| {
        let of = |name: &str| vb.get((16, 4), name);
        let (fade, enter, leave) = (of("fade")?, of("enter")?, of("leave")?);
        let norm = candle_nn::rms_norm(16, 1e-5, vb.pp("norm"))?;
        let (mid, head) = (linear(16, 32, vb.pp("mid"))?, linear(16, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let (keep, h) = (fade.exp()?.neg()?.exp()?, norm.forward_diff(x)?.unsqueeze(3)?);
            let mut state = Tensor::zeros((x.dim(0)?, 16, 4), DType::F32, x.device())?;
            let mut faded = x.narrow(1, 0, 1)?.zeros_like()?;
            for t in 0..x.dim(1)? {
                let enters = h.narrow(1, t, 1)?.squeeze(1)?.broadcast_mul(&enter)?;
                state = (state.broadcast_mul(&keep)? + enters)?;
                faded = ((faded * 0.6)? + x.narrow(1, t, 1)?)?;
            }
            let both = silu(&state.broadcast_mul(&leave)?.sum(2)?)?.apply(&mid)?;
            let gated = (both.narrow(1, 0, 16)? * sigmoid(&both.narrow(1, 16, 16)?)?)?;
            let y = (x.narrow(1, 7, 1)?.squeeze(1)? + gated)?;
            classify(&y.apply(&head)?, &faded.squeeze(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 5e-3))
}

/// One set reads another.
struct Reader {
    attention: [Linear; 3],
    mix: Linear,
    norms: [LayerNorm; 2],
}

impl Reader {
    fn new(mix: Linear, vb: &VarBuilder) -> Result<Self> {
        let of = |name: &str| linear(16, 16, vb.pp(name));
        let norms = [ln(16, vb.pp("ln0"))?, ln(16, vb.pp("ln1"))?];
        Ok(Self { attention: [of("query")?, of("key")?, of("value")?], mix, norms })
    }

    fn read(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [query, key, value] = &self.attention;
        let scores = (x.apply(query)?.matmul(&y.apply(key)?.t()?)? / 4.0)?;
        let h = (x + softmax(&scores, D::Minus1)?.matmul(&y.apply(value)?)?)?.apply(&self.norms[0])?;
        (&h + h.apply(&self.mix)?.relu()?)?.apply(&self.norms[1])
    }
}

/// Lee et al. 2019: four learned points read the set, and the set reads them.
fn induced(seed: u64) -> anyhow::Result<Trial> {
    let init = Initializer::new(seed).rule("*.bias", init::ZEROS).weights(init::LECUN_NORMAL);
    let init = init.rule("points", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, Batches::Series(16, 8, 6), |vb| {
        let (entry, points) = (linear(6, 16, vb.pp("entry"))?, vb.get((1, 4, 16), "points")?);
        let gather = Reader::new(linear(16, 16, vb.pp("gather.mix"))?, &vb.pp("gather"))?;
        let spread = Reader::new(linear(16, 16, vb.pp("mid"))?, &vb.pp("spread"))?;
        let head = linear(16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&entry)?;
            let few = gather.read(&points.broadcast_as((x.dim(0)?, 4, 16))?.contiguous()?, &y)?;
            classify(&spread.read(&y, &few)?.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.2, 3e-3))
}

/// Five waves of sixteen points, as a matrix of cosines and one of sines.
struct Waves(Tensor, Tensor);

impl Waves {
    fn new(vb: &VarBuilder) -> Result<Self> {
        let angles = (0..80u32).map(|n| std::f32::consts::TAU * (n / 16 * (n % 16)) as f32 / 16.0);
        let angles = Tensor::from_iter(angles, vb.device())?.reshape((1, 5, 16))?;
        Ok(Self(angles.cos()?, angles.sin()?))
    }

    /// Each wave of `x` by its own complex matrix, and back to points.
    fn mix(&self, x: &Tensor, w: &Tensor) -> Result<Tensor> {
        let turned = |y: Tensor| y.transpose(0, 1)?.contiguous();
        let (a, b) = (turned(self.0.broadcast_matmul(x)?)?, turned(self.1.broadcast_matmul(x)?.neg()?)?);
        let (real, other) = (w.get(0)?, w.get(1)?);
        let c = turned((a.matmul(&real)? - b.matmul(&other)?)?)?;
        let d = turned((a.matmul(&other)? + b.matmul(&real)?)?)?;
        let back = |wave: &Tensor, y: &Tensor| wave.transpose(1, 2)?.contiguous()?.broadcast_matmul(y);
        (back(&self.0, &c)? - back(&self.1, &d)?)? / 8.0
    }
}

/// Li et al. 2021, with the paper's start of the waves' matrices: from a field to its smoothed self.
fn operator(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("{first,mid}.weight", Init::Uniform { lo: 0.0, up: 1.0 / 144.0 });
    let trial = Trial::new(init, Batches::Series(16, 16, 2), |vb| {
        let (lift, head) = (linear(2, 12, vb.pp("lift"))?, linear(12, 1, vb.pp("head"))?);
        let of = |name: &str| vb.get((2, 5, 12, 12), name);
        let (first, mid) = (of("first.weight")?, of("mid.weight")?);
        let beside = [linear(12, 12, vb.pp("beside.0"))?, linear(12, 12, vb.pp("beside.1"))?];
        let waves = Waves::new(&vb)?;
        let near = |i: u32, j: u32| {
            let far = i.abs_diff(j).min(16 - i.abs_diff(j)) as f32;
            (far.powi(2) / -4.0).exp()
        };
        let heat =
            Tensor::from_iter((0..256).map(|n| near(n / 16, n % 16)), vb.device())?.reshape((1, 16, 16))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&lift)?;
            let y = (waves.mix(&y, &first)? + y.apply(&beside[0])?)?.gelu_erf()?;
            let y = (waves.mix(&y, &mid)? + y.apply(&beside[1])?)?.gelu_erf()?;
            let field = (x.narrow(2, 0, 1)? - (x.narrow(2, 1, 1)? * 0.5)?)?.detach();
            loss::huber(&y.apply(&head)?, &(heat.broadcast_matmul(&field)? * 0.5)?, 1.0)
        }) as Loss)
    })?;
    Ok(trial.rates(0.3, 5e-3))
}
