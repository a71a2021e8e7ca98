//! The signal check: one forward and one backward pass, read off candle's own record.

pub(crate) mod batch;
pub(crate) mod blame;
pub(crate) mod depth;
pub(crate) mod flow;
pub(crate) mod judge;
pub(crate) mod layer;
pub(crate) mod measure;
pub(crate) mod predict;
pub(crate) mod probe;
pub(crate) mod reading;
pub(crate) mod recognise;
pub(crate) mod residual;
pub(crate) mod signal;
pub(crate) mod tap;
pub(crate) mod tape;
pub(crate) mod theory;
pub(crate) mod values;
