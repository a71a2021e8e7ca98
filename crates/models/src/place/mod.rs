//! Where the files of a model lie: a folder, or a store that is like one.

mod folder;
mod located;
mod store;
mod unit;

pub use located::Place;
pub use store::{Store, Writing};
