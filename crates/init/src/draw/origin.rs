//! Where the elements of a parameter that is not in memory are had from.

use candle_core::{Device, Tensor};
use candle_init_checkpoint as checkpoint;

use crate::draw::grown::about_the_mean;
use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::Result;

/// Where elements are had from.
pub(crate) enum Origin {
    /// A rule.
    Drawn(Resolved),
    /// A tensor of a checkpoint.
    Stored(checkpoint::Tensor),
    /// A tensor of a checkpoint, and below its rows others.
    Grown(checkpoint::Tensor, NewRows),
}

/// How rows are made that a checkpoint lacks.
pub(crate) enum NewRows {
    /// As they are in the whole that a rule gives.
    Drawn(Resolved),
    /// About the mean of the others, with their covariance or without.
    AboutTheMean { spread: bool },
}

impl Origin {
    /// Elements that come from a file: these many are the first.
    pub(crate) fn stored(&self) -> usize {
        match self {
            Self::Drawn(_) => 0,
            Self::Stored(tensor) | Self::Grown(tensor, _) => tensor.element_count(),
        }
    }

    /// The rule of those that do not.
    pub(crate) fn rule(&self) -> Option<&Resolved> {
        match self {
            Self::Drawn(source) | Self::Grown(_, NewRows::Drawn(source)) => Some(source),
            Self::Stored(_) | Self::Grown(_, NewRows::AboutTheMean { .. }) => None,
        }
    }

    /// Elements that have to be made together and kept.
    pub(crate) fn held(&self, elements: usize) -> usize {
        match (self, self.rule()) {
            (_, Some(source)) if source.is_local() => 0,
            (_, Some(_)) => elements,
            (Self::Grown(tensor, _), None) => elements.saturating_sub(tensor.element_count()),
            (_, None) => 0,
        }
    }

    /// Those elements: the last of the parameter.
    pub(crate) fn made_together(&self, parameter: &Parameter<'_>) -> Result<Tensor> {
        let made = match self {
            Self::Grown(tensor, NewRows::AboutTheMean { spread }) => {
                about_the_mean(tensor, *spread, parameter)?
            }
            _ => match self.rule() {
                Some(source) => source.draw(parameter, &Device::Cpu)?.as_detached_tensor(),
                None => Tensor::zeros(0, parameter.dtype, &Device::Cpu)?,
            },
        };
        Ok(made.flatten_all()?)
    }
}
