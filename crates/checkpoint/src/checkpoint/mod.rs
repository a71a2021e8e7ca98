//! What users hold: the tensors of a checkpoint by the names that a model asks for.

mod renaming;
mod template;
mod tensors;
#[cfg(test)]
mod tests;

pub use tensors::Checkpoint;
