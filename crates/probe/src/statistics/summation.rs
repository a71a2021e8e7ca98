//! Slices summed block by block, compiled for the machine's vectors.

use crate::statistics::double;
use crate::statistics::moments::Moments;
use crate::statistics::real::Real;
use crate::statistics::sums::Sums;

/// Numbers that are summed at a time: a block stays in the first cache for its second pass.
pub(crate) const BLOCK: usize = 8192;

/// The sums of some numbers.
pub(crate) fn sums<T: Real>(values: &[T]) -> Sums {
    pulp::Arch::new().dispatch(InPlace(values))
}

/// The sums of elements that are widened first.
pub(crate) fn widened<T: Copy, R: Real>(values: &[T], wide: impl Fn(T) -> R) -> Sums {
    pulp::Arch::new().dispatch(Widened(values, wide))
}

impl Moments {
    /// The moments of some values.
    pub(crate) fn of(values: &[f32]) -> Self {
        sums(values).moments()
    }
}

/// Sums of numbers where they lie. A value and not a closure, since only what is always inlined is compiled
/// for the vectors of its caller.
struct InPlace<'a, T>(&'a [T]);

impl<T: Real> pulp::NullaryFnOnce for InPlace<'_, T> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        // A loop and not a fold, for the same reason.
        let mut all = Sums::NONE;
        for block in self.0.chunks(BLOCK) {
            all = all.and(of_block(block));
        }
        all
    }
}

/// Sums of elements that are widened a block at a time.
struct Widened<'a, T, F>(&'a [T], F);

impl<T: Copy, R: Real, F: Fn(T) -> R> pulp::NullaryFnOnce for Widened<'_, T, F> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        let (mut block, mut all) = ([R::default(); BLOCK], Sums::NONE);
        for values in self.0.chunks(BLOCK) {
            for (to, &from) in block.iter_mut().zip(values) {
                *to = (self.1)(from);
            }
            all = all.and(of_block(block.get(..values.len()).unwrap_or_default()));
        }
        all
    }
}

#[inline(always)]
fn of_block<T: Real>(block: &[T]) -> Sums {
    match T::quick(block) {
        Some(sums) => sums,
        None => double::sums(block),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_leave_out_what_is_not_finite() {
        let values: Vec<f32> =
            (1..=20).map(|i| i as f32).chain([f32::NAN, f32::INFINITY, 0.0, -0.0]).collect();
        let got = Moments::of(&values);
        assert_eq!((got.count, got.finite(), got.zeros, got.nan, got.infinite), (24, 22, 2, 1, 1));
        assert_eq!((got.min, got.max), (0.0, 20.0));
        assert!((got.mean - 210.0 / 22.0).abs() < 1e-12);
        let second = (1..=20).map(|i| f64::from(i * i)).sum::<f64>() / 22.0;
        assert!((got.second_moment() - second).abs() < 1e-9);
        assert!(Moments::of(&[f32::NAN]).mean.is_nan() && Moments::of(&[]).max.is_nan());
    }
}
