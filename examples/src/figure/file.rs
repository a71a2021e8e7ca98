//! Pictures that stand alone, for pages that cannot style them.

use std::path::Path;

use anyhow::{Context, Result};
use candle_init_probe::write_whole;

use super::chart::{Chart, SIZE};
use super::text::{escaped, text};

/// The colours of inks and the look of what is drawn, of pages and files alike.
pub const STYLE: &str = include_str!("style.css");

const HEADING: f64 = 34.0;

/// `charts` side by side under `heading` as a whole SVG file, light or dark as the reader's system is.
#[must_use]
pub fn file(heading: &str, charts: &[Chart]) -> String {
    let width = SIZE.0 * charts.len().max(1) as f64;
    let height = SIZE.1 + HEADING;
    let part = |(index, chart): (usize, &Chart)| {
        format!(r#"<g transform="translate({} {HEADING})">{}</g>"#, SIZE.0 * index as f64, chart.body())
    };
    let parts: String = charts.iter().enumerate().map(part).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\
         <style>{STYLE}</style><rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>{}{parts}</svg>\n",
        escaped(heading),
        text("title", 4.0, 22.0, heading)
    )
}

/// Writes [`file()`] to `path`.
///
/// # Errors
/// If the file cannot be written; an older file of that name then stays as it was.
pub fn save(path: &Path, heading: &str, charts: &[Chart]) -> Result<()> {
    write_whole(path, &file(heading, charts))
        .context("cannot write the figure; give --out a folder that can be written")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_figure_that_cannot_be_written_says_what_to_do() {
        let scratch = Scratch::new("unwritable");
        let error = format!("{:#}", save(scratch.path(), "heading", &[]).unwrap_err());
        let folder = scratch.path().display().to_string();
        assert!(error.contains("--out") && error.contains(&folder), "{error}");
        assert!(scratch.names().is_empty());
    }

    #[test]
    fn a_file_has_its_own_colours_for_light_and_dark() {
        let svg = file("a & b", &[Chart::default(), Chart::default()]);
        assert!(svg.contains("prefers-color-scheme: dark") && svg.contains("a &amp; b"));
        assert!(svg.contains("viewBox=\"0 0 960 334\""), "{svg}");
    }
}
