//! One small picture of a grid: a name, a shape, and its figures below.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use crate::figure::ink::{self, Type};
use crate::figure::picture::{Canvas, Drawn, Picture};
use crate::figure::words::fit;

pub(super) const WIDTH: i32 = 320;
pub(super) const HEIGHT: i32 = 190;
/// The shape's place in the picture.
pub(super) const FRAME: (i32, i32, i32, i32) = (10, 38, WIDTH - 10, HEIGHT - 36);
const SIZE: i32 = 24;

/// What a small picture says.
pub(super) struct Cell<'a> {
    pub(super) name: &'a str,
    pub(super) flagged: bool,
    /// Below the shape, on the left and on the right.
    pub(super) ends: (String, String),
    /// All of it in words.
    pub(super) words: String,
}

impl Cell<'_> {
    /// The picture, with the shape that has these corners; `filled` closes it to an area.
    pub(super) fn picture(&self, corners: Vec<(i32, i32)>, filled: bool) -> Picture {
        let color = if self.flagged { ink::WRONG } else { ink::SOUND };
        Picture::new((WIDTH as u32, HEIGHT as u32), &self.words, |area| {
            self.text(area)?;
            let base = [(FRAME.0, FRAME.3), (FRAME.2, FRAME.3)];
            area.draw(&PathElement::new(base, ink::MUTED.stroke_width(2)))?;
            match filled {
                true => area.draw(&Polygon::new(corners, color.filled())),
                false => area.draw(&PathElement::new(corners, color.stroke_width(5))),
            }
        })
    }

    fn text(&self, area: &Canvas<'_>) -> Drawn {
        let mark = if self.flagged { "✗ " } else { "" };
        let name = Type::new(SIZE, ink::INK).style();
        area.draw(&Text::new(fit(&format!("{mark}{}", self.name), WIDTH - 20, SIZE), (10, 19), name))?;
        let end = Type::new(22, ink::MUTED);
        let (left, right) = &self.ends;
        let room = if right.is_empty() { WIDTH - 20 } else { WIDTH / 2 - 12 };
        let y = HEIGHT - 18;
        area.draw(&Text::new(fit(left, room, 22), (10, y), end.style()))?;
        let end = end.anchored(HPos::Right).style();
        area.draw(&Text::new(fit(right, room, 22), (WIDTH - 10, y), end))
    }
}
