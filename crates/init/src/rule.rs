//! What a rule gives to the parameters it matches.

use std::fmt;
use std::sync::Arc;

use candle_core::Shape;
use counter_rng::Stream;
use globset::{GlobBuilder, GlobMatcher};

use crate::{Error, Init, Layer, Result};

/// A law of your own: row-major values for a shape, drawn from the parameter's stream.
type Draw = dyn Fn(&Shape, &Stream) -> candle_core::Result<Vec<f32>> + Send + Sync;

/// A law and, where the shape would mislead, the layer kind: the right-hand side of a rule.
///
/// Made from an [`Init`], from candle's own `Init`, by [`Init::on`], or by [`Rule::custom`].
#[derive(Clone, Debug)]
pub struct Rule {
    pub(crate) scheme: Scheme,
    pub(crate) layer: Option<Layer>,
}

#[derive(Clone)]
pub(crate) enum Scheme {
    Init(Init),
    Custom(Custom),
}

/// A law of the user's own.
#[derive(Clone)]
pub(crate) struct Custom {
    pub(crate) name: Arc<str>,
    pub(crate) draw: Arc<Draw>,
}

impl Rule {
    /// A law of your own, under a name that the report shows.
    ///
    /// `draw` gets the shape and the parameter's [`Stream`], and gives the values in row-major order;
    /// they are rounded once to the parameter's dtype. Drawn from the stream, they depend on seed and
    /// name alone, as every other law's do.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_init::{Initializer, Rule};
    /// use rand_distr::{Distribution, LogNormal};
    /// let dt_bias = Rule::custom("log_normal(-3, 1)", |shape, stream| {
    ///     let law = LogNormal::new(-3_f32, 1.0).map_err(candle_core::Error::wrap)?;
    ///     Ok(law.sample_iter(stream.rng()).take(shape.elem_count()).collect())
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
        Self { scheme: Scheme::Custom(Custom { name, draw: Arc::new(draw) }), layer: None }
    }

    /// The same law for a known layer kind.
    #[must_use]
    pub fn on(self, layer: Layer) -> Self {
        Self { layer: Some(layer), ..self }
    }
}

impl From<Init> for Rule {
    fn from(init: Init) -> Self {
        Self { scheme: Scheme::Init(init), layer: None }
    }
}

impl From<candle_nn::Init> for Rule {
    fn from(init: candle_nn::Init) -> Self {
        Init::from(init).into()
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Init(init) => init.fmt(f),
            Self::Custom(custom) => f.pad(&custom.name),
        }
    }
}

/// A pattern that is no glob, kept until a call that can fail reports it.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pattern: String,
    reason: String,
}

impl Refused {
    pub(crate) fn error(&self) -> Error {
        Error::Pattern { pattern: self.pattern.clone(), reason: self.reason.clone() }
    }
}

/// A glob over the dotted path, and what it gives.
#[derive(Clone, Debug)]
pub(crate) struct PatternRule {
    pub(crate) pattern: String,
    matcher: GlobMatcher,
    pub(crate) rule: Rule,
}

impl PatternRule {
    pub(crate) fn new(pattern: &str, rule: Rule) -> Result<Self, Refused> {
        let refuse = |e: globset::Error| Refused { pattern: pattern.into(), reason: e.kind().to_string() };
        // The separator is a dot, which `*` passes; a backslash must not mean a folder on one system only.
        let glob = GlobBuilder::new(pattern)
            .literal_separator(false)
            .backslash_escape(true)
            .build()
            .map_err(refuse)?;
        Ok(Self { pattern: pattern.into(), matcher: glob.compile_matcher(), rule })
    }

    pub(crate) fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }
}
