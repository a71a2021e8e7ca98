//! What the example programs share: they train deep networks on handwritten digits and show what
//! initialization decides.
//!
//! `relu.rs` and `tanh.rs` beside `src/` are the programs. Start reading at [`run`], then [`mlp`]
//! (a plain candle model), [`trial`] (where its weights get their initializer and its verdict) and [`summary`] (what is
//! measured before training). `lesson.rs` draws what they teach: see [`lesson`].

// A test that fails by panicking says where.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod activation;
pub mod args;
pub mod compare;
pub mod data;
pub mod device;
pub mod ending;
pub mod figure;
pub mod lesson;
pub mod mlp;
pub mod number;
pub mod pipe;
pub mod progress;
pub mod run;
pub mod runs;
pub mod set;
pub mod summary;
pub mod threads;
pub mod train;
pub mod trial;
pub mod words;

#[cfg(test)]
mod scratch;
