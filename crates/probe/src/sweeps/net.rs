//! What a sweep builds at each width or depth: a net with its batch, its loss, and how it is trained.

use std::fmt;

use candle_core::{Result, Tensor};
use candle_nn::VarMap;

use crate::signals::passes::runner::Forward;

/// What moves the parameters, given the loss.
type Step<'a> = dyn FnMut(&Tensor) -> Result<()> + 'a;

/// A net with its parameters, a batch, and the loss on it.
pub struct Net<'a> {
    pub(crate) vars: VarMap,
    pub(crate) batch: Tensor,
    pub(crate) loss: Box<Forward<'a>>,
}

/// A net and one step of its training.
pub struct TrainedNet<'a> {
    pub(crate) net: Net<'a>,
    pub(crate) step: Box<Step<'a>>,
}

impl<'a> Net<'a> {
    /// A net whose parameters are `vars`. `loss` takes the batch and gives one value; where it
    /// gives errors of another type, wrap it in [`any_error`](crate::any_error()).
    #[must_use]
    pub fn new(vars: &VarMap, batch: &Tensor, loss: impl Fn(&Tensor) -> Result<Tensor> + 'a) -> Self {
        Self { vars: vars.clone(), batch: batch.clone(), loss: Box::new(loss) }
    }

    /// States how the net is trained: `step` takes the loss and moves the parameters, as
    /// [`Optimizer::backward_step`](candle_nn::Optimizer::backward_step) does.
    #[must_use]
    pub fn step(self, step: impl FnMut(&Tensor) -> Result<()> + 'a) -> TrainedNet<'a> {
        TrainedNet { net: self, step: Box::new(step) }
    }
}

impl fmt::Debug for Net<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither candle's map of variables nor a closure can be shown.
        f.debug_struct("Net").field("batch", &self.batch.dims()).finish_non_exhaustive()
    }
}

impl fmt::Debug for TrainedNet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrainedNet").field("net", &self.net).finish_non_exhaustive()
    }
}
