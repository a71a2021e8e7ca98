//! What most programs use, without the names that `candle_nn` has too (`Init`, `Activation`, `init`).
//!
//! ```
//! use candle_init::prelude::*;
//! use candle_nn::*;
//!
//! let init = Initializer::new(42).weights("he_normal").rule("*.bias", "zeros");
//! # let _ = init;
//! ```

pub use crate::layer::Layer;
pub use crate::model::{Initializer, Plan, Record, Report};
pub use crate::policy::Framework;
pub use crate::recipe::Recipe;
pub use crate::rule::Rule;
