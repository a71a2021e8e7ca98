//! Everything that can be wrong with a checkpoint, and the way out.

use std::io;
use std::path::PathBuf;

use crate::kind::Kind;
use crate::shown::shown;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason a checkpoint, or a tensor of it, cannot be read. The text names the file, what is required and the way out.
/// It holds what the system says, so that [`source`](std::error::Error::source) has nothing to add.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path leads to nothing.
    #[error(
        "{path}: there is no such file or folder{hint}; check the path: a .safetensors file, its index or a folder with \
         them on this machine is required, and nothing is downloaded",
        path = shown(path), hint = did_you_mean(nearest.as_deref())
    )]
    NotFound {
        /// What was asked.
        path: PathBuf,
        /// A name beside it that is near.
        nearest: Option<String>,
    },
    /// No path was given at all.
    #[error("no path was given to `Checkpoint::open_all`: at least one file or folder is required")]
    NoPath,
    /// The system refuses to read.
    #[error("{path}: {what}: {cause}; check the path and the permissions: a .safetensors file is required", path = shown(path), what = shown(what))]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What cannot be done, with the offset and the tensor where there are some.
        what: String,
        /// The system's error.
        cause: io::Error,
    },
    /// A file is of another kind.
    #[error("{path}: it {kind}; a .safetensors file is required: {way_out}", path = shown(path), way_out = kind.way_out())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: Kind,
    },
    /// A file is a safetensors file that was cut or damaged.
    #[error("{path}: at byte {offset}: {what}; save or download it again, and compare its checksum with its source's", path = shown(path), what = shown(what))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What is wrong, and what is required.
        what: String,
    },
    /// A file has another size than when it was opened.
    #[error(
        "{path}: it had {was} bytes when it was opened and has {is} now; open the checkpoint again once whoever writes the \
         file is done",
        path = shown(path)
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// Its size when it was opened.
        was: u64,
        /// Its size now.
        is: u64,
    },
    /// A folder has no weights.
    #[error(
        "{path}: the folder has no .safetensors file, but {holds}; give the folder with the weights, or save them as \
         .safetensors",
        path = shown(path), holds = shown(holds)
    )]
    NoWeights {
        /// The folder.
        path: PathBuf,
        /// What is in it.
        holds: String,
    },
    /// A folder has more than one checkpoint.
    #[error(
        "{path}: the folder has {}, which are not of one checkpoint, and readers differ in which they take; give the \
         path of the one that is meant",
        listed(candidates), path = shown(path)
    )]
    Undecided {
        /// The folder.
        path: PathBuf,
        /// The names of the files.
        candidates: Vec<String>,
    },
    /// An index is damaged, or none.
    #[error("{path}: {what}; the `.safetensors.index.json` that was saved with the weights is required", path = shown(path), what = shown(what))]
    Index {
        /// The index.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A file is missing of those that belong together.
    #[error("{path}: there is no such file, but {named_by}; download or copy it, too", path = shown(path), named_by = shown(named_by))]
    MissingFile {
        /// The file.
        path: PathBuf,
        /// What says that there is one.
        named_by: String,
    },
    /// A file does not have a tensor that the index says it has.
    #[error(
        "{index}: it says that `{tensor}` lies in `{file}`, which has no such tensor{hint}; index and files of one \
         checkpoint are required: download both again, or give the files without the index to `Checkpoint::open_all`",
        index = shown(index), hint = did_you_mean(nearest.as_deref()), tensor = shown(tensor), file = shown(file)
    )]
    MissingTensor {
        /// The index.
        index: PathBuf,
        /// The name of the file.
        file: String,
        /// The tensor.
        tensor: String,
        /// A tensor of the file whose name is near.
        nearest: Option<String>,
    },
    /// A file has a tensor that the index does not list.
    #[error(
        "{file}: it has `{tensor}`, which `{index}` does not list; index and files of one checkpoint are required: \
         download both again, or give the files without the index to `Checkpoint::open_all`",
        file = shown(file), index = shown(index), tensor = shown(tensor)
    )]
    Unlisted {
        /// The index.
        index: PathBuf,
        /// The file.
        file: PathBuf,
        /// The tensor.
        tensor: String,
    },
    /// Two files have tensors of one name.
    #[error(
        "`{tensor}` lies in {first} and in {second}; each tensor once is required: give each file once, and only those of \
         one checkpoint",
        first = shown(first), second = shown(second), tensor = shown(tensor)
    )]
    Duplicate {
        /// The tensor.
        tensor: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A pattern is none.
    #[error("`{pattern}` is no pattern: {reason}", pattern = shown(pattern), reason = shown(reason))]
    Pattern {
        /// The pattern.
        pattern: String,
        /// What is wrong, and what is possible.
        reason: String,
    },
    /// The two sides of a renaming have different wildcards.
    #[error(
        "`{from}` cannot be renamed to `{to}`: the one has {} and the other {}; each `*` and `?` of the new name takes what \
         its like in the old one matched, so as many on both sides are required",
        stars(.counts.0), stars(.counts.1), from = shown(from), to = shown(to)
    )]
    Wildcards {
        /// The pattern of names in the file.
        from: String,
        /// The new name.
        to: String,
        /// How many `*` and how many `?` each has.
        counts: ([usize; 2], [usize; 2]),
    },
    /// A renaming or an omission matches nothing.
    #[error("{opened}: `{pattern}` matches {}{hint}; {required}", nothing(*taken), hint = did_you_mean(nearest.as_deref()), opened = shown(opened), pattern = shown(pattern))]
    Unmatched {
        /// What was opened.
        opened: String,
        /// The pattern.
        pattern: String,
        /// Whether it matches tensors that a renaming before it took.
        taken: bool,
        /// A tensor whose name is near.
        nearest: Option<String>,
        /// What is required.
        required: &'static str,
    },
    /// Two tensors come to one name.
    #[error(
        "{opened}: `{first}` and `{second}` would both be `{name}`; each name once is required: `.skip(\"{second}\")?` \
         before the renaming leaves one out, `.rename_all` exchanges names in one step", opened = shown(opened), first = shown(first), second = shown(second), name = shown(name)
    )]
    Collision {
        /// What was opened.
        opened: String,
        /// The name that they come to.
        name: String,
        /// The name of one in its file.
        first: String,
        /// The name of the other in its file.
        second: String,
    },
    /// There is no tensor of a name.
    #[error("{opened}: there is no tensor `{name}`{hint}; {way_out}", hint = did_you_mean(nearest.as_deref()), opened = shown(opened), name = shown(name))]
    NoTensor {
        /// What was opened.
        opened: String,
        /// What was asked.
        name: String,
        /// A tensor whose name is near.
        nearest: Option<String>,
        /// What to do.
        way_out: &'static str,
    },
    /// Elements were asked for that a tensor does not have.
    #[error(
        "{path}: `{tensor}` has {size} bytes, and {asked} from element {first} on are not whole elements within; as many \
         bytes as elements take, from `first` on and up to the end at most, are required",
        path = shown(path), tensor = shown(tensor)
    )]
    Range {
        /// The file.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Its bytes.
        size: usize,
        /// The first element that was asked for.
        first: usize,
        /// The bytes that were asked for.
        asked: usize,
    },
    /// A tensor that no file can have.
    #[error("`{tensor}` {what}", tensor = shown(tensor), what = shown(what))]
    Layout {
        /// The tensor.
        tensor: String,
        /// What is wrong with it, and the way out.
        what: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(" (did you mean `{}`?)", shown(name))).unwrap_or_default()
}

fn nothing(taken: bool) -> &'static str {
    if taken { "only tensors that a renaming before it has taken" } else { "no tensor" }
}

fn stars([stars, marks]: [usize; 2]) -> String {
    format!("{stars} `*` and {marks} `?`")
}

/// Names as a sentence has them, but not all of many.
pub(crate) fn listed(names: &[String]) -> String {
    const MOST: usize = 6;
    let count = if names.len() > MOST + 1 { MOST } else { names.len() };
    let mut parts: Vec<_> = names.iter().take(count).map(|name| format!("`{}`", shown(name))).collect();
    if count < names.len() {
        parts.push(format!("{} more", names.len() - count));
    }
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}
