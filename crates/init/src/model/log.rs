//! What was decided and what was answered, until it is reported.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::TensorId;
use candle_nn::VarMap;

use crate::model::answers::Answers;
use crate::model::record::Record;

/// What an initializer has done.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// What was decided, by the identity of the tensor that came of it: right for any number of maps.
    pub(crate) records: HashMap<TensorId, Record>,
    /// What models were answered besides tensors, by the map that they are built into.
    answers: HashMap<usize, Answers>,
}

/// A log that the clones of an initializer share.
pub(crate) type SharedLog = Arc<Mutex<Log>>;

impl Log {
    /// The answers to the models of a map.
    pub(crate) fn answers(&mut self, vars: &VarMap) -> &mut Answers {
        self.answers.entry(address(vars)).or_default()
    }

    /// Forgets what a map's models were answered, since another map lay there before.
    pub(crate) fn forget(&mut self, vars: &VarMap) {
        self.answers.remove(&address(vars));
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
