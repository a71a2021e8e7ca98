//! The initializer: a seed, rules, and what a model's parameters get from them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{DType, Device, Shape, Tensor, TensorId, Var};
use candle_nn::{VarBuilder, VarMap};

use crate::draw::parameter::Target;
use crate::draw::resolved::Source;
use crate::error::Error;
use crate::error::Result;
use crate::layer::Layer;
use crate::model::Plan;
use crate::model::Record;
use crate::model::Report;
use crate::model::backend::{Dry, Wet};
use crate::policy::Framework;
use crate::policy::Policy;
use crate::policy::pattern::{Pattern, Refused};
use crate::rule::Rule;

/// A seed plus rules: gives every parameter of a model named, seeded, correct values.
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
///     framework = "pytorch"
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
/// 3. A weight that a linear, recurrent or convolution layer asks for (rank 2 or more, Kaiming hint, or a
///    transposed convolution's uniform), or that a model fetches without a hint under the name `weight`:
///    the [default law](Self::weights), if there is one.
/// 4. What the [framework](Self::framework) gives the layer, if there is one.
/// 5. The layer's own hint: candle's law, seeded.
/// 6. A bias (`bias`, `beta`, `bias_ih_l*`, `bias_hh_l*`) of rank 0 or 1 that asks for zero gets zero.
/// 7. Anything else asked for without a hint is an error that names the rule to add, or zero when
///    [lenient](Self::lenient). candle alone cannot tell such a request from an honest zero.
///
/// # One name, one tensor
///
/// A name that is asked for again gives the same variable: tied weights are tied. Another shape, dtype or
/// device under the same name is an error, and what exists stays as it is. A variable that is in the map
/// already, loaded or made by hand, is used as it is and listed in the report as not made here.
#[derive(Clone, Debug)]
pub struct Initializer {
    policy: Policy,
    /// A rule that could not be understood: every later call that can fail returns it.
    refused: Option<Refused>,
    records: Records,
}

/// What was decided, by the identity of the tensor that came of it: right for any number of maps.
pub(crate) type Records = Arc<Mutex<HashMap<TensorId, Record>>>;

impl Initializer {
    /// An initializer without rules: every layer of candle gets candle's own law, seeded.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (rules, layers) = (Vec::new(), Vec::new());
        let policy = Policy { seed, rules, layers, weights: None, framework: None, lenient: false };
        Self { policy, refused: None, records: Arc::default() }
    }

    /// The default law of weights: what linear, recurrent and convolution layers get unless a rule says
    /// otherwise. Embeddings, norms and biases keep their own.
    #[must_use]
    pub fn weights(mut self, law: impl Into<Rule>) -> Self {
        self.policy.weights = Some(law.into());
        self
    }

    /// Gives every parameter whose dotted path matches `pattern` this law. The first matching rule wins.
    ///
    /// `*` stands for any text, dots included; `?` for one character; `[0-9]` for a set; `{a,b}` for either.
    /// A pattern that is no glob is reported by the next call that can fail, and a rule that decides for
    /// no parameter (none matches, earlier rules take all, or only running statistics match) by [`report`](Self::report) and [`plan`](Self::plan).
    #[must_use]
    pub fn rule(mut self, pattern: &str, law: impl Into<Rule>) -> Self {
        if let Some(pattern) = self.pattern(pattern) {
            self.policy.rules.push((pattern, law.into()));
        }
        self
    }

    /// Says what kind of layer the matching parameters belong to, where name, shape and hint cannot: the
    /// gates of a recurrent layer, a stride, groups. Their law stays as it is decided; the first match wins.
    ///
    /// ```
    /// use candle_init::{Framework, Initializer, Layer};
    /// let init = Initializer::new(42).defaults(Framework::PyTorch).layer("encoder.rnn.*", Layer::GRU);
    /// ```
    #[must_use]
    pub fn layer(mut self, pattern: &str, layer: Layer) -> Self {
        if let Some(pattern) = self.pattern(pattern) {
            self.policy.layers.push((pattern, layer));
        }
        self
    }

    /// Gives every layer of `candle_nn` what the same layer has in another framework, weights and biases,
    /// unless a rule or [`weights`](Self::weights) says otherwise.
    #[must_use]
    pub fn defaults(mut self, framework: Framework) -> Self {
        self.policy.framework = Some(framework);
        self
    }

    /// What it decides by.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    fn pattern(&mut self, text: &str) -> Option<Pattern> {
        Pattern::new(text).map_err(|refused| self.refused.get_or_insert(refused)).ok()
    }

    /// Accepts what strictness refuses: uncovered parameters start at zero, as with candle alone, and rules
    /// may match nothing. The report still marks the uncovered ones.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.policy.lenient = true;
        self
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.policy.seed
    }

    /// That every rule was understood.
    ///
    /// # Errors
    /// [`Error::Pattern`] for the first that was not.
    pub fn check(&self) -> Result<(), Error> {
        self.refused.as_ref().map_or(Ok(()), |refused| Err(refused.error()))
    }

    /// A `VarBuilder` for any model of candle: parameters that `vars` has are used, the others are made
    /// and put there.
    ///
    /// Its `get` fails, with an [`Error`] inside (see [`Error::of`]), for what is wrong with a rule, law, shape or
    /// dtype. A failed request changes nothing in `vars`.
    #[must_use]
    pub fn var_builder(&self, vars: &VarMap, dtype: DType, device: &Device) -> VarBuilder<'static> {
        let backend = Wet {
            policy: self.policy.clone(),
            refused: self.refused.clone(),
            vars: vars.clone(),
            records: self.records.clone(),
        };
        VarBuilder::from_backend(Box::new(backend), dtype, device.clone())
    }

    /// One variable without a model. `name` and seed decide its values, as they would in a model; rules and
    /// default are not asked, and nothing is kept for a report.
    ///
    /// ```
    /// # use candle_core::{DType, Device};
    /// # use candle_init::{Initializer, init};
    /// let weight = Initializer::new(42).var("fc1.weight", (256, 784), init::HE_NORMAL, DType::F32, &Device::Cpu)?;
    /// assert_eq!(weight.dims(), [256, 784]);
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the law, the shape or the dtype, naming the parameter.
    pub fn var(
        &self,
        name: &str,
        shape: impl Into<Shape>,
        law: impl Into<Rule>,
        dtype: DType,
        device: &Device,
    ) -> Result<Var> {
        let (shape, rule) = (shape.into(), law.into());
        let layer = rule.layer.unwrap_or_else(|| Layer::of_shape(&shape));
        let target = Target { seed: self.policy.seed, name, shape: &shape, layer, dtype };
        let var = Source::new(&rule, &target).and_then(|source| source.draw(&target, device));
        var.map_err(|e| e.at(name, &shape))
    }

    /// [`var`](Self::var) as a plain tensor, without gradients.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    pub fn tensor(
        &self,
        name: &str,
        shape: impl Into<Shape>,
        law: impl Into<Rule>,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        Ok(self.var(name, shape, law, dtype, device)?.as_detached_tensor())
    }

    /// A dry run of a model's constructor: what every parameter would get, without allocating any.
    ///
    /// `build` is called with a `VarBuilder` whose tensors have the right shape and no memory. All
    /// uncovered parameters are collected, so one run shows every rule that is missing.
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
    pub fn plan<M>(
        &self,
        dtype: DType,
        build: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>,
    ) -> Result<Plan> {
        self.check()?;
        let dry = Dry::new(self.policy.clone());
        build(VarBuilder::from_backend(Box::new(dry.clone()), dtype, Device::Cpu))?;
        let records = dry.finish()?;
        self.check_rules(records.iter().map(|record| record.name.as_str()))?;
        Ok(Plan::new(records))
    }

    /// What every parameter of `vars` got and why, with its target and measured standard deviation, in
    /// name order.
    ///
    /// # Errors
    /// [`Error::UnusedRule`] and [`Error::ShadowedRule`] unless [lenient](Self::lenient); candle's errors in measuring.
    pub fn report(&self, vars: &VarMap) -> Result<Report> {
        self.check()?;
        let named = crate::model::named_vars(vars);
        self.check_rules(named.iter().map(|(name, _)| name.as_str()))?;
        let records = lock(&self.records);
        let record = |name: &str, var: &Var| match records.get(&var.id()) {
            Some(record) => Record { name: name.into(), ..record.clone() },
            None => Record::foreign(name, var.shape(), var.dtype()),
        };
        Report::new(named.iter().map(|(name, var)| (record(name, var), var)))
    }

    fn check_rules<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<()> {
        if self.policy.lenient {
            return Ok(());
        }
        self.policy.check_rules(&names.collect::<Vec<_>>())
    }
}

/// A thread that panicked inside the lock has left whole entries.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
