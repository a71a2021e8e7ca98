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

    /// Does something, and puts everything back if it panics: whoever catches that has the model as it was.
    pub(crate) fn guarded<T>(&self, work: impl FnOnce() -> T) -> T {
        let guard = Guard(self);
        let done = work();
        std::mem::forget(guard);
        done
    }
}

/// Puts everything back when it is dropped, which a panic alone does.
struct Guard<'a>(&'a Snapshot<'a>);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        // What cannot be put back is not said: the panic is.
        self.0.restore(|_| true).ok();
    }
}
