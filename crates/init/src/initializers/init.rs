//! The initializers: candle's `Init`, completed.

use candle_core::Shape;
use candle_nn::init as candle;
use counter_rng::Distribution;

use crate::error::{Error, Result};
use crate::initializers::matrix::Matrix;
use crate::initializers::sinusoids::Sinusoids;
use crate::initializers::stft::Stft;
use crate::initializers::variance_scaling::{Family, Fan, VarianceScaling};
use crate::layer::{Centre, Fans, Layer};

/// An initializer: what a parameter's values are drawn from, before its shape is known.
///
/// In candle's spelling where candle has a word. Each is written as text and read back (`"he_normal"`,
/// `"normal(mean=0, std=0.02)"`), becomes a distribution with numbers at a shape ([`Init::distribution`]) and, where
/// candle can say it, candle's own hint ([`Init::to_candle`]).
///
/// ```
/// use candle_core::Shape;
/// use candle_init::{Init, Layer, init};
/// let he = init::HE_NORMAL.distribution(&Shape::from((256, 784)), Layer::Linear)?;
/// assert_eq!(he.std(), (2.0_f64 / 784.0).sqrt());
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
    /// Sines and cosines of positions, times `gain`: fixed positions of an encoder.
    Sinusoids {
        /// The factor on every element.
        gain: f64,
        /// Which formula.
        sinusoids: Sinusoids,
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

impl Init {
    /// This initializer with every value multiplied by a factor of zero or more.
    pub(crate) const fn scaled(self, factor: f64) -> Self {
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
            // No scale is zero, but no spread at all has a name.
            Self::VarianceScaling(v) if factor == 0.0 && v.scale > 0.0 => Self::Const(0.0),
            Self::VarianceScaling(v) => {
                Self::VarianceScaling(VarianceScaling { scale: v.scale * factor * factor, ..v })
            }
            Self::Orthogonal { gain, axis } => Self::Orthogonal { gain: gain * factor, axis },
            Self::Delta { matrix, gain, centre } => Self::Delta { matrix, gain: gain * factor, centre },
            Self::Stft { gain, stft } => Self::Stft { gain: gain * factor, stft },
            Self::Sinusoids { gain, sinusoids } => Self::Sinusoids { gain: gain * factor, sinusoids },
            Self::Range { start, step } => Self::Range { start: start * factor, step: step * factor },
        }
    }

    /// Whether it needs the fans of a tensor of rank 2 or more.
    #[must_use]
    pub const fn needs_fans(&self) -> bool {
        matches!(self, Self::VarianceScaling(_))
    }

    /// Whether each element has a distribution of its own; those of orthogonal matrices and their kin are made together.
    #[must_use]
    pub const fn is_elementwise(&self) -> bool {
        !matches!(
            self,
            Self::Orthogonal { .. }
                | Self::Delta { .. }
                | Self::Stft { .. }
                | Self::Sinusoids { .. }
                | Self::Range { .. }
        )
    }

    /// The distribution, with its numbers, for a tensor of `shape` in a `layer`.
    ///
    /// # Errors
    /// [`Error::Shape`] for fans on rank 0 or 1, a fan of zero and a layer kind that does not describe the shape,
    /// [`Error::Number`] and [`Error::Distribution`] for numbers that make no distribution, [`Error::NotElementwise`]
    /// unless it is [elementwise](Self::is_elementwise).
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
            Self::VarianceScaling(scaling) => self.at_fans(scaling, shape, layer)?,
            Self::Orthogonal { .. }
            | Self::Delta { .. }
            | Self::Stft { .. }
            | Self::Sinusoids { .. }
            | Self::Range { .. } => {
                return Err(Error::NotElementwise { init: self.to_string() });
            }
        })
    }

    fn at_fans(&self, scaling: VarianceScaling, shape: &Shape, layer: Layer) -> Result<Distribution> {
        if shape.rank() < 2 {
            return Err(Error::shape(self, shape, NO_FAN));
        }
        let fans = Fans::new(shape, layer)?;
        if let Some(fan) = scaling.zero_fan(fans) {
            let required = format!("it divides by {fan}, which is 0; at least 1 is required");
            return Err(Error::shape(self, shape, required));
        }
        scaling.distribution(fans)
    }

    /// The same at this shape as a hint in candle's own words, for `get_with_hints`; `None` for truncated normals and
    /// structured matrices, which candle cannot say.
    ///
    /// # Errors
    /// As [`Init::distribution`].
    pub fn to_candle(&self, shape: &Shape, layer: Layer) -> Result<Option<candle::Init>> {
        if !self.is_elementwise() {
            return Ok(None);
        }
        let distribution = self.distribution(shape, layer)?;
        let uniform = |(lo, up)| candle::Init::Uniform { lo, up };
        Ok(match *self {
            Self::Const(value) => Some(candle::Init::Const(value)),
            Self::Uniform { .. } => Some(uniform(distribution.support())),
            Self::Randn { mean, stdev } => Some(candle::Init::Randn { mean, stdev }),
            Self::VarianceScaling(scaling) => match scaling.family {
                Family::Normal => Some(candle::Init::Randn { mean: 0.0, stdev: distribution.std() }),
                Family::Uniform => Some(uniform(distribution.support())),
                Family::TruncatedNormal { .. } => None,
            },
            _ => None,
        })
    }
}

const NO_FAN: &str = "it scales with a fan, and only tensors of rank 2 or more have one; give this parameter an \
                      initializer without a fan, such as `zeros` or `uniform(lo=-0.1, up=0.1)`";

impl From<candle::Init> for Init {
    /// Each of candle's has its equal here; Kaiming's gain becomes `scale = gain²`.
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
