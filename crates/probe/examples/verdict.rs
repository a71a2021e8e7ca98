//! Will it train? A sound net, and the same with one layer ten times too small.

use candle_core::{DType, Device, Module, Tensor};
use candle_init::{Initializer, init};
use candle_init_probe::{Probe, noise};
use candle_nn::{VarMap, linear, loss, seq};

fn main() -> anyhow::Result<()> {
    let (vars, device) = (VarMap::new(), Device::Cpu);
    let init = Initializer::new(42).weights(init::HE_NORMAL).rule("*.bias", init::ZEROS);
    let vb = init.var_builder(&vars, DType::F32, &device);
    let mut net = seq();
    for layer in 0..8 {
        net = net.add(linear(64, 64, vb.pp(format!("fc{layer}")))?).add(|x: &Tensor| x.relu());
    }
    let net = net.add(linear(64, 10, vb.pp("head"))?);

    let (batch, labels) = (noise((32, 64), 7, &device)?, Tensor::zeros(32, DType::U32, &device)?);
    let probe = Probe::new(&vars).initializer(&init).classes(10);
    println!("{}", probe.check(&batch, |x| loss::cross_entropy(&net.forward(x)?, &labels))?);

    for (name, var) in candle_init::named_vars(&vars) {
        if name == "fc6.weight" {
            var.set(&(var.as_tensor() * 0.1)?)?;
        }
    }
    println!("\n{}", probe.check(&batch, |x| loss::cross_entropy(&net.forward(x)?, &labels))?);
    Ok(())
}
