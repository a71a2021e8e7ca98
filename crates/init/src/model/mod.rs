//! The initializer, what it gives a model's parameters, and what is said of that.

mod account;
mod accounting;
mod answers;
mod build;
mod collect;
mod csv;
mod folded;
mod initializer;
mod lazy;
mod log;
mod make;
mod making;
mod measure;
mod pairs;
mod plan;
mod record;
mod refused;
mod report;
mod seed;
mod serial;
mod state;
mod table;
mod tied;
mod vars;
mod written;

pub use folded::folded as folded_rows;
pub use initializer::Initializer;
pub use plan::Plan;
pub use record::Record;
pub use report::Report;
pub use table::table as fitted_table;
pub use vars::{named_vars, trainable_vars};
