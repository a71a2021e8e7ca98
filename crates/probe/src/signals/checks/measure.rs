//! The figures of one layer, from the tensors that the tape keeps.

use candle_core::{Result, Var, backprop::GradStore};
use candle_init::Activation;

use crate::signals::layers::layer::{Layer, axes};
use crate::signals::layers::recognise::{is_off, is_saturated};
use crate::signals::record::flow::Flow;
use crate::signals::record::tap::Tap;
use crate::signals::record::values::{sample, values};
use crate::signals::report::signal::LayerSignal;
use crate::statistics::histogram::Histogram;
use crate::statistics::moments::Moments;
use crate::statistics::spread::spread;

/// Values kept for a histogram, and its bins.
const SAMPLE: usize = 1 << 14;
const BINS: usize = 48;
/// Standard deviations that a normal number exceeds once in 10¹².
const SIGMAS: f64 = 7.1;

/// The figures of a layer.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn layer_signal(
    flow: &Flow,
    layer: &Layer,
    parameters: &[(String, Var)],
    gradients: &GradStore,
) -> Result<LayerSignal> {
    let tape = flow.tape();
    let read = |index: usize| tape.tensor(index).map_or_else(|| Ok(Vec::new()), values);
    let output = read(layer.output)?;
    let passed = if layer.passes == layer.output { output.clone() } else { read(layer.passes)? };
    let reads = layer.reads.map(read).transpose()?;
    let input_rms = reads.as_ref().map_or(f64::NAN, |x| Moments::of(x).rms());
    let samples = layer.reads.and_then(|reads| tape.tensor(reads)?.dims().first().copied()).unwrap_or(0);
    let input_correlation = reads.as_ref().map_or(f64::NAN, |x| correlation(x, samples));
    let input_spread = reads.as_ref().map_or(f64::NAN, |x| spread(x, samples));
    let dims = tape.tensor(layer.output).map_or(&[][..], |tensor| tensor.dims());
    let units = Units::new(dims, Some(layer.units));
    let reach = reach(layer, parameters, input_rms)?;
    let error_rms = error(layer, parameters, gradients, input_rms, output.len() / units.count.max(1))?;
    Ok(LayerSignal {
        dead: units.share(&output, |values| is_dead(layer.activation, values)),
        saturated: saturated(layer.activation, &output),
        flat: units.share(&output, |values| is_flat(layer.activation, values)),
        out_of_reach: units.share(&output, |values| is_out_of_reach(layer.activation, reach, values)),
        correlation: correlation(&passed, dims.first().copied().unwrap_or(0)),
        spread: spread(&passed, dims.first().copied().unwrap_or(0)),
        histogram: Histogram::new(&sample(&passed, SAMPLE), BINS),
        activation: layer.activation.map(|f| f.to_string()),
        output: Moments::of(&output),
        passed: Moments::of(&passed),
        name: layer.name.clone(),
        input_rms,
        input_correlation,
        input_spread,
        predicted: None,
        error_rms,
    })
}

/// The figures of a tap.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn tap_signal(tap: &Tap, gradients: &GradStore) -> Result<LayerSignal> {
    let signal = values(&tap.signal)?;
    let dims = tap.signal.dims();
    let units = Units::new(dims, None);
    Ok(LayerSignal {
        name: tap.name.clone(),
        input_rms: f64::NAN,
        input_correlation: f64::NAN,
        input_spread: f64::NAN,
        output: Moments::of(&signal),
        activation: None,
        passed: Moments::of(&signal),
        histogram: Histogram::new(&sample(&signal, SAMPLE), BINS),
        dead: units.share(&signal, |values| is_dead(None, values)),
        saturated: 0.0,
        flat: 0.0,
        out_of_reach: 0.0,
        correlation: correlation(&signal, dims.first().copied().unwrap_or(0)),
        spread: spread(&signal, dims.first().copied().unwrap_or(0)),
        predicted: None,
        error_rms: tap_error(tap, gradients)?,
    })
}

/// Root mean square of the gradient at a tap; none where no gradient comes by.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn tap_error(tap: &Tap, gradients: &GradStore) -> Result<Option<f64>> {
    let gradient = tap.zeros.as_ref().and_then(|zeros| gradients.get(zeros));
    gradient.map(|gradient| Ok(Moments::of(&values(gradient)?).rms())).transpose()
}

/// Root mean square of the loss's gradient at a layer's output, from its weight's gradient `Σ δ·x` over `rows`:
/// `rms(∂W)/(rms(x)·√rows)`. Exact for one row; up to `√rows` too large where rows agree.
fn error(
    layer: &Layer,
    parameters: &[(String, Var)],
    gradients: &GradStore,
    input_rms: f64,
    rows: usize,
) -> Result<Option<f64>> {
    let weight = layer.weight.and_then(|number| parameters.get(number)).map(|(_, var)| var);
    let Some(gradient) = weight.and_then(|weight| gradients.get(weight)) else { return Ok(None) };
    // What a table reads is a one among zeros.
    let one = (gradient.dims().first().copied().unwrap_or(1) as f64).sqrt().recip();
    let read = if layer.is_table { one } else { input_rms };
    let error = Moments::of(&values(gradient)?).rms() / (read * (rows.max(1) as f64).sqrt());
    Ok(error.is_finite().then_some(error))
}

/// Where the units of a row-major tensor lie.
struct Units {
    count: usize,
    /// How many values of one unit follow one another.
    run: usize,
}

impl Units {
    fn new(dims: &[usize], width: Option<usize>) -> Self {
        let (count, run) = axes(dims, width);
        Self { count, run }
    }

    /// The share of units whose values pass `is`.
    fn share(&self, values: &[f32], is: impl Fn(&mut dyn Iterator<Item = f32>) -> bool) -> f64 {
        if self.count == 0 || self.run == 0 || values.is_empty() {
            return 0.0;
        }
        let stride = self.count * self.run;
        let of = |unit: usize| {
            let runs = values
                .chunks_exact(stride)
                .filter_map(move |sample| sample.get(unit * self.run..(unit + 1) * self.run));
            runs.flatten().copied()
        };
        let found = (0..self.count).filter(|&unit| is(&mut of(unit))).count();
        found as f64 / self.count as f64
    }
}

/// Whether a unit with these outputs, over the whole batch, is off; or constant, where no activation is known.
fn is_dead(activation: Option<Activation>, mut values: &mut dyn Iterator<Item = f32>) -> bool {
    match activation {
        Some(f) => Iterator::all(&mut values, |value| is_off(f, f64::from(value))),
        None => {
            // One value alone says nothing of others, but that it is zero.
            let Some(first) = values.next() else { return false };
            let mut several = first == 0.0;
            let same = Iterator::all(&mut values, |value| {
                several = true;
                value == first
            });
            same && several
        }
    }
}

/// How far from zero all outputs of a unit of random weights can lie, but for one in 10¹²: `7.1·σ·√(fan_in·x² + 1)`, with
/// `σ` the size of the layer's weights, `x` that of what it reads, and a bias drawn like a weight.
fn reach(layer: &Layer, parameters: &[(String, Var)], input_rms: f64) -> Result<f64> {
    let weight = layer.weight.and_then(|number| parameters.get(number)).map(|(_, var)| var);
    let Some(weight) = weight.map(|var| values(var)).transpose()? else { return Ok(f64::NAN) };
    let fan_in = weight.len() as f64 / layer.units.max(1) as f64;
    Ok(SIGMAS * Moments::of(&weight).rms() * (fan_in * input_rms * input_rms + 1.0).sqrt())
}

/// Whether a unit with these outputs is off by more than `reach`, over the whole batch: its bias holds it there.
fn is_out_of_reach(
    activation: Option<Activation>,
    reach: f64,
    mut values: &mut dyn Iterator<Item = f32>,
) -> bool {
    let Some(f) = activation else { return false };
    Iterator::all(&mut values, |value| is_off(f, f64::from(value)) && f64::from(value) < -reach)
}

/// Whether a unit with these outputs lies where its activation is flat, over the whole batch.
fn is_flat(activation: Option<Activation>, mut values: &mut dyn Iterator<Item = f32>) -> bool {
    activation.is_some_and(|f| Iterator::all(&mut values, |value| is_saturated(f, f64::from(value))))
}

fn saturated(activation: Option<Activation>, output: &[f32]) -> f64 {
    let Some(f) = activation else { return 0.0 };
    let flat = output.iter().filter(|&&value| is_saturated(f, f64::from(value))).count();
    flat as f64 / output.len().max(1) as f64
}

/// The mean cosine between the rows of two samples: `(‖Σ x̂‖² − n)/(n·(n − 1))` with `x̂` of length 1. Rows of
/// zeros are left out.
pub(crate) fn correlation(values: &[f32], samples: usize) -> f64 {
    let width = values.len() / samples.max(1);
    if samples < 2 || width == 0 {
        return f64::NAN;
    }
    let (mut sum, mut count) = (vec![0.0; width], 0.0);
    for row in values.chunks_exact(width) {
        let length = row.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
        if length > 0.0 && length.is_finite() {
            sum.iter_mut().zip(row).for_each(|(sum, &v)| *sum += f64::from(v) / length);
            count += 1.0;
        }
    }
    (sum.iter().map(|s| s * s).sum::<f64>() - count) / (count * (count - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_rows_and_of_images() {
        let zero = |mut values: &mut dyn Iterator<Item = f32>| Iterator::all(&mut values, |v| v == 0.0);
        let rows = Units::new(&[2, 3], Some(3));
        assert_eq!(rows.share(&[0., 1., 0., 0., 0., 2.], zero), 1.0 / 3.0);
        let images = Units::new(&[1, 2, 2, 2], Some(2));
        assert_eq!(images.share(&[0., 0., 0., 0., 1., 0., 0., 0.], zero), 0.5);
        let tokens = Units::new(&[1, 2, 3], Some(3));
        assert_eq!(tokens.count, 3);
        let sounds = Units::new(&[1, 2, 3], Some(2));
        assert_eq!((sounds.count, sounds.run), (2, 3));
    }

    #[test]
    fn correlation_of_equal_opposite_and_orthogonal_rows() {
        assert!((correlation(&[1., 2., 2., 4.], 2) - 1.0).abs() < 1e-12);
        assert!((correlation(&[1., 2., -1., -2.], 2) + 1.0).abs() < 1e-12);
        assert!(correlation(&[1., 0., 0., 3.], 2).abs() < 1e-12);
        assert!(correlation(&[1., 0.], 1).is_nan());
    }
}
