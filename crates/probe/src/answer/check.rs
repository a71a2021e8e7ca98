//! Both checks of a probe, one after the other.

use candle_core::Tensor;

use crate::answer::causes::causes;
use crate::answer::verdict::{MadeBy, Verdict};
use crate::error::Result;
use crate::parameters::report::inspection::Inspection;
use crate::signals::probe::Probe;

impl Probe<'_> {
    /// The static check: every parameter as it stands.
    ///
    /// # Errors
    /// [`Error::Init`](crate::Error::Init) where the initializer's rules do not fit the parameters; what candle says.
    pub fn inspect(&self) -> Result<Inspection> {
        match self.initializer {
            Some(initializer) => Inspection::with_targets(self.vars, initializer),
            None => Inspection::of(self.vars),
        }
    }

    /// Both checks, and what they come to: will it train?
    ///
    /// # Errors
    /// Those of [`Probe::inspect`] and [`Probe::signal`].
    pub fn check(
        &self,
        batch: &Tensor,
        forward: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Verdict> {
        let inspection = self.inspect()?;
        let signal = self.signal(batch, forward)?;
        let findings = causes(&inspection, &signal);
        let made_by = self.initializer.map(|init| MadeBy { seed: init.seed(), rules: format!("{init:?}") });
        Ok(Verdict {
            findings,
            inspection: Some(inspection),
            signal: Some(signal),
            made_by,
            ..Verdict::default()
        })
    }
}
