//! A line per layer: taps that feed a recorder from inside a forward pass.

use std::sync::{Arc, Mutex, PoisonError};

use candle_core::{Module, Result, Tensor, Var};

/// Listens at the taps of a model while a probe runs it, and does nothing otherwise.
///
/// What an unchanged model shows of itself is every layer's output, by candle's own record of the operations. A tap
/// adds what that record does not keep: the gradient of the loss with respect to the tapped signal; and it
/// sees signals before an operation without a backward pass, where the record ends.
///
/// ```
/// use candle_core::{Module, Result, Tensor};
/// use candle_init_probe::Recorder;
///
/// struct Net { fc1: candle_nn::Linear, fc2: candle_nn::Linear, taps: Recorder }
///
/// impl Module for Net {
///     fn forward(&self, x: &Tensor) -> Result<Tensor> {
///         let x = self.taps.tap("fc1", &self.fc1.forward(x)?.relu()?)?;
///         self.fc2.forward(&x)
///     }
/// }
/// ```
///
/// Clones share one record. A tap on a model that is not being probed hands back the tensor it was given.
#[derive(Clone, Debug, Default)]
pub struct Recorder {
    record: Arc<Mutex<Record>>,
}

#[derive(Debug, Default)]
struct Record {
    listening: bool,
    taps: Vec<Tap>,
    entered: Vec<String>,
}

/// A tapped signal.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    pub(crate) name: String,
    /// The signal as it was given.
    pub(crate) signal: Tensor,
    /// Zeros that were added to it: their gradient is the signal's.
    pub(crate) zeros: Option<Var>,
}

impl Recorder {
    /// A recorder without taps.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes `signal` under `name` while a probe runs, and gives the signal on: plus zeros, whose gradient is the
    /// signal's. Outside of a probe it costs nothing.
    ///
    /// # Errors
    /// What candle says, for example a device that ran out of memory.
    pub fn tap(&self, name: &str, signal: &Tensor) -> Result<Tensor> {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if !record.listening {
            return Ok(signal.clone());
        }
        let zeros = signal.dtype().is_float().then(|| Var::from_tensor(&signal.zeros_like()?)).transpose()?;
        let onward =
            zeros.as_ref().map_or_else(|| Ok(signal.clone()), |zeros| signal.add(zeros.as_tensor()))?;
        record.taps.push(Tap { name: name.into(), signal: signal.clone(), zeros });
        Ok(onward)
    }

    /// `module` with a tap at its output. A failure inside of it is reported under `name`.
    ///
    /// ```
    /// # use candle_init_probe::Recorder;
    /// let taps = Recorder::new();
    /// let net = candle_nn::seq()
    ///     .add(taps.wrap("relu1", candle_nn::Activation::Relu))
    ///     .add(taps.wrap("relu2", candle_nn::Activation::Relu));
    /// ```
    #[must_use]
    pub fn wrap<M: Module>(&self, name: &str, module: M) -> Tapped<M> {
        Tapped { name: name.into(), module, recorder: self.clone() }
    }

    /// Listens to `pass` and no longer, though it panics: what it gave, what was noted, and the wrapped modules that were
    /// entered and not left.
    pub(crate) fn listening<T>(&self, pass: impl FnOnce() -> T) -> (T, Vec<Tap>, Vec<String>) {
        self.set(Record { listening: true, ..Record::default() });
        let ear = Ear(self);
        let given = pass();
        let record = ear.0.set(Record::default());
        (given, record.taps, record.entered)
    }

    fn set(&self, next: Record) -> Record {
        std::mem::replace(&mut *self.record.lock().unwrap_or_else(PoisonError::into_inner), next)
    }

    fn enter(&self, name: &str) {
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        if record.listening {
            record.entered.push(name.into());
        }
    }

    fn leave(&self) {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).entered.pop();
    }
}

/// Stops a recorder when it is dropped.
struct Ear<'a>(&'a Recorder);

impl Drop for Ear<'_> {
    fn drop(&mut self) {
        self.0.set(Record::default());
    }
}

/// A module with a tap at its output: see [`Recorder::wrap`].
#[derive(Clone, Debug)]
pub struct Tapped<M> {
    name: String,
    module: M,
    recorder: Recorder,
}

impl<M: Module> Module for Tapped<M> {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.recorder.enter(&self.name);
        // An error leaves the name standing, so that the probe can say where it happened.
        let output = self.module.forward(x)?;
        self.recorder.leave();
        self.recorder.tap(&self.name, &output)
    }
}
