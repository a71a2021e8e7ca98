//! Whether a dtype is fine enough for a distribution: the standard deviation after the rounding.

use crate::distribution::{Distribution, Kind};
use crate::dtype::{Dtype, at_least, at_most};
use crate::error::Error;
use crate::fill::bounds::{inside, reach};
use crate::transform::Wide;

/// Largest share by which the rounding may move the standard deviation.
///
/// As much as the standard deviation of 200 values strays by chance, and just above what the coarsest dtype does where it
/// has all its bits: bounds moved inside to values of `F8E4M3` cost up to 4.4 %.
const LARGEST_SHIFT: f64 = 0.05;

/// Values lie closer than this many standard deviations to their neighbours: then a rounding moves the standard
/// deviation by less than [`LARGEST_SHIFT`], bounds included, and nothing needs to be summed.
const FINE_STEP: f64 = 1.0 / 3.0;

/// How far from the mean the sum goes, in standard deviations: what a tail no heavier than exponential has beyond
/// moves the variance by less than a thousandth.
const FAR: f64 = 12.0;

/// Refuses a distribution whose standard deviation `T` would move by more than [`LARGEST_SHIFT`].
pub(crate) fn keeps_spread<T: Dtype>(distribution: &Distribution) -> Result<(), Error> {
    let (spread, far) = estimate(distribution);
    let kept = kept_by_constants::<T::Wide>(distribution);
    if spread == 0.0 || step::<T>(far) <= FINE_STEP * spread && (kept - 1.0).abs() < 1e-6 {
        return Ok(());
    }
    let std = distribution.std();
    let rounded = if kept == 0.0 { 0.0 } else { rounded_std::<T>(distribution, kept)? };
    if (rounded - std).abs() <= LARGEST_SHIFT * std {
        return Ok(());
    }
    Err(Error::SpreadLost { dtype: T::NAME, std, rounded })
}

/// A standard deviation that is not above the distribution's, and a magnitude that most values stay below, both cheap.
fn estimate(distribution: &Distribution) -> (f64, f64) {
    match distribution.parameters() {
        Kind::Constant(_) => (0.0, 0.0),
        Kind::Uniform { lo, up } => (distribution.std(), lo.abs().max(up.abs())),
        Kind::Normal { mean, std } => (std, mean.abs() + 2.0 * std),
        Kind::Truncated { mean, std, lo, up } => {
            let (low, high) = (lo.max(mean - 2.0 * std), up.min(mean + 2.0 * std));
            if high - low >= 2.0 * std {
                // A wider window only adds to the spread, and of those inside of two standard deviations the whole
                // has the least for its width, 0.8796/4.
                return (0.2199 * (high - low), low.abs().max(high.abs()));
            }
            let spread = distribution.std();
            (spread, distribution.mean().abs() + 2.5 * spread)
        }
    }
}

/// What the rounding of its constants to `W` multiplies the spread by: other than one where they are subnormal.
fn kept_by_constants<W: Wide>(distribution: &Distribution) -> f64 {
    let constant = match distribution.parameters() {
        Kind::Constant(_) => 0.0,
        Kind::Uniform { lo, up } => (up / 2.0 - lo / 2.0) * W::UNIT,
        Kind::Normal { std, .. } | Kind::Truncated { std, .. } => std,
    };
    if constant == 0.0 { 1.0 } else { W::from_f64(constant).into() / constant }
}

/// The distance between neighbours of `T` just below `magnitude`.
fn step<T: Dtype>(magnitude: f64) -> f64 {
    let value = at_least::<T>(magnitude.min(T::MAX));
    value.widen() - value.neighbour(false).widen()
}

/// What the rounding of its centre or mean to `W` adds to every value: up to half a step of the values where `W` is their
/// dtype, so that others of them round up.
fn added_by_constants<W: Wide>(distribution: &Distribution) -> f64 {
    let middle = match distribution.parameters() {
        Kind::Constant(value) => value,
        Kind::Uniform { lo, up } => lo / 2.0 + up / 2.0,
        Kind::Normal { mean, .. } | Kind::Truncated { mean, .. } => mean,
    };
    W::from_f64(middle).into() - middle
}

/// The standard deviation of the values after the rounding, summed over the values of `T`, for a distribution whose
/// constants keep this share of its spread.
fn rounded_std<T: Dtype>(distribution: &Distribution, kept: f64) -> Result<f64, Error> {
    let computed = distribution.scaled(kept).shifted(added_by_constants::<T::Wide>(distribution));
    let (first, last) = range::<T>(&computed, inside::<T>(distribution.support())?);
    // Around a value next to the mean, because differences to it are exact where they matter.
    let centre = T::nearest(distribution.mean()).widen();
    let around = computed.shifted(-centre);
    let (mut value, mut below, mut sums) = (first, 0.0, [0.0; 2]);
    loop {
        let (here, next) = (value.widen() - centre, value.neighbour(true));
        let is_last = value.widen() >= last.widen();
        // Everything up to the middle between two neighbours goes to the lower one; the ends take what lies beyond.
        let up_to = if is_last { 1.0 } else { around.cdf(0.5 * (here + (next.widen() - centre))) };
        let weight = up_to - below;
        sums = [sums[0] + weight * here, sums[1] + weight * here * here];
        if is_last {
            return Ok((sums[1] - sums[0] * sums[0]).max(0.0).sqrt());
        }
        (value, below) = (next, up_to);
    }
}

/// The first and the last value that the sum needs, of those in `[lo, up]`.
fn range<T: Dtype>(distribution: &Distribution, (lo, up): (f64, f64)) -> (T, T) {
    let (mean, far) = (distribution.mean(), FAR * distribution.std());
    let (low, high) = reach::<T>(distribution);
    let first = at_most::<T>(low.max(mean - far)).widen().max(lo);
    let last = at_least::<T>(high.min(mean + far)).widen().min(up);
    (T::nearest(first), T::nearest(last))
}

#[cfg(test)]
mod tests {
    use float8::F8E4M3;
    use half::{bf16, f16};

    use super::*;
    use crate::fill::bounds::representable;

    /// Distributions of every kind whose spread is from a fifth to twenty steps of the dtype around `centre`.
    fn around(centre: f64, step: f64) -> impl Iterator<Item = Distribution> {
        let spreads = (0..60).map(move |i| step * 0.2 * 1.08_f64.powi(i));
        spreads.flat_map(move |std| {
            let window = |lo: f64, up: f64| {
                Distribution::truncated_normal(centre, std, centre + lo * std, centre + up * std)
            };
            let open = f64::INFINITY;
            [
                Distribution::normal(centre, std),
                Distribution::uniform(centre - 1.732 * std, centre + 1.732 * std),
                Distribution::uniform(centre, centre + 3.464 * std),
                window(-2.0, 2.0),
                window(-0.3, 1.9),
                window(0.0, open),
                window(1.9, open),
                window(-open, -4.0),
                window(2.5, 2.7),
            ]
            .into_iter()
            .flatten()
        })
    }

    /// What is accepted without a sum would have been accepted by it. Not of f64: bounds and means of such a spread are
    /// themselves rounded to it.
    fn shortcut_is_safe<T: Dtype>(centres: &[f64]) -> Result<(usize, f64), Error> {
        let (mut fine, mut worst) = (0, 0.0_f64);
        for &centre in centres {
            for distribution in
                around(centre, step::<T>(centre.abs().max(T::nearest(0.0).neighbour(true).widen())))
            {
                let (spread, far) = estimate(&distribution);
                assert!(spread <= distribution.std() * 1.000_001, "{distribution:?}: {spread}");
                if step::<T>(far) > FINE_STEP * spread || representable::<T>(&distribution).is_err() {
                    continue;
                }
                let shift = (rounded_std::<T>(&distribution, 1.0)? / distribution.std() - 1.0).abs();
                assert!(shift <= LARGEST_SHIFT, "{} {distribution:?}: {shift}", T::NAME);
                (fine, worst) = (fine + 1, worst.max(shift));
            }
        }
        Ok((fine, worst))
    }

    #[test]
    fn nothing_coarse_passes_unsummed() -> Result<(), Error> {
        let centres = if cfg!(miri) { &[0.0, 0.3][..] } else { &[0.0, 0.001, -0.02, 0.3, 1.0, -1.97, 17.3] };
        for (fine, worst) in [
            shortcut_is_safe::<F8E4M3>(centres)?,
            shortcut_is_safe::<f16>(centres)?,
            shortcut_is_safe::<bf16>(centres)?,
            shortcut_is_safe::<f32>(centres)?,
        ] {
            assert!(fine > 100 && worst > 0.005, "{fine} {worst}");
        }
        Ok(())
    }

    /// Uniform on `±1.997` steps: the outer two of the three values have 1.497/3.994 each, by hand.
    #[test]
    fn the_sum_is_the_spread_of_the_rounded_values() -> Result<(), Error> {
        let step = 2_f64.powi(-9);
        let got = rounded_std::<F8E4M3>(&Distribution::uniform(-1.997 * step, 1.997 * step)?, 1.0)?;
        assert!((got / step - (2.0_f64 * 1.497 / 3.994).sqrt()).abs() < 1e-12, "{got}");
        // Sheppard: the rounding to steps adds a twelfth of their square.
        let got = rounded_std::<F8E4M3>(&Distribution::normal(0.0, step)?, 1.0)?;
        assert!((got / step - (1.0_f64 + 1.0 / 12.0).sqrt()).abs() < 1e-6, "{got}");
        Ok(())
    }
}
