//! Fully connected nets whose layers have more than a weight and a bias.

use candle_core::{Result, Tensor};
use candle_init::{Init, init};

use crate::corpus::parts::{classify, glorot, he, linear, stack, through};
use crate::corpus::trial::{Batches, Loss, Trial};

/// `w = g·v/‖v‖`, with `g` of ones.
pub(super) fn weight_norm(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("*_g", init::ONES).rule("*_v", init::HE_NORMAL);
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let layers = [(32usize, 64usize), (64, 64), (64, 10)];
        let made = |(n, (from, to)): (usize, (usize, usize))| {
            let path = vb.pp("net").pp(n);
            Ok((path.get((to, from), "weight_v")?, path.get((to, 1), "weight_g")?, path.get(to, "bias")?))
        };
        let net = layers.into_iter().enumerate().map(made).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (n, (v, g, bias)) in net.iter().enumerate() {
                let w = v.broadcast_div(&v.sqr()?.sum_keepdim(1)?.sqrt()?)?.broadcast_mul(g)?;
                y = y.matmul(&w.t()?)?.broadcast_add(bias)?;
                y = if n == 2 { y } else { y.relu()? };
            }
            classify(&y, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

/// Scalars that multiply weights and activations, as quantised training has them.
pub(super) fn quantised(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("*.scale", Init::Const(0.05)).rule("*.step", init::ONES);
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let net = stack(&[32, 64, 10], &vb.pp("net"))?;
        let scale = vb.get(1, "act.scale")?;
        let step = vb.get(1, "act.step")?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&net[0])?.relu()?;
            let scaled = y.broadcast_div(&scale)?;
            // A straight-through estimator: rounded forward, as it was backward.
            let rounded = ((scaled.round()?.detach() - scaled.detach())? + &scaled)?;
            let y = rounded.broadcast_mul(&scale)?.broadcast_mul(&step)?;
            classify(&y.apply(&net[1])?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

pub(super) fn prelu(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("act.weight", Init::Const(0.25));
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let net = stack(&[32, 64, 64, 10], &vb.pp("net"))?;
        let act = candle_nn::prelu(None, vb.pp("act"))?;
        Ok(Box::new(move |x: &Tensor| classify(&through(&net, x, |x| x.apply(&act))?, x)) as Loss)
    })?;
    Ok(trial.classes(10))
}

pub(super) fn maxout(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Vectors(64, 32), |vb| {
        let net = stack(&[32, 128, 128], &vb.pp("net"))?;
        let rest = [linear(64, 128, vb.pp("mid"))?, linear(64, 10, vb.pp("head"))?];
        Ok(Box::new(move |x: &Tensor| {
            let halves = |y: Tensor| y.narrow(1, 0, 64)?.maximum(&y.narrow(1, 64, 64)?);
            let y = halves(x.apply(&net[0])?)?;
            let y = halves((y.apply(&rest[0])? + x.apply(&net[0])?.apply(&net[1])? * 0.1)?)?;
            classify(&y.apply(&rest[1])?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

/// Four experts, each sample sent to one; few samples reach some.
pub(super) fn experts(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 32), |vb| {
        let router = candle_nn::linear_no_bias(32, 4, vb.pp("router"))?;
        let experts = (0..4).map(|n| stack(&[32, 64, 32], &vb.pp("expert").pp(n)));
        let experts = experts.collect::<Result<Vec<_>>>()?;
        let head = linear(32, 10, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let gates = candle_nn::ops::softmax(&x.apply(&router)?, 1)?;
            let best = gates.detach().max_keepdim(1)?;
            let gates = (&gates * gates.broadcast_ge(&best)?.to_dtype(x.dtype())?)?;
            let mut y = x.zeros_like()?;
            for (n, expert) in experts.iter().enumerate() {
                y = (y + through(expert, x, Tensor::relu)?.broadcast_mul(&gates.narrow(1, n, 1)?)?)?;
            }
            classify(&(y + x)?.apply(&head)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}
