//! Data-dependent initialization: weights scaled so that a batch makes each layer give unit variance.

use candle_core::Tensor;
use candle_nn::VarMap;

use crate::error::Result;
use crate::tuning::options::{Biases, Lsuv, Start};
use crate::tuning::report::LsuvReport;
use crate::tuning::rescale::rescale;

impl Lsuv {
    /// Changes the weights in `vars`, and says what it changed. `forward` takes the batch and gives the loss or the
    /// model's output; where it gives errors of another type, wrap it in [`any_error`](crate::any_error()).
    ///
    /// What the forward pass itself changes, such as running statistics, is put back.
    ///
    /// # Errors
    /// [`Error::Number`](crate::Error::Number) for a number that is out of its range,
    /// [`Error::Batch`](crate::Error::Batch) for a batch that is empty or not finite,
    /// [`Error::Forward`](crate::Error::Forward) where the forward pass fails. All parameters are then as they were. A
    /// layer that cannot be scaled is no error: the report says why.
    pub fn run(
        &self,
        vars: &VarMap,
        batch: &Tensor,
        forward: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<LsuvReport> {
        self.check()?;
        rescale(self, vars, batch, &forward)
    }
}

/// Scales every layer once so that `batch` makes its output have unit variance: one sweep over the layers in the
/// order in which the signal meets them.
///
/// The weight and the bias are both divided by the standard deviation of the output that they make, which is exact for
/// a dense layer or a convolution: no second try is needed. The weights keep their distribution and the biases their
/// part in the output. It is the data-dependent start of Krähenbühl et al. (ICLR 2016, arXiv:1511.06856, section 3.1)
/// and of Salimans and Kingma (2016, arXiv:1602.07868, section 3), with one factor a layer where they have one a unit,
/// so that units keep their sizes relative to each other. [`Biases::Centred`] takes the means off as they do.
///
/// Each layer needs its own forward pass, since what it reads changes with the layers before it: one more than there
/// are layers in all.
///
/// ```
/// # use candle_core::{DType, Device, Module};
/// # use candle_init::Initializer;
/// # use candle_init_probe::{noise, unit_variance};
/// # use candle_nn::{VarMap, linear};
/// # let vars = VarMap::new();
/// # let vb = Initializer::new(1).var_builder(&vars, DType::F32, &Device::Cpu);
/// # let (fc, head) = (linear(64, 128, vb.pp("fc"))?, linear(128, 10, vb.pp("head"))?);
/// # let batch = noise((256, 64), 7, &Device::Cpu)?;
/// let report = unit_variance(&vars, &batch, |x| head.forward(&fc.forward(x)?.tanh()?))?;
/// assert_eq!(report.passes, 3);
/// assert!(report.layers.iter().all(|layer| (layer.std_after.unwrap() - 1.0).abs() < 1e-3));
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
///
/// # Errors
/// As [`Lsuv::run`].
pub fn unit_variance(
    vars: &VarMap,
    batch: &Tensor,
    forward: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
) -> Result<LsuvReport> {
    let once =
        Lsuv { start: Start::Kept, biases: Biases::Scaled, std: 1.0, tolerance: SINGLE_PASS, tries: 1 };
    once.run(vars, batch, forward)
}

/// A variance this near to one is one, up to rounding.
const SINGLE_PASS: f64 = 1e-3;
