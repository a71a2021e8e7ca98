//! Curves with a title, named axes, and their names at their ends.

use super::axis::Axis;
use super::label::spread;
use super::line::Line;
use super::text::{escaped, text, width};

/// The size of a picture, in its own units.
pub(super) const SIZE: (f64, f64) = (480.0, 300.0);
const TOP: f64 = 52.0;
const BOTTOM: f64 = 46.0;
const LEFT: f64 = 52.0;
const LETTER: f64 = 13.0;
/// From a cross to its curve's name.
const BESIDE: f64 = 10.0;

/// A line chart.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What goes to the right.
    pub x: String,
    /// What goes up, with its unit.
    pub y: String,
    /// Whether the scale that goes up is logarithmic.
    pub log: bool,
    /// What lies outside is drawn on the edge, with a cross; a linear scale starts at the lower one.
    pub bounds: Option<(f64, f64)>,
    /// Whether values are shares or cosines: the scale then goes from 0 to 1, whatever the values, so that 1 can be seen.
    pub share: bool,
    /// The curves.
    pub lines: Vec<Line>,
}

/// A chart's two scales, and what is free at its right for names.
struct Frame {
    x: Axis,
    y: Axis,
    right: f64,
}

impl Chart {
    /// The chart as an SVG element.
    #[must_use]
    pub fn svg(&self) -> String {
        format!(
            r#"<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>"#,
            SIZE.0,
            SIZE.1,
            escaped(&self.spoken()),
            self.body()
        )
    }

    /// What is read out in its place: the title and where each curve ends.
    fn spoken(&self) -> String {
        let end = |line: &Line| {
            let last = line.points.last().map_or(f64::NAN, |point| point.1);
            format!("{} ends at {}", line.label, crate::words::number(last))
        };
        let ends: Vec<_> = self.lines.iter().filter(|line| !line.label.is_empty()).map(end).collect();
        format!("{}: {}", self.title, ends.join(", "))
    }

    /// What stands inside the SVG element.
    pub(super) fn body(&self) -> String {
        let frame = self.frame();
        let bands: String = self.lines.iter().map(|line| band(line, &frame)).collect();
        let curves: String = self.lines.iter().map(|line| curve(line, &frame)).collect();
        let head = text("title", 4.0, 17.0, &self.title) + &text("note", 4.0, 36.0, &self.y);
        let foot = text("note end", frame.right, SIZE.1 - 8.0, &self.x);
        format!("{head}{}{bands}{curves}{}{foot}", grid(&frame), self.names(&frame))
    }

    fn frame(&self) -> Frame {
        let longest = self.lines.iter().map(|line| width(&line.label, LETTER)).fold(0.0, f64::max);
        let right = SIZE.0 - (longest + 12.0).clamp(16.0, 200.0);
        let points = || self.lines.iter().flat_map(|line| &line.points);
        let xs = points().map(|point| point.0).filter(|x| x.is_finite());
        let (first, last) = xs.fold((f64::INFINITY, 1.0f64), |(lo, hi), x| (lo.min(x), hi.max(x)));
        Frame { x: Axis::linear((first.min(last - 1.0), last), (LEFT, right)), y: self.upward(), right }
    }

    /// The scale that goes up: around all that is drawn.
    fn upward(&self) -> Axis {
        let places = (SIZE.1 - BOTTOM, TOP);
        if self.share {
            return Axis::linear((0.0, 1.0), places);
        }
        let most = self.bounds.unwrap_or(if self.log { (1e-38, 1e38) } else { (0.0, f64::MAX) });
        let points = self.lines.iter().flat_map(|line| &line.points).map(|point| point.1);
        let edges = self.lines.iter().flat_map(|line| &line.band).flat_map(|(_, lo, hi)| [*lo, *hi]);
        Axis::around(self.log, points.chain(edges), most, places)
    }

    /// Names at the right, with a thread from the curve's end to each; those of curves that leave the scale where there is
    /// room for a name beside the cross stand there: a thread across the picture would read as a curve.
    fn names(&self, frame: &Frame) -> String {
        let named = self.lines.iter().filter(|line| !line.label.is_empty());
        let (left, ended): (Vec<_>, Vec<_>) =
            named.map(|line| self.name(line, frame)).partition(|name| name.beside);
        self.placed(&left, frame) + &self.placed(&ended, frame)
    }

    /// The name of a curve. On a linear scale it says how far above its end the curve that leaves it is.
    fn name(&self, line: &Line, frame: &Frame) -> Name {
        let places = visible(line, frame);
        let (x, y, inside) = places.last().copied().unwrap_or((frame.right, SIZE.1 - BOTTOM, true));
        let value = line.points.get(places.len().max(1) - 1).map_or(f64::NAN, |point| point.1);
        let label = line.label.clone();
        let words =
            if self.log { label.clone() } else { format!("{label}: {}", crate::words::number(value)) };
        let beside = !inside && x + BESIDE + width(&words, LETTER) <= frame.right;
        Name { words: if beside { words } else { label }, class: line.ink.class(), x, y, beside }
    }

    fn placed(&self, names: &[Name], frame: &Frame) -> String {
        let wanted: Vec<_> = names.iter().map(|name| name.y + 4.0).collect();
        let places = spread(&wanted, (TOP + 6.0, SIZE.1 - BOTTOM + 6.0));
        names.iter().zip(places).map(|(name, place)| name.svg(place, frame)).collect()
    }
}

/// A curve's name, and where the curve is last seen.
struct Name {
    words: String,
    class: &'static str,
    x: f64,
    y: f64,
    beside: bool,
}

impl Name {
    fn svg(&self, place: f64, frame: &Frame) -> String {
        let Self { words, class, x, y, beside } = self;
        let named = format!("name {class}");
        if *beside {
            return text(&named, x + BESIDE, place, words);
        }
        let (from, right, up) = (x + 3.0, frame.right, place - 4.0);
        let thread =
            format!(r#"<path class="thread {class}" d="M{from:.1} {y:.1}L{:.1} {up:.1}"/>"#, right + 4.0);
        thread + &text(&named, right + 6.0, place, words)
    }
}

/// The points up to the first that leaves the scale, and whether each lies on it.
fn visible(line: &Line, frame: &Frame) -> Vec<(f64, f64, bool)> {
    let mut places = Vec::new();
    for (x, y) in &line.points {
        let (place, inside) = frame.y.place(*y);
        places.push((frame.x.place(*x).0, place, inside));
        if !inside {
            break;
        }
    }
    places
}

fn curve(line: &Line, frame: &Frame) -> String {
    let places = visible(line, frame);
    let points: Vec<_> = places.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
    let cross = places.last().filter(|(_, _, inside)| !inside).map(|(x, y, _)| cross(*x, *y, line));
    format!(
        r#"<polyline class="{}" opacity="1" points="{}"/>{}"#,
        line.class(),
        points.join(" "),
        cross.unwrap_or_default()
    )
}

/// Here a curve leaves the scale.
fn cross(x: f64, y: f64, line: &Line) -> String {
    let (left, right, up, down) = (x - 5.0, x + 5.0, y - 5.0, y + 5.0);
    format!(
        r#"<path class="cross {}" d="M{left:.1} {up:.1}L{right:.1} {down:.1}M{left:.1} {down:.1}L{right:.1} {up:.1}"/>"#,
        line.ink.class()
    )
}

fn band(line: &Line, frame: &Frame) -> String {
    if line.band.is_empty() {
        return String::new();
    }
    let at = |x: f64, y: f64| format!("{:.1},{:.1}", frame.x.place(x).0, frame.y.place(y).0);
    let upper = line.band.iter().map(|(x, _, hi)| at(*x, *hi));
    let lower = line.band.iter().rev().map(|(x, lo, _)| at(*x, *lo));
    let points: Vec<_> = upper.chain(lower).collect();
    format!(r#"<polygon class="band {}" points="{}"/>"#, line.ink.class(), points.join(" "))
}

fn grid(frame: &Frame) -> String {
    let row = |(y, mark): (f64, String)| {
        format!(r#"<path class="grid" d="M{LEFT} {y:.1}H{:.1}"/>"#, frame.right)
            + &text("tick end", LEFT - 6.0, y + 4.0, &mark)
    };
    let column = |(x, mark): (f64, String)| text("tick middle", x, SIZE.1 - BOTTOM + 18.0, &mark);
    frame.y.marks().into_iter().map(row).chain(frame.x.marks().into_iter().map(column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Ink;

    fn chart(values: &[f64]) -> String {
        let lines = vec![Line::by_layer("a <b>", Ink::He, values)];
        Chart { title: "t".into(), log: true, bounds: Some((1e-3, 1e3)), lines, ..Chart::default() }.svg()
    }

    #[test]
    fn values_that_are_not_finite_are_drawn_as_crosses() {
        for values in [&[1.0, f64::NAN, 1.0][..], &[f64::INFINITY], &[0.0]] {
            let svg = chart(values);
            assert!(
                svg.contains("class=\"cross ink-he\"") && !svg.contains("NaN") && !svg.contains("\"inf"),
                "{svg}"
            );
        }
        assert!(!chart(&[1.0, 2.0]).contains("cross"));
        assert!(!chart(&[]).contains("NaN"));
    }

    #[test]
    fn a_curve_that_leaves_at_once_is_named_beside_its_cross() {
        let leaves = [1e9, f64::NAN, 1.0, 1.0];
        let lines = vec![Line::by_layer("a", Ink::He, &leaves)];
        let linear = Chart { bounds: Some((0.0, 6.0)), lines, ..Chart::default() }.svg();
        assert!(linear.contains(">a: 1.0·10⁹</text>") && !linear.contains("thread"), "{linear}");
        assert!(!chart(&leaves).contains("thread"));
        assert!(chart(&[1.0, 2.0]).contains("thread"));
    }

    #[test]
    fn a_share_ends_at_one_and_a_band_is_on_the_scale() {
        let line = || Line::by_layer("a", Ink::He, &[0.2, 0.4]);
        let share = Chart { share: true, lines: vec![line()], ..Chart::default() };
        assert_eq!(share.upward().place(1.0), (TOP, true));
        let band = vec![(1.0, 0.002, 0.3), (2.0, 0.002, 7.0)];
        let chart = Chart { log: true, lines: vec![line().band(band)], ..Chart::default() };
        assert!(chart.upward().place(0.002).1 && chart.upward().place(7.0).1);
    }

    #[test]
    fn texts_are_escaped() {
        assert!(chart(&[1.0]).contains("a &lt;b&gt;</text>"));
    }
}
