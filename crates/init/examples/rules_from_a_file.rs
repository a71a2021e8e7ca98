//! An initializer from a TOML text, and back.

use candle_core::{DType, Device};
use candle_init::Initializer;
use candle_nn::{LSTMConfig, VarMap, linear, lstm};

const TEXT: &str = r#"
seed = 42
defaults = "pytorch"
rules = [
    ["rnn.weight_hh*", "orthogonal.on(lstm)"],
    ["head.weight", "lecun_normal.gain(gelu)"],
]
"#;

fn main() -> anyhow::Result<()> {
    let init: Initializer = toml::from_str(TEXT)?;
    let vars = VarMap::new();
    init.build(&vars, DType::F32, &Device::Cpu, |vb| {
        let rnn = lstm(28, 128, LSTMConfig::default(), vb.pp("rnn"))?;
        candle_core::Result::Ok((rnn, linear(128, 10, vb.pp("head"))?))
    })?;
    println!("{}\n\nThe same as a file:\n{}", init.report(&vars)?, toml::to_string(&init)?);
    Ok(())
}
