//! Patterns mean what is documented of them, whatever stands in names.

use candle_core::DType;
use candle_init::{Error, Initializer, init};
use candle_nn::VarBuilder;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Names with what patterns and Rust literals have a meaning for, and with more bytes than characters.
const NAMES: [&str; 7] = ["a[0].w", "a{b,c}.w", r"a\b.w", "a*?.w", "a\"b.w", "é.ü.w", "h.3.x[1]"];

/// The rule that an error advises covers the parameter that it was advised for.
#[test]
fn advised_rules_match_their_parameters() -> Outcome {
    for name in NAMES {
        let model = |vb: VarBuilder<'static>| vb.get((2, 2), name);
        let error = Initializer::new(1).plan(DType::F32, model).err().ok_or("it was covered")?;
        let Error::Uncovered { parameters } = error else { return Err(error.into()) };
        let literal = parameters[0].rule.strip_prefix(".rule(").and_then(|rest| rest.split_once(", init::"));
        let (literal, _) = literal.ok_or("it is no rule")?;
        // A literal of Rust is one of JSON, but for characters that no name here has.
        let pattern: String = serde_json::from_str(literal)?;
        Initializer::new(1).rule(&pattern, init::ONES).plan(DType::F32, model)?;
    }
    Ok(())
}

#[test]
fn one_character_is_not_one_byte() -> Outcome {
    let covers = |pattern: &str, name: &str| {
        let init = Initializer::new(1).rule(pattern, init::ONES);
        init.plan(DType::F32, |vb| vb.get(2, name)).is_ok()
    };
    for pattern in ["?.w", "[é].w", "[à-ü].w", "[!a].w"] {
        assert!(covers(pattern, "é.w") && !covers(pattern, "éé.w"), "{pattern}");
    }
    Ok(())
}
