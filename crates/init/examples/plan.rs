//! What every parameter of a large model would get, without a byte of memory for it.

use candle_core::{DType, Result};
use candle_init::{Initializer, init};
use candle_nn::{Embedding, LayerNorm, Linear, VarBuilder, embedding, layer_norm, linear};

/// A decoder's parameters, as far as a plan needs them.
fn decoder(vb: &VarBuilder<'static>) -> Result<(Embedding, Vec<(LayerNorm, Linear)>)> {
    let layer = |i: usize| {
        let vb = vb.pp("h").pp(i);
        Ok((layer_norm(12_288, 1e-5, vb.pp("ln"))?, linear(12_288, 49_152, vb.pp("mlp"))?))
    };
    Ok((embedding(50_257, 12_288, vb.pp("wte"))?, (0..8).map(layer).collect::<Result<_>>()?))
}

fn main() -> anyhow::Result<()> {
    let init = Initializer::new(42).weights(init::normal(0.0, 0.02)).rule("wte.*", "normal(std=0.02)");
    println!("{}", init.plan(DType::BF16, |vb| decoder(&vb))?);

    let misspelt = Initializer::new(42).rule("wte.wieght", "zeros");
    if let Err(error) = misspelt.plan(DType::BF16, |vb| decoder(&vb)) {
        println!("\nA rule that matches nothing is an error:\n{error}");
    }
    Ok(())
}
