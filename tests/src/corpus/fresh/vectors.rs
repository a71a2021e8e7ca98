//! Vectors, with losses of their own.

use candle_core::{DType, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::ops::silu;
use candle_nn::{Linear, loss};

use crate::corpus::fresh::fresh;
use crate::corpus::held::{FLAT, NORMED, RELU, VECTORS};
use crate::corpus::parts::{binary, bn, he, labels, linear, targets, teacher, uniform};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        fresh("Kolmogorov-Arnold layers of bumps", bumpy, &[]),
        fresh("three quantiles, pinball loss, softplus", quantiles, &[]),
        fresh("levels in order, learned cuts", levels, FLAT),
        fresh("Barlow twins", twins, &[RELU, NORMED].concat()),
        fresh("hinge of several classes, candle's defaults", hinge, RELU),
    ]
}

/// Six bumps of each number.
fn bumps(x: &Tensor) -> Result<Tensor> {
    let grid = Tensor::new(&[-2f32, -1.2, -0.4, 0.4, 1.2, 2.0], x.device())?;
    (x.unsqueeze(2)?.broadcast_sub(&grid)? / 0.8)?.sqr()?.neg()?.exp()?.flatten_from(1)
}

/// Liu et al. 2024 with bumps for splines: every edge has a function of its own, beside a SiLU.
fn bumpy(seed: u64) -> anyhow::Result<Trial> {
    // There is no bias, so no rule for one.
    let init = Initializer::new(seed).weights(init::GLOROT_UNIFORM);
    let init = init.rule("{first,mid,last}.weight", Init::Randn { mean: 0.0, stdev: 0.1 });
    Trial::new(init, Batches::Vectors(128, 4), |vb| {
        let layer = |(name, from, to): (&str, usize, usize)| {
            let base = candle_nn::linear_no_bias(from, to, vb.pp("base").pp(name))?;
            Ok((candle_nn::linear_no_bias(6 * from, to, vb.pp(name))?, base))
        };
        let layers = [("first", 4, 10), ("mid", 10, 10), ("last", 10, 1)];
        let layers = layers.into_iter().map(layer).collect::<Result<Vec<(Linear, Linear)>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let step = |y: Tensor, (edges, base): &(Linear, Linear)| {
                bumps(&y)?.apply(edges)? + silu(&y)?.apply(base)?
            };
            let at = |n: usize| x.narrow(1, n, 1);
            let wanted = ((at(0)? * 2.0)?.sin()? + (at(1)? * at(2)?)?.tanh()?)?;
            loss::mse(&layers.iter().try_fold(x.clone(), step)?, &wanted.detach())
        }) as Loss)
    })
}

fn softplus(x: &Tensor) -> Result<Tensor> {
    x.relu()? + (x.abs()?.neg()?.exp()? + 1.0)?.log()?
}

/// A tenth, a half and nine tenths of what is noisier the larger one input is.
fn quantiles(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(uniform(seed), VECTORS, |vb| {
        let (first, mid) = (linear(16, 48, vb.pp("first"))?, linear(48, 48, vb.pp("mid"))?);
        let (head, noise) = (linear(48, 3, vb.pp("head"))?, teacher("spread", (64, 1))?);
        let shares = Tensor::new(&[[0.1f32, 0.5, 0.9]], vb.device())?;
        Ok(Box::new(move |x: &Tensor| {
            let spread = (x.narrow(1, 0, 1)?.abs()? * &noise)?;
            let wanted = ((targets(x, 1)? * 2.0)? + (spread * 0.2)?)?.detach();
            let y = softplus(&softplus(&x.apply(&first)?)?.apply(&mid)?)?.apply(&head)?;
            let off = y.neg()?.broadcast_add(&wanted)?;
            let (over, under) = (off.relu()?.broadcast_mul(&shares)?, off.neg()?.relu()?);
            (over + under.broadcast_mul(&shares.affine(-1.0, 1.0)?)?)?.mean_all()
        }) as Loss)
    })?;
    Ok(trial.rates(0.3, 3e-3))
}

/// One score and four cuts: whether a sample's level is above each of them.
fn levels(seed: u64) -> anyhow::Result<Trial> {
    let open = Initializer::new(seed).rule("cuts", init::ZEROS).rule("*.bias", init::ZEROS);
    let trial = Trial::new(open.weights(init::ORTHOGONAL), VECTORS, |vb| {
        let (first, mid) = (linear(16, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let head = candle_nn::linear_no_bias(32, 1, vb.pp("head"))?;
        let (cuts, edges) = (vb.get((4,), "cuts")?, Tensor::new(&[[-0.6f32, -0.2, 0.2, 0.6]], vb.device())?);
        Ok(Box::new(move |x: &Tensor| {
            let above = targets(x, 1)?.broadcast_gt(&edges)?.to_dtype(DType::F32)?;
            let score = x.apply(&first)?.tanh()?.apply(&mid)?.tanh()?.apply(&head)?;
            binary(&score.broadcast_sub(&cuts)?, &above)
        }) as Loss)
    })?;
    Ok(trial.rates(0.3, 3e-3))
}

/// Zbontar et al. 2021: what two views' codes have in common is to be the unit matrix; the views share half of the inputs.
fn twins(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (first, norm) = (linear(16, 32, vb.pp("first"))?, bn(32, vb.pp("norm"))?);
        let (mid, code) = (linear(32, 32, vb.pp("mid"))?, linear(32, 6, vb.pp("code"))?);
        let one = Tensor::eye(6, DType::F32, vb.device())?;
        // What is off the diagonal counts a twentieth.
        let counts = one.affine(0.95, 0.05)?;
        Ok(Box::new(move |x: &Tensor| {
            let view = |rest: &Tensor| {
                let x = Tensor::cat(&[&x.narrow(1, 0, 8)?, &(rest * 2.0)?], 1)?;
                let y = norm.forward_train(&x.apply(&first)?)?.relu()?.apply(&mid)?.relu()?.apply(&code)?;
                let y = y.broadcast_sub(&y.mean_keepdim(0)?)?;
                y.broadcast_div(&(y.sqr()?.mean_keepdim(0)? + 1e-5)?.sqrt()?)
            };
            let rest = x.narrow(1, 8, 8)?;
            let common = (view(&rest)?.t()?.matmul(&view(&rest.roll(1, 0)?)?)? / 64.0)?;
            ((common - &one)?.sqr()? * &counts)?.sum_all()
        }) as Loss)
    })?;
    Ok(trial.rates(0.1, 3e-3))
}

/// Crammer and Singer 2001: the right score is to be larger than the largest other by one.
fn hinge(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(Initializer::new(seed), VECTORS, |vb| {
        let (first, mid) = (linear(16, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let (head, names) = (linear(32, 5, vb.pp("head"))?, Tensor::arange(0u32, 5, vb.device())?);
        Ok(Box::new(move |x: &Tensor| {
            let right = labels(x, 5)?.unsqueeze(1)?;
            let y = x.apply(&first)?.relu()?.apply(&mid)?.relu()?.apply(&head)?;
            let margin = right.broadcast_ne(&names.unsqueeze(0)?)?.to_dtype(DType::F32)?;
            let largest = (&y + margin)?.max(1)?;
            (largest - y.gather(&right, 1)?.squeeze(1)?)?.mean_all()
        }) as Loss)
    })
}
