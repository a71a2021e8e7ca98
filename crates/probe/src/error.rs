//! Everything that can go wrong with a check itself, and the way out.

use std::path::PathBuf;

use candle_init_checkpoint::shown;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason a check could not be made. What a check *finds* is a [`Finding`](crate::Finding), never an error.
/// The text holds the cause, so that [`source`](std::error::Error::source) has nothing to add.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// candle refused something.
    #[error(transparent)]
    Candle(candle_core::Error),
    /// An initializer refused something.
    #[error(transparent)]
    Init(#[from] candle_init::Error),
    /// A checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(Box<candle_init_checkpoint::Error>),
    /// There is nothing to check.
    #[error(
        "{of} has no parameters, so there is nothing to check: give the `VarMap` that the model was built in, after the \
         model is built, or a file with tensors"
    )]
    NoParameters {
        /// What was given: a map, a model, a file.
        of: String,
    },
    /// A pattern of [`Probe::frozen`](crate::Probe::frozen) or [`Probe::only`](crate::Probe::only) cannot be used.
    #[error("the pattern `{pattern}`: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pass met no layer, and found nothing wrong either.
    #[error(
        "no layer was seen in the forward pass: give a loss that is computed from the batch by a model whose parameters \
         are in the `VarMap`"
    )]
    NoLayers,
    /// The batch cannot show anything.
    #[error("the batch {shape:?} {what}: a batch of finite numbers with at least one sample is required")]
    Batch {
        /// Its shape.
        shape: Vec<usize>,
        /// What is wrong with it.
        what: String,
    },
    /// The forward pass failed.
    #[error("the forward pass failed {location}: {cause}")]
    Forward {
        /// Where, as far as it is known: `` in `fc1` ``.
        location: String,
        /// candle's error.
        cause: candle_core::Error,
    },
    /// The forward pass gave something other than a loss.
    #[error(
        "the forward pass gave a tensor of shape {shape:?}: a loss, a single value, is required; end it with \
         `loss::cross_entropy(&logits, &labels)`, or with `.sqr()?.mean_all()`"
    )]
    NoLoss {
        /// The shape that was given.
        shape: Vec<usize>,
    },
    /// Nets of several widths do not have the same layers.
    #[error(
        "the net of width {width} has no layer `{layer}`, which that of the first width has: nets that differ in \
         width only are required"
    )]
    Layers {
        /// Where it is missing.
        width: usize,
        /// The layer.
        layer: String,
    },
    /// A step of training failed.
    #[error(
        "a step of training failed: {cause}; what moves the parameters is the closure given to `Net::step`, or the \
         optimizer given to `Probe::rehearse`"
    )]
    Step {
        /// candle's error.
        cause: candle_core::Error,
    },
    /// The backward pass failed.
    #[error("the backward pass failed: {cause}; replace the operation by one that candle can differentiate")]
    Backward {
        /// candle's error.
        cause: candle_core::Error,
    },
    /// A file cannot be written.
    #[error("{path}: {what}; {way_out}", path = shown(path))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
        /// What to do.
        way_out: &'static str,
        /// The system's error, where there is one.
        cause: Option<std::io::Error>,
    },
    /// A value cannot be written as JSON.
    #[error("no JSON: {0}")]
    Json(serde_json::Error),
    /// A number is out of its range.
    #[error("{parameter} is {value}: {required} is required")]
    Number {
        /// Which number.
        parameter: &'static str,
        /// What was asked.
        value: f64,
        /// What is required.
        required: &'static str,
    },
}

impl Error {
    /// The error of this crate inside an error that came back through candle, if there is one.
    ///
    /// ```
    /// use candle_init_probe::{Error, Inspection};
    /// let error: candle_core::Error = Inspection::of_file("no-such-file").unwrap_err().into();
    /// assert!(matches!(Error::of(&error), Some(Error::Checkpoint(_))));
    /// ```
    #[must_use]
    pub fn of(error: &candle_core::Error) -> Option<&Self> {
        use candle_core::Error as Candle;
        match error {
            Candle::Io(error) => error.get_ref()?.downcast_ref(),
            Candle::WithPath { inner, .. }
            | Candle::WithBacktrace { inner, .. }
            | Candle::Context { inner, .. } => Self::of(inner),
            _ => None,
        }
    }
}

impl From<Error> for candle_core::Error {
    /// [`Error::of`] finds it again, as [`candle_init::Error::of`] finds that of an initializer.
    fn from(error: Error) -> Self {
        match error {
            Error::Candle(error) => error,
            Error::Init(error) => error.into(),
            // The one variant of candle's that shows a foreign error as it is and keeps it to be found again.
            error => Self::Io(std::io::Error::other(error)),
        }
    }
}

impl From<candle_core::Error> for Error {
    /// An error of ours that went through candle comes back as itself.
    fn from(error: candle_core::Error) -> Self {
        match error {
            candle_core::Error::Io(error) => {
                error.downcast().unwrap_or_else(|other| Self::Candle(candle_core::Error::Io(other)))
            }
            other => Self::Candle(other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<candle_init_checkpoint::Error> for Error {
    fn from(error: candle_init_checkpoint::Error) -> Self {
        Self::Checkpoint(Box::new(error))
    }
}
