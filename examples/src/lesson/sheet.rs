//! What to use when, from the rules themselves: the numbers are those of the code beside them.

use anyhow::Result;
use candle_core::DType;
use candle_init::{Activation, Initializer, Rule, init};

use super::bench::Bench;
use super::facts::Facts;

/// A square layer, in which all fans are the same.
const UNITS: usize = 256;

/// A row of the sheet.
struct Row {
    /// The activation of the net.
    what: &'static str,
    code: &'static str,
    rule: fn() -> Rule,
    /// What Keras and PyTorch call it, where they have a name for it.
    peers: Option<(&'static str, &'static str)>,
    reason: &'static str,
}

const ROWS: [Row; 8] = [
    Row {
        what: "ReLU",
        code: "init::HE_NORMAL",
        rule: || init::HE_NORMAL.into(),
        peers: Some(("he_normal", "kaiming_normal_(w, nonlinearity=\"relu\")")),
        reason: "ReLU drops half of the mean square; 2/n makes up for it",
    },
    Row {
        what: "leaky ReLU, slope 0.1",
        code: "init::LECUN_NORMAL.gain(Activation::LeakyRelu(0.1))",
        rule: || init::LECUN_NORMAL.gain(Activation::LeakyRelu(0.1)),
        peers: None,
        reason: "He with the slope: 2/((1 + 0.1²)·n)",
    },
    Row {
        what: "GELU",
        code: "init::LECUN_NORMAL.gain(Activation::Gelu)",
        rule: || init::LECUN_NORMAL.gain(Activation::Gelu),
        peers: None,
        reason: "its own gain; He's √2 is too small beyond ten layers",
    },
    Row {
        what: "SiLU",
        code: "init::LECUN_NORMAL.gain(Activation::Silu)",
        rule: || init::LECUN_NORMAL.gain(Activation::Silu),
        peers: None,
        reason: "its own gain; He's √2 is too small",
    },
    Row {
        what: "tanh",
        code: "init::GLOROT_UNIFORM",
        rule: || init::GLOROT_UNIFORM.into(),
        peers: Some(("glorot_uniform", "xavier_uniform_(w)")),
        reason: "straight near 0, where its signals should stay: gain 1, forward and backward at once; PyTorch's calculate_gain(\"tanh\") is 5/3",
    },
    Row {
        what: "sigmoid",
        code: "init::GLOROT_UNIFORM",
        rule: || init::GLOROT_UNIFORM.into(),
        peers: Some(("glorot_uniform", "xavier_uniform_(w)")),
        reason: "what people say, and fine for a layer or two; in deep nets take another function: its slope of ¼ shrinks every gradient",
    },
    Row {
        what: "SELU",
        code: "init::LECUN_NORMAL",
        rule: || init::LECUN_NORMAL.into(),
        peers: Some(("lecun_normal", "kaiming_normal_(w, nonlinearity=\"linear\")")),
        reason: "SELU is made to have gain 1; PyTorch's calculate_gain(\"selu\") is 3/4",
    },
    Row {
        what: "output: none, sigmoid or softmax",
        code: "init::GLOROT_UNIFORM",
        rule: || init::GLOROT_UNIFORM.into(),
        peers: Some(("glorot_uniform", "xavier_uniform_(w)")),
        reason: "one layer, so nothing adds up; zeros work here, too, since the layers below differ",
    },
];

pub(super) fn measure(_: &Bench, facts: &mut Facts) -> Result<()> {
    facts.html("sheet.rows", ROWS.iter().map(Row::html).collect::<Result<Vec<_>>>()?.join("\n"));
    Ok(())
}

impl Row {
    /// A row of cells, each with its column's name, which a phone shows above it. `scripts/lesson-peers` reads it, too.
    fn html(&self) -> Result<String> {
        let gain = std((self.rule)(), (UNITS, UNITS))? * (UNITS as f64).sqrt();
        let (keras, torch) = self.peers.map_or_else(
            || {
                let (variance, gain) = (format!("{:.3}", gain * gain), format!("{gain:.3}"));
                (format!("VarianceScaling({variance})"), format!("normal_(w, std={gain}/n**0.5)"))
            },
            |(keras, torch)| (keras.to_owned(), torch.to_owned()),
        );
        let Self { what, reason, .. } = self;
        let [code, keras, torch] = [self.code, &keras, &torch].map(breakable);
        Ok(format!(
            "<tr><th scope=\"row\">{what}</th><td data-column=\"candle-init\"><code>{code}</code></td>\
             <td data-column=\"Keras\"><code>{keras}</code></td><td data-column=\"PyTorch\"><code>{torch}</code></td>\
             <td class=\"number\" data-column=\"gain\">{gain:.3}</td><td class=\"reason\">{reason}</td></tr>"
        ))
    }
}

/// Code with places where a narrow column may break it.
fn breakable(code: &str) -> String {
    code.replace(".gain(", "<wbr>.gain(").replace('(', "(<wbr>")
}

/// The standard deviation that a rule gives a layer of this shape: outputs, then inputs.
pub(super) fn std(rule: Rule, shape: (usize, usize)) -> Result<f64> {
    let plan = Initializer::new(1).rule("weight", rule).plan(DType::F32, |vb| vb.get(shape, "weight"))?;
    let expected = plan.records().first().and_then(|record| record.expected);
    Ok(expected.map_or(f64::NAN, |moments| moments.std))
}
