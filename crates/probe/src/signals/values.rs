//! Numbers out of tensors.

use candle_core::{DType, Result, Tensor};

use crate::Moments;

/// The values of a tensor of any dtype, in row-major order.
///
/// # Errors
/// What candle says.
pub(crate) fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.detach().to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

/// The first values of a tensor: enough to tell one function from another.
///
/// # Errors
/// What candle says.
pub(crate) fn head(tensor: &Tensor, count: usize) -> Result<Vec<f32>> {
    let flat = tensor.detach().flatten_all()?;
    values(&flat.narrow(0, 0, count.min(flat.elem_count()))?)
}

/// An even sample of at most `most` values.
pub(crate) fn sample(values: &[f32], most: usize) -> Vec<f32> {
    // An odd step meets every unit where their number is a power of two.
    let step = values.len().div_ceil(most.max(1)) | 1;
    values.iter().copied().step_by(step).collect()
}

/// The moments of values, in two passes in `f64`.
pub(crate) fn moments(values: &[f32]) -> Moments {
    let count_of = |is: fn(&f32) -> bool| values.iter().filter(|v| is(v)).count() as u64;
    let n = count_of(|v| v.is_finite()) as f64;
    let mean = sum(values, |v| v) / n;
    let square = |v: f64| (v - mean) * (v - mean);
    let (variance, fourth) = (sum(values, square) / n, sum(values, |v| square(v) * square(v)) / n);
    let or_nan = |x: f64| if n > 0.0 { x } else { f64::NAN };
    Moments {
        count: values.len() as u64,
        mean,
        std: variance.sqrt(),
        kurtosis: fourth / (variance * variance),
        min: or_nan(fold(values, f64::INFINITY, f64::min, |v| v)),
        max: or_nan(fold(values, f64::NEG_INFINITY, f64::max, |v| v)),
        zeros: count_of(|v| *v == 0.0),
        nan: count_of(|v| v.is_nan()),
        infinite: count_of(|v| v.is_infinite()),
    }
}

/// The sum of `f` over the finite values.
fn sum(values: &[f32], f: impl Fn(f64) -> f64) -> f64 {
    fold(values, 0.0, |a, b| a + b, f)
}

/// Independent partial results, so that none waits for the one before.
const LANES: usize = 8;

/// `f` of all finite values, joined.
fn fold(values: &[f32], start: f64, join: impl Fn(f64, f64) -> f64, f: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [start; LANES];
    for chunk in values.chunks(LANES) {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            let joined = join(*lane, f(f64::from(value)));
            *lane = if value.is_finite() { joined } else { *lane };
        }
    }
    lanes.into_iter().fold(start, join)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_leave_out_what_is_not_finite() {
        let values: Vec<f32> =
            (1..=20).map(|i| i as f32).chain([f32::NAN, f32::INFINITY, 0.0, -0.0]).collect();
        let got = moments(&values);
        assert_eq!((got.count, got.finite(), got.zeros, got.nan, got.infinite), (24, 22, 2, 1, 1));
        assert_eq!((got.min, got.max, got.mean), (0.0, 20.0, 210.0 / 22.0));
        let second = (1..=20).map(|i| f64::from(i * i)).sum::<f64>() / 22.0;
        assert!((got.second_moment() - second).abs() < 1e-9);
        assert!(moments(&[f32::NAN]).mean.is_nan() && moments(&[]).max.is_nan());
    }
}
