//! Pictures as SVG: lines with a band, grids of small histograms and of spectra.
//!
//! A figure is a value with public fields; [`Figure`] is what it is drawn as. A figure's SVG stands alone on a
//! white ground; in a [`Page`](crate::page::Page) the same picture follows the reader's light or dark scheme.
//! Whatever the numbers are, a picture comes out: a value that is not finite, or that a logarithmic axis has no
//! place for, is drawn on the edge with a cross.
//!
//! ```
//! use candle_init_probe::figure::{Figure, LineChart, Series};
//! let chart = LineChart {
//!     title: "Signal by depth".into(),
//!     x: "layer".into(),
//!     y: "root mean square".into(),
//!     log_y: true,
//!     series: vec![Series::new("relu", vec![(1.0, 1.0), (2.0, 0.7), (3.0, f64::NAN)])],
//!     ..LineChart::default()
//! };
//! let svg = Figure::from(&chart).svg();
//! assert!(svg.starts_with("<svg") && svg.contains("Signal by depth"));
//! ```

mod cell;
mod chart;
pub(crate) mod drawn;
mod grid;
pub(crate) mod histogram_grid;
mod ink;
mod legend;
pub(crate) mod line_chart;
mod marker;
mod picture;
mod scale;
pub(crate) mod series;
pub(crate) mod spectrum_grid;
pub(crate) mod words;

pub use drawn::Figure;
pub use histogram_grid::{HistogramCell, HistogramGrid};
pub use line_chart::LineChart;
pub use series::{Series, Stroke};
pub use spectrum_grid::{SpectrumCell, SpectrumGrid};
