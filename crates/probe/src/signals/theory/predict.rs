//! Lays the theory beside the measured layers.

use candle_core::{Result, Var};
use candle_init::Activation;

use crate::signals::layers::layer::Layer;
use crate::signals::record::values::values;
use crate::signals::report::signal::{Band, LayerSignal};
use crate::signals::theory::chain::{Chain, Step};
use crate::statistics::moments::Moments;

/// What theory says of each layer's output. A layer that reads what the one before passes on continues its chain;
/// one that reads anything else, a sum or a norm, starts a chain from what it reads. Only matrices are covered.
///
/// # Errors
/// What candle says of reading weights.
pub(crate) fn predict(
    layers: &[Layer],
    signals: &[LayerSignal],
    parameters: &[(String, Var)],
) -> Result<Vec<Option<Band>>> {
    let mut bands = Vec::with_capacity(layers.len());
    let mut before: Option<(&Layer, Chain)> = None;
    for (layer, signal) in layers.iter().zip(signals) {
        let read = before.filter(|(earlier, _)| layer.reads == Some(earlier.passes));
        let activation = read.and_then(|(earlier, _)| earlier.activation).unwrap_or(Activation::Linear);
        let chain = step(layer, activation, parameters)?.and_then(|step| match read {
            Some((_, chain)) => chain.next(step),
            None => Some(Chain::start(signal.input_rms * signal.input_rms, step)),
        });
        let units = units(layer, parameters);
        bands.push(chain.map(|chain| chain.band(units)).filter(|band| band.rms.is_finite()));
        before = chain.map(|chain| (layer, chain));
    }
    Ok(bands)
}

/// What a layer with a matrix for its weight does to a second moment.
fn step(layer: &Layer, activation: Activation, parameters: &[(String, Var)]) -> Result<Option<Step>> {
    let Some(weight) = layer.weight.and_then(|number| parameters.get(number)).map(|(_, var)| var) else {
        return Ok(None);
    };
    let &[_, fan_in] = weight.dims() else { return Ok(None) };
    let vectors = layer.parameters.iter().filter_map(|number| parameters.get(*number));
    let bias = vectors.map(|(_, var)| var).find(|var| var.rank() == 1);
    let bias = bias.map(|var| values(var)).transpose()?.map_or(0.0, |b| Moments::of(&b).second_moment());
    let fan_in = fan_in as f64;
    let weight = fan_in * Moments::of(&values(weight)?).second_moment();
    Ok(Some(Step { weight, bias, activation, fan_in }))
}

fn units(layer: &Layer, parameters: &[(String, Var)]) -> usize {
    let weight = layer.weight.and_then(|number| parameters.get(number));
    weight.and_then(|(_, var)| var.dims().first().copied()).unwrap_or(1).max(1)
}
