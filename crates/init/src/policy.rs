//! Which law does this parameter get, and why: decided from its name, its shape and the layer's hint.

use std::fmt;

use candle_core::Shape;
use candle_nn::Init as Hint;

use crate::error::Uncovered;
use crate::rule::{PatternRule, Rule, Scheme};
use crate::{Error, Init, Layer, Result};

/// Why a parameter got its law.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// A rule matched its name.
    Rule {
        /// The rule's pattern.
        pattern: String,
    },
    /// It is a weight, and [`Initializer::weights`](crate::Initializer::weights) says what weights get.
    Weights,
    /// The layer asked candle for this law.
    Hint,
    /// It is a running statistic of a batch norm, which starts where the layer says and no rule touches.
    RunningStatistic,
    /// Nothing covers it; candle's zero was accepted by [`lenient`](crate::Initializer::lenient).
    Uncovered,
    /// It was in the `VarMap` without having been made by this initializer.
    Foreign,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { pattern } => f.pad(pattern),
            Self::Weights => f.pad("weights"),
            Self::Hint => f.pad("layer's hint"),
            Self::RunningStatistic => f.pad("running statistic"),
            Self::Uncovered => f.pad("NOT COVERED"),
            Self::Foreign => f.pad("not made here"),
        }
    }
}

/// What was decided for one parameter.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) scheme: Scheme,
    pub(crate) layer: Layer,
    pub(crate) why: Why,
}

/// Rules, default and strictness: everything an initializer decides by.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) seed: u64,
    pub(crate) rules: Vec<PatternRule>,
    pub(crate) weights: Option<Rule>,
    pub(crate) lenient: bool,
}

impl Policy {
    /// The law for one parameter.
    ///
    /// In this order: running statistics start where their layer says; the first matching rule; for weights
    /// the default law; the layer's hint; a bias that asks for zero gets it. The rest is uncovered.
    pub(crate) fn decide(&self, name: &str, shape: &Shape, hint: Hint) -> Result<Decision> {
        let (asked, last) = (Asked::new(hint, shape.rank()), last_part(name));
        let decided = |rule: &Rule, why| {
            let layer = rule.layer.unwrap_or_else(|| asked.layer(shape));
            Decision { scheme: rule.scheme.clone(), layer, why }
        };
        let hinted = |why| decided(&Init::from(hint).into(), why);
        if is_running_statistic(name) {
            return Ok(hinted(Why::RunningStatistic));
        }
        if let Some(rule) = self.rules.iter().find(|rule| rule.matches(name)) {
            return Ok(decided(&rule.rule, Why::Rule { pattern: rule.pattern.clone() }));
        }
        match (&self.weights, asked) {
            (Some(rule), Asked::Weight { .. }) => Ok(decided(rule, Why::Weights)),
            (Some(rule), Asked::Nothing) if shape.rank() > 1 && last == "weight" => {
                Ok(decided(rule, Why::Weights))
            }
            (_, Asked::Nothing) if shape.rank() < 2 && is_bias(last) => Ok(hinted(Why::Hint)),
            (_, Asked::Nothing) if self.lenient => Ok(hinted(Why::Uncovered)),
            (_, Asked::Nothing) => Err(uncovered(name, shape)),
            _ => Ok(hinted(Why::Hint)),
        }
    }

    /// That every rule decides for at least one of `names`.
    pub(crate) fn check_rules(&self, names: &[&str]) -> Result<()> {
        let names: Vec<_> = names.iter().copied().filter(|name| !is_running_statistic(name)).collect();
        for (i, rule) in self.rules.iter().enumerate() {
            let earlier = |name: &&str| self.rules[..i].iter().find(|earlier| earlier.matches(name));
            let matched: Vec<_> = names.iter().filter(|name| rule.matches(name)).collect();
            if matched.is_empty() {
                return Err(self.unused(rule, &names));
            }
            // All are `Some` only if nothing is left for this rule.
            let takers: Option<Vec<_>> = matched.into_iter().map(earlier).collect();
            if let Some(taker) = takers.as_ref().and_then(|takers| takers.first()) {
                return Err(Error::ShadowedRule {
                    pattern: rule.pattern.clone(),
                    earlier: taker.pattern.clone(),
                });
            }
        }
        Ok(())
    }

    fn unused(&self, rule: &PatternRule, names: &[&str]) -> Error {
        let nearest = crate::nearest::nearest(&rule.pattern, names.iter().copied()).map(String::from);
        Error::UnusedRule { pattern: rule.pattern.clone(), parameters: names.len(), nearest }
    }
}

fn uncovered(name: &str, shape: &Shape) -> Error {
    Error::Uncovered { parameters: vec![Uncovered { name: name.into(), shape: shape.clone() }] }
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A batch norm's statistics: candle keeps them among the variables, but they are measured, not learnt.
pub(crate) fn is_running_statistic(name: &str) -> bool {
    matches!(last_part(name), "running_mean" | "running_var")
}

/// The names under which candle's own layers ask for an honest zero.
fn is_bias(last: &str) -> bool {
    matches!(last, "bias" | "beta") || last.starts_with("bias_ih_l") || last.starts_with("bias_hh_l")
}

/// What a hint says about the asking layer. candle's layers give themselves away by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// A weight of a linear, recurrent or convolution layer.
    Weight { transposed: bool },
    /// An embedding, a bias, the scale of a norm: a law of its own.
    Other,
    /// `Const(0)`: a zero, or a `vb.get` without a hint; nobody can tell.
    Nothing,
}

impl Asked {
    fn new(hint: Hint, rank: usize) -> Self {
        match hint {
            Hint::Const(0.0) => Self::Nothing,
            Hint::Kaiming { .. } if rank > 1 => Self::Weight { transposed: false },
            // Only transposed convolutions ask for a uniform of rank 3 and more.
            Hint::Uniform { .. } if rank > 2 => Self::Weight { transposed: true },
            _ => Self::Other,
        }
    }

    fn layer(self, shape: &Shape) -> Layer {
        match self {
            Self::Weight { transposed: true } => Layer::ConvTranspose { groups: 1, stride: 1 },
            Self::Other if shape.rank() == 2 => Layer::Embedding,
            _ => Layer::of_shape(shape),
        }
    }
}
