//! The coordinate check: what a few steps of training do to each layer's output, by width.

use std::fmt;

use candle_core::Tensor;
use candle_init::named_vars;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::requirement::{at_least_one, require, some_parameters};
use crate::signals::passes::runner::{Pass, Runner};
use crate::signals::record::values::values;
use crate::statistics::moments::Moments;
use crate::sweeps::growth::{Growth, LIMIT, exponent};
use crate::sweeps::lines::Lines;
use crate::sweeps::net::TrainedNet;
use crate::text::number::short;
use crate::text::table::table;

/// What a few steps of training do to nets of several widths, layer by layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CoordinateCheck {
    /// The widths.
    pub widths: Vec<usize>,
    /// The loss, by width, then by step: before the first, after the first, and so on.
    pub losses: Vec<Vec<f64>>,
    /// The layers, in the order in which the signal meets them.
    pub layers: Vec<LayerGrowth>,
}

/// One layer at all widths.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LayerGrowth {
    /// Its path, the common part of its parameters' names.
    pub name: String,
    /// Root mean square of its output before the activation, by width, then by step.
    pub rms: Vec<Vec<f64>>,
    /// Root mean square of how far its output is from what it was before the first step, by width, then by step.
    pub change: Vec<Vec<f64>>,
    /// The exponent `a` in `rms ∝ widthᵃ` after the last step; NaN where there is none.
    pub rms_exponent: f64,
    /// The same of the change.
    pub change_exponent: f64,
    /// What that means.
    pub verdict: Growth,
}

/// Trains nets of several widths for a few steps and measures how each layer's output and its change grow with width.
///
/// With the right initializer and learning rate for every parameter, neither depends on width: rates found on a narrow
/// net serve a wide one, which is what µP is for (Yang et al., "Tensor Programs V", 2022, arXiv:2203.03466, appendix
/// D.1). Where the output of a layer grows, wide nets blow up; where its change shrinks, wide nets do not learn there.
/// The output itself may shrink, as that of µP's last layer does before training: start that layer small, or at zero,
/// so that the first logits of a narrow net do not outweigh the targets.
///
/// `build` makes the net of a width. Its first and last dimensions stay the same, and so do batch and seed. Powers of
/// two over a factor of eight or more, and three to five steps, are usual; the batch is the same for all steps.
///
/// ```
/// use candle_core::{DType, Device, Module};
/// use candle_init::{Initializer, init, trainable_vars};
/// use candle_init_probe::{Growth, Net, coordinate_check, noise};
/// use candle_nn::{Optimizer, SGD, VarMap, linear_no_bias};
///
/// let batch = noise((16, 32), 7, &Device::Cpu)?;
/// let check = coordinate_check(&[64, 128, 256, 512], 3, |width| {
///     let vars = VarMap::new();
///     let vb = Initializer::new(1).weights(init::LECUN_NORMAL).var_builder(&vars, DType::F32, &Device::Cpu);
///     let (fc, head) = (linear_no_bias(32, width, vb.pp("fc"))?, linear_no_bias(width, 1, vb.pp("head"))?);
///     let mut sgd = SGD::new(trainable_vars(&vars), 0.1)?;
///     let net = Net::new(&vars, &batch, move |x| (head.forward(&fc.forward(x)?.relu()?)? - 1.0)?.sqr()?.mean_all());
///     Ok(net.step(move |loss| sgd.backward_step(loss)))
/// })?;
/// // A rate that suits a narrow net is too large for the head of a wide one.
/// assert_eq!(check.layers[1].verdict, Growth::Grows);
/// println!("{check}");
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
///
/// # Errors
/// [`Error::Number`] for fewer than two different widths, or no step; [`Error::NoParameters`] and [`Error::NoLayers`]
/// for a net without parameters, or without a layer that is seen; [`Error::Layers`] where nets have different layers;
/// [`Error::NoLoss`], [`Error::Batch`] and [`Error::Forward`] as [`Probe::signal`](crate::Probe::signal);
/// [`Error::Step`] where a step fails; what `build` says.
pub fn coordinate_check<'a>(
    widths: &[usize],
    steps: usize,
    mut build: impl FnMut(usize) -> Result<TrainedNet<'a>>,
) -> Result<CoordinateCheck> {
    check_numbers(widths, steps)?;
    let courses = widths.iter().map(|&width| train(build(width)?, steps)).collect::<Result<Vec<_>>>()?;
    let first = courses.first().map_or(&[][..], |course| &course.layers);
    let layers =
        first.iter().map(|layer| growth(widths, &layer.name, &courses)).collect::<Result<Vec<_>>>()?;
    let losses = courses.iter().map(|course| course.losses.clone()).collect();
    Ok(CoordinateCheck { widths: widths.to_vec(), losses, layers })
}

fn check_numbers(widths: &[usize], steps: usize) -> Result<()> {
    let mut different = widths.to_vec();
    different.sort_unstable();
    different.dedup();
    let (parameter, count) = ("the number of different widths", different.len());
    let required = "at least two, from which to fit a slope,";
    require(count > 1, Error::Number { parameter, value: count as f64, required })?;
    at_least_one("the number of steps", steps)
}

/// One net in training.
struct Course {
    losses: Vec<f64>,
    layers: Vec<Track>,
}

/// One of its layers.
struct Track {
    name: String,
    start: Vec<f32>,
    rms: Vec<f64>,
    change: Vec<f64>,
}

fn train(trained: TrainedNet<'_>, steps: usize) -> Result<Course> {
    let TrainedNet { net, mut step } = trained;
    let parameters = named_vars(&net.vars);
    some_parameters(parameters.len(), "the `VarMap` of a net")?;
    let mut runner = Runner::new(&parameters, &net.batch, &*net.loss)?;
    let pass = runner.run()?;
    let mut course = Course::new(&pass)?;
    course.note(&pass)?;
    let mut loss = pass.result;
    for _ in 0..steps {
        step(&loss).map_err(|cause| Error::Step { cause })?;
        let pass = runner.run()?;
        course.note(&pass)?;
        loss = pass.result;
    }
    Ok(course)
}

impl Course {
    fn new(pass: &Pass) -> Result<Self> {
        require(pass.result.elem_count() == 1, Error::NoLoss { shape: pass.result.dims().to_vec() })?;
        require(!pass.spots().is_empty(), Error::NoLayers)?;
        let track = |name: &str| -> Result<Track> {
            let start = pass.output(name).map(values).transpose()?.unwrap_or_default();
            Ok(Track { name: name.into(), start, rms: Vec::new(), change: Vec::new() })
        };
        let layers = pass.spots().iter().map(|spot| track(&spot.name)).collect::<Result<_>>()?;
        Ok(Self { losses: Vec::new(), layers })
    }

    fn note(&mut self, pass: &Pass) -> Result<()> {
        self.losses.push(values(&pass.result)?.first().map_or(f64::NAN, |&loss| f64::from(loss)));
        self.layers.iter_mut().try_for_each(|track| track.note(pass.output(&track.name)))
    }
}

impl Track {
    /// A layer that a later pass has not is as one that is not finite.
    fn note(&mut self, output: Option<&Tensor>) -> Result<()> {
        let now = output.map(values).transpose()?.filter(|now| now.len() == self.start.len());
        let now = now.unwrap_or_else(|| vec![f32::NAN; self.start.len()]);
        let change: Vec<f32> = now.iter().zip(&self.start).map(|(now, start)| now - start).collect();
        self.rms.push(size(&now));
        self.change.push(size(&change));
        Ok(())
    }
}

/// Root mean square; NaN where a value is not finite.
fn size(values: &[f32]) -> f64 {
    let moments = Moments::of(values);
    if moments.is_finite() { moments.rms() } else { f64::NAN }
}

fn growth(widths: &[usize], name: &str, courses: &[Course]) -> Result<LayerGrowth> {
    let of = |(course, &width): (&'_ Course, &usize)| {
        let track = course.layers.iter().find(|track| track.name == name);
        let track = track.ok_or_else(|| Error::Layers { width, layer: name.into() })?;
        Ok((track.rms.clone(), track.change.clone()))
    };
    let (rms, change): (Vec<_>, Vec<_>) =
        courses.iter().zip(widths).map(of).collect::<Result<Vec<_>>>()?.into_iter().unzip();
    let (sizes, changes) = (last(&rms), last(&change));
    Ok(LayerGrowth {
        name: name.into(),
        rms_exponent: exponent(widths, &sizes),
        change_exponent: exponent(widths, &changes),
        verdict: Growth::new(widths, &sizes, &changes),
        rms,
        change,
    })
}

fn last(by_step: &[Vec<f64>]) -> Vec<f64> {
    by_step.iter().map(|steps| steps.last().copied().unwrap_or(f64::NAN)).collect()
}

impl CoordinateCheck {
    /// Whether every layer's output and its change keep their size at any width.
    #[must_use]
    pub fn is_stable(&self) -> bool {
        self.layers.iter().all(|layer| layer.verdict == Growth::Stable)
    }

    /// Each layer's output by width, after `step` steps.
    #[must_use]
    pub fn series(&self, step: usize) -> Lines {
        self.lines(|layer| &layer.rms, step)
    }

    /// The change of each layer's output by width, after `step` steps.
    #[must_use]
    pub fn change_series(&self, step: usize) -> Lines {
        self.lines(|layer| &layer.change, step)
    }

    fn lines(&self, of: impl Fn(&LayerGrowth) -> &Vec<Vec<f64>>, step: usize) -> Lines {
        let line = |layer: &LayerGrowth| {
            let points = self.widths.iter().zip(of(layer));
            let points = points.filter_map(|(&width, steps)| Some((width as f64, *steps.get(step)?)));
            (layer.name.clone(), points.collect())
        };
        self.layers.iter().map(line).collect()
    }
}

impl fmt::Display for CoordinateCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["layer", "output", "to the power", "change", "to the power", "verdict"];
        let ends = |by_step: &[Vec<f64>]| {
            let last = last(by_step);
            let end = |size: Option<&f64>| size.map_or_else(String::new, |&size| short(size));
            format!("{} … {}", end(last.first()), end(last.last()))
        };
        let row = |layer: &LayerGrowth| {
            let (rms, change) = (ends(&layer.rms), ends(&layer.change));
            let powers = [layer.rms_exponent, layer.change_exponent].map(|power| format!("{power:.2}"));
            let [rms_power, change_power] = powers;
            [layer.name.clone(), rms, rms_power, change, change_power, layer.verdict.to_string()]
        };
        writeln!(f, "{}", table(header, 1, self.layers.iter().map(row)))?;
        let (first, last) = (self.widths.first(), self.widths.last());
        let steps = self.losses.first().map_or(0, |losses| losses.len().saturating_sub(1));
        let (first, last) = (first.copied().unwrap_or(0), last.copied().unwrap_or(0));
        write!(f, "widths {first} … {last}, after {steps} steps; a power within ±{LIMIT} of 0 is 0")
    }
}
