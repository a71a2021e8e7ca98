//! Words, tags and places in a row.

use candle_core::{D, DType, Result, Tensor};
use candle_init::{Init, init};
use candle_nn::ops::{leaky_relu, softmax};
use candle_nn::{Linear, Module, loss};

use crate::corpus::fresh::fresh;
use crate::corpus::held::{FLAT, NORMED, QUERIES};
use crate::corpus::parts::{glorot, labels, linear, ln, teacher};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

pub(super) fn subjects() -> Vec<Subject> {
    vec![
        fresh("masked words, head tied to the table", masked, &[QUERIES, &NORMED[..1]].concat()),
        fresh("tags by a linear-chain CRF", chain, &[]),
        fresh("pointer network that sorts", pointer, &[FLAT, QUERIES].concat()),
    ]
}

/// Twenty words are five topics of four: all words of a row take the first one's topic.
fn topical(x: &Tensor) -> Result<Tensor> {
    let x = x.to_dtype(DType::F32)?;
    let topics = ((&x / 4.0)?.floor()? * 4.0)?;
    (&x - &topics)?.broadcast_add(&topics.narrow(1, 0, 1)?)
}

/// Devlin et al. 2019 with one layer: two words of each row are hidden, their loss is counted.
fn masked(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("{wte,wpe}.weight", Init::Randn { mean: 0.0, stdev: 0.18 });
    let trial = Trial::new(init.rule("prior", init::ZEROS), Batches::Tokens(16, 8, 20), |vb| {
        let (wte, wpe) =
            (candle_nn::embedding(21, 32, vb.pp("wte"))?, candle_nn::embedding(8, 32, vb.pp("wpe"))?);
        let of = |name: &str| linear(32, 32, vb.pp(name));
        let [query, key, value, out] = [of("query")?, of("key")?, of("value")?, of("out")?];
        let (start, after) = (ln(32, vb.pp("ln_start"))?, ln(32, vb.pp("ln_after"))?);
        let (mid, norm) = (of("mid")?, ln(32, vb.pp("norm"))?);
        let head = Linear::new(wte.embeddings().clone(), Some(vb.get(21, "prior")?));
        let hidden = |n: &u32| (n / 8 + n % 8).is_multiple_of(4);
        let places = Tensor::from_iter((0..128u32).filter(hidden), vb.device())?;
        let hide = Tensor::from_iter((0..128u32).map(|n| f32::from(u8::from(hidden(&n)))), vb.device())?;
        let hide = hide.reshape((16, 8))?;
        let positions = Tensor::arange(0u32, 8, vb.device())?;
        Ok(Box::new(move |x: &Tensor| {
            let words = topical(x)?;
            let seen = ((&words * hide.affine(-1.0, 1.0)?)? + (&hide * 20.0)?)?.to_dtype(DType::U32)?;
            let y = wte.forward(&seen)?.broadcast_add(&wpe.forward(&positions)?)?.apply(&start)?;
            let scores = (y.apply(&query)?.matmul(&y.apply(&key)?.t()?)? / 32f64.sqrt())?;
            let read = softmax(&scores, D::Minus1)?.matmul(&y.apply(&value)?)?.apply(&out)?;
            let y = (y + read)?.apply(&after)?.apply(&mid)?.gelu_erf()?.apply(&norm)?;
            let y = y.flatten_to(1)?.index_select(&places, 0)?.apply(&head)?;
            let right = words.to_dtype(DType::U32)?.flatten_all()?.index_select(&places, 0)?;
            loss::cross_entropy(&y, &right)
        }) as Loss)
    })?;
    Ok(trial.classes(21).rates(0.5, 3e-3))
}

/// The log-sum over all paths less the score of the right one, for each frame.
fn chain(seed: u64) -> anyhow::Result<Trial> {
    let init = glorot(seed).rule("steps", Init::Uniform { lo: -0.1, up: 0.1 });
    Trial::new(init, Batches::Series(16, 8, 8), |vb| {
        let (first, mid) = (linear(8, 32, vb.pp("first"))?, linear(32, 32, vb.pp("mid"))?);
        let (head, steps) = (linear(32, 5, vb.pp("head"))?, vb.get((5, 5), "steps")?);
        Ok(Box::new(move |x: &Tensor| {
            let bent = |y: Tensor| leaky_relu(&y, 0.1);
            let says = bent(bent(x.apply(&first)?)?.apply(&mid)?)?.apply(&head)?;
            // A frame's tag is partly that of the frame before.
            let before = (x.pad_with_zeros(1, 1, 0)?.narrow(1, 0, 8)? * 0.4)?;
            let tags = labels(&(x + before)?.flatten_to(1)?, 5)?.reshape((16, 8))?;
            let pairs = ((tags.narrow(1, 0, 7)? * 5.0)? + tags.narrow(1, 1, 7)?)?.flatten_all()?;
            let right = (says.gather(&tags.unsqueeze(2)?, 2)?.sum_all()?
                + steps.flatten_all()?.index_select(&pairs, 0)?.sum_all()?)?;
            let at = |t: usize| says.narrow(1, t, 1)?.squeeze(1);
            let further = |paths: Tensor, t: usize| {
                paths.unsqueeze(2)?.broadcast_add(&steps.unsqueeze(0)?)?.log_sum_exp(1)? + at(t)?
            };
            let all = (1..8).try_fold(at(0)?, further)?.log_sum_exp(1)?.sum_all()?;
            (all - right)? / 128.0
        }) as Loss)
    })
}

/// Vinyals et al. 2015: the three largest of six by the teacher's measure, each found from the one before.
fn pointer(seed: u64) -> anyhow::Result<Trial> {
    Trial::new(glorot(seed), Batches::Series(32, 6, 8), |vb| {
        let (mid, key) = (linear(8, 24, vb.pp("mid"))?, linear(24, 24, vb.pp("key"))?);
        let (query, score) = (linear(24, 24, vb.pp("query"))?, linear(24, 1, vb.pp("score"))?);
        let (measure, places) = (teacher("measure", (8, 1))?, Tensor::arange(0u32, 6, vb.device())?);
        Ok(Box::new(move |x: &Tensor| {
            let order = x.detach().broadcast_matmul(&measure)?.squeeze(2)?.arg_sort_last_dim(false)?;
            let code = x.apply(&mid)?.tanh()?;
            let keys = code.apply(&key)?;
            let (mut state, mut losses) = (code.mean_keepdim(1)?, Vec::new());
            let mut gone = order.to_dtype(DType::F32)?.zeros_like()?;
            for step in 0..3 {
                let scores = keys.broadcast_add(&state.apply(&query)?)?.tanh()?.apply(&score)?.squeeze(2)?;
                let right = order.narrow(1, step, 1)?.contiguous()?;
                losses.push(loss::cross_entropy(&(scores - (&gone * 1e9)?)?, &right.squeeze(1)?)?);
                let there = right.broadcast_eq(&places.unsqueeze(0)?)?.to_dtype(DType::F32)?;
                state = there.unsqueeze(1)?.matmul(&code)?;
                gone = (gone + there)?;
            }
            Tensor::stack(&losses, 0)?.mean_all()
        }) as Loss)
    })
}
