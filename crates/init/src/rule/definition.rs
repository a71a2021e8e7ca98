//! What a rule gives to the parameters it matches.

use std::fmt;
use std::sync::Arc;

use candle_core::{Shape, Tensor};
use counter_rng::Stream;

use crate::error::Result;
use crate::initializers::array::Array;
use crate::initializers::{Fan, Init};
use crate::layer::Layer;
use crate::rule::modifier::Modifier;

/// A user's own initializer: row-major values for a shape, drawn from the parameter's stream.
type Draw = dyn Fn(&Shape, &Stream) -> candle_core::Result<Vec<f32>> + Send + Sync;

/// An initializer with its modifiers and, where the shape would mislead, the layer kind: the right-hand side of a rule.
///
/// Made from an [`Init`], from candle's own `Init`, from text (`"he_normal"`), from [blocks](Rule::blocks),
/// [values](Rule::values) or [a closure](Rule::custom). Its text form is the code's:
/// `lecun_normal.gain(gelu).sparse(0.9)`. A rule has 64 modifiers at most, and blocks 16 deep; its text has brackets 64
/// deep. What is more is an error, not a stack that overflows.
///
/// ```
/// use candle_init::{Layer, Rule, init};
/// let rule = init::ORTHOGONAL.times(0.5).sparse(0.25).on(Layer::LSTM);
/// assert_eq!(rule.to_string(), "orthogonal.times(0.5).sparse(0.25).on(gates(4))");
/// assert_eq!("orthogonal.times(0.5).sparse(0.25).on(lstm)".parse::<Rule>()?, rule);
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(crate) base: Base,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) layer: Option<Layer>,
}

/// What the modifiers of a rule start from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Base {
    Init(Init),
    Values(Array),
    Blocks(Arc<[Block]>),
    Norm(Norm),
    /// Blocks in blocks beyond [`Rule::DEEPEST`], which are not kept.
    TooDeep,
    Custom(Custom),
}

/// A rule for some of the rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    /// The rows, relative to those of the other blocks.
    pub(crate) share: usize,
    pub(crate) rule: Rule,
}

/// The norm of a parameter beside this one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Norm {
    /// The last part of the other's path; the rest of it is that of the parameter itself.
    pub(crate) of: Arc<str>,
    /// What the other is, where that is known: then seed and names decide the values, and nothing else.
    pub(crate) other: Option<Arc<Other>>,
}

/// The parameter that a norm is of.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Other {
    pub(crate) shape: Shape,
    /// With the layer kind, where the shape would mislead.
    pub(crate) rule: Rule,
}

/// An initializer of the user's own.
#[derive(Clone)]
pub(crate) struct Custom {
    pub(crate) name: Arc<str>,
    pub(crate) draw: Arc<Draw>,
}

impl PartialEq for Custom {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.draw, &other.draw)
    }
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Rule {
    /// An initializer of your own, under a name that the report shows.
    ///
    /// `draw` gets the shape and the parameter's [`Stream`], and gives the values in row-major order;
    /// they are rounded once to the parameter's dtype, and what that does not hold, NaN among it, is an error. Drawn
    /// from the stream, they depend on seed and name alone, as those of every other initializer do.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_init::{Initializer, Rule};
    /// use rand_distr::{Distribution, LogNormal};
    /// let dt_bias = Rule::custom("log_normal(-3, 1)", |shape, stream| {
    ///     let log_normal = LogNormal::new(-3_f32, 1.0).map_err(candle_core::Error::wrap)?;
    ///     Ok(log_normal.sample_iter(stream.rng()).take(shape.elem_count()).collect())
    /// });
    /// let vars = candle_nn::VarMap::new();
    /// let init = Initializer::new(42).rule("mixer.dt_bias", dt_bias);
    /// let bias = init.var_builder(&vars, DType::F32, &Device::Cpu).get(64, "mixer.dt_bias")?;
    /// assert!(bias.min_all()?.to_scalar::<f32>()? > 0.0);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    #[must_use]
    pub fn custom<F>(name: impl Into<String>, draw: F) -> Self
    where
        F: Fn(&Shape, &Stream) -> candle_core::Result<Vec<f32>> + Send + Sync + 'static,
    {
        let name: Arc<str> = name.into().into();
        Self::of(Base::Custom(Custom { name, draw: Arc::new(draw) }))
    }

    /// The most blocks that stand in one another. Whatever goes through a rule calls itself for each, so that there is
    /// never a rule of more: neither its checks nor its end can run out of stack.
    pub(crate) const DEEPEST: usize = 16;

    /// The most modifiers of a rule, each of which may cost an integral.
    pub(crate) const LONGEST: usize = 64;

    /// An initializer for each of several equal blocks of rows, from the top: the gates of a recurrent layer, or query,
    /// key and value in one matrix.
    ///
    /// The elements keep their indices in the parameter's stream, so equal blocks are the undivided whole.
    /// Fans are those of a block. Blocks may hold blocks, 16 deep at most; a deeper rule is an error when a parameter is
    /// asked for.
    ///
    /// ```
    /// use candle_init::{Rule, init};
    /// let rule = Rule::blocks([init::GLOROT_UNIFORM, init::GLOROT_UNIFORM, init::ZEROS]);
    /// assert_eq!(rule.to_string(), "blocks(glorot_uniform, glorot_uniform, zeros)");
    /// ```
    #[must_use]
    pub fn blocks<R: Into<Self>>(rules: impl IntoIterator<Item = R>) -> Self {
        Self::shares(rules.into_iter().map(|rule| (1, rule)))
    }

    /// An initializer for each of several blocks of rows, whose sizes are in these proportions: `[(4, q), (1, k), (1, v)]`
    /// for four times as many query heads as key heads.
    #[must_use]
    pub fn shares<R: Into<Self>>(rules: impl IntoIterator<Item = (usize, R)>) -> Self {
        let block = |(share, rule): (usize, R)| Block { share, rule: rule.into() };
        let blocks: Arc<[_]> = rules.into_iter().map(block).collect();
        let deepest = blocks.iter().map(|block| block.rule.depth()).max().unwrap_or(0);
        Self::of(if deepest < Self::DEEPEST { Base::Blocks(blocks) } else { Base::TooDeep })
    }

    /// How many blocks stand in one another.
    pub(crate) fn depth(&self) -> usize {
        match &self.base {
            Base::Norm(norm) => norm.other.as_ref().map_or(0, |other| 1 + other.rule.depth()),
            Base::Blocks(blocks) => 1 + blocks.iter().map(|block| block.rule.depth()).max().unwrap_or(0),
            Base::TooDeep => Self::DEEPEST,
            Base::Init(_) | Base::Values(_) | Base::Custom(_) => 0,
        }
    }

    /// These constants, repeated along leading and singleton axes as NumPy broadcasts; Keras's `Constant` of
    /// an array.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) for another number of values than the shape holds,
    /// [`Error::Value`](crate::Error::Value) for NaN or an infinity.
    pub fn values(shape: impl Into<Shape>, values: Vec<f64>) -> Result<Self> {
        Ok(Self::of(Base::Values(Array::new(&shape.into(), values)?)))
    }

    /// The values of a tensor, as [`values`](Self::values).
    ///
    /// # Errors
    /// As [`values`](Self::values); candle's in reading the tensor.
    pub fn tensor(tensor: &Tensor) -> Result<Self> {
        Ok(Self::of(Base::Values(Array::from_tensor(tensor)?)))
    }

    /// The initializer that its modifiers start from; `None` for blocks, norms, values and closures.
    #[must_use]
    pub const fn init(&self) -> Option<&Init> {
        if let Base::Init(init) = &self.base { Some(init) } else { None }
    }

    /// Whether the values depend on how many matrices the weight stacks: on its fan-out, or on where one ends.
    pub(crate) fn depends_on_outputs(&self) -> bool {
        let base = match &self.base {
            Base::Init(Init::VarianceScaling(scaling)) => !matches!(scaling.fan, Fan::In | Fan::InSquared),
            Base::Init(init) => matches!(init, Init::Orthogonal { .. } | Init::Delta { .. }),
            Base::Blocks(blocks) => blocks.iter().any(|block| block.rule.depends_on_outputs()),
            Base::Values(_) | Base::Norm(_) | Base::TooDeep | Base::Custom(_) => false,
        };
        base || self.modifiers.iter().any(|modifier| matches!(modifier, Modifier::Mup(_)))
    }

    /// The same with the layer kind, where the values depend on it and a shape tells another.
    pub(crate) fn told(self, shape: &Shape, layer: Layer) -> Self {
        let told = self.layer.is_some() || !self.depends_on_layer() || layer == Layer::of_shape(shape);
        if told { self } else { self.on(layer) }
    }

    /// Whether the values depend on the layer kind at all.
    pub(crate) fn depends_on_layer(&self) -> bool {
        let base = match &self.base {
            Base::Init(init) => {
                init.needs_fans() || matches!(init, Init::Orthogonal { .. } | Init::Delta { .. })
            }
            Base::Blocks(blocks) => blocks.iter().any(|block| block.rule.depends_on_layer()),
            Base::Values(_) | Base::Norm(_) | Base::TooDeep | Base::Custom(_) => false,
        };
        base || self.modifiers.iter().any(|modifier| matches!(modifier, Modifier::Mup(_)))
    }

    pub(crate) const fn of(base: Base) -> Self {
        Self { base, modifiers: Vec::new(), layer: None }
    }

    /// This rule with one more modifier.
    pub(crate) fn with(mut self, modifier: Modifier) -> Self {
        self.modifiers.push(modifier);
        self
    }

    /// The same for a known layer kind.
    #[must_use]
    pub fn on(self, layer: Layer) -> Self {
        Self { layer: Some(layer), ..self }
    }
}

impl From<Init> for Rule {
    fn from(init: Init) -> Self {
        Self::of(Base::Init(init))
    }
}

impl From<candle_nn::Init> for Rule {
    fn from(init: candle_nn::Init) -> Self {
        Init::from(init).into()
    }
}
