//! A `VarMap`'s variables in name order.

use std::collections::HashSet;

use candle_core::Var;
use candle_nn::VarMap;

use crate::policy::role::is_running_statistic;

/// Every variable with its name, in name order.
///
/// `VarMap::all_vars` walks a `HashMap`, so its order changes from run to run, and with it everything
/// that sums over it or numbers it.
///
/// ```
/// # use candle_core::{DType, Device};
/// use candle_init::{Initializer, named_vars};
/// let vars = candle_nn::VarMap::new();
/// let vb = Initializer::new(1).var_builder(&vars, DType::F32, &Device::Cpu);
/// candle_nn::linear(4, 3, vb.pp("fc"))?;
/// let names: Vec<_> = named_vars(&vars).into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["fc.bias", "fc.weight"]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[must_use]
pub fn named_vars(vars: &VarMap) -> Vec<(String, Var)> {
    // A thread that panicked inside the lock has left whole entries: the map is read all the same.
    let data = vars.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut named: Vec<_> = data.iter().map(|(name, var)| (name.clone(), var.clone())).collect();
    named.sort_by(|(a, _), (b, _)| a.cmp(b));
    named
}

/// What an optimizer should get: every variable but running statistics and integers, in name order, each once.
///
/// candle keeps a batch norm's `running_mean` and `running_var` among the variables. They have no
/// gradient; an optimizer with weight decay, or a blanket re-initialization, would spoil them.
#[must_use]
pub fn trainable_vars(vars: &VarMap) -> Vec<Var> {
    learnt(vars, |_| true)
}

/// The variables that training changes, of those that `wanted` wants: no running statistics, no integers, and what two
/// names share once.
pub(crate) fn learnt(vars: &VarMap, wanted: impl Fn(&str) -> bool) -> Vec<Var> {
    let mut taken = HashSet::new();
    let learnt =
        |name: &str, var: &Var| !is_running_statistic(name) && var.dtype().is_float() && wanted(name);
    let chosen = named_vars(vars).into_iter().filter(|(name, var)| learnt(name, var));
    chosen.map(|(_, var)| var).filter(|var| taken.insert(var.id())).collect()
}
