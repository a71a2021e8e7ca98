//! The initializer, what it gives a model's parameters, and what is said of that.

mod backend;
mod initializer;
mod plan;
mod record;
pub(crate) mod report;
mod serial;
mod table;
mod vars;

pub use initializer::Initializer;
pub use plan::Plan;
pub use record::Record;
pub use report::{Entry, Report};
pub use vars::{named_vars, trainable_vars};
