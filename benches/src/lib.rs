//! What the benches share: sizes, clocks, rows, whole models.

pub mod measure;
pub mod model;
pub mod row;

use candle_core::DType;
use candle_nn::Init;

/// The dtypes that candle draws in on the processor.
pub const DTYPES: [DType; 5] = [DType::F32, DType::F64, DType::BF16, DType::F16, DType::F8E4M3];

/// Elements of a tensor: a small bias, a matrix of a small model, one of a large model.
pub const SIZES: [usize; 3] = [1 << 10, 1 << 16, 1 << 22];

/// What `CANDLE_INIT_BENCH=large` adds: 256 MiB and 1 GiB of `f32`.
pub const LARGE_SIZES: [usize; 2] = [1 << 26, 1 << 28];

/// [`SIZES`], and the large ones where they are asked for.
#[must_use]
pub fn sizes() -> Vec<usize> {
    let large = std::env::var_os("CANDLE_INIT_BENCH").is_some_and(|value| value == "large");
    if large { [&SIZES[..], &LARGE_SIZES].concat() } else { SIZES.to_vec() }
}

/// One distribution of each kind that candle has.
pub const LAWS: [(&str, Init); 5] = [
    ("zeros", candle_nn::init::ZERO),
    ("const", Init::Const(0.5)),
    ("uniform", Init::Uniform { lo: -0.5, up: 0.5 }),
    ("normal", Init::Randn { mean: 0.0, stdev: 0.5 }),
    ("kaiming_normal", candle_nn::init::DEFAULT_KAIMING_NORMAL),
];
