//! A healthy deep net, and the faults that are planted in it one at a time.

use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Initializer, init};
use candle_nn::{VarBuilder, VarMap};

const CPU: Device = Device::Cpu;

/// How many layers the net has.
pub const LAYERS: usize = 12;

/// Units of the layers in turn, so that no matrix is square.
const UNITS: [usize; 2] = [96, 160];

/// The initializer of the net: He, biases zero.
#[must_use]
pub fn healthy(seed: u64) -> Initializer {
    Initializer::new(seed).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS)
}

/// Twelve layers `layers.0` to `layers.11` of 96 and 160 units in turn.
///
/// # Errors
/// What candle says.
pub fn layers(vb: VarBuilder<'static>) -> Result<()> {
    (0..LAYERS).try_for_each(|i| {
        let (from, to) = (UNITS[i % 2], UNITS[(i + 1) % 2]);
        candle_nn::linear(from, to, vb.pp("layers").pp(i)).map(|_| ())
    })
}

/// The net in a map of its own, with the initializer that made it.
///
/// # Errors
/// What candle says.
pub fn net(seed: u64) -> Result<(VarMap, Initializer)> {
    let (vars, init) = (VarMap::new(), healthy(seed));
    layers(init.var_builder(&vars, DType::F32, &CPU))?;
    Ok((vars, init))
}

/// A fault that can be planted in one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// All zeros.
    Zeros,
    /// All one number.
    Constant,
    /// A tenth of the right standard deviation.
    Tenth,
    /// Ten times the right standard deviation.
    Tenfold,
    /// Two equal neurons.
    Twins,
    /// One value is NaN.
    Nan,
    /// Drawn over the fan-out.
    Swapped,
}

impl Plant {
    /// Every fault with the finding that it must be named by.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Zeros, "uninitialised"),
        (Self::Constant, "symmetric"),
        (Self::Tenth, "mis-scaled"),
        (Self::Tenfold, "mis-scaled"),
        (Self::Twins, "symmetric"),
        (Self::Nan, "not finite"),
        (Self::Swapped, "swapped fans"),
    ];

    /// The weight with the fault.
    fn of(self, weight: &Tensor) -> Result<Tensor> {
        let (out, of) = weight.dims2()?;
        match self {
            Self::Zeros => weight.zeros_like(),
            Self::Constant => weight.ones_like()? * 0.05,
            Self::Tenth => weight * 0.1,
            Self::Tenfold => weight * 10.0,
            Self::Swapped => weight * (of as f64 / out as f64).sqrt(),
            Self::Twins => weight.slice_assign(&[9..10, 0..of], &weight.narrow(0, 4, 1)?),
            Self::Nan => weight.slice_assign(&[3..4, 5..6], &Tensor::new(&[[f32::NAN]], &CPU)?),
        }
    }

    /// Plants it in a variable of the map.
    ///
    /// # Errors
    /// What candle says.
    pub fn into(self, vars: &VarMap, name: &str) -> Result<()> {
        let data = vars.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let var = data.get(name).ok_or_else(|| candle_core::Error::msg(format!("no `{name}`")))?;
        var.set(&self.of(var)?)
    }
}
