//! The programs' pictures: loss by epoch beside the activations' spread by layer.

mod chart;

use std::path::Path;

use anyhow::{Context, Result};
use candle_init_probe::write_whole;
use plotters::coord::Shift;
use plotters::prelude::*;

use chart::Panel;

const SIZE: (u32, u32) = (1000, 480);
const HEADING: i32 = 44;
const LEGEND_ROW: i32 = 24;
const LEGEND_COLUMNS: i32 = 2;

/// What a cross in the panels means.
const OFF_SCALE: &str = "×: beyond the scale, or not finite";

/// The colours of Okabe and Ito, told apart by colour-blind readers too.
const COLORS: [RGBColor; 5] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0x4d, 0x4d, 0x4d),
];

/// One training run as the picture shows it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The legend's text.
    pub label: String,
    /// The loss before training, then that of each epoch.
    pub losses: Vec<f64>,
    /// The activations' standard deviation before training, first hidden layer to last.
    pub stds: Vec<f64>,
}

/// Draws `runs` under `heading` into the SVG file `path`.
///
/// # Errors
/// If the file cannot be written; an older file of that name then stays as it was.
pub fn save(path: &Path, heading: &str, runs: &[Run]) -> Result<()> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw(&area, heading, runs).map_err(|error| anyhow::anyhow!("cannot draw: {error}"))?;
    }
    write_whole(path, &svg).context("cannot write the figure; give --out a folder that can be written")
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    heading: &str,
    runs: &[Run],
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    area.fill(&WHITE)?;
    let (top, rest) = area.split_vertically(HEADING);
    let (panels, legend) = rest.split_vertically(SIZE.1 as i32 - HEADING - legend_height(runs));
    top.draw(&Text::new(heading.to_owned(), (20, 14), ("sans-serif", 20).into_font()))?;
    let sides = panels.split_evenly((1, 2));
    let both = [Panel::losses(runs), Panel::stds(runs)];
    both.iter().zip(&sides).try_for_each(|(panel, side)| panel.draw(side))?;
    if both.iter().any(Panel::is_clipped) {
        text(&legend, runs.len(), OFF_SCALE)?;
    }
    for (index, run) in runs.iter().enumerate() {
        let (x, y) = slot(index);
        let stroke = color(index).stroke_width(chart::stroke(index, runs.len()));
        legend.draw(&PathElement::new([(x, y), (x + 26, y)], stroke))?;
        text(&legend, index, &run.label)?;
    }
    area.present()
}

/// The legend's text number `index`.
fn text<B: DrawingBackend>(
    legend: &DrawingArea<B, Shift>,
    index: usize,
    text: &str,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let (x, y) = slot(index);
    legend.draw(&Text::new(text.to_owned(), (x + 34, y - 7), ("sans-serif", 15).into_font()))
}

/// Where the legend's line number `index` starts.
fn slot(index: usize) -> (i32, i32) {
    let (row, column) = (index as i32 / LEGEND_COLUMNS, index as i32 % LEGEND_COLUMNS);
    (60 + column * SIZE.0 as i32 / LEGEND_COLUMNS, row * LEGEND_ROW + 8)
}

/// Room for every run and for the remark on what is off the scale.
fn legend_height(runs: &[Run]) -> i32 {
    let (_, last) = slot(runs.len());
    last + LEGEND_ROW
}

fn color(index: usize) -> RGBColor {
    COLORS[index % COLORS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn run(losses: &[f64], stds: &[f64]) -> Run {
        Run { label: "run".into(), losses: losses.to_vec(), stds: stds.to_vec() }
    }

    #[test]
    fn a_figure_that_cannot_be_written_says_what_to_do() {
        let scratch = Scratch::new("unwritable");
        let error = format!("{:#}", save(scratch.path(), "heading", &[]).unwrap_err());
        let folder = scratch.path().display().to_string();
        assert!(error.contains("--out") && error.contains(&folder), "{error}");
        assert!(scratch.names().is_empty());
    }

    #[test]
    fn values_that_are_not_finite_are_drawn_all_the_same() {
        let scratch = Scratch::new("figure");
        let path = scratch.path().join("some.svg");
        let runs = [
            run(&[2.3, 1., 0.1], &[1., 0.9]),
            run(&[1e27, f64::NAN], &[10., f64::INFINITY]),
            run(&[f64::NAN], &[0., 0.]),
            run(&[], &[]),
        ];
        save(&path, "heading", &runs).unwrap();
        let svg = std::fs::read_to_string(&path).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
