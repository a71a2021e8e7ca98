//! Images.

use candle_core::{DType, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::{Conv2d, Conv2dConfig, ConvTranspose2dConfig, VarBuilder, loss};

use crate::corpus::fresh::fresh;
use crate::corpus::held::NORMED;
use crate::corpus::parts::{bare, binary, bn, classify, conv, he, linear, small, teacher};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        fresh("MobileNet: inverted residual, ReLU6", inverted, NORMED),
        fresh("mask of pixels, Dice's loss, dilated, group norm", mask, NORMED),
        fresh("VQ-VAE, straight through", quantized, &[]),
    ]
}

const IMAGES: Batches = Batches::Images(12, 3, 8);

/// A 1 × 1 convolution without a bias.
fn pointwise(from: usize, to: usize, vb: VarBuilder) -> Result<Conv2d> {
    candle_nn::conv2d_no_bias(from, to, 1, Conv2dConfig::default(), vb)
}

/// Sandler et al. 2018: channels are made many, filtered one by one, made few again and added; normal weights of 0.02.
fn inverted(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(small(seed), IMAGES, |vb| {
        let (stem, bn1) = (bare(3, 8, 1, vb.pp("stem"))?, bn(8, vb.pp("bn1"))?);
        let (mid, norm) = (pointwise(8, 24, vb.pp("mid"))?, bn(24, vb.pp("norm"))?);
        let config = Conv2dConfig { padding: 1, groups: 24, ..Conv2dConfig::default() };
        let depthwise = candle_nn::conv2d_no_bias(24, 24, 3, config, vb.pp("depthwise"))?;
        let (bn2, project, bn3) =
            (bn(24, vb.pp("bn2"))?, pointwise(24, 8, vb.pp("project"))?, bn(8, vb.pp("bn3"))?);
        let head = linear(8 * 16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let relu6 = |y: Tensor| y.clamp(0f32, 6f32);
            let y = relu6(bn1.forward_train(&x.apply(&stem)?)?)?;
            let wide = relu6(norm.forward_train(&y.apply(&mid)?)?)?;
            let wide = relu6(bn2.forward_train(&wide.apply(&depthwise)?)?)?;
            let y = (y + bn3.forward_train(&wide.apply(&project)?)?)?;
            classify(&y.avg_pool2d(2)?.flatten_from(1)?.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.05, 3e-3))
}

/// A pixel belongs to the mask where its quarter has the teacher's colour; half of the loss is the overlap's.
fn mask(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(he(seed), IMAGES, |vb| {
        let first = conv(3, 12, 1, vb.pp("first"))?;
        let config = Conv2dConfig { padding: 2, dilation: 2, ..Conv2dConfig::default() };
        let mid = candle_nn::conv2d(12, 12, 3, config, vb.pp("mid"))?;
        let norm = candle_nn::group_norm(3, 12, 1e-5, vb.pp("norm"))?;
        let head = candle_nn::conv2d(12, 1, 1, Conv2dConfig::default(), vb.pp("head"))?;
        let colour = teacher("colour", (1, 3, 1, 1))?;
        Ok(Box::new(move |x: &Tensor| {
            let side = x.detach().avg_pool2d(4)?.broadcast_mul(&colour)?.sum_keepdim(1)?;
            let right = side.gt(&side.zeros_like()?)?.to_dtype(DType::F32)?.upsample_nearest2d(8, 8)?;
            let logits = x.apply(&first)?.relu()?.apply(&mid)?.apply(&norm)?.relu()?.apply(&head)?;
            let share = candle_nn::ops::sigmoid(&logits)?;
            let both = ((&share * &right)?.sum_all()? * 2.0)?;
            let overlap = (both + 1.0)? / ((share.sum_all()? + right.sum_all()?)? + 1.0)?;
            binary(&logits, &right)? + overlap?.affine(-1.0, 1.0)?
        }) as Loss)
    })
}

/// van den Oord et al. 2017: each cell's code is the nearest of a book, and the error passes as if it were the cell's own.
fn quantized(seed: u64) -> anyhow::Result<Trial> {
    let init = Initializer::new(seed).rule("*.bias", init::ZEROS).weights(init::LECUN_NORMAL);
    let init = init.rule("book", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, Batches::Images(32, 1, 8), |vb| {
        let (first, mid) = (conv(1, 16, 2, vb.pp("first"))?, conv(16, 3, 2, vb.pp("mid"))?);
        let book = vb.get((16, 3), "book")?;
        let config = ConvTranspose2dConfig { stride: 2, ..ConvTranspose2dConfig::default() };
        let up = candle_nn::conv_transpose2d(3, 16, 2, config, vb.pp("up"))?;
        let head = candle_nn::conv_transpose2d(16, 1, 2, config, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let cells = x.apply(&first)?.elu(1.0)?.apply(&mid)?.permute((0, 2, 3, 1))?.contiguous()?;
            let flat = cells.flatten_to(2)?;
            let far = flat.unsqueeze(1)?.broadcast_sub(&book.unsqueeze(0)?)?.sqr()?.sum(2)?;
            let near = book.index_select(&far.argmin(1)?, 0)?;
            let passed = (&flat + (&near - &flat)?.detach())?.reshape(cells.shape())?;
            let drawn = passed.permute((0, 3, 1, 2))?.contiguous()?.apply(&up)?.elu(1.0)?.apply(&head)?;
            let commit = (loss::mse(&flat, &near.detach())? * 0.25)?;
            (loss::mse(&drawn, &x.detach())? + loss::mse(&near, &flat.detach())?)? + commit
        }) as Loss)
    })?;
    Ok(trial.rates(0.5, 1e-2))
}
