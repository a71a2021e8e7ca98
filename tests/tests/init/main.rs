//! Weight initialization: laws, structures, the policy, texts, and what frameworks and theory say of it.

mod any_input;
mod determinism;
mod dialects;
mod errors;
mod existence;
mod fans;
mod gains;
mod gains_closures;
mod gains_depth;
mod laws;
mod loading;
mod mean_field;
mod modifiers;
mod noise;
mod order;
mod orthogonal;
mod peers;
mod pieces;
mod plan;
mod policy;
mod refusals;
mod serial;
mod signal;
mod structures;
mod symmetry;
mod text;
