//! Whether the numbers of a rule are such as it takes, whatever parameter it is for.

use candle_core::{DType, Shape};

use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::{Error, Result};
use crate::layer::Layer;
use crate::rule::Rule;

/// Resolves the rule for a small matrix in the widest dtype. What that matrix alone does not suit is no fault of the rule.
///
/// # Errors
/// [`Error::Text`] with the rule and what is wrong with its number.
pub(crate) fn numbers(rule: &Rule) -> Result<()> {
    let (shape, name) = (Shape::from((8, 8)), "layers.0.weight");
    let parameter = Parameter { seed: 0, name, shape: &shape, layer: Layer::Linear, dtype: DType::F64 };
    match Resolved::new(rule, &parameter) {
        Err(error @ (Error::Number { .. } | Error::Distribution(_) | Error::Activation(_))) => {
            Err(Error::Text { kind: "a rule", text: rule.to_string(), reason: error.to_string() })
        }
        _ => Ok(()),
    }
}
