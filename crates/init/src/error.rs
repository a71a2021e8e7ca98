//! Everything that can be wrong, said so that it can be mended.

use candle_core::{DType, Shape};

use crate::policy::uncovered::Uncovered;
use crate::policy::uncovered::{names, rules};

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason a parameter cannot be initialised, a rule is refused or a text is not a law.
///
/// Every message names what was asked, what is required and the way out. Behind a
/// `candle_nn::VarBuilder` the error travels as a `candle_core::Error`; [`Error::of`] finds it there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something is wrong with one named parameter.
    #[error("parameter `{parameter}` {shape:?}: {cause}")]
    Parameter {
        /// The full dotted path.
        parameter: String,
        /// The shape that was asked for.
        shape: Shape,
        /// What is wrong.
        #[source]
        cause: Box<Error>,
    },
    /// A law that needs a fan met a tensor that has none.
    #[error(
        "{law} scales with a fan, and a tensor of rank {rank} has none: use it on rank 2 or more, or give \
         this parameter a law without a fan, such as `zeros` or `uniform(lo=-0.1, up=0.1)`"
    )]
    NoFan {
        /// The law in text form.
        law: String,
        /// The rank that was asked.
        rank: usize,
    },
    /// A fan is zero, so no variance keeps the signal.
    #[error("{fan} is 0 for shape {shape:?}, and {law} divides by it: a fan of at least 1 is required")]
    ZeroFan {
        /// Which fan.
        fan: &'static str,
        /// The shape that was asked.
        shape: Shape,
        /// The law in text form.
        law: String,
    },
    /// The layer kind does not describe a tensor of this shape.
    #[error("{layer:?} does not describe shape {shape:?}: {required}")]
    Layer {
        /// The layer kind that was given.
        layer: crate::layer::Layer,
        /// The shape that was asked.
        shape: Shape,
        /// What the kind requires.
        required: &'static str,
    },
    /// A variance scale is not a positive number.
    #[error("scale is {scale}: a positive, finite scale is required; for no spread at all use `zeros`")]
    Scale {
        /// What was asked.
        scale: f64,
    },
    /// The numbers of a law do not make a distribution, or the dtype cannot hold it.
    #[error(transparent)]
    Distribution(#[from] counter_rng::Error),
    /// Weights cannot be drawn in this dtype.
    #[error(
        "{dtype:?} cannot hold weights: use f64, f32, bf16, f16 or f8e4m3, and convert afterwards where a \
         model needs integers"
    )]
    DType {
        /// The dtype that was asked.
        dtype: DType,
    },
    /// The shape has more elements than memory has addresses.
    #[error("shape {shape:?} has more elements than usize counts: use smaller dimensions")]
    ElementCount {
        /// The shape that was asked.
        shape: Shape,
    },
    /// A rule's pattern is not a glob.
    #[error(
        "`{pattern}` is not a pattern: {reason}; use `*` for any text, `?` for one character, `{{a,b}}` for either"
    )]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What the glob library says.
        reason: String,
    },
    /// A law or modifier does not fit a tensor of this shape.
    #[error("{law} does not fit shape {shape:?}: {required}")]
    Structure {
        /// The law in text form, or the modifier.
        law: String,
        /// The shape that was asked.
        shape: Shape,
        /// What it requires.
        required: String,
    },
    /// A law whose elements hang together was asked for the distribution of single ones.
    #[error("the elements of {law} have no law of their own: draw it with `Initializer::tensor` or a rule")]
    NotElementwise {
        /// The law in text form.
        law: String,
    },
    /// A number of a law, a modifier or a net is out of its range.
    #[error("{parameter} is {value}: {required} is required")]
    Number {
        /// Which number.
        parameter: &'static str,
        /// What was asked.
        value: f64,
        /// What is required.
        required: &'static str,
    },
    /// The roles of a weight's axes contradict one another.
    #[error("axis roles {roles} do not describe a weight: {reason}")]
    Axes {
        /// The roles as they were given.
        roles: String,
        /// What is wrong with them.
        reason: String,
    },
    /// A factor by depth was asked of a parameter whose path has no layer number.
    #[error(
        "by_depth needs the layer's number, and `{parameter}` has none: give its rule a factor, such as \
         `.times(0.1)`"
    )]
    NoDepth {
        /// The full dotted path.
        parameter: String,
    },
    /// A list of constants has another length than its shape.
    #[error("shape {shape:?} holds {expected} values, and {got} were given")]
    ValueCount {
        /// The shape.
        shape: Shape,
        /// How many values it holds.
        expected: usize,
        /// How many were given.
        got: usize,
    },
    /// A value that was computed or given is not a number that the dtype holds.
    #[error("element {index} is {value}, which {dtype:?} cannot hold: use a wider dtype or other numbers")]
    Value {
        /// The dtype.
        dtype: DType,
        /// Which element.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// A framework cannot say what its framework gives a parameter.
    #[error("{framework} cannot say what this parameter gets: {required}")]
    Framework {
        /// The framework in text form.
        framework: &'static str,
        /// What it would need, and the way out.
        required: String,
    },
    /// A text is not what it should be.
    #[error("`{text}` is not {kind}: {reason}")]
    Text {
        /// What it should be: a law, a layer kind, a framework, an activation.
        kind: &'static str,
        /// The text.
        text: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// A rule matched no parameter, so it is probably misspelt.
    #[error("rule `{pattern}` matches none of the {parameters} parameters{}: correct or remove it", did_you_mean(.nearest))]
    UnusedRule {
        /// The rule's pattern.
        pattern: String,
        /// How many parameters there are.
        parameters: usize,
        /// The parameter whose name is nearest.
        nearest: Option<String>,
    },
    /// Earlier rules take everything that a rule matches.
    #[error(
        "rule `{pattern}` never applies: `{earlier}` stands before it and takes all it matches; put the narrower rule first"
    )]
    ShadowedRule {
        /// The rule's pattern.
        pattern: String,
        /// A rule that stands before it.
        earlier: String,
    },
    /// Parameters that no rule, no hint and no default covers. candle would leave them zero.
    #[error(
        "no rule and no hint covers {}: candle would leave them zero. Add {}, or call .lenient() to accept zeros",
        names(.parameters), rules(.parameters)
    )]
    Uncovered {
        /// Each with its shape.
        parameters: Vec<Uncovered>,
    },
    /// A name was asked again with another shape.
    #[error(
        "it exists with shape {existing:?}: one name is one tensor; ask for that shape or for another name"
    )]
    ShapeConflict {
        /// The shape it has.
        existing: Shape,
    },
    /// A name was asked again with another dtype.
    #[error(
        "it exists as {existing:?} and is asked for as {asked:?}: one name is one tensor; ask for one dtype and \
         convert in the forward pass, where the conversion sees every training step"
    )]
    DTypeConflict {
        /// The dtype it has.
        existing: DType,
        /// The dtype that was asked.
        asked: DType,
    },
    /// A name was asked again on another device.
    #[error(
        "it exists on {existing}: one name is one tensor; ask for it there, and move it in the forward pass"
    )]
    DeviceConflict {
        /// Where it is.
        existing: String,
    },
    /// A tensor was asked for without a shape, and it does not exist yet.
    #[error(
        "`{parameter}` was asked for without a shape and does not exist yet: ask for it with its shape first"
    )]
    NoShape {
        /// The full dotted path.
        parameter: String,
    },
    /// A custom law gave another number of values than the shape has.
    #[error(
        "custom law `{law}` gave {got} values: {expected} are required, one per element in row-major order"
    )]
    CustomLength {
        /// The law's name.
        law: String,
        /// Number of elements of the shape.
        expected: usize,
        /// Number of values it gave.
        got: usize,
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

    /// Names the parameter that an error is about.
    pub(crate) fn at(self, parameter: &str, shape: &Shape) -> Self {
        match self {
            named @ (Self::Parameter { .. } | Self::Uncovered { .. }) => named,
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

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |name| format!(" (the nearest is `{name}`)"))
}
