//! The exact moments of an initializer once its values are rounded to a narrow dtype.
//!
//! A rounded value stands for the interval halfway to its neighbours, so its probability is a difference of
//! the initializer's distribution function, and the moments are sums over all values of the dtype. Rounding an `f32`
//! that was rounded before moves the ends of the interval by 2⁻²⁴: nothing that a sample could show.

use candle_core::DType;
use float8::F8E4M3;
use half::{bf16, f16};
use reference::Distribution;

/// Every finite value of a dtype narrower than `f32`, in order; empty for the others.
fn grid(dtype: DType) -> Vec<f64> {
    let mut values: Vec<f64> = match dtype {
        DType::BF16 => (0..=u16::MAX).map(|b| bf16::from_bits(b).to_f64()).collect(),
        DType::F16 => (0..=u16::MAX).map(|b| f16::from_bits(b).to_f64()).collect(),
        DType::F8E4M3 => (0..=u8::MAX).map(|b| F8E4M3::from_bits(b).to_f64()).collect(),
        _ => Vec::new(),
    };
    values.retain(|v| v.is_finite());
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// The bounds of an initializer, or the whole line.
fn support(initializer: Distribution) -> (f64, f64) {
    match initializer {
        Distribution::Uniform(lo, up) | Distribution::TruncatedNormal(.., lo, up) => (lo, up),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

/// `[mean, std, kurtosis]` of the initializer's values in `dtype`; those of the initializer itself for `f32` and `f64`.
#[must_use]
pub fn moments(initializer: Distribution, dtype: DType) -> [f64; 3] {
    let (lo, up) = support(initializer);
    let grid: Vec<f64> = grid(dtype).into_iter().filter(|v| (lo..=up).contains(v)).collect();
    if grid.is_empty() {
        return initializer.moments();
    }
    let cdf = initializer.cdf();
    let edges = grid.windows(2).map(|pair| cdf(f64::midpoint(pair[0], pair[1]))).chain([1.0]);
    let mut below = 0.0;
    let mass: Vec<f64> = edges.map(|edge| edge - std::mem::replace(&mut below, edge)).collect();
    let mean: f64 = grid.iter().zip(&mass).map(|(v, p)| v * p).sum();
    let central = |power| grid.iter().zip(&mass).map(|(v, p)| (v - mean).powi(power) * p).sum::<f64>();
    [mean, central(2).sqrt(), central(4) / central(2).powi(2)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps that grow with the value move the moments a little, and the less the finer they are.
    #[test]
    fn rounding_moves_the_moments_a_little() {
        let initializer = Distribution::Normal(0.0, 1.0);
        assert_eq!(moments(initializer, DType::F32), initializer.moments());
        let off = |dtype| (moments(initializer, dtype)[1] - 1.0).abs();
        assert!(off(DType::F16) < 1e-7 && off(DType::BF16) < 1e-5 && off(DType::F8E4M3) < 1e-3);
        assert!(off(DType::F8E4M3) > 1e-4);
        assert!(moments(initializer, DType::F8E4M3)[0].abs() < 1e-12);
    }

    #[test]
    fn bounds_keep_the_values_inside() {
        let [mean, std, _] = moments(Distribution::Uniform(0.0, 1.0), DType::F8E4M3);
        assert!((mean - 0.5).abs() < 0.01 && (std - 12_f64.sqrt().recip()).abs() < 0.01);
    }
}
