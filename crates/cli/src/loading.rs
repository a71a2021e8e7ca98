//! A checkpoint that a model loads from.

use std::path::Path;

use candle_init::{Checkpoint, Growth, Initializer};

use crate::arguments::ModelArguments;
use crate::failure::Failure;

impl ModelArguments {
    /// The initializer with what is loaded, as the arguments say it.
    pub(crate) fn loading(&self, init: Initializer) -> Result<Initializer, Failure> {
        let Some(path) = &self.from else { return Ok(init) };
        let mut checkpoint = Checkpoint::open(path)?;
        for pattern in &self.skip {
            checkpoint = checkpoint.skip(pattern)?;
        }
        let pairs = self.rename.iter().map(|text| pair("--rename", text, "bert.*=model.*"));
        let pairs = pairs.collect::<Result<Vec<_>, _>>()?;
        if !pairs.is_empty() {
            checkpoint = checkpoint.rename_all(pairs)?;
        }
        let mut init = init.load(checkpoint);
        for text in &self.grow {
            let (pattern, how) = pair("--grow", text, "*word_embeddings.weight=mean")?;
            init = init.grow(pattern, how.parse::<Growth>()?);
        }
        Ok(init)
    }
}

/// That a folder is not the one whose checkpoint is loaded: a run that ends early would leave neither.
pub(crate) fn apart(from: Option<&Path>, output: &Path) -> Result<(), Failure> {
    let Some(from) = from else { return Ok(()) };
    let folder = match from.parent() {
        _ if from.is_dir() => from,
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match (folder.canonicalize(), output.canonicalize()) {
        (Ok(folder), Ok(place)) if folder == place => Err(Failure::Refused(format!(
            "{}: the checkpoint that is loaded lies there, and would be replaced while it is read: give another folder",
            output.display()
        ))),
        _ => Ok(()),
    }
}

/// What stands before the last `=` and after it.
fn pair<'a>(flag: &str, text: &'a str, example: &str) -> Result<(&'a str, &'a str), Failure> {
    let parts = text.rsplit_once('=').map(|(old, new)| (old.trim(), new.trim()));
    parts.filter(|(old, new)| !old.is_empty() && !new.is_empty()).ok_or_else(|| {
        Failure::Usage(format!(
            "`{flag} {text}`: two sides and `=` between them are required: `{flag} '{example}'`"
        ))
    })
}
