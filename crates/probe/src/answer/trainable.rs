//! The verdict as an assertion, for a model's own tests.

/// Asserts that a model will train, and gives the [`Verdict`](crate::Verdict). Otherwise it panics with what is wrong,
/// where, and how to fix it.
///
/// It takes what [`Probe::check`](crate::Probe::check) takes: a [`Probe`](crate::Probe), a batch, and a closure from
/// the batch to the loss. A check of nothing, without parameters or layers, fails too.
///
/// ```
/// use candle_core::{DType, Device, Module};
/// use candle_init::{Initializer, init};
/// use candle_init_probe::{Probe, assert_trainable, noise};
/// # use candle_nn::{VarMap, linear};
/// # let vars = VarMap::new();
/// let init = Initializer::new(1).weights(init::HE_NORMAL);
/// # let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
/// # let (fc, head) = (linear(64, 128, vb.pp("fc"))?, linear(128, 10, vb.pp("head"))?);
/// let batch = noise((32, 64), 7, &Device::Cpu)?;
/// assert_trainable!(Probe::new(&vars).initializer(&init), &batch, |x| {
///     head.forward(&fc.forward(x)?.relu()?)?.sqr()?.mean_all()
/// });
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
#[macro_export]
macro_rules! assert_trainable {
    ($probe:expr, $batch:expr, $forward:expr $(,)?) => {
        match $probe.check($batch, $forward) {
            Ok(verdict) if verdict.is_trainable() => verdict,
            Ok(verdict) => ::std::panic!("{verdict}"),
            Err(error) => ::std::panic!("the check could not be made: {error}"),
        }
    };
}
