//! A verdict in a line of a table: both ends of the hidden layers, and what they have on average.

use candle_init_probe::{LayerSignal, Signal, Verdict};

/// The hidden layers of a net in a few numbers. NaN where a net has no hidden layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// What was found first, in a word or two: `healthy`, `vanishing`.
    pub finding: String,
    /// Standard deviation of what each hidden layer passes on.
    pub stds: Vec<f64>,
    /// Standard deviation of the gradient of the first and the last hidden weight.
    pub gradients: (f64, f64),
    /// The mean share of units that are off for the whole batch.
    pub dead: f64,
    /// The mean share of outputs where the activation is flat.
    pub saturated: f64,
    /// The loss before training.
    pub loss: f64,
}

impl Summary {
    /// Sums a verdict up; the last layer is the head, the others are hidden.
    #[must_use]
    pub fn of(verdict: &Verdict) -> Self {
        let signal = verdict.signal.as_ref();
        let layers = signal.map_or(&[][..], |signal| &signal.layers);
        let hidden = layers.split_last().map_or(&[][..], |(_, hidden)| hidden);
        let mean = |of: fn(&LayerSignal) -> f64| hidden.iter().map(of).sum::<f64>() / hidden.len() as f64;
        let end = |layer: Option<&LayerSignal>| {
            signal.zip(layer).map_or(f64::NAN, |(signal, layer)| gradient(signal, &layer.name))
        };
        Self {
            finding: verdict.findings.first().map_or("healthy", |finding| finding.name()).to_owned(),
            stds: hidden
                .iter()
                .map(|layer| if layer.passed.is_finite() { layer.passed.std } else { f64::INFINITY })
                .collect(),
            gradients: (end(hidden.first()), end(hidden.last())),
            dead: mean(|layer| layer.dead),
            saturated: mean(|layer| layer.saturated),
            loss: signal.map_or(f64::NAN, |signal| signal.loss),
        }
    }
}

/// The standard deviation of the gradient of a layer's weight; infinite if it overflows, 0 where there is none.
fn gradient(signal: &Signal, layer: &str) -> f64 {
    let weight = format!("{layer}.weight");
    let found = signal.gradients.iter().find(|gradient| gradient.name == weight);
    let moments = found.and_then(|gradient| gradient.moments);
    moments.map_or(0., |moments| if moments.is_finite() { moments.std } else { f64::INFINITY })
}
