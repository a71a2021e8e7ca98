//! Figures and tables as people read them.

pub(crate) mod number;
pub(crate) mod table;
