//! Elements that follow from their index.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The value of an element by its index.
type OfIndex = dyn Fn(usize) -> f64 + Send + Sync;

/// A function of the index, which is called like one.
#[derive(Clone)]
pub(crate) struct Formula {
    of_index: Arc<OfIndex>,
    /// Some of the elements with their values, the outermost among them: what a dtype must hold, and what modifiers must
    /// leave a number, before anything is drawn.
    pub(crate) among: Vec<(usize, f64)>,
}

impl Formula {
    pub(crate) fn new(
        among: Vec<(usize, f64)>,
        of_index: impl Fn(usize) -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self { of_index: Arc::new(of_index), among }
    }
}

impl Deref for Formula {
    type Target = OfIndex;

    fn deref(&self) -> &OfIndex {
        &*self.of_index
    }
}

impl fmt::Debug for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Formula").field(&self.among).finish()
    }
}
