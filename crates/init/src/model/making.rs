//! One parameter about to be made: everything decided and checked, nothing read or drawn.

use candle_core::{DType, Device, Tensor, Var};
use candle_init_checkpoint as checkpoint;
use candle_nn::Init as Hint;

use crate::draw::grown::{about_the_mean, grown};
use crate::draw::loaded::loaded;
use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::error::Result;
use crate::layer::Layer;
use crate::model::initializer::Initializer;
use crate::model::record::Record;
use crate::policy::loading::{Growth, Source};
use crate::policy::request::Request;
use crate::policy::{Decision, Policy, Reason};

/// A parameter, where its values come from, and its record.
pub(crate) struct Making<'a> {
    policy: &'a Policy,
    request: Request<'a>,
    dtype: DType,
    layer: Layer,
    values: Values<'a>,
    pub(crate) record: Record,
}

/// Where the values come from.
enum Values<'a> {
    Buffer(Hint),
    Loaded(&'a checkpoint::Tensor),
    /// With the rule for the new rows, if they have one.
    Grown(&'a checkpoint::Tensor, Growth, Option<Resolved>),
    Drawn(Resolved),
}

impl<'a> Making<'a> {
    /// What the policy says of a request.
    pub(crate) fn new(policy: &'a Policy, request: Request<'a>, dtype: DType) -> Result<Self> {
        let made = |values, layer, record: Record| {
            let record = Record { frozen: policy.is_frozen(request.name), ..record };
            Self { policy, request, dtype, layer, values, record }
        };
        let foreign = |reason| Record { reason, ..Record::foreign(request.name, request.shape, dtype) };
        let layer = Layer::of_shape(request.shape);
        match policy.loading.source(&request)? {
            Source::Loaded(tensor) => {
                Ok(made(Values::Loaded(tensor), layer, foreign(Reason::loaded(tensor, dtype))))
            }
            Source::Grown(tensor, growth) if growth != Growth::Rule => {
                let record = foreign(Reason::grown(tensor, request.shape, growth));
                Ok(made(Values::Grown(tensor, growth, None), layer, record))
            }
            Source::Grown(tensor, growth) => {
                let (decision, resolved) = decided(policy, &request, dtype)?;
                let reason = Reason::grown(tensor, request.shape, growth);
                let record =
                    Record { reason, expected: None, ..record(&request, dtype, &decision, &resolved) };
                Ok(made(Values::Grown(tensor, growth, Some(resolved)), decision.layer, record))
            }
            Source::Drawn if policy.is_buffer(&request, dtype) => {
                Ok(made(Values::Buffer(request.hint), layer, Record::buffer(&request, dtype)))
            }
            Source::Drawn => {
                let (decision, resolved) = decided(policy, &request, dtype)?;
                let record = record(&request, dtype, &decision, &resolved);
                Ok(made(Values::Drawn(resolved), decision.layer, record))
            }
        }
    }

    /// What a record says of its parameter; `None` for what was not made here.
    fn of_record(policy: &'a Policy, record: &'a Record, dtype: DType) -> Result<Option<Self>> {
        let (name, shape, layer) = (record.name.as_str(), &record.shape, record.layer);
        let request = Request { name, shape, hint: Hint::Const(0.0), model: None };
        let resolved = || -> Result<_> {
            let name = policy.stream_name(name);
            let parameter = Parameter { seed: policy.seed, name: &name, shape, layer, dtype };
            record.rule.as_ref().map(|rule| Resolved::new(rule, &parameter)).transpose()
        };
        let tensor = policy.loading.tensor(name);
        let values = match (&record.reason, tensor) {
            (Reason::Loaded { .. }, Some(tensor)) => Some(Values::Loaded(tensor)),
            (Reason::Grown { by, .. }, Some(tensor)) => Some(Values::Grown(tensor, *by, resolved()?)),
            _ => resolved()?.map(Values::Drawn),
        };
        let making = |values| Self { policy, request, dtype, layer, values, record: record.clone() };
        Ok(values.map(making))
    }

    /// The variable.
    pub(crate) fn var(&self, device: &Device) -> Result<Var> {
        let Self { request, dtype, layer, .. } = self;
        let name = self.policy.stream_name(request.name);
        let (seed, shape) = (self.policy.seed, request.shape);
        let parameter = Parameter { seed, name: &name, shape, layer: *layer, dtype: *dtype };
        match &self.values {
            Values::Buffer(hint) => Ok(hint.var(shape, *dtype, device)?),
            Values::Loaded(tensor) => loaded(tensor, shape, *dtype, device),
            Values::Grown(tensor, growth, resolved) => {
                let new = new_rows(tensor, *growth, resolved.as_ref(), &parameter)?;
                grown(tensor, &new, &parameter, device)
            }
            Values::Drawn(resolved) => resolved.draw(&parameter, device),
        }
    }
}

fn new_rows(
    tensor: &checkpoint::Tensor,
    growth: Growth,
    resolved: Option<&Resolved>,
    parameter: &Parameter<'_>,
) -> Result<Tensor> {
    let Some(resolved) = resolved else {
        return about_the_mean(tensor, growth == Growth::MeanAndCovariance, parameter);
    };
    let old = tensor.shape().first().copied().unwrap_or(0);
    let whole = resolved.draw(parameter, &Device::Cpu)?.as_detached_tensor();
    Ok(whole.narrow(0, old, whole.dim(0)? - old)?)
}

fn record(request: &Request<'_>, dtype: DType, decision: &Decision, resolved: &Resolved) -> Record {
    Record::new(request.name, request.shape, dtype, decision, resolved)
}

/// The rule of a parameter that no checkpoint has, and its numbers.
fn decided(policy: &Policy, request: &Request<'_>, dtype: DType) -> Result<(Decision, Resolved)> {
    let decision = policy.decide_new(request)?;
    let name = policy.stream_name(request.name);
    let (seed, shape, layer) = (policy.seed, request.shape, decision.layer);
    let resolved = Resolved::new(&decision.rule, &Parameter { seed, name: &name, shape, layer, dtype })?;
    Ok((decision, resolved))
}

impl Initializer {
    /// The values that a record of this initializer's plan stands for, in a dtype; `None` for what was not made here.
    #[doc(hidden)]
    pub fn again(&self, record: &Record, dtype: DType, device: &Device) -> Result<Option<Tensor>> {
        let making = Making::of_record(self.policy(), record, dtype)?;
        let var = making.map(|making| making.var(device)).transpose();
        Ok(var.map_err(|e| e.at(&record.name, &record.shape))?.map(|var| var.as_detached_tensor()))
    }
}
