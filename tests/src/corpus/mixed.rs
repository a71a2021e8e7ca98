//! Nets of many kinds, held out until their misses had made rules.

use candle_core::{D, Device, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::ops::{sigmoid, silu, softmax};
use candle_nn::{Conv2dConfig, Linear, Module, RmsNorm, loss};

use crate::corpus::parts::{
    binary, classify, conv, glorot, he, linear, ln, regress, small, stack, targets, teacher, through,
};
use crate::corpus::plant::{Plant, constant, nan, off, thirtieth, thirtyfold, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

const ALL: &[Plant] = &[
    Plant { what: "all weights zero", names: &[], harm: zeros },
    Plant { what: "all weights one number", names: &[], harm: constant },
    Plant { what: "all weights × 30", names: &[], harm: thirtyfold },
    Plant { what: "all weights / 30", names: &[], harm: thirtieth },
    Plant { what: "a NaN", names: &["first.weight", "first.0.weight"], harm: nan },
    Plant { what: "one weight zero", names: &["first.weight", "first.0.weight"], harm: zeros },
    Plant { what: "one weight × 30", names: &["first.weight", "first.0.weight"], harm: thirtyfold },
];
const OFF: Plant = Plant { what: "all units off", names: &["first.bias", "first.0.bias"], harm: off };

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build| Subject::new("mixed", name, build, ALL);
    let relu = |name, build| Subject::new("mixed", name, build, &[ALL, &[OFF]].concat());
    vec![
        relu("inception, two branches side by side", inception),
        relu("image autoencoder with a transposed convolution", transposed),
        of("gated convolutions, tanh by sigmoid", gated),
        relu("feature-wise modulation by a second input", modulated),
        of("matrix factorization", factorized),
        of("one layer run eight times with a skip", euler),
        relu("Fourier features", fourier),
        of("Llama-like: RMS norms, SwiGLU", llama),
        relu("graph convolutions over a ring", graph),
        relu("mixture density", density),
        relu("triplets", triplets),
        of("cross-attention from queries to a series", crossed),
        relu("three members of an ensemble", ensemble),
        of("spatial gating", spatial),
        relu("grouped convolutions", grouped),
        of("a bilinear form", bilinear),
    ]
}

const VECTORS: Batches = Batches::Vectors(64, 16);
const IMAGES: Batches = Batches::Images(12, 3, 8);

fn inception(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), IMAGES, |vb| {
        let first = conv(3, 8, 1, vb.pp("first"))?;
        let point = candle_nn::conv2d(8, 8, 1, Conv2dConfig::default(), vb.pp("point"))?;
        let (wide, head) = (conv(8, 8, 1, vb.pp("wide"))?, linear(16 * 16, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&first)?.relu()?;
            let both = Tensor::cat(&[y.apply(&point)?.relu()?, y.apply(&wide)?.relu()?], 1)?;
            classify(&both.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

fn transposed(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), IMAGES, |vb| {
        let first = conv(3, 12, 2, vb.pp("first"))?;
        let config = candle_nn::ConvTranspose2dConfig { stride: 2, ..Default::default() };
        let up = candle_nn::conv_transpose2d(12, 12, 2, config, vb.pp("up"))?;
        let head = candle_nn::conv2d(12, 3, 1, Conv2dConfig::default(), vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&first)?.relu()?.apply(&up)?.relu()?.apply(&head)?;
            loss::mse(&y, &(x.avg_pool2d(2)?.upsample_nearest2d(8, 8)? * 2.0)?.detach())
        }) as Loss)
    })
}

fn gated(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Series(16, 8, 8), |vb| {
        let conv = |from, name: &str| {
            let config = candle_nn::Conv1dConfig { padding: 1, ..Default::default() };
            candle_nn::conv1d(from, 16, 3, config, vb.pp(name))
        };
        let (first, gate) = (conv(8, "first")?, conv(8, "gate")?);
        let (second, head) = (conv(16, "second")?, linear(16 * 8, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let t = x.transpose(1, 2)?.contiguous()?;
            let y = (t.apply(&first)?.tanh()? * sigmoid(&t.apply(&gate)?)?)?;
            let y = (&y + y.apply(&second)?.tanh()?)?;
            classify(&y.flatten_from(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.2, 3e-3))
}

fn modulated(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), VECTORS, |vb| {
        let (first, second) = (linear(8, 32, vb.pp("first"))?, linear(32, 32, vb.pp("second"))?);
        let (film, head) = (linear(8, 64, vb.pp("film"))?, linear(32, 2, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let (a, b) = (x.narrow(1, 0, 8)?, x.narrow(1, 8, 8)?);
            let both = (b.apply(&film)? * 0.3)?;
            let y = a.apply(&first)?.relu()?.apply(&second)?;
            let y = ((y * (both.narrow(1, 0, 32)? + 1.0)?)? + both.narrow(1, 32, 32)?)?.relu()?;
            regress(&y.apply(&head)?, x)
        }) as Loss)
    })
}

fn factorized(seed: u64) -> anyhow::Result<Trial> {
    let init = Initializer::new(seed).rule("*.weight", Init::Randn { mean: 0.0, stdev: 0.3 });
    let trial = Trial::new(init, Batches::Tokens(64, 2, 16), |vb| {
        let users = candle_nn::embedding(16, 8, vb.pp("first"))?;
        let items = candle_nn::embedding(16, 8, vb.pp("items"))?;
        let truth = (teacher("users", (16, 2))?.matmul(&teacher("items", (2, 16))?)? * 0.7)?.flatten_all()?;
        Ok(Box::new(move |x: &Tensor| {
            let (user, item) = (x.narrow(1, 0, 1)?.squeeze(1)?, x.narrow(1, 1, 1)?.squeeze(1)?);
            let score = (users.forward(&user)? * items.forward(&item)?)?.sum(D::Minus1)?;
            let right = truth.index_select(&((user * 16.0)? + item)?.contiguous()?, 0)?;
            loss::mse(&score, &right)
        }) as Loss)
    })?;
    Ok(trial.rates(1.0, 3e-2))
}

fn euler(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), VECTORS, |vb| {
        let (first, head) = (linear(16, 16, vb.pp("first"))?, linear(16, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let y = (0..8).try_fold(x.clone(), |y, _| &y + (y.apply(&first)?.tanh()? * 0.25)?)?;
            classify(&y.apply(&head)?, &x.tanh()?)
        }) as Loss)
    })?;
    Ok(trial.classes(4))
}

fn fourier(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), Batches::Vectors(128, 2), |vb| {
        let waves = teacher("waves", (2, 16))?;
        let net = stack(&[32, 64, 64, 1], &vb.pp("first"))?;
        Ok(Box::new(move |x: &Tensor| {
            let angles = x.matmul(&waves)?;
            let y = through(&net, &Tensor::cat(&[angles.sin()?, angles.cos()?], 1)?, Tensor::relu)?;
            loss::mse(&y, &(x.sum_keepdim(1)? * 2.0)?.sin()?.detach())
        }) as Loss)
    })
}

fn llama(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(small(seed), Batches::Series(16, 6, 16), |vb| {
        struct Layer(RmsNorm, RmsNorm, [Linear; 7]);
        let layer = |n: usize| {
            let path = vb.pp(n);
            let bare = |from, to, name: &str| candle_nn::linear_no_bias(from, to, path.pp(name));
            let norm = |name: &str| candle_nn::rms_norm(32, 1e-5, path.pp(name));
            let layers = [
                bare(32, 32, "q")?,
                bare(32, 32, "k")?,
                bare(32, 32, "v")?,
                bare(32, 32, "o")?,
                bare(32, 64, "gate")?,
                bare(32, 64, "up")?,
                bare(64, 32, "down")?,
            ];
            Ok(Layer(norm("input_norm")?, norm("post_norm")?, layers))
        };
        let first = candle_nn::linear_no_bias(16, 32, vb.pp("first"))?;
        let layers = (0..2).map(layer).collect::<Result<Vec<_>>>()?;
        let (norm, head) = (candle_nn::rms_norm(32, 1e-5, vb.pp("norm"))?, linear(32, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.apply(&first)?;
            for Layer(before, after, [q, k, v, o, gate, up, down]) in &layers {
                let h = before.forward_diff(&y)?;
                let scores = (h.apply(q)?.matmul(&h.apply(k)?.t()?)? / 32f64.sqrt())?;
                y = (&y + softmax(&scores, D::Minus1)?.matmul(&h.apply(v)?)?.apply(o)?)?;
                let h = after.forward_diff(&y)?;
                y = (&y + (silu(&h.apply(gate)?)? * h.apply(up)?)?.apply(down)?)?;
            }
            classify(&norm.forward_diff(&y)?.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.5, 3e-3))
}

/// Each of eight nodes reads itself and its neighbours.
fn graph(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Series(16, 8, 8), |vb| {
        let near = |i: u32, j: u32| if [0, 1, 7].contains(&((8 + i - j) % 8)) { 1f32 / 3.0 } else { 0.0 };
        let ring =
            Tensor::from_iter((0..64).map(|n| near(n / 8, n % 8)), &Device::Cpu)?.reshape((1, 8, 8))?;
        let (first, second) = (linear(8, 32, vb.pp("first"))?, linear(32, 32, vb.pp("second"))?);
        let head = linear(32, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mix = |y: Tensor| ring.broadcast_matmul(&y);
            let y = mix(mix(x.apply(&first)?)?.relu()?.apply(&second)?)?.relu()?;
            classify(&y.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 5e-3))
}

fn density(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 32], &vb.pp("first"))?;
        let heads =
            [linear(32, 3, vb.pp("mean"))?, linear(32, 3, vb.pp("log"))?, linear(32, 3, vb.pp("share"))?];
        Ok(Box::new(move |x: &Tensor| {
            let h = through(&net, x, Tensor::relu)?.relu()?;
            let (mean, log) = (h.apply(&heads[0])?, h.apply(&heads[1])?.tanh()?);
            let share = candle_nn::ops::log_softmax(&h.apply(&heads[2])?, D::Minus1)?;
            let off = (mean.broadcast_sub(&targets(x, 1)?)? / log.exp()?)?;
            ((share - log)? - (off.sqr()? * 0.5)?)?.exp()?.sum(1)?.affine(1.0, 1e-6)?.log()?.mean_all()?.neg()
        }) as Loss)
    })
}

fn triplets(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), VECTORS, |vb| {
        let net = stack(&[16, 32, 8], &vb.pp("first"))?;
        Ok(Box::new(move |x: &Tensor| {
            let code = |x: &Tensor| through(&net, x, Tensor::relu);
            let other = Tensor::cat(&[x.narrow(0, 1, 63)?, x.narrow(0, 0, 1)?], 0)?;
            // What differs in its last half is the same.
            let same = Tensor::cat(&[x.narrow(1, 0, 8)?, other.narrow(1, 8, 8)?], 1)?;
            let apart = |a: &Tensor, b: &Tensor| (a - b)?.sqr()?.mean(1);
            let anchor = code(x)?;
            let gap = (apart(&anchor, &code(&same)?)? - apart(&anchor, &code(&other)?)?)?;
            (gap + 1.0)?.relu()?.mean_all()
        }) as Loss)
    })
}

fn crossed(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("queries", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, Batches::Series(16, 8, 16), |vb| {
        let queries = vb.get((1, 4, 16), "queries")?;
        let [q, k, v] =
            [linear(16, 16, vb.pp("first"))?, linear(16, 16, vb.pp("k"))?, linear(16, 16, vb.pp("v"))?];
        let (norm, head) = (ln(16, vb.pp("norm"))?, linear(64, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let q = queries.apply(&q)?.broadcast_as((x.dim(0)?, 4, 16))?.contiguous()?;
            let scores = (q.matmul(&x.apply(&k)?.t()?)? / 4.0)?;
            let y = softmax(&scores, D::Minus1)?.matmul(&x.apply(&v)?)?.apply(&norm)?;
            classify(&y.flatten_from(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 5e-3))
}

fn ensemble(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let names = ["first", "second", "third"];
        let nets = names.iter().map(|name| stack(&[16, 24, 4], &vb.pp(name))).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let losses = nets.iter().map(|net| classify(&through(net, x, Tensor::relu)?, x));
            let losses = losses.collect::<Result<Vec<_>>>()?;
            Tensor::stack(&losses, 0)?.mean_all()
        }) as Loss)
    })?;
    Ok(trial.classes(4))
}

fn spatial(seed: u64) -> anyhow::Result<Trial> {
    let open = Initializer::new(seed).rule("mix.bias", init::ONES).rule("*.bias", init::ZEROS);
    let init = open.rule("mix.weight", Init::Randn { mean: 0.0, stdev: 1e-3 }).weights(init::GLOROT_UNIFORM);
    let trial = Trial::new(init, Batches::Series(16, 8, 16), |vb| {
        let (first, mix) = (linear(16, 32, vb.pp("first"))?, linear(8, 8, vb.pp("mix"))?);
        let (norm, last, head) =
            (ln(16, vb.pp("norm"))?, linear(16, 16, vb.pp("last"))?, linear(16, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&first)?.gelu_erf()?;
            let (u, v) = (y.narrow(2, 0, 16)?, y.narrow(2, 16, 16)?.contiguous()?);
            let gate = v.apply(&norm)?.transpose(1, 2)?.contiguous()?.apply(&mix)?.transpose(1, 2)?;
            let y = (x + (u * gate)?.apply(&last)?)?;
            classify(&y.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 5e-3))
}

fn grouped(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), IMAGES, |vb| {
        let first = conv(3, 12, 1, vb.pp("first"))?;
        let config = Conv2dConfig { padding: 1, groups: 3, ..Conv2dConfig::default() };
        let second = candle_nn::conv2d(12, 12, 3, config, vb.pp("second"))?;
        let head = linear(12 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&first)?.relu()?.apply(&second)?.relu()?;
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

fn bilinear(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), VECTORS, |vb| {
        let (first, other) = (linear(8, 16, vb.pp("first"))?, linear(8, 16, vb.pp("other"))?);
        let form = vb.get((16, 16), "form.weight")?;
        Ok(Box::new(move |x: &Tensor| {
            let a = x.narrow(1, 0, 8)?.contiguous()?.apply(&first)?.tanh()?;
            let b = x.narrow(1, 8, 8)?.contiguous()?.apply(&other)?.tanh()?;
            let score = (a.matmul(&form)? * b)?.sum(1)?;
            let like = (x.narrow(1, 0, 8)? * x.narrow(1, 8, 8)?)?.sum(1)?;
            binary(&score, &like.gt(&like.zeros_like()?)?.to_dtype(x.dtype())?.detach())
        }) as Loss)
    })?;
    Ok(trial.rates(1.0, 1e-2))
}
