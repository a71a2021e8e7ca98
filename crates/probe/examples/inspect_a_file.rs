//! What is in a safetensors file, without a model: `cargo run -p candle-init-probe --example inspect_a_file -- FILE`.
//! Without a file it makes a small one with a layer of zeros.

use candle_core::{DType, Device};
use candle_init::{Initializer, init};
use candle_init_probe::Inspection;
use candle_nn::{VarMap, linear};

fn main() -> anyhow::Result<()> {
    if let Some(file) = std::env::args().nth(1) {
        println!("{}", Inspection::of_file(file)?);
        return Ok(());
    }
    let (vars, folder) = (VarMap::new(), std::env::temp_dir());
    let file = folder.join(format!("inspect-a-file-{}.safetensors", std::process::id()));
    let init = Initializer::new(42).weights(init::HE_NORMAL).rule("fc1.weight", init::ZEROS);
    let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    let _net = (linear(64, 64, vb.pp("fc0"))?, linear(64, 64, vb.pp("fc1"))?, linear(64, 10, vb.pp("head"))?);
    vars.save(&file)?;
    println!("{}", Inspection::of_file(&file)?);
    std::fs::remove_file(file)?;
    Ok(())
}
