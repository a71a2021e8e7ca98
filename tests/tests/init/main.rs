//! Weight initialization: initializers, structures, the policy, texts, and what frameworks and theory say of it.

mod any_input;
mod any_program;
mod csv;
mod determinism;
mod dialects;
mod differentiable;
mod distributions;
mod errors;
mod existence;
mod fans;
mod gains;
mod gains_closures;
mod gains_depth;
mod hostile;
mod lazy;
mod loading;
mod mean_field;
#[cfg(feature = "models")]
mod models;
mod modifiers;
mod noise;
mod norm_of;
mod order;
mod orthogonal;
mod peers;
mod pieces;
mod plan;
mod policy;
mod recipes;
mod refusals;
mod serial;
mod signal;
mod structures;
mod symmetry;
mod text;
mod tied;
