//! Results of any error type in closures that give candle's.

use std::error::Error;

/// A result of any error type as candle's, for the closures that this crate takes: `|x| any_error(model.loss(x))`.
///
/// Those closures give `candle_core::Result`, so that `?` and a final `Ok(…)` need no annotation. A model whose
/// functions give another error, anyhow's, [`candle_init::Error`] or one of its own, is wrapped in one call. Errors of
/// candle pass through as they are; those of candle-init and of this crate are found again by
/// [`candle_init::Error::of`] and [`Error::of`](crate::Error::of).
///
/// ```
/// # use candle_core::{DType, Device, Module, Tensor};
/// # use candle_init::{Initializer, init};
/// # use candle_init_probe::{Probe, any_error, noise};
/// # use candle_nn::{Linear, VarMap, linear};
/// fn loss(net: &Linear, x: &Tensor) -> anyhow::Result<Tensor> {
///     anyhow::ensure!(x.dims().len() == 2, "rows of features are required");
///     Ok(net.forward(x)?.sqr()?.mean_all()?)
/// }
/// # let vars = VarMap::new();
/// # let vb = Initializer::new(1).var_builder(&vars, DType::F32, &Device::Cpu);
/// # let net = linear(64, 10, vb.pp("head"))?;
/// # let batch = noise((32, 64), 7, &Device::Cpu)?;
/// let verdict = Probe::new(&vars).check(&batch, |x| any_error(loss(&net, x)))?;
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
///
/// # Errors
/// The same, as candle's.
pub fn any_error<T, E: Into<Box<dyn Error + Send + Sync>>>(result: Result<T, E>) -> candle_core::Result<T> {
    result.map_err(|error| match error.into().downcast::<candle_core::Error>() {
        Ok(candle) => *candle,
        Err(other) => candle_core::Error::Io(std::io::Error::other(other)),
    })
}
