//! The initializer: a seed, rules, and what a model's parameters get from them.

use std::fmt;
use std::sync::Arc;

use candle_init_checkpoint::Checkpoint;

use crate::draw::numbers::numbers;
use crate::error::{Error, Result};
use crate::model::log::SharedLog;
use crate::model::refused::Refused;
use crate::policy::Policy;
use crate::policy::pattern::Pattern;

/// A seed plus rules: gives the parameters of a model their values, each by its name.
///
/// Every value is a function of the seed, the parameter's dotted path and the element's index, and of
/// nothing else: not of the order in which layers are built, the thread count, the device or the dtype
/// (up to one rounding).
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_init::{Initializer, init};
/// use candle_nn::VarMap;
///
/// let (vars, device) = (VarMap::new(), Device::Cpu);
/// let init = Initializer::new(42)
///     .weights(init::HE_NORMAL)
///     .rule("head.weight", init::GLOROT_UNIFORM)
///     .rule("*.bias", init::ZEROS);
/// let vb = init.var_builder(&vars, DType::F32, &device);
/// let fc = candle_nn::linear(784, 256, vb.pp("fc"))?;
/// let head = candle_nn::linear(256, 10, vb.pp("head"))?;
/// println!("{}", init.report(&vars)?);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # In a file
///
/// An initializer is written and read by any format of `serde`:
///
/// ```
/// # use candle_init::Initializer;
/// let init: Initializer = toml::from_str(r#"
///     seed = 42
///     defaults = "pytorch"
///     rules = [
///         ["*.c_proj.weight", "normal(std=0.02).gpt2(layers=12)"],
///         ["wte.weight", "normal(std=0.02).zero_row(0)"],
///     ]
///     layers = [["encoder.rnn.*", "lstm"]]
/// "#)?;
/// assert_eq!(init.seed(), 42);
/// # Ok::<(), toml::de::Error>(())
/// ```
///
/// # What a parameter gets
///
/// 1. `running_mean` and `running_var` start where batch norm says (0 and 1); no rule touches them.
/// 2. The first [rule](Self::rule) that matches the path.
/// 3. The first rule of a [recipe](Self::recipe) that matches.
/// 4. A weight that a linear, recurrent or convolution layer asks for (rank 2 or more, Kaiming hint, or a
///    transposed convolution's uniform), or that a model fetches without a hint under the name `weight`:
///    the [default for weights](Self::weights), if there is one.
/// 5. What the [framework](Self::defaults) gives the layer, if there is one.
/// 6. The layer's own hint: candle's initializer, seeded.
/// 7. A bias (`bias`, `beta`, `bias_ih_l*`, `bias_hh_l*`) of rank 0 or 1 that asks for zero gets zero.
/// 8. Anything else asked for without a hint is an error that names the rule to add, or zero when
///    [lenient](Self::lenient). candle alone cannot tell such a request from an honest zero.
///
/// Each decision is a pure function of the name, the shape, the hint and the rules: never of what was asked for before.
/// Where one request cannot tell (the gates of some recurrent weights, PyTorch's biases), it is an error that says what
/// to add; [`build`](Self::build), which plans the model first, needs nothing added.
///
/// # One name, one tensor
///
/// A name that is asked for again gives the same variable: tied weights are tied. Another shape, dtype or
/// device under the same name is an error, and what exists stays as it is. A variable that is in the map
/// already, loaded or made by hand, is used as it is and listed in the report as not made here.
#[derive(Clone)]
pub struct Initializer {
    pub(super) policy: Policy,
    /// The first text that could not be read: every later call that can fail returns it.
    pub(super) refused: Option<Refused>,
    pub(super) log: SharedLog,
}

impl Initializer {
    /// An initializer without rules: every layer of candle gets candle's own initializer, seeded.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { policy: Policy::new(seed), refused: None, log: Arc::default() }
    }

    /// What was read, or nothing, with the reason kept.
    pub(super) fn read<T, E>(&mut self, read: Result<T, E>) -> Option<T>
    where
        Error: From<E>,
    {
        read.map_err(|error| self.refused.get_or_insert_with(|| Refused::of(error.into()))).ok()
    }

    /// What it decides by.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.policy.seed
    }

    /// The checkpoints that are [loaded](Self::load), in order.
    pub fn checkpoints(&self) -> impl Iterator<Item = &Checkpoint> {
        self.policy.loading.checkpoints.iter()
    }

    /// That every pattern and every text was understood, and that [rules](Self::rule) and [weights](Self::weights) have
    /// numbers that they take. What depends on a parameter, its shape and dtype, is left to
    /// [`plan`](Self::plan) and [`build`](Self::build).
    ///
    /// ```
    /// use candle_init::{Initializer, init};
    /// let wrong = Initializer::new(1).weights(init::normal(0.0, -0.02)).check();
    /// assert!(wrong.is_err_and(|error| error.to_string().contains("did you mean 0.02?")));
    /// ```
    ///
    /// # Errors
    /// [`Error::Text`] for the first that is wrong.
    pub fn check(&self) -> Result<(), Error> {
        self.understood()?;
        let rules = self.policy.rules.iter().map(|(_, rule)| rule);
        rules.chain(&self.policy.weights).try_for_each(numbers)
    }

    /// The same of patterns and texts alone.
    pub(crate) fn understood(&self) -> Result<(), Error> {
        self.refused.as_ref().map_or(Ok(()), |refused| Err(refused.error()))
    }
}

impl fmt::Debug for Initializer {
    /// What it decides by, each rule in its text form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let policy = &self.policy;
        let mut all = f.debug_struct("Initializer");
        all.field("seed", &policy.seed);
        if let Some(framework) = policy.framework {
            all.field("defaults", &format_args!("{framework}"));
        }
        if let Some(weights) = &policy.weights {
            all.field("weights", &format_args!("{weights}"));
        }
        let rules = policy.rules.iter().map(|(pattern, rule)| (&pattern.text, rule.to_string()));
        let layers = policy.layers.iter().map(|(pattern, layer)| (&pattern.text, layer.to_string()));
        all.field("rules", &rules.collect::<Vec<_>>()).field("layers", &layers.collect::<Vec<_>>());
        let patterns =
            |stated: &[(Pattern, ())]| stated.iter().map(|(p, ())| p.text.clone()).collect::<Vec<_>>();
        let existence = &policy.existence;
        all.field("absent", &patterns(&existence.absent)).field("ties", &existence.ties);
        all.field("shapes", &existence.shapes).field("frozen", &patterns(&policy.frozen));
        let grown = policy.loading.grown.iter().map(|(pattern, growth)| (&pattern.text, growth));
        all.field("load", &policy.loading.checkpoints).field("grow", &grown.collect::<Vec<_>>());
        if let Some(scope) = &policy.scope {
            all.field("scope", scope);
        }
        all.field("lenient", &policy.lenient).finish()
    }
}
