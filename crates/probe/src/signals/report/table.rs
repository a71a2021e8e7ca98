//! The signal check as people read it.

use std::fmt;

use candle_init::fitted_table;

use crate::signals::report::signal::{LayerSignal, Signal};
use crate::text::number::{percent, short};

/// The columns of numbers, each with what it is. Those in which no layer has anything are left out, so that names have room.
const COLUMNS: [(&str, &str); 10] = [
    ("reads", "rms of a layer's input"),
    ("gives", "rms of its output"),
    ("theory", "the same, predicted from the weights"),
    ("then", "the activation that follows"),
    ("passes", "rms of its output after the activation"),
    ("off", "units off for the whole batch"),
    ("flat", "outputs where the activation is flat"),
    ("cor.", "correlation between samples"),
    ("error", "rms of the loss's gradient at the output"),
    ("grad", "rms of the weight's gradient over that of the weight"),
];

/// What a cell says that has nothing to say.
const NOTHING: &str = "–";

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.layers.is_empty() {
            self.write_layers(f)?;
        }
        write!(f, "loss {}", short(self.loss))?;
        match self.classes {
            Some(classes) => write!(f, ", ln({classes}) = {}", short((classes as f64).ln())),
            None => Ok(()),
        }
    }
}

impl Signal {
    /// A line for each layer, and what the columns are.
    fn write_layers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<_> = self.layers.iter().map(|layer| self.row(layer)).collect();
        let says = |column: &usize| rows.iter().any(|row| !matches!(&*row[*column], NOTHING | "0 %"));
        let columns: Vec<_> = (0..COLUMNS.len()).filter(says).collect();
        let header: Vec<_> =
            std::iter::once("layer").chain(columns.iter().map(|&at| COLUMNS[at].0)).collect();
        let numbers: Vec<_> = (1..header.len()).collect();
        let cells = self.layers.iter().zip(&rows).map(|(layer, row)| {
            std::iter::once(layer.name.clone()).chain(columns.iter().map(|&at| row[at].clone()))
        });
        writeln!(f, "{}", fitted_table(&header, &numbers, &[0], cells))?;
        write_legend(f, &columns)
    }
}

/// The most letters of a line, as of the table above it.
const WIDTH: usize = 100;

/// What the columns are, as many to a line as it has room for.
fn write_legend(f: &mut fmt::Formatter<'_>, columns: &[usize]) -> fmt::Result {
    let mut line = String::new();
    for meaning in columns.iter().map(|&at| format!("{}: {}", COLUMNS[at].0, COLUMNS[at].1)) {
        if !line.is_empty() && line.chars().count() + 2 + meaning.chars().count() > WIDTH {
            writeln!(f, "{}", std::mem::take(&mut line))?;
        }
        line += if line.is_empty() { "" } else { "; " };
        line += &meaning;
    }
    writeln!(f, "{line}")
}

impl Signal {
    /// The cells of a layer in the order of the columns.
    fn row(&self, layer: &LayerSignal) -> [String; COLUMNS.len()] {
        let known = |value: f64| if value.is_finite() { short(value) } else { NOTHING.into() };
        let stated = |value: Option<f64>| value.map_or_else(|| NOTHING.into(), known);
        let follows = layer.activation.is_some();
        // What no activation follows passes on what it gives; a parameter that reads nothing is the same for all samples.
        let of_activation = |cell: String| if follows { cell } else { NOTHING.into() };
        let off = if follows || layer.input_rms.is_finite() { percent(layer.dead) } else { NOTHING.into() };
        [
            known(layer.input_rms),
            known(layer.output.rms()),
            stated(layer.predicted.map(|band| band.rms)),
            layer.activation.clone().unwrap_or_else(|| NOTHING.into()),
            of_activation(known(layer.passed.rms())),
            off,
            of_activation(percent(layer.saturated)),
            known(layer.correlation),
            stated(layer.error_rms),
            stated(self.weight_gradient(&layer.name)),
        ]
    }

    /// The gradient of a layer's weight relative to the weight.
    fn weight_gradient(&self, layer: &str) -> Option<f64> {
        let of_layer =
            |name: &str| name.rsplit_once('.').is_some_and(|(path, last)| path == layer && last == "weight");
        self.gradients.iter().find(|gradient| of_layer(&gradient.name))?.to_weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eight columns of numbers leave a name of a usual length in its line; what no layer has is no column.
    #[test]
    fn a_table_has_room_for_names() {
        let layer = |name: &str, activation: Option<&str>| LayerSignal {
            name: name.into(),
            input_rms: 1.0,
            correlation: 0.123_456,
            activation: activation.map(String::from),
            error_rms: Some(0.001_234),
            ..LayerSignal::default()
        };
        let layers = vec![layer("blocks.10.mlp.down", None), layer("blocks.11.mlp.up", Some("gelu_tanh"))];
        let mut signal = Signal { layers, ..Signal::default() };
        let text = signal.to_string();
        assert!(text.contains("│ blocks.10.mlp.down ┆") && text.contains("gelu_tanh"), "{text}");
        assert!(!text.contains("flat") && !text.contains("off"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        signal.layers[1].saturated = 0.25;
        assert!(signal.to_string().contains("25 % │") || signal.to_string().contains("25 % ┆"), "{signal}");
    }
}
