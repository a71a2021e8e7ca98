//! Numbers by (seed, name, index): values, words, statistics, kernels, and the GPU's kernels beside them.

mod cuda_device;
mod cuda_models;
mod cuda_ptx;
mod cuda_source;
mod dtypes;
mod errors;
mod exhaustive;
mod kernels;
mod spread;
mod statistics;
mod values;
mod vectors;
mod words;
