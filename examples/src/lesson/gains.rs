//! The gain of any activation.

use anyhow::Result;
use candle_init::{Activation, Rule, backward_gain, gain, init};

use super::bench::Bench;
use super::bend::{Bend, GELU, SILU, TANH};
use super::facts::Facts;
use super::start::Start;
use crate::figure::{Chart, Ink, Line};

const DEPTH: usize = 30;

/// The activations of the table, by name.
const ACTIVATIONS: [(&str, Activation); 10] = [
    ("linear", Activation::Linear),
    ("ReLU", Activation::Relu),
    ("leaky ReLU, slope 0.1", Activation::LeakyRelu(0.1)),
    ("GELU", Activation::Gelu),
    ("SiLU (swish)", Activation::Silu),
    ("mish", Activation::Mish),
    ("ELU", Activation::Elu(1.0)),
    ("SELU", Activation::Selu),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
];

pub(super) fn measure(bench: &Bench, facts: &mut Facts) -> Result<()> {
    facts.html("gains.table", table()?);
    // What PyTorch's calculate_gain("tanh") makes of a deep net.
    let torch = bench.signal(&Start::new(TANH, DEPTH, init::LECUN_NORMAL.times(5.0 / 3.0)))?;
    facts.number("gains.torch", torch.last(|layer| layer.passed.rms()));
    curves(bench, facts, "gelu", "GELU", GELU)?;
    curves(bench, facts, "silu", "SiLU", SILU)
}

/// Rows of the activations, their gains, and the variance that follows.
fn table() -> Result<String> {
    let row = |(name, f): (&str, Activation)| {
        let (forward, backward) = (gain(f)?, backward_gain(f)?);
        Ok(format!(
            "<tr><th scope=\"row\">{name}</th><td class=\"number\">{forward:.4}</td>\
             <td class=\"number\">{:.3}/n</td><td class=\"number\">{backward:.4}</td></tr>",
            forward * forward
        ))
    };
    Ok(ACTIVATIONS.into_iter().map(row).collect::<Result<Vec<_>>>()?.join("\n"))
}

fn curves(bench: &Bench, facts: &mut Facts, fact: &str, name: &str, bend: Bend) -> Result<()> {
    let gain = gain(bend.theory)?;
    let rules: [(&str, String, Ink, Rule); 3] = [
        ("lecun", "LeCun, gain 1".into(), Ink::Lecun, init::LECUN_NORMAL.into()),
        ("he", "He, gain √2".into(), Ink::He, init::HE_NORMAL.into()),
        ("own", format!("own gain {gain:.3}"), Ink::Gain, init::LECUN_NORMAL.times(gain)),
    ];
    facts.html(format!("gains.{fact}"), format!("{gain:.3}"));
    let mut lines = Vec::new();
    for (initializer, label, ink, rule) in rules {
        // The first layer reads pixels of mean square one, which no function has changed.
        let measured = bench.signal(&Start::new(bend, DEPTH, rule).first(init::LECUN_NORMAL))?;
        facts.number(format!("gains.{fact}.{initializer}"), measured.last(|layer| layer.output.rms()));
        lines.push(Line::by_layer(label, ink, &measured.values(|layer| layer.output.rms())));
    }
    let (title, x) = (format!("{name}: size of layers' outputs"), "hidden layer".into());
    let chart = Chart { title, x, y: "rms, log scale".into(), log: true, lines, ..Chart::default() };
    facts.chart(format!("gains.{fact}.chart"), &chart);
    Ok(())
}
