//! Functions of vectors, by nets that are more than a stack.

use candle_core::{D, DType, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::ops::{log_softmax, silu};
use candle_nn::{Module, loss};

use crate::corpus::held::{FLAT, RELU, VECTORS, held};
use crate::corpus::parts::{
    binary, classify, glorot, he, linear, ln, regress, stack, targets, teacher, through,
};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        held("hypernetwork", hyper, RELU),
        held("neural ODE, midpoint steps with the time beside", ode, FLAT),
        held("autoregressive density, masked layers", made, RELU),
        held("self-normalizing net, SELU", selu, &[]),
        held("radial basis functions", radial, &[]),
        held("heat equation by differences, tanh", physics, FLAT),
        held("score net: time embedding, residual SiLU blocks", score, &[]),
        held("multiplied gates of several experts, MMoE", experts, RELU),
    ]
}

/// A net of one part of the input gives the weights that the other part goes through.
fn hyper(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("made.weight", Init::Randn { mean: 0.0, stdev: 0.05 });
    Trial::new(init, VECTORS, |vb| {
        let (first, mid) = (linear(8, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let (made, head) = (linear(32, 64, vb.pp("made"))?, linear(8, 2, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let (a, b) = (x.narrow(1, 0, 8)?.contiguous()?, x.narrow(1, 8, 8)?.contiguous()?);
            let w = a.apply(&first)?.relu()?.apply(&mid)?.relu()?.apply(&made)?.reshape(((), 8, 8))?;
            let y = (b.unsqueeze(1)?.matmul(&w)?.squeeze(1)? + &b)?.tanh()?;
            regress(&y.apply(&head)?, x)
        }) as Loss)
    })
}

fn ode(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Vectors(64, 6), |vb| {
        let (first, mid) = (linear(7, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let (last, head) = (linear(32, 6, vb.pp("last"))?, linear(6, 3, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let slope = |y: &Tensor, t: f64| {
                let time = (Tensor::ones((y.dim(0)?, 1), DType::F32, y.device())? * t)?;
                Tensor::cat(&[y, &time], 1)?.apply(&first)?.tanh()?.apply(&mid)?.tanh()?.apply(&last)
            };
            let step = |y: Tensor, n: usize| {
                let t = n as f64 / 4.0;
                let half = (&y + (slope(&y, t)? * 0.125)?)?;
                y + (slope(&half, t + 0.125)? * 0.25)?
            };
            classify(&(0..4).try_fold(x.clone(), step)?.apply(&head)?, &x.tanh()?)
        }) as Loss)
    })?;
    Ok(trial.classes(3).rates(0.3, 5e-3))
}

/// Germain et al. 2015: masks keep each answer from seeing its own input.
fn made(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 8), |vb| {
        let (first, mid) = (linear(8, 35, vb.pp("first"))?, linear(35, 35, vb.pp("mid"))?);
        let head = linear(35, 8, vb.pp("head"))?;
        let mask = |rows: usize, of: usize, sees: fn(usize, usize) -> bool| {
            let all = (0..rows * of).map(|n| f32::from(u8::from(sees(n / of, n % of))));
            Tensor::from_iter(all, vb.device())?.reshape((rows, of))
        };
        // Unit u of a hidden layer sees the first u mod 7 + 1 inputs.
        let masks = [
            mask(35, 8, |u, i| i <= u % 7)?,
            mask(35, 35, |u, v| v % 7 <= u % 7)?,
            mask(8, 35, |i, u| u % 7 < i)?,
        ];
        Ok(Box::new(move |x: &Tensor| {
            let chain = (x.narrow(1, 0, 7)?.pad_with_zeros(1, 1, 0)? + (x * 0.3)?)?.detach();
            let bits = chain.gt(&chain.zeros_like()?)?.to_dtype(DType::F32)?;
            let masked = |x: &Tensor, layer: &candle_nn::Linear, mask: &Tensor| {
                candle_nn::Linear::new((layer.weight() * mask)?, layer.bias().cloned()).forward(x)
            };
            let y = masked(&chain, &first, &masks[0])?.relu()?;
            let y = masked(&y, &mid, &masks[1])?.relu()?;
            // The next bit is like the one before.
            let before = bits.narrow(1, 0, 7)?;
            let rest = masked(&y, &head, &masks[2])?.narrow(1, 1, 7)?;
            binary(&rest, &before)
        }) as Loss)
    })?;
    Ok(trial.rates(0.5, 5e-3))
}

/// Klambauer et al. 2017: LeCun's normal weights and `λ·ELU`, of which `α` is no 1.
fn selu(seed: u64) -> anyhow::Result<Trial> {
    let init = Initializer::new(seed).rule("*.bias", init::ZEROS).weights(init::LECUN_NORMAL);
    let trial = Trial::new(init, VECTORS, |vb| {
        let (first, mid) = (stack(&[16, 48, 48], &vb.pp("net"))?, linear(48, 48, vb.pp("mid"))?);
        let rest = stack(&[48, 48, 4], &vb.pp("rest"))?;
        Ok(Box::new(move |x: &Tensor| {
            let f = |x: &Tensor| x.elu(1.673_263_2)? * 1.050_701;
            let y = f(&f(&through(&first, x, f)?)?.apply(&mid)?)?;
            classify(&through(&rest, &y, f)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(4))
}

/// `e^(−‖x − c‖²)` of centres that are learned, with a linear layer on them.
fn radial(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("mid.weight", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, Batches::Vectors(128, 2), |vb| {
        let (centres, head) = (vb.get((24, 2), "mid.weight")?, linear(24, 1, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let far = x.unsqueeze(1)?.broadcast_sub(&centres.unsqueeze(0)?)?.sqr()?.sum(2)?;
            let y = far.neg()?.exp()?.apply(&head)?;
            loss::mse(&y, &(x.sum_keepdim(1)? * 1.5)?.sin()?.detach())
        }) as Loss)
    })?;
    Ok(trial.rates(0.3, 2e-2))
}

/// `∂u/∂t = ∂²u/∂x²` by differences of the net's own values, and the start of `u` beside.
fn physics(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Vectors(64, 2), |vb| {
        let (first, mid) = (linear(2, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let head = linear(32, 1, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let u = |x: &Tensor| x.apply(&first)?.tanh()?.apply(&mid)?.tanh()?.apply(&head);
            let at =
                |place: f32, time: f32| x.detach().broadcast_add(&Tensor::new(&[[place, time]], x.device())?);
            let here = u(x)?;
            let rate = ((u(&at(0.0, 0.1)?)? - &here)? / 0.1)?;
            let bend = ((u(&at(0.1, 0.0)?)? + u(&at(-0.1, 0.0)?)?)? - (&here * 2.0)?)?;
            let start = Tensor::cat(&[x.narrow(1, 0, 1)?, x.narrow(1, 1, 1)?.zeros_like()?], 1)?;
            let wave = (x.narrow(1, 0, 1)? * 2.0)?.sin()?.detach();
            ((rate - (bend / 0.01)?)?.sqr()?.mean_all()? * 0.01)? + loss::mse(&u(&start)?, &wave)?
        }) as Loss)
    })?;
    Ok(trial.rates(0.1, 5e-3))
}

/// A denoiser as images have it: sines of the level, a net of them, added inside each block, whose last layer is zero.
fn score(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("down.*.weight", init::ZEROS);
    let trial = Trial::new(init, Batches::Vectors(64, 8), |vb| {
        let (entry, time) = (linear(8, 32, vb.pp("entry"))?, stack(&[16, 32, 32], &vb.pp("time"))?);
        let block = |(n, name): (usize, &&str)| {
            let norm = ln(32, vb.pp("norm").pp(n))?;
            Ok((norm, linear(32, 32, vb.pp(name))?, linear(32, 32, vb.pp("down").pp(n))?))
        };
        let blocks = ["start", "mid"].iter().enumerate().map(block).collect::<Result<Vec<_>>>()?;
        let head = linear(32, 8, vb.pp("head"))?;
        let levels = teacher("levels", (64, 1))?.abs()?;
        let angles = levels.matmul(&(teacher("waves", (1, 8))? * 2.0)?)?;
        let waves = Tensor::cat(&[angles.sin()?, angles.cos()?], 1)?;
        Ok(Box::new(move |x: &Tensor| {
            let level = silu(&through(&time, &waves, silu)?)?;
            let mut y = (targets(x, 8)? + x.broadcast_mul(&levels)?)?.apply(&entry)?;
            for (norm, up, down) in &blocks {
                y = (&y + silu(&(silu(&y.apply(norm)?)?.apply(up)? + &level)?)?.apply(down)?)?;
            }
            loss::mse(&silu(&y)?.apply(&head)?, &x.detach())
        }) as Loss)
    })?;
    Ok(trial.rates(0.1, 3e-3))
}

/// Three experts that all run, and a gate for each of two tasks, whose losses are weighed by numbers that are learned.
fn experts(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("weigh", init::ZEROS);
    Trial::new(init, VECTORS, |vb| {
        let names = ["left", "mid", "right"];
        let experts = names.iter().map(|name| linear(16, 24, vb.pp(name))).collect::<Result<Vec<_>>>()?;
        let gates = [linear(16, 3, vb.pp("gate.0"))?, linear(16, 3, vb.pp("gate.1"))?];
        let (sort, size) = (linear(24, 4, vb.pp("sort"))?, linear(24, 1, vb.pp("size"))?);
        let weigh = vb.get(2, "weigh")?;
        Ok(Box::new(move |x: &Tensor| {
            let says = experts.iter().map(|expert| x.apply(expert)?.relu()).collect::<Result<Vec<_>>>()?;
            let says = Tensor::stack(&says, 1)?;
            let of = |n: usize| {
                let shares = log_softmax(&x.apply(&gates[n])?, D::Minus1)?.exp()?.unsqueeze(2)?;
                says.broadcast_mul(&shares)?.sum(1)
            };
            let losses =
                Tensor::stack(&[classify(&of(0)?.apply(&sort)?, x)?, regress(&of(1)?.apply(&size)?, x)?], 0)?;
            ((losses * weigh.neg()?.exp()?)? + &weigh)?.sum_all()
        }) as Loss)
    })
}
