//! What a weight belongs to, and what follows from it: its fans, and where each element lies in its matrices.

pub(crate) mod axes;
pub(crate) mod centre;
mod fans;
mod kind;
pub(crate) mod layout;
mod text;

pub use axes::{Axes, Axis};
pub use centre::Centre;
pub use fans::Fans;
pub use kind::Layer;
