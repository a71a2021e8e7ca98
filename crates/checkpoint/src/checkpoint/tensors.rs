//! The tensors of a checkpoint by name, renamed and left out as the caller says.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::checkpoint::renaming::{Renaming, glob};
use crate::error::{Error, Result};
use crate::nearest::{nearest, nearest_to_pattern};
use crate::source::read::read;
use crate::tensor::Tensor;

/// The tensors of safetensors files, by name. Each header, of 100 MB at most, is checked against the size of its file when
/// it is opened, in up to ten times its own memory; elements are read when they are asked for. Copies share the files.
///
/// ```
/// use candle_init_checkpoint::{Checkpoint, Error};
/// # fn save(path: &std::path::Path, names: &[&str]) -> std::io::Result<()> {
/// #     let one = |(i, name): (usize, &&str)| {
/// #         format!(r#""{name}":{{"dtype":"U8","shape":[1],"data_offsets":[{i},{}]}}"#, i + 1)
/// #     };
/// #     let each: Vec<_> = names.iter().enumerate().map(one).collect();
/// #     let header = format!("{{{}}}", each.join(","));
/// #     let data = vec![7; names.len()];
/// #     std::fs::write(path, [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat())
/// # }
/// # let folder = std::env::temp_dir().join("candle-init-checkpoint-doc");
/// # std::fs::create_dir_all(&folder)?;
/// # save(&folder.join("model.safetensors"), &["bert.pooler.bias", "bert.pooler.weight", "cls.bias"])?;
/// // A file, its index, or the folder with them: here `bert.pooler.weight`, `bert.pooler.bias` and `cls.bias`.
/// let checkpoint = Checkpoint::open(&folder)?
///     .rename("bert.*", "model.*")? // what the file calls `bert.x` is what the model asks for as `model.x`
///     .skip("cls.*")?; // known, and not wanted
/// assert_eq!(checkpoint.tensor("model.pooler.weight")?.name_in_file(), "bert.pooler.weight");
/// assert_eq!(checkpoint.skipped().map(|tensor| tensor.name()).collect::<Vec<_>>(), ["cls.bias"]);
///
/// let error = checkpoint.tensor("model.poler.bias").unwrap_err();
/// assert!(error.to_string().contains("did you mean `model.pooler.bias`?"));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Checkpoint {
    /// What was opened, for errors.
    opened: String,
    tensors: BTreeMap<Arc<str>, Tensor>,
    /// By their names in the files.
    skipped: BTreeMap<Arc<str>, Tensor>,
}

impl Checkpoint {
    /// The checkpoint at a path:
    ///
    /// - a file `*.safetensors`, under whatever name;
    /// - an index `*.safetensors.index.json`, with the files that it names in its folder; they must have the tensors that
    ///   it lists, and no others;
    /// - a folder: by its `model.safetensors.index.json` or its only other index or, without one, all its files
    ///   `*.safetensors`. Hidden files and folders within are passed over.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Unreadable`]; [`Error::Foreign`] for a file of another kind and [`Error::Damaged`]
    /// for one that was cut or changed; [`Error::NoWeights`] and [`Error::Undecided`] for a folder with no checkpoint or
    /// several; [`Error::Index`], [`Error::MissingFile`], [`Error::MissingTensor`] and [`Error::Unlisted`] where index and
    /// files do not agree; [`Error::Duplicate`] for a tensor that two files have.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_all([path])
    }

    /// The checkpoint of several paths, each as [`Checkpoint::open`] takes it.
    ///
    /// # Errors
    /// Those of [`Checkpoint::open`]; [`Error::NoPath`] if there are none.
    pub fn open_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self> {
        let (mut opened, mut tensors) = (Vec::new(), BTreeMap::<_, Tensor>::new());
        for path in paths {
            opened.push(path.as_ref().display().to_string());
            for tensor in read(path.as_ref())? {
                if let Some(first) = tensors.insert(tensor.shared_name(), tensor.clone()) {
                    let (name, first, second) =
                        (tensor.name().into(), first.path().into(), tensor.path().into());
                    return Err(Error::Duplicate { tensor: name, first, second });
                }
            }
        }
        let opened = match opened.as_slice() {
            [] => return Err(Error::NoPath),
            [only] => only.clone(),
            [first, more @ ..] => format!("{first} and {} more", more.len()),
        };
        Ok(Self { opened, tensors, skipped: BTreeMap::new() })
    }

    /// Gives tensors other names: `rename("bert.*", "model.*")` makes `bert.x` of the file what the model asks for as
    /// `model.x`. Both sides are globs over whole names, in which `*` passes dots; each `*` of the new name takes what
    /// the `*` of its place in the old one matched, and so does each `?`. Sets (`[0-9]`) and choices (`{a,b}`) may stand on
    /// the left. What a renaming took, no later one takes again.
    ///
    /// # Errors
    /// [`Error::Pattern`] and [`Error::Wildcards`] for sides that are not such; [`Error::Unmatched`] if no tensor is
    /// renamed; [`Error::Collision`] if two come to one name.
    pub fn rename(self, from: &str, to: &str) -> Result<Self> {
        self.rename_all([(from, to)])
    }

    /// Several renamings in one step: each tensor takes the first that matches. So names can be exchanged:
    /// `rename_all([("a.*", "b.*"), ("b.*", "a.*")])`.
    ///
    /// # Errors
    /// Those of [`Checkpoint::rename`]; each has to rename some tensor.
    pub fn rename_all<F: AsRef<str>, T: AsRef<str>>(
        self,
        pairs: impl IntoIterator<Item = (F, T)>,
    ) -> Result<Self> {
        let pairs = pairs.into_iter().map(|(from, to)| Renaming::new(from.as_ref(), to.as_ref()));
        let pairs = pairs.collect::<Result<Vec<_>>>()?;
        let (mut used, mut tensors) = (vec![false; pairs.len()], BTreeMap::<_, Tensor>::new());
        for tensor in self.tensors.values() {
            let tensor = renamed(tensor, &pairs, &mut used);
            if let Some(first) = tensors.insert(tensor.shared_name(), tensor.clone()) {
                return Err(self.collision(&first, &tensor));
            }
        }
        match pairs.iter().zip(used).find(|(_, used)| !used) {
            Some((pair, _)) => Err(self.unmatched(pair.from().text(), "a renaming has to rename a tensor")),
            None => Ok(Self { tensors, ..self }),
        }
    }

    /// Leaves out the tensors whose names in the file match a glob: the model does not want them, and that is known.
    ///
    /// # Errors
    /// [`Error::Pattern`] for what is no glob; [`Error::Unmatched`] if no tensor is left out by it.
    pub fn skip(mut self, pattern: &str) -> Result<Self> {
        let glob = glob(pattern)?;
        let out = |tensor: &Tensor| glob.matches(tensor.name_in_file());
        if !self.tensors.values().any(out) {
            return Err(self.unmatched(pattern, "what is to be left out has to be there"));
        }
        let (skipped, tensors) =
            self.tensors.into_iter().partition::<BTreeMap<_, _>, _>(|(_, tensor)| out(tensor));
        self.skipped.extend(skipped.into_values().map(|tensor| (tensor.name_in_file().into(), tensor)));
        Ok(Self { tensors, ..self })
    }

    /// The tensor that a model asks for by this name.
    ///
    /// # Errors
    /// [`Error::NoTensor`], with the nearest name that there is.
    pub fn tensor(&self, name: &str) -> Result<&Tensor> {
        self.get(name).ok_or_else(|| {
            let elsewhere = self
                .tensors
                .values()
                .chain(self.skipped.values())
                .find(|tensor| tensor.name_in_file() == name);
            let way_out = match elsewhere {
                None => "ask for a name that is there, or `.rename` the tensor that is meant",
                Some(tensor) if tensor.is_renamed() => {
                    "the file has it, and a renaming took it: ask for its new name"
                }
                Some(_) => "the file has it, and it was left out: narrow the pattern given to `.skip`",
            };
            let nearest = self.nearest(name).map(String::from);
            Error::NoTensor { opened: self.opened.clone(), name: name.into(), nearest, way_out }
        })
    }

    /// The tensor that a model asks for by this name, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// All tensors but those left out, in the order of their names.
    #[must_use]
    pub fn tensors(&self) -> impl ExactSizeIterator<Item = &Tensor> + Clone {
        self.tensors.values()
    }

    /// The tensors left out, in the order of their names in the file.
    #[must_use]
    pub fn skipped(&self) -> impl ExactSizeIterator<Item = &Tensor> + Clone {
        self.skipped.values()
    }

    /// The name that a misspelt one probably meant: within a third of its letters, by edits.
    #[must_use]
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.tensors.keys().map(|name| &**name))
    }

    fn unmatched(&self, pattern: &str, required: &'static str) -> Error {
        let names = self.tensors.values().map(Tensor::name_in_file);
        let all = names.clone().chain(self.skipped.keys().map(|name| &**name));
        let taken = glob(pattern).is_ok_and(|glob| all.clone().any(|name| glob.matches(name)));
        let nearest = if taken { None } else { nearest_to_pattern(pattern, names).map(String::from) };
        Error::Unmatched { opened: self.opened.clone(), pattern: pattern.into(), taken, nearest, required }
    }

    fn collision(&self, first: &Tensor, second: &Tensor) -> Error {
        let (opened, name) = (self.opened.clone(), first.name().into());
        let (first, second) = (first.name_in_file().into(), second.name_in_file().into());
        Error::Collision { opened, name, first, second }
    }
}

/// A tensor under the name that the first renaming which matches gives it.
fn renamed(tensor: &Tensor, pairs: &[Renaming], used: &mut [bool]) -> Tensor {
    if tensor.is_renamed() {
        return tensor.clone();
    }
    let mut each = pairs.iter().zip(used);
    let found = each.find_map(|(pair, used)| Some((pair.of(tensor.name_in_file())?, used)));
    match found {
        Some((name, used)) => {
            *used = true;
            tensor.under(&name)
        }
        None => tensor.clone(),
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped = self.skipped.len();
        f.debug_struct("Checkpoint")
            .field("opened", &self.opened)
            .field("tensors", &self.tensors.len())
            .field("skipped", &skipped)
            .finish()
    }
}
