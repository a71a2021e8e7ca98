//! The initializers that have a name.

use crate::initializers::init::{Cut, Init};
use crate::initializers::matrix::Matrix;
use crate::initializers::variance_scaling::{Family, Fan, VarianceScaling};
use crate::layer::Centre;

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
    /// appendix 1.5). For the others see [`siren`](crate::init::siren).
    SIREN_FIRST = 1.0 / 3.0, InSquared, Uniform;
    /// Normal, `std = 1/√fan_in · min(1, √(fan_out/fan_in))`: spectral µP, whose spectral norm is `√(fan_out/fan_in)` up to
    /// a factor that does not grow with the width (Yang, Simon and Bernstein 2023, arXiv:2310.17813, parametrization 1).
    /// The norm of a Gaussian matrix is `std·(√fan_in + √fan_out)`, so the factor is `1 + √(shorter side/longer side)`:
    /// 2 for a square matrix, near 1 for a narrow one.
    SPECTRAL_NORMAL = 1.0, Spectral, Normal;
}

/// Normal cut at ±3 sigmas, `std = 1/√fan_in` **before the cut**: "mitchell" of OLMo (Groeneveld et al., ACL
/// 2024, arXiv:2402.00838). Its residual branches are this initializer [`by_depth`](Init::by_depth).
pub const MITCHELL: Init = Init::VarianceScaling(VarianceScaling {
    scale: 0.973_336_924_662_541_5, // the variance of a standard normal cut at ±3
    fan: Fan::In,
    family: Family::TruncatedNormal { sigmas: 3.0 },
});

/// Every element is `value`.
#[must_use]
pub const fn constant(value: f64) -> Init {
    Init::Const(value)
}

/// Uniform on the closed interval `[lo, up]`.
#[must_use]
pub const fn uniform(lo: f64, up: f64) -> Init {
    Init::Uniform { lo, up }
}

/// Normal with this mean and standard deviation, not truncated.
///
/// ```
/// use candle_init::{Initializer, init};
/// let gpt2 = Initializer::new(42).weights(init::normal(0.0, 0.02));
/// ```
#[must_use]
pub const fn normal(mean: f64, std: f64) -> Init {
    Init::Randn { mean, stdev: std }
}

/// A normal cut at ±2 sigmas, `std` before the cut: JAX's and Keras's `truncated_normal`. For other cuts see
/// [`Init::TruncatedNormal`].
#[must_use]
pub const fn truncated_normal(mean: f64, std: f64) -> Init {
    Init::TruncatedNormal { mean, stdev: std, cut: Cut::Sigmas { lo: -2.0, up: 2.0 } }
}
