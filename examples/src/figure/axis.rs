//! Scales and their marks.

use crate::words::tick;

/// A linear or logarithmic scale from values to places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    log: bool,
    values: (f64, f64),
    places: (f64, f64),
}

impl Axis {
    /// A linear scale from `values` to `places`.
    pub(super) fn linear(values: (f64, f64), places: (f64, f64)) -> Self {
        Self { log: false, values, places }
    }

    /// A scale around all finite `values` within `most`; a logarithmic one spans whole decades, at least two.
    pub(super) fn around(
        log: bool,
        values: impl Iterator<Item = f64>,
        most: (f64, f64),
        places: (f64, f64),
    ) -> Self {
        let usable = values.filter(|value| value.is_finite() && (!log || *value > 0.0));
        let (lo, hi) = usable
            .map(|value| value.clamp(most.0, most.1))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), value| (lo.min(value), hi.max(value)));
        let values = if log { decades(lo, hi, most) } else { (most.0, most.1.min(hi.max(most.0))) };
        Self { log, values, places }
    }

    /// Where `value` is, and whether it lies on the scale. What is not a number has grown past any bound.
    pub(super) fn place(self, value: f64) -> (f64, bool) {
        let (lo, hi) = self.values;
        let shown = if value.is_nan() { hi } else { value.clamp(lo, hi) };
        let share = if self.log { (shown / lo).ln() / (hi / lo).ln() } else { (shown - lo) / (hi - lo) };
        (self.places.0 + share * (self.places.1 - self.places.0), shown == value)
    }

    /// Places and texts of the marks.
    pub(super) fn marks(self) -> Vec<(f64, String)> {
        let values = if self.log { self.powers() } else { self.steps() };
        values.into_iter().map(|value| (self.place(value).0, tick(value))).collect()
    }

    fn powers(self) -> Vec<f64> {
        let (lo, hi) = (self.values.0.log10().round() as i32, self.values.1.log10().round() as i32);
        let every = ((hi - lo) as f64 / 5.0).ceil().max(1.0) as i32;
        (lo..=hi).filter(|power| power % every == 0).map(|power| 10f64.powi(power)).collect()
    }

    fn steps(self) -> Vec<f64> {
        let (lo, hi) = self.values;
        let rough = (hi - lo) / 5.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = power * [1.0, 2.0, 5.0, 10.0].into_iter().find(|by| by * power >= rough).unwrap_or(10.0);
        let count = ((hi - lo) / step + 1e-9) as i32;
        let first = (lo / step).ceil();
        (0..=count)
            .map(|index| (first + f64::from(index)) * step)
            .filter(|value| *value <= hi + 1e-9 * step)
            .collect()
    }
}

/// Whole decades from `lo` to `hi`, at least two, or some where there is no value.
fn decades(lo: f64, hi: f64, most: (f64, f64)) -> (f64, f64) {
    if lo > hi {
        return (most.0.max(1e-2), most.1.min(1.0));
    }
    let (down, up) = (lo.log10().floor(), (hi.log10() - 1e-9).ceil());
    let room = ((2.0 - (up - down)) / 2.0).max(0.0);
    (10f64.powf((down - room).floor()), 10f64.powf((up + room).ceil()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(values: &[f64]) -> Axis {
        Axis::around(true, values.iter().copied(), (1e-8, 1e4), (0.0, 100.0))
    }

    #[test]
    fn a_logarithmic_scale_spans_whole_decades() {
        assert_eq!(log(&[0.03, 2.3]).values, (1e-2, 1e1));
        assert_eq!(log(&[1e30, 0.0, f64::NAN]).values.1, 1e5);
        let (lo, hi) = log(&[]).values;
        assert!(lo > 0.0 && hi >= 100.0 * lo);
    }

    #[test]
    fn what_leaves_the_scale_lies_on_its_edge() {
        let axis = log(&[1e-2, 1.0]);
        assert_eq!(axis.place(1e-2), (0.0, true));
        assert_eq!(axis.place(0.0), (0.0, false));
        assert_eq!(axis.place(f64::NAN), (100.0, false));
    }

    #[test]
    fn marks_are_round_numbers() {
        let marks = |axis: Axis| axis.marks().into_iter().map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(marks(Axis::linear((0.0, 1.0), (0.0, 100.0))), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(marks(Axis::linear((1.0, 30.0), (0.0, 100.0))), ["10", "20", "30"]);
        assert_eq!(marks(log(&[1e-8, 1.0])), ["10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1"]);
    }
}
