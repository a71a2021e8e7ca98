//! Everything that can be wrong, and the way out.

use std::io;
use std::path::PathBuf;

use candle_init_checkpoint::shown;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a model cannot be planned, made or verified. The text names the file or field, what is required and the way out.
/// It holds what the system says, so that [`source`](std::error::Error::source) has nothing to add.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A config does not say what shapes need, or contradicts itself.
    #[error("the config {}; {}", shown(.what), shown(.required))]
    Config {
        /// What it says.
        what: String,
        /// What is required, and the way out.
        required: String,
    },
    /// No blueprint is known for a model.
    #[error(
        "there is no blueprint for {}{}: give a checkpoint of it (`like`) or its names and shapes (`shapes`), or write a \
         blueprint of your own", shown(asked), did_you_mean(nearest.as_deref())
    )]
    NoBlueprint {
        /// What was asked.
        asked: String,
        /// A known one whose name is near.
        nearest: Option<String>,
    },
    /// A config has a field of which a blueprint does not know whether it changes names or shapes.
    #[error(
        "the config has {}, of which the blueprint `{}` knows nothing{}: shapes might depend on it. If they do not, \
         ignore it (`--ignore {first}`); if they do, give names and shapes by a checkpoint or a file of shapes",
        listed(fields), shown(family), did_you_mean(nearest.as_deref()), first = shown(fields.first().map_or("", String::as_str))
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
    #[error("blueprint `{}`, at `{}`: {}", shown(.family), shown(.at), shown(.reason))]
    Blueprint {
        /// Its family.
        family: String,
        /// The line or name at fault.
        at: String,
        /// What is wrong.
        reason: String,
    },
    /// A file of shapes, a manifest or a config cannot be read.
    #[error("{}: {}", shown(.path), shown(.what))]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong and what is required.
        what: String,
    },
    /// A manifest is not as it was written.
    #[error(
        "the manifest was changed after it was written: it says digest {}, and its content has {found}; plan again \
         instead of editing it", shown(.stated)
    )]
    Digest {
        /// The digest that it states.
        stated: String,
        /// The digest of what it says.
        found: String,
    },
    /// A tensor cannot be planned.
    #[error("tensor `{}`: {}", shown(.tensor), shown(.what))]
    Tensor {
        /// Its name.
        tensor: String,
        /// What is wrong, what is required and the way out.
        what: String,
    },
    /// Number and count of parts do not fit each other or the environment.
    #[error("{}: {required}", shown(.what))]
    Part {
        /// What was asked or found.
        what: String,
        /// What is required, and the way out.
        required: String,
    },
    /// A folder has files that are not of this model.
    #[error("{}: {}; {way_out}", shown(.folder), shown(.what))]
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
        "{}: {}; the checkpoint that the model was planned with is required: give that one, or plan again",
        shown(.path), shown(.what)
    )]
    OtherCheckpoint {
        /// The file, or what was opened.
        path: PathBuf,
        /// What is different.
        what: String,
    },
    /// Files of a model are missing.
    #[error(
        "{}: {} of {of} files {} not there yet: {}; make the missing parts, then finish",
        shown(.folder), missing.len(), are(missing.len()), listed(missing)
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
    #[error("{}: {what}: {cause}", shown(.path))]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What cannot be done.
        what: &'static str,
        /// What the system says.
        cause: io::Error,
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
    nearest.map(|name| format!(" (did you mean `{}`?)", shown(name))).unwrap_or_default()
}

/// Names as a sentence has them, but not all of many.
pub(crate) fn listed(names: &[String]) -> String {
    const MOST: usize = 4;
    let first: Vec<_> = names.iter().take(MOST).map(|name| format!("`{}`", shown(name))).collect();
    match names.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Blueprint;

    /// What a config calls things moves no cursor and begins no line.
    #[test]
    fn names_of_others_stay_in_their_line() {
        let name = "a\u{1b}[2J\n\u{202e}b";
        let config = format!("{{\"model_type\": {}}}", serde_json::Value::from(name));
        let texts = [
            Blueprint::from_config(&config).unwrap_err(),
            Error::Digest { stated: name.into(), found: "0".into() },
            Error::Tensor { tensor: name.into(), what: "has no elements".into() },
            Error::NoCheckpoint { files: vec![name.into()] },
        ];
        for text in texts.map(|error| error.to_string()) {
            assert!(text.contains(r"a\u{1b}[2J\n\u{202e}b") && !text.contains(char::is_control), "{text:?}");
        }
    }
}
