//! What is known of a parameter: what was asked, what it got and why, what it should be and what it is.

use candle_core::{DType, Shape};

use crate::draw::Moments;
use crate::draw::haar::Haar;
use crate::draw::resolved::Resolved;
use crate::initializers::Init;
use crate::layer::{Fans, Layer};
use crate::model::table::short;
use crate::policy::request::Request;
use crate::policy::{Decision, Reason};
use crate::rule::Rule;

/// One parameter: what was asked, what it got and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The full dotted path.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Its dtype.
    pub dtype: DType,
    /// Why it got its rule.
    pub reason: Reason,
    /// What it was drawn by; `None` for a variable that this initializer did not make. Prints as its text form.
    pub rule: Option<Rule>,
    /// The layer kind that its fans were computed for.
    pub layer: Layer,
    /// Its fans, where it has any.
    pub fans: Option<Fans>,
    /// The moments of the distribution of its values, where they are known without drawing.
    pub expected: Option<Moments>,
    /// The moments of its values now: in a [`Report`](crate::Report), not in a plan.
    pub measured: Option<Moments>,
    /// How far its matrices are from orthogonal, in a report: the largest entry of `|QᵀQ − I|` along the shorter side,
    /// without the gain. `None` for what does not promise to be orthogonal.
    pub orthogonality_error: Option<f64>,
    /// Whether an optimizer shall leave it as it is.
    pub frozen: bool,
    /// The orthogonal matrices that it is made of.
    pub(crate) haar: Option<Haar>,
}

impl Record {
    /// A decision, with the numbers of its rule at the shape.
    pub(crate) fn new(
        name: &str,
        shape: &Shape,
        dtype: DType,
        decision: &Decision,
        source: &Resolved,
    ) -> Self {
        Self {
            reason: decision.reason.clone(),
            rule: Some(decision.rule.clone()),
            layer: decision.layer,
            fans: Fans::new(shape, decision.layer).ok(),
            expected: source.moments(),
            haar: if let Resolved::Haar(haar) = source { Some(haar.clone()) } else { None },
            ..Self::foreign(name, shape, dtype)
        }
    }

    /// A buffer of integers, as candle makes it.
    pub(crate) fn buffer(request: &Request<'_>, dtype: DType) -> Self {
        Self {
            reason: Reason::Hint,
            rule: Some(Init::from(request.hint).into()),
            fans: None,
            ..Self::foreign(request.name, request.shape, dtype)
        }
    }

    /// A parameter that this crate did not make.
    pub(crate) fn foreign(name: &str, shape: &Shape, dtype: DType) -> Self {
        let layer = Layer::of_shape(shape);
        Self {
            name: name.into(),
            shape: shape.clone(),
            dtype,
            reason: Reason::Foreign,
            rule: None,
            layer,
            fans: Fans::new(shape, layer).ok(),
            expected: None,
            measured: None,
            orthogonality_error: None,
            frozen: false,
            haar: None,
        }
    }

    /// The rule by which seed, name and shape alone make this parameter: with the layer kind, where fans need it and the shape
    /// tells another.
    #[must_use]
    pub fn whole_rule(&self) -> Option<Rule> {
        Some(self.rule.clone()?.told(&self.shape, self.layer))
    }

    /// The reason as a table shows it.
    pub(crate) fn reason_text(&self) -> String {
        if self.frozen { format!("{}, frozen", self.reason) } else { self.reason.to_string() }
    }

    /// The rule as a table shows it.
    pub(crate) fn rule_text(&self) -> String {
        self.rule.as_ref().map_or_else(|| "–".into(), |rule| short(&rule.to_string()))
    }

    /// The fans as a table shows them: `784 → 256`.
    pub(crate) fn fans_text(&self) -> String {
        let digits = |fan: f64| short(&fan.to_string());
        let text = |fans: Fans| format!("{} → {}", digits(fans.fan_in), digits(fans.fan_out));
        self.fans.map_or_else(String::new, text)
    }
}
