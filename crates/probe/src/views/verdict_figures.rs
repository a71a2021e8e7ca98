//! The figures of a verdict.

use crate::answer::verdict::Verdict;
use crate::figure::drawn::Figure;
use crate::figure::histogram_grid::{HistogramCell, HistogramGrid};
use crate::figure::line_chart::LineChart;
use crate::figure::series::Series;
use crate::figure::spectrum_grid::{SpectrumCell, SpectrumGrid};
use crate::findings::severity::Severity;
use crate::parameters::report::inspection::Inspection;
use crate::signals::report::signal::{LayerSignal, Signal};

/// The figures there are values for, each with the stem of its file's name.
pub(crate) fn figures(verdict: &Verdict) -> Vec<(&'static str, Figure)> {
    let is_wrong = |name: &str| {
        verdict.findings.iter().any(|found| found.place == name && found.severity() > Severity::Note)
    };
    let mut figures = Vec::new();
    if let Some(signal) = verdict.signal.as_ref().filter(|signal| !signal.layers.is_empty()) {
        figures.push(("signal", forward(signal)));
        figures.push(("gradients", backward(signal)));
        figures.push(("units", units(signal)));
        figures.push(("activations", activations(signal, is_wrong)));
    }
    if let Some(inspection) = &verdict.inspection {
        figures.extend(of_parameters(inspection, is_wrong));
    }
    figures
}

fn forward(signal: &Signal) -> Figure {
    let layers = &signal.layers;
    if let Some(series) = by_role(layers, |layer| Some(layer.output.rms())) {
        let title = "Signal by depth, a line for each role".into();
        let chart = LineChart {
            title,
            x: LAYER.into(),
            y: "size".into(),
            log_y: true,
            series,
            ..LineChart::default()
        };
        return Figure::from(&chart).with_caption(
            "What the layers of one role make of the batch (rms of the output), block after block: unlike layers have sizes of their own.",
        );
    }
    let band = numbered(layers).filter_map(|(x, layer)| layer.predicted.map(|band| (x, band.lo, band.hi)));
    let output = line("output, before the activation (rms)", layers, |layer| layer.output.rms());
    let passed = line("passed on, after it (std)", layers, |layer| layer.passed.std);
    let predicted: Vec<_> =
        numbered(layers).filter_map(|(x, layer)| layer.predicted.map(|band| (x, band.rms))).collect();
    let mut series = vec![output.with_band(band.collect()), passed];
    if !predicted.is_empty() {
        series.push(Series::new("theory for the output", predicted).thin());
    }
    let title = "Signal by depth".into();
    let chart =
        LineChart { title, x: LAYER.into(), y: "size".into(), log_y: true, series, ..LineChart::default() };
    Figure::from(&chart).with_caption(
        "What each layer makes of the batch. The shaded area is where theory has a single net of this width with weights of this size.",
    )
}

fn backward(signal: &Signal) -> Figure {
    let layers = &signal.layers;
    if let Some(series) = by_role(layers, |layer| gradient(signal, layer)) {
        let title = "Gradients by depth, a line for each role".into();
        let chart = LineChart {
            title,
            x: LAYER.into(),
            y: "size".into(),
            log_y: true,
            series,
            ..LineChart::default()
        };
        return Figure::from(&chart).with_caption(
            "The gradient of each weight (std), block after block. A weight that no gradient reaches is drawn as zero.",
        );
    }
    let errors = numbered(layers).filter_map(|(x, layer)| layer.error_rms.map(|error| (x, error))).collect();
    let weights = numbered(layers).filter_map(|(x, layer)| Some((x, gradient(signal, layer)?))).collect();
    let series = vec![
        Series::new("of the loss by the layer's output (rms)", errors),
        Series::new("of the loss by its weight (std)", weights),
    ];
    let series = series.into_iter().filter(|one| !one.points.is_empty()).collect();
    let title = "Gradients by depth".into();
    let chart =
        LineChart { title, x: LAYER.into(), y: "size".into(), log_y: true, series, ..LineChart::default() };
    Figure::from(&chart)
        .with_caption("What comes back from the loss. A weight that no gradient reaches is drawn as zero.")
}

/// The size of the gradient of a layer's weight; zero where none reaches it, `None` where it has no weight.
fn gradient(signal: &Signal, layer: &LayerSignal) -> Option<f64> {
    let weight = format!("{}.weight", layer.name);
    let found = signal.gradients.iter().find(|gradient| gradient.name == weight)?;
    Some(found.moments.map_or(0.0, |moments| moments.std))
}

fn units(signal: &Signal) -> Figure {
    let layers = &signal.layers;
    let series = vec![
        line("dead units", layers, |layer| layer.dead),
        line("saturated outputs", layers, |layer| layer.saturated),
        line("correlation of two samples", layers, |layer| layer.correlation),
    ];
    // A correlation is NaN where it is not known; zero and one always show.
    let known = |one: &Series| one.points.iter().any(|point| !point.1.is_nan());
    let series: Vec<_> = series.into_iter().filter(known).collect();
    let bounds = Some((0.0, 1.0));
    let (title, y) = ("Dead, flat and alike".into(), "share, or correlation".into());
    let chart = LineChart { title, x: LAYER.into(), y, bounds, series, ..LineChart::default() };
    Figure::from(&chart).with_caption("Units that are off for the whole batch, outputs where the activation is flat, and how alike any two samples have become: at 1 the net cannot tell them apart.")
}

fn activations(signal: &Signal, is_wrong: impl Fn(&str) -> bool) -> Figure {
    let cell = |layer: &LayerSignal| HistogramCell {
        name: layer.name.clone(),
        histogram: layer.histogram.clone(),
        flagged: is_wrong(&layer.name),
    };
    Figure::from(&HistogramGrid::new("Activations by layer", signal.layers.iter().map(cell).collect()))
}

fn of_parameters(inspection: &Inspection, is_wrong: impl Fn(&str) -> bool) -> Vec<(&'static str, Figure)> {
    let mut figures = Vec::new();
    let parameters = &inspection.parameters;
    let weights = parameters.iter().map(|parameter| HistogramCell {
        name: parameter.name.clone(),
        histogram: parameter.histogram.clone(),
        flagged: is_wrong(&parameter.name),
    });
    if !parameters.is_empty() {
        figures
            .push(("weights", Figure::from(&HistogramGrid::new("Weights by parameter", weights.collect()))));
    }
    let spectra = parameters.iter().filter_map(|parameter| {
        let values = parameter.spectrum.as_ref()?.values.clone();
        Some(SpectrumCell { name: parameter.name.clone(), values, flagged: is_wrong(&parameter.name) })
    });
    let spectra: Vec<_> = spectra.collect();
    if !spectra.is_empty() {
        figures.push(("spectra", Figure::from(&SpectrumGrid::new("Singular values", spectra))));
    }
    figures
}

const LAYER: &str = "layer";
/// So many lines can be told apart.
const ROLES: usize = 6;

/// A line for each role that layers have in block after block, such as `h.·.attn.qkv`, if there is more than one: unlike
/// layers on one line are a zigzag that says nothing.
fn by_role(layers: &[LayerSignal], value: impl Fn(&LayerSignal) -> Option<f64>) -> Option<Vec<Series>> {
    let mut roles: Vec<(String, Vec<(f64, f64)>)> = Vec::new();
    for (x, layer) in numbered(layers) {
        let (Some(value), role) = (value(layer), role(&layer.name)) else { continue };
        match roles.iter_mut().find(|(known, _)| *known == role) {
            Some((_, points)) => points.push((x, value)),
            None => roles.push((role, vec![(x, value)])),
        }
    }
    roles.retain(|(_, points)| points.len() > 1);
    // Of many roles those of the most layers, in the order in which the signal meets them.
    let mut counts: Vec<_> = roles.iter().map(|(_, points)| points.len()).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(ROLES - 1).copied().unwrap_or(0);
    roles.retain(|(_, points)| points.len() >= least);
    roles.truncate(ROLES);
    (roles.len() > 1).then(|| roles.into_iter().map(|(role, points)| Series::new(role, points)).collect())
}

/// The name with a dot for each number.
fn role(name: &str) -> String {
    let part = |part: &str| match part.trim_end_matches(|letter: char| letter.is_ascii_digit()) {
        stem if stem.len() < part.len() => format!("{stem}·"),
        whole => whole.to_owned(),
    };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

fn line(label: &str, layers: &[LayerSignal], value: impl Fn(&LayerSignal) -> f64) -> Series {
    Series::new(label, numbered(layers).map(|(x, layer)| (x, value(layer))).collect())
}

/// The layers with their numbers, from 1.
fn numbered(layers: &[LayerSignal]) -> impl Iterator<Item = (f64, &LayerSignal)> {
    layers.iter().enumerate().map(|(index, layer)| ((index + 1) as f64, layer))
}
