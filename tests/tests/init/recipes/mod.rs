//! Recipes: what they give beside what the authors' code gives, and what they do beside one's own rules.

mod goldens;
mod policy;
