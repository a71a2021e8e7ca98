//! A folder with a model: made in parts, finished, verified.

mod content;
mod finish;
mod make;
mod pieces;
mod strangers;
mod unit;
mod verify;

pub use finish::{Finished, finish};
pub use make::{Made, Part, make};
pub use verify::{Difference, Verified, verify};
