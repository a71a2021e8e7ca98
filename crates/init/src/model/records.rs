//! What was decided, until it is reported.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use candle_core::TensorId;

use crate::model::record::Record;

/// What was decided, by the identity of the tensor that came of it: right for any number of maps.
pub(crate) type Records = Arc<Mutex<HashMap<TensorId, Record>>>;

/// A thread that panicked inside the lock has left whole entries.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
