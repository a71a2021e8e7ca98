//! Names and shapes of the tensors of a model, by its `config.json`.

mod config;
mod definition;
mod expression;
mod file;
#[cfg(test)]
mod goldens;
mod library;
mod line;
mod reading;
mod token;

pub use definition::Blueprint;
