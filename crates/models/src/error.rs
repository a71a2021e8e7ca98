//! Everything that can be wrong, and the way out.

use std::io;
use std::path::PathBuf;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a model cannot be planned, made or verified. The text names the file or field, what is required and the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A config does not say what shapes need, or contradicts itself.
    #[error("the config {what}; {required}")]
    Config {
        /// What it says.
        what: String,
        /// What is required, and the way out.
        required: String,
    },
    /// No blueprint is known for a model.
    #[error(
        "there is no blueprint for {asked}{}: give a checkpoint of it (`like`) or its names and shapes (`shapes`), or write a \
         blueprint of your own", did_you_mean(nearest.as_deref())
    )]
    NoBlueprint {
        /// What was asked.
        asked: String,
        /// A known one whose name is near.
        nearest: Option<String>,
    },
    /// A config has a field of which a blueprint does not know whether it changes names or shapes.
    #[error(
        "the config has {}, of which the blueprint `{family}` knows nothing{}: shapes might depend on it. If they do not, \
         ignore it (`--ignore {first}`); if they do, give names and shapes by a checkpoint or a file of shapes",
        listed(fields), did_you_mean(nearest.as_deref()), first = fields.first().map_or("", String::as_str)
    )]
    UnknownField {
        /// The blueprint.
        family: String,
        /// The fields, dotted where they are nested.
        fields: Vec<String>,
        /// A known field whose name is near the first.
        nearest: Option<String>,
    },
    /// A blueprint says something that cannot be.
    #[error("blueprint `{family}`, at `{at}`: {reason}")]
    Blueprint {
        /// Its family.
        family: String,
        /// The line or name at fault.
        at: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of shapes, a manifest or a config cannot be read.
    #[error("{path}: {what}", path = path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong and what is required.
        what: String,
    },
    /// A manifest is not as it was written.
    #[error(
        "the manifest was changed after it was written: it says digest {stated}, and its content has {found}; plan again \
         instead of editing it"
    )]
    Digest {
        /// The digest that it states.
        stated: String,
        /// The digest of what it says.
        found: String,
    },
    /// A tensor cannot be planned.
    #[error("tensor `{tensor}`: {what}")]
    Tensor {
        /// Its name.
        tensor: String,
        /// What is wrong, what is required and the way out.
        what: String,
    },
    /// Number and count of parts do not fit each other or the environment.
    #[error("{what}: {required}")]
    Part {
        /// What was asked or found.
        what: String,
        /// What is required, and the way out.
        required: String,
    },
    /// A folder has files that are not of this model.
    #[error("{folder}: {what}; {way_out}", folder = folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Which files, and why they cannot stay.
        what: String,
        /// What to do.
        way_out: &'static str,
    },
    /// A model loads from a checkpoint, which was not given.
    #[error(
        "the model loads from {}: say where the checkpoint lies (`--from FOLDER`, `Manifest::with_checkpoint`)",
        listed(files)
    )]
    NoCheckpoint {
        /// The files.
        files: Vec<String>,
    },
    /// A checkpoint is not the one that a model was planned with.
    #[error(
        "{path}: {what}; the checkpoint that the model was planned with is required: give that one, or plan again",
        path = path.display()
    )]
    OtherCheckpoint {
        /// The file, or what was opened.
        path: PathBuf,
        /// What is different.
        what: String,
    },
    /// Files of a model are missing.
    #[error(
        "{folder}: {} of {of} files {} not there yet: {}; make the missing parts, then finish",
        missing.len(), are(missing.len()), listed(missing), folder = folder.display()
    )]
    Incomplete {
        /// The folder.
        folder: PathBuf,
        /// The files.
        missing: Vec<String>,
        /// How many files there are.
        of: usize,
    },
    /// The system refuses.
    #[error("{path}: {what}: {source}", path = path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What cannot be done.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// What candle-init says of rules and values.
    #[error(transparent)]
    Init(#[from] candle_init::Error),
    /// What is wrong with a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] candle_init_checkpoint::Error),
}

impl From<Error> for candle_core::Error {
    fn from(error: Error) -> Self {
        Self::wrap(error)
    }
}

fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// Names as a sentence has them, but not all of many.
pub(crate) fn listed(names: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<_> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
