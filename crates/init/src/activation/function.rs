//! What a gain is computed of: a function of one number.

/// A function of one number: an [`Activation`](crate::activation::Activation), candle's own, or any closure.
///
/// A closure has nothing but its values; where it jumps or bends is found from them, and so is its slope.
///
/// ```
/// use candle_init::activation::{ScalarFunction, gain};
/// struct Shrink(f64);
/// impl ScalarFunction for Shrink {
///     fn value(&self, z: f64) -> f64 {
///         z.signum() * (z.abs() - self.0).max(0.0)
///     }
/// }
/// let closure = |z: f64| z.signum() * (z.abs() - 0.5).max(0.0);
/// assert_eq!(gain(Shrink(0.5))?, gain(closure)?);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
pub trait ScalarFunction {
    /// `f(z)`.
    fn value(&self, z: f64) -> f64;

    /// `f′(z)`, at a kink either side's; `None`, for every `z`, if there is no formula for it.
    fn exact_derivative(&self, _z: f64) -> Option<f64> {
        None
    }

    /// All points where `f` or `f′` jumps; `None` if they are not known. They are looked for then, which takes some
    /// 40,000 calls; with them the function is taken to have no feature that is narrower than a third.
    fn kinks(&self) -> Option<&[f64]> {
        None
    }

    /// Whether `f` is one half of a product of two pre-activations, so that `E[f(√q·z)²]` is not the whole
    /// variance map.
    fn is_gated(&self) -> bool {
        false
    }
}

impl<F: Fn(f64) -> f64> ScalarFunction for F {
    fn value(&self, z: f64) -> f64 {
        self(z)
    }
}
