//! Layers, activations and residual sums, found on a record by their values.

pub(crate) mod layer;
pub(crate) mod recognise;
pub(crate) mod residual;
pub(crate) mod spot;
