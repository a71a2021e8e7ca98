//! The figures of a signal, and what is wrong with them.

pub(crate) mod blocked;
pub(crate) mod chance;
pub(crate) mod cut;
mod depth;
pub(crate) mod judge;
pub(crate) mod measure;
pub(crate) mod symmetric;
pub(crate) mod terms;
pub(crate) mod twins;
pub(crate) mod unread;
