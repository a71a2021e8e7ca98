//! The backend of a dry run: it writes down what a model asks for, and hands out tensors without memory.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::Init as Hint;
use candle_nn::var_builder::SimpleBackend;

use crate::element_count::element_count;
use crate::error::{Error, Result};
use crate::model::accounting::Accounting;
use crate::model::answers::Answers;
use crate::model::log::lock;
use crate::model::making::Making;
use crate::model::plan::Plan;
use crate::model::record::Record;
use crate::policy::advice::narrow;
use crate::policy::request::{Planned, Request, Shapes};
use crate::policy::role::starts_at;
use crate::policy::{Policy, Reason};

/// Writes down what a model asks for.
#[derive(Clone)]
pub(crate) struct Collect {
    policy: Arc<Policy>,
    asked: Arc<Mutex<Asked>>,
}

#[derive(Default)]
struct Asked {
    parameters: Vec<Asking>,
    index: HashMap<String, usize>,
    answers: Answers,
}

struct Asking {
    name: String,
    shape: Shape,
    /// One for each request.
    hints: Vec<Hint>,
    dtype: DType,
}

impl Asked {
    fn get(&self, name: &str) -> Option<&Asking> {
        self.index.get(name).and_then(|&at| self.parameters.get(at))
    }
}

impl Collect {
    pub(crate) fn new(policy: &Policy) -> Self {
        Self { policy: Arc::new(policy.clone()), asked: Arc::default() }
    }

    /// The plan: the records in the order of requests, and what was answered.
    pub(crate) fn finish(&self) -> Result<Plan> {
        let (records, shapes) = self.decided()?;
        let mut answers = std::mem::take(&mut lock(&self.asked).answers);
        let exists = |name: &str| shapes.contains_key(name);
        answers.check(&self.policy, exists)?;
        answers.settle(exists);
        let asked = shapes.keys().map(String::as_str).collect();
        let accounting = Accounting::new(&self.policy, &records, &asked)?;
        Ok(Plan::new(records, shapes, answers, accounting))
    }

    /// What is decided for what was asked for until now, each by the whole of the model.
    pub(crate) fn decided(&self) -> Result<(Vec<Record>, Shapes)> {
        let parameters = &lock(&self.asked).parameters;
        let shapes: Shapes = parameters.iter().map(Asking::planned).collect();
        let (mut records, mut uncovered, mut ambiguous) = (Vec::new(), Vec::new(), None);
        for asking in parameters {
            match asking.record(&self.policy, &shapes) {
                Ok(record) => records.push(record),
                Err(other @ Error::Ambiguous { .. }) => drop(ambiguous.get_or_insert(other)),
                Err(Error::Uncovered { mut parameters } | Error::NotLoaded { mut parameters }) => {
                    uncovered.append(&mut parameters);
                }
                Err(other) => return Err(other.at(&asking.name, &asking.shape)),
            }
        }
        if !uncovered.is_empty() {
            // What a norm is of is asked for twice.
            let mut listed = HashSet::new();
            uncovered.retain(|parameter| listed.insert(parameter.name.clone()));
            return Err(match self.policy.loading.checkpoints.is_empty() || self.policy.lenient {
                true => {
                    narrow(&mut uncovered, &taken(&records));
                    Error::Uncovered { parameters: uncovered }
                }
                false => self.policy.loading.near(Error::NotLoaded { parameters: uncovered }),
            });
        }
        ambiguous.map_or(Ok((records, shapes)), Err)
    }

    /// Writes down a parameter of which a name and a shape are all that is known.
    pub(crate) fn ask(&self, name: &str, shape: &Shape, dtype: DType) -> Result<()> {
        self.request(name, shape, Hint::Const(starts_at(name)), dtype)
    }

    fn request(&self, name: &str, shape: &Shape, hint: Hint, dtype: DType) -> Result<()> {
        Request { name, shape, hint, model: None }.possible()?;
        element_count(shape)?;
        let mut asked = lock(&self.asked);
        if let Some(&index) = asked.index.get(name) {
            return asked.parameters.get_mut(index).map_or(Ok(()), |before| before.again(shape, hint, dtype));
        }
        let index = asked.parameters.len();
        asked.index.insert(name.into(), index);
        asked.parameters.push(Asking { name: name.into(), shape: shape.clone(), hints: vec![hint], dtype });
        Ok(())
    }
}

impl Asking {
    fn planned(&self) -> (String, Planned) {
        let hint = self.hints.first().copied().unwrap_or(Hint::Const(0.0));
        (self.name.clone(), Planned { shape: self.shape.clone(), hint })
    }

    fn record(&self, policy: &Policy, shapes: &Shapes) -> Result<Record> {
        let Self { name, shape, hints, dtype } = self;
        let request = |hint: &Hint| Request { name, shape, hint: *hint, model: Some(shapes) };
        let Some((first, others)) = hints.split_first() else {
            return Ok(Record::foreign(name, shape, *dtype));
        };
        let record = Making::new(policy, request(first), *dtype)?.record;
        if let Some(rule) = record.rule.as_ref().filter(|_| dtype.is_float()) {
            others.iter().try_for_each(|hint| policy.agrees(&request(hint), rule, record.layer))?;
        }
        Ok(record)
    }

    /// That a name is asked for again as it was before.
    fn again(&mut self, shape: &Shape, hint: Hint, dtype: DType) -> Result<()> {
        if (&self.shape, self.dtype) == (shape, dtype) {
            self.hints.push(hint);
            return Ok(());
        }
        let text = |shape: &Shape, dtype: DType| format!("{dtype:?} of shape {shape:?}");
        Err(Error::Conflict { existing: text(&self.shape, self.dtype), asked: text(shape, dtype) })
    }
}

/// The most elements of a placeholder that has memory of its own. Constructors that gather, sort or slice what they
/// fetched need that, and do so with tables and vectors; the pages are untouched zeros, so they cost addresses, not memory.
const REAL: usize = 1 << 22;

/// A tensor of this shape; a large one lies over the memory of one element.
fn placeholder(shape: &Shape, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
    if shape.dims().contains(&0) || shape.elem_count() <= REAL {
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
        let name = {
            let answers = &mut lock(&self.asked).answers;
            let name = answers.kept_as(&self.policy, name)?;
            answers.used(&name, hint);
            name
        };
        match self.request(&name, &shape, hint, dtype) {
            Ok(()) => placeholder(&shape, dtype, device),
            Err(error) => Err(lock(&self.asked).answers.remember(&name, error.at(&name, &shape))),
        }
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let kept = lock(&self.asked).answers.kept_as(&self.policy, name)?;
        if let Some(asked) = lock(&self.asked).get(&kept) {
            return placeholder(&asked.shape, dtype, device);
        }
        match self.policy.shape(&kept) {
            Some(shape) => self.get(shape, &kept, Hint::Const(0.0), dtype, device),
            None => {
                let error = Error::NoShape { parameter: kept.to_string() };
                Err(lock(&self.asked).answers.remember(&kept, error))
            }
        }
    }

    fn contains_tensor(&self, name: &str) -> bool {
        let mut asked = lock(&self.asked);
        let kept = self.policy.kept_as(name);
        asked.get(kept).is_some() || asked.answers.exists(&self.policy, name)
    }
}

/// The parameters that one more rule would take from what they have: an earlier rule comes first, and running statistics
/// have none.
fn taken(records: &[Record]) -> Vec<&str> {
    let stays = |reason: &Reason| matches!(reason, Reason::Rule { .. } | Reason::RunningStatistic);
    records.iter().filter(|record| !stays(&record.reason)).map(|record| record.name.as_str()).collect()
}
