//! Orthogonal weights beside normal ones.

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor};
use candle_init::{Init, Initializer, init};
use candle_init_probe::Spectrum;

use super::bench::Bench;
use super::facts::Facts;
use crate::figure::{Chart, Ink, Line, Stroke};

/// Smaller than the other nets: singular values take time.
const UNITS: usize = 128;
const DEPTHS: [usize; 3] = [1, 5, 20];

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let (mut lines, mut last) = (Vec::new(), f64::NAN);
    for (depth, stroke) in DEPTHS.into_iter().zip([Stroke::Thin, Stroke::Dashed, Stroke::Solid]) {
        let values = spectrum(bench.seed, depth, init::LECUN_NORMAL)?;
        last = values.first().copied().unwrap_or(f64::NAN) / median(&values);
        let label = format!("LeCun, {depth} layer{}", if depth == 1 { "" } else { "s" });
        lines.push(Line::by_layer(label, Ink::Lecun, &values).stroke(stroke));
    }
    let deepest = DEPTHS.last().copied().unwrap_or(1);
    let values = spectrum(bench.seed, deepest, init::ORTHOGONAL)?;
    lines.push(Line::by_layer(format!("orthogonal, {deepest}"), Ink::Orthogonal, &values));
    facts.number("orthogonal.ratio", last);
    facts.html("orthogonal.depth", deepest.to_string());
    facts.html("orthogonal.units", UNITS.to_string());
    let chart = Chart {
        title: "Singular values of a linear net".into(),
        x: format!("singular value, largest first, of {UNITS}"),
        y: "size, log scale".into(),
        log: true,
        bounds: Some((1e-10, 1e4)),
        lines,
        ..Chart::default()
    };
    facts.chart("orthogonal.spectrum", &chart);
    Ok(())
}

/// The singular values, largest first, of the product of `depth` matrices of `initializer`.
fn spectrum(seed: u64, depth: usize, initializer: Init) -> Result<Vec<f64>> {
    let initializers = Initializer::new(seed);
    let mut product = Tensor::eye(UNITS, DType::F64, &Device::Cpu)?;
    for layer in 0..depth {
        let name = format!("linear{layer}.weight");
        let weight = initializers.tensor(&name, (UNITS, UNITS), initializer, DType::F64, &Device::Cpu)?;
        product = weight.matmul(&product)?;
    }
    let values = product.flatten_all()?.to_vec1()?;
    Ok(Spectrum::new(&values, UNITS, UNITS).context("the product of the matrices is not finite")?.values)
}

fn median(values: &[f64]) -> f64 {
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
