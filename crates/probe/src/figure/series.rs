//! One line of a chart.

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// What it is, in the legend.
    pub label: String,
    /// Its points, left to right.
    pub points: Vec<(f64, f64)>,
    /// An interval `(x, low, high)` at each of some places, drawn as a shaded area.
    pub band: Vec<(f64, f64, f64)>,
    /// How it is drawn.
    pub stroke: Stroke,
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stroke {
    /// With markers: something measured.
    #[default]
    Marked,
    /// Thin, without markers: something computed, such as a prediction.
    Thin,
}

impl Series {
    /// A measured line.
    #[must_use]
    pub fn new(label: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { label: label.into(), points, ..Self::default() }
    }

    /// A measured line over 1, 2, 3 …
    ///
    /// ```
    /// use candle_init_probe::figure::Series;
    /// assert_eq!(Series::by_layer("std", &[0.5, 0.25]).points, [(1.0, 0.5), (2.0, 0.25)]);
    /// ```
    #[must_use]
    pub fn by_layer(label: impl Into<String>, values: &[f64]) -> Self {
        let points = values.iter().enumerate().map(|(index, value)| ((index + 1) as f64, *value));
        Self::new(label, points.collect())
    }

    /// The line without markers, as a prediction is drawn.
    #[must_use]
    pub fn thin(self) -> Self {
        Self { stroke: Stroke::Thin, ..self }
    }

    /// The line with a shaded area: `(x, low, high)` at each of some places.
    #[must_use]
    pub fn with_band(self, band: Vec<(f64, f64, f64)>) -> Self {
        Self { band, ..self }
    }
}
