//! A folder with a model: made in parts, finished, verified.

mod compare;
mod content;
mod fill;
mod finish;
mod make;
mod pieces;
mod strangers;
mod there;
mod verify;

pub(crate) use fill::fill;
pub use finish::{Finished, finish};
pub use make::{Made, make};
pub(crate) use pieces::LaidOut;
pub use verify::{Difference, Verified, verify};
