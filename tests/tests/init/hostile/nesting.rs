//! Texts and rules of any depth and length: an error that says the limit, on a small stack.

use acceptance::values::all_bits;
use candle_core::{DType, Device};
use candle_init::{Activation, Error, Initializer, Recipe, Rule, init};
use candle_nn::VarMap;

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// A quarter of what a thread has by default.
const STACK: usize = 1 << 19;

/// Does it on a small stack: an overflow would end all tests.
fn on_a_small_stack(work: fn() -> Outcome) -> Outcome {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work)?;
    thread.join().unwrap_or_else(|_| Err("it panicked".into()))
}

fn nested(depth: usize) -> String {
    format!("{}zeros{}", "blocks(".repeat(depth), ")".repeat(depth))
}

fn said<T>(result: Result<T, Error>) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    Ok(result.err().ok_or("it was accepted")?.to_string())
}

fn drawn(rule: Rule) -> Result<(), Error> {
    Initializer::new(1).tensor("w", (4, 2), rule, DType::F32, &Device::Cpu).map(drop)
}

#[test]
fn texts_of_any_depth() -> Outcome {
    on_a_small_stack(|| {
        drawn(nested(16).parse()?)?;
        assert!(said(drawn(nested(17).parse()?))?.contains("depth of blocks in blocks is 17: 16 or less"));
        for depth in [65, 900, 100_000] {
            let text = said(nested(depth).parse::<Rule>())?;
            assert!(text.contains("stand in one another more than 64 deep"), "{depth}");
        }
        let brackets = |depth: usize| format!("values({}1{})", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(brackets(32).parse::<Rule>()?.to_string(), brackets(32));
        assert!(said(brackets(33).parse::<Rule>())?.contains("at most 32 axes"));
        assert!(said(brackets(100_000).parse::<Rule>())?.contains("more than 64 deep"));
        Ok(())
    })
}

/// Built, copied, compared, printed, drawn, written and dropped.
#[test]
fn rules_of_any_depth() -> Outcome {
    on_a_small_stack(|| {
        let deep = (0..100_000).fold(Rule::from(init::ZEROS), |rule, _| Rule::blocks([rule]).times(2.0));
        assert!(deep == deep.clone() && format!("{deep:?}").len() < 1000);
        assert!(deep.to_string().parse::<Rule>().is_err());
        assert!(said(drawn(deep.clone()))?.contains("parameter `w` [4, 2]: the depth of blocks in blocks"));
        let written = serde_json::to_string(&deep).err().ok_or("it was written")?.to_string();
        assert!(written.contains("which no file can hold"), "{written}");
        let kept = (0..16).fold(Rule::from(init::ONES), |rule, _| Rule::blocks([rule]));
        assert_eq!(kept.to_string().parse::<Rule>()?, kept);
        Ok(drawn(kept)?)
    })
}

/// Each modifier may cost an integral; a rule has 64 at most.
#[test]
fn chains_of_any_length() -> Outcome {
    on_a_small_stack(|| {
        let chain =
            |length: usize| (0..length).fold(Rule::from(init::ZEROS), |rule, _| rule.gain(Activation::Relu));
        drawn(chain(64))?;
        assert_eq!(chain(64).to_string().parse::<Rule>()?, chain(64));
        assert!(said(drawn(chain(50_000)))?.contains("the number of modifiers is 50000: 64 or less"));
        let text = said(chain(50_000).to_string().parse::<Rule>())?;
        assert!(text.contains("it has 50000 modifiers, and 64 are the most"), "{:.200}", text);
        let many: String = (0..50_000).map(|i| format!("a{i}=1, ")).collect();
        assert!(said(format!("normal({many})").parse::<Rule>())?.contains("it has no argument `a"));
        Ok(())
    })
}

#[test]
fn files_of_any_depth() -> Outcome {
    on_a_small_stack(|| {
        let braces = format!("{}a{}", "{".repeat(250), "}".repeat(250));
        for (pattern, rule) in [("*", nested(100_000)), (&braces, "zeros".into()), ("*", nested(900))] {
            let file = serde_json::json!({ "seed": 1, "rules": [[pattern, rule]] }).to_string();
            let error = serde_json::from_str::<Initializer>(&file).err().ok_or("it was read")?.to_string();
            assert!(error.contains("deep"), "{error:.300}");
        }
        Ok(())
    })
}

#[test]
fn recipes_of_any_depth() -> Outcome {
    on_a_small_stack(|| {
        let table = format!("x = {}", "{x = ".repeat(100_000));
        for deep in
            [format!("family = {}", "[".repeat(100_000)), table, format!("[x{}]", ".x".repeat(100_000))]
        {
            let text = said(Recipe::parse(&deep, "{}"))?;
            assert!(text.starts_with("line 1, column ") && text.contains("more than 64 deep"), "{text}");
        }
        let config = said(Recipe::from_config(&"[".repeat(100_000)))?;
        assert!(config.contains("is not JSON"), "{config}");
        Ok(())
    })
}

/// What has keys in a file has them: a list would be its fields in their order.
#[test]
fn a_list_is_no_initializer() -> Outcome {
    for list in ["[]", "[42]", r#"[42, "pytorch"]"#, "null", "3"] {
        let error = serde_json::from_str::<Initializer>(list).err().ok_or(list)?.to_string();
        assert!(error.contains("keys with their values, such as `seed = 42`"), "{error}");
    }
    let read: Initializer = serde_json::from_str(r#"{"seed": 42}"#)?;
    assert_eq!(read.seed(), 42);
    Ok(())
}

/// Numbers that no memory has, in what is only planned or printed.
#[test]
fn shapes_beyond_all_memory() -> Outcome {
    let huge = 1_usize << 40;
    let mup = said(drawn(init::HE_NORMAL.mup((huge, huge))))?;
    assert!(mup.contains("more elements than usize counts"), "{mup}");
    let blocks = Rule::shares([(usize::MAX, init::ZEROS), (2, init::ONES)]);
    assert!(said(drawn(blocks))?.contains("shares divide is required"));
    assert!(said(Rule::values((huge, 0), vec![]))?.contains("at least one value"));
    // Every element has its value without those before it: no window of the frame's length is made.
    let rule: Rule = "stft(window=hann, scaling=none)".parse()?;
    let kernel = Initializer::new(1).lazy("w", (2, 1, huge), rule, DType::F64)?;
    let mut middle = [0; 8];
    kernel.read(huge / 2, &mut middle)?;
    assert!((f64::from_le_bytes(middle) - 1.0).abs() < 1e-9);
    Ok(())
}

#[test]
fn what_failed_changed_nothing() -> Outcome {
    let vars = VarMap::new();
    let init = Initializer::new(1).rule("*", (0..20).fold(Rule::from(init::ZEROS), |r, _| Rule::blocks([r])));
    assert!(init.var_builder(&vars, DType::F32, &Device::Cpu).get(4, "w").is_err());
    assert!(all_bits(&vars)?.is_empty());
    Ok(())
}
