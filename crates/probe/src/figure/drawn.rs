//! A figure as it is drawn.

use maud::{Markup, html};

use crate::figure::grid;
use crate::figure::picture::Picture;

/// One drawing, or a grid of small ones, with the sentence that goes under it.
///
/// ```
/// use candle_init_probe::figure::{Figure, HistogramGrid};
/// let empty = Figure::from(&HistogramGrid::new("Weights", vec![]));
/// assert_eq!(empty.caption(), "Weights: nothing to draw.");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    title: String,
    caption: String,
    pictures: Vec<Picture>,
}

impl Figure {
    pub(super) fn new(title: &str, caption: impl Into<String>, pictures: Vec<Picture>) -> Self {
        Self { title: title.to_owned(), caption: caption.into(), pictures }
    }

    /// The sentence under it.
    #[must_use]
    pub fn caption(&self) -> &str {
        &self.caption
    }

    /// The figure with another sentence under it.
    #[must_use]
    pub fn with_caption(self, caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..self }
    }

    /// An SVG document on a white ground.
    #[must_use]
    pub fn svg(&self) -> String {
        grid::document(&self.title, &self.pictures)
    }

    /// A `figure` element for a page whose style sheet knows its colours.
    pub(crate) fn html(&self) -> Markup {
        let small = self.pictures.len() != 1;
        html! {
            figure.wide[small] {
                @if small && !self.title.is_empty() { h3 { (crate::figure::words::clean(&self.title)) } }
                div.grid[small] { @for picture in &self.pictures { (picture.inline()) } }
                @if !self.caption.is_empty() { figcaption { (crate::figure::words::clean(&self.caption)) } }
            }
        }
    }
}
