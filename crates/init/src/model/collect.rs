//! The backend of a dry run: it writes down what a model asks for, and hands out tensors without memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::Init as Hint;
use candle_nn::var_builder::SimpleBackend;

use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::element_count::element_count;
use crate::error::{Error, Result};
use crate::model::record::Record;
use crate::model::records::lock;
use crate::policy::Policy;
use crate::policy::request::{Request, Shapes};

/// Writes down what a model asks for.
#[derive(Clone, Default)]
pub(crate) struct Collect(Arc<Mutex<Asked>>);

#[derive(Default)]
struct Asked {
    parameters: Vec<Asking>,
    index: HashMap<String, usize>,
}

struct Asking {
    name: String,
    shape: Shape,
    hint: Hint,
    dtype: DType,
}

impl Asked {
    fn get(&self, name: &str) -> Option<&Asking> {
        self.index.get(name).and_then(|&at| self.parameters.get(at))
    }
}

impl Collect {
    /// The records in the order of requests, each decided by the whole of the model, and its names and shapes.
    pub(crate) fn finish(&self, policy: &Policy) -> Result<(Vec<Record>, Shapes)> {
        let asked = std::mem::take(&mut *lock(&self.0)).parameters;
        let shapes: Shapes = asked.iter().map(|a| (a.name.clone(), a.shape.clone())).collect();
        let (mut records, mut uncovered) = (Vec::new(), Vec::new());
        for asking in &asked {
            match asking.record(policy, &shapes) {
                Ok(record) => records.push(record),
                Err(Error::Uncovered { mut parameters }) => uncovered.append(&mut parameters),
                Err(other) => return Err(other.at(&asking.name, &asking.shape)),
            }
        }
        if uncovered.is_empty() {
            Ok((records, shapes))
        } else {
            Err(Error::Uncovered { parameters: uncovered })
        }
    }

    fn request(&self, name: &str, shape: &Shape, hint: Hint, dtype: DType) -> Result<()> {
        element_count(shape)?;
        let mut asked = lock(&self.0);
        if let Some(before) = asked.get(name) {
            return before.again(shape, dtype);
        }
        let index = asked.parameters.len();
        asked.index.insert(name.into(), index);
        asked.parameters.push(Asking { name: name.into(), shape: shape.clone(), hint, dtype });
        Ok(())
    }
}

impl Asking {
    fn record(&self, policy: &Policy, shapes: &Shapes) -> Result<Record> {
        let Self { name, shape, hint, dtype } = self;
        let decision = policy.decide(&Request { name, shape, hint: *hint, model: Some(shapes) })?;
        let parameter = Parameter { seed: policy.seed, name, shape, layer: decision.layer, dtype: *dtype };
        let resolved = Resolved::new(&decision.rule, &parameter)?;
        Ok(Record::new(name, shape, *dtype, &decision, &resolved))
    }

    /// That a name is asked for again as it was before.
    fn again(&self, shape: &Shape, dtype: DType) -> Result<()> {
        if (&self.shape, self.dtype) == (shape, dtype) {
            return Ok(());
        }
        let text = |shape: &Shape, dtype: DType| format!("{dtype:?} of shape {shape:?}");
        Err(Error::Conflict { existing: text(&self.shape, self.dtype), asked: text(shape, dtype) })
    }
}

/// A tensor of this shape over the memory of one element.
fn placeholder(shape: &Shape, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
    if shape.dims().contains(&0) {
        return Tensor::zeros(shape, dtype, device);
    }
    Tensor::zeros((), dtype, device)?.broadcast_as(shape)
}

impl SimpleBackend for Collect {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        hint: Hint,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        self.request(name, &shape, hint, dtype).map_err(|e| e.at(name, &shape))?;
        placeholder(&shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let shape = {
            let asked = lock(&self.0);
            asked.get(name).ok_or_else(|| Error::NoShape { parameter: name.into() })?.shape.clone()
        };
        placeholder(&shape, dtype, device)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        lock(&self.0).get(name).is_some()
    }
}
