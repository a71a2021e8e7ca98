//! A port that starts as the original does: PyTorch's defaults for every layer, and one of its usual exceptions.

use candle_core::{DType, Device, Result};
use candle_init::{Framework, Initializer, init};
use candle_nn::{Conv2d, Conv2dConfig, Linear, VarBuilder, VarMap, conv2d, linear};

struct Net {
    _conv: Conv2d,
    _head: Linear,
}

impl Net {
    fn new(vb: VarBuilder) -> Result<Self> {
        let conv = conv2d(3, 16, 3, Conv2dConfig::default(), vb.pp("conv"))?;
        Ok(Self { _conv: conv, _head: linear(16, 10, vb.pp("head"))? })
    }
}

fn main() -> anyhow::Result<()> {
    let vars = VarMap::new();
    // nn.init.xavier_uniform_(net.head.weight)
    let init = Initializer::new(42).defaults(Framework::PyTorch).rule("head.weight", init::GLOROT_UNIFORM);
    // PyTorch's biases depend on the weights beside them, so the model is planned first.
    let _net = init.build(&vars, DType::F32, &Device::Cpu, Net::new)?;
    println!("{}", init.report(&vars)?);
    Ok(())
}
