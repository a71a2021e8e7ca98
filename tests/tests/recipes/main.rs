//! Recipes of whole models: `goldens` beside transformers itself, `policy` their order among rules and defaults.

mod goldens;
mod policy;
