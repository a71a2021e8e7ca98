//! What is wrong with a network before training, decided from measurements alone.

use std::fmt;

use crate::number::short;
use crate::probe::Probe;

/// Inputs have a standard deviation of 1; activations a thousand times that have exploded.
const LARGE: f64 = 1e3;
/// Activations a thousand times smaller than the inputs have vanished.
const SMALL: f64 = 1e-3;
/// A layer with this share of its units dead hardly passes anything on.
const DEAD: f64 = 0.9;
/// With this share of its outputs saturated, a network hardly answers to its input.
const SATURATED: f64 = 0.5;

/// The first fault found, with the numbers it was found by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// In every hidden layer all units have the same weights and the same gradient.
    SameUnits {
        /// The largest standard deviation of a hidden weight gradient.
        gradient: f64,
    },
    /// Activations or gradients grew out of bounds.
    Exploded {
        /// Standard deviation of the last hidden layer's activations.
        activation: f64,
        /// Standard deviation of the first hidden layer's weight gradient.
        gradient: f64,
    },
    /// Activations shrank to nothing.
    Vanished {
        /// Standard deviation of the last hidden layer's activations.
        activation: f64,
        /// Standard deviation of the first hidden layer's weight gradient.
        gradient: f64,
    },
    /// Most units of a layer are 0 whatever the input.
    Dead {
        /// The worst layer.
        layer: usize,
        /// The share of its units.
        share: f64,
    },
    /// Most outputs lie where tanh is flat.
    Saturated {
        /// The share of all hidden outputs.
        share: f64,
        /// Standard deviation of the first hidden layer's weight gradient.
        gradient: f64,
    },
    /// No fault.
    Healthy {
        /// Standard deviation of the first hidden layer's activations.
        first: f64,
        /// Standard deviation of the last hidden layer's activations.
        last: f64,
    },
}

impl Finding {
    /// Judges what `probe` measured; a network without hidden layers is healthy.
    #[must_use]
    pub fn of(probe: &Probe) -> Self {
        let ends = probe.layers.first().zip(probe.layers.last());
        let (first, last) =
            ends.map_or((0., 0.), |(first, last)| (first.activation_std, last.activation_std));
        faults(probe).into_iter().flatten().next().unwrap_or(Self::Healthy { first, last })
    }

    /// The fault in a word or two, for legends.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SameUnits { .. } => "all units the same",
            Self::Exploded { .. } => "exploded",
            Self::Vanished { .. } => "vanished",
            Self::Dead { .. } => "dead units",
            Self::Saturated { .. } => "saturated",
            Self::Healthy { .. } => "healthy",
        }
    }
}

/// Every fault there could be, the one that explains the others first.
fn faults(probe: &Probe) -> [Option<Finding>; 5] {
    [same_units(probe), saturated(probe), exploded(probe), vanished(probe), dead(probe)]
}

fn same_units(probe: &Probe) -> Option<Finding> {
    let same = !probe.layers.is_empty() && probe.layers.iter().all(|layer| layer.same_units);
    let gradient = probe.layers.iter().map(|layer| layer.gradient_std).fold(0., f64::max);
    same.then_some(Finding::SameUnits { gradient })
}

fn exploded(probe: &Probe) -> Option<Finding> {
    let (activation, gradient) = ends(probe)?;
    let any = probe.layers.iter().any(|layer| layer.activation_std.max(layer.gradient_std) > LARGE);
    (any || !probe.loss.is_finite()).then_some(Finding::Exploded { activation, gradient })
}

fn vanished(probe: &Probe) -> Option<Finding> {
    let (activation, gradient) = ends(probe)?;
    (activation < SMALL).then_some(Finding::Vanished { activation, gradient })
}

fn dead(probe: &Probe) -> Option<Finding> {
    let shares = probe.layers.iter().map(|layer| layer.dead).enumerate();
    let (layer, share) = shares.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (share >= DEAD).then_some(Finding::Dead { layer, share })
}

fn saturated(probe: &Probe) -> Option<Finding> {
    let (_, gradient) = ends(probe)?;
    let share = probe.mean(|layer| layer.saturated);
    (share >= SATURATED).then_some(Finding::Saturated { share, gradient })
}

/// What comes out at the far end each way: last activation, first gradient.
fn ends(probe: &Probe) -> Option<(f64, f64)> {
    Some((probe.layers.last()?.activation_std, probe.layers.first()?.gradient_std))
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SameUnits { gradient } => {
                f.write_str(
                    "all neurons the same: the rows of every hidden weight are equal and so are those of its \
                     gradient, so no step can make two units differ",
                )?;
                if gradient == 0. { f.write_str("; the gradient is 0, so none even moves") } else { Ok(()) }
            }
            Self::Exploded { activation, gradient } => write!(
                f,
                "exploded: the activations' std is {} in the last hidden layer and the gradient's \
                 {} in the first, so one step throws the weights out of range",
                short(activation),
                short(gradient)
            ),
            Self::Vanished { activation, gradient } => write!(
                f,
                "vanished: the activations' std is {} in the last hidden layer and the gradient's \
                 {} in the first, so the head sees no image and the layers no error",
                short(activation),
                short(gradient)
            ),
            Self::Dead { layer, share } => write!(
                f,
                "dead units: {:.0} % of fc{layer} are 0 on the whole batch and pass nothing on",
                100. * share
            ),
            Self::Saturated { share, gradient } => write!(
                f,
                "saturated: {:.0} % of the hidden outputs lie beyond ±0.99, where tanh is flat, and the \
                 gradient's std is {} in the first layer, so units stick to -1 or 1 whatever the image",
                100. * share,
                short(gradient)
            ),
            Self::Healthy { first, last } => write!(
                f,
                "healthy: the activations keep their size, std {} in the first hidden layer and {} \
                 in the last",
                short(first),
                short(last)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Layer;

    /// Dead units up to a half are usual in a deep ReLU net and no fault.
    const GOOD: Layer =
        Layer { activation_std: 0.7, gradient_std: 0.01, dead: 0.3, saturated: 0., same_units: false };

    fn name(layers: &[Layer]) -> &'static str {
        Finding::of(&Probe { layers: layers.to_vec(), loss: 2.3 }).name()
    }

    #[test]
    fn each_fault_is_told_from_its_measurement() {
        assert_eq!(name(&[GOOD, GOOD]), "healthy");
        assert_eq!(name(&[Layer { same_units: true, ..GOOD }; 2]), "all units the same");
        assert_eq!(name(&[GOOD, Layer { activation_std: 1e6, ..GOOD }]), "exploded");
        assert_eq!(name(&[Layer { gradient_std: f64::INFINITY, ..GOOD }, GOOD]), "exploded");
        assert_eq!(name(&[GOOD, Layer { activation_std: 1e-6, ..GOOD }]), "vanished");
        assert_eq!(name(&[Layer { dead: 0.95, ..GOOD }, GOOD]), "dead units");
        assert_eq!(name(&[Layer { saturated: 0.8, ..GOOD }; 2]), "saturated");
    }

    #[test]
    fn one_layer_that_differs_breaks_the_symmetry() {
        assert_eq!(name(&[Layer { same_units: true, ..GOOD }, GOOD]), "healthy");
    }

    #[test]
    fn the_cause_is_named_before_what_follows_from_it() {
        let zeros = Layer { activation_std: 0., gradient_std: 0., dead: 1., ..GOOD };
        assert_eq!(name(&[Layer { same_units: true, ..zeros }]), "all units the same");
        assert_eq!(name(&[GOOD, zeros]), "vanished");
        let flat = Layer { saturated: 0.8, gradient_std: 1e9, ..GOOD };
        assert_eq!(name(&[flat; 2]), "saturated");
    }

    #[test]
    fn a_loss_that_is_not_finite_has_exploded() {
        let probe = Probe { layers: vec![GOOD], loss: f64::NAN };
        assert_eq!(Finding::of(&probe).name(), "exploded");
    }
}
