//! What the page's texts ask for by name: numbers, tables and pictures.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use crate::figure::{Bars, Chart};
use crate::words;

/// Numbers, tables and pictures by name, as HTML.
#[derive(Debug, Default)]
pub(super) struct Facts(BTreeMap<String, String>);

impl Facts {
    /// All of another's.
    pub(super) fn add(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// HTML as it is.
    pub(super) fn html(&mut self, name: impl Into<String>, html: impl Into<String>) {
        self.0.insert(name.into(), html.into());
    }

    /// A number in two or three digits.
    pub(super) fn number(&mut self, name: impl Into<String>, value: f64) {
        self.html(name, words::number(value));
    }

    /// A share in percent.
    pub(super) fn percent(&mut self, name: impl Into<String>, share: f64) {
        self.html(name, words::percent(share));
    }

    /// A line chart.
    pub(super) fn chart(&mut self, name: impl Into<String>, chart: &Chart) {
        self.html(name, chart.svg());
    }

    /// Histograms.
    pub(super) fn bars(&mut self, name: impl Into<String>, bars: &Bars) {
        self.html(name, bars.svg());
    }

    /// `text` with each `{{name}}` replaced.
    ///
    /// # Errors
    /// The first name that there is not, with the nearest before it in the alphabet.
    pub(super) fn fill(&self, text: &str) -> Result<String> {
        let mut parts = text.split("{{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").context("{{ without }}")?;
            let Some(html) = self.0.get(name) else {
                let before = self.0.range(..name.to_owned()).next_back().map(|(name, _)| name.as_str());
                bail!("the page asks for {{{{{name}}}}}, which nothing measures; near it stands {before:?}");
            };
            filled.push_str(html);
            filled.push_str(rest);
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_unknown_ones_refused() {
        let mut facts = Facts::default();
        facts.number("a.b", 0.25);
        facts.percent("c", 0.5);
        assert_eq!(facts.fill("x {{a.b}} y {{c}}{{c}} {z}").unwrap(), "x 0.25 y 50 %50 % {z}");
        let error = facts.fill("{{b}}").unwrap_err().to_string();
        assert!(error.contains("{{b}}") && error.contains("a.b"), "{error}");
        assert!(facts.fill("{{a.b").is_err());
    }
}
