//! A boxed remark with its figures.

use maud::{Markup, html};

use crate::figure::words::clean;
use crate::findings::severity::Severity;
use crate::page::rich::rich;

/// How a remark is meant. Each has its own colour and sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Worth knowing.
    #[default]
    Note,
    /// Look at this.
    Warning,
    /// This is wrong.
    Fault,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }

    /// Tells tones apart without their colour.
    fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Note => "ℹ",
            Self::Warning => "!",
            Self::Fault => "✗",
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Note,
            Severity::Warning => Self::Warning,
            Severity::Fault => Self::Fault,
        }
    }
}

/// A remark: a heading, the place it is about, sentences, and facts by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    tone: Tone,
    heading: String,
    place: String,
    texts: Vec<String>,
    facts: Vec<(String, String)>,
}

impl Card {
    /// A remark of one line.
    #[must_use]
    pub fn new(tone: Tone, heading: impl Into<String>) -> Self {
        Self { tone, heading: heading.into(), ..Self::default() }
    }

    /// With the parameter or layer that it is about.
    #[must_use]
    pub fn place(self, place: impl Into<String>) -> Self {
        Self { place: place.into(), ..self }
    }

    /// With one more sentence.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// With one more fact and its name.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, fact: impl Into<String>) -> Self {
        self.facts.push((name.into(), fact.into()));
        self
    }

    pub(super) fn html(&self) -> Markup {
        html! {
            article class=(format!("card {}", self.tone.class())) {
                h3 {
                    span.sign aria-hidden="true" { (self.tone.sign()) }
                    (clean(&self.heading))
                    @if !self.place.is_empty() { " " code { (clean(&self.place)) } }
                }
                @for text in &self.texts { p { (rich(text)) } }
                @if !self.facts.is_empty() {
                    dl { @for (name, fact) in &self.facts { div { dt { (clean(name)) } dd { (rich(fact)) } } } }
                }
            }
        }
    }
}
