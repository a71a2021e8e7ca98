//! Random numbers with an address: every value is a pure function of **(seed, name, index)**.
//!
//! ```
//! use counter_rng::{Distribution, Stream};
//!
//! let stream = Stream::new(42, "fc1.weight");          // seed and name; no state
//! let distribution = Distribution::normal(0.0, (2.0_f64 / 784.0).sqrt())?; // He's distribution for 784 inputs
//! let weights = stream.vec::<f32>(&distribution, 0..784 * 256)?;  // all threads, the same bits everywhere
//! assert_eq!(weights[100_000], stream.vec::<f32>(&distribution, 100_000..100_001)?[0]);
//! # Ok::<(), counter_rng::Error>(())
//! ```
//!
//! # The contract, version 1
//!
//! The values do not depend on the thread count, the register width, the instruction set, the
//! order of requests or the way a tensor is cut into slices. They are a public promise: a change
//! is value-breaking, gets a new version, and the old one stays.
//!
//! - **Key.** SHA-256 over a version tag, a [`Purpose`], the seed and the name ([`Key`]).
//! - **Words.** Philox4x32-10, in tiles of 64 elements = 16 blocks × 4 words.
//! - **Numbers.** [`Distribution`]: constant, uniform, normal, truncated normal; IEEE-754 arithmetic in a
//!   fixed order, no libm, no rejection loop, one word per `f32`.
//! - **Dtypes.** [`Element`]: `f32`; `bf16`, `f16` and `F8E4M3` are the `f32` value rounded once and, where the
//!   distribution has bounds, moved inside them; `f64` is made of a word of 64 bits.
//! - **Refusals.** Where a dtype would overflow, or its rounding would move the standard deviation by more than 5 %,
//!   filling is an [`Error`]: weights do not silently become zeros.
//!
//! `docs/stream.md` in the repository says all of it, polynomials included, to the point where the
//! stream can be written again in another language from that text alone.
//!
//! # A distribution of your own
//!
//! [`Stream::rng`] is a seekable generator for `rand` and `rand_distr`.

#![allow(clippy::needless_range_loop, reason = "a loop over lane numbers is the shape the vectoriser knows")]

// Rooms, lowest first: error and sealed, key, distribution, kernel, transform, dtype, fill, stream, product. Each imports from
// those before it only.
mod distribution;
mod dtype;
mod error;
mod fill;
mod kernel;
mod key;
// For candle-init, which knows its shapes: where they do not fit, this panics.
#[doc(hidden)]
pub mod product;
mod sealed;
mod stream;
mod transform;

pub use distribution::Distribution;
pub use dtype::Dtype;
pub use error::Error;
pub use fill::{Constants, Element};
pub use kernel::Kernel;
pub use key::{Key, Purpose};
pub use stream::{Stream, StreamRng};
pub use transform::Wide;

/// The crate of [`rand`](https://docs.rs/rand)'s traits, in the version that [`StreamRng`] implements.
pub use rand_core;
