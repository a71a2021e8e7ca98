//! What the values of a parameter are now.

use candle_core::Tensor;

use crate::draw::Moments;
use crate::error::Result;
use crate::widen::widen;

/// Values that are read at a time, 8 MiB of `f64`: memory for measuring stays constant.
const CHUNK: usize = 1 << 20;

/// Mean and standard deviation; NaN for an empty tensor.
pub(crate) fn measure(tensor: &Tensor) -> Result<Moments> {
    let flat = tensor.detach().flatten_all()?;
    let total = flat.elem_count();
    // Sums of deviations from the first value, so that a large mean swallows nothing.
    let (mut origin, mut sum, mut squares) = (None, 0.0, 0.0);
    for start in (0..total).step_by(CHUNK) {
        let values = widen(&flat.narrow(0, start, CHUNK.min(total - start))?)?;
        for value in values.to_vec1::<f64>()? {
            let d = value - *origin.get_or_insert(value);
            sum += d;
            squares += d * d;
        }
    }
    let (mean, n) = (sum / total as f64, total as f64);
    let variance = squares / n - mean * mean;
    // `max` would make a zero of NaN, which an empty tensor has, or one with a NaN inside.
    let std = if variance < 0.0 { 0.0 } else { variance.sqrt() };
    Ok(Moments { mean: origin.unwrap_or(f64::NAN) + mean, std })
}
