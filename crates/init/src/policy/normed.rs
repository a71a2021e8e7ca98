//! What a norm is of, once the model is known.

use crate::error::Result;
use crate::policy::Policy;
use crate::policy::decide::Decision;
use crate::policy::request::{Request, Shapes};
use crate::rule::{Base, Norm, Other};

impl Policy {
    /// The decision, with what its rule needs to know of the parameter beside this one.
    pub(super) fn informed(&self, request: &Request<'_>, mut decision: Decision) -> Result<Decision> {
        if let Base::Norm(norm) = &decision.rule.base
            && norm.other.is_none()
        {
            norm.check()?;
            decision.rule.base = Base::Norm(norm.with(self.other(request, norm)?)?);
        }
        Ok(decision)
    }

    fn other(&self, request: &Request<'_>, norm: &Norm) -> Result<Other> {
        let name = request.beside(&norm.of);
        let unplanned = || {
            norm.unresolved(format!(
                "the shape of `{name}` is required; build the model with `Initializer::build`, which plans it first"
            ))
        };
        let model = request.model.ok_or_else(unplanned)?;
        let planned = model.get(&name).ok_or_else(|| norm.unresolved(absent(model, request, &name)))?;
        if self.loading.tensor(&name).is_some() {
            return Err(norm.unresolved(format!(
                "`{name}` comes from a checkpoint, and its norm with it: load `{}` too, or give it a rule of its own",
                request.name
            )));
        }
        let other = Request { name: &name, shape: &planned.shape, hint: planned.hint, model: Some(model) };
        let Decision { rule, layer, .. } = self.decided(&other)?;
        Ok(Other { rule: rule.told(&planned.shape, layer), shape: planned.shape.clone() })
    }
}

/// That the model has no such parameter, and which it has beside this one.
fn absent(model: &Shapes, request: &Request<'_>, name: &str) -> String {
    let path = request.beside("");
    let beside =
        model.keys().filter_map(|known| known.strip_prefix(&path)).filter(|last| !last.contains('.'));
    let others: Vec<_> =
        beside.filter(|last| *last != request.last()).map(|last| format!("`{last}`")).collect();
    let found = if others.is_empty() { "nothing else".into() } else { others.join(", ") };
    format!("the model asks for no `{name}`; beside this parameter it has {found}")
}
