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

#[cfg(test)]
#[allow(clippy::panic, reason = "a test that fails by panicking says where")]
mod tests {
    use candle_core::{DType, Device, Module, Tensor};
    use candle_init::{Initializer, init};
    use candle_nn::{Linear, VarMap, linear};

    use crate::{Error, Inspection, Probe, any_error, assert_trainable, noise, unit_variance};

    fn net() -> (VarMap, Linear, Tensor) {
        let vars = VarMap::new();
        let vb = Initializer::new(1).weights(init::HE_NORMAL).var_builder(&vars, DType::F32, &Device::Cpu);
        (vars, linear(64, 10, vb).unwrap(), noise((32, 64), 7, &Device::Cpu).unwrap())
    }

    /// What a user writes: closures of candle's errors with `?` and a final `Ok`, and functions of other errors.
    #[test]
    fn every_kind_of_closure_is_taken_without_annotation() {
        let (vars, net, batch) = net();
        let candle = |x: &Tensor| net.forward(x)?.sqr()?.mean_all();
        let init = |x: &Tensor| -> candle_init::Result<Tensor> { Ok(candle(x)?) };
        let anyhow = |x: &Tensor| -> anyhow::Result<Tensor> { Ok(candle(x)?) };
        assert_trainable!(Probe::new(&vars), &batch, candle);
        assert_trainable!(Probe::new(&vars), &batch, |x| {
            let loss = net.forward(x)?.sqr()?.mean_all()?;
            Ok(loss)
        });
        assert_trainable!(Probe::new(&vars), &batch, |x| any_error(init(x)));
        assert_trainable!(Probe::new(&vars), &batch, |x| {
            let loss = any_error(anyhow(x))?;
            Ok(loss)
        });
        assert!(unit_variance(&vars, &batch, |x| any_error(anyhow(x))).unwrap().is_settled());
    }

    #[test]
    fn errors_are_found_behind_candle() {
        let (vars, _, batch) = net();
        let behind = |result: candle_core::Result<Tensor>| match Probe::new(&vars).signal(&batch, |_| result)
        {
            Err(Error::Forward { source, .. }) => source,
            other => panic!("{other:?}"),
        };
        let vector = Initializer::new(1).tensor("w", 3, init::HE_NORMAL, DType::F32, &Device::Cpu);
        let misfit = candle_init::Error::of(&behind(any_error(vector))).map(ToString::to_string);
        assert!(misfit.is_some_and(|text| text.contains("parameter `w` [3]")));
        let ours = behind(any_error(Inspection::of(&VarMap::new()).map(|_| batch.clone())));
        assert!(matches!(Error::of(&ours), Some(Error::NoParameters { .. })));
        let candle = behind(any_error(batch.reshape((1, 2))));
        // As it is: with a backtrace where the environment asks for one, and in no other wrapping.
        let is_wrapped = matches!(candle, candle_core::Error::Io(_));
        assert!(!is_wrapped && candle.to_string().starts_with("Shape mismatch"), "{candle}");
        assert!(matches!(Error::from(candle_core::Error::from(Error::NoLayers)), Error::NoLayers));
        let anyhow = behind(any_error(Err(anyhow::anyhow!("the user's own"))));
        assert_eq!(anyhow.to_string(), "the user's own");
    }
}
