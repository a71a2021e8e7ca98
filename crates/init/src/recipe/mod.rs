//! How the models of a family start: lists of rules as data, their numbers from a `config.json`.

mod condition;
mod config;
mod definition;
mod depth;
mod entry;
mod file;
mod library;
mod line_and_column;
mod number;
mod numbers;
mod part;
mod product;
mod template;

pub use definition::Recipe;
pub use depth::too_deep;
