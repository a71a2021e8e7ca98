//! A curve.

use super::ink::Ink;

/// How a curve is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// What was measured.
    #[default]
    Solid,
    /// What is compared with it.
    Dashed,
    /// One of several that mean the same.
    Thin,
    /// A third, beside a solid and a dashed one.
    Dotted,
}

impl Stroke {
    /// `dashed`, `dotted`, `thin`, or else as usual.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "dashed" => Self::Dashed,
            "dotted" => Self::Dotted,
            "thin" => Self::Thin,
            _ => Self::Solid,
        }
    }
}

/// A curve with its name, which stands at its end.
#[derive(Clone, Debug)]
pub struct Line {
    pub(super) label: String,
    pub(super) ink: Ink,
    pub(super) stroke: Stroke,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) band: Vec<(f64, f64, f64)>,
}

impl Line {
    /// A curve through `points`.
    #[must_use]
    pub fn new(label: impl Into<String>, ink: Ink, points: Vec<(f64, f64)>) -> Self {
        Self { label: label.into(), ink, stroke: Stroke::Solid, points, band: Vec::new() }
    }

    /// A curve through the values of layers 1, 2 …
    #[must_use]
    pub fn by_layer(label: impl Into<String>, ink: Ink, values: &[f64]) -> Self {
        Self::from(1, label, ink, values)
    }

    /// A curve through the values of steps 0, 1 …
    #[must_use]
    pub fn by_step(label: impl Into<String>, ink: Ink, values: &[f64]) -> Self {
        Self::from(0, label, ink, values)
    }

    fn from(first: usize, label: impl Into<String>, ink: Ink, values: &[f64]) -> Self {
        let points = values.iter().enumerate().map(|(index, value)| ((first + index) as f64, *value));
        Self::new(label, ink, points.collect())
    }

    /// Drawn in another way.
    #[must_use]
    pub fn stroke(self, stroke: Stroke) -> Self {
        Self { stroke, ..self }
    }

    /// With an area behind it: `x`, and its lower and upper edge there.
    #[must_use]
    pub fn band(self, band: Vec<(f64, f64, f64)>) -> Self {
        Self { band, ..self }
    }

    pub(super) fn class(&self) -> String {
        let stroke = match self.stroke {
            Stroke::Solid => "",
            Stroke::Dashed => " dashed",
            Stroke::Thin => " thin",
            Stroke::Dotted => " dotted",
        };
        format!("line {}{stroke}", self.ink.class())
    }
}
