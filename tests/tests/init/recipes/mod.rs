//! Recipes: what they give beside what the authors' code gives, and what they do beside one's own rules.

mod configs;
mod files;
mod goldens;
mod policy;
