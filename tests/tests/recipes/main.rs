//! Recipes of whole models: `goldens` beside transformers itself.

mod goldens;
