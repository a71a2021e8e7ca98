//! Thirty layers of every activation of candle's, with its gain: each layer gives the second moment that theory
//! expects of it; and `docs/gains.md` says what is measured here.
//!
//! The measure is `K = gain²·mean f(h)²`, which is the variance of the next layer's pre-activations `h`. Given the
//! layer before, `E[K′] = V(K)` exactly, whatever the width, with a relative spread of `v/n`. A gain keeps `K = 1`;
//! a finite net strays from there, and further where that fixed point is unstable, so each layer is held against
//! `V` of what came in. A squared rectifier and a gated unit double what `ln K` strays by in each layer: their
//! signal is scaled back to one between layers, as a norm layer does.

use acceptance::deep::{mean_and_spread, pair, squares, weight};
use acceptance::depth::Signal;
use acceptance::gains::{CANDLE, GAINS};
use anyhow::{Context, Result};
use candle_core::Tensor;
use candle_init::activation::{Activation, ScalarFunction, backward_gain, gain, pytorch_gain};
use candle_nn::{Activation as Candle, Module};
use rayon::prelude::*;

const UNITS: usize = 512;
const LAYERS: usize = 30;
const NETS: u64 = 64;

/// `(ratio of K to its prediction by layer, K)` of every activation in one net, whose matrices they share.
fn net(seed: u64, gains: &[f64]) -> Result<Vec<Vec<(f64, f64)>>> {
    let input = pair(seed, UNITS, 1.0, 0.0)?.narrow(1, 0, 1)?;
    let first = weight(seed, 0, UNITS, 1.0)?.matmul(&input.contiguous()?)?;
    let mut columns = vec![first; CANDLE.len()];
    let mut before = vec![1.0; CANDLE.len()];
    let mut seen = vec![Vec::new(); CANDLE.len()];
    for layer in 1..=LAYERS {
        let mut signals = Vec::new();
        for (i, candle) in CANDLE.into_iter().enumerate() {
            let after = output(candle, &columns[i], seed, layer, before[i])?;
            let next = (after * gains[i])?;
            let k = squares(&next)?;
            seen[i].push((k / expected(candle, before[i]), k));
            before[i] = if is_steep(candle) { 1.0 } else { k };
            signals.push((next * (before[i] / k).sqrt())?);
        }
        let hidden = weight(seed, layer, UNITS, 1.0)?.matmul(&Tensor::cat(&signals, 1)?)?;
        columns =
            (0..CANDLE.len()).map(|i| hidden.narrow(1, i, 1)?.contiguous()).collect::<Result<_, _>>()?;
    }
    Ok(seen)
}

/// Whether `ln K` strays twice as far in each layer, or nearly so.
fn is_steep(candle: Candle) -> bool {
    matches!(candle, Candle::Relu2 | Candle::Swiglu)
}

/// What candle's module gives; a gated one gets an independent second half of the same variance.
fn output(candle: Candle, h: &Tensor, seed: u64, layer: usize, variance: f64) -> Result<Tensor> {
    if candle != Candle::Swiglu {
        return Ok(candle.forward(h)?);
    }
    let other = pair(seed + 7919 * layer as u64, UNITS, variance, 0.0)?.narrow(1, 0, 1)?;
    Ok(candle.forward(&Tensor::cat(&[h, &other], 1)?)?)
}

/// `V(q)`, with the gain of the literature and the trapezium rule: nothing of the code under test but `f`.
fn expected(candle: Candle, q: f64) -> f64 {
    let activation = Activation::from(candle);
    let wide = Signal::new(q).through(|z| activation.value(z), known(activation).powi(2), usize::MAX);
    let other = if candle == Candle::Swiglu { q } else { 1.0 };
    wide.log.exp() * other
}

fn known(activation: Activation) -> f64 {
    GAINS.iter().find(|(a, _)| *a == activation).map_or(f64::NAN, |(_, gain)| *gain)
}

/// What one activation did in all nets.
#[derive(Clone, Copy, Debug)]
struct Row {
    candle: Candle,
    /// Mean over nets and layers of measured over predicted.
    mean: f64,
    /// The layer whose mean over nets is furthest from one.
    worst: f64,
    /// Median over nets of `K` at the end, and the standard deviation of its logarithm.
    end: f64,
    spread: f64,
}

fn rows() -> Result<Vec<Row>> {
    let gains = CANDLE.iter().map(|c| gain(Activation::from(*c))).collect::<Result<Vec<_>, _>>()?;
    let nets = (0..NETS).into_par_iter().map(|seed| net(seed, &gains)).collect::<Result<Vec<_>>>()?;
    let row = |(i, candle): (usize, Candle)| {
        let at = |layer: usize| nets.iter().map(|n| n[i][layer].0).collect::<Vec<_>>();
        let layers: Vec<f64> = (0..LAYERS).map(|l| mean_and_spread(&at(l)).0).collect();
        let worst = layers
            .iter()
            .copied()
            .fold(1.0, |w: f64, m| if (m - 1.0).abs() > (w - 1.0).abs() { m } else { w });
        let mut logs: Vec<f64> = nets.iter().map(|n| n[i][LAYERS - 1].1.ln()).collect();
        logs.sort_by(f64::total_cmp);
        let (end, spread) = (logs[logs.len() / 2].exp(), mean_and_spread(&logs).1);
        Row { candle, mean: mean_and_spread(&layers).0, worst, end, spread }
    };
    Ok(CANDLE.into_iter().enumerate().map(row).collect())
}

/// The rows of the page's table that has this many columns, without its head.
fn table(page: &str, columns: usize) -> Vec<Vec<String>> {
    let lines = page.lines().filter(|l| l.starts_with("| `"));
    let cells = lines.map(|l| l.trim_matches('|').split('|').map(|c| c.trim().to_string()).collect());
    cells.filter(|c: &Vec<String>| c.len() == columns).collect()
}

fn page() -> Result<String> {
    Ok(std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/gains.md"))?)
}

fn number(cell: &str) -> Result<f64> {
    cell.parse().with_context(|| format!("`{cell}` is not a number"))
}

#[test]
#[cfg_attr(not(feature = "long"), ignore = "hundreds of deep nets: with --features acceptance/full, as CI")]
fn thirty_layers_follow_the_variance_map() -> Result<()> {
    let rows = rows()?;
    for row in &rows {
        println!(
            "| `{:?}` | {:.3} | {:.3} | {:.3} | {:.2} |",
            row.candle, row.mean, row.worst, row.end, row.spread
        );
    }
    let written = table(&page()?, 5);
    assert_eq!(written.len(), rows.len());
    for (row, cells) in rows.iter().zip(written) {
        // These have up to four times the spread of the others.
        let (all, one) = if is_steep(row.candle) { (0.02, 0.10) } else { (0.01, 0.05) };
        assert!((row.mean - 1.0).abs() < all, "{row:?}");
        assert!((row.worst - 1.0).abs() < one, "{row:?}");
        assert_eq!(cells[0], format!("`{:?}`", row.candle));
        for (cell, value) in cells[1..].iter().zip([row.mean, row.worst, row.end, row.spread]) {
            assert!((number(cell)? - value).abs() < 0.02 * (1.0 + value.abs()), "{cell}: {row:?}");
        }
    }
    Ok(())
}

/// The matrices above are those of `LECUN_NORMAL`; a gain on the initializer is the same gain on the signal.
#[test]
fn a_gain_on_the_initializer_is_a_gain_on_the_signal() -> Result<()> {
    let gain = gain(Activation::Gelu)?;
    let (scaled, plain) = (weight(1, 2, 64, gain)?, (weight(1, 2, 64, 1.0)? * gain)?);
    let difference = squares(&(&scaled - plain)?)?.sqrt();
    assert!(difference < 1e-6 * squares(&scaled)?.sqrt(), "{difference}");
    Ok(())
}

#[test]
fn the_page_has_the_gains() -> Result<()> {
    let rows = table(&page()?, 4);
    assert_eq!(rows.len(), GAINS.len());
    for ((activation, _), cells) in GAINS.into_iter().zip(rows) {
        let (forward, backward) = (gain(activation)?, backward_gain(activation)?);
        let peer = pytorch_gain(activation).map_or("–".into(), |gain| format!("{gain:.9}"));
        println!("| `{activation}` | {forward:.9} | {backward:.9} | {peer} |");
        assert_eq!(cells[0], format!("`{activation}`"));
        assert!((number(&cells[1])? - forward).abs() < 6e-10, "{cells:?}: {forward}");
        assert!((number(&cells[2])? - backward).abs() < 6e-10, "{cells:?}: {backward}");
        assert_eq!(cells[3], peer, "{activation}");
    }
    Ok(())
}
