//! Parameters as they were.

use candle_core::{Result, Tensor, Var};

/// A copy of the values of some parameters.
pub(crate) struct Snapshot<'a> {
    kept: Vec<(&'a Var, Tensor)>,
}

impl<'a> Snapshot<'a> {
    /// # Errors
    /// What candle says, for example a device that ran out of memory.
    pub(crate) fn of(parameters: &'a [(String, Var)]) -> Result<Self> {
        let copy = |(_, var): &'a (String, Var)| Ok((var, var.as_detached_tensor().copy()?));
        Ok(Self { kept: parameters.iter().map(copy).collect::<Result<_>>()? })
    }

    /// Puts back those that `choose` picks.
    ///
    /// # Errors
    /// What candle says.
    pub(crate) fn restore(&self, choose: impl Fn(&Var) -> bool) -> Result<()> {
        self.kept.iter().filter(|(var, _)| choose(var)).try_for_each(|(var, values)| var.set(values))
    }
}
