//! What follows from the name of a parameter alone: whether it exists, its shape, whether it is drawn at all.

use candle_core::{DType, Shape};
use candle_nn::Init as Hint;

use crate::policy::decide::Policy;
use crate::policy::pattern::Pattern;
use crate::policy::request::Request;

impl Policy {
    /// The name that a parameter is kept under: a recipe's tie gives way to a rule of the user's own that names the parameter.
    pub(crate) fn kept_as<'a>(&'a self, name: &'a str) -> &'a str {
        let of = |ties: &'a [(String, String)]| ties.iter().find(|(alias, _)| alias == name);
        let family = || of(&self.existence.family_ties).filter(|_| !self.is_named(name));
        of(&self.existence.ties).or_else(family).map_or(name, |(_, target)| target)
    }

    /// Whether a rule of the user's own names this parameter, and does not only describe it.
    fn is_named(&self, name: &str) -> bool {
        self.rules.iter().any(|(pattern, _)| pattern.is_narrow() && pattern.matches(name))
    }

    /// The shape of a parameter that is asked for without one: stated, or the checkpoint's.
    pub(crate) fn shape(&self, name: &str) -> Option<Shape> {
        let loaded = || self.loading.tensor(name).map(|tensor| tensor.shape().into());
        self.existence.shape(name).cloned().or_else(loaded)
    }

    /// Whether a request is for integers that are all the same, position ids or a counter: candle makes them, and no rule is
    /// asked but one that names the parameter.
    pub(crate) fn is_buffer(&self, request: &Request<'_>, dtype: DType) -> bool {
        let whole = matches!(request.hint, Hint::Const(value) if value.fract() == 0.0);
        dtype.is_int() && whole && !self.is_named(request.name)
    }

    /// Whether something names this parameter, so that a model that asks whether it exists is told yes: a rule or shape
    /// whose pattern has no `*`, a tie, a checkpoint, or the plan. A `*` says of many parameters what they get, of none that it exists.
    pub(crate) fn names(&self, name: &str) -> bool {
        let existence = &self.existence;
        let kept = self.kept_as(name);
        let named = |pattern: &Pattern| pattern.is_narrow() && pattern.matches(kept);
        // The user's own word goes before the recipe's, and the recipe's before what follows from names.
        let own = existence.ties.iter().any(|(alias, _)| alias == name) || self.is_named(kept);
        let family = existence.in_family(name).filter(|_| !own);
        !existence.denies(kept)
            && family.unwrap_or_else(|| {
                own || kept != name
                    || self.loading.tensor(kept).is_some()
                    || existence.shapes.iter().any(|(pattern, _)| named(pattern))
                    || self.model.as_ref().is_some_and(|model| model.contains_key(kept))
            })
    }
}
