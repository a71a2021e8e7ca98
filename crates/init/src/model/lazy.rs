//! Parameters that are drawn in parts, and plans of models that are names and shapes.

use candle_core::{DType, Shape};
use candle_init_checkpoint as checkpoint;

use crate::draw::lazy::Lazy;
use crate::draw::origin::{NewRows, Origin};
use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::{Error, Result};
use crate::layer::Layer;
use crate::model::collect::Collect;
use crate::model::initializer::Initializer;
use crate::model::plan::Plan;
use crate::policy::Growth;
use crate::policy::loading::{has_more_rows, other_shape};
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
        source
            .and_then(|source| Lazy::new(&parameter, Origin::Drawn(source)))
            .map_err(|e| e.at(&name, &shape))
    }

    /// One parameter that a checkpoint has, without memory: what [`load`](Self::load) gives a model, of which any part can be
    /// read, converted to `dtype`. Where the tensor has fewer rows, `growth` says how the others start
    /// ([`grow`](Self::grow)), and for [`Growth::Rule`] it comes with the rule.
    ///
    /// ```
    /// # use candle_core::{DType, Device};
    /// # use candle_init::{Checkpoint, Initializer, init};
    /// use candle_init::Growth;
    /// # let file = std::env::temp_dir().join(format!("lazy-{}.safetensors", std::process::id()));
    /// # let vars = candle_nn::VarMap::new();
    /// # candle_nn::embedding(100, 8, Initializer::new(1).var_builder(&vars, DType::BF16, &Device::Cpu).pp("embed"))?;
    /// # vars.save(&file)?;
    /// let checkpoint = Checkpoint::open(&file)?;
    /// let old = checkpoint.tensor("embed.weight")?;
    /// let table = Initializer::new(42).lazy_loaded("embed.weight", (110, 8), old, Some((Growth::Mean, None)), DType::F32)?;
    /// assert_eq!(table.part(&[95..110, 0..8])?.tensor(&Device::Cpu)?.dims(), [15, 8]);
    /// # std::fs::remove_file(file).ok();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::FileShape`] for a tensor of another shape; [`Error::FileDType`] for one that candle cannot read; what is wrong
    /// with the rule.
    pub fn lazy_loaded(
        &self,
        name: &str,
        shape: impl Into<Shape>,
        tensor: &checkpoint::Tensor,
        growth: Option<(Growth, Option<Rule>)>,
        dtype: DType,
    ) -> Result<Lazy> {
        let shape = shape.into();
        let layer = growth.iter().find_map(|(_, rule)| rule.as_ref()?.layer);
        let layer = layer.unwrap_or_else(|| Layer::of_shape(&shape));
        let stream = self.policy.stream_name(name);
        let parameter = Parameter { seed: self.policy.seed, name: &stream, shape: &shape, layer, dtype };
        let origin = origin(name, tensor, growth, &parameter);
        origin.and_then(|origin| Lazy::new(&parameter, origin)).map_err(|e| e.at(name, &shape))
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
        self.understood()?;
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

/// A tensor of a checkpoint, with what is below its rows.
fn origin(
    name: &str,
    tensor: &checkpoint::Tensor,
    growth: Option<(Growth, Option<Rule>)>,
    parameter: &Parameter<'_>,
) -> Result<Origin> {
    let asked = parameter.shape.dims();
    if tensor.shape() == asked {
        return Ok(Origin::Stored(tensor.clone()));
    }
    let more_rows = has_more_rows(tensor.shape(), asked);
    let new = match growth.filter(|_| more_rows) {
        Some((Growth::Rule, Some(rule))) => NewRows::Drawn(Resolved::new(&rule, parameter)?),
        Some((growth @ (Growth::Mean | Growth::MeanAndCovariance), _)) => {
            NewRows::AboutTheMean { spread: growth == Growth::MeanAndCovariance }
        }
        Some((Growth::Rule, None)) | None => return Err(other_shape(name, tensor, more_rows)),
    };
    Ok(Origin::Grown(tensor.clone(), new))
}
