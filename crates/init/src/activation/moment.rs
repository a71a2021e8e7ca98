//! Expectations over a normal number.

use crate::activation::budget::Budget;
use crate::activation::error::{Error, Result};
use crate::activation::examined::Examined;
use crate::activation::function::ScalarFunction;
use crate::activation::pieces::{Measure, Pieces, Total};
use crate::activation::slope::slopes;

/// The relative error that is asked of an integral: some hundred roundings.
pub(crate) const TARGET: f64 = 1e-13;
/// That of the square of a slope of polynomials, which has the rounding of a division by their width.
const SLOPE_TARGET: f64 = 1e-9;
/// The relative error that the square of a slope of polynomials may have.
const ROUGH: f64 = 1e-6;
/// The square of a slope is rounding, and the function constant, if it is less than this part of the function's square
/// per variance.
const FLAT: f64 = 1e-18;
/// Squares below this have lost digits to underflow.
const SMALLEST: f64 = 1e-290;

/// A number that was computed, and its estimated error.
///
/// The error is that of the polynomials by which the function was replaced: their distance from every value of the
/// function that was asked for. So it covers all but what lies between those values. A feature that is narrower than
/// 1/2048 of a standard deviation, and so has a probability below 2·10⁻⁴, can be missed; the panels of a function
/// that tells its [kinks](ScalarFunction::kinks) are checked at their own points only.
///
/// ```
/// let moment = candle_init::activation::second_moment(f64::sin)?;
/// let exact = (1.0 - (-2.0_f64).exp()) / 2.0;
/// assert!((moment.value - exact).abs() <= moment.error && moment.error < 1e-12);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its estimated absolute error.
    pub error: f64,
}

/// `E[g(z)]` for a standard normal `z`.
///
/// It calls `g` some hundred times if it tells its [kinks](ScalarFunction::kinks), 40,000 times if they are looked
/// for, and a million times (2²⁰) at most.
///
/// ```
/// let fourth = candle_init::activation::expectation(|z: f64| z.powi(4))?;
/// assert!((fourth.value - 3.0).abs() <= fourth.error && fourth.error < 1e-11);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotFinite`] where `g` is, [`Error::InfiniteMoment`] where `g` outgrows the density, and
/// [`Error::NotConverged`] for what that many calls do not settle.
pub fn expectation(g: impl ScalarFunction) -> Result<Estimate> {
    let budget = Budget::new();
    let value = |z| g.value(z);
    let pieces = Examined::new(&value, g.kinks(), &budget).pieces(1.0, Measure::Plain, TARGET)?;
    Ok(Estimate { value: pieces.integral(|_, weighted| weighted), error: pieces.total().error })
}

/// `E[f(z)²]` for a standard normal `z`, at the cost of an [`expectation`].
///
/// ```
/// use candle_init::activation::{Activation, second_moment};
/// let moment = second_moment(Activation::Relu)?;
/// assert!((moment.value - 0.5).abs() < 1e-12);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// As [`expectation`], and [`Error::ZeroMoment`] where `f` is zero.
pub fn second_moment(f: impl ScalarFunction) -> Result<Estimate> {
    let budget = Budget::new();
    let value = |z| f.value(z);
    square(&Examined::new(&value, f.kinks(), &budget), 1.0)
}

/// `E[f′(z)²]` for a standard normal `z`, at the cost of an [`expectation`].
///
/// The slope is [the function's own](ScalarFunction::exact_derivative), if it has one, and else that of the
/// polynomials, which is right to six digits or better.
///
/// ```
/// use candle_init::activation::{Activation, slope_moment};
/// let moment = slope_moment(Activation::Relu)?;
/// assert!((moment.value - 0.5).abs() < 1e-12);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// As [`second_moment`], of `f′`, and [`Error::Jump`] where `f` jumps: then the slope has no second moment. A slope
/// without bound, such as that of `√|z|`, is [`Error::NotConverged`].
pub fn slope_moment(f: impl ScalarFunction) -> Result<Estimate> {
    slope_moment_at(&f, 1.0, &Budget::new())
}

/// `E[f(√q·z)²]`.
pub(crate) fn square(f: &Examined<'_>, q: f64) -> Result<Estimate> {
    square_of(&f.pieces(q.sqrt(), Measure::Square, TARGET)?, q.sqrt())
}

/// That of a function which is in pieces.
pub(crate) fn square_of(pieces: &Pieces, sigma: f64) -> Result<Estimate> {
    let value = pieces.integral(|_, weighted| weighted * weighted) / sigma;
    non_zero(Estimate { value, error: pieces.total().error / sigma })
}

/// The slope of a function at `√q·z`.
pub(crate) enum Slopes {
    /// In pieces.
    Finite(Pieces),
    /// The function jumps; it is here in pieces itself.
    Jumps { at: f64, pieces: Pieces },
}

/// The slope in pieces: from its formula, if there is one, or from the function's.
pub(crate) fn slopes_at(f: &impl ScalarFunction, q: f64, budget: &Budget) -> Result<Slopes> {
    if f.exact_derivative(0.0).is_some() {
        let slope = |z| f.exact_derivative(z).unwrap_or(f64::NAN);
        let examined = Examined::new(&slope, f.kinks(), budget);
        return Ok(Slopes::Finite(examined.pieces(q.sqrt(), Measure::Square, TARGET)?));
    }
    let value = |z| f.value(z);
    let examined = Examined::new(&value, f.kinks(), budget);
    let pieces = examined.with_slope(q.sqrt(), TARGET, SLOPE_TARGET)?;
    let slopes = match slopes(&pieces, q) {
        Err(Error::Jump { at }) => return Ok(Slopes::Jumps { at, pieces }),
        slopes => slopes?,
    };
    let (Total { error, size }, function) = (slopes.total(), pieces.total().size);
    if size < FLAT * function / q {
        return Err(Error::ZeroMoment);
    }
    if error > ROUGH * size {
        return Err(Error::NotConverged { calls: pieces.calls, error: error / size });
    }
    Ok(Slopes::Finite(slopes))
}

/// `E[f′(√q·z)²]`.
pub(crate) fn slope_moment_at(f: &impl ScalarFunction, q: f64, budget: &Budget) -> Result<Estimate> {
    match slopes_at(f, q, budget)? {
        Slopes::Finite(slopes) => square_of(&slopes, q.sqrt()),
        Slopes::Jumps { at, .. } => Err(Error::Jump { at }),
    }
}

fn non_zero(moment: Estimate) -> Result<Estimate> {
    if moment.value < SMALLEST { Err(Error::ZeroMoment) } else { Ok(moment) }
}
