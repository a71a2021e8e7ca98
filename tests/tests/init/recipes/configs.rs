//! Recipes as texts, for configs that are right and wrong.
#![allow(clippy::panic, reason = "a test that fails by panicking says where")]

use candle_core::DType;
use candle_init::{Error, Initializer, Recipe};

type Result<T> = std::result::Result<T, Error>;

fn said(result: Result<Recipe>) -> String {
    result.map_or_else(|error| error.to_string(), |recipe| recipe.to_string())
}

#[test]
fn unknown_names_get_the_nearest() {
    for (asked, due) in [
        (Recipe::named("lama"), "no recipe for `lama` (the nearest is `llama`)"),
        (Recipe::from_config(r#"{"model_type": "mistrall"}"#), "`mistrall` (the nearest is `mistral`)"),
        (
            Recipe::from_config(r#"{"architectures": ["Xyz"]}"#),
            "no recipe for the architecture `Xyz`: `Recipe::families()`",
        ),
        (Recipe::from_config("{}"), "a config without `model_type` and `architectures`"),
    ] {
        let said = said(asked);
        assert!(said.contains(due), "{said}");
        assert!(said.contains("`Recipe::parse` reads one of your own"), "{said}");
    }
}

#[test]
fn a_config_that_is_none_is_named() {
    for (config, due) in [
        ("", "is not JSON (it is empty)"),
        ("models/llama/config.json", "it is a path: read the file first"),
        ("<!doctype html><html>", "it is a page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00", "`git lfs pull` fetches"),
        ("{\"a\": 1,\n \"b\": NaN}", "line 2 column 7"),
        ("[1]", "is a list"),
        ("17", "is the number 17"),
    ] {
        let said = said(Recipe::from_config(config));
        assert!(said.starts_with("the config is ") && said.contains(due), "{said}");
        assert!(said.contains("the text of a `config.json` is required"), "{said}");
    }
}

/// A recipe of one's own with every kind of number.
const OWN: &str = r#"
family = "own"
numbers.std = { keys = ["initializer_range", "text_config.init_std"], default = 0.02 }
numbers.layers = { keys = ["num_hidden_layers", "n_layer"] }
numbers.last = { keys = ["num_hidden_layers", "n_layer"], plus = -1 }
numbers.rows = { keys = ["vocab_size"], optional = true }
numbers.pad = { keys = ["pad_token_id"], default = 0, optional = true, below = "rows" }
numbers.inner = { keys = ["inner"], default = "4 * layers^2" }
flags.tied = { keys = ["tie_word_embeddings"], default = true }
rules = [
    ["*.a", "const({last^-1})"],
    ["*.b", "const({inner})"],
    ["*.c", "ones.zero_row({pad})"],
    ["*.d", "ones", "tied"],
    ["*.d", "zeros", "!tied"],
    ["*.e", "defaults(pytorch)"],
]
"#;

#[test]
fn numbers_are_found() -> Result<()> {
    for (config, due) in [
        (
            r#"{"n_layer": 3}"#,
            [
                r#""*.a", "const(value=0.5)""#,
                r#""*.b", "const(value=36)""#,
                "zero_row(0)",
                r#""*.d", "ones""#,
            ],
        ),
        (
            r#"{"num_hidden_layers": 2, "n_layer": 2, "inner": 7, "tie_word_embeddings": false}"#,
            [r#""*.a", "ones""#, r#""*.b", "const(value=7)""#, "zero_row(0)", r#""*.d", "zeros""#],
        ),
        (
            r#"{"n_layer": 5, "vocab_size": 10, "pad_token_id": -1, "inner": null}"#,
            [
                r#""*.a", "const(value=0.25)""#,
                r#""*.b", "const(value=100)""#,
                "zero_row(9)",
                "defaults(pytorch)",
            ],
        ),
    ] {
        let recipe = Recipe::parse(OWN, config)?.to_string();
        due.iter().for_each(|due| assert!(recipe.contains(due), "{config}: {due}\n{recipe}"));
    }
    // The first row, counted from the end.
    let first = Recipe::parse(OWN, r#"{"n_layer": 3, "vocab_size": 5, "pad_token_id": -5}"#)?.to_string();
    assert!(first.contains("zero_row(0)"), "{first}");
    let without = Recipe::parse(OWN, r#"{"n_layer": 3, "pad_token_id": null}"#)?.to_string();
    assert!(!without.contains("*.c"), "{without}");
    Ok(())
}

#[test]
fn numbers_that_are_wrong_are_refused() {
    for (config, due) in [
        (
            "{}",
            "lacks a number: the recipe `own` needs `num_hidden_layers` or `n_layer`; give it the model's config",
        ),
        (
            r#"{"n_layer": 3, "num_hidden_layers": 4}"#,
            "contradicts itself: `num_hidden_layers` is 4 and `n_layer` is 3",
        ),
        (r#"{"n_layer": "3"}"#, "has the text \"3\" at `n_layer`: a finite number"),
        (r#"{"n_layer": true}"#, "has true at `n_layer`"),
        (r#"{"n_layer": 1}"#, "makes `last^-1` inf"),
        (r#"{"n_layer": 3, "vocab_size": 5, "pad_token_id": 5}"#, "`pad_token_id` is 5 of 5 rows"),
        (r#"{"n_layer": 3, "vocab_size": 5, "pad_token_id": -6}"#, "`pad_token_id` is -6 of 5 rows"),
        (
            r#"{"n_layer": 3, "tie_word_embeddings": 1}"#,
            "has the number 1 at `tie_word_embeddings`: `true` or `false`",
        ),
        (r#"{"n_layer": 1e999}"#, "not JSON"),
    ] {
        let said = said(Recipe::parse(OWN, config));
        assert!(said.contains(due), "{config}: {said}");
    }
}

/// Powers of numbers as their names say, and a name that stands for itself in the end.
#[test]
fn products_and_circles() -> Result<()> {
    let own = |rules: &str| {
        let numbers = [("std", "0.02"), ("layers", "12"), ("a", "\"b\""), ("b", "\"a\"")];
        let numbers =
            numbers.map(|(name, default)| format!("numbers.{name} = {{ keys = [], default = {default} }}\n"));
        format!("family = \"own\"\n{}rules = {rules}\n", numbers.concat())
    };
    for (product, due) in [
        ("std * 2^-0.5 * layers^-0.5", 0.02 / 24_f64.sqrt()),
        ("std * layers^0.5", 0.02 * 12_f64.sqrt()),
        ("layers^2 * 3^2 * std", 0.02 * 1296.0),
    ] {
        let recipe = Recipe::parse(&own(&format!("[[\"*\", \"const({{{product}}})\"]]")), "{}")?;
        let plan = Initializer::new(1).recipe(recipe).plan(DType::F64, |vb| vb.get(1, "w"))?;
        let mean = plan.records()[0].expected.map_or(f64::NAN, |moments| moments.mean);
        assert!((mean / due - 1.0).abs() < 1e-14, "{product}: {mean} for {due}");
    }
    let circle = said(Recipe::parse(&own("[[\"*\", \"const({a})\"]]"), "{}"));
    assert!(circle.contains("a number that depends on no circle is required"), "{circle}");
    assert_eq!(Recipe::named("llama")?.family(), "llama");
    Ok(())
}

#[test]
fn a_mistake_in_a_recipe_has_its_place() {
    let own =
        |line: &str| format!("family = \"own\"\nnumbers.std = {{ keys = [\"s\"], default = 1 }}\n{line}\n");
    for (line, at, due) in [
        (r#"rules = [["*", "normel(std={std})"]]"#, (3, 16), "did you mean `normal`?"),
        (
            r#"rules = [["*", "normal(std={sdt})"]]"#,
            (3, 16),
            "`sdt` is no number of `numbers`; did you mean `std`?",
        ),
        (r#"rules = [["*", "normal(std={std + 1})"]]"#, (3, 16), "neither a number nor the name of one"),
        (r#"rules = [["*", "normal(std={std"]]"#, (3, 16), "a `{` is not closed"),
        (r#"rules = [["{*", "ones"]]"#, (3, 11), "a `{` is not closed"),
        (r#"rules = [["*"]]"#, (3, 11), r#"write it as `["*.bias", "zeros"]`"#),
        (r#"rules = [["*", "ones", "tied"]]"#, (3, 24), "`tied` is no flag of `flags`"),
        (r#"rules = [["*", "ones", "tied", "x"]]"#, (3, 11), "4 texts; write it as"),
        (r#"rules = [["*", "defaults(torch)"]]"#, (3, 16), "did you mean `pytorch`?"),
        ("rulez = []", (3, 1), "unknown field `rulez`"),
        ("rules = [[\"*\", \"ones\"]", (4, 1), "expected"),
    ] {
        match Recipe::parse(&own(line), "{}") {
            Err(Error::RecipeText { line: l, column, reason }) => {
                assert!(reason.contains(due), "{line}: {reason}");
                assert_eq!((l, column), at, "{line}: {reason}");
            }
            other => panic!("{line}: {other:?}"),
        }
    }
}
