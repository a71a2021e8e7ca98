//! Does it learn, with this optimizer? A deep tanh net, and the same with weights four times too large.

use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Initializer, Rule, init};
use candle_init_probe::{Probe, noise};
use candle_nn::{AdamW, Linear, VarMap, linear, loss};

/// The loss on the batch of a step: which of four numbers is the largest?
fn loss(layers: &[Linear], step: usize) -> Result<Tensor> {
    let x = noise((64, 16), step as u64, &Device::Cpu)?; // your batch of that step
    let labels = x.narrow(1, 0, 4)?.argmax(1)?;
    let [hidden @ .., head] = layers else { candle_core::bail!("no layers") };
    let y = hidden.iter().try_fold(x, |y, layer| y.apply(layer)?.tanh())?;
    loss::cross_entropy(&y.apply(head)?, &labels)
}

fn main() -> anyhow::Result<()> {
    for weights in [Rule::from(init::GLOROT_NORMAL), init::GLOROT_NORMAL.times(4.0)] {
        println!("{weights}");
        let vars = VarMap::new();
        let init = Initializer::new(42).weights(weights).rule("*.bias", init::ZEROS);
        let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
        let layer = |n: usize| linear(if n == 0 { 16 } else { 64 }, if n == 5 { 4 } else { 64 }, vb.pp(n));
        let layers = (0..6).map(layer).collect::<Result<Vec<_>>>()?;

        let probe = Probe::new(&vars).initializer(&init);
        let rehearsal = probe.rehearse(100, |step| loss(&layers, step), |vars| AdamW::new_lr(vars, 1e-3))?;
        println!("{rehearsal}\n");
    }
    Ok(())
}
