//! The two backends behind a `VarBuilder`: one makes variables, one only writes down what it would make.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init as Hint, VarMap};

use crate::draw::parameter::Target;
use crate::draw::resolved::Source;
use crate::error::Error;
use crate::error::Result;
use crate::model::Record;
use crate::model::initializer::{Records, lock};
use crate::policy::Policy;
use crate::policy::pattern::Refused;
use crate::policy::role::Asked;

/// Makes variables and puts them into a `VarMap`.
pub(crate) struct Wet {
    pub(crate) policy: Policy,
    pub(crate) refused: Option<Refused>,
    pub(crate) vars: VarMap,
    pub(crate) records: Records,
}

impl Wet {
    fn existing(&self, name: &str) -> Option<Var> {
        lock(self.vars.data()).get(name).cloned()
    }

    fn request(
        &self,
        shape: &Shape,
        name: &str,
        hint: Hint,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        if let Some(refused) = &self.refused {
            return Err(refused.error());
        }
        if let Some(var) = self.existing(name) {
            return reuse(&var, shape, dtype, device);
        }
        let known = |name: &str| self.existing(name).map(|var| var.shape().clone());
        let decision = self.policy.decide(&Asked { name, shape, hint, known: &known })?;
        let target = Target { seed: self.policy.seed, name, shape, layer: decision.layer, dtype };
        let source = Source::new(&decision.rule, &target)?;
        let var = source.draw(&target, device)?;
        // Drawn outside the lock, so that threads build at once; the name decides the values, so whoever
        // comes first leaves the same ones.
        match lock(self.vars.data()).entry(name.into()) {
            Entry::Occupied(other) => reuse(other.get(), shape, dtype, device),
            Entry::Vacant(place) => {
                let record = Record::new(name, shape, dtype, &decision, &source);
                lock(&self.records).insert(var.id(), record);
                Ok(place.insert(var).as_tensor().clone())
            }
        }
    }
}

/// One name, one tensor: the same shape, dtype and device, or an error.
fn reuse(var: &Var, shape: &Shape, dtype: DType, device: &Device) -> Result<Tensor> {
    if var.shape() != shape {
        return Err(Error::ShapeConflict { existing: var.shape().clone() });
    }
    if var.dtype() != dtype {
        return Err(Error::DTypeConflict { existing: var.dtype(), asked: dtype });
    }
    if !var.device().same_device(device) {
        return Err(Error::DeviceConflict { existing: format!("{:?}", var.device().location()) });
    }
    Ok(var.as_tensor().clone())
}

impl SimpleBackend for Wet {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        hint: Hint,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        Ok(self.request(&shape, name, hint, dtype, device).map_err(|e| e.at(name, &shape))?)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let var = self.existing(name).ok_or_else(|| Error::NoShape { parameter: name.into() })?;
        Ok(reuse(&var, var.shape(), dtype, device).map_err(|e| e.at(name, var.shape()))?)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.existing(name).is_some()
    }
}

/// Writes down what would be made.
#[derive(Clone)]
pub(crate) struct Dry {
    policy: Policy,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    records: Vec<Record>,
    index: HashMap<String, usize>,
    uncovered: Vec<crate::policy::uncovered::Uncovered>,
}

impl Seen {
    fn record(&self, name: &str) -> Option<&Record> {
        self.index.get(name).and_then(|&at| self.records.get(at))
    }
}

impl Dry {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, seen: Arc::default() }
    }

    /// The records in the order of requests.
    pub(crate) fn finish(&self) -> Result<Vec<Record>> {
        let mut seen = lock(&self.seen);
        if seen.uncovered.is_empty() {
            return Ok(std::mem::take(&mut seen.records));
        }
        Err(Error::Uncovered { parameters: std::mem::take(&mut seen.uncovered) })
    }

    fn request(&self, shape: &Shape, name: &str, hint: Hint, dtype: DType) -> Result<()> {
        let mut seen = lock(&self.seen);
        if let Some(record) = seen.record(name) {
            return repeat(record, shape, dtype);
        }
        let known = |name: &str| seen.record(name).map(|record| record.shape.clone());
        match self.policy.decide(&Asked { name, shape, hint, known: &known }) {
            Ok(decision) => {
                let target = Target { seed: self.policy.seed, name, shape, layer: decision.layer, dtype };
                let source = Source::new(&decision.rule, &target)?;
                let record = Record::new(name, shape, dtype, &decision, &source);
                let at = seen.records.len();
                seen.index.insert(name.into(), at);
                seen.records.push(record);
            }
            Err(Error::Uncovered { parameters }) => {
                let new = parameters.into_iter().filter(|p| !seen.uncovered.contains(p)).collect::<Vec<_>>();
                seen.uncovered.extend(new);
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }
}

fn repeat(record: &Record, shape: &Shape, dtype: DType) -> Result<()> {
    if record.shape != *shape {
        return Err(Error::ShapeConflict { existing: record.shape.clone() });
    }
    if record.dtype != dtype {
        return Err(Error::DTypeConflict { existing: record.dtype, asked: dtype });
    }
    Ok(())
}

/// A tensor of this shape over the memory of one element.
fn placeholder(shape: &Shape, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
    if shape.dims().contains(&0) {
        return Tensor::zeros(shape, dtype, device);
    }
    Tensor::zeros((), dtype, device)?.broadcast_as(shape)
}

impl SimpleBackend for Dry {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        hint: Hint,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        self.request(&shape, name, hint, dtype).map_err(|e| e.at(name, &shape))?;
        placeholder(&shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let shape = {
            let seen = lock(&self.seen);
            seen.record(name).ok_or_else(|| Error::NoShape { parameter: name.into() })?.shape.clone()
        };
        placeholder(&shape, dtype, device)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        lock(&self.seen).index.contains_key(name)
    }
}
