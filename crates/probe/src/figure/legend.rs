//! What the lines of a chart are, below it.

use plotters::prelude::*;

use crate::figure::ink::{self, Type};
use crate::figure::marker::{cross, marker};
use crate::figure::picture::{Canvas, Drawn};
use crate::figure::words::{fit, width};

/// One line of the legend.
pub(super) enum Entry<'a> {
    /// A line with markers.
    Line(usize, &'a str),
    /// A thin line.
    Thin(usize, &'a str),
    /// What a cross means.
    Cross(&'a str),
}

const ROW: i32 = 40;
const SIZE: i32 = 29;
const SWATCH: i32 = 62;
const GAP: i32 = 34;
const LEFT: i32 = 4;

/// Where each entry stands, and how high they are together.
pub(super) fn places(entries: &[Entry<'_>], most: i32) -> (Vec<(i32, i32)>, i32) {
    let (mut x, mut y, mut places) = (LEFT, ROW / 2, Vec::new());
    for entry in entries {
        let wide = SWATCH + width(&label(entry, most), SIZE) + GAP;
        if x > LEFT && x + wide - GAP > most {
            (x, y) = (LEFT, y + ROW);
        }
        places.push((x, y));
        x += wide;
    }
    (places, if entries.is_empty() { 0 } else { y + ROW / 2 })
}

pub(super) fn draw(area: &Canvas<'_>, entries: &[Entry<'_>], most: i32) -> Drawn {
    let text = Type::new(SIZE, ink::INK).style();
    for (entry, (x, y)) in entries.iter().zip(places(entries, most).0) {
        let line =
            |index, stroke| PathElement::new([(x, y), (x + 48, y)], ink::series(index).stroke_width(stroke));
        match entry {
            Entry::Line(index, _) => {
                area.draw(&line(*index, 5))?;
                marker(area, (x + 24, y), *index)?;
            }
            Entry::Thin(index, _) => area.draw(&line(*index, 3))?,
            Entry::Cross(_) => cross(area, (x + 24, y), ink::INK)?,
        }
        area.draw(&Text::new(label(entry, most), (x + SWATCH, y), text.clone()))?;
    }
    Ok(())
}

fn label(entry: &Entry<'_>, most: i32) -> String {
    let (Entry::Line(_, text) | Entry::Thin(_, text) | Entry::Cross(text)) = entry;
    fit(text, most - LEFT - SWATCH, SIZE)
}
