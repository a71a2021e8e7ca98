//! The probe: what is asked of a model, and the passes that answer it.

use std::collections::HashSet;
use std::fmt;

use candle_core::{Tensor, Var, backprop::GradStore};
use candle_init::{Initializer, named_vars};
use candle_nn::VarMap;

use crate::error::{Error, Result};
use crate::requirement::{at_least_two_classes, require, some_parameters};
use crate::signals::checks::twins::twins;
use crate::signals::checks::unread::unread;
use crate::signals::passes::batch::checked;
use crate::signals::passes::blame::blame;
use crate::signals::passes::scope::Scope;
use crate::signals::passes::snapshot::Snapshot;
use crate::signals::reading::Reading;
use crate::signals::record::tap::{Recorder, Tap};
use crate::signals::record::values::values;
use crate::signals::report::signal::{Gradient, Signal};
use crate::statistics::moments::Moments;

/// Asks a model whether it will train, before its first step.
///
/// The model stays as it is: its parameters come from the `VarMap`, its layers from candle's own record of the forward
/// pass.
///
/// ```
/// use candle_core::{DType, Device, Module};
/// use candle_init::{Initializer, init};
/// use candle_init_probe::{Probe, noise};
/// use candle_nn::{VarMap, linear};
///
/// let vars = VarMap::new();
/// let init = Initializer::new(1).weights(init::HE_NORMAL);
/// let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
/// let (fc, head) = (linear(64, 128, vb.pp("fc"))?, linear(128, 10, vb.pp("head"))?);
///
/// let batch = noise((32, 64), 7, &Device::Cpu)?;
/// let signal = Probe::new(&vars).signal(&batch, |x| {
///     head.forward(&fc.forward(x)?.relu()?)?.sqr()?.mean_all()
/// })?;
/// assert_eq!(signal.layers[0].activation.as_deref(), Some("relu"));
/// assert!(signal.findings.is_empty());
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
#[derive(Clone)]
pub struct Probe<'a> {
    pub(crate) vars: &'a VarMap,
    pub(crate) initializer: Option<&'a Initializer>,
    classes: Option<usize>,
    learning_rate: Option<f64>,
    recorder: Recorder,
    scope: Scope,
}

impl<'a> Probe<'a> {
    /// A probe of the model whose parameters are `vars`.
    #[must_use]
    pub fn new(vars: &'a VarMap) -> Self {
        Self {
            vars,
            initializer: None,
            classes: None,
            learning_rate: None,
            recorder: Recorder::new(),
            scope: Scope::default(),
        }
    }

    /// States which initializer made the parameters, so that each is compared with what its rule promises.
    #[must_use]
    pub fn initializer(mut self, initializer: &'a Initializer) -> Self {
        self.initializer = Some(initializer);
        self
    }

    /// States how many classes a cross-entropy tells apart, so that the first loss is compared with their logarithm: 2
    /// for a single logit with binary cross-entropy.
    #[must_use]
    pub fn classes(mut self, classes: usize) -> Self {
        self.classes = Some(classes);
        self
    }

    /// States the learning rate, so that updates are given relative to the parameters: a step of plain gradient descent
    /// of about 0.001 is usual.
    #[must_use]
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = Some(rate);
        self
    }

    /// States that the parameters that match do not train: a backbone, the other player of a game. They are judged by what
    /// they pass on alone. What the [initializer](Self::initializer) has [frozen](Initializer::frozen) needs no word.
    #[must_use]
    pub fn frozen(mut self, pattern: &str) -> Self {
        self.scope.frozen.push(pattern.into());
        self
    }

    /// States that only the parameters that match train. Several patterns add up.
    #[must_use]
    pub fn only(mut self, pattern: &str) -> Self {
        self.scope.only.push(pattern.into());
        self
    }

    /// Listens at the taps of `recorder` too.
    #[must_use]
    pub fn recorder(mut self, recorder: &Recorder) -> Self {
        self.recorder = recorder.clone();
        self
    }

    /// One forward and one backward pass, measured layer by layer.
    ///
    /// `forward` takes the batch and gives the loss. The batch it is given is a variable with the values of `batch`, so
    /// that candle's record starts there. Nothing in the model changes: all variables are copied before and put back after,
    /// which takes their memory once more. Where it gives errors of another type, wrap it in
    /// [`any_error`](crate::any_error()).
    ///
    /// # Errors
    /// [`Error::Number`] for fewer than two classes; [`Error::NoParameters`] for an empty map, [`Error::NoLayers`] where no
    /// layer is seen and nothing is wrong with the gradients, so that nothing was checked; [`Error::Batch`] for a batch that is empty or not finite;
    /// [`Error::Forward`] and [`Error::Backward`] where a pass fails; [`Error::NoLoss`] where `forward` gives more than
    /// one value.
    pub fn signal(
        &self,
        batch: &Tensor,
        forward: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Signal> {
        at_least_two_classes(self.classes)?;
        let parameters = named_vars(self.vars);
        some_parameters(parameters.len(), "the `VarMap`")?;
        let trained = self.trained(&parameters)?;
        let before = Snapshot::of(&parameters)?;
        let pass = before.guarded(|| self.pass(&parameters, batch, forward));
        // A batch norm in training moves its statistics: asking must change nothing.
        before.restore(|_| true)?;
        let pass = pass?;
        let gradients = self.gradients(&parameters, &trained, &pass.gradients)?;
        let reading = Reading::new(&pass.loss, &pass.input, parameters)?;
        let loss = f64::from(values(&pass.loss)?.first().copied().unwrap_or(f32::NAN));
        let layers = reading.signals(&pass.taps, &pass.gradients)?;
        let mut signal = Signal { loss, classes: self.classes, layers, gradients, findings: Vec::new() };
        signal.findings = reading.findings(&signal, &pass.gradients)?;
        require(!(signal.layers.is_empty() && signal.findings.is_empty()), Error::NoLayers)?;
        Ok(signal)
    }

    /// The names of the parameters that train.
    ///
    /// # Errors
    /// [`Error::Pattern`] for a pattern that is none, or that no parameter matches.
    pub(crate) fn trained(&self, parameters: &[(String, Var)]) -> Result<HashSet<String>> {
        self.scope.trained(self.vars, self.initializer, parameters)
    }

    fn pass(
        &self,
        parameters: &[(String, Var)],
        batch: &Tensor,
        forward: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Pass> {
        let input = checked(batch)?;
        let (loss, taps, entered) = self.recorder.listening(|| forward(&input));
        let loss = loss.map_err(|cause| {
            let location = blame(&cause, &taps, &entered, parameters);
            Error::Forward { location, cause }
        })?;
        if loss.elem_count() != 1 {
            return Err(Error::NoLoss { shape: loss.dims().to_vec() });
        }
        let gradients = loss.backward().map_err(|cause| Error::Backward { cause })?;
        Ok(Pass { input, loss, taps, gradients })
    }

    /// The gradient of every parameter that trains.
    fn gradients(
        &self,
        parameters: &[(String, Var)],
        trained: &HashSet<String>,
        store: &GradStore,
    ) -> Result<Vec<Gradient>> {
        let trained = parameters.iter().filter(|(name, _)| trained.contains(name));
        trained.map(|(name, var)| self.gradient(name, var, store)).collect()
    }

    fn gradient(&self, name: &str, var: &Var, store: &GradStore) -> Result<Gradient> {
        let of_weight = var.rank() > 1;
        let Some(gradient) = store.get(var).map(values).transpose()? else {
            return Ok(Gradient { name: name.into(), of_weight, ..Gradient::default() });
        };
        let (weight, moments) = (values(var)?, Moments::of(&gradient));
        let to_weight = Some(moments.rms() / Moments::of(&weight).rms());
        let update = self.learning_rate.zip(to_weight).map(|(rate, ratio)| rate * ratio);
        let twins = if of_weight { twins(&weight, &gradient, var.dims()) } else { Default::default() };
        let unread = if to_weight == Some(f64::INFINITY) { unread(&gradient, var.dims()) } else { 0 };
        Ok(Gradient {
            name: name.into(),
            moments: Some(moments),
            to_weight,
            update,
            twins,
            unread,
            of_weight,
        })
    }
}

impl fmt::Debug for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // candle's map of variables cannot be shown.
        f.debug_struct("Probe").field("classes", &self.classes).finish_non_exhaustive()
    }
}

/// A forward and a backward pass.
struct Pass {
    input: Tensor,
    loss: Tensor,
    taps: Vec<Tap>,
    gradients: GradStore,
}
