//! A model with seeded weights, and the table of what each parameter got.

use candle_core::{DType, Device};
use candle_init::{Initializer, init};
use candle_nn::{VarMap, linear};

fn main() -> anyhow::Result<()> {
    let vars = VarMap::new();
    let init = Initializer::new(42)
        .weights(init::HE_NORMAL)
        .rule("head.weight", init::GLOROT_UNIFORM)
        .rule("*.bias", init::ZEROS);
    let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    let _net = (linear(784, 256, vb.pp("fc1"))?, linear(256, 10, vb.pp("head"))?);
    println!("{}", init.report(&vars)?);
    Ok(())
}
