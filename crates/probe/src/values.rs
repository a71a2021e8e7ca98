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
    let step = values.len().div_ceil(most.max(1)).max(1);
    values.iter().copied().step_by(step).collect()
}

/// The moments of values, in two passes in `f64`.
pub(crate) fn moments(values: &[f32]) -> Moments {
    let finite = || values.iter().copied().map(f64::from).filter(|v| v.is_finite());
    let count_of = |is: fn(&f32) -> bool| values.iter().filter(|v| is(v)).count() as u64;
    let n = finite().count() as f64;
    let mean = finite().sum::<f64>() / n;
    let squares = || finite().map(|v| (v - mean) * (v - mean));
    let (variance, fourth) = (squares().sum::<f64>() / n, squares().map(|s| s * s).sum::<f64>() / n);
    let or_nan = |x: f64| if n > 0.0 { x } else { f64::NAN };
    Moments {
        count: values.len() as u64,
        mean,
        std: variance.sqrt(),
        kurtosis: fourth / (variance * variance),
        min: or_nan(finite().fold(f64::INFINITY, f64::min)),
        max: or_nan(finite().fold(f64::NEG_INFINITY, f64::max)),
        zeros: count_of(|v| *v == 0.0),
        nan: count_of(|v| v.is_nan()),
        infinite: count_of(|v| v.is_infinite()),
    }
}
