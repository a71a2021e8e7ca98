//! One thing that is wrong, and all one needs to put it right.

use std::fmt;

use candle_init_checkpoint::shown;
use serde::Serialize;

use crate::findings::facts::Facts;
use crate::findings::fault::Fault;
use crate::findings::limit::Limit;
use crate::findings::severity::Severity;
use crate::findings::{of_parameters, of_signals};

/// One thing that was found: where, what, the figure it was found by, the limit that the figure broke, where
/// the limit comes from, and what puts it right.
///
/// It prints as one paragraph that ends with what to do.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The parameter (`encoder.0.fc1.weight`) or the layer (`encoder.0.fc1`).
    pub place: String,
    /// What is wrong, with its figures.
    pub fault: Fault,
}

impl Finding {
    /// A fault at a place.
    #[must_use]
    pub fn new(place: impl Into<String>, fault: Fault) -> Self {
        Self { place: place.into(), fault }
    }

    fn facts(&self) -> Facts {
        stated(&self.fault, &self.place)
    }

    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.facts().severity
    }

    /// What it is, in a word or two: `vanishing`, `dead`, `mis-scaled`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.facts().name
    }

    /// The figure that was measured.
    #[must_use]
    pub fn measured(&self) -> f64 {
        self.facts().measured
    }

    /// The limit that the figure broke, with its source.
    #[must_use]
    pub fn limit(&self) -> Limit {
        self.facts().limit
    }

    /// What is wrong, in a sentence with its figures.
    #[must_use]
    pub fn what(&self) -> String {
        self.facts().what
    }

    /// What puts it right.
    #[must_use]
    pub fn advice(&self) -> String {
        self.facts().advice
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Facts { name, limit, what, advice, .. } = self.facts();
        let text = format!("{name} · `{}`: {what} (limit {limit}). {advice}", self.place);
        shown(&text).fmt(f)
    }
}

/// In a file each finding has its figure, limit, source and advice beside it.
impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let facts = self.facts();
        let mut fields = serializer.serialize_struct("Finding", 9)?;
        fields.serialize_field("place", &self.place)?;
        fields.serialize_field("finding", facts.name)?;
        fields.serialize_field("severity", &facts.severity)?;
        fields.serialize_field("measured", &facts.measured)?;
        fields.serialize_field("limit", &facts.limit.value)?;
        fields.serialize_field("limit_source", facts.limit.source)?;
        fields.serialize_field("what", &facts.what)?;
        fields.serialize_field("advice", &facts.advice)?;
        fields.serialize_field("figures", &self.fault)?;
        fields.end()
    }
}

/// Everything that is stated of a fault at a place.
fn stated(fault: &Fault, place: &str) -> Facts {
    match fault {
        Fault::NotFinite { nan, infinite } => of_parameters::not_finite(*nan, *infinite, place),
        Fault::Uninitialised { vector } => of_parameters::uninitialised(*vector, place),
        Fault::ZeroStart { gradient } => of_parameters::zero_start(*gradient),
        Fault::ZeroByRule { rule } => of_parameters::zero_by_rule(rule),
        Fault::ZeroProduct { other } => of_parameters::zero_product(other, place),
        Fault::Constant { value } => of_parameters::constant(*value, place),
        Fault::Symmetric { side, pair, count, of, stay } => {
            of_parameters::symmetric(*side, *pair, (*count, *of), *stay, place)
        }
        Fault::MisScaled { measured, expected, interval, basis } => {
            of_parameters::mis_scaled(*measured, *expected, *interval, basis)
        }
        Fault::MisCentred { measured, expected, interval, basis } => {
            of_parameters::mis_centred(*measured, *expected, *interval, basis)
        }
        Fault::SwappedFans { measured, expected, fans, basis } => {
            of_parameters::swapped_fans(*measured, *expected, *fans, basis)
        }
        Fault::Copied { other } => of_parameters::copied(other, place),
        Fault::Tied { other } => of_parameters::tied(other),
        Fault::Shared { places } => of_parameters::shared(*places),
        Fault::RankDeficient { rank, of } => of_parameters::rank_deficient(*rank, *of, place),
        Fault::Overflow { count } => of_signals::overflow(*count),
        Fault::Vanishing { way, ratio, limit } => of_signals::vanishing(*way, *ratio, *limit),
        Fault::Exploding { way, ratio, limit } => of_signals::exploding(*way, *ratio, *limit),
        Fault::Dead { share, limit } => of_signals::dead(*share, *limit),
        Fault::Saturated { share, units, activation } => of_signals::saturated(*share, *units, activation),
        Fault::Collapsed { spread, inputs } => of_signals::collapsed(*spread, *inputs),
        Fault::UnscaledResidual { growth, blocks, branch } => {
            of_signals::unscaled(*growth, *blocks, *branch, place)
        }
        Fault::NoGradient { operation, count, of, .. } => {
            of_signals::no_gradient(*operation, *count, *of, place)
        }
        Fault::ZeroGradient => of_signals::zero_gradient(),
        Fault::FarAnswer { ratio, limit } => of_signals::far_answer(*ratio, *limit, place),
        Fault::FirstLoss { loss, members, classes, logits, width } => {
            of_signals::first_loss((*loss, *members), *classes, (*logits, *width), place)
        }
    }
}
