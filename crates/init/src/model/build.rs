//! The backend behind a `VarBuilder` that makes variables and puts them into a `VarMap`.

use std::collections::hash_map::Entry;

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init as Hint, VarMap};

use crate::element_count::element_count;
use crate::error::{Error, Result};
use crate::model::log::{SharedLog, lock};
use crate::model::making::Making;
use crate::model::refused::Refused;
use crate::policy::Policy;
use crate::policy::request::{Planned, Request};

/// Makes variables and puts them into a `VarMap`.
pub(crate) struct Build {
    pub(crate) policy: Policy,
    pub(crate) refused: Option<Refused>,
    pub(crate) vars: VarMap,
    pub(crate) log: SharedLog,
}

impl Build {
    fn existing(&self, name: &str) -> Option<Var> {
        lock(self.vars.data()).get(name).cloned()
    }

    fn request(&self, request: &Request<'_>, dtype: DType, device: &Device) -> Result<Tensor> {
        if let Some(refused) = &self.refused {
            return Err(refused.error());
        }
        request.possible()?;
        let (name, shape) = (request.name, request.shape);
        element_count(shape)?; // before candle multiplies them, as it does for integers
        if let Some(var) = self.existing(name) {
            let tensor = reuse(&var, shape, dtype, device)?;
            return self.as_before(request, &var).map(|()| tensor);
        }
        as_planned(request)?;
        let making = Making::new(&self.policy, *request, dtype)?;
        let (var, record) = (making.var(device)?, making.record);
        // Drawn outside the lock, so that threads build at once; the name decides the values, so whoever
        // comes first leaves the same ones.
        match lock(self.vars.data()).entry(name.into()) {
            Entry::Occupied(other) => reuse(other.get(), shape, dtype, device),
            Entry::Vacant(vacant) => {
                lock(&self.log).note(&self.vars, var.id(), record);
                Ok(vacant.insert(var).as_tensor().clone())
            }
        }
    }

    /// That a variable which was made here would be made so again.
    fn as_before(&self, request: &Request<'_>, var: &Var) -> Result<()> {
        let made = lock(&self.log).record(var.id()).and_then(|r| Some((r.rule.clone()?, r.layer)));
        match made {
            Some((rule, layer)) if var.dtype().is_float() => self.policy.agrees(request, &rule, layer),
            _ => Ok(()),
        }
    }

    /// The name that a parameter is kept under.
    fn kept_as(&self, name: &str) -> candle_core::Result<String> {
        lock(&self.log).answers(&self.vars).kept_as(&self.policy, name)
    }

    fn remember(&self, name: &str, error: Error) -> candle_core::Error {
        lock(&self.log).answers(&self.vars).remember(name, error)
    }
}

/// That a parameter of the plan has the shape that was planned.
fn as_planned(request: &Request<'_>) -> Result<()> {
    match request.model.and_then(|model| model.get(request.name)) {
        Some(Planned { shape, .. }) if shape != request.shape => Err(Error::Conflict {
            existing: format!("shape {shape:?} in the plan"),
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
        let name = &self.kept_as(name)?;
        lock(&self.log).answers(&self.vars).used(name, hint);
        let request = Request { name, shape: &shape, hint, model: self.policy.model.as_deref() };
        let made = self.request(&request, dtype, device);
        made.map_err(|e| self.remember(name, self.policy.loading.near(e).at(name, &shape)))
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let kept = &self.kept_as(name)?;
        if let Some(var) = self.existing(kept) {
            return Ok(reuse(&var, var.shape(), dtype, device).map_err(|e| e.at(kept, var.shape()))?);
        }
        match self.policy.shape(kept) {
            Some(shape) => self.get(shape, kept, Hint::Const(0.0), dtype, device),
            None => Err(self.remember(kept, Error::NoShape { parameter: kept.clone() })),
        }
    }

    fn contains_tensor(&self, name: &str) -> bool {
        let kept = self.policy.kept_as(name);
        self.existing(kept).is_some() || lock(&self.log).answers(&self.vars).exists(&self.policy, name)
    }
}
