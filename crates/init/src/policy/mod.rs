//! Which rule does a parameter get, and why: a pure function of its name, shape and hint, and of the rules.

pub(crate) mod advice;
mod decide;
mod existence;
mod framework;
pub(crate) mod loading;
mod naming;
mod normed;
pub(crate) mod pattern;
pub(crate) mod prescription;
mod reason;
mod recurrent;
pub(crate) mod request;
pub(crate) mod role;
mod usage;

pub(crate) use decide::{Decision, Policy};
pub use framework::Framework;
pub use loading::Growth;
pub use reason::Reason;
