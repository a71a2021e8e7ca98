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

#[cfg(test)]
mod tests {
    use super::*;

    use candle_core::{Device, Tensor};
    use candle_init_checkpoint::Checkpoint;
    use candle_nn::VarMap;

    /// Any box of what a checkpoint has, wholly or in part, has the bits that a model gets.
    #[test]
    fn boxes_of_what_is_loaded_are_those_of_the_model() {
        let folder = std::env::temp_dir().join(format!("candle-init-lazy-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let bits = |tensor: Tensor| {
            let values =
                tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1::<f64>().unwrap();
            values.into_iter().map(f64::to_bits).collect::<Vec<_>>()
        };
        for (stored, dtype) in
            [(DType::F32, DType::F32), (DType::BF16, DType::F32), (DType::F32, DType::BF16)]
        {
            let (file, saved) = (folder.join("table.safetensors"), VarMap::new());
            let table = Initializer::new(1).rule("*", "uniform(lo=1, up=2)").var_builder(
                &saved,
                stored,
                &Device::Cpu,
            );
            table.get((7, 6), "table").unwrap();
            saved.save(&file).unwrap();
            let checkpoint = Checkpoint::open(&file).unwrap();
            let rule: Rule = "orthogonal".parse().unwrap(); // is drawn whole
            for (rows, growth) in
                [(7, Growth::Mean), (11, Growth::Mean), (11, Growth::MeanAndCovariance), (11, Growth::Rule)]
            {
                let init = Initializer::new(42).load(checkpoint.clone()).grow("table", growth);
                let ruled = init.clone().rule("table", rule.clone());
                let vb = ruled.var_builder(&VarMap::new(), dtype, &Device::Cpu);
                let whole = vb.get((rows, 6), "table").unwrap();
                let by = (growth, (growth == Growth::Rule).then(|| rule.clone()));
                let tensor = checkpoint.tensor("table").unwrap();
                let lazy = init.lazy_loaded("table", (rows, 6), tensor, Some(by), dtype).unwrap();
                for ranges in
                    [[0..rows, 0..6], [5..rows, 0..6], [0..7, 2..4], [6..rows, 1..5], [rows - 1..rows, 5..6]]
                {
                    let part = lazy.part(&ranges).unwrap().tensor(&Device::Cpu).unwrap();
                    let due = whole.narrow(0, ranges[0].start, ranges[0].len()).unwrap();
                    let due = due.narrow(1, ranges[1].start, ranges[1].len()).unwrap().contiguous().unwrap();
                    assert_eq!(bits(part), bits(due), "{stored:?} {dtype:?} {growth} {ranges:?}");
                }
            }
            let refused = |shape, growth| {
                let tensor = checkpoint.tensor("table").unwrap();
                let lazy = Initializer::new(42).lazy_loaded("table", shape, tensor, growth, dtype);
                lazy.unwrap_err().to_string().contains("has it as [7, 6]")
            };
            assert!(refused((11, 6), None) && refused((11, 6), Some((Growth::Rule, None))));
            assert!(
                refused((6, 6), Some((Growth::Mean, None))) && refused((11, 5), Some((Growth::Mean, None)))
            );
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
