//! The standard normal quantile: algorithm AS 241, PPND16 (Wichura, Applied Statistics 37, 1988, pp. 477–484,
//! doi:10.2307/2347330).
#![allow(clippy::excessive_precision, reason = "as the paper prints them")]

/// A numerator and a denominator, lowest power first.
type Rational = [[f64; 8]; 2];

/// `|p − ½| ≤ 0.425`, in powers of `0.425² − (p − ½)²`.
#[rustfmt::skip]
const CENTRE: Rational = [
    [3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3],
    [1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3],
];

/// Tail probability above exp(−25), in powers of `√(−ln u) − 1.6`.
#[rustfmt::skip]
const TAIL: Rational = [
    [1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4],
    [1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9],
];

/// Tail probability below exp(−25), in powers of `√(−ln u) − 5`.
#[rustfmt::skip]
const FAR: Rational = [
    [6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
    [1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15],
];

/// The `z` with `1 − Φ(z) = u`, for `u` in (0, ½).
///
/// The caller also gives `half_minus_u = ½ − u`: near the median `z ≈ √(2π)·(½ − u)`, and a difference taken
/// here would have lost its digits already. Relative error below 1e-15 down to `u = 1e-20`.
#[must_use]
pub fn upper_quantile(u: f64, half_minus_u: f64) -> f64 {
    if half_minus_u.abs() <= 0.425 {
        return half_minus_u * ratio(&CENTRE, 0.425 * 0.425 - half_minus_u * half_minus_u);
    }
    let r = (-u.ln()).sqrt();
    if r <= 5.0 { ratio(&TAIL, r - 1.6) } else { ratio(&FAR, r - 5.0) }
}

/// Both polynomials by Horner's rule, then their quotient.
fn ratio([numerator, denominator]: &Rational, x: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(numerator) / horner(denominator)
}
