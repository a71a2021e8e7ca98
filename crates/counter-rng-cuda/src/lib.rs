//! What to launch on an NVIDIA GPU for the elements of a distribution: the PTX, and the arguments of its kernels.
//!
//! Nothing here needs a GPU, a driver or a library of CUDA: a host that has them loads [`ptx()`] and launches
//! [`Fill::entry`] with [`Fill::arguments`] and the address of the output. `candle-init` is such a host.
//! `docs/cuda.md` in the repository says how the PTX is made and what is promised.
//!
//! ```
//! use counter_rng::{Distribution, Stream};
//! use counter_rng_cuda::{Fill, THREADS, ptx};
//!
//! let (stream, distribution) = (Stream::new(42, "fc1.weight"), Distribution::normal(0.0, 0.02)?);
//! let fill = Fill::new::<f32>(&stream, &distribution, 0, 784 * 256)?;
//! assert!(fill.is_some_and(|fill| fill.blocks() * THREADS >= 4 * 784 * 256 / 64));
//! assert!(ptx((9, 0)).is_some());
//! # Ok::<(), counter_rng::Error>(())
//! ```

mod arguments;
mod fill;
mod ptx;

pub use arguments::Arguments;
pub use fill::{Fill, THREADS};
pub use ptx::ptx;
