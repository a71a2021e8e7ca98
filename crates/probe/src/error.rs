//! Everything that can go wrong with a check itself, said so that it can be mended.

use std::path::PathBuf;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason a check could not be made. What a check *finds* is a [`Finding`](crate::Finding), never an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// candle refused something.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
    /// An initializer refused something.
    #[error(transparent)]
    Init(#[from] candle_init::Error),
    /// The batch cannot show anything.
    #[error("the batch {shape:?} {what}: a batch of finite numbers with at least one sample is required")]
    Batch {
        /// Its shape.
        shape: Vec<usize>,
        /// What is wrong with it.
        what: String,
    },
    /// The forward pass failed.
    #[error("the forward pass failed {place}: {source}")]
    Forward {
        /// Where, as far as it is known.
        place: String,
        /// candle's error.
        source: candle_core::Error,
    },
    /// The forward pass gave something else than a loss.
    #[error(
        "the forward pass gave a tensor of shape {shape:?}: a loss, which is one number, is required; end it with \
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
        "a step of training failed: {source}; the closure given to `Net::step` takes the loss and moves the parameters"
    )]
    Step {
        /// candle's error.
        source: candle_core::Error,
    },
    /// The backward pass failed.
    #[error("the backward pass failed: {source}; replace the operation by one that candle can differentiate")]
    Backward {
        /// candle's error.
        source: candle_core::Error,
    },
    /// A file cannot be read or written.
    #[error("{path}: {what}; {way_out}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the offset where there is one.
        what: String,
        /// What to do.
        way_out: &'static str,
        /// The system's error, where there is one.
        #[source]
        source: Option<std::io::Error>,
    },
    /// A value cannot be written as JSON.
    #[error("no JSON: {0}")]
    Json(#[from] serde_json::Error),
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
