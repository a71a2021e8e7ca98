//! The cheat sheet.

use anyhow::Result;
use candle_init::{Activation, backward_gain, gain};
use candle_init_probe::page::{Section, Table};

use super::bench::Bench;

pub(super) fn section(_: &Bench) -> Result<Section> {
    let mut gains =
        Table::new("By activation", ["what follows the layer", "law", "gain", "backward gain", "in code"]);
    for (name, law, f, code) in LAWS {
        let [forward, backward] = [gain(f)?, backward_gain(f)?].map(|gain| format!("{gain:.4}"));
        gains = gains.row([name.into(), law.into(), forward, backward, format!("`{code}`")]);
    }
    let parts = Table::new("By part of the net", ["part", "start", "in code"]);
    let parts = PARTS.iter().fold(parts, |table, (part, start, code)| {
        table.row([(*part).to_owned(), (*start).to_owned(), format!("`{code}`")])
    });
    Ok(Section::new("Cheat sheet")
        .text("Gains are computed, to ten digits. Which law for which layer, and the line of code for it.")
        .table(gains)
        .table(parts)
        .text("Then ask the net itself, before the first step:")
        .code(CHECK))
}

/// What follows a layer, its weights' law in words, the function, and the line of code.
const LAWS: [(&str, &str, Activation, &str); 9] = [
    ("nothing (linear), softmax", "LeCun: 1/fan_in", Activation::Linear, ".weights(init::LECUN_NORMAL)"),
    ("ReLU", "He: 2/fan_in", Activation::Relu, ".weights(init::HE_NORMAL)"),
    (
        "leaky ReLU, slope 0.1",
        "He with its slope",
        Activation::LeakyRelu(0.1),
        ".weights(init::LECUN_NORMAL.gain(Activation::LeakyRelu(0.1)))",
    ),
    ("tanh", "Glorot: 2/(fan_in + fan_out)", Activation::Tanh, ".weights(init::GLOROT_UNIFORM)"),
    ("sigmoid", "Glorot", Activation::Sigmoid, ".weights(init::GLOROT_UNIFORM)"),
    ("GELU", "gain²/fan_in", Activation::Gelu, ".weights(init::LECUN_NORMAL.gain(Activation::Gelu))"),
    ("SiLU", "gain²/fan_in", Activation::Silu, ".weights(init::LECUN_NORMAL.gain(Activation::Silu))"),
    ("SELU", "LeCun: its gain is 1", Activation::Selu, ".weights(init::LECUN_NORMAL)"),
    ("sine", "gain²/fan_in", Activation::Sin, ".weights(init::LECUN_NORMAL.gain(Activation::Sin))"),
];

/// A part of a net, how it starts, and the line of code.
const PARTS: [(&str, &str, &str); 7] = [
    ("biases", "zeros", ".rule(\"*.bias\", init::ZEROS)"),
    ("scales of norms", "ones", ".rule(\"*.norm.weight\", init::ONES)"),
    (
        "last layer of a residual branch, L layers",
        "times 1/√(2L)",
        ".rule(\"*.c_proj.weight\", normal.times(depth::gpt2(L)?))",
    ),
    (
        "recurrent weights",
        "orthogonal, gate by gate",
        ".rule(\"*.weight_hh*\", init::ORTHOGONAL.on(Layer::LSTM))",
    ),
    ("forget gate's bias", "one", ".rule(\"*.bias_ih*\", init::forget_gate_bias(1.0))"),
    (
        "deep tanh nets",
        "edge of chaos",
        ".weights(init::LECUN_NORMAL.times(critical(Activation::Tanh, 0.5)?.weight_std()))",
    ),
    ("embeddings", "N(0, 0.02²)", ".rule(\"wte.weight\", Init::Randn { mean: 0.0, stdev: 0.02 })"),
];

const CHECK: &str =
    "let signal = Probe::new(&vars).signal(&batch, |x| loss::cross_entropy(&net.forward(x)?, &labels))?;
for finding in &signal.findings {
    println!(\"{finding}\");
}";
