//! Buffers of integers: position ids, counters of batches.

use candle_core::DType;
use candle_nn::Init as Hint;

/// Whether a request is for integers that are all the same, which candle makes: nothing is drawn, and no rule is asked.
pub(crate) fn is_buffer(dtype: DType, hint: Hint) -> bool {
    dtype.is_int() && matches!(hint, Hint::Const(_))
}
