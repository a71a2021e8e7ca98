//! The shape at a line's points, so that lines differ by more than colour.

use plotters::prelude::*;

use crate::figure::ink;
use crate::figure::picture::{Canvas, Drawn};

/// How many shapes there are.
const SHAPES: usize = 6;

/// Draws the marker of line number `index` at a place of `area`.
///
/// The shapes run on by one each time the colours start again, so 36 lines differ.
pub(super) fn marker(area: &Canvas<'_>, at: (i32, i32), index: usize) -> Drawn {
    let color = ink::series(index);
    let corners: &[(i32, i32)] = match (index + index / SHAPES) % SHAPES {
        0 => return area.draw(&Circle::new(at, 7, color.filled())),
        1 => &[(-6, -6), (6, -6), (6, 6), (-6, 6)],
        2 => &[(0, -9), (8, 6), (-8, 6)],
        3 => &[(0, -10), (8, 0), (0, 10), (-8, 0)],
        4 => return area.draw(&Circle::new(at, 7, color.stroke_width(3))),
        _ => &[(0, 9), (8, -6), (-8, -6)],
    };
    let corners: Vec<_> = corners.iter().map(|corner| (at.0 + corner.0, at.1 + corner.1)).collect();
    area.draw(&Polygon::new(corners, color.filled()))
}

/// Marks a point that stands on the edge since the axis has no place for it.
pub(super) fn cross(area: &Canvas<'_>, at: (i32, i32), color: RGBColor) -> Drawn {
    area.draw(&Cross::new(at, 9, color.stroke_width(4)))
}
