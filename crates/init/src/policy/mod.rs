//! Which law does this parameter get, and why: decided from its name, its shape and the layer's hint.

mod framework;
pub(crate) mod pattern;
pub(crate) mod role;
pub(crate) mod uncovered;

pub use framework::Framework;

use std::fmt;

use candle_core::Shape;
use candle_nn::Init as Hint;

use crate::error::Error;
use crate::error::Result;
use crate::init::Init;
use crate::layer::Layer;
use crate::policy::pattern::Pattern;
use crate::policy::uncovered::Uncovered;
use crate::policy::role::{Asked, Part, is_running_statistic};
use crate::rule::Rule;

/// Reason a parameter got its law.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A rule matched its name.
    Rule {
        /// The rule's pattern.
        pattern: String,
    },
    /// It is a weight, and [`Initializer::weights`](crate::Initializer::weights) says what weights get.
    Weights,
    /// The [framework](crate::Initializer::framework) gives the layer this law.
    Framework(Framework),
    /// The layer asked candle for this law.
    Hint,
    /// It is a running statistic of a batch norm, which starts where the layer says and no rule touches.
    RunningStatistic,
    /// Nothing covers it; candle's zero was accepted by [`lenient`](crate::Initializer::lenient).
    Uncovered,
    /// It was in the `VarMap` without having been made by this initializer.
    Foreign,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule { pattern } => f.pad(pattern),
            Self::Weights => f.pad("weights"),
            Self::Framework(framework) => framework.fmt(f),
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
    pub(crate) rule: Rule,
    pub(crate) layer: Layer,
    pub(crate) reason: Reason,
}

/// Rules, defaults and strictness: everything an initializer decides by.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) seed: u64,
    pub(crate) rules: Vec<(Pattern, Rule)>,
    pub(crate) layers: Vec<(Pattern, Layer)>,
    pub(crate) weights: Option<Rule>,
    pub(crate) framework: Option<Framework>,
    pub(crate) lenient: bool,
}

impl Policy {
    /// The law for one parameter.
    ///
    /// In this order: running statistics start where their layer says; the first matching rule; for weights
    /// the default law; the framework; the layer's hint, which is also a bias's zero. The rest is uncovered.
    pub(crate) fn decide(&self, asked: &Asked<'_>) -> Result<Decision> {
        let (part, layer) = self.told(asked);
        let decided = |rule: Rule, reason| {
            let layer = rule.layer.unwrap_or(layer);
            Ok(Decision { rule, layer, reason })
        };
        let hinted = |reason| decided(Init::from(asked.hint).into(), reason);
        if part == Part::Statistic {
            return hinted(Reason::RunningStatistic);
        }
        if let Some((pattern, rule)) = self.rules.iter().find(|(pattern, _)| pattern.matches(asked.name)) {
            return decided(rule.clone(), Reason::Rule { pattern: pattern.text.clone() });
        }
        let weight = asked.shape.rank() > 1 && matches!(part, Part::Weight | Part::Recurrent(..));
        if let Some(rule) = self.weights.as_ref().filter(|_| weight) {
            return decided(rule.clone(), Reason::Weights);
        }
        if let Some((framework, rule)) = self.spoken(&part, asked.shape, layer)? {
            return decided(rule, Reason::Framework(framework));
        }
        // Without a default for weights, a `weight` that nothing hinted at is as uncovered as any other.
        match part {
            Part::Weight | Part::Unknown if matches!(asked.hint, Hint::Const(0.0)) => match self.lenient {
                true => hinted(Reason::Uncovered),
                false => Err(uncovered(asked.name, asked.shape)),
            },
            _ => hinted(Reason::Hint),
        }
    }

    /// What the parameter is, by the request and by what was said of it.
    fn told(&self, asked: &Asked<'_>) -> (Part, Layer) {
        let said =
            self.layers.iter().find(|(pattern, _)| pattern.matches(asked.name)).map(|(_, layer)| *layer);
        let part = match (asked.part(), said) {
            (Part::Recurrent(part, _), Some(Layer::Gates { gates })) => Part::Recurrent(part, Some(gates)),
            (part, _) => part,
        };
        let layer = said.unwrap_or_else(|| asked.layer(&part));
        (part, layer)
    }

    fn spoken(&self, part: &Part, shape: &Shape, layer: Layer) -> Result<Option<(Framework, Rule)>> {
        let Some(framework) = self.framework else { return Ok(None) };
        Ok(framework.rule(part, shape, layer)?.map(|rule| (framework, rule)))
    }

    /// That every rule decides for at least one of `names`, and every statement of a layer kind too.
    pub(crate) fn check_rules(&self, names: &[&str]) -> Result<()> {
        let names: Vec<_> = names.iter().copied().filter(|name| !is_running_statistic(name)).collect();
        check_used(self.rules.iter().map(|(pattern, _)| pattern), &names)?;
        check_used(self.layers.iter().map(|(pattern, _)| pattern), &names)
    }
}

/// That every pattern is the first to match at least one of `names`.
fn check_used<'a>(patterns: impl Iterator<Item = &'a Pattern>, names: &[&str]) -> Result<()> {
    let mut before: Vec<&Pattern> = Vec::new();
    for pattern in patterns {
        let earlier = |name: &&str| before.iter().find(|earlier| earlier.matches(name));
        let matched: Vec<_> = names.iter().filter(|name| pattern.matches(name)).collect();
        if matched.is_empty() {
            return Err(unused(pattern, names));
        }
        // All are `Some` only if nothing is left for this pattern.
        let takers: Option<Vec<_>> = matched.into_iter().map(earlier).collect();
        if let Some(taker) = takers.as_ref().and_then(|takers| takers.first()) {
            return Err(Error::ShadowedRule { pattern: pattern.text.clone(), earlier: taker.text.clone() });
        }
        before.push(pattern);
    }
    Ok(())
}

fn unused(pattern: &Pattern, names: &[&str]) -> Error {
    let nearest = crate::nearest::nearest(&pattern.text, names.iter().copied()).map(String::from);
    Error::UnusedRule { pattern: pattern.text.clone(), parameters: names.len(), nearest }
}

fn uncovered(name: &str, shape: &Shape) -> Error {
    Error::Uncovered { parameters: vec![Uncovered { name: name.into(), shape: shape.clone() }] }
}
