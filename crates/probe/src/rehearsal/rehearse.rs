//! A rehearsal, start by start.

use std::collections::HashSet;

use candle_core::{Tensor, Var};
use candle_init::named_vars;
use candle_nn::Optimizer;

use crate::error::Result;
use crate::rehearsal::course::{Train, Training};
use crate::rehearsal::report::{Course, Rehearsal};
use crate::rehearsal::start::{Start, is_weight};
use crate::rehearsal::stuck::Moved;
use crate::requirement::{at_least_one, some_parameters};
use crate::signals::passes::snapshot::Snapshot;
use crate::signals::probe::Probe;

/// So many times the steps are trained where a model does not learn in them. Of the 1,444 answers on nets of `docs/probe.md` that
/// train, 60 do not after a hundred steps, and 16 of them not after two hundred either.
const LONGER: usize = 2;

impl Probe<'_> {
    /// Trains the model for some steps, and puts everything back: does it learn, with this optimizer and these batches?
    ///
    /// Where it does not [learn](crate::Outcome::Learns) in these, and its loss is a number still, it is trained again for
    /// twice as many.
    ///
    /// `loss` gives the loss on the batch of a step, `optimizer` makes the optimizer of the parameters that train. The same
    /// training is done three times: with the weights as they are, with weights drawn anew (LeCun's normal, biases
    /// zero) and with no weights at all, of which the vectors alone are trained. The last knows nothing of its input; what
    /// drawn weights gain over it is what there is to gain, and the [answer](Rehearsal::outcome) is how much of that the
    /// weights as they are gain. A hundred steps are a good number (`docs/probe.md` has how often they mislead). Losses are
    /// measured on eight batches of steps after the last, before training and after it.
    ///
    /// It costs three times `steps` passes forward and back, three times that where it is trained again, and two copies of
    /// the parameters at most. What the passes move besides, such as running statistics, is put back too.
    ///
    /// ```
    /// use candle_core::{DType, Device, Module};
    /// use candle_init::{Initializer, init};
    /// use candle_init_probe::{Outcome, Probe, noise};
    /// use candle_nn::{AdamW, Optimizer, VarMap, linear};
    ///
    /// let vars = VarMap::new();
    /// let init = Initializer::new(1).weights(init::HE_NORMAL);
    /// let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    /// let (fc, head) = (linear(8, 64, vb.pp("fc"))?, linear(64, 1, vb.pp("head"))?);
    ///
    /// let loss = |step| {
    ///     let x = noise((32, 8), step as u64, &Device::Cpu)?; // your batch of that step
    ///     let target = x.narrow(1, 0, 1)?.sqr()?;
    ///     (head.forward(&fc.forward(&x)?.relu()?)? - target)?.sqr()?.mean_all()
    /// };
    /// let rehearsal = Probe::new(&vars).rehearse(100, loss, |vars| AdamW::new_lr(vars, 1e-2))?;
    /// println!("{rehearsal}");
    /// assert_eq!(rehearsal.outcome(), Outcome::Learns);
    /// # Ok::<(), candle_init_probe::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoParameters`](crate::Error::NoParameters) for an empty map; [`Error::Number`](crate::Error::Number) for
    /// no step; [`Error::Pattern`](crate::Error::Pattern) as [`Probe::signal`]; [`Error::Forward`](crate::Error::Forward),
    /// [`Error::NoLoss`](crate::Error::NoLoss), [`Error::Backward`](crate::Error::Backward) and
    /// [`Error::Step`](crate::Error::Step) where a step fails, from any of the three starts; what `optimizer` says. The
    /// parameters are then as they were.
    pub fn rehearse<O: Optimizer>(
        &self,
        steps: usize,
        loss: impl FnMut(usize) -> candle_core::Result<Tensor>,
        optimizer: impl FnMut(Vec<Var>) -> candle_core::Result<O>,
    ) -> Result<Rehearsal> {
        at_least_one("the number of steps", steps)?;
        let parameters = named_vars(self.vars);
        some_parameters(parameters.len(), "the `VarMap`")?;
        let trained = self.trained(&parameters)?;
        let before = Snapshot::of(&parameters)?;
        let stage = Stage { parameters: &parameters, trained, before: &before };
        let mut training = Training { parameters: &parameters, loss, optimizer };
        let rehearsal = before.guarded(|| stage.decided(steps, &mut training));
        before.restore(|_| true)?;
        rehearsal
    }
}

/// A model that is trained from one start after another.
struct Stage<'a> {
    parameters: &'a [(String, Var)],
    trained: HashSet<String>,
    before: &'a Snapshot<'a>,
}

impl Stage<'_> {
    /// By as many steps as were asked for, or by more where it does not learn in these. What is trained longer begins again: whoever
    /// went on would have to keep three models and their optimizers.
    fn decided(&self, steps: usize, training: &mut impl Train) -> Result<Rehearsal> {
        let rehearsal = self.rehearse(steps, training)?;
        if rehearsal.is_open() {
            self.rehearse(steps.saturating_mul(LONGER), training)
        } else {
            Ok(rehearsal)
        }
    }

    fn rehearse(&self, steps: usize, training: &mut impl Train) -> Result<Rehearsal> {
        let (as_is, here) = self.from(Start::AsIs, steps, training)?;
        let (anew, there) = self.from(Start::Anew, steps, training)?;
        let (blind, _) = self.from(Start::Blind, steps, training)?;
        let beside = here.into_iter().zip(there);
        let stuck = beside.filter(|((_, here), (_, there))| here.is_stuck_beside(*there));
        let stuck = stuck.map(|((name, _), _)| name).collect();
        Ok(Rehearsal { steps, as_is, anew, blind, stuck })
    }

    /// Trains from one start, and says what became of each weight that moves. The model stays as training left it.
    fn from(
        &self,
        start: Start,
        steps: usize,
        training: &mut impl Train,
    ) -> Result<(Course, Vec<(String, Moved)>)> {
        self.before.restore(|_| true)?;
        for (name, var) in self.parameters {
            if let Some(value) = start.of(name, var, self.trained.contains(name))? {
                var.set(&value)?;
            }
        }
        let moving =
            self.parameters.iter().filter(|(name, var)| self.trained.contains(name) && start.moves(var));
        let moving = moving.map(|(name, var)| (name, var.clone())).collect::<Vec<_>>();
        let weights = moving.iter().filter(|(_, var)| is_weight(var));
        let starts = weights.map(|(name, var)| Ok((*name, var, var.as_detached_tensor().copy()?)));
        let starts = starts.collect::<Result<Vec<_>>>()?;
        let course = training.run(steps, moving.iter().map(|(_, var)| var.clone()).collect())?;
        let moved = starts.iter().map(|(name, var, was)| Ok(((*name).clone(), Moved::of(was, var)?)));
        Ok((course, moved.collect::<Result<_>>()?))
    }
}
