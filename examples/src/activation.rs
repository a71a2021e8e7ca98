//! The nonlinearities that the programs compare.

use std::fmt;

use candle_core::{Result, Tensor};
use candle_init::{Init, init};

/// The function between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

impl Activation {
    /// Applies the function to every element.
    ///
    /// # Errors
    /// Whatever candle reports, for example a device that ran out of memory.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => x.relu(),
            Self::Tanh => x.tanh(),
        }
    }

    /// The initializer derived for this function: He for ReLU, Glorot for tanh.
    #[must_use]
    pub fn usual_initializer(self) -> Init {
        match self {
            Self::Relu => init::HE_NORMAL,
            Self::Tanh => init::GLOROT_UNIFORM,
        }
    }

    /// The function's lower-case name, also the stem of the files written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Relu => "relu",
            Self::Tanh => "tanh",
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Relu => "ReLU",
            Self::Tanh => "tanh",
        })
    }
}
