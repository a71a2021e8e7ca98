//! Whole models by file.

use std::error::Error;

use acceptance::values::all_bits;
use candle_core::{DType, Device};
use candle_init::Initializer;
use candle_nn::VarMap;

use crate::models::catalogue::{MODELS, Model};

/// Whole models of candle-transformers, their rules by way of a file.
#[test]
fn models_by_file() -> Result<(), Box<dyn Error>> {
    let mut written = 0;
    for Model { name, rules, run, .. } in MODELS {
        let code = rules(Initializer::new(9));
        // A model whose rules hold a closure cannot go by file.
        let Ok(text) = toml::to_string(&code) else { continue };
        let file: Initializer = toml::from_str(&text)?;
        let build = |init: &Initializer| -> Result<_, Box<dyn Error>> {
            let vars = VarMap::new();
            run(init.var_builder(&vars, DType::F32, &Device::Cpu), false)?;
            Ok(all_bits(&vars)?)
        };
        assert_eq!(build(&file)?, build(&code)?, "{name}");
        written += 1;
    }
    assert!(written > 3, "{written}");
    Ok(())
}
