//! Series, graphs and sets.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::Init;
use candle_nn::ops::{sigmoid, softmax};
use candle_nn::{Conv1dConfig, Linear, loss};

use crate::corpus::held::{FLAT, NORMED, QUERIES, RELU, held};
use crate::corpus::parts::{classify, glorot, he, labels, linear, ln};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        held("WaveNet: dilated gates, skips summed", wavenet, FLAT),
        held("linear attention, ELU + 1", kernel, QUERIES),
        held("simple recurrent units", sru, &[]),
        held("classes frame by frame", frames, &[RELU, &NORMED[..1]].concat()),
        held("graph attention over a fixed graph", graph, &[]),
        held("PointNet with a learned transform", points, RELU),
    ]
}

const SERIES: Batches = Batches::Series(16, 8, 8);

fn wavenet(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), SERIES, |vb| {
        let conv = |from, to, size, dilation, name: &str| {
            let config = Conv1dConfig { dilation, ..Conv1dConfig::default() };
            candle_nn::conv1d(from, to, size, config, vb.pp(name))
        };
        let entry = conv(8, 16, 1, 1, "entry")?;
        let layer = |(n, name): (usize, &&str)| {
            let skip = conv(16, 16, 1, 1, &format!("skip.{n}"))?;
            Ok((1 << n, conv(16, 32, 2, 1 << n, name)?, conv(16, 16, 1, 1, &format!("residual.{n}"))?, skip))
        };
        let layers = ["start", "mid", "end"].iter().enumerate().map(layer).collect::<Result<Vec<_>>>()?;
        let head = linear(16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.transpose(1, 2)?.contiguous()?.apply(&entry)?;
            let mut skips = y.zeros_like()?;
            for (dilation, conv, residual, skip) in &layers {
                let both = y.pad_with_zeros(2, *dilation, 0)?.apply(conv)?;
                let gated = (both.narrow(1, 0, 16)?.tanh()? * sigmoid(&both.narrow(1, 16, 16)?)?)?;
                skips = (skips + gated.apply(skip)?)?;
                y = (y + gated.apply(residual)?)?;
            }
            let y = (skips + y)?.relu()?.transpose(1, 2)?.contiguous()?.flatten_to(1)?.apply(&head)?;
            // The class of each frame is that of it and the one before.
            let before = x.pad_with_zeros(1, 1, 0)?.narrow(1, 0, 8)?;
            loss::cross_entropy(&y, &labels(&(x + before)?.flatten_to(1)?, 4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.2, 3e-3))
}

/// Katharopoulos et al. 2020: keys and values are summed before queries read them.
fn kernel(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Series(16, 8, 16), |vb| {
        let [q, k, v] =
            [linear(16, 16, vb.pp("query"))?, linear(16, 16, vb.pp("key"))?, linear(16, 16, vb.pp("mid"))?];
        let (out, head) = (linear(16, 16, vb.pp("out"))?, linear(16, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let positive = |x: Tensor| x.elu(1.0)? + 1.0;
            let (q, k) = (positive(x.apply(&q)?)?, positive(x.apply(&k)?)?);
            let sums = k.transpose(1, 2)?.contiguous()?.matmul(&x.apply(&v)?)?;
            let scale = q.matmul(&k.sum_keepdim(1)?.transpose(1, 2)?.contiguous()?)?;
            let y = (x + q.matmul(&sums)?.broadcast_div(&scale)?.apply(&out)?)?;
            classify(&y.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.5, 5e-3))
}

/// `c ← f·c + (1 − f)·W·x`, `h = r·tanh(c) + (1 − r)·x`: nothing but c goes from step to step.
fn sru(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Series(16, 8, 16), |vb| {
        let (mid, forget) = (linear(16, 16, vb.pp("mid"))?, linear(16, 16, vb.pp("forget"))?);
        let (reset, head) = (linear(16, 16, vb.pp("reset"))?, linear(16, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let (w, f, r) = (x.apply(&mid)?, sigmoid(&x.apply(&forget)?)?, sigmoid(&x.apply(&reset)?)?);
            let mut c = Tensor::zeros((x.dim(0)?, 16), DType::F32, x.device())?;
            let mut h = c.clone();
            for t in 0..x.dim(1)? {
                let at = |y: &Tensor| y.narrow(1, t, 1)?.squeeze(1);
                let (f, r) = (at(&f)?, at(&r)?);
                c = ((&f * &c)? + (f.affine(-1.0, 1.0)? * at(&w)?)?)?;
                h = ((&r * c.tanh()?)? + (r.affine(-1.0, 1.0)? * at(x)?)?)?;
            }
            classify(&h.apply(&head)?, &x.narrow(1, 6, 2)?.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.5, 1e-2))
}

/// A recognizer of sounds: convolutions over time with norms, and a class for each frame.
fn frames(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), SERIES, |vb| {
        let conv = |from, name: &str| {
            let config = Conv1dConfig { padding: 1, ..Conv1dConfig::default() };
            candle_nn::conv1d(from, 24, 3, config, vb.pp(name))
        };
        let (first, mid) = (conv(8, "first")?, conv(24, "mid")?);
        let (norm, head) = (ln(24, vb.pp("norm"))?, linear(24, 5, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let turned = |y: Tensor| y.transpose(1, 2)?.contiguous();
            let y = turned(x.clone())?.apply(&first)?.relu()?.apply(&mid)?.relu()?;
            let y = turned(y)?.apply(&norm)?.apply(&head)?.flatten_to(1)?;
            loss::cross_entropy(&y, &labels(&x.flatten_to(1)?, 5)?)
        }) as Loss)
    })?;
    Ok(trial.classes(5).rates(0.1, 3e-3))
}

/// Veličković et al. 2018: scores by two vectors, masked by the edges.
fn graph(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), SERIES, |vb| {
        let edge = |i: u32, j: u32| if i == j || (i * j + i + j).is_multiple_of(3) { 0f32 } else { -1e9 };
        let mask = Tensor::from_iter((0..64).map(|n| edge(n / 8, n % 8)), &Device::Cpu)?.reshape((8, 8))?;
        let (mid, second) = (linear(8, 24, vb.pp("mid"))?, linear(24, 24, vb.pp("second"))?);
        let ends = |n: usize| {
            let path = vb.pp("attention").pp(n);
            Ok([linear(24, 1, path.pp("from"))?, linear(24, 1, path.pp("to"))?])
        };
        let ends = (0..2).map(ends).collect::<Result<Vec<_>>>()?;
        let head = linear(24, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let spread = |y: &Tensor, [from, to]: &[Linear; 2]| {
                let scores = y.apply(to)?.broadcast_add(&y.apply(from)?.transpose(1, 2)?)?;
                let scores = candle_nn::ops::leaky_relu(&scores, 0.2)?.broadcast_add(&mask)?;
                softmax(&scores, D::Minus1)?.matmul(y)?.elu(1.0)
            };
            let y = spread(&x.apply(&mid)?, &ends[0])?;
            let y = spread(&y.apply(&second)?, &ends[1])?;
            classify(&y.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.5, 5e-3))
}

/// Sets of points, turned by a small net of them.
fn points(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("turn.weight", Init::Randn { mean: 0.0, stdev: 1e-3 });
    let trial = Trial::new(init, Batches::Series(24, 12, 3), |vb| {
        let (scout, turn) = (linear(3, 16, vb.pp("scout"))?, linear(16, 9, vb.pp("turn"))?);
        let (first, mid) = (linear(3, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let (dense, head) = (linear(32, 32, vb.pp("dense"))?, linear(32, 4, vb.pp("head"))?);
        let one = Tensor::eye(3, DType::F32, vb.device())?;
        Ok(Box::new(move |x: &Tensor| {
            let turn = x.apply(&scout)?.relu()?.max(1)?.apply(&turn)?.reshape((x.dim(0)?, 3, 3))?;
            let y = x.matmul(&turn.broadcast_add(&one)?)?;
            let y = y.apply(&first)?.relu()?.apply(&mid)?.relu()?.max(1)?;
            classify(&y.apply(&dense)?.relu()?.apply(&head)?, &x.max(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.1, 3e-3))
}
