//! Parameters that are drawn in parts, and plans of models that are names and shapes.

use candle_core::{DType, Shape};

use crate::draw::lazy::Lazy;
use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::{Error, Result};
use crate::layer::Layer;
use crate::model::collect::Collect;
use crate::model::initializer::Initializer;
use crate::model::plan::Plan;
use crate::rule::Rule;

impl Initializer {
    /// One parameter without a model and without memory: [`var`](Self::var), of which any part can be drawn.
    ///
    /// Integers are counters and positions: rules that give whole numbers, such as `zeros` or `range`, make them.
    ///
    /// # Errors
    /// What is wrong with the rule, the shape or the dtype, naming the parameter.
    pub fn lazy<R>(&self, name: &str, shape: impl Into<Shape>, rule: R, dtype: DType) -> Result<Lazy>
    where
        R: TryInto<Rule>,
        Error: From<R::Error>,
    {
        let (shape, rule) = (shape.into(), rule.try_into()?);
        let layer = rule.layer.unwrap_or_else(|| Layer::of_shape(&shape));
        let name = self.policy.stream_name(name);
        let parameter = Parameter { seed: self.policy.seed, name: &name, shape: &shape, layer, dtype };
        // Rules know numbers; which of them are integers is seen when they are written.
        let wide = if dtype.is_int() { DType::F64 } else { dtype };
        let source = Resolved::new(&rule, &Parameter { dtype: wide, ..parameter });
        source.and_then(|source| Lazy::new(&parameter, source)).map_err(|e| e.at(&name, &shape))
    }

    /// The [plan](Self::plan) of a model that is given by the names, shapes and dtypes of its parameters, as the header of a
    /// checkpoint or a config tells them. Nothing hints at what a parameter is, so what is no weight, no bias and no
    /// running statistic needs a rule or a recipe.
    ///
    /// ```
    /// use candle_core::DType;
    /// use candle_init::{Initializer, Recipe};
    /// let init = Initializer::new(42).recipe(Recipe::named("llama")?);
    /// let plan = init.plan_of([
    ///     ("model.embed_tokens.weight", vec![128256, 4096], DType::BF16),
    ///     ("model.norm.weight", vec![4096], DType::BF16),
    /// ])?;
    /// assert_eq!(plan.elements(), 128_257 * 4096);
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`plan`](Self::plan).
    pub fn plan_of<N, S>(&self, parameters: impl IntoIterator<Item = (N, S, DType)>) -> Result<Plan>
    where
        N: AsRef<str>,
        S: Into<Shape>,
    {
        self.check()?;
        let collect = Collect::new(&self.policy);
        for (name, shape, dtype) in parameters {
            let (name, shape) = (name.as_ref(), shape.into());
            collect.ask(name, &shape, dtype).map_err(|error| error.at(name, &shape))?;
        }
        let plan = collect.finish()?;
        self.check_rules(&plan.shapes.keys().map(String::as_str).collect())?;
        Ok(plan)
    }
}
