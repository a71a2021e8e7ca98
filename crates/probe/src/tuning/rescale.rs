//! The algorithm of data-dependent initialization: look, divide, look again, layer by layer.

use candle_core::{Result as Candle, Tensor, Var};
use candle_init::{Initializer, init, named_vars};
use candle_nn::VarMap;

use crate::error::Result;
use crate::signals::passes::runner::{Forward, Pass, Runner};
use crate::signals::passes::snapshot::Snapshot;
use crate::signals::record::values::values;
use crate::statistics::moments::Moments;
use crate::tuning::linear::{Linear, linear};
use crate::tuning::options::{Biases, Lsuv, Start};
use crate::tuning::report::{LsuvLayer, LsuvOutcome, LsuvReport};

/// The largest factor of one try: a larger one may not be finite in `f32`.
const MOST: f64 = 1e30;

/// Scales the weights in `vars`; on an error all parameters are as they were.
///
/// # Errors
/// Those of [`Lsuv::run`].
pub(crate) fn rescale(
    options: &Lsuv,
    vars: &VarMap,
    batch: &Tensor,
    forward: &Forward<'_>,
) -> Result<LsuvReport> {
    let parameters = named_vars(vars);
    let before = Snapshot::of(&parameters)?;
    let runner = Runner::new(&parameters, batch, forward)?;
    let tuner = Tuner { options, parameters: &parameters, before: &before, runner };
    match before.guarded(|| tuner.tune()) {
        Ok((report, changed)) => {
            before.restore(|var| !changed.iter().any(|other| other.id() == var.id()))?;
            Ok(report)
        }
        Err(error) => {
            before.restore(|_| true)?;
            Err(error)
        }
    }
}

struct Tuner<'a> {
    options: &'a Lsuv,
    parameters: &'a [(String, Var)],
    before: &'a Snapshot<'a>,
    runner: Runner<'a>,
}

/// What a layer's output is like.
struct Seen {
    /// Its standard deviation; around each unit's mean where biases take that off.
    std: f64,
    /// Each unit's mean, where there is a bias to take it off.
    means: Option<Tensor>,
    /// Root mean square of those means.
    offset: f64,
    /// Whether the layer reads nothing but zeros.
    is_idle: bool,
}

/// What was done to a layer.
struct Done {
    factor: f64,
    tries: usize,
    failure: Option<LsuvOutcome>,
}

impl Tuner<'_> {
    /// Scales layer by layer; gives the variables that stay changed with the report.
    fn tune(mut self) -> Result<(LsuvReport, Vec<Var>)> {
        let mut pass = self.runner.run()?;
        let mut rows = self.rows(&pass)?;
        let layers = pass.spots().iter().map(|spot| linear(&pass, spot, self.parameters));
        let layers: Vec<_> = layers.collect::<Candle<Vec<_>>>()?.into_iter().flatten().collect();
        if self.start(&layers)? {
            pass = self.runner.run()?;
        }
        let mut changed = Vec::new();
        for layer in &layers {
            let done;
            (pass, done) = self.settle(layer, pass)?;
            if done.failure.is_none() {
                changed.push(layer.weight.clone());
                changed.extend(layer.bias.clone());
            }
            let row = rows.iter_mut().find(|row| row.name == layer.name);
            row.into_iter().for_each(|row| self.note(row, &done));
        }
        self.look_back(&pass, &layers, &mut rows)?;
        let report = LsuvReport { options: *self.options, layers: rows, passes: self.runner.passes() };
        Ok((report, changed))
    }

    /// A row for every weight, as if nothing will be done to it.
    fn rows(&self, pass: &Pass) -> Result<Vec<LsuvLayer>> {
        let mut rows = Vec::new();
        let is_weight = |number: &usize| self.parameters.get(*number).is_some_and(|(_, var)| var.rank() > 1);
        for spot in pass.spots() {
            let std = pass.output(&spot.name).map(std).transpose()?;
            for (name, _) in
                spot.parameters.iter().filter(|n| is_weight(n)).filter_map(|n| self.parameters.get(*n))
            {
                rows.push(row(name, std, LsuvOutcome::NotLinear));
            }
        }
        let unmet = self.parameters.iter().filter(|(_, var)| var.rank() > 1);
        let unmet = unmet.filter(|(name, _)| !rows.iter().any(|row| row.name == *name));
        let unmet: Vec<_> = unmet.map(|(name, _)| row(name, None, LsuvOutcome::Unreached)).collect();
        rows.extend(unmet);
        Ok(rows)
    }

    /// Draws weights anew and clears biases, as asked; whether that changed anything.
    fn start(&self, layers: &[Linear]) -> Result<bool> {
        if let Start::Orthonormal(seed) = self.options.start {
            let init = Initializer::new(seed);
            for Linear { name, weight, kind, .. } in layers {
                let rule = init::ORTHOGONAL.on(*kind);
                weight.set(&init.tensor(name, weight.shape(), rule, weight.dtype(), weight.device())?)?;
            }
        }
        if self.options.biases == Biases::Zero {
            let biases = layers.iter().filter_map(|layer| layer.bias.as_ref());
            biases.into_iter().try_for_each(|bias| bias.set(&bias.zeros_like()?))?;
        }
        Ok(self.options.start != Start::Kept || self.options.biases == Biases::Zero)
    }

    /// Divides one layer until its output is as asked; a layer that cannot be scaled becomes what it was.
    fn settle(&mut self, layer: &Linear, mut pass: Pass) -> Result<(Pass, Done)> {
        let mut done = Done { factor: 1.0, tries: 0, failure: None };
        loop {
            let seen = self.look(layer, &pass)?;
            done.failure = seen.failure();
            let near =
                self.options.accepts(seen.std) && seen.offset <= self.options.tolerance * self.options.std;
            if done.failure.is_some() || near || done.tries == self.options.tries {
                break;
            }
            done.factor *= self.divide(layer, &seen)?;
            done.tries += 1;
            pass = self.runner.run()?;
        }
        if done.failure.is_some() {
            self.before.restore(|var| layer.owns(var))?;
            done.factor = 1.0;
            pass = self.runner.run()?;
        }
        Ok((pass, done))
    }

    fn look(&self, layer: &Linear, pass: &Pass) -> Result<Seen> {
        let is_zero = |tensor: &Tensor| Candle::Ok(Moments::of(&values(tensor)?).rms() == 0.0);
        let is_idle = pass.input(&layer.layer).map(is_zero).transpose()?.unwrap_or(false);
        // A pass that is not like the first may have no such layer.
        let Some(output) = pass.output(&layer.layer).map(Tensor::detach) else {
            return Ok(Seen { std: f64::NAN, means: None, offset: 0.0, is_idle });
        };
        if self.options.biases != Biases::Centred || layer.bias.is_none() {
            return Ok(Seen { std: std(&output)?, means: None, offset: 0.0, is_idle });
        }
        let means = layer.unit_means(&output)?;
        let std = std(&output.broadcast_sub(&means)?)?;
        let offset = Moments::of(&values(&means)?).rms();
        Ok(Seen { std, means: Some(means), offset, is_idle })
    }

    /// Brings a layer's output from what was seen to what is asked, if it is linear in its parameters.
    fn divide(&self, layer: &Linear, seen: &Seen) -> Result<f64> {
        let factor = (self.options.std / seen.std).min(MOST);
        layer.weight.set(&layer.weight.as_detached_tensor().affine(factor, 0.0)?)?;
        if let Some(bias) = &layer.bias {
            let centred = match &seen.means {
                Some(means) => (bias.as_detached_tensor() - means.flatten_all()?)?,
                None => bias.as_detached_tensor(),
            };
            bias.set(&centred.affine(factor, 0.0)?)?;
        }
        Ok(factor)
    }

    fn note(&self, row: &mut LsuvLayer, done: &Done) {
        row.outcome = done.failure.unwrap_or(LsuvOutcome::OutOfTries);
        row.redrawn = done.failure.is_none() && self.options.start != Start::Kept;
        (row.factor, row.tries) = (done.factor, done.tries);
    }

    /// What all outputs came to: a later layer may have changed an earlier one, if they share a weight.
    fn look_back(&self, pass: &Pass, layers: &[Linear], rows: &mut [LsuvLayer]) -> Result<()> {
        for spot in pass.spots() {
            let after = pass.output(&spot.name).map(std).transpose()?;
            let own = |name: &str| {
                spot.parameters.iter().filter_map(|&n| self.parameters.get(n)).any(|(n, _)| n == name)
            };
            rows.iter_mut().filter(|row| own(&row.name)).for_each(|row| row.std_after = after);
        }
        for layer in layers {
            let near = self.options.accepts(self.look(layer, pass)?.std);
            let open = rows
                .iter_mut()
                .filter(|row| row.name == layer.name && row.outcome == LsuvOutcome::OutOfTries);
            open.filter(|_| near).for_each(|row| row.outcome = LsuvOutcome::Settled);
        }
        Ok(())
    }
}

impl Seen {
    fn failure(&self) -> Option<LsuvOutcome> {
        if !self.std.is_finite() {
            Some(LsuvOutcome::NotFinite)
        } else if self.std == 0.0 || self.is_idle {
            Some(LsuvOutcome::NoVariance)
        } else {
            None
        }
    }
}

fn row(name: &str, std_before: Option<f64>, outcome: LsuvOutcome) -> LsuvLayer {
    let (redrawn, factor, tries) = (false, 1.0, 0);
    LsuvLayer { name: name.into(), std_before, std_after: None, redrawn, factor, tries, outcome }
}

/// The standard deviation of all values; NaN where one of them is not finite.
fn std(output: &Tensor) -> Candle<f64> {
    let moments = Moments::of(&values(output)?);
    Ok(if moments.is_finite() { moments.std } else { f64::NAN })
}
