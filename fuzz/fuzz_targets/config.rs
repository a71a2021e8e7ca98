//! A config.json: by its recipe and its blueprint a manifest, which is written and read back.
#![no_main]

use candle_init::{Initializer, Recipe};
use candle_init_fuzz::{says_something, text};
use candle_init_models::{Blueprint, Manifest, Plan};
use libfuzzer_sys::fuzz_target;

/// Of more tensors no manifest is made here: each would take its time for certain.
const FEW: usize = 500;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    let recipe = Recipe::from_config(text).map_err(|error| says_something(&error)).ok();
    let blueprint = Blueprint::from_config(text);
    let tensors = match blueprint.and_then(|blueprint| blueprint.tensors()) {
        Err(error) => return says_something(&error),
        Ok(tensors) => tensors,
    };
    let Some(recipe) = recipe.filter(|_| tensors.len() <= FEW) else { return };
    let plan = Plan::new(tensors).config(text).expect("a config of a blueprint is JSON");
    match plan.manifest(&Initializer::new(1).recipe(recipe)) {
        Err(error) => says_something(&error),
        Ok(manifest) => {
            let again = Manifest::parse(&manifest.to_json()).expect("what was written can be read");
            assert_eq!(again, manifest);
        }
    }
});
