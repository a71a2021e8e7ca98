//! What peers assert of whole models; `tests/init/peers.rs` has the table.

use std::error::Error;

use acceptance::values;
use candle_core::{DType, Device};
use candle_init::{Init, Initializer, init};
use candle_nn::VarMap;

use crate::models::catalogue::MODELS;

/// transformers, `test_modeling_common.py`, test_initialization: with every width at 1e-10, the mean of each parameter
/// is 0 or 1, so that the policy reaches it. Here each value is, of three whole models.
#[test]
fn a_policy_reaches_every_parameter() -> Result<(), Box<dyn Error>> {
    let tiny = Init::Randn { mean: 0.0, stdev: 1e-10 };
    for model in MODELS.iter().filter(|model| ["bert", "llama", "qwen2"].contains(&model.name)) {
        let init = Initializer::new(1)
            .weights(tiny)
            .rule("*{_embeddings,embed_tokens}.weight", tiny)
            .rule("*.bias", init::ZEROS);
        let vars = VarMap::new();
        (model.run)(init.var_builder(&vars, DType::F32, &Device::Cpu), false)?;
        for (name, var) in candle_init::named_vars(&vars) {
            let near = |v: &f64| v.abs() < 1e-9 || *v == 1.0;
            assert!(values::values(&var)?.iter().all(near), "{} {name}", model.name);
        }
    }
    Ok(())
}
