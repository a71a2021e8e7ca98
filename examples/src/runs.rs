//! Training runs as the programs' picture shows them.

use std::path::Path;

use anyhow::Result;
use candle_init::{Init, init};

use crate::figure::{self, Chart, Ink, Line, Stroke};

/// What lies beyond these is drawn on the edge, so that one exploded run cannot flatten the rest.
const LOSSES: (f64, f64) = (1e-4, 1e2);
const STDS: (f64, f64) = (1e-8, 1e4);

/// One training run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The initializer of its weights.
    pub initializer: Init,
    /// The loss before training, then that of each epoch.
    pub losses: Vec<f64>,
    /// The activations' standard deviation before training, first hidden layer to last.
    pub stds: Vec<f64>,
    /// The share of test images classed rightly at the end.
    pub accuracy: f64,
}

impl Run {
    fn loss(&self) -> Line {
        let label = format!("{} {:.1} %", name(self.initializer), 100.0 * self.accuracy);
        Line::by_step(label, ink(self.initializer), &self.losses).stroke(stroke(self.initializer))
    }

    fn std(&self) -> Line {
        Line::by_layer(name(self.initializer), ink(self.initializer), &self.stds)
            .stroke(stroke(self.initializer))
    }
}

/// Draws `runs` under `heading` into the SVG file `path`: loss by epoch beside the activations' spread by layer.
///
/// # Errors
/// If the file cannot be written; an older file of that name then stays as it was.
pub fn save(path: &Path, heading: &str, runs: &[Run]) -> Result<()> {
    let losses = Chart {
        title: "Training loss, with the test accuracy at the end".into(),
        x: "epoch".into(),
        y: "cross-entropy, log scale; ×: beyond the scale or no number".into(),
        log: true,
        bounds: Some(LOSSES),
        lines: runs.iter().map(Run::loss).collect(),
        ..Chart::default()
    };
    let stds = Chart {
        title: "What each layer passes on before training".into(),
        x: "hidden layer".into(),
        y: "standard deviation, log scale; ×: 0, or beyond the scale".into(),
        log: true,
        bounds: Some(STDS),
        lines: runs.iter().map(Run::std).collect(),
        ..Chart::default()
    };
    figure::save(path, heading, &[losses, stds])
}

/// Two that fail alike lie on each other: the second is dashed.
fn stroke(initializer: Init) -> Stroke {
    if ink(initializer) == Ink::Small { Stroke::Dashed } else { Stroke::Solid }
}

/// What an initializer is called beside its curve.
fn name(initializer: Init) -> String {
    match initializer {
        Init::Randn { mean: 0.0, stdev: 1.0 } => "N(0, 1)".into(),
        Init::Randn { mean: 0.0, stdev } => format!("N(0, {stdev}²)"),
        initializer if ink(initializer) == Ink::Glorot => "Glorot".into(),
        initializer if ink(initializer) == Ink::He => "He".into(),
        initializer => initializer.to_string(),
    }
}

fn ink(initializer: Init) -> Ink {
    match initializer {
        Init::Const(_) => Ink::Zeros,
        Init::Randn { stdev, .. } if stdev < 0.1 => Ink::Small,
        Init::Randn { .. } => Ink::Large,
        initializer if initializer == init::GLOROT_UNIFORM || initializer == init::GLOROT_NORMAL => {
            Ink::Glorot
        }
        initializer if initializer == init::HE_UNIFORM || initializer == init::HE_NORMAL => Ink::He,
        initializer if initializer == init::LECUN_UNIFORM || initializer == init::LECUN_NORMAL => Ink::Lecun,
        Init::Orthogonal { .. } => Ink::Orthogonal,
        _ => Ink::Gain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn failing_runs_show() {
        let scratch = Scratch::new("runs");
        let path = scratch.path().join("some.svg");
        let run = |initializer, losses: &[f64], stds: &[f64]| Run {
            initializer,
            losses: losses.to_vec(),
            stds: stds.to_vec(),
            accuracy: 0.1,
        };
        let runs = [
            run(init::ZEROS, &[2.3, 2.3], &[0.0, 0.0]),
            run(init::normal(0.0, 1.0), &[1e27, f64::NAN], &[10.0, f64::INFINITY]),
            run(init::HE_NORMAL, &[2.3, 1.0, 0.1], &[1.0, 0.9]),
        ];
        save(&path, "heading", &runs).unwrap();
        let svg = std::fs::read_to_string(path).unwrap();
        // Zeros leave the scale of one chart, N(0, 1) that of both; a curve each in both charts.
        assert_eq!(svg.matches("class=\"cross").count(), 3);
        assert_eq!(svg.matches("<polyline").count(), 6);
        for name in ["zeros 10.0 %", "N(0, 1)", "He 10.0 %"] {
            assert!(svg.contains(name), "{name}");
        }
    }
}
