//! Recurrent nets, unrolled, and convolutions over time.

use candle_core::Tensor;
use candle_init::{Initializer, Layer, init};
use candle_nn::{Conv1dConfig, GRUConfig, LSTMConfig, RNN};

use crate::corpus::parts::{classify, glorot, he, linear};
use crate::corpus::plant::{Plant, nan, zeros};
use crate::corpus::subject::Subject;
use crate::corpus::trial::{Batches, Loss, Trial};

const SERIES: Batches = Batches::Series(16, 8, 8);
const PLANTS: &[Plant] = &[
    Plant { what: "a NaN", names: &["weight_hh"], harm: nan },
    Plant { what: "all weights zero", names: &[], harm: zeros },
];

pub(super) fn subjects() -> Vec<Subject> {
    let of = |name, build, plants: &[Plant]| Subject::new("recurrent", name, build, plants);
    vec![
        of("LSTM", lstm, PLANTS),
        of("GRU", gru, PLANTS),
        of("plain RNN, one weight used eight times", plain, &[PLANTS[1]]),
        of("temporal convolutions", tcn, &[PLANTS[1]]),
    ]
}

fn initializer(seed: u64, layer: Layer) -> Initializer {
    glorot(seed).rule("*bias*", init::ZEROS).layer("rnn.*", layer)
}

fn lstm(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(initializer(seed, Layer::LSTM), SERIES, |vb| {
        let cell = candle_nn::lstm(8, 24, LSTMConfig::default(), vb.pp("rnn"))?;
        let head = linear(24, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let states = cell.seq(x)?;
            let last = states.last().ok_or_else(|| candle_core::Error::msg("no steps"))?;
            classify(&last.h().apply(&head)?, &x.narrow(1, 6, 2)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(1.0, 1e-2))
}

fn gru(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(initializer(seed, Layer::GRU), SERIES, |vb| {
        let cell = candle_nn::gru(8, 24, GRUConfig::default(), vb.pp("rnn"))?;
        let head = linear(24, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let states = cell.seq(x)?;
            let last = states.last().ok_or_else(|| candle_core::Error::msg("no steps"))?;
            classify(&last.h.apply(&head)?, &x.narrow(1, 6, 2)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(1.0, 1e-2))
}

fn plain(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(glorot(seed), SERIES, |vb| {
        let (of_input, of_state) = (linear(8, 24, vb.pp("input"))?, linear(24, 24, vb.pp("state"))?);
        let head = linear(24, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut h = Tensor::zeros((x.dim(0)?, 24), x.dtype(), x.device())?;
            for step in 0..x.dim(1)? {
                let now = x.narrow(1, step, 1)?.squeeze(1)?;
                h = (now.apply(&of_input)? + h.apply(&of_state)?)?.tanh()?;
            }
            classify(&h.apply(&head)?, &x.narrow(1, 6, 2)?)
        }) as Loss)
    })?;
    Ok(trial.classes(4).rates(0.3, 1e-2))
}

fn tcn(seed: u64) -> anyhow::Result<Trial> {
    let trial = Trial::new(he(seed), SERIES, |vb| {
        let config = |dilation| Conv1dConfig { padding: dilation, dilation, ..Conv1dConfig::default() };
        let conv =
            |n: usize, from: usize| candle_nn::conv1d(from, 16, 3, config(1 << n), vb.pp("conv").pp(n));
        let convs = [conv(0, 8)?, conv(1, 16)?, conv(2, 16)?];
        let head = linear(16 * 8, 4, vb.pp("head"))?;
        Ok(Box::new(move |x: &Tensor| {
            let mut y = x.transpose(1, 2)?.contiguous()?;
            for conv in &convs {
                y = y.apply(conv)?.relu()?;
            }
            classify(&y.flatten_from(1)?.apply(&head)?, x)
        }) as Loss)
    })?;
    Ok(trial.classes(4))
}
