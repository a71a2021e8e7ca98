//! What a gain is computed of: a function of one number.

/// A function of one number with its derivative: an [`Activation`](crate::Activation), or any closure.
///
/// A closure's derivative is taken numerically: central differences of fourth order, whose step shrinks
/// until two of them agree, so that a kink spoils it over no more than about `1e-8` around itself.
///
/// ```
/// use candle_init::ScalarFunction;
/// let cube = |z: f64| z.powi(3);
/// assert!((cube.derivative(2.0) - 12.0).abs() < 1e-9);
/// ```
pub trait ScalarFunction {
    /// `f(z)`.
    fn value(&self, z: f64) -> f64;

    /// `f′(z)`; at a kink, either side's.
    fn derivative(&self, z: f64) -> f64 {
        difference(|z| self.value(z), z)
    }

    /// Where `f` or `f′` jumps, if known. Integrals are cut there; unknown ones are found by bisection.
    fn kinks(&self) -> &[f64] {
        &[]
    }

    /// The relative error that an integral of `f′²` inherits from [`ScalarFunction::derivative`].
    fn derivative_error(&self) -> f64 {
        1e-7
    }

    /// Whether `f` is one half of a product of two pre-activations, so that `E[f(√q·z)²]` is not the
    /// whole variance map.
    fn is_gated(&self) -> bool {
        false
    }
}

impl<F: Fn(f64) -> f64> ScalarFunction for F {
    fn value(&self, z: f64) -> f64 {
        self(z)
    }
}

/// The steps, in units of `1 + |z|`: from where truncation is below `1e-13` to where rounding is `1e-9`.
const STEPS: [f64; 10] = [2e-3, 5e-4, 1e-4, 2e-5, 4e-6, 1e-6, 2e-7, 5e-8, 1e-8, 2e-9];

/// The central difference whose step and half step agree best.
fn difference(f: impl Fn(f64) -> f64, z: f64) -> f64 {
    let mut best = (f64::INFINITY, f64::NAN);
    for step in STEPS {
        let (slope, scale) = five_points(&f, z, step * (1.0 + z.abs()));
        let (half, _) = five_points(&f, z, step * (1.0 + z.abs()) / 2.0);
        let rounding = f64::EPSILON * scale / step;
        let error = (slope - half).abs() + rounding;
        if error < best.0 {
            best = (error, half);
        }
        if error <= 8.0 * rounding {
            break;
        }
    }
    best.1
}

/// `f′` to fourth order in the step, and the size of what was subtracted.
fn five_points(f: impl Fn(f64) -> f64, z: f64, step: f64) -> (f64, f64) {
    let (near, far) = ((f(z + step), f(z - step)), (f(z + 2.0 * step), f(z - 2.0 * step)));
    let slope = (8.0 * (near.0 - near.1) - (far.0 - far.1)) / (12.0 * step);
    (slope, near.0.abs() + near.1.abs())
}
