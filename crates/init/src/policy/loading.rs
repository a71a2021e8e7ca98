//! Which parameters come from a checkpoint, wholly or in part.

use std::fmt;
use std::str::FromStr;

use candle_init_checkpoint::{Checkpoint, Tensor};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::listed::SHOWN;
use crate::nearest::suggestion;
use crate::policy::pattern::Pattern;
use crate::policy::request::Request;

/// How the new rows of a table start that a model has more of than its checkpoint, as after a vocabulary has grown.
///
/// ```
/// use candle_init::{Growth, Initializer};
/// let init = Initializer::new(42).grow("*embed_tokens.weight", Growth::Mean);
/// assert_eq!("mean_and_covariance".parse::<Growth>()?, Growth::MeanAndCovariance); // as text and in files
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Growth {
    /// By the parameter's rule, as if all of it were drawn.
    Rule,
    /// Each is the mean of the rows of the checkpoint.
    Mean,
    /// Normal about that mean, with 10⁻⁹ times the rows' covariance: what transformers does by default
    /// (`resize_token_embeddings`, `mean_resizing=True`; Hewitt 2021, "Initializing New Word Embeddings for Pretrained
    /// Language Models").
    MeanAndCovariance,
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Rule => "rule",
            Self::Mean => "mean",
            Self::MeanAndCovariance => "mean and covariance",
        })
    }
}

const NAMED: [(&str, Growth); 3] =
    [("rule", Growth::Rule), ("mean", Growth::Mean), ("mean_and_covariance", Growth::MeanAndCovariance)];

impl FromStr for Growth {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let word = text.trim();
        let found = NAMED.iter().find(|(name, _)| *name == word).map(|(_, growth)| *growth);
        found.ok_or_else(|| {
            let reason = suggestion(word, NAMED.iter().map(|(name, _)| *name));
            Error::Text { kind: "a way to start new rows", text: text.into(), reason }
        })
    }
}

/// What is loaded.
#[derive(Clone, Debug, Default)]
pub(crate) struct Loading {
    /// The first that has a tensor gives it.
    pub(crate) checkpoints: Vec<Checkpoint>,
    pub(crate) grown: Vec<(Pattern, Growth)>,
}

/// Where the values of a parameter come from.
pub(crate) enum Source<'a> {
    /// All of them from a tensor.
    Loaded(&'a Tensor),
    /// The first rows from a tensor, and the rest in this way.
    Grown(&'a Tensor, Growth),
    /// From a rule.
    Drawn,
}

impl Loading {
    /// The tensor of this name.
    pub(crate) fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.checkpoints.iter().find_map(|checkpoint| checkpoint.get(name))
    }

    /// Whether nothing of a parameter is left to a rule.
    pub(crate) fn has_all_of(&self, name: &str) -> bool {
        self.tensor(name).is_some() && !self.grown.iter().any(|(pattern, _)| pattern.matches(name))
    }

    /// An error with the nearest tensors of those parameters that its message lists: to look for all of them would hold
    /// every name against every other.
    pub(crate) fn near(&self, mut error: Error) -> Error {
        let nearest = |name: &str| self.checkpoints.iter().find_map(|checkpoint| checkpoint.nearest(name));
        if let Error::NotLoaded { parameters } = &mut error {
            let listed = parameters.iter_mut().take(SHOWN);
            listed.for_each(|parameter| parameter.nearest = nearest(&parameter.name).map(String::from));
        }
        error
    }

    /// Where a parameter's values come from.
    ///
    /// # Errors
    /// [`Error::FileShape`] for a tensor of another shape, unless it has fewer rows and the rest is stated to grow.
    pub(crate) fn source(&self, request: &Request<'_>) -> Result<Source<'_>> {
        let Some(tensor) = self.tensor(request.name) else { return Ok(Source::Drawn) };
        let (file, asked) = (tensor.shape(), request.shape.dims());
        if file == asked {
            return Ok(Source::Loaded(tensor));
        }
        let more_rows = has_more_rows(file, asked);
        let growth = self.grown.iter().find(|(pattern, _)| pattern.matches(request.name));
        match growth.filter(|_| more_rows) {
            Some((_, growth)) => Ok(Source::Grown(tensor, *growth)),
            None => Err(other_shape(request.name, tensor, more_rows)),
        }
    }
}

/// Whether a parameter is a tensor of a file with rows added.
pub(crate) fn has_more_rows(file: &[usize], asked: &[usize]) -> bool {
    match (file.split_first(), asked.split_first()) {
        (Some((old, row)), Some((new, wanted))) => new > old && row == wanted && !wanted.contains(&0),
        _ => false,
    }
}

/// That a tensor has another shape, and what to say.
pub(crate) fn other_shape(name: &str, tensor: &Tensor, more_rows: bool) -> Error {
    let in_file = tensor.name_in_file();
    let grow = format!("to keep its rows and add new ones, say `.grow({name:?}, Growth::Mean)`; ");
    let anew = format!(
        "to make it anew, leave it out of the checkpoint, `.skip({in_file:?})?`, and give it a rule, such as \
         `.rule({name:?}, init::normal(0.0, 0.02))`"
    );
    let way_out = if more_rows { grow + &anew } else { anew };
    let (file, tensor, found) = (tensor.path().into(), in_file.into(), tensor.shape().into());
    Error::FileShape { file, tensor, found, way_out }
}
