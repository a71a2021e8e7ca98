//! One net in training, from one start.

use candle_core::{Tensor, Var};
use candle_nn::Optimizer;

use crate::error::{Error, Result};
use crate::rehearsal::report::{BATCHES, Course};
use crate::requirement::require;
use crate::signals::passes::blame::blame;
use crate::signals::record::values::values;

/// What is trained and how: by what loss of a step, by what optimizer of the variables that move.
pub(crate) struct Training<'a, L, M> {
    pub(crate) parameters: &'a [(String, Var)],
    pub(crate) loss: L,
    pub(crate) optimizer: M,
}

/// A [`Training`] whatever its closures are.
pub(crate) trait Train {
    /// Trains `moving` for so many steps, and measures the loss before and after.
    ///
    /// # Errors
    /// As [`Probe::rehearse`](crate::Probe::rehearse).
    fn run(&mut self, steps: usize, moving: Vec<Var>) -> Result<Course>;
}

impl<L, M, O> Train for Training<'_, L, M>
where
    L: FnMut(usize) -> candle_core::Result<Tensor>,
    M: FnMut(Vec<Var>) -> candle_core::Result<O>,
    O: Optimizer,
{
    fn run(&mut self, steps: usize, moving: Vec<Var>) -> Result<Course> {
        let before = self.measured(steps)?;
        if moving.is_empty() {
            return Ok(Course { after: before.clone(), before });
        }
        let mut optimizer = (self.optimizer)(moving)?;
        for step in 0..steps {
            let loss = self.forward(step)?;
            // From here on nothing but NaN would come.
            if !number(&loss)?.is_finite() {
                return Ok(Course { before, after: vec![f64::INFINITY; BATCHES] });
            }
            let gradients = loss.backward().map_err(|cause| Error::Backward { cause })?;
            optimizer.step(&gradients).map_err(|cause| Error::Step { cause })?;
        }
        Ok(Course { before, after: self.measured(steps)? })
    }
}

impl<L: FnMut(usize) -> candle_core::Result<Tensor>, M> Training<'_, L, M> {
    /// The losses of the steps after the last, which nothing is trained on.
    fn measured(&mut self, steps: usize) -> Result<Vec<f64>> {
        let numbers = steps..steps.saturating_add(BATCHES);
        let losses = numbers.map(|step| number(&self.forward(step)?));
        let finite = |loss: f64| if loss.is_nan() { f64::INFINITY } else { loss };
        losses.map(|loss| loss.map(finite)).collect()
    }

    fn forward(&mut self, step: usize) -> Result<Tensor> {
        let loss = (self.loss)(step).map_err(|cause| {
            let location = blame(&cause, &[], &[], self.parameters);
            Error::Forward { location, cause }
        })?;
        require(loss.elem_count() == 1, Error::NoLoss { shape: loss.dims().to_vec() })?;
        Ok(loss)
    }
}

fn number(loss: &Tensor) -> Result<f64> {
    Ok(values(loss)?.first().map_or(f64::NAN, |&loss| f64::from(loss)))
}
