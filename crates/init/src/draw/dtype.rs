//! The dtypes that weights have, in the one place that lists them.

/// Runs the body with `$t` as the type of the dtype; any other dtype is an [`Error::DType`](crate::Error::DType).
macro_rules! for_dtype {
    ($dtype:expr, $t:ident => $body:expr) => {
        match $dtype {
            candle_core::DType::F32 => {
                type $t = f32;
                $body
            }
            candle_core::DType::F64 => {
                type $t = f64;
                $body
            }
            candle_core::DType::BF16 => {
                type $t = half::bf16;
                $body
            }
            candle_core::DType::F16 => {
                type $t = half::f16;
                $body
            }
            candle_core::DType::F8E4M3 => {
                type $t = float8::F8E4M3;
                $body
            }
            dtype => Err($crate::error::Error::DType { dtype }),
        }
    };
}

pub(crate) use for_dtype;
