//! Gains: by how much a layer's weights must be wider because of the nonlinearity that follows.

use candle_nn::init::NonLinearity as CandleNonLinearity;

/// The nonlinearity that follows a layer, spelled as candle spells it, and leaky ReLU.
///
/// ```
/// use candle_init::{NonLinearity, init};
/// assert_eq!(NonLinearity::Tanh.gain(), 5.0 / 3.0);
/// let wider = init::GLOROT_UNIFORM.times(NonLinearity::Tanh.gain());
/// assert_eq!(wider.to_string(), "variance_scaling(scale=2.777777777777778, fan=average, distribution=uniform)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum NonLinearity {
    /// No nonlinearity: 1.
    Linear,
    /// Logistic sigmoid: 1.
    Sigmoid,
    /// Hyperbolic tangent: 5/3.
    Tanh,
    /// Rectifier: `√2` (He et al. 2015, eq. 10).
    ReLU,
    /// Leaky rectifier with this slope below zero: `√(2/(1+a²))` (He et al. 2015, eq. 15).
    LeakyReLU(f64),
    /// Self-normalising unit: 0.75.
    SELU,
    /// A gain that you know.
    ExplicitGain(f64),
}

impl NonLinearity {
    /// The factor on the standard deviation, as PyTorch's `torch.nn.init.calculate_gain` and candle
    /// have it. 5/3 for tanh and 0.75 for SELU are rules of thumb, not second moments.
    #[must_use]
    pub fn gain(self) -> f64 {
        match self {
            Self::Linear | Self::Sigmoid => 1.0,
            Self::Tanh => 5.0 / 3.0,
            Self::ReLU => std::f64::consts::SQRT_2,
            Self::LeakyReLU(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
            Self::SELU => 0.75,
            Self::ExplicitGain(gain) => gain,
        }
    }
}

impl From<CandleNonLinearity> for NonLinearity {
    fn from(candle: CandleNonLinearity) -> Self {
        match candle {
            CandleNonLinearity::ReLU => Self::ReLU,
            CandleNonLinearity::Linear => Self::Linear,
            CandleNonLinearity::Sigmoid => Self::Sigmoid,
            CandleNonLinearity::Tanh => Self::Tanh,
            CandleNonLinearity::SELU => Self::SELU,
            CandleNonLinearity::ExplicitGain(gain) => Self::ExplicitGain(gain),
        }
    }
}
