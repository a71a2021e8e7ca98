//! What training came to.

use std::fmt;

use crate::number::short;
use crate::train::Epoch;

/// An accuracy this little above chance is chance.
const MARGIN: f64 = 0.05;
/// A network that gets fewer than half of the images right has hardly learnt.
const HALF: f64 = 0.5;

/// The way out where the loss stopped being finite.
pub const CALMER: &str = "give a smaller --lr, or weights by which the verdict finds the net healthy";

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// The loss stopped being finite.
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The loss.
        loss: f64,
    },
    /// The network does no better than always naming one digit.
    Chance {
        /// The share of test images classed rightly.
        accuracy: f64,
        /// The share of the commonest digit.
        chance: f64,
    },
    /// The network does better than that, but gets fewer than half of the images right.
    Little {
        /// The share of test images classed rightly.
        accuracy: f64,
    },
    /// The network learnt.
    Learnt {
        /// The share of test images classed rightly.
        accuracy: f64,
    },
}

impl Ending {
    /// Whether the loss stopped being finite.
    #[must_use]
    pub const fn is_diverged(&self) -> bool {
        matches!(self, Self::Diverged { .. })
    }

    /// Judges the last of `epochs`; `chance` is the share of the commonest digit in the test set.
    #[must_use]
    pub fn of(epochs: &[Epoch], chance: f64) -> Self {
        let last = epochs.last().copied();
        let Epoch { loss, accuracy } = last.unwrap_or(Epoch { loss: f64::NAN, accuracy: 0. });
        if !loss.is_finite() {
            Self::Diverged { epoch: epochs.len(), loss }
        } else if accuracy <= chance + MARGIN {
            Self::Chance { accuracy, chance }
        } else if accuracy < HALF {
            Self::Little { accuracy }
        } else {
            Self::Learnt { accuracy }
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Diverged { epoch, loss } => {
                write!(f, "stopped in epoch {epoch}, when the loss was {}", short(loss))
            }
            Self::Chance { accuracy, chance } => write!(
                f,
                "at chance, {:.2} % right, where always naming the commonest digit gives {:.2} %",
                100. * accuracy,
                100. * chance
            ),
            Self::Little { accuracy } => write!(f, "hardly learnt, {:.2} % right", 100. * accuracy),
            Self::Learnt { accuracy } => write!(f, "learnt, {:.2} % right", 100. * accuracy),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(loss: f64, accuracy: f64) -> Ending {
        Ending::of(&[Epoch { loss, accuracy }], 0.12)
    }

    #[test]
    fn every_end_is_told_apart() {
        assert!(matches!(ending(f64::NAN, 0.99), Ending::Diverged { epoch: 1, .. }));
        assert!(matches!(ending(f64::INFINITY, 0.1), Ending::Diverged { .. }));
        assert!(matches!(ending(2.3, 0.07), Ending::Chance { .. }));
        assert!(matches!(ending(9., 0.18), Ending::Little { .. }));
        assert!(matches!(ending(0.1, 0.97), Ending::Learnt { .. }));
        assert!(matches!(Ending::of(&[], 0.1), Ending::Diverged { .. }));
    }
}
