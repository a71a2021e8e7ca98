//! Orthogonal weights beside normal ones.

use anyhow::{Result, anyhow};
use candle_core::{DType, Device};
use candle_init::{Init, Initializer, init};
use candle_init_probe::figure::{Figure, LineChart, Series};
use candle_init_probe::page::Section;
use faer::Mat;

use super::bench::Bench;
use super::words::number;

/// Smaller than the other nets: singular values take time.
const UNITS: usize = 128;
const DEPTHS: [usize; 3] = [1, 5, 20];

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let (mut series, mut last) = (Vec::new(), f64::NAN);
    for depth in DEPTHS {
        let values = spectrum(bench.seed, depth, init::LECUN_NORMAL)?;
        last = values.first().copied().unwrap_or(f64::NAN) / median(&values);
        series.push(Series::by_layer(
            format!("normal, {depth} layer{}", if depth == 1 { "" } else { "s" }),
            &values,
        ));
    }
    let deepest = DEPTHS.last().copied().unwrap_or(1);
    series.push(Series::by_layer(
        format!("orthogonal, {deepest} layers"),
        &spectrum(bench.seed, deepest, init::ORTHOGONAL)?,
    ));
    let chart = LineChart {
        title: "Singular values of a linear net".into(),
        x: format!("singular value, largest first, of {UNITS}"),
        y: "size".into(),
        log_y: true,
        series,
        ..LineChart::default()
    };
    let text = format!(
        "A normal matrix of variance 1/n keeps a signal's size on average, but not its shape: some directions grow, \
         most shrink, and depth compounds it. After {deepest} layers the largest singular value is {} times the median one. A \
         product of orthogonal matrices is orthogonal: all of its singular values are 1 (Saxe et al. 2014).",
        number(last)
    );
    let caption = format!("The product of the weights of a deep linear net of {UNITS} units a layer.");
    Ok(Section::new("Orthogonal weights: no direction is lost")
        .text(text)
        .figure(Figure::from(&chart).with_caption(caption)))
}

/// The singular values, largest first, of the product of `depth` matrices of `law`.
fn spectrum(seed: u64, depth: usize, law: Init) -> Result<Vec<f64>> {
    let laws = Initializer::new(seed);
    let mut product = Mat::<f64>::identity(UNITS, UNITS);
    for layer in 0..depth {
        let name = format!("linear{layer}.weight");
        let weight = laws.tensor(&name, (UNITS, UNITS), law, DType::F64, &Device::Cpu)?;
        let weight = weight.to_vec2::<f64>()?;
        product = Mat::from_fn(UNITS, UNITS, |row, column| weight[row][column]) * product;
    }
    product.singular_values().map_err(|error| anyhow!("no singular values: {error:?}"))
}

fn median(values: &[f64]) -> f64 {
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
