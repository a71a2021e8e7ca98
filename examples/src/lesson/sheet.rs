//! What to use when, from the rules themselves: the numbers are those of the code beside them.

use anyhow::Result;
use candle_core::DType;
use candle_init::{Activation, Initializer, Rule, gain, init};

use super::bench::Bench;
use super::facts::Facts;

/// A square layer, in which all fans are the same.
const UNITS: usize = 256;

/// A row: what follows the layer, its code, the rule, what Keras calls it if it has a name there, and the reason.
type Row = (&'static str, &'static str, fn() -> Result<Rule>, Option<&'static str>, &'static str);

const ROWS: [Row; 8] = [
    (
        "ReLU",
        "init::HE_NORMAL",
        || Ok(init::HE_NORMAL.into()),
        Some("he_normal"),
        "ReLU drops half of the mean square; 2/n makes up for it",
    ),
    (
        "leaky ReLU, slope 0.1",
        "init::LECUN_NORMAL.gain(Activation::LeakyRelu(0.1))",
        || own(Activation::LeakyRelu(0.1)),
        None,
        "He with the slope: 2/((1 + 0.1²)·n)",
    ),
    (
        "GELU",
        "init::LECUN_NORMAL.gain(Activation::Gelu)",
        || own(Activation::Gelu),
        None,
        "its own gain; He's √2 is a little small",
    ),
    (
        "SiLU",
        "init::LECUN_NORMAL.gain(Activation::Silu)",
        || own(Activation::Silu),
        None,
        "its own gain; He's √2 is too small",
    ),
    (
        "tanh",
        "init::GLOROT_UNIFORM",
        || Ok(init::GLOROT_UNIFORM.into()),
        Some("glorot_uniform"),
        "straight near 0, where its signals should stay: gain 1, for forward and backward at once",
    ),
    (
        "sigmoid",
        "init::GLOROT_UNIFORM",
        || Ok(init::GLOROT_UNIFORM.into()),
        Some("glorot_uniform"),
        "at the output; in hidden layers take another function: its slope of ¼ shrinks every gradient",
    ),
    (
        "SELU",
        "init::LECUN_NORMAL",
        || Ok(init::LECUN_NORMAL.into()),
        Some("lecun_normal"),
        "SELU is made to have gain 1",
    ),
    (
        "nothing (the last layer)",
        "init::LECUN_NORMAL",
        || Ok(init::LECUN_NORMAL.into()),
        Some("lecun_normal"),
        "logits of the size of their inputs; zeros work here, too, since the layers below differ",
    ),
];

pub(super) fn measure(_: &Bench, facts: &mut Facts) -> Result<()> {
    facts.html("sheet.rows", ROWS.iter().map(row).collect::<Result<Vec<_>>>()?.join("\n"));
    Ok(())
}

fn own(f: Activation) -> Result<Rule> {
    Ok(init::LECUN_NORMAL.times(gain(f)?))
}

fn row(&(what, code, rule, keras, reason): &Row) -> Result<String> {
    let gain = std(rule()?)? * (UNITS as f64).sqrt();
    let keras = keras.map_or_else(|| format!("VarianceScaling({:.3})", gain * gain), String::from);
    let code = code.replace(".gain(", "<wbr>.gain(<wbr>");
    Ok(format!(
        "<tr><th scope=\"row\">{what}</th><td><code>{code}</code></td><td><code>{keras}</code></td>\
         <td class=\"number\">{gain:.3}</td><td class=\"reason\">{reason}</td></tr>"
    ))
}

/// The standard deviation that a rule gives a square layer.
fn std(rule: Rule) -> Result<f64> {
    let plan =
        Initializer::new(1).rule("weight", rule).plan(DType::F32, |vb| vb.get((UNITS, UNITS), "weight"))?;
    let expected = plan.records().first().and_then(|record| record.expected);
    Ok(expected.map_or(f64::NAN, |moments| moments.std))
}
