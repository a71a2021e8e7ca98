//! The backend behind a `VarBuilder` that makes variables and puts them into a `VarMap`.

use std::collections::hash_map::Entry;

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init as Hint, VarMap};

use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::{Error, Result};
use crate::model::record::Record;
use crate::model::records::{Records, lock};
use crate::model::refused::Refused;
use crate::policy::Policy;
use crate::policy::request::Request;

/// Makes variables and puts them into a `VarMap`.
pub(crate) struct Build {
    pub(crate) policy: Policy,
    pub(crate) refused: Option<Refused>,
    pub(crate) vars: VarMap,
    pub(crate) records: Records,
}

impl Build {
    fn existing(&self, name: &str) -> Option<Var> {
        lock(self.vars.data()).get(name).cloned()
    }

    fn request(&self, request: &Request<'_>, dtype: DType, device: &Device) -> Result<Tensor> {
        if let Some(refused) = &self.refused {
            return Err(refused.error());
        }
        let (name, shape) = (request.name, request.shape);
        if let Some(var) = self.existing(name) {
            return reuse(&var, shape, dtype, device);
        }
        as_planned(request)?;
        let decision = self.policy.decide(request)?;
        let parameter = Parameter { seed: self.policy.seed, name, shape, layer: decision.layer, dtype };
        let resolved = Resolved::new(&decision.rule, &parameter)?;
        let var = resolved.draw(&parameter, device)?;
        // Drawn outside the lock, so that threads build at once; the name decides the values, so whoever
        // comes first leaves the same ones.
        match lock(self.vars.data()).entry(name.into()) {
            Entry::Occupied(other) => reuse(other.get(), shape, dtype, device),
            Entry::Vacant(vacant) => {
                let record = Record::new(name, shape, dtype, &decision, &resolved);
                lock(&self.records).insert(var.id(), record);
                Ok(vacant.insert(var).as_tensor().clone())
            }
        }
    }
}

/// That a parameter of the plan has the shape that was planned.
fn as_planned(request: &Request<'_>) -> Result<()> {
    match request.model.and_then(|model| model.get(request.name)) {
        Some(planned) if planned != request.shape => Err(Error::Conflict {
            existing: format!("shape {planned:?} in the plan"),
            asked: format!("shape {:?}", request.shape),
        }),
        _ => Ok(()),
    }
}

/// One name, one tensor: the same shape, dtype and device, or an error.
fn reuse(var: &Var, shape: &Shape, dtype: DType, device: &Device) -> Result<Tensor> {
    if var.shape() != shape {
        return conflict(format!("shape {:?}", var.shape()), format!("shape {shape:?}"));
    }
    if var.dtype() != dtype {
        return conflict(format!("{:?}", var.dtype()), format!("{dtype:?}"));
    }
    if !var.device().same_device(device) {
        return conflict(format!("{:?}", var.device().location()), format!("{:?}", device.location()));
    }
    Ok(var.as_tensor().clone())
}

fn conflict<T>(existing: String, asked: String) -> Result<T> {
    Err(Error::Conflict { existing, asked })
}

impl SimpleBackend for Build {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        hint: Hint,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let request = Request { name, shape: &shape, hint, model: self.policy.model.as_deref() };
        Ok(self.request(&request, dtype, device).map_err(|e| e.at(name, &shape))?)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let var = self.existing(name).ok_or_else(|| Error::NoShape { parameter: name.into() })?;
        Ok(reuse(&var, var.shape(), dtype, device).map_err(|e| e.at(name, var.shape()))?)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.existing(name).is_some()
    }
}
