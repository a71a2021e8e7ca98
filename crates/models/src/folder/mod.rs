//! A folder with a model: made in parts, finished, verified.

mod content;
mod fill;
mod finish;
mod make;
mod pieces;
mod strangers;
mod there;
mod verify;

pub(crate) use fill::{Unfilled, fill};
pub use finish::{Finished, finish};
pub use make::{Made, make};
pub use verify::{Difference, Verified, verify};
