//! Convolutional nets.

use candle_core::{Result, Tensor};
use candle_init::init;
use candle_nn::{BatchNorm, Conv2d, Conv2dConfig, GroupNorm, ModuleT, VarBuilder};

use crate::corpus::parts::{bare, bn, classify, conv, he, linear, pool};
use crate::corpus::plant::{Plant, constant, minus_six, nan, off, thirtieth, thirtyfold, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

const PLAIN: &[Plant] = &[
    Plant { what: "all weights zero", names: &[], harm: zeros },
    Plant { what: "all weights / 30", names: &[], harm: thirtieth },
    Plant { what: "all weights × 30", names: &[], harm: thirtyfold },
    Plant { what: "a NaN", names: &["conv1.weight"], harm: nan },
    Plant { what: "one weight zero", names: &["conv1.weight"], harm: zeros },
    Plant { what: "one weight one number", names: &["conv1.weight"], harm: constant },
    Plant { what: "all units off", names: &["conv1.bias"], harm: off },
];
const NORMED: &[Plant] = &[
    Plant { what: "a NaN", names: &["conv1.weight"], harm: nan },
    Plant { what: "one weight × 30", names: &["conv1.weight"], harm: thirtyfold },
    Plant { what: "one weight / 30", names: &["conv1.weight"], harm: thirtieth },
    Plant { what: "all units off after the norm", names: &["norm1.bias"], harm: minus_six },
];
const BLOCKS: &[Plant] = &[
    Plant { what: "a NaN", names: &["stem.weight"], harm: nan },
    Plant { what: "all units off after the stem's norm", names: &["stem_norm.bias"], harm: minus_six },
];

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build, plants: &[Plant]| Subject::new("images", name, build, plants);
    vec![
        of("CNN, no norm", |s| cnn(s, Norm::None), PLAIN),
        of("CNN, batch norm", |s| cnn(s, Norm::Batch), NORMED),
        of("CNN, group norm", |s| cnn(s, Norm::Group), NORMED),
        of("CNN, channel layer norm", |s| cnn(s, Norm::Layer), NORMED),
        of("VGG, six layers, no norm", vgg, PLAIN),
        of("ResNet, batch norm", |s| resnet(s, false), BLOCKS),
        of("ResNet, last scale of each block zero", |s| resnet(s, true), BLOCKS),
        of("ResNet with squeeze and excitation", squeezed, BLOCKS),
        of("U-Net", unet, &[PLAIN[3]]),
        of("depthwise separable", separable, &[BLOCKS[0]]),
        of("DenseNet", dense, &[PLAIN[0]]),
        of("ConvNeXt-like, layer scale 1e-6", convnext, &[BLOCKS[0]]),
        of("two zero convolutions end a branch", zero_product, &[]).faulty(),
    ]
}

const BATCH: Batches = Batches::Images(12, 3, 8);

#[derive(Clone, Copy)]
enum Norm {
    None,
    Batch,
    Group,
    Layer,
}

enum Normed {
    None,
    Batch(BatchNorm),
    Group(GroupNorm),
}

impl Norm {
    fn made(self, width: usize, vb: VarBuilder) -> Result<Normed> {
        Ok(match self {
            Self::None => Normed::None,
            Self::Batch => Normed::Batch(bn(width, vb)?),
            Self::Group => Normed::Group(candle_nn::group_norm(2, width, 1e-5, vb)?),
            Self::Layer => Normed::Group(candle_nn::group_norm(1, width, 1e-5, vb)?),
        })
    }
}

impl Normed {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::None => Ok(x.clone()),
            Self::Batch(norm) => norm.forward_t(x, true),
            Self::Group(norm) => x.apply(norm),
        }
    }
}

fn cnn(seed: u64, norm: Norm) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), BATCH, |vb| {
        let convs = [
            conv(3, 12, 1, vb.pp("conv0"))?,
            conv(12, 12, 2, vb.pp("conv1"))?,
            conv(12, 24, 2, vb.pp("conv2"))?,
        ];
        let norms =
            [norm.made(12, vb.pp("norm0"))?, norm.made(12, vb.pp("norm1"))?, norm.made(24, vb.pp("norm2"))?];
        let head = linear(24 * 4, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (conv, norm) in convs.iter().zip(&norms) {
                y = norm.forward(&y.apply(conv)?)?.relu()?;
            }
            classify(&y.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4))
}

fn vgg(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), BATCH, |vb| {
        let widths = [3, 8, 8, 8, 8, 8, 8];
        let conv =
            |n: usize| conv(widths[n], widths[n + 1], 1 + usize::from(n % 3 == 2), vb.pp(format!("conv{n}")));
        let convs = (0..6).map(conv).collect::<Result<Vec<_>>>()?;
        let head = linear(8 * 4, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = convs.iter().try_fold(x.clone(), |y, conv| y.apply(conv)?.relu())?;
            classify(&y.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

/// Two convolutions with their norms.
struct Pair {
    convs: [Conv2d; 2],
    norms: [BatchNorm; 2],
}

impl Pair {
    fn new(width: usize, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            convs: [bare(width, width, 1, vb.pp("conv1"))?, bare(width, width, 1, vb.pp("conv2"))?],
            norms: [bn(width, vb.pp("bn1"))?, bn(width, vb.pp("bn2"))?],
        })
    }

    fn branch(&self, x: &Tensor) -> Result<Tensor> {
        let inner = self.norms[0].forward_train(&x.apply(&self.convs[0])?)?.relu()?;
        self.norms[1].forward_train(&inner.apply(&self.convs[1])?)
    }
}

fn resnet(seed: u64, zero: bool) -> anyhow::Result<Trial> {
    let init = if zero { he(seed).rule("block.*.bn2.weight", init::ZEROS) } else { he(seed) };
    let trial = Trial::new(init, BATCH, |vb| {
        let (stem, norm) = (bare(3, 12, 1, vb.pp("stem"))?, bn(12, vb.pp("stem_norm"))?);
        let blocks = (0..2).map(|n| Pair::new(12, vb.pp("block").pp(n))).collect::<Result<Vec<_>>>()?;
        let head = linear(12 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = norm.forward_train(&x.apply(&stem)?)?.relu()?;
            for block in &blocks {
                y = (&y + block.branch(&y)?)?.relu()?;
            }
            let y = y.avg_pool2d(2)?;
            classify(&y.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

fn squeezed(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), BATCH, |vb| {
        let (stem, norm) = (bare(3, 12, 1, vb.pp("stem"))?, bn(12, vb.pp("stem_norm"))?);
        let block = |n: usize| {
            let path = vb.pp("block").pp(n);
            let gate = (linear(12, 3, path.pp("se.fc1"))?, linear(3, 12, path.pp("se.fc2"))?);
            Ok((Pair::new(12, path)?, gate))
        };
        let blocks = (0..2).map(block).collect::<Result<Vec<_>>>()?;
        let head = linear(12 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = norm.forward_train(&x.apply(&stem)?)?.relu()?;
            for (block, (squeeze, excite)) in &blocks {
                let branch = block.branch(&y)?;
                let gate = pool(&branch)?.apply(squeeze)?.relu()?.apply(excite)?;
                let gate = candle_nn::ops::sigmoid(&gate)?.unsqueeze(2)?.unsqueeze(3)?;
                y = (&y + branch.broadcast_mul(&gate)?)?.relu()?;
            }
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

/// One step down and one up, with a skip.
fn unet(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), BATCH, |vb| {
        let (first, down) = (conv(3, 12, 1, vb.pp("conv0"))?, conv(12, 24, 2, vb.pp("conv1"))?);
        let (middle, up) = (conv(24, 24, 1, vb.pp("conv2"))?, conv(36, 12, 1, vb.pp("conv3"))?);
        let head = candle_nn::conv2d(12, 3, 1, Conv2dConfig::default(), vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let skip = x.apply(&first)?.relu()?;
            let low = skip.apply(&down)?.relu()?.apply(&middle)?.relu()?;
            let high = low.upsample_nearest2d(8, 8)?;
            let y = Tensor::cat(&[&skip, &high], 1)?.apply(&up)?.relu()?.apply(&head)?;
            candle_nn::loss::mse(&y, &x.detach().tanh()?)
        }) as Loss)
    })
}

fn separable(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), BATCH, |vb| {
        let (stem, norm) = (bare(3, 12, 1, vb.pp("stem"))?, bn(12, vb.pp("stem_norm"))?);
        let block = |n: usize| {
            let path = vb.pp("block").pp(n);
            let config = Conv2dConfig { padding: 1, groups: 12, ..Conv2dConfig::default() };
            let depthwise = candle_nn::conv2d_no_bias(12, 12, 3, config, path.pp("dw"))?;
            let point = candle_nn::conv2d_no_bias(12, 12, 1, Conv2dConfig::default(), path.pp("pw"))?;
            Ok(((depthwise, bn(12, path.pp("bn1"))?), (point, bn(12, path.pp("bn2"))?)))
        };
        let blocks = (0..2).map(block).collect::<Result<Vec<_>>>()?;
        let head = linear(12 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = norm.forward_train(&x.apply(&stem)?)?.relu()?;
            for ((depthwise, first), (point, second)) in &blocks {
                y = first.forward_train(&y.apply(depthwise)?)?.relu()?;
                y = second.forward_train(&y.apply(point)?)?.relu()?;
            }
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

fn dense(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), BATCH, |vb| {
        let conv = |n: usize| conv(3 + 8 * n, 8, 1, vb.pp(format!("conv{n}")));
        let convs = (0..3).map(conv).collect::<Result<Vec<_>>>()?;
        let head = linear(27 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for conv in &convs {
                y = Tensor::cat(&[&y, &y.apply(conv)?.relu()?], 1)?;
            }
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.03, 3e-3))
}

fn convnext(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("*.gamma", candle_init::Init::Const(1e-6));
    let trial = Trial::new(init, BATCH, |vb| {
        let (stem, norm) =
            (conv(3, 12, 1, vb.pp("stem"))?, candle_nn::group_norm(1, 12, 1e-5, vb.pp("stem_norm"))?);
        let block = |n: usize| {
            let path = vb.pp("block").pp(n);
            let config = Conv2dConfig { padding: 1, groups: 12, ..Conv2dConfig::default() };
            let depthwise = candle_nn::conv2d(12, 12, 3, config, path.pp("dw"))?;
            let norm = candle_nn::group_norm(1, 12, 1e-5, path.pp("norm"))?;
            let up = candle_nn::conv2d(12, 24, 1, Conv2dConfig::default(), path.pp("up"))?;
            let down = candle_nn::conv2d(24, 12, 1, Conv2dConfig::default(), path.pp("down"))?;
            Ok((depthwise, norm, up, down, path.get((1, 12, 1, 1), "gamma")?))
        };
        let blocks = (0..2).map(block).collect::<Result<Vec<_>>>()?;
        let head = linear(12 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.apply(&stem)?.apply(&norm)?;
            for (depthwise, norm, up, down, gamma) in &blocks {
                let branch = y.apply(depthwise)?.apply(norm)?.apply(up)?.gelu_erf()?.apply(down)?;
                y = (&y + branch.broadcast_mul(gamma)?)?;
            }
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

/// A ControlNet's mistake: both convolutions of a side branch are zero, so the branch never moves.
fn zero_product(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("side.*.weight", init::ZEROS);
    let trial = Trial::new(init, BATCH, |vb| {
        let conv0 = conv(3, 12, 1, vb.pp("conv0"))?;
        let side = [conv(12, 12, 1, vb.pp("side.0"))?, conv(12, 12, 1, vb.pp("side.1"))?];
        let head = linear(12 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&conv0)?.relu()?;
            let y = (&y + y.apply(&side[0])?.apply(&side[1])?)?;
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}
