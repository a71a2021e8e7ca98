//! An initializer that the crate does not have, drawn from the parameter's own stream: as reproducible as the others.

use candle_core::{DType, Device, Error};
use candle_init::{Initializer, Rule};
use candle_nn::VarMap;
use rand_distr::{Distribution, LogNormal};

fn main() -> anyhow::Result<()> {
    let log_normal = Rule::custom("log_normal(-3, 1)", |shape, stream| {
        let distribution = LogNormal::new(-3_f32, 1.0).map_err(Error::wrap)?;
        Ok(distribution.sample_iter(stream.rng()).take(shape.elem_count()).collect())
    });
    let vars = VarMap::new();
    let init = Initializer::new(42).rule("mixer.dt_bias", log_normal);
    let bias = init.var_builder(&vars, DType::F32, &Device::Cpu).get(64, "mixer.dt_bias")?;
    println!("{bias}\n{}", init.report(&vars)?);
    Ok(())
}
