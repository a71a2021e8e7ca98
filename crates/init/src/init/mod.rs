//! The laws: candle's `Init`, completed.

pub(crate) mod array;
pub mod depth;
pub(crate) mod matrix;
mod paper;
mod stft;
pub(crate) mod text;
mod variance_scaling;

use candle_core::Shape;
use candle_nn::init as candle;
use counter_rng::Distribution;

use crate::error::Error;
use crate::error::Result;
use crate::layer::Fans;
use crate::layer::Layer;
use crate::rule::Rule;

/// A law of initialization: what a parameter's values are drawn from, before its shape is known.
///
/// In candle's spelling where candle has a word. Every value of it can be written as text and read
/// back (`"he_normal"`, `"normal(mean=0, std=0.02)"`), turned into numbers at a shape ([`Init::distribution`]),
/// and, where candle can say it, turned into candle's own hint ([`Init::to_candle`]).
///
/// ```
/// use candle_core::Shape;
/// use candle_init::{Init, Layer, init};
/// let law = init::HE_NORMAL.distribution(&Shape::from((256, 784)), Layer::Linear)?;
/// assert_eq!(law.std(), (2.0_f64 / 784.0).sqrt());
/// assert_eq!("he_normal".parse::<Init>()?, init::HE_NORMAL);
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// Every element is this number.
    Const(f64),
    /// Uniform on the closed interval `[lo, up]`.
    Uniform {
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        up: f64,
    },
    /// Normal, not truncated.
    Randn {
        /// Mean.
        mean: f64,
        /// Standard deviation, zero or positive.
        stdev: f64,
    },
    /// A normal conditioned on a window. `mean` and `stdev` are those **before** the cut, as in PyTorch's
    /// `trunc_normal_`, JAX's `truncated_normal` and SciPy.
    TruncatedNormal {
        /// Mean before the cut.
        mean: f64,
        /// Standard deviation before the cut, positive.
        stdev: f64,
        /// Where it is cut.
        cut: Cut,
    },
    /// A standard deviation that follows from the fans: Glorot, He, LeCun and all between.
    VarianceScaling(VarianceScaling),
    /// Orthonormal along the shorter side and Haar-distributed, times `gain` (Saxe et al., ICLR 2014,
    /// arXiv:1312.6120; Mezzadri 2007, arXiv:math-ph/0609050): one matrix a gate, group or expert.
    ///
    /// Without an `axis`, outputs are the rows, and inputs with their kernel taps the columns: PyTorch's
    /// `orthogonal_` for linear and convolution layers. With one, that axis is the rows and all others the
    /// columns: 0 is PyTorch's `orthogonal_` whatever the layer, −1 Keras's `Orthogonal` and JAX's
    /// `orthogonal(column_axis=-1)`. It makes the whole parameter; slices are cut from it.
    Orthogonal {
        /// The factor on every element.
        gain: f64,
        /// The axis of the rows; negative counts from the end.
        axis: Option<isize>,
    },
    /// A matrix of outputs by inputs at the centre of the kernel, zero at its other taps, times `gain`; of a
    /// linear layer the whole weight. One matrix a gate, group or expert.
    ///
    /// With the identity PyTorch's `eye_` and `dirac_` and Keras's `Identity`; with the orthogonal matrix
    /// JAX's `delta_orthogonal` (Xiao et al., ICML 2018, arXiv:1806.05393, algorithm 2), which also needs as
    /// many outputs as inputs; with the Hadamard matrix ZerO (arXiv:2110.12661).
    Delta {
        /// What stands at the centre.
        matrix: Matrix,
        /// The factor on every element.
        gain: f64,
        /// Which tap is the centre.
        centre: Centre,
    },
    /// Kernels of a short-time Fourier transform, times `gain`.
    Stft {
        /// The factor on every element.
        gain: f64,
        /// Which transform.
        stft: Stft,
    },
    /// `start + step·j` at index `j` of the last axis, the same in all rows.
    Range {
        /// The first value.
        start: f64,
        /// The difference of neighbours.
        step: f64,
    },
}

/// Where a normal is cut; peers disagree on the unit, so here it is said.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cut {
    /// `mean + lo·stdev ..= mean + up·stdev`, as JAX and timm's `trunc_normal_tf_`.
    Sigmas {
        /// Lower bound in standard deviations from the mean.
        lo: f64,
        /// Upper bound in standard deviations from the mean.
        up: f64,
    },
    /// `lo ..= up`, as PyTorch's `trunc_normal_(a, b)`.
    Absolute {
        /// Lower bound.
        lo: f64,
        /// Upper bound.
        up: f64,
    },
}

/// All zeros.
pub const ZEROS: Init = Init::Const(0.0);
/// All ones.
pub const ONES: Init = Init::Const(1.0);

/// Haar-orthogonal. PyTorch's `orthogonal_`, Keras's `Orthogonal`, JAX's `orthogonal`.
pub const ORTHOGONAL: Init = Init::Orthogonal { gain: 1.0, axis: None };
/// Passes the input through: the identity matrix, at the centre of a kernel. PyTorch's `eye_` and `dirac_`.
pub const IDENTITY: Init = delta(Matrix::Identity);
/// An orthogonal matrix at the centre of a kernel: a convolution that keeps norms. JAX's `delta_orthogonal`.
pub const DELTA_ORTHOGONAL: Init = delta(Matrix::Orthogonal);
/// ZerO: a start without randomness that still breaks symmetry.
pub const HADAMARD: Init = delta(Matrix::Hadamard);

const fn delta(matrix: Matrix) -> Init {
    Init::Delta { matrix, gain: 1.0, centre: Centre::Middle }
}

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident = $scale:expr, $fan:ident, $family:ident;)*) => {
        $($(#[$doc])* pub const $name: Init = Init::VarianceScaling(VarianceScaling {
            scale: $scale,
            fan: Fan::$fan,
            family: Family::$family,
        });)*
    };
}

points! {
    /// Uniform, `std = √(2/(fan_in+fan_out))`: keeps the variance of linear, tanh and sigmoid nets (Glorot and
    /// Bengio, AISTATS 2010, eq. 16). PyTorch's `xavier_uniform_`, Keras's `GlorotUniform`.
    GLOROT_UNIFORM = 1.0, Average, Uniform;
    /// Normal, `std = √(2/(fan_in+fan_out))`. PyTorch's `xavier_normal_`.
    GLOROT_NORMAL = 1.0, Average, Normal;
    /// Truncated normal, `std = √(2/(fan_in+fan_out))` after the cut. Keras's `GlorotNormal`, JAX's `glorot_normal`.
    GLOROT_TRUNCATED_NORMAL = 1.0, Average, TRUNCATED_NORMAL;
    /// Uniform, `std = √(2/fan_in)`: keeps the variance of ReLU nets (He et al., ICCV 2015, eq. 10). PyTorch's
    /// `kaiming_uniform_(nonlinearity="relu")`, candle's `DEFAULT_KAIMING_UNIFORM`.
    HE_UNIFORM = 2.0, In, Uniform;
    /// Normal, `std = √(2/fan_in)`. PyTorch's `kaiming_normal_`, candle's `DEFAULT_KAIMING_NORMAL`.
    HE_NORMAL = 2.0, In, Normal;
    /// Truncated normal, `std = √(2/fan_in)` after the cut. Keras's `HeNormal`, JAX's `he_normal`.
    HE_TRUNCATED_NORMAL = 2.0, In, TRUNCATED_NORMAL;
    /// Uniform, `std = √(1/fan_in)` (LeCun et al., "Efficient BackProp", 1998, eq. 16). Keras's `LecunUniform`.
    LECUN_UNIFORM = 1.0, In, Uniform;
    /// Normal, `std = √(1/fan_in)`: what self-normalising nets ask for. PyTorch's `kaiming_normal_(nonlinearity="linear")`.
    LECUN_NORMAL = 1.0, In, Normal;
    /// Truncated normal, `std = √(1/fan_in)` after the cut. Keras's `LecunNormal`, JAX's `lecun_normal`.
    LECUN_TRUNCATED_NORMAL = 1.0, In, TRUNCATED_NORMAL;
    /// Uniform on `±1/√fan_in`, `std = √(1/(3·fan_in))`: what PyTorch gives linear and convolution layers
    /// (`kaiming_uniform_(a=√5)`).
    PYTORCH_UNIFORM = 1.0 / 3.0, In, Uniform;
    /// Uniform on `±1/fan_in`: the first layer of a SIREN (Sitzmann et al., NeurIPS 2020, arXiv:2006.09661,
    /// appendix 1.5). For the others see [`siren`].
    SIREN_FIRST = 1.0 / 3.0, InSquared, Uniform;
    /// Normal, `std = 1/√fan_in · min(1, √(fan_out/fan_in))`: spectral µP, whose spectral norm is about
    /// `√(fan_out/fan_in)` at any width (Yang, Simon and Bernstein 2023, arXiv:2310.17813, parametrization 1).
    SPECTRAL_NORMAL = 1.0, Spectral, Normal;
}

/// Normal cut at ±3 sigmas, `std = 1/√fan_in` **before the cut**: "mitchell" of OLMo (Groeneveld et al., ACL
/// 2024, arXiv:2402.00838). Its residual branches are this law [`by_depth`](Init::by_depth).
pub const MITCHELL: Init = Init::VarianceScaling(VarianceScaling {
    scale: 0.973_336_924_662_541_5, // the variance of a standard normal cut at ±3
    fan: Fan::In,
    family: Family::TruncatedNormal { sigmas: 3.0 },
});

pub use matrix::{Centre, Matrix};
pub use paper::{forget_gate_bias, mamba_a_log, mamba_dt_bias, prior_bias, siren};
pub use stft::{Scaling, Side, Stft, Window};
pub use text::NAMED;
pub use variance_scaling::{Family, Fan, STD_CUT_AT_TWO_SIGMAS, VarianceScaling};

impl Init {
    /// A normal cut at ±2 sigmas, `stdev` before the cut: JAX's and Keras's `truncated_normal`.
    #[must_use]
    pub const fn truncated_normal(mean: f64, stdev: f64) -> Self {
        Self::TruncatedNormal { mean, stdev, cut: Cut::Sigmas { lo: -2.0, up: 2.0 } }
    }

    /// This law with every value multiplied by `factor`, such as a [gain](crate::gain()).
    ///
    /// A factor below zero makes a standard deviation negative, which is refused when the law is used.
    #[must_use]
    pub const fn times(self, factor: f64) -> Self {
        match self {
            Self::Const(value) => Self::Const(value * factor),
            Self::Uniform { lo, up } => Self::Uniform { lo: lo * factor, up: up * factor },
            Self::Randn { mean, stdev } => Self::Randn { mean: mean * factor, stdev: stdev * factor },
            Self::TruncatedNormal { mean, stdev, cut } => {
                let cut = match cut {
                    Cut::Absolute { lo, up } => Cut::Absolute { lo: lo * factor, up: up * factor },
                    sigmas @ Cut::Sigmas { .. } => sigmas,
                };
                Self::TruncatedNormal { mean: mean * factor, stdev: stdev * factor, cut }
            }
            Self::VarianceScaling(v) => {
                Self::VarianceScaling(VarianceScaling { scale: v.scale * factor * factor.abs(), ..v })
            }
            Self::Orthogonal { gain, axis } => Self::Orthogonal { gain: gain * factor, axis },
            Self::Delta { matrix, gain, centre } => Self::Delta { matrix, gain: gain * factor, centre },
            Self::Stft { gain, stft } => Self::Stft { gain: gain * factor, stft },
            Self::Range { start, step } => Self::Range { start: start * factor, step: step * factor },
        }
    }

    /// This law for a weight of a known layer kind, where the shape alone would mislead.
    ///
    /// ```
    /// use candle_init::{Initializer, Layer, init};
    /// let init = Initializer::new(42).rule("rnn.weight_?h_l*", init::GLOROT_UNIFORM.on(Layer::LSTM));
    /// ```
    #[must_use]
    pub fn on(self, layer: Layer) -> Rule {
        Rule::from(self).on(layer)
    }

    /// Whether the law needs the fans of a tensor of rank 2 or more.
    #[must_use]
    pub const fn needs_fans(&self) -> bool {
        matches!(self, Self::VarianceScaling(_))
    }

    /// The distribution, with its numbers, for a tensor of `shape` in a `layer`.
    ///
    /// # Errors
    /// [`Error::NoFan`] for a fan law on rank 0 or 1, [`Error::ZeroFan`], [`Error::Layer`] for a kind that does not
    /// describe the shape, [`Error::Scale`] and [`Error::Distribution`] for numbers that make no distribution,
    /// [`Error::NotElementwise`] for orthogonal matrices and their kin.
    pub fn distribution(&self, shape: &Shape, layer: Layer) -> Result<Distribution> {
        Ok(match *self {
            Self::Const(value) => Distribution::constant(value)?,
            Self::Uniform { lo, up } => Distribution::uniform(lo, up)?,
            Self::Randn { mean, stdev } => Distribution::normal(mean, stdev)?,
            Self::TruncatedNormal { mean, stdev, cut } => match cut {
                Cut::Absolute { lo, up } => Distribution::truncated_normal(mean, stdev, lo, up)?,
                Cut::Sigmas { lo, up } => {
                    Distribution::truncated_normal(mean, stdev, mean + lo * stdev, mean + up * stdev)?
                }
            },
            Self::VarianceScaling(scaling) => self.scaled(scaling, shape, layer)?,
            Self::Orthogonal { .. } | Self::Delta { .. } | Self::Stft { .. } | Self::Range { .. } => {
                return Err(Error::NotElementwise { law: self.to_string() });
            }
        })
    }

    fn scaled(&self, scaling: VarianceScaling, shape: &Shape, layer: Layer) -> Result<Distribution> {
        if shape.rank() < 2 {
            return Err(Error::NoFan { law: self.to_string(), rank: shape.rank() });
        }
        let fans = Fans::new(shape, layer)?;
        if let Some(fan) = scaling.zero_fan(fans) {
            return Err(Error::ZeroFan { fan, shape: shape.clone(), law: self.to_string() });
        }
        scaling.distribution(fans)
    }

    /// The hint that says this law at this shape in candle's own words, for `get_with_hints`; `None` for
    /// truncated and structured laws, which candle cannot say.
    ///
    /// # Errors
    /// As [`Init::distribution`].
    pub fn to_candle(&self, shape: &Shape, layer: Layer) -> Result<Option<candle::Init>> {
        let law = match self.distribution(shape, layer) {
            Err(Error::NotElementwise { .. }) => return Ok(None),
            law => law?,
        };
        let uniform = |(lo, up)| candle::Init::Uniform { lo, up };
        Ok(match *self {
            Self::Const(value) => Some(candle::Init::Const(value)),
            Self::Uniform { .. } => Some(uniform(law.support())),
            Self::Randn { mean, stdev } => Some(candle::Init::Randn { mean, stdev }),
            Self::VarianceScaling(scaling) => match scaling.family {
                Family::Normal => Some(candle::Init::Randn { mean: 0.0, stdev: law.std() }),
                Family::Uniform => Some(uniform(law.support())),
                Family::TruncatedNormal { .. } => None,
            },
            _ => None,
        })
    }
}

impl From<candle::Init> for Init {
    /// Every candle law has its equal here; Kaiming's gain becomes `scale = gain²`.
    fn from(init: candle::Init) -> Self {
        match init {
            candle::Init::Const(value) => Self::Const(value),
            candle::Init::Randn { mean, stdev } => Self::Randn { mean, stdev },
            candle::Init::Uniform { lo, up } => Self::Uniform { lo, up },
            candle::Init::Kaiming { dist, fan, non_linearity } => Self::VarianceScaling(VarianceScaling {
                scale: squared_gain(non_linearity),
                fan: match fan {
                    candle::FanInOut::FanIn => Fan::In,
                    candle::FanInOut::FanOut => Fan::Out,
                },
                family: match dist {
                    candle::NormalOrUniform::Normal => Family::Normal,
                    candle::NormalOrUniform::Uniform => Family::Uniform,
                },
            }),
        }
    }
}

/// `gain²`, without the rounding of a square root where the gain is one.
fn squared_gain(non_linearity: candle::NonLinearity) -> f64 {
    match non_linearity {
        candle::NonLinearity::ReLU => 2.0,
        // A negative gain must stay an error, and squaring would hide it.
        other => other.gain() * other.gain().abs(),
    }
}
