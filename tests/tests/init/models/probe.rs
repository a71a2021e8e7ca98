//! The probe on whole models: what it verifies, what it passes.

use acceptance::healthy::false_alarms;
use acceptance::scratch::Scratch;
use candle_core::{DType, Device};
use candle_init::{Framework, Init, Initializer, init};
use candle_init_probe::{Inspection, Probe, Severity, Verdict, tokens, verify};
use candle_nn::{VarBuilder, VarMap, loss};
use candle_transformers::models::modernbert;

use crate::models::catalogue::MODELS;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const CPU: Device = Device::Cpu;

fn saved(vars: &VarMap) -> candle_core::Result<Scratch> {
    let file = Scratch::new();
    vars.save(file.path())?;
    Ok(file)
}

/// Place and name of everything that keeps a net from training, and of what may.
fn found(inspection: &Inspection) -> Vec<(String, &'static str)> {
    let grave = inspection.findings.iter().filter(|finding| finding.severity() > Severity::Note);
    grave.map(|finding| (finding.place.clone(), finding.name())).collect()
}

#[test]
fn models_are_verified() -> Outcome {
    for model in MODELS {
        let (vars, init) = (VarMap::new(), (model.rules)(Initializer::new(7)).lenient());
        let build = |vb: VarBuilder<'static>| (model.run)(vb, false);
        build(init.var_builder(&vars, DType::F32, &CPU))?;
        let verification = verify(saved(&vars)?.path(), &init, build)?;
        assert!(verification.is_exact(), "{}\n{verification}", model.name);
    }
    Ok(())
}

/// Twelve models of `candle-transformers`, with norms, gates, state spaces, positions and convolutions.
#[test]
fn models_pass() -> Outcome {
    for model in MODELS {
        for init in [Initializer::new(5), Initializer::new(6).defaults(Framework::PyTorch)] {
            let (vars, init) = (VarMap::new(), (model.rules)(init).lenient());
            init.build(&vars, DType::F32, &CPU, |vb| (model.run)(vb, false))?;
            let found_with = found(&Inspection::with_targets(&vars, &init)?);
            assert_eq!(found_with, [], "{} with targets", model.name);
            assert_eq!(found(&Inspection::of_file(saved(&vars)?.path())?), [], "{} from a file", model.name);
        }
    }
    Ok(())
}

#[test]
fn modern_bert_raises_no_alarm() -> Outcome {
    assert_eq!(false_alarms(("ModernBERT of candle-transformers", modern_bert))?, [""; 0]);
    Ok(())
}

/// Every parameter of it has a gradient: its norms have no bias, so candle takes the road that it can differentiate.
fn modern_bert(seed: u64, initializers: bool) -> candle_init_probe::Result<Verdict> {
    let config = modernbert::Config {
        vocab_size: 50,
        hidden_size: 64,
        num_hidden_layers: 3,
        num_attention_heads: 4,
        intermediate_size: 96,
        max_position_embeddings: 16,
        layer_norm_eps: 1e-5,
        pad_token_id: 0,
        global_attn_every_n_layers: 3,
        global_rope_theta: 160_000.0,
        local_attention: 8,
        local_rope_theta: 10_000.0,
        classifier_config: None,
    };
    let small = Init::Randn { mean: 0.0, stdev: 0.02 };
    let init = Initializer::new(seed)
        .rule("*tok_embeddings.weight", small)
        .rule("decoder.bias", init::ZEROS)
        .weights(small);
    let vars = VarMap::new();
    let vb: VarBuilder<'static> = init.var_builder(&vars, DType::F32, &CPU);
    let model = modernbert::ModernBertForMaskedLM::load(vb, &config)?;
    let batch = tokens((4, 16), 50, 7, &CPU)?;
    let mask = batch.ones_like()?.to_dtype(DType::U32)?;
    let probe = Probe::new(&vars).classes(50);
    let probe = if initializers { probe.initializer(&init) } else { probe };
    probe.check(&batch, |x| {
        let logits = model.forward(x, &mask)?.flatten_to(1)?;
        loss::cross_entropy(&logits, &x.flatten_all()?)
    })
}
