//! What the bench groups run over.

use candle_core::DType;
use candle_nn::Init;

/// The dtypes that candle draws in on the processor.
pub const DTYPES: [DType; 5] = [DType::F32, DType::F64, DType::BF16, DType::F16, DType::F8E4M3];

/// Elements of a tensor: a small bias, a matrix of a small model, one of a large model.
pub const SIZES: [usize; 3] = [1 << 10, 1 << 16, 1 << 22];

/// One law of each kind that candle has.
pub const LAWS: [(&str, Init); 5] = [
    ("zeros", candle_nn::init::ZERO),
    ("const", Init::Const(0.5)),
    ("uniform", Init::Uniform { lo: -0.5, up: 0.5 }),
    ("normal", Init::Randn { mean: 0.0, stdev: 0.5 }),
    ("kaiming_normal", candle_nn::init::DEFAULT_KAIMING_NORMAL),
];
