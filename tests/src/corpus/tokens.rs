//! Transformers and others over tokens or patches.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::{Cut, Init, Initializer, depth, init};
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder, loss};

use crate::corpus::gpt::{differentiable, fused, gpt, next};
use crate::corpus::parts::{classify, he, linear, ln, small};
use crate::corpus::plant::{Plant, nan, thirtyfold, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};
use crate::nets::Block;

const WIDTH: usize = 32;
const VOCABULARY: usize = 40;
const LENGTH: usize = 8;
const TOKENS: Batches = Batches::Tokens(8, LENGTH, VOCABULARY as u32);
const PLANTS: &[Plant] = &[
    Plant { what: "a NaN", names: &["h.0.mlp.up.weight"], harm: nan },
    Plant { what: "all weights zero", names: &[], harm: zeros },
    Plant { what: "norms zero", names: &["ln_1", "ln_2", "ln_f"], harm: zeros },
    Plant {
        what: "queries and keys × 30",
        names: &["qkv.weight", "query.weight", "key.weight"],
        harm: thirtyfold,
    },
];

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build, plants: &[Plant]| Subject::new("tokens", name, build, plants);
    vec![
        of("decoder, pre-norm, GPT-2's start", |s| decoder(gpt2(s), false), PLANTS),
        of("decoder, tied head", |s| decoder(gpt2(s), true), &[PLANTS[0]]),
        of("decoder, He's start", |s| decoder(he(s).rule("{wte,wpe}.weight", NORMAL), false), PLANTS),
        of("GPT-2 with candle's layer norms", |s| gpt(s, fused), &[]).faulty(),
        of("GPT-2 with differentiable layer norms", |s| gpt(s, differentiable), &[]),
        of("encoder, post-norm", encoder, &[PLANTS[3]]),
        of("ViT, class token, 0.02", |s| vit(s, true), PLANTS),
        of("ViT, mean pooled, 0.02", |s| vit(s, false), PLANTS),
        of("bag of words", bag, &[]),
        of("text CNN", text_cnn, &[]),
        of("MLP-Mixer", mixer, &[]),
        of("attention pooling", pooled, &[]),
        of("embedding with rows set to their mean", grown, &[]),
    ]
}

const NORMAL: Init = Init::Randn { mean: 0.0, stdev: 0.02 };

fn gpt2(seed: u64) -> Initializer {
    // Two blocks have four branches; the factor is of a number that is not zero, so it is always there.
    let ends = depth::gpt2(2).unwrap_or(1.0);
    Initializer::new(seed)
        .rule("*.{out,down}.weight", NORMAL.times(ends))
        .rule("*.bias", init::ZEROS)
        .weights(NORMAL)
        .rule("{wte,wpe}.weight", NORMAL)
}

fn embedded(x: &Tensor, wte: &Embedding, wpe: &Embedding) -> Result<Tensor> {
    let positions = wpe.forward(&Tensor::arange(0u32, x.dim(1)? as u32, &Device::Cpu)?)?;
    wte.forward(x)?.broadcast_add(&positions)
}

fn tables(vb: &VarBuilder) -> Result<(Embedding, Embedding)> {
    Ok((
        candle_nn::embedding(VOCABULARY, WIDTH, vb.pp("wte"))?,
        candle_nn::embedding(LENGTH, WIDTH, vb.pp("wpe"))?,
    ))
}

fn decoder(init: Initializer, tied: bool) -> anyhow::Result<Trial> {
    let trial = Trial::new(init, TOKENS, |vb| {
        let (wte, wpe) = tables(&vb)?;
        let blocks = (0..2).map(|n| Block::new(vb.pp("h").pp(n), WIDTH, 4)).collect::<Result<Vec<_>>>()?;
        let norm = ln(WIDTH, vb.pp("ln_f"))?;
        let head = if tied {
            Linear::new(wte.embeddings().clone(), None)
        } else {
            candle_nn::linear_no_bias(WIDTH, VOCABULARY, vb.pp("head"))?
        };
        Ok(Box::new(move |x: &Tensor| {
            let y = blocks.iter().try_fold(embedded(x, &wte, &wpe)?, |y, block| block.forward(&y))?;
            loss::cross_entropy(&y.apply(&norm)?.apply(&head)?.flatten_to(1)?, &next(x)?)
        }) as Loss)
    })?;
    Ok(trial.classes(VOCABULARY).rates(0.3, 3e-3))
}

fn encoder(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(small(seed).rule("{wte,wpe}.weight", NORMAL), TOKENS, |vb| {
        let (wte, wpe) = tables(&vb)?;
        let layer = |n: usize| {
            let path = vb.pp("layer").pp(n);
            let qkv = [
                linear(WIDTH, WIDTH, path.pp("query"))?,
                linear(WIDTH, WIDTH, path.pp("key"))?,
                linear(WIDTH, WIDTH, path.pp("value"))?,
            ];
            let rest = [linear(WIDTH, 64, path.pp("up"))?, linear(64, WIDTH, path.pp("down"))?];
            Ok((qkv, rest, ln(WIDTH, path.pp("norm1"))?, ln(WIDTH, path.pp("norm2"))?))
        };
        let layers = (0..2).map(layer).collect::<Result<Vec<_>>>()?;
        let (norm, head) = (ln(WIDTH, vb.pp("norm"))?, linear(WIDTH, VOCABULARY, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let mut y = embedded(x, &wte, &wpe)?.apply(&norm)?;
            for (qkv, rest, norm1, norm2) in &layers {
                y = (&y + attend(&y, qkv)?)?.apply(norm1)?;
                y = (&y + y.apply(&rest[0])?.gelu_erf()?.apply(&rest[1])?)?.apply(norm2)?;
            }
            loss::cross_entropy(&y.apply(&head)?.flatten_to(1)?, &next(x)?)
        }) as Loss)
    })?;
    Ok(trial.classes(VOCABULARY).rates(0.3, 3e-3))
}

fn attend(x: &Tensor, [q, k, v]: &[Linear; 3]) -> Result<Tensor> {
    let (q, k, v) = (x.apply(q)?, x.apply(k)?, x.apply(v)?);
    let scores = (q.matmul(&k.t()?)? / (WIDTH as f64).sqrt())?;
    candle_nn::ops::softmax(&scores, D::Minus1)?.matmul(&v)
}

/// A vision transformer over sixteen patches of 2 × 2.
fn vit(seed: u64, token: bool) -> anyhow::Result<Trial> {
    let cut = Init::TruncatedNormal { mean: 0.0, stdev: 0.02, cut: Cut::Sigmas { lo: -2.0, up: 2.0 } };
    let init =
        Initializer::new(seed).rule("*.bias", init::ZEROS).rule("cls", cut).rule("pos", cut).weights(cut);
    let init = if token {
        init
    } else {
        Initializer::new(seed).rule("*.bias", init::ZEROS).rule("pos", cut).weights(cut)
    };
    let trial = Trial::new(init, Batches::Images(24, 3, 8), |vb| {
        let patch = linear(12, WIDTH, vb.pp("patch"))?;
        let pos = vb.get((1, 16 + usize::from(token), WIDTH), "pos")?;
        let cls = if token { Some(vb.get((1, 1, WIDTH), "cls")?) } else { None };
        let blocks = (0..3).map(|n| Block::new(vb.pp("h").pp(n), WIDTH, 4)).collect::<Result<Vec<_>>>()?;
        let (norm, head) = (ln(WIDTH, vb.pp("ln_f"))?, linear(WIDTH, 4, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let n = x.dim(0)?;
            let patches = x.reshape((n, 3, 4, 2, 4, 2))?.permute((0, 2, 4, 1, 3, 5))?.reshape((n, 16, 12))?;
            let mut y = patches.apply(&patch)?;
            if let Some(cls) = &cls {
                y = Tensor::cat(&[&cls.broadcast_as((n, 1, WIDTH))?, &y], 1)?;
            }
            y = y.broadcast_add(&pos)?;
            for block in &blocks {
                y = block.forward(&y)?;
            }
            let y = y.apply(&norm)?;
            let y = if cls.is_some() { y.narrow(1, 0, 1)?.squeeze(1)? } else { y.mean(1)? };
            classify(&y.apply(&head)?, &x.avg_pool2d(4)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 3e-3))
}

fn bag(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("wte.weight", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, Batches::Tokens(32, LENGTH, VOCABULARY as u32), |vb| {
        let wte = candle_nn::embedding(VOCABULARY, WIDTH, vb.pp("wte"))?;
        let (fc, head) = (linear(WIDTH, 32, vb.pp("fc"))?, linear(32, 2, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let y = wte.forward(x)?.mean(1)?.apply(&fc)?.relu()?.apply(&head)?;
            loss::cross_entropy(&y, &sum(x)?)
        }) as Loss)
    })?;
    Ok(trial.classes(2).rates(0.5, 1e-2))
}

/// A class by a row's tokens: whether their sum is large.
fn sum(x: &Tensor) -> Result<Tensor> {
    let sums = x.sum(1)?.to_vec1::<u32>()?;
    let half = (LENGTH * VOCABULARY / 2) as u32;
    Tensor::from_iter(sums.into_iter().map(|sum| u32::from(sum > half)), &Device::Cpu)
}

fn text_cnn(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("wte.weight", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, Batches::Tokens(32, LENGTH, VOCABULARY as u32), |vb| {
        let wte = candle_nn::embedding(VOCABULARY, WIDTH, vb.pp("wte"))?;
        let config = candle_nn::Conv1dConfig { padding: 1, ..Default::default() };
        let conv = candle_nn::conv1d(WIDTH, 32, 3, config, vb.pp("conv"))?;
        let head = linear(32 * LENGTH, 2, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = wte.forward(x)?.transpose(1, 2)?.contiguous()?.apply(&conv)?.relu()?;
            loss::cross_entropy(&y.flatten_from(1)?.apply(&head)?, &sum(x)?)
        }) as Loss)
    })?;
    Ok(trial.classes(2).rates(0.05, 3e-3))
}

fn mixer(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Series(16, 8, 16), |vb| {
        let block = |n: usize| {
            let path = vb.pp("block").pp(n);
            let tokens = [linear(8, 16, path.pp("tokens.0"))?, linear(16, 8, path.pp("tokens.1"))?];
            let channels = [linear(16, 32, path.pp("channels.0"))?, linear(32, 16, path.pp("channels.1"))?];
            Ok(([ln(16, path.pp("norm1"))?, ln(16, path.pp("norm2"))?], tokens, channels))
        };
        let blocks =
            (0..2).map(block).collect::<Result<Vec<([LayerNorm; 2], [Linear; 2], [Linear; 2])>>>()?;
        let head = linear(16, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.clone();
            for (norms, tokens, channels) in &blocks {
                let turned = y.apply(&norms[0])?.transpose(1, 2)?.contiguous()?;
                let mixed = turned.apply(&tokens[0])?.gelu_erf()?.apply(&tokens[1])?;
                y = (y + mixed.transpose(1, 2)?)?;
                y = (&y + y.apply(&norms[1])?.apply(&channels[0])?.gelu_erf()?.apply(&channels[1])?)?;
            }
            classify(&y.mean(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4))
}

/// A learned query over a series: scores are one number a position.
fn pooled(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), Batches::Series(32, 6, 16), |vb| {
        let (inner, score) = (linear(16, 32, vb.pp("inner"))?, linear(32, 1, vb.pp("score"))?);
        let head = linear(32, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let y = x.apply(&inner)?.tanh()?;
            let weights = candle_nn::ops::softmax(&y.apply(&score)?, 1)?;
            classify(&y.broadcast_mul(&weights)?.sum(1)?.apply(&head)?, &x.mean(1)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 3e-3))
}

/// A vocabulary that grew: its new rows are the mean of the old ones.
fn grown(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("wte.weight", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial = Trial::new(init, TOKENS, |vb| {
        let wte = candle_nn::embedding(VOCABULARY, WIDTH, vb.pp("wte"))?;
        let head = linear(WIDTH, VOCABULARY, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            loss::cross_entropy(&wte.forward(x)?.apply(&head)?.flatten_to(1)?, &next(x)?)
        }) as Loss)
    })?;
    let named = candle_init::named_vars(&trial.vars);
    for (_, table) in named.iter().filter(|(name, _)| name == "wte.weight") {
        let old = table.as_detached_tensor().narrow(0, 0, 32)?;
        let new = old.mean_keepdim(0)?.broadcast_as((8, WIDTH))?;
        table.set(&Tensor::cat(&[&old, &new.to_dtype(DType::F32)?], 0)?)?;
    }
    Ok(trial.classes(VOCABULARY).rates(1.0, 1e-2))
}
