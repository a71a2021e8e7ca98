//! What users hold: the numbers of one name, by element index or one after another.

mod rng;
#[cfg(test)]
mod tests;
mod values;

pub use rng::StreamRng;
pub use values::Stream;
