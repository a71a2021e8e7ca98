//! What a parameter's values are drawn from, before its shape is known.

pub(crate) mod array;
pub mod depth;
pub(crate) mod formula;
mod init;
pub(crate) mod matrix;
pub(crate) mod named;
pub(crate) mod paper;
mod sinusoids;
mod stft;
pub(crate) mod text;
mod variance_scaling;

pub use init::{Cut, Init};
pub use matrix::Matrix;
pub use sinusoids::{Order, Sinusoids};
pub use stft::{Scaling, Side, Stft, Window};
pub use text::NAMED;
pub use variance_scaling::{Family, Fan, STD_CUT_AT_TWO_SIGMAS, VarianceScaling};
