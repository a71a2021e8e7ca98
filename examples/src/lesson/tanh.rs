//! What Glorot does for tanh.

use anyhow::Result;
use candle_init::{Init, init};
use candle_init_probe::LayerSignal;
use candle_init_probe::figure::{Figure, HistogramCell, HistogramGrid};
use candle_init_probe::page::Section;

use super::bench::{Bench, Measured};
use super::bend::TANH;
use super::start::Start;
use super::words::{number, percent};

const DEPTH: usize = 6;

pub(super) fn section(bench: &Bench) -> Result<Section> {
    let laws = [
        ("N(0, 0.01²): all near zero", Init::Randn { mean: 0.0, stdev: 0.01 }),
        ("N(0, 1): all at the ends, where tanh is flat", Init::Randn { mean: 0.0, stdev: 1.0 }),
        ("Glorot: alive in every layer", init::GLOROT_NORMAL),
    ];
    let measured = laws.iter().map(|(_, law)| bench.signal(&Start::new(TANH, DEPTH, *law)));
    let measured = measured.collect::<Result<Vec<_>>>()?;
    let section = Section::new("Glorot for tanh").text(
        "tanh passes a signal on only where it is neither too small nor so large that the function is flat. Glorot's \
         variance, `2/(fan_in + fan_out)`, keeps it between.",
    );
    Ok(laws.iter().zip(&measured).fold(section, |section, ((name, _), one)| section.figure(grid(name, one))))
}

/// What each layer passes on, and how large and how flat it is, in words.
fn grid(name: &str, measured: &Measured) -> Figure {
    let cell = |(index, layer): (usize, &LayerSignal)| {
        HistogramCell::new(format!("layer {}", index + 1), layer.histogram.clone())
    };
    let cells = measured.layers().iter().enumerate().map(cell).collect();
    let stds: Vec<_> = measured.values(|layer| layer.passed.std).into_iter().map(number).collect();
    let flat = percent(measured.mean(|layer| layer.saturated));
    Figure::from(&HistogramGrid::new(name, cells)).with_caption(format!(
        "std by layer {}; {flat} of the outputs lie where tanh is flat",
        stds.join(", ")
    ))
}
