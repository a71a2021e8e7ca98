//! The signal check as people read it.

use std::fmt;

use crate::signals::report::signal::{LayerSignal, Signal};
use crate::text::number::{percent, short};
use crate::text::table::table;

/// What the columns of the table are.
const LEGEND: &str = "\
reads, gives, passes: rms of a layer's input, its output, and its output after the activation; theory: of its output
off: units off for the whole batch; flat: outputs where the activation is flat; cor.: correlation between samples
error: rms of the loss's gradient at the output; grad/weight: rms of the weight's gradient over that of the weight";

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = [
            "layer",
            "reads",
            "gives",
            "theory",
            "then",
            "passes",
            "off",
            "flat",
            "cor.",
            "error",
            "grad/weight",
        ];
        writeln!(f, "{}", table(header, 1, self.layers.iter().map(|layer| self.row(layer))))?;
        writeln!(f, "{LEGEND}")?;
        write!(f, "loss {}", short(self.loss))?;
        match self.classes {
            Some(classes) => write!(f, ", ln({classes}) = {}", short((classes as f64).ln())),
            None => Ok(()),
        }
    }
}

impl Signal {
    fn row(&self, layer: &LayerSignal) -> [String; 11] {
        let known = |value: f64| if value.is_finite() { short(value) } else { "–".into() };
        let ratio = self.weight_gradient(&layer.name);
        [
            layer.name.clone(),
            known(layer.input_rms),
            known(layer.output.rms()),
            layer.predicted.map_or_else(|| "–".into(), |band| short(band.rms)),
            layer.activation.clone().unwrap_or_else(|| "–".into()),
            known(layer.passed.rms()),
            percent(layer.dead),
            percent(layer.saturated),
            known(layer.correlation),
            layer.error_rms.map_or_else(|| "–".into(), short),
            ratio.map_or_else(|| "–".into(), known),
        ]
    }

    /// The gradient of a layer's weight relative to the weight.
    fn weight_gradient(&self, layer: &str) -> Option<f64> {
        let of_layer =
            |name: &str| name.rsplit_once('.').is_some_and(|(path, last)| path == layer && last == "weight");
        self.gradients.iter().find(|gradient| of_layer(&gradient.name))?.to_weight
    }
}
