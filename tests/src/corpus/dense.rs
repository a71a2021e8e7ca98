//! Fully connected nets.

use candle_core::{Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::VarBuilder;
use candle_nn::ops::{sigmoid, silu};

use crate::corpus::parametrized::{experts, maxout, prelu, quantised, weight_norm};
use crate::corpus::parts::{
    binary, classify, glorot, he, linear, ln, regress, stack, targets, through, uniform,
};
use crate::corpus::plant::{
    Plant, anywhere, far, minus_six, most_off, nan, off, thirtieth, thirtyfold, zeros,
};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

/// Widths of a net that no sigmoid trains: the signal's samples become one, and the error vanishes.
const DEEP: [usize; 13] = [32, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 10];
const MIDDLE: &[&str] = &["net.1.weight"];
const EVERY: &[Plant] = &anywhere(MIDDLE);
const RELU: &[Plant] = &[
    EVERY[0],
    EVERY[1],
    EVERY[2],
    EVERY[3],
    EVERY[4],
    EVERY[5],
    EVERY[6],
    EVERY[7],
    EVERY[8],
    Plant { what: "all units off", names: &["net.1.bias"], harm: off },
    Plant { what: "most units off", names: &["net.1.bias"], harm: most_off },
];
const FLAT: &[Plant] = &[
    EVERY[0],
    EVERY[1],
    EVERY[2],
    EVERY[3],
    EVERY[4],
    EVERY[5],
    EVERY[6],
    EVERY[7],
    EVERY[8],
    Plant { what: "all units flat", names: &["net.1.bias"], harm: far },
];
const NORMED: &[Plant] = &[
    Plant { what: "a NaN", names: MIDDLE, harm: nan },
    Plant { what: "one weight × 30", names: MIDDLE, harm: thirtyfold },
    Plant { what: "one weight / 30", names: MIDDLE, harm: thirtieth },
    Plant { what: "norms zero", names: &["norm"], harm: zeros },
];
const BATCH_NORMED: &[Plant] = &[
    NORMED[0],
    NORMED[1],
    NORMED[2],
    Plant { what: "all units off after the norm", names: &["norm.1.bias"], harm: minus_six },
];

const SCALED: &[Plant] = &[
    Plant { what: "all weights × 3", names: &["net"], harm: |w| w * 3.0 },
    Plant { what: "all weights × 0.3", names: &["net"], harm: |w| w * 0.3 },
];

const ROUTER: Plant = Plant { what: "router × 30", names: &["router"], harm: thirtyfold };

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build, plants: &[Plant]| Subject::new("dense", name, build, plants);
    vec![
        of("MLP, ReLU, 3 layers", |s| mlp(he(s), &[32, 64, 64, 10], Tensor::relu), RELU),
        of("MLP, ReLU, 8 layers", |s| mlp(he(s), &[32, 64, 64, 64, 64, 64, 64, 64, 10], Tensor::relu), RELU),
        of("MLP, ReLU, PyTorch's defaults", |s| mlp(uniform(s), &[32, 64, 64, 10], Tensor::relu), RELU),
        of("MLP, leaky ReLU", |s| mlp(he(s), &[32, 64, 64, 64, 10], leaky), EVERY),
        of("MLP, tanh, 3 layers", |s| mlp(glorot(s), &[32, 64, 64, 10], Tensor::tanh), FLAT),
        of(
            "MLP, tanh, 8 layers",
            |s| mlp(glorot(s), &[32, 64, 64, 64, 64, 64, 64, 64, 10], Tensor::tanh),
            FLAT,
        ),
        of("MLP, sigmoid, 2 layers", |s| mlp(glorot(s), &[32, 64, 64, 10], sigmoid), FLAT),
        of("MLP, sigmoid, 12 layers", |s| mlp(glorot(s), &DEEP, sigmoid), &[]).faulty(),
        of("MLP, GELU", |s| mlp(he(s), &[32, 64, 64, 64, 10], Tensor::gelu_erf), EVERY),
        of("MLP, SiLU", |s| mlp(he(s), &[32, 64, 64, 64, 10], silu), EVERY),
        of("MLP, ELU", |s| mlp(glorot(s), &[32, 64, 64, 64, 10], |x| x.elu(1.0)), EVERY),
        of("tutorial net 2-4-2-2", |s| tiny(s, &[2, 4, 2, 2]), &[RELU[0], RELU[4], RELU[9]]),
        of("tutorial net 2-8-1, sigmoid", xor, &[EVERY[0], EVERY[4]]),
        of("regression, one output", |s| regression(s, &[8, 32, 32, 1]), RELU),
        of("layer norm after each layer", layer_normed, NORMED),
        of("batch norm after each layer", batch_normed, BATCH_NORMED),
        of("scales of ones after each of 20 layers", scaled, &[SCALED[0], SCALED[1], EVERY[4]]),
        of(
            "SwiGLU",
            swiglu,
            &[EVERY[0], EVERY[3], Plant { what: "a NaN", names: &["up.weight"], harm: nan }],
        ),
        of("highway", highway, &[EVERY[0]]),
        of("ReZero", rezero, &[EVERY[0]]),
        of("residual, pre-norm", residual, &[EVERY[0]]),
        of("SIREN", siren, &[EVERY[0], EVERY[3]]),
        of("regression, targets of a twentieth", small_targets, &[]).faulty(),
        of("autoencoder", autoencoder, RELU),
        of("deep sets", deep_sets, &[EVERY[0], EVERY[4]]),
        of("weight norm", weight_norm, &[]),
        of("QAT-like scales", quantised, &[]),
        of("PReLU", prelu, &[EVERY[4]]),
        of("maxout", maxout, &[EVERY[0], EVERY[4]]),
        of("mixture of experts", experts, &[EVERY[0], ROUTER]),
        of("head of zeros", zero_head, &[EVERY[4], RELU[9]]),
    ]
}

type Unary = fn(&Tensor) -> Result<Tensor>;

fn mlp(init: Initializer, widths: &'static [usize], f: Unary) -> anyhow::Result<Trial> {
    let trial = Trial::new(init, Batches::Vectors(64, widths[0]), |vb| {
        let net = stack(widths, &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| classify(&through(&net, x, f)?, x)) as Loss)
    })?;
    Ok(trial.classes(10))
}

fn leaky(x: &Tensor) -> Result<Tensor> {
    candle_nn::ops::leaky_relu(x, 0.01)
}

fn tiny(seed: u64, widths: &'static [usize]) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(32, 2), |vb| {
        let net = stack(widths, &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| classify(&through(&net, x, Tensor::relu)?, x)) as Loss)
    })?;
    Ok(trial.classes(2).rates(0.3, 0.02))
}

fn xor(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), Batches::Vectors(64, 2), |vb| {
        let net = stack(&[2, 8, 1], &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| {
            let product = (x.narrow(1, 0, 1)? * x.narrow(1, 1, 1)?)?.detach();
            let target = product.gt(&product.zeros_like()?)?.to_dtype(x.dtype())?;
            let logit = through(&net, x, Tensor::tanh)?;
            binary(&logit, &target)
        }) as Loss)
    })?;
    Ok(trial.rates(1.0, 0.03))
}

fn regression(seed: u64, widths: &'static [usize]) -> anyhow::Result<Trial> {
    Trial::new(he(seed), Batches::Vectors(64, widths[0]), |vb| {
        let net = stack(widths, &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| regress(&through(&net, x, Tensor::relu)?, x)) as Loss)
    })
}

fn layer_normed(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 32), |vb| {
        let net = stack(&[32, 64, 64, 64, 10], &vb.pp("net"))?;
        let norms = (0..3).map(|n| ln(64, vb.pp("norm").pp(n))).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let mut hidden = net.iter().zip(&norms);
            let x_last =
                hidden.try_fold(x.clone(), |x, (layer, norm)| x.apply(layer)?.apply(norm)?.relu())?;
            classify(&x_last.apply(&net[3])?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

fn batch_normed(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 32), |vb| {
        let net = stack(&[32, 64, 64, 64, 10], &vb.pp("net"))?;
        let bn = |n: usize| crate::corpus::parts::bn(64, vb.pp("norm").pp(n));
        let norms = (0..3).map(bn).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let mut hidden = net.iter().zip(&norms);
            let x_last = hidden
                .try_fold(x.clone(), |x, (layer, norm)| norm.forward_train(&x.apply(layer)?)?.relu())?;
            classify(&x_last.apply(&net[3])?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

/// A vector of ones that multiplies each layer's output and fixes nothing.
fn scaled(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("scale.*", init::ONES);
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let widths: Vec<_> = [32].into_iter().chain([64; 19]).chain([10]).collect();
        let net = stack(&widths, &vb.pp("net"))?;
        let scales = (0..19).map(|n| vb.get(64, &format!("scale.{n}.weight"))).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let mut hidden = net.iter().zip(&scales);
            let x_last = hidden
                .try_fold(x.clone(), |x, (layer, scale)| x.apply(layer)?.broadcast_mul(scale)?.relu())?;
            classify(&x_last.apply(&net[19])?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10).rates(0.03, 3e-3))
}

fn swiglu(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 32), |vb| {
        let (gate, up) = (linear(32, 96, vb.pp("gate"))?, linear(32, 96, vb.pp("up"))?);
        let (down, head) = (linear(96, 32, vb.pp("down"))?, linear(32, 10, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let inner = (silu(&x.apply(&gate)?)? * x.apply(&up)?)?;
            classify(&inner.apply(&down)?.apply(&head)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

/// Gates that start nearly closed: `T·H(x) + (1 − T)·x`.
fn highway(seed: u64) -> anyhow::Result<Trial> {
    let closed = Initializer::new(seed).rule("gate.*.bias", Init::Const(-2.0));
    let init = closed.rule("*.bias", init::ZEROS).weights(init::GLOROT_UNIFORM);
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let layers = (0..6)
            .map(|n| Ok((linear(32, 32, vb.pp("gate").pp(n))?, linear(32, 32, vb.pp("plain").pp(n))?)))
            .collect::<Result<Vec<_>>>()?;
        let head = linear(32, 10, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (gate, plain) in &layers {
                let t = sigmoid(&y.apply(gate)?)?;
                y = ((&t * y.apply(plain)?.tanh()?)? + (t.affine(-1.0, 1.0)? * &y)?)?;
            }
            classify(&y.apply(&head)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

/// `x + α·f(x)` with α of zero.
fn rezero(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("*.alpha", init::ZEROS);
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let layers = (0..8)
            .map(|n| Ok((linear(32, 32, vb.pp("fc").pp(n))?, vb.get(1, &format!("fc.{n}.alpha"))?)))
            .collect::<Result<Vec<_>>>()?;
        let head = linear(32, 10, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (fc, alpha) in &layers {
                y = (&y + y.apply(fc)?.relu()?.broadcast_mul(alpha)?)?;
            }
            classify(&y.apply(&head)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

fn residual(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("down.*.weight", init::HE_NORMAL.times(0.4));
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb| {
        let blocks = (0..6)
            .map(|n| {
                let (up, down) = (linear(32, 64, vb.pp("up").pp(n))?, linear(64, 32, vb.pp("down").pp(n))?);
                Ok((ln(32, vb.pp("norm").pp(n))?, up, down))
            })
            .collect::<Result<Vec<_>>>()?;
        let head = linear(32, 10, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (norm, up, down) in &blocks {
                y = (&y + y.apply(norm)?.apply(up)?.relu()?.apply(down)?)?;
            }
            classify(&y.apply(&head)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(10))
}

/// Sines of large weights, Sitzmann et al. 2020: a function of the plane.
fn siren(seed: u64) -> anyhow::Result<Trial> {
    let init = Initializer::new(seed)
        .rule("net.0.weight", Init::Uniform { lo: -0.5, up: 0.5 })
        .weights(init::siren(30.0)?)
        .rule("*.bias", init::ZEROS);
    let trial = Trial::new(init, Batches::Vectors(128, 2), |vb| {
        let net = stack(&[2, 64, 64, 64, 1], &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| {
            let small = (x * 0.1)?;
            let y = through(&net, &small, |x| (x * 30.0)?.sin())?;
            let wave = (x.sum_keepdim(1)? * 2.0)?.sin()?.detach();
            candle_nn::loss::mse(&y, &wave)
        }) as Loss)
    })?;
    Ok(trial.rates(1e-3, 1e-4 * 5.0))
}

/// Nobody scaled the targets: the head's answer is many times as large.
fn small_targets(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), Batches::Vectors(64, 16), |vb| {
        let net = stack(&[16, 32, 32, 1], &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| {
            let goal = (targets(x, 1)? * 0.05)?;
            candle_nn::loss::mse(&through(&net, x, Tensor::relu)?, &goal)
        }) as Loss)
    })
}

fn autoencoder(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Vectors(64, 8), |vb| {
        let net = stack(&[8, 32, 4, 32, 8], &vb.pp("net"))?;
        let mix = crate::corpus::parts::teacher("mix", (8, 8))?.narrow(0, 0, 3)?.contiguous()?;
        Ok(Box::new(move |x: &Tensor| {
            // Points of a plane of three dimensions.
            let x = x.narrow(1, 0, 3)?.matmul(&mix)?;
            candle_nn::loss::mse(&through(&net, &x, Tensor::relu)?, &x.detach())
        }) as Loss)
    })?;
    Ok(trial.rates(0.02, 3e-3))
}

fn deep_sets(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Series(64, 6, 8), |vb| {
        let (inner, outer) = (stack(&[8, 32, 32], &vb.pp("net"))?, stack(&[32, 32, 1], &vb.pp("rho"))?);
        Ok(Box::new(move |x: &Tensor| {
            let sum = through(&inner, x, Tensor::relu)?.mean(1)?;
            let y = through(&outer, &sum.relu()?, Tensor::relu)?;
            candle_nn::loss::mse(&y, &x.detach().mean(1)?.narrow(1, 0, 1)?)
        }) as Loss)
    })?;
    Ok(trial)
}

fn zero_head(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("net.3.weight", init::ZEROS);
    let trial = Trial::new(init, Batches::Vectors(64, 32), |vb: VarBuilder<'static>| {
        let net = stack(&[32, 64, 64, 64, 5], &vb.pp("net"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = through(&net, x, Tensor::relu)?;
            candle_nn::loss::mse(&y, &targets(x, 5)?)
        }) as Loss)
    })?;
    Ok(trial)
}
