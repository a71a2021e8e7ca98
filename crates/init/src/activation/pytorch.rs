//! PyTorch's table of gains.

use crate::activation::error::{Error, Result};
use crate::activation::named::Activation;

/// The gain that PyTorch's `torch.nn.init.calculate_gain` has for an activation: 1 for linear layers and the
/// sigmoid, 5/3 for tanh, `√2` for ReLU, `√(2/(1+a²))` for leaky ReLU of slope `a`, 3/4 for SELU.
///
/// ReLU's and leaky ReLU's are second moments (He et al. 2015, eq. 10 and 15) and equal [`gain`](crate::gain()). 5/3
/// and 3/4 are rules of thumb, and the sigmoid's 1 ignores the sigmoid.
///
/// ```
/// use candle_init::activation::{Activation, pytorch_gain};
/// assert_eq!(pytorch_gain(Activation::Tanh)?, 5.0 / 3.0);
/// assert!(pytorch_gain(Activation::Gelu).is_err());
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoPytorchGain`] for an activation that is not in the table.
pub fn pytorch_gain(activation: impl Into<Activation>) -> Result<f64> {
    match activation.into() {
        Activation::Linear | Activation::Sigmoid => Ok(1.0),
        Activation::Tanh => Ok(5.0 / 3.0),
        Activation::Relu => Ok(std::f64::consts::SQRT_2),
        Activation::LeakyRelu(slope) => Ok((2.0 / (1.0 + slope * slope)).sqrt()),
        Activation::Selu => Ok(0.75),
        activation => Err(Error::NoPytorchGain { activation }),
    }
}
