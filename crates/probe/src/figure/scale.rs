//! An axis: from a number to a place on it, and its ticks.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// An axis, linear or logarithmic. Places on a logarithmic one are powers of ten.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    log: bool,
    lo: f64,
    hi: f64,
    ticks: Vec<f64>,
}

/// Where a number stands on an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) at: f64,
    /// Whether it is on the edge since the axis has no place for it.
    pub(super) off: bool,
}

/// About so many ticks.
const TICKS: f64 = 6.0;
/// Beyond this a difference of two numbers may overflow.
const LARGEST: f64 = 1e300;
/// Ticks nearer than this share of the axis would touch.
const GAP: f64 = 0.09;

impl Scale {
    /// An axis for sizes: it starts and ends on a tick, and has room for every value within `bounds`.
    pub(super) fn vertical(values: impl Iterator<Item = f64>, log: bool, bounds: Option<(f64, f64)>) -> Self {
        let (lo, hi) = range(values, log, bounds);
        let ticks = if log { log_ticks(lo, hi) } else { linear_ticks(lo, hi) };
        let first = ticks.first().copied().unwrap_or(lo);
        let last = ticks.last().copied().unwrap_or(hi);
        Self { log, lo: first, hi: last, ticks: if log { thinned(ticks) } else { ticks } }
    }

    /// An axis for what the values are over: just as wide as they, with a tick at each where there are few.
    pub(super) fn horizontal(values: impl Iterator<Item = f64> + Clone, log: bool) -> Self {
        let (lo, hi) = range(values.clone(), log, None);
        let outer = if log { log_ticks(lo, hi) } else { linear_ticks(lo, hi) };
        let inside = outer.into_iter().filter(|tick| (lo..=hi).contains(tick)).collect();
        let ticks = own_ticks(values, log, (lo, hi)).unwrap_or(inside);
        Self { log, lo, hi, ticks }
    }

    /// Where `value` stands; what is not finite, not positive on a logarithmic axis, or beyond its ends stands on
    /// the edge. NaN counts as grown past any bound.
    pub(super) fn place(&self, value: f64) -> Place {
        let at = if self.log { value.max(0.0).log10() } else { value };
        let at = if value.is_nan() { f64::INFINITY } else { at };
        let room = 1e-9 * (self.hi - self.lo);
        Place { at: at.clamp(self.lo, self.hi), off: at < self.lo - room || at > self.hi + room }
    }

    /// What stands at the tick `at`.
    pub(super) fn label(&self, at: f64) -> String {
        if self.log { log_label(at) } else { linear_label(at, self.step()) }
    }

    fn step(&self) -> f64 {
        match self.ticks.as_slice() {
            [first, second, ..] => second - first,
            _ => self.hi - self.lo,
        }
    }
}

/// The axis as plotters wants it.
impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.lo) / (self.hi - self.lo);
        limit.0 + (f64::from(limit.1 - limit.0) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.lo..self.hi
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(at: &f64) -> String {
        at.to_string()
    }

    fn format_ext(&self, at: &f64) -> String {
        self.label(*at)
    }
}

/// The smallest and the largest place of `values`, apart.
fn range(values: impl Iterator<Item = f64>, log: bool, bounds: Option<(f64, f64)>) -> (f64, f64) {
    let (least, most) = bounds.unwrap_or((-LARGEST, LARGEST));
    let good = |value: &f64| value.is_finite() && (!log || *value > 0.0);
    let (lo, hi) = values
        .filter(good)
        // Whatever the bounds: the upper one holds where they are the wrong way round, and NaN is none.
        .map(|value| value.max(least).min(most).clamp(-LARGEST, LARGEST))
        .filter(good)
        // Steps between numbers this small would be NaN.
        .map(|value| if log || value.abs() > LARGEST.recip() { value } else { 0.0 })
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), value| (lo.min(value), hi.max(value)));
    let (lo, hi) = match (lo <= hi, log) {
        (false, _) => (0.0, 1.0),
        (true, true) => (lo.log10(), hi.log10()),
        (true, false) => (lo, hi),
    };
    let room = if log { 0.3 } else { (0.5 * lo.abs()).max(0.5 * f64::from(u8::from(lo == 0.0))) };
    if hi - lo > 1e-9 * (hi.abs() + lo.abs()) { (lo, hi) } else { (lo - room, hi + room) }
}

/// Multiples of 1, 2 or 5 times a power of ten, from the last below `lo` to the first above `hi`.
fn linear_ticks(lo: f64, hi: f64) -> Vec<f64> {
    let raw = (hi - lo) / TICKS;
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power);
    let step = step.into_iter().find(|step| *step >= 0.999 * raw).unwrap_or(raw);
    let (first, last) = ((lo / step + 1e-9).floor(), (hi / step - 1e-9).ceil());
    let count = (last - first) as usize;
    (0..=count.min(20)).map(|index| (first + index as f64) * step).collect()
}

/// Powers of ten around `lo` and `hi`, with 2 and 5 times them where those are few.
fn log_ticks(lo: f64, hi: f64) -> Vec<f64> {
    let (first, last) = ((lo + 1e-9).floor(), (hi - 1e-9).ceil());
    let decades = (0..=(last - first) as usize).map(|index| first + index as f64);
    if hi - lo >= 1.5 {
        return decades.collect();
    }
    let all: Vec<_> =
        decades.flat_map(|decade| [1f64, 2.0, 5.0].map(|digit| decade + digit.log10())).collect();
    let start = all.iter().rposition(|tick| *tick <= lo + 1e-9).unwrap_or(0);
    let end = all.iter().position(|tick| *tick >= hi - 1e-9).unwrap_or(all.len().saturating_sub(1));
    all.get(start..=end).unwrap_or_default().to_vec()
}

/// Every second, third … tick, so that at most nine are left.
fn thinned(ticks: Vec<f64>) -> Vec<f64> {
    let step = ticks.len().div_ceil(9).max(1);
    ticks.into_iter().step_by(step).collect()
}

/// The values' own places, if they are few and far enough from each other.
fn own_ticks(values: impl Iterator<Item = f64>, log: bool, (lo, hi): (f64, f64)) -> Option<Vec<f64>> {
    let mut own: Vec<f64> = Vec::new();
    for value in values.filter(|value| value.is_finite() && (!log || *value > 0.0)) {
        let at = if log { value.log10() } else { value };
        if !own.contains(&at) {
            own.push(at);
        }
        if own.len() > 10 {
            return None;
        }
    }
    own.sort_by(f64::total_cmp);
    let apart = own.windows(2).all(|pair| matches!(pair, [a, b] if b - a >= GAP * (hi - lo)));
    (apart && !own.is_empty()).then_some(own)
}

/// `0.01`, `200`, and `5·10⁻⁷` where that would be long.
fn log_label(at: f64) -> String {
    let power = (at + 1e-6).floor();
    let digit = 10f64.powf(at - power).round();
    match power as i64 {
        power @ -2..=0 => format!("{:.*}", power.unsigned_abs() as usize, 10f64.powf(at)),
        1..=3 => format!("{:.0}", 10f64.powf(at)),
        power if digit == 1.0 => format!("10{}", raised(power)),
        power => format!("{digit}·10{}", raised(power)),
    }
}

fn raised(power: i64) -> String {
    let digit = |c| match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    power.to_string().chars().map(digit).collect()
}

fn linear_label(at: f64, step: f64) -> String {
    let at = if at.abs() < 1e-9 * step { 0.0 } else { at };
    if at != 0.0 && !(1e-4..1e6).contains(&at.abs()) {
        return format!("{at:.1e}");
    }
    let digits = (-(step.log10() + 1e-9).floor()).clamp(0.0, 6.0) as usize;
    let text = format!("{at:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.ticks.iter().map(|tick| scale.label(*tick)).collect()
    }

    #[test]
    fn ticks_are_round_numbers_around_the_values() {
        let scale = |values: &[f64], log| Scale::vertical(values.iter().copied(), log, None);
        assert_eq!(labels(&scale(&[0.0, 0.93], false)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(labels(&scale(&[1e-3, 1.0], true)), ["10⁻³", "0.01", "0.1", "1"]);
        assert_eq!(labels(&scale(&[0.6, 1.4], true)), ["0.5", "1", "2"]);
        assert_eq!(labels(&scale(&[200.0], true)), ["100", "200", "500"]);
        assert_eq!(labels(&scale(&[2e-10, 4e-10], true)), ["2·10⁻¹⁰", "5·10⁻¹⁰"]);
        assert_eq!(labels(&scale(&[], false)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(labels(&scale(&[3.0], false)).first().map(String::as_str), Some("1.5"));
    }

    #[test]
    fn few_places_have_a_tick_each() {
        let scale = Scale::horizontal([64.0, 256.0, 1024.0].into_iter(), true);
        assert_eq!(labels(&scale), ["64", "256", "1024"]);
        let scale = Scale::horizontal((1..=30).map(f64::from), false);
        assert_eq!(labels(&scale), ["5", "10", "15", "20", "25", "30"]);
    }

    #[test]
    fn what_has_no_place_stands_on_the_edge() {
        let log = Scale::vertical([0.1, 1000.0].into_iter(), true, None);
        for (value, at) in [(0.0, -1.0), (-3.0, -1.0), (f64::NAN, 3.0), (f64::INFINITY, 3.0), (1e-9, -1.0)] {
            assert_eq!(log.place(value), Place { at, off: true }, "{value}");
        }
        assert_eq!(log.place(1.0), Place { at: 0.0, off: false });
        let linear = Scale::vertical([0.0, 1.0].into_iter(), false, None);
        assert_eq!(linear.place(f64::NEG_INFINITY), Place { at: 0.0, off: true });
        let bounded = Scale::vertical([1e-30, 1.0].into_iter(), true, Some((1e-4, 10.0)));
        assert!(bounded.place(1e-30).off && bounded.lo == -4.0);
    }

    #[test]
    fn any_bounds_make_an_axis() {
        let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, 0.0, -3.0, 2.0];
        for (least, most) in odd.into_iter().flat_map(|a| odd.map(|b| (a, b))) {
            for log in [false, true] {
                let scale = Scale::vertical([1e-3, 1.0, 1e300].into_iter(), log, Some((least, most)));
                assert!(
                    scale.lo < scale.hi && scale.lo.is_finite() && scale.hi.is_finite(),
                    "{least} {most}"
                );
                assert!(!scale.ticks.is_empty() && scale.place(1.0).at.is_finite(), "{least} {most}");
            }
        }
    }

    #[test]
    fn any_numbers_make_an_axis() {
        let odd =
            [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 0.0, -0.0, f64::NAN, f64::INFINITY, 1.0, -1e-9];
        for a in odd {
            for b in odd {
                for log in [false, true] {
                    let vertical = Scale::vertical([a, b].into_iter(), log, None);
                    let horizontal = Scale::horizontal([a, b].into_iter(), log);
                    for scale in [vertical, horizontal] {
                        assert!(
                            scale.lo < scale.hi && scale.lo.is_finite() && scale.hi.is_finite(),
                            "{a} {b}"
                        );
                        assert!(scale.ticks.len() <= 22, "{a} {b} {:?}", scale.ticks);
                        assert!(
                            labels(&scale).iter().all(|label| label.chars().count() < 12),
                            "{:?}",
                            labels(&scale)
                        );
                        assert!(scale.place(a).at.is_finite());
                    }
                }
            }
        }
    }
}
