//! What transformers stores, against what blueprints say. Both files are made by `scripts/blueprint-goldens`.

use std::collections::BTreeMap;

use candle_init::{Initializer, Recipe};
use candle_init_checkpoint::Dtype;
use serde::Deserialize;
use serde_json::Value;

use crate::blueprint::Blueprint;
use crate::manifest::Plan;
use crate::tensor::Tensor;

#[derive(Deserialize)]
struct Golden {
    family: String,
    config: Value,
    tensors: Vec<(String, Vec<usize>, Dtype)>,
}

#[derive(Deserialize)]
struct Total {
    name: String,
    config: Value,
    names: usize,
    /// Values that are stored: parameters and buffers.
    elements: u128,
}

fn goldens() -> Vec<Golden> {
    serde_json::from_str(include_str!("../../../../tests/data/blueprints.json")).unwrap()
}

fn totals() -> Vec<Total> {
    serde_json::from_str(include_str!("../../../../tests/data/totals.json")).unwrap()
}

fn tensors(config: &Value) -> crate::Result<Vec<Tensor>> {
    Blueprint::from_config(&config.to_string())?.tensors()
}

#[test]
fn names_shapes_and_dtypes_are_those_that_transformers_stores_in_its_order() {
    let goldens = goldens();
    assert!(goldens.len() >= 150);
    for Golden { family, config, tensors: stored } in goldens {
        let ours = tensors(&config).unwrap_or_else(|error| panic!("{family} {config}: {error}"));
        for (ours, (name, shape, dtype)) in ours.iter().zip(&stored) {
            assert_eq!((&ours.name, &ours.shape, ours.dtype), (name, shape, *dtype), "{family} {config}");
        }
        assert_eq!(ours.len(), stored.len(), "{family} {config}");
    }
}

#[test]
fn models_of_the_hub_have_their_number_of_values() {
    let totals = totals();
    assert!(totals.len() >= 50);
    for Total { name, config, names, elements } in totals {
        let ours = tensors(&config).unwrap_or_else(|error| panic!("{name}: {error}"));
        let counted: u128 =
            ours.iter().map(|tensor| tensor.shape.iter().map(|&dim| dim as u128).product::<u128>()).sum();
        assert_eq!((ours.len(), counted), (names, elements), "{name}");
    }
}

/// What is wrong with the plan of a config, if anything is.
fn unplanned(config: &Value) -> Option<String> {
    let recipe = Recipe::from_config(&config.to_string()).map_err(|error| error.to_string());
    let plan = |recipe| Plan::new(tensors(config).unwrap()).manifest(&Initializer::new(1).recipe(recipe));
    match recipe.and_then(|recipe| plan(recipe).map_err(|error| error.to_string())) {
        Err(error) => Some(error),
        Ok(manifest) => manifest
            .tensors()
            .find(|entry| entry.why == "layer's hint")
            .map(|entry| format!("{} is guessed", entry.name)),
    }
}

#[test]
fn recipes_cover_what_families_store() {
    let wrong: BTreeMap<_, _> = goldens()
        .into_iter()
        .filter_map(|Golden { family, config, .. }| unplanned(&config).map(|why| (family, why)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_config_that_says_more_or_less_than_is_known_is_refused() {
    let llama = goldens().into_iter().find(|golden| golden.family == "llama").unwrap().config;
    let with = |key: &str, value: Value| {
        let mut config = llama.clone();
        config[key] = value;
        tensors(&config).map(|_| ()).map_err(|error| error.to_string())
    };
    assert!(
        with("num_key_value_haeds", 2.into()).unwrap_err().contains("did you mean `num_key_value_heads`")
    );
    assert!(
        with("architectures", vec!["LlamaForSomething"].into()).unwrap_err().contains("LlamaForSomething")
    );
    assert!(with("model_type", "lama".into()).unwrap_err().contains("did you mean `llama`"));
    assert!(with("hidden_size", "wide".into()).unwrap_err().contains("hidden_size"));
    assert!(with("hidden_size", (-8).into()).is_err());
    assert!(with("num_hidden_layers", 1_000_000_000_000_i64.into()).unwrap_err().contains("no model"));
    assert!(with("dtype", "int4".into()).unwrap_err().contains("int4"));
    let ignored = Blueprint::from_config(&{
        let mut config = llama.clone();
        config["my_note"] = "mine".into();
        config.to_string()
    });
    let ignored = ignored.unwrap();
    assert!(ignored.tensors().is_err() && ignored.ignore("my_note").tensors().is_ok());
    for text in ["", "[]", "{}", "{\"model_type\": 3}", "{\"model_type\": \"llama\"}"] {
        assert!(Blueprint::from_config(text).and_then(|blueprint| blueprint.tensors()).is_err(), "{text}");
    }
}
