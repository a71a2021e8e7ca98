//! Everything that can be wrong, said so that it can be fixed.

use std::path::PathBuf;

use candle_core::{DType, Shape};
use candle_init_checkpoint::shown;

use crate::refusal::{self, Refusal};
use crate::said::said;
use crate::uncovered::{Uncovered, names, rules};

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a parameter cannot be initialized, a rule is refused or a text cannot be read.
///
/// Every message names what was asked, what is required and the way out. Behind a
/// `candle_nn::VarBuilder` the error travels as a `candle_core::Error`; [`Error::of`] finds it there.
/// The text holds the cause, so that [`source`](std::error::Error::source) has nothing to add.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with one named parameter.
    #[error("parameter `{}` {shape:?}: {cause}", shown(.parameter))]
    Parameter {
        /// The full dotted path.
        parameter: String,
        /// The shape that was asked for.
        shape: Shape,
        /// What is wrong.
        cause: Box<Error>,
    },
    /// An initializer, a modifier or a layer kind does not fit a tensor of this shape.
    #[error("{} does not fit shape {shape:?}: {required}", shown(.what))]
    Shape {
        /// The initializer, modifier or layer kind, in text form.
        what: String,
        /// The shape that was asked for.
        shape: Shape,
        /// What it requires, and the way out.
        required: String,
    },
    /// A number of an initializer, a modifier or a net is out of its range.
    #[error("{parameter} is {}: {required} is required", said(*.value))]
    Number {
        /// Which number.
        parameter: &'static str,
        /// What was asked.
        value: f64,
        /// What is required.
        required: &'static str,
    },
    /// The numbers of a distribution contradict one another, or the dtype cannot hold it.
    #[error(transparent)]
    Distribution(#[from] counter_rng::Error),
    /// Weights cannot be drawn in this dtype.
    #[error(
        "{dtype:?} cannot hold weights: use f64, f32, bf16, f16 or f8e4m3, and convert afterwards where a \
         model needs integers"
    )]
    DType {
        /// The dtype that was asked for.
        dtype: DType,
    },
    /// A value that was computed or given is not a number that the dtype holds.
    #[error("element {index} is {}, which {dtype:?} cannot hold: use a wider dtype or other numbers", said(*.value))]
    Value {
        /// The dtype.
        dtype: DType,
        /// Which element, by row-major index.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// A part of a parameter was asked for that it does not have.
    #[error("{asked}: a part of {shape:?} is required, in whole elements of {dtype:?}")]
    Part {
        /// What was asked.
        asked: String,
        /// The shape of the whole.
        shape: Shape,
        /// The dtype.
        dtype: DType,
    },
    /// A rule needs to know more of a parameter than its name, shape and hint tell.
    #[error("{what} cannot be resolved for this parameter: {required}")]
    Unresolved {
        /// The rule, modifier or set of defaults.
        what: String,
        /// What it needs, and the way out.
        required: String,
    },
    /// The distribution of single elements was asked of an initializer that makes them together.
    #[error(
        "{init} makes its elements together, so they have no distribution of their own: draw it with `Initializer::tensor` or a rule"
    )]
    NotElementwise {
        /// The initializer in text form.
        init: String,
    },
    /// A text is not what it should be.
    #[error("`{}` is not {kind}: {}", shown(.text), shown(.reason))]
    Text {
        /// What it should be: an initializer, a rule, a pattern, a layer kind, a framework, an activation.
        kind: &'static str,
        /// The text.
        text: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// A rule, or what else was said of parameters by a pattern, matched none of them, so it is probably misspelt.
    #[error("{}{}: correct or remove it", unmatched(.call, .pattern, *.parameters), did_you_mean(.nearest))]
    UnusedRule {
        /// The method that it was given to: `rule`, `layer`, `frozen`, `grow`, `shape`, `absent` or `tie`.
        call: &'static str,
        /// The pattern.
        pattern: String,
        /// How many parameters there are.
        parameters: usize,
        /// The parameter whose name is nearest.
        nearest: Option<String>,
    },
    /// Earlier rules take everything that a rule matches.
    #[error(
        "rule `{}` never applies: `{}` comes first and matches all that it matches; put the narrower rule first",
        shown(.pattern), shown(.earlier)
    )]
    ShadowedRule {
        /// The rule's pattern.
        pattern: String,
        /// A rule that comes before it.
        earlier: String,
    },
    /// Parameters that no rule, no hint and no default covers. candle would leave them zero.
    #[error(
        "no rule and no hint covers {}: candle would leave zeros. Add {}, or call .lenient() to accept zeros",
        names(.parameters), rules(.parameters)
    )]
    Uncovered {
        /// Each with its shape, and the rule that would cover it.
        parameters: Vec<Uncovered>,
    },
    /// Parameters that the loaded checkpoint does not have, and no rule is for.
    #[error(
        "the checkpoint has no {}: rename its tensors, as in `Checkpoint::open(path)?.rename(\"bert.*\", \"model.*\")?`, or \
         say what is new: {}; or call .lenient() to leave it to the layers",
        names(.parameters), rules(.parameters)
    )]
    NotLoaded {
        /// Each with its shape, the nearest tensor, and a rule that would cover it.
        parameters: Vec<Uncovered>,
    },
    /// The checkpoint has nothing that the model asks for.
    #[error(
        "the model asks for none of the {tensors} tensors of the checkpoint, such as `{}`, but for `{}` and the \
         like: rename them, as in `Checkpoint::open(path)?.rename(\"bert.*\", \"model.*\")?`", shown(.tensor), shown(.parameter)
    )]
    NothingLoaded {
        /// How many tensors there are.
        tensors: usize,
        /// One of them.
        tensor: String,
        /// A parameter of the model.
        parameter: String,
    },
    /// A tensor of a checkpoint has another shape than the parameter.
    #[error("{} has it as {found:?}: {way_out}", shown(.file))]
    FileShape {
        /// The file.
        file: PathBuf,
        /// The tensor's name there.
        tensor: String,
        /// The shape that the tensor has.
        found: Vec<usize>,
        /// What to say.
        way_out: String,
    },
    /// A tensor of a checkpoint has a dtype that candle does not.
    #[error("{} has it as {found}, which candle cannot read: convert the file to f32 or bf16", shown(.file))]
    FileDType {
        /// The file.
        file: PathBuf,
        /// The tensor's dtype.
        found: String,
    },
    /// A checkpoint cannot be read.
    #[error(transparent)]
    Checkpoint(Box<candle_init_checkpoint::Error>),
    /// A name was asked for again with another shape, dtype or device.
    #[error(
        "it exists as {existing} and is asked for as {asked}: one name is one tensor; ask for the same, or for another \
         name, and convert or move it in the forward pass, where every training step sees it"
    )]
    Conflict {
        /// The shape, dtype or device that it has.
        existing: String,
        /// What was asked for.
        asked: String,
    },
    /// Two layers ask for one parameter, each with a hint of its own, and nothing else decides.
    #[error(
        "two layers share `{}`: by the one it is {first}, by the other {second}, and the order of their requests must not \
         decide; give it a rule, such as `.rule({parameter:?}, \"{first}\")`", shown(.parameter)
    )]
    Ambiguous {
        /// The full dotted path.
        parameter: String,
        /// What the first request would give, in text form.
        first: String,
        /// What this one would give.
        second: String,
    },
    /// A layer asks for Kaiming's initializer where there is no fan: candle refuses that too, and some models decide by it
    /// whether a layer is there.
    #[error(
        "its layer divides by a fan, which is 0 for this shape: give the layer an input, an output and a kernel of 1 at least, \
         or leave it out"
    )]
    Impossible,
    /// A model asked for parameters that it could not have, and went on without them.
    #[error("the model was refused {} and went on without: {}", refusal::names(.parameters), refusal::way_out(.parameters))]
    Refused {
        /// Each with what was wrong.
        parameters: Vec<Refusal>,
    },
    /// A tensor was asked for without a shape, and it does not exist yet.
    #[error(
        "`{}` was asked for without a shape and does not exist yet: ask for it with its shape first, or state \
         the shape, as in `.shape({parameter:?}, (64, 64))`", shown(.parameter)
    )]
    NoShape {
        /// The full dotted path.
        parameter: String,
    },
    /// There is no recipe of this name, or for this model.
    #[error(
        "there is no recipe for {}{}: `Recipe::families()` lists all, and `Recipe::parse` reads one of your own",
        shown(.asked), did_you_mean(.nearest)
    )]
    NoRecipe {
        /// What was asked for: a family, or what a config says of its model.
        asked: String,
        /// The family or `model_type` whose name is nearest.
        nearest: Option<String>,
    },
    /// A `config.json` is not one, or does not give a recipe its numbers.
    #[error("the config {}: {}", shown(.what), shown(.required))]
    Config {
        /// What is wrong with it.
        what: String,
        /// What is required, and the way out.
        required: String,
    },
    /// The text of a recipe is not one.
    #[error("line {line}, column {column} of the recipe: {}", shown(.reason))]
    RecipeText {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong there, and what would be right.
        reason: String,
    },
    /// A GPU cannot use the kernels that draw on it.
    #[error(
        "this GPU cannot draw the values itself: {reason}. Its kernels are PTX 7.0, which drivers since 450 compile: \
         update the driver, or draw on `Device::Cpu` and move the tensors with `to_device`"
    )]
    Kernels {
        /// What the driver says.
        reason: String,
    },
    /// A model's constructor failed with an error of its own.
    #[error(transparent)]
    Model(Box<dyn std::error::Error + Send + Sync>),
    /// candle refused something.
    #[error(transparent)]
    Candle(candle_core::Error),
    /// A function has no gain, or a net no fixed point.
    #[error(transparent)]
    Activation(#[from] crate::activation::Error),
}

impl Error {
    /// The error of this crate inside an error that came back through candle, if there is one.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_init::{Error, Initializer};
    /// use candle_nn::VarMap;
    /// let vb = Initializer::new(1).var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
    /// let unhinted = vb.get((8, 8), "A_log").err();
    /// assert!(matches!(unhinted.as_ref().and_then(Error::of), Some(Error::Uncovered { .. })));
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

    /// That `what` does not fit a shape.
    pub(crate) fn shape(what: impl ToString, shape: &Shape, required: impl Into<String>) -> Self {
        Self::Shape { what: what.to_string(), shape: shape.clone(), required: required.into() }
    }

    /// The error behind a model's own error type: of this crate, of candle, or the model's.
    pub(crate) fn of_model(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        match error.into().downcast::<candle_core::Error>() {
            Ok(candle) => (*candle).into(),
            Err(error) => match error.downcast::<Self>() {
                Ok(ours) => *ours,
                Err(other) => Self::Model(other),
            },
        }
    }

    /// Names the parameter that an error is about.
    pub(crate) fn at(self, parameter: &str, shape: &Shape) -> Self {
        match self {
            named @ (Self::Parameter { .. }
            | Self::Uncovered { .. }
            | Self::NotLoaded { .. }
            | Self::Ambiguous { .. }) => named,
            cause => {
                Self::Parameter { parameter: parameter.into(), shape: shape.clone(), cause: Box::new(cause) }
            }
        }
    }
}

impl From<Error> for candle_core::Error {
    /// An `io::Error` is the one variant of candle's that shows a foreign error as it is and keeps it
    /// to be found again.
    fn from(error: Error) -> Self {
        match error {
            Error::Candle(error) => error,
            error => Self::Io(std::io::Error::other(error)),
        }
    }
}

impl From<candle_init_checkpoint::Error> for Error {
    fn from(error: candle_init_checkpoint::Error) -> Self {
        Self::Checkpoint(Box::new(error))
    }
}

impl From<std::convert::Infallible> for Error {
    /// What is a rule already needs no reading.
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

impl From<candle_core::Error> for Error {
    /// An error of ours that went through candle comes back as itself.
    fn from(error: candle_core::Error) -> Self {
        match error {
            candle_core::Error::Io(io) if io.get_ref().is_some_and(|e| e.is::<Self>()) => {
                match io.into_inner().map(|e| e.downcast::<Self>()) {
                    Some(Ok(ours)) => *ours,
                    Some(Err(other)) => Self::Candle(candle_core::Error::Io(std::io::Error::other(other))),
                    None => {
                        Self::Candle(candle_core::Error::Msg("an input/output error without a cause".into()))
                    }
                }
            }
            other => Self::Candle(other),
        }
    }
}

fn unmatched(call: &str, pattern: &str, parameters: usize) -> String {
    let rest = if matches!(call, "absent" | "frozen") { "" } else { ", …" };
    match call {
        "rule" => format!("rule `{}` matches none of the {parameters} parameters", shown(pattern)),
        "absent" | "tie" => format!("`.{call}({pattern:?}{rest})` names nothing that the model asks for"),
        _ => format!("`.{call}({pattern:?}{rest})` matches none of the {parameters} parameters"),
    }
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(" (the nearest is `{}`)", shown(name)))
}
