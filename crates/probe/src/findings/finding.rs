//! One thing that is wrong, and all one needs to put it right.

use std::fmt;

use candle_init_checkpoint::shown;
use serde::Serialize;

use crate::findings::facts::Facts;
use crate::findings::fault::Fault;
use crate::findings::limit::Limit;
use crate::findings::severity::Severity;

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
        Facts::new(&self.fault, &self.place)
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
