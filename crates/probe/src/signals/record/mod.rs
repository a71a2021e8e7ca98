//! candle's record of a pass: its tensors, what each was made from, and their values.

pub(crate) mod flow;
mod repeats;
pub(crate) mod tap;
pub(crate) mod tape;
pub(crate) mod values;
