//! Orthonormal matrices with the uniform (Haar) distribution.

mod inverse;
mod matrix;
mod measure;
mod orthonormal;
mod panel;
mod reflector;
mod zeros;

pub use measure::orthogonality_error;
pub use orthonormal::{orthonormal, orthonormal_with};
