//! Files say all that code can: every initializer, modifier, layer kind and whole initializers, in TOML and JSON, with the
//! same values after the way there and back.

use std::error::Error;

use acceptance::strategies::any_rule;
use acceptance::values::all_bits;
use candle_core::{DType, Device, Tensor};
use candle_init::{Activation, Axes, Framework, Initializer, Layer, NAMED, Rule, init};
use candle_nn::VarMap;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

type Outcome = Result<(), Box<dyn Error>>;

/// There and back through JSON; the file's text too.
fn through<T: Serialize + DeserializeOwned>(value: &T) -> Result<(T, String), Box<dyn Error>> {
    let text = serde_json::to_string(value)?;
    Ok((serde_json::from_str(&text)?, text))
}

proptest! {
    /// Any rule is the same after a file, and its text is the same again.
    #[test]
    fn any_rule_survives_a_file(rule in any_rule()) {
        let (back, text) = through(&rule).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&back, &rule, "{}", text);
        prop_assert_eq!(text, serde_json::to_string(&rule.to_string()).map_err(|e| TestCaseError::fail(e.to_string()))?);
    }

    /// No text makes a panic of the reader.
    #[test]
    fn any_text_is_a_rule_or_an_error(text in "[a-z_()\\[\\]:.,=0-9 -]{0,40}") {
        if let Ok(rule) = text.parse::<Rule>() {
            prop_assert_eq!(rule.to_string().parse::<Rule>()?, rule);
        }
    }
}

#[test]
fn single_words_survive_a_file() -> Outcome {
    for (name, initializer) in NAMED {
        assert_eq!(through(&initializer)?.0, initializer, "{name}");
    }
    assert_eq!(through(&Framework::Flax)?, (Framework::Flax, "\"flax\"".into()));
    assert_eq!(
        through(&Layer::ConvTranspose { groups: 2, stride: 3 })?.1,
        "\"conv_transpose(groups=2, stride=3)\""
    );
    assert_eq!(through(&"kkio".parse::<Axes>()?)?.1, "\"kkio\"");
    assert_eq!(through(&Activation::Elu(0.5))?, (Activation::Elu(0.5), "\"elu(alpha=0.5)\"".into()));
    Ok(())
}

/// An initializer from a file makes the values of the one that was written, in TOML as in JSON.
#[test]
fn an_initializer_survives_a_file() -> Outcome {
    let code = Initializer::new(u64::MAX)
        .defaults(Framework::Keras)
        .weights(init::ORTHOGONAL.gain(Activation::Tanh))
        .rule("0.weight", init::HE_NORMAL.sparse(0.5).on(Layer::Linear))
        .rule("{1,2}.bias", Rule::values(5, vec![1.0, -2.0, 0.1, 1e-7, 3.5])?)
        .layer("*.weight_ih_l0", Layer::Gates { gates: 4 })
        .lenient();
    let json = through(&code)?;
    let toml_text = toml::to_string(&code)?;
    assert!(toml_text.contains("seed = \"18446744073709551615\""), "{toml_text}");
    let files = [json.0, toml::from_str(&toml_text)?];
    let build = |init: &Initializer| -> Result<_, Box<dyn Error>> {
        let vars = VarMap::new();
        let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
        for i in 0..3 {
            candle_nn::linear(4, 5, vb.pp(i))?;
        }
        Ok(all_bits(&vars)?)
    };
    for file in files {
        assert_eq!(build(&file)?, build(&code)?);
    }
    Ok(())
}

/// The smallest file is a seed: candle's own initializers, seeded.
#[test]
fn everything_but_the_seed_may_be_left_out() -> Outcome {
    let init: Initializer = toml::from_str("seed = 0")?;
    assert_eq!((init.seed(), toml::to_string(&init)?.trim()), (0, "seed = 0"));
    let error = toml::from_str::<Initializer>("").err().ok_or("a seed from nowhere")?;
    assert!(error.to_string().contains("missing field `seed`"), "{error}");
    Ok(())
}

/// What is wrong with a file is said, with the nearest name; nothing is made of it.
#[test]
fn files_with_mistakes() {
    for (text, part) in [
        ("sead = 1", "unknown field `sead`, expected one of `seed`, `defaults`"),
        ("seed = -1", "expected a seed, which is an integer from 0 to 2^64 − 1"),
        ("seed = \"one\"", "string \"one\", expected a seed, which is an integer"),
        ("defaults = \"torch\"", "`torch` is not a framework"),
        ("weights = \"he_norml\"", "did you mean `he_normal`?"),
        ("weights = \"he_normal.gian(gelu)\"", "did you mean `gain`?"),
        ("weights = \"he_normal.gain(gleu)\"", "did you mean `gelu`?"),
        ("weights = \"he_normal.on(conw)\"", "did you mean `conv`?"),
        ("weights = \"blocks(he_normal, zeross)\"", "did you mean `zeros`?"),
        ("weights = \"values([1, 2)\"", "values([1, 2)"),
        ("weights = \"values([[1, 2], [3]])\"", "rows of one length"),
        ("rules = [[\"a[\", \"zeros\"]]", "`a[` is not a pattern"),
        ("layers = [[\"rnn.*\", \"lstn\"]]", "did you mean `lstm`?"),
        ("rules = [[\"fc.*\"]]", "invalid length 1, expected a pair of a name or pattern and what it gets"),
        ("ties = [[\"a\", \"b\", \"c\"]]", "invalid length 3, expected a pair"),
        ("rules = [\"fc.*\"]", "expected a pair"),
    ] {
        let text = if text.starts_with("se") { text.to_string() } else { format!("seed = 1\n{text}") };
        let error = toml::from_str::<Initializer>(&text).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(part), "{text}: {error}");
    }
}

/// A checkpoint is no text either.
#[test]
fn what_is_loaded_cannot_be_written() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("w.safetensors");
    let tensor = Tensor::ones(2, DType::F32, &Device::Cpu)?;
    candle_core::safetensors::save(&std::collections::HashMap::from([("w", tensor)]), &file)?;
    let init = Initializer::new(1).load(candle_init::Checkpoint::open(&file)?);
    let error = toml::to_string(&init).err().ok_or("written")?.to_string();
    assert!(error.contains("is loaded, and no file holds that: call `load` in code"), "{error}");
    Ok(())
}

/// A closure has no text: writing says so and names it.
#[test]
fn a_closure_cannot_be_written() -> Outcome {
    let own = Rule::custom("mine", |shape, _| Ok(vec![0.0; shape.elem_count()]));
    for rule in [own.clone(), Rule::blocks([own])] {
        let error = toml::to_string(&Initializer::new(1).rule("a", rule)).err().ok_or("written")?;
        assert!(error.to_string().contains("`mine` is a closure"), "{error}");
    }
    let refused = Initializer::new(1).rule("a[", init::ZEROS);
    assert!(serde_json::to_string(&refused).is_err());
    Ok(())
}
