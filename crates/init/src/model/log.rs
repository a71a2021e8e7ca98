//! What was decided and what was answered, until it is reported.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::TensorId;
use candle_nn::VarMap;

use crate::model::answers::Answers;
use crate::model::record::Record;

/// What an initializer has done, for each map that it built into until another map lies in its place: candle does not tell
/// when one is gone. So it holds as much as the most maps that there were at a time.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// What was decided, by the identity of the tensor that came of it: right for any number of maps.
    records: HashMap<TensorId, Record>,
    maps: HashMap<usize, Built>,
    /// The names of all parameters that ever were: rules may be for several models.
    names: HashSet<String>,
}

/// What was built into one map.
#[derive(Debug, Default)]
struct Built {
    parameters: Vec<TensorId>,
    /// What its models were answered besides tensors.
    answers: Answers,
}

/// A log that the clones of an initializer share.
pub(crate) type SharedLog = Arc<Mutex<Log>>;

impl Log {
    /// Keeps what was decided for a tensor of a map.
    pub(crate) fn note(&mut self, vars: &VarMap, id: TensorId, record: Record) {
        if !self.names.contains(&record.name) {
            self.names.insert(record.name.clone());
        }
        self.map(vars).parameters.push(id);
        self.records.insert(id, record);
    }

    /// What was decided for a tensor, if it was made here.
    pub(crate) fn record(&self, id: TensorId) -> Option<&Record> {
        self.records.get(&id)
    }

    /// The names of all parameters that were made, of any map.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The answers to the models of a map.
    pub(crate) fn answers(&mut self, vars: &VarMap) -> &mut Answers {
        &mut self.map(vars).answers
    }

    /// Forgets what was built into an empty map, since it was another map that lay there before, or has been emptied.
    pub(crate) fn forget(&mut self, vars: &VarMap) {
        let built = self.maps.remove(&address(vars)).unwrap_or_default();
        built.parameters.iter().for_each(|id| drop(self.records.remove(id)));
    }

    fn map(&mut self, vars: &VarMap) -> &mut Built {
        self.maps.entry(address(vars)).or_default()
    }
}

/// What distinguishes maps: clones of one share their variables.
fn address(vars: &VarMap) -> usize {
    std::ptr::from_ref(vars.data()).addr()
}

/// A thread that panicked inside the lock has left whole entries.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Result, Shape, Tensor};

    use super::*;

    fn build(log: &mut Log, vars: &VarMap) -> Result<()> {
        for name in ["weight", "bias"] {
            let id = Tensor::zeros(2, DType::F32, &Device::Cpu)?.id();
            log.note(vars, id, Record::foreign(name, &Shape::from(2), DType::F32));
        }
        Ok(())
    }

    /// In one place one map after another, each of one layer of two parameters.
    #[test]
    fn records_of_a_map_end_with_it() -> Result<()> {
        let (mut log, vars) = (Log::default(), VarMap::new());
        for _ in 0..1000 {
            log.forget(&vars);
            build(&mut log, &vars)?;
        }
        assert_eq!((log.records.len(), log.maps.len(), log.names.len()), (2, 1, 2));
        Ok(())
    }

    /// Maps that live side by side keep theirs.
    #[test]
    fn records_of_maps_that_live_are_kept() -> Result<()> {
        let (mut log, maps) = (Log::default(), [(); 9].map(|()| VarMap::new()));
        maps.iter().try_for_each(|vars| build(&mut log, vars))?;
        log.forget(&maps[3]);
        assert_eq!((log.records.len(), log.maps.len(), log.names.len()), (16, 8, 2));
        Ok(())
    }
}
