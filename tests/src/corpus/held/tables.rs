//! Tables of rows: recommenders, rankings, parsers.

use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::{Embedding, Linear, Module, loss};

use crate::corpus::held::{NORMED, RELU, held};
use crate::corpus::parts::{binary, bn, glorot, he, linear, stack, teacher, through};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        held("DeepFM", deep_fm, RELU),
        held("pairwise ranking of two products, BPR", ranked, &[]),
        held("cross network, DCN", crossed, RELU),
        held("residual net over columns, embeddings beside numbers", columns, NORMED),
        held("biaffine parser", parser, RELU),
    ]
}

/// What a column's value is worth to the one who made the data.
fn worth(x: &Tensor, name: &str, rank: usize) -> Result<Tensor> {
    let table = teacher(name, (16, rank))?;
    let (rows, length) = x.dims2()?;
    table.index_select(&x.flatten_all()?, 0)?.reshape((rows, length, rank))
}

fn positive(x: &Tensor) -> Result<Tensor> {
    x.gt(&x.zeros_like()?)?.to_dtype(DType::F32)
}

/// A first-order table, the products of pairs by half of a difference of squares, and a net over the same table.
fn deep_fm(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("{linear,factors}.weight", Init::Randn { mean: 0.0, stdev: 0.1 });
    let trial = Trial::new(init, Batches::Tokens(64, 4, 16), |vb| {
        let (one, factors) =
            (candle_nn::embedding(16, 1, vb.pp("linear"))?, candle_nn::embedding(16, 8, vb.pp("factors"))?);
        let (first, mid) = (linear(32, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let head = linear(32, 1, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let (flat, table) = (one.forward(x)?.sum((1, 2))?, factors.forward(x)?);
            let pairs = ((table.sum(1)?.sqr()? - table.sqr()?.sum(1)?)?.sum(1)? * 0.5)?;
            let deep = table.flatten_from(1)?.apply(&first)?.relu()?.apply(&mid)?.relu()?.apply(&head)?;
            let score = ((flat + pairs)? + deep.squeeze(1)?)?;
            binary(&score, &positive(&worth(x, "clicks", 1)?.sum((1, 2))?)?)
        }) as Loss)
    })?;
    Ok(trial.rates(0.5, 1e-2))
}

/// Of three tokens the first is a user, the others two things: which one does the user like better.
fn ranked(seed: u64) -> anyhow::Result<Trial> {
    let init = Initializer::new(seed).rule("*.weight", Init::Randn { mean: 0.0, stdev: 0.1 });
    let trial = Trial::new(init, Batches::Tokens(64, 3, 16), |vb| {
        let (users, items) =
            (candle_nn::embedding(16, 8, vb.pp("users"))?, candle_nn::embedding(16, 8, vb.pp("mid"))?);
        let likes = (teacher("likes", (16, 16))? + teacher("fame", (1, 16))?.broadcast_as((16, 16))?)?;
        let likes = likes.flatten_all()?;
        Ok(Box::new(move |x: &Tensor| {
            let part = |n: usize| x.narrow(1, n, 1)?.squeeze(1)?.contiguous();
            let (user, a, b) = (part(0)?, part(1)?, part(2)?);
            let truth = |item: &Tensor| likes.index_select(&((&user * 16.0)? + item)?, 0);
            let better = positive(&(truth(&a)? - truth(&b)?)?)?;
            let gap = (items.forward(&a)? - items.forward(&b)?)?;
            binary(&(users.forward(&user)? * gap)?.sum(D::Minus1)?, &better)
        }) as Loss)
    })?;
    Ok(trial.rates(5.0, 3e-2))
}

/// Wang et al. 2021: `x₀·(W·x + b) + x` twice, beside a net.
fn crossed(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("wte.weight", Init::Randn { mean: 0.0, stdev: 0.3 });
    let init = init.rule("cross.*.weight", init::GLOROT_NORMAL);
    let trial = Trial::new(init, Batches::Tokens(64, 4, 16), |vb| {
        let wte = candle_nn::embedding(16, 6, vb.pp("wte"))?;
        let cross = [linear(24, 24, vb.pp("cross.0"))?, linear(24, 24, vb.pp("cross.1"))?];
        let (first, mid) = (linear(24, 32, vb.pp("first"))?, linear(32, 16, vb.pp("mid"))?);
        let head = linear(40, 1, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let start = wte.forward(x)?.flatten_from(1)?;
            let step = |y: Tensor, layer: &Linear| (&start * y.apply(layer)?)? + y;
            let wide = cross.iter().try_fold(start.clone(), step)?;
            let deep = start.apply(&first)?.relu()?.apply(&mid)?.relu()?;
            let score = Tensor::cat(&[wide, deep], 1)?.apply(&head)?.squeeze(1)?;
            let rows = worth(x, "rows", 3)?;
            let pair = (rows.narrow(1, 0, 1)? * rows.narrow(1, 1, 1)?)?.sum((1, 2))?;
            binary(&score, &positive(&pair)?)
        }) as Loss)
    })?;
    Ok(trial.rates(0.5, 1e-2))
}

/// Gorishniy et al. 2021: `x + L(ReLU(L(BN(x))))` over columns that are words and columns that are numbers.
fn columns(seed: u64) -> anyhow::Result<Trial> {
    let init = he(seed).rule("tables.*.weight", init::PYTORCH_UNIFORM);
    let trial = Trial::new(init, Batches::Tokens(64, 4, 16), |vb| {
        let tables = (0..2).map(|n| candle_nn::embedding(16, 8, vb.pp("tables").pp(n)));
        let tables = tables.collect::<Result<Vec<Embedding>>>()?;
        let first = linear(18, 24, vb.pp("first"))?;
        let (norm, mid, down) =
            (bn(24, vb.pp("norm"))?, linear(24, 48, vb.pp("mid"))?, linear(48, 24, vb.pp("down"))?);
        let (last, head) = (bn(24, vb.pp("last"))?, linear(24, 1, vb.pp("head"))?);
        Ok(Box::new(move |x: &Tensor| {
            let part = |n: usize| x.narrow(1, n, 1)?.squeeze(1)?.contiguous();
            let numbers = (x.narrow(1, 2, 2)?.to_dtype(DType::F32)? / 4.6)?.affine(1.0, -1.63)?;
            let words = [tables[0].forward(&part(0)?)?, tables[1].forward(&part(1)?)?];
            let y = Tensor::cat(&[&words[0], &words[1], &numbers], 1)?.apply(&first)?;
            let y = (&y + norm.forward_train(&y)?.apply(&mid)?.relu()?.apply(&down)?)?;
            let y = last.forward_train(&y)?.relu()?.apply(&head)?.squeeze(1)?;
            let truth = (worth(x, "words", 1)?.narrow(1, 0, 2)?.sum((1, 2))? + numbers.sum(1)?)?;
            loss::mse(&y, &(truth * 0.5)?)
        }) as Loss)
    })?;
    Ok(trial.rates(0.05, 5e-3))
}

/// Dozat and Manning 2017: two views of each word, a bilinear score for each pair; a word's head is the one that follows
/// its class.
fn parser(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("wte.weight", Init::Randn { mean: 0.0, stdev: 1.0 });
    let trial =
        Trial::new(init.rule("form.weight", init::GLOROT_NORMAL), Batches::Tokens(16, 6, 12), |vb| {
            let wte = candle_nn::embedding(12, 16, vb.pp("wte"))?;
            let net = stack(&[16, 24], &vb.pp("encoder"))?;
            let (mid, heads) = (linear(24, 16, vb.pp("mid"))?, linear(24, 16, vb.pp("heads"))?);
            let (form, bias) = (vb.get((16, 16), "form.weight")?, linear(16, 1, vb.pp("prior"))?);
            Ok(Box::new(move |x: &Tensor| {
                let y = through(&net, &wte.forward(x)?, Tensor::relu)?.relu()?;
                let (child, head) = (y.apply(&mid)?.relu()?, y.apply(&heads)?.relu()?);
                let scores = child.broadcast_matmul(&form)?.matmul(&head.t()?)?;
                let scores = scores.broadcast_add(&head.apply(&bias)?.transpose(1, 2)?)?.flatten_to(1)?;
                // The head is the word that a fixed table likes best.
                let taste = teacher("taste", (12, 12))?;
                let like = |word: &Tensor| taste.index_select(word, 0)?.index_select(word, 1)?.argmax(1);
                let rows = (0..x.dim(0)?).map(|n| like(&x.get(n)?)).collect::<Result<Vec<_>>>()?;
                loss::cross_entropy(&scores, &Tensor::cat(&rows, 0)?.to_device(&Device::Cpu)?)
            }) as Loss)
        })?;
    Ok(trial.classes(6).rates(0.3, 5e-3))
}
