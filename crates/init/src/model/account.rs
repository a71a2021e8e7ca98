//! What an initializer says of a model: before it is built, and after.

use std::collections::BTreeSet;

use candle_core::{DType, Device, Var};
use candle_nn::{VarBuilder, VarMap};

use crate::error::{Error, Result};
use crate::model::accounting::Accounting;
use crate::model::collect::Collect;
use crate::model::initializer::Initializer;
use crate::model::log::lock;
use crate::model::plan::Plan;
use crate::model::record::Record;
use crate::model::report::Report;
use crate::model::vars::{learnt, named_vars};

impl Initializer {
    /// A dry run of a model's constructor: what every parameter would get, without allocating any.
    ///
    /// `model` is called with a `VarBuilder` whose tensors have the right shape and no memory, and may fail with any
    /// error type. All uncovered parameters are collected, so one run shows every rule that is missing.
    ///
    /// ```
    /// # use candle_core::DType;
    /// # use candle_init::{Initializer, init};
    /// let init = Initializer::new(42).weights(init::HE_NORMAL);
    /// let plan = init.plan(DType::BF16, |vb| candle_nn::linear(100_000, 1_000_000, vb.pp("huge")))?;
    /// assert_eq!(plan.bytes(), 200_002_000_000);
    /// println!("{plan}");
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Uncovered`] with the whole list; [`Error::UnusedRule`], [`Error::ShadowedRule`]; whatever is wrong with a
    /// parameter; the constructor's own error.
    pub fn plan<M, E>(
        &self,
        dtype: DType,
        model: impl FnOnce(VarBuilder<'static>) -> Result<M, E>,
    ) -> Result<Plan>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.understood()?;
        let collect = Collect::new(&self.policy);
        let model = model(VarBuilder::from_backend(Box::new(collect.clone()), dtype, Device::Cpu));
        let plan = match model.err().map(Error::of_model) {
            None => collect.finish()?,
            Some(own @ (Error::Model(_) | Error::Candle(_))) => return Err(own),
            // Of two parameters that are wrong, the first that was asked for, as a build has it.
            Some(later) => return collect.decided().and(Err(later)),
        };
        self.check_rules(&plan.shapes.keys().map(String::as_str).collect())?;
        Ok(plan)
    }

    /// What every parameter of `vars` got and why, with its expected and measured standard deviation, in
    /// name order.
    ///
    /// # Errors
    /// [`Error::UnusedRule`] and [`Error::ShadowedRule`] unless [lenient](Self::lenient);
    /// [`Error::Refused`] where the model went on without a parameter that it could not have; candle's errors in measuring.
    pub fn report(&self, vars: &VarMap) -> Result<Report> {
        self.understood()?;
        let named = named_vars(vars);
        let mut log = lock(&self.log);
        let mut answers = log.answers(vars).clone();
        // Rules and checkpoints may be for several models, each in a map of its own.
        let others = log.names();
        let names: BTreeSet<_> = named.iter().map(|(name, _)| name.as_str()).chain(others).collect();
        self.check_rules(&names)?;
        let exists = |name: &str| named.binary_search_by(|(known, _)| known.as_str().cmp(name)).is_ok();
        answers.check(&self.policy, exists)?;
        answers.settle(exists);
        let record = |name: &str, var: &Var| match log.record(var.id()) {
            Some(record) => Record { name: name.into(), ..record.clone() },
            None => Record {
                frozen: self.policy.is_frozen(name),
                ..Record::foreign(name, var.shape(), var.dtype())
            },
        };
        let records: Vec<_> = named.iter().map(|(name, var)| record(name, var)).collect();
        let accounting = Accounting::new(&self.policy, &records, &names)?;
        drop(log);
        Report::new(records.into_iter().zip(named.iter().map(|(_, var)| var)), answers, accounting)
    }

    /// What an optimizer should get: every variable but running statistics, integers and what is
    /// [frozen](Self::frozen), in name order, each once.
    #[must_use]
    pub fn trainable(&self, vars: &VarMap) -> Vec<Var> {
        learnt(vars, |name| !self.policy.is_frozen(name))
    }

    pub(super) fn check_rules(&self, names: &BTreeSet<&str>) -> Result<()> {
        if self.policy.lenient {
            return Ok(());
        }
        // In an order that does not change: messages name the first that is wrong.
        self.policy.check_rules(&names.iter().copied().collect::<Vec<_>>())
    }
}
