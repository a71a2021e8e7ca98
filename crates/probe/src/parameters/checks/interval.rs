//! How far the standard deviation of a sample may be from its distribution's.

/// Standard errors that a right statistic exceeds once in 10¹² times: `P(|Z| > ERRORS) = 1e-12`.
pub(crate) const ERRORS: f64 = 7.130_506;

/// Degrees of freedom below which a standard deviation is not judged: 50 values of a normal distribution.
const FEWEST: f64 = 50.0;

/// The degrees of freedom of the variance of `count` values: `2n/(kurtosis − 1)`, by its standard error.
///
/// A kurtosis below the normal distribution's 3 is not used: the sample's own follows its variance, and a right
/// weight must pass.
pub(crate) fn freedom(count: f64, kurtosis: f64) -> f64 {
    2.0 * count / (kurtosis.max(3.0) - 1.0)
}

/// The factors between which the standard deviation of `count` values lies, relative to the standard deviation of their
/// distribution, but for one in 10¹²; `None` where there are too few to say: fewer than 50 of a normal distribution.
///
/// The variance of a normal sample is a χ² over its degrees of freedom `ν`, whose cube root is normal with mean
/// `1 − 2/9ν` and variance `2/9ν` (Wilson and Hilferty 1931).
pub(crate) fn factors(count: f64, kurtosis: f64) -> Option<(f64, f64)> {
    let freedom = freedom(count, kurtosis);
    (freedom >= FEWEST).then(|| (factor(freedom, -ERRORS), factor(freedom, ERRORS)))
}

/// The χ² of so many degrees of freedom that is exceeded once in 2·10¹² times.
pub(crate) fn largest_square(freedom: f64) -> f64 {
    freedom * factor(freedom, ERRORS).powi(2)
}

/// The root of a χ² over its degrees of freedom, so many standard errors from its middle.
fn factor(freedom: f64, errors: f64) -> f64 {
    let spread = 2.0 / (9.0 * freedom);
    errors.mul_add(spread.sqrt(), 1.0 - spread).max(0.0).powf(1.5)
}
