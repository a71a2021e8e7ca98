//! The signal check: one forward and one backward pass, read off candle's own record.

pub(crate) mod checks;
pub(crate) mod layers;
pub(crate) mod passes;
pub(crate) mod probe;
mod reading;
pub(crate) mod record;
pub(crate) mod report;
mod theory;
