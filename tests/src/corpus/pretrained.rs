//! Nets of which a part is trained: frozen backbones and adapters.

use candle_core::{Result, Tensor};
use candle_init::{Init, init};

use crate::corpus::parts::{classify, he, linear, stack, through};
use crate::corpus::plant::{Plant, nan, off, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

const VECTORS: Batches = Batches::Vectors(64, 32);

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build, plants: &[Plant]| Subject::new("pretrained", name, build, plants);
    vec![
        of(
            "frozen backbone, cut off",
            frozen,
            &[Plant { what: "all units off", names: &["head.0.bias"], harm: off }],
        ),
        of("frozen backbone, gradients pass", kept, &[]),
        of("LoRA", |s| lora(s, false), &[Plant { what: "both factors zero", names: &["lora"], harm: zeros }]),
        of("LoRA, the base cut off", |s| lora(s, true), &[]),
        of(
            "adapters behind each layer",
            adapters,
            &[Plant { what: "a NaN", names: &["adapter.0.down.weight"], harm: nan }],
        ),
    ]
}

fn frozen(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (base, head) = (stack(&[32, 64, 64], &vb.pp("base"))?, stack(&[64, 32, 4], &vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let h = through(&base, x, Tensor::relu)?.relu()?.detach();
            classify(&through(&head, &h, Tensor::relu)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(4).only("head.*"))
}

fn kept(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), VECTORS, |vb| {
        let (base, head) = (stack(&[32, 64, 64], &vb.pp("base"))?, stack(&[64, 32, 4], &vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let h = through(&base, x, Tensor::relu)?.relu()?;
            classify(&through(&head, &h, Tensor::relu)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(4).only("head.*"))
}

/// Low-rank factors beside each layer of a fixed base; the second starts at zero.
fn lora(seed: u64, cut: bool) -> anyhow::Result<Trial> {
    let init = he(seed).rule("*.lora_b.weight", init::ZEROS);
    let trial = Trial::new(init, VECTORS, |vb| {
        let base = stack(&[32, 64, 64, 4], &vb.pp("base"))?;
        let widths = [(32, 64), (64, 64), (64, 4)];
        let pair = |(n, (from, to)): (usize, (usize, usize))| {
            let path = vb.pp("base").pp(n);
            Ok((
                candle_nn::linear_no_bias(from, 4, path.pp("lora_a"))?,
                candle_nn::linear_no_bias(4, to, path.pp("lora_b"))?,
            ))
        };
        let factors = widths.into_iter().enumerate().map(pair).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (n, (layer, (a, b))) in base.iter().zip(&factors).enumerate() {
                let held = if cut {
                    candle_nn::Linear::new(layer.weight().detach(), layer.bias().map(Tensor::detach))
                } else {
                    layer.clone()
                };
                let sum = (y.apply(&held)? + y.apply(a)?.apply(b)?)?;
                y = if n == 2 { sum } else { sum.relu()? };
            }
            classify(&y, x)
        }) as Loss)
    })?;
    Ok(trial.classes(4).only("base.*.lora_*").rates(0.1, 1e-2))
}

/// Two small layers behind each layer of a fixed base; the second of them starts small.
fn adapters(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("adapter.*.up.weight", Init::Randn { mean: 0.0, stdev: 1e-3 });
    let trial = Trial::new(init, VECTORS, |vb| {
        let base = stack(&[32, 64, 64, 4], &vb.pp("base"))?;
        let pair = |n: usize| {
            let path = vb.pp("adapter").pp(n);
            Ok((linear(64, 8, path.pp("down"))?, linear(8, 64, path.pp("up"))?))
        };
        let pairs = (0..2).map(pair).collect::<Result<Vec<_>>>()?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (layer, (down, up)) in base.iter().zip(&pairs) {
                let h = y.apply(layer)?.relu()?;
                y = (&h + h.apply(down)?.relu()?.apply(up)?)?;
            }
            classify(&y.apply(&base[2])?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(4).only("adapter.*"))
}
