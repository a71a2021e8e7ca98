//! The initializer: a seed, rules, and what a model's parameters get from them.

use std::fmt;
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};

use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::{Error, Result};
use crate::layer::Layer;
use crate::model::build::Build;
use crate::model::collect::Collect;
use crate::model::plan::Plan;
use crate::model::record::Record;
use crate::model::records::{Records, lock};
use crate::model::refused::Refused;
use crate::model::report::Report;
use crate::model::vars::named_vars;
use crate::policy::pattern::Pattern;
use crate::policy::prescription::Prescription;
use crate::policy::{Framework, Policy};
use crate::recipe::Recipe;
use crate::rule::Rule;

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
    policy: Policy,
    /// The first text that could not be read: every later call that can fail returns it.
    refused: Option<Refused>,
    records: Records,
}

impl Initializer {
    /// An initializer without rules: every layer of candle gets candle's own initializer, seeded.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { policy: Policy::new(seed), refused: None, records: Arc::default() }
    }

    /// The default for weights: what linear, recurrent and convolution layers get unless a rule says otherwise.
    /// Embeddings, norms and biases keep their own.
    ///
    /// A text that cannot be read (`"he_nromal"`) is reported by the next call that can fail.
    #[must_use]
    pub fn weights<R>(mut self, rule: R) -> Self
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        self.policy.weights = self.read(rule.try_into());
        self
    }

    /// Gives every parameter whose dotted path matches `pattern` this rule. The first match wins.
    ///
    /// `*` stands for any text, dots included; `?` for one character; `[0-9]` for a set; `{a,b}` for either.
    /// A pattern or a text that cannot be read is reported by the next call that can fail, and a rule that decides for
    /// no parameter (none matches, earlier rules take all, or only running statistics match) by [`report`](Self::report)
    /// and [`plan`](Self::plan).
    ///
    /// ```
    /// use candle_init::{Initializer, init};
    /// let init = Initializer::new(42).rule("head.weight", init::GLOROT_UNIFORM).rule("*.bias", "zeros");
    /// ```
    #[must_use]
    pub fn rule<R>(mut self, pattern: &str, rule: R) -> Self
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        let (pattern, rule) = (self.read::<_, Error>(Pattern::new(pattern)), self.read(rule.try_into()));
        self.policy.rules.extend(pattern.zip(rule));
        self
    }

    /// Gives parameters what a [recipe](Recipe) says, unless one's own [rules](Self::rule) do. The first match wins, of
    /// several recipes in the order of the calls; a rule of a recipe may match nothing.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        let rules = self.read::<_, Error>(recipe.into_prescriptions());
        self.prescribed(rules.unwrap_or_default())
    }

    pub(crate) fn prescribed(mut self, rules: Vec<Prescription>) -> Self {
        self.policy.recipe.extend(rules);
        self
    }

    /// States what kind of layer the matching parameters belong to, where name, shape and hint cannot tell: the
    /// gates of a recurrent layer, a stride, groups. Their rule stays as it is decided; the first match wins.
    /// Gates apply to the parameters of recurrent layers only, so `"*"` may state them for a whole model.
    ///
    /// ```
    /// use candle_init::{Framework, Initializer, Layer};
    /// let init = Initializer::new(42).defaults(Framework::PyTorch).layer("*", Layer::GRU);
    /// ```
    #[must_use]
    pub fn layer(mut self, pattern: &str, layer: Layer) -> Self {
        let pattern = self.read(Pattern::new(pattern));
        self.policy.layers.extend(pattern.map(|pattern| (pattern, layer)));
        self
    }

    /// Gives every layer of `candle_nn` what the same layer has in another framework, weights and biases,
    /// unless a rule or [`weights`](Self::weights) says otherwise.
    #[must_use]
    pub fn defaults(mut self, framework: Framework) -> Self {
        self.policy.framework = Some(framework);
        self
    }

    /// Accepts what strictness refuses: uncovered parameters start at zero, as with candle alone, and rules
    /// may match nothing. The report still marks the uncovered ones.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.policy.lenient = true;
        self
    }

    /// Lets decisions use the names and shapes of a whole model: the gates of its recurrent layers, the weight beside a
    /// bias. [`build`](Self::build) does this by itself.
    #[must_use]
    pub fn with_plan(mut self, plan: &Plan) -> Self {
        self.policy.model = Some(plan.shapes.clone());
        self
    }

    /// What was read, or nothing, with the reason kept.
    fn read<T, E>(&mut self, read: Result<T, E>) -> Option<T>
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

    /// That every pattern and every text was understood.
    ///
    /// # Errors
    /// [`Error::Text`] for the first that was not.
    pub fn check(&self) -> Result<(), Error> {
        self.refused.as_ref().map_or(Ok(()), |refused| Err(refused.error()))
    }

    /// A `VarBuilder` for any model of candle: parameters that `vars` has are used, the others are made
    /// and put there.
    ///
    /// Its `get` fails, with an [`Error`] inside (see [`Error::of`]), for what is wrong with a rule, initializer, shape
    /// or dtype. A failed request changes nothing in `vars`.
    #[must_use]
    pub fn var_builder(&self, vars: &VarMap, dtype: DType, device: &Device) -> VarBuilder<'static> {
        let backend = Build {
            policy: self.policy.clone(),
            refused: self.refused.clone(),
            vars: vars.clone(),
            records: self.records.clone(),
        };
        VarBuilder::from_backend(Box::new(backend), dtype, device.clone())
    }

    /// Builds a model in two runs of its constructor: a dry one, which finds everything that is missing and lets
    /// decisions use the whole model, and one that makes the variables.
    ///
    /// ```
    /// # use candle_core::{DType, Device};
    /// use candle_init::{Framework, Initializer};
    /// let vars = candle_nn::VarMap::new();
    /// let init = Initializer::new(42).defaults(Framework::PyTorch);
    /// let net = init.build(&vars, DType::F32, &Device::Cpu, |vb| candle_nn::linear(784, 10, vb.pp("head")))?;
    /// # let _ = net;
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`plan`](Self::plan), before anything is made; then those of the `get`s of [`var_builder`](Self::var_builder)
    /// and the constructor's own.
    pub fn build<M, E>(
        &self,
        vars: &VarMap,
        dtype: DType,
        device: &Device,
        mut model: impl FnMut(VarBuilder<'static>) -> Result<M, E>,
    ) -> Result<M>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let plan = self.plan(dtype, &mut model)?;
        model(self.clone().with_plan(&plan).var_builder(vars, dtype, device)).map_err(Error::of_model)
    }

    /// One variable without a model. `name` and seed decide its values, as they would in a model; rules and
    /// defaults are not asked, and nothing is kept for a report.
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
    /// What is wrong with the rule, the shape or the dtype, naming the parameter.
    pub fn var<R>(
        &self,
        name: &str,
        shape: impl Into<Shape>,
        rule: R,
        dtype: DType,
        device: &Device,
    ) -> Result<Var>
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        let (shape, rule) = (shape.into(), rule.try_into()?);
        let layer = rule.layer.unwrap_or_else(|| Layer::of_shape(&shape));
        let parameter = Parameter { seed: self.policy.seed, name, shape: &shape, layer, dtype };
        let var = Resolved::new(&rule, &parameter).and_then(|resolved| resolved.draw(&parameter, device));
        var.map_err(|e| e.at(name, &shape))
    }

    /// [`var`](Self::var) as a plain tensor, without gradients.
    ///
    /// # Errors
    /// As [`var`](Self::var).
    pub fn tensor<R>(
        &self,
        name: &str,
        shape: impl Into<Shape>,
        rule: R,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor>
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        Ok(self.var(name, shape, rule, dtype, device)?.as_detached_tensor())
    }

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
        self.check()?;
        let collect = Collect::default();
        model(VarBuilder::from_backend(Box::new(collect.clone()), dtype, Device::Cpu))
            .map_err(Error::of_model)?;
        let (records, shapes) = collect.finish(&self.policy)?;
        self.check_rules(shapes.keys().map(String::as_str))?;
        Ok(Plan::new(records, shapes))
    }

    /// What every parameter of `vars` got and why, with its expected and measured standard deviation, in
    /// name order.
    ///
    /// # Errors
    /// [`Error::UnusedRule`] and [`Error::ShadowedRule`] unless [lenient](Self::lenient); candle's errors in measuring.
    pub fn report(&self, vars: &VarMap) -> Result<Report> {
        self.check()?;
        let named = named_vars(vars);
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
        all.field("lenient", &policy.lenient).finish()
    }
}
