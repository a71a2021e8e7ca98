//! What an initializer makes: a model's variables, or one.

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::{VarBuilder, VarMap};

use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::{Error, Result};
use crate::layer::Layer;
use crate::model::build::Build;
use crate::model::initializer::Initializer;
use crate::model::log::lock;
use crate::rule::Rule;

impl Initializer {
    /// A `VarBuilder` for any model of candle: parameters that `vars` has are used, the others are made
    /// and put there.
    ///
    /// Its `get` fails, with an [`Error`] inside (see [`Error::of`]), for what is wrong with a rule, initializer, shape
    /// or dtype. A failed request changes nothing in `vars`.
    #[must_use]
    pub fn var_builder(&self, vars: &VarMap, dtype: DType, device: &Device) -> VarBuilder<'static> {
        if lock(vars.data()).is_empty() {
            lock(&self.log).forget(vars);
        }
        let backend = Build {
            policy: self.policy.clone(),
            refused: self.refused.clone(),
            vars: vars.clone(),
            log: self.log.clone(),
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
        let stream_name = self.policy.stream_name(name);
        let parameter = Parameter { seed: self.policy.seed, name: &stream_name, shape: &shape, layer, dtype };
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
}
