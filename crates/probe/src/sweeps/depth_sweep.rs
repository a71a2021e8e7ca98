//! The depth sweep: what is left of the signal and of the error in nets of several depths.

use std::fmt;

use serde::Serialize;

use crate::error::Result;
use crate::findings::finding::Finding;
use crate::findings::severity::Severity;
use crate::requirement::at_least_one;
use crate::signals::probe::Probe;
use crate::signals::report::signal::{LayerSignal, Signal};
use crate::sweeps::lines::Lines;
use crate::sweeps::net::Net;
use crate::text::number::short;
use crate::text::table::table;

/// Nets of several depths before their first step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DepthSweep {
    /// One net a depth, in the order in which they were asked for.
    pub points: Vec<DepthPoint>,
}

/// One depth.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DepthPoint {
    /// The depth that was asked for.
    pub depth: usize,
    /// The loss.
    pub loss: f64,
    /// What is left of the signal: root mean square of the last hidden layer's output over that of the first layer.
    pub forward: f64,
    /// What theory says of that; none where it says nothing.
    pub predicted: Option<f64>,
    /// What is left of the error: root mean square of the loss's gradient at the first layer's output over that at the
    /// last hidden layer; none where it is not known.
    pub backward: Option<f64>,
    /// What is wrong, the cause before what follows from it.
    pub findings: Vec<Finding>,
}

/// Measures nets of several depths: how much of the signal reaches the last hidden layer, how much of the error comes
/// back to the first, and whether the net will train.
///
/// ```
/// use candle_core::{DType, Device, Module};
/// use candle_init::{Initializer, init};
/// use candle_init_probe::{Net, depth_sweep, noise};
/// use candle_nn::{VarMap, linear, seq};
///
/// let batch = noise((32, 64), 7, &Device::Cpu)?;
/// let sweep = depth_sweep(&[5, 50], |depth| {
///     let vars = VarMap::new();
///     let init = Initializer::new(1).weights(init::GLOROT_UNIFORM);
///     let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
///     let mut net = seq();
///     for layer in 0..depth {
///         net = net.add(linear(64, 64, vb.pp(layer))?).add(candle_nn::Activation::Relu);
///     }
///     let net = net.add(linear(64, 1, vb.pp("head"))?);
///     Ok(Net::new(&vars, &batch, move |x| net.forward(x)?.sqr()?.mean_all()))
/// })?;
/// assert!(sweep.points[0].is_trainable() && !sweep.points[1].is_trainable());
/// println!("{sweep}");
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
///
/// # Errors
/// [`Error::Number`](crate::Error::Number) for no depth; those of [`Probe::signal`]; what `build` says.
pub fn depth_sweep<'a>(
    depths: &[usize],
    mut build: impl FnMut(usize) -> Result<Net<'a>>,
) -> Result<DepthSweep> {
    at_least_one("the number of depths", depths.len())?;
    let point = |&depth: &usize| {
        let net = build(depth)?;
        let signal = Probe::new(&net.vars).signal(&net.batch, |x| (net.loss)(x))?;
        Ok(DepthPoint::new(depth, signal))
    };
    Ok(DepthSweep { points: depths.iter().map(point).collect::<Result<_>>()? })
}

impl DepthPoint {
    fn new(depth: usize, signal: Signal) -> Self {
        // The last layer is the head, whose size is its own matter.
        let hidden = signal.layers.len().saturating_sub(1).max(1);
        let hidden: Vec<&LayerSignal> = signal.layers.iter().take(hidden).collect();
        let ends = hidden.first().zip(hidden.last());
        let rms = |layer: &LayerSignal| layer.output.rms();
        Self {
            depth,
            loss: signal.loss,
            forward: ends.map_or(f64::NAN, |(first, last)| rms(last) / rms(first)),
            predicted: ends.and_then(|(first, last)| Some(last.predicted?.rms / first.predicted?.rms)),
            backward: ends.and_then(|(first, last)| Some(first.error_rms? / last.error_rms?)),
            findings: signal.findings,
        }
    }

    /// Whether nothing was found that keeps the net, or a part of it, from training.
    #[must_use]
    pub fn is_trainable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity() < Severity::Fault)
    }
}

impl DepthSweep {
    /// What is left of signal and error, by depth.
    #[must_use]
    pub fn series(&self) -> Lines {
        let line = |of: &dyn Fn(&DepthPoint) -> Option<f64>| {
            let points = self.points.iter();
            points.filter_map(|point| Some((point.depth as f64, of(point)?))).collect::<Vec<_>>()
        };
        vec![
            ("signal forward".into(), line(&|point| Some(point.forward))),
            ("signal forward, by theory".into(), line(&|point| point.predicted)),
            ("error backward".into(), line(&|point| point.backward)),
        ]
    }
}

impl fmt::Display for DepthSweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = ["depth", "signal forward", "theory", "error backward", "loss", "verdict"];
        let known = |value: Option<f64>| value.map_or_else(|| "–".into(), short);
        let row = |point: &DepthPoint| {
            let faults = point.findings.iter().filter(|finding| finding.severity() == Severity::Fault);
            let first = faults.map(|finding| format!("{} at `{}`", finding.name(), finding.place)).next();
            let (predicted, backward) = (known(point.predicted), known(point.backward));
            let verdict = first.unwrap_or_else(|| "trains".into());
            [point.depth.to_string(), short(point.forward), predicted, backward, short(point.loss), verdict]
        };
        write!(f, "{}", table(header, 1, self.points.iter().map(row)))
    }
}
