//! What is in a model's parameters: the static check, before any forward pass.

use serde::Serialize;

use crate::findings::finding::Finding;
use crate::parameters::report::parameter::Parameter;

/// The parameters of a model, each measured, and what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inspection {
    /// Every parameter, in name order.
    pub parameters: Vec<Parameter>,
    /// What is wrong, the gravest first.
    pub findings: Vec<Finding>,
}
