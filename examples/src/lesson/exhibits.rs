//! The nets that the page's script runs when the reader asks, run here with candle for the sentences about them.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde::Deserialize;

use super::bench::Bench;
use super::facts::Facts;
use super::spec::{Readings, Spec};
use crate::figure::{Chart, Ink, Line, Stroke};

/// The nets as the page's script reads them, too.
pub(super) const NETS: &str = include_str!("page/nets.json");

/// A few nets that are shown together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exhibit {
    /// What is shown of them: fields of [`Readings`], `loss` by step, or `spread`: what the last layer passes on under each
    /// seed, sorted.
    pub show: Vec<String>,
    /// Steps of plain gradient descent, where the loss is shown.
    #[serde(default)]
    pub steps: usize,
    /// Their rate.
    #[serde(default)]
    pub rate: f64,
    /// The nets.
    pub curves: Vec<Curve>,
}

/// A net of an exhibit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The name of its facts.
    pub key: String,
    /// The name of its curve.
    pub label: String,
    /// The colour of its curve: the class of an [`Ink`](crate::figure::Ink), without `ink-`.
    pub ink: String,
    /// How its curve is drawn: `dashed`, `dotted`, `thin`, or as usual.
    pub stroke: String,
    /// How many seeds are run where the spread of the net is shown, from 1 on.
    #[serde(default)]
    pub seeds: u64,
    /// The net.
    pub net: Spec,
}

impl Curve {
    /// The net with each of its seeds.
    pub fn nets(&self) -> impl Iterator<Item = Spec> + '_ {
        (1..=self.seeds).map(|seed| Spec { seed, ..self.net.clone() })
    }
}

/// The page's exhibits by name.
///
/// # Errors
/// If `page/nets.json` is malformed.
pub fn exhibits() -> Result<BTreeMap<String, Exhibit>> {
    serde_json::from_str(NETS).context("page/nets.json")
}

/// The facts of all exhibits: `q.name.key.signal.last` and the like, and a picture `q.name.chart.signal`.
pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    let all = exhibits()?.into_par_iter().map(|(name, exhibit)| shown(&name, &exhibit, bench).context(name));
    all.collect::<Result<Vec<_>>>()?.into_iter().for_each(|one| facts.add(one));
    Ok(())
}

/// The facts of one exhibit.
fn shown(name: &str, exhibit: &Exhibit, bench: &Bench) -> Result<Facts> {
    let mut facts = Facts::default();
    let runs =
        exhibit.curves.par_iter().map(|curve| run(exhibit, curve, bench)).collect::<Result<Vec<_>>>()?;
    for (curve, found) in exhibit.curves.iter().zip(&runs) {
        let fact = format!("q.{name}.{}", curve.key);
        readings(&mut facts, &fact, &found.readings);
        ends(&mut facts, &format!("{fact}.loss"), &found.losses);
        seeds(&mut facts, &format!("{fact}.loss"), exhibit, curve, bench)?;
        range(&mut facts, &format!("{fact}.spread"), &found.spread);
    }
    for field in &exhibit.show {
        facts.chart(format!("q.{name}.chart.{field}"), &picture(exhibit, field, &runs)?);
    }
    Ok(facts)
}

/// What a curve's net shows.
struct Run {
    readings: Readings,
    /// Where the exhibit trains it.
    losses: Vec<f64>,
    /// What its last layer passes on under each seed, sorted.
    spread: Vec<f64>,
}

fn run(exhibit: &Exhibit, curve: &Curve, bench: &Bench) -> Result<Run> {
    let losses = match exhibit.steps {
        0 => Vec::new(),
        steps => curve.net.train(&bench.set, exhibit.rate, steps)?,
    };
    let last = |net: Spec| Ok(net.measure(&bench.set)?.signal.last().copied().unwrap_or(f64::NAN));
    let mut spread = curve.nets().map(last).collect::<Result<Vec<_>>>()?;
    spread.sort_by(f64::total_cmp);
    Ok(Run { readings: curve.net.measure(&bench.set)?, losses, spread })
}

/// The least, the median and the greatest of sorted values.
fn range(facts: &mut Facts, fact: &str, sorted: &[f64]) {
    let middle = sorted.get(sorted.len() / 2);
    for (name, value) in [("least", sorted.first()), ("median", middle), ("greatest", sorted.last())] {
        facts.number(format!("{fact}.{name}"), value.copied().unwrap_or(f64::NAN));
    }
}

/// The least and the greatest last loss of the net under five seeds: what one curve does not show.
fn seeds(facts: &mut Facts, fact: &str, exhibit: &Exhibit, curve: &Curve, bench: &Bench) -> Result<()> {
    if exhibit.steps == 0 {
        return Ok(());
    }
    let last = |seed| -> Result<f64> {
        let losses = Spec { seed, ..curve.net.clone() }.train(&bench.set, exhibit.rate, exhibit.steps)?;
        Ok(losses.last().copied().unwrap_or(f64::NAN))
    };
    let ends = (1..=5).into_par_iter().map(last).collect::<Result<Vec<_>>>()?;
    facts.number(format!("{fact}.least"), ends.iter().copied().fold(f64::NAN, f64::min));
    facts.number(format!("{fact}.greatest"), ends.iter().copied().fold(f64::NAN, f64::max));
    Ok(())
}

/// A field of all of the exhibit's nets, as the page's script draws it.
fn picture(exhibit: &Exhibit, field: &str, runs: &[Run]) -> Result<Chart> {
    let lines = exhibit.curves.iter().zip(runs).map(|(curve, run)| line(field, curve, run));
    Ok(Chart { lines: lines.collect::<Result<_>>()?, ..frame(field)? })
}

/// The picture of a field, without its curves.
fn frame(field: &str) -> Result<Chart> {
    let passed = "rms of what a layer passes on, log scale";
    let (title, y, x) = match field {
        "signal" => ("Signal by layer", passed, "hidden layer"),
        "gradient" => ("The weights' gradient by layer", "its rms, log scale", "hidden layer"),
        "dead" => ("Dead units by layer", "share of units off for all images", "hidden layer"),
        "alike" => ("How alike two images are", "mean cosine of what a layer passes on", "hidden layer"),
        "loss" => ("Loss by step", "cross-entropy; guessing costs 2.3", "step of gradient descent"),
        "spread" => ("What the last layer passes on", "rms", "seeds, sorted"),
        other => bail!("nothing shows {other}"),
    };
    let log = ["signal", "gradient"].contains(&field);
    let share = ["dead", "alike"].contains(&field);
    let bounds = (field == "loss").then_some((0.0, 6.0));
    let (title, x, y) = (title.into(), x.into(), y.into());
    Ok(Chart { title, x, y, log, bounds, share, ..Chart::default() })
}

fn line(field: &str, curve: &Curve, run: &Run) -> Result<Line> {
    let ink = Ink::named(&curve.ink).with_context(|| format!("no ink {}", curve.ink))?;
    let by_layer = |values| Line::by_layer(&curve.label, ink, values);
    let line = match field {
        "signal" => by_layer(&run.readings.signal),
        "gradient" => by_layer(&run.readings.gradient),
        "dead" => by_layer(&run.readings.dead),
        "alike" => by_layer(&run.readings.alike),
        "spread" => by_layer(&run.spread),
        _ => Line::by_step(&curve.label, ink, &run.losses),
    };
    Ok(line.stroke(Stroke::named(&curve.stroke)))
}

fn readings(facts: &mut Facts, fact: &str, readings: &Readings) {
    ends(facts, &format!("{fact}.signal"), &readings.signal);
    ends(facts, &format!("{fact}.gradient"), &readings.gradient);
    ends(facts, &format!("{fact}.alike"), &readings.alike);
    for (layer, share) in readings.dead.iter().enumerate() {
        facts.percent(format!("{fact}.dead.{}", layer + 1), *share);
    }
    facts.percent(format!("{fact}.dead.last"), readings.dead.last().copied().unwrap_or(f64::NAN));
}

/// The first and the last of `values`, and the last over the first; then each.
fn ends(facts: &mut Facts, fact: &str, values: &[f64]) {
    let (first, last) =
        (values.first().copied().unwrap_or(f64::NAN), values.last().copied().unwrap_or(f64::NAN));
    facts.number(format!("{fact}.first"), first);
    facts.number(format!("{fact}.last"), last);
    facts.number(format!("{fact}.ratio"), last / first);
    // Enough digits to divide one by another.
    facts.html(format!("{fact}.long"), format!("{last:.4}"));
    for (index, value) in values.iter().enumerate().take(50) {
        facts.number(format!("{fact}.{}", index + 1), *value);
    }
}
