//! Layers, activations and residual sums, found on a record by their values.

pub(crate) mod errors;
mod fixes;
pub(crate) mod graph;
pub(crate) mod layer;
pub(crate) mod recognise;
pub(crate) mod residual;
pub(crate) mod softmaxes;
pub(crate) mod spot;
mod view;
