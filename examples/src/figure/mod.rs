//! The programs' pictures: line charts and histograms as SVG, whose curves carry their names.
//!
//! One [`Ink`] belongs to one initializer in every picture. A picture inside a page takes its colours from the page's
//! style sheet; [`file()`] makes one that stands alone, in light and dark.

mod axis;
mod chart;
mod file;
mod histogram;
mod ink;
mod label;
mod line;
mod text;

pub use chart::Chart;
pub use file::{STYLE, file, save};
pub use histogram::Bars;
pub use ink::Ink;
pub use line::{Line, Stroke};
