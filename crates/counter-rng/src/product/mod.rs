//! Products of matrices in a fixed order of operations: the same bits by every kernel.
//!
//! An element of `C + A·B` is one chain of fused multiply-adds, `c = fma(aᵢₖ, bₖⱼ, c)` for `k = 0, 1, …`, each rounded to
//! the type of the elements. Lanes, tiles and blocks divide the elements among them, never a chain: what is put down between
//! two blocks is the chain's own value, in its own type. So the bits depend on nothing but the two factors.

mod block;
mod matrix;
mod scalar;
mod strip;
mod sum;
#[cfg(test)]
mod tests;
mod tile;

pub use matrix::{Matrix, MatrixMut};
pub use scalar::Scalar;
pub use sum::add_product;
