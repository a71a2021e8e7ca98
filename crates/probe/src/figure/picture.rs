//! One finished drawing.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::figure::words::clean;

/// What drawing on an SVG canvas comes to.
pub(super) type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;
/// An SVG canvas.
pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Shapes on a canvas of `width` by `height` units, and what they show, in words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) width: u32,
    pub(super) height: u32,
    words: String,
    shapes: String,
}

impl Picture {
    /// What `draw` draws; `words` say it to whoever does not see it.
    pub(super) fn new(size: (u32, u32), words: &str, draw: impl FnOnce(&Canvas<'_>) -> Drawn) -> Self {
        let mut text = String::new();
        let drawn = {
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            draw(&area).and_then(|()| area.present())
        };
        let shapes = match drawn {
            Ok(()) => inside(&text).to_owned(),
            // A string takes all that is written to it; should plotters refuse all the same, this says so.
            Err(error) => html! { text x="10" y="40" { "cannot be drawn: " (error) } }.into_string(),
        };
        Self { width: size.0, height: size.1, words: clean(words), shapes }
    }

    /// An `svg` element that takes the width it is given; its colours follow the page.
    pub(super) fn inline(&self) -> Markup {
        html! {
            svg viewBox=(self.view()) role="img" aria-label=(self.words) { (self.inside()) }
        }
    }

    /// The same as an element at `(x, y)` of another picture.
    pub(super) fn at(&self, (x, y): (u32, u32)) -> Markup {
        html! {
            svg x=(x) y=(y) width=(self.width) height=(self.height) viewBox=(self.view()) { (self.inside()) }
        }
    }

    fn view(&self) -> String {
        format!("0 0 {} {}", self.width, self.height)
    }

    fn inside(&self) -> Markup {
        html! { title { (self.words) } (PreEscaped(&self.shapes)) }
    }
}

/// The shapes alone, without the element around them.
fn inside(svg: &str) -> &str {
    let start = svg.find('>').map_or(0, |end| end + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.get(start..end).unwrap_or_default().trim()
}
