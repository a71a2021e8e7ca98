//! A crate's files, and which file a path leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as File;
use std::{fs, io};

use super::words::{Path, Words};

/// The files of a crate by module; the root, `lib.rs`, has no segments.
pub(crate) struct Tree(BTreeMap<Path, Words>);

/// What a path leads to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Found {
    /// An item, and the module whose file defines it.
    Item(Path),
    /// A module itself.
    Module(Path),
    /// Another crate, or a name of this file.
    Elsewhere,
}

/// More re-exports of re-exports than any name has.
const MOST: usize = 16;

impl Tree {
    /// Every `.rs` file under `source`.
    pub(crate) fn read(source: &File) -> Result<Self, Box<dyn std::error::Error>> {
        let mut files = Vec::new();
        collect(source, &mut files)?;
        let named = files.iter().map(|file| {
            let name = file.strip_prefix(source)?.to_string_lossy().replace('\\', "/");
            Ok((name, fs::read_to_string(file)?))
        });
        let named = named.collect::<Result<Vec<_>, Box<dyn std::error::Error>>>()?;
        Ok(Self::of(named.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
    }

    /// Files by name, with their texts.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, String> {
        let read = |(name, text)| Ok((module(name), Words::read(text).map_err(|e| format!("{name}: {e}"))?));
        let mut tree = files.into_iter().map(read).collect::<Result<BTreeMap<_, _>, String>>()?;
        let tests = tree.iter().flat_map(|(at, words)| words.tests.iter().map(|name| child(at, name)));
        let tests: Vec<Path> = tests.collect();
        tree.retain(|at, _| !tests.iter().any(|test| at.starts_with(test)));
        Ok(Self(tree))
    }

    /// The top-level modules.
    pub(crate) fn rooms(&self) -> BTreeSet<String> {
        self.0.keys().filter_map(|module| module.first().cloned()).collect()
    }

    /// What each file but the root imports: the module of the file that defines it.
    pub(crate) fn imports(&self) -> BTreeMap<Path, BTreeSet<Path>> {
        let files = self.0.keys().filter(|at| !at.is_empty());
        files
            .map(|at| (at.clone(), self.found(at).filter_map(|found| self.defining(at, found)).collect()))
            .collect()
    }

    /// What each file takes from `lib.rs` that is not a module.
    pub(crate) fn root_imports(&self) -> BTreeSet<(Path, String)> {
        let files = self.0.iter().filter(|(at, _)| !at.is_empty());
        let paths = files.flat_map(|(at, words)| {
            let uses = words.uses.iter().map(|one| &one.path);
            uses.chain(&words.paths).map(move |path| (at, path))
        });
        paths.filter_map(|(at, path)| Some((at.clone(), self.root_name(at, path)?))).collect()
    }

    fn root_name(&self, at: &Path, path: &Path) -> Option<String> {
        let supers = path.iter().take_while(|segment| *segment == "super").count();
        let from_root = supers > 0 && supers == at.len();
        let name =
            if from_root { path.get(supers)? } else { path.strip_prefix(&["crate".into()][..])?.first()? };
        (!self.0.contains_key(&vec![name.clone()])).then(|| name.clone())
    }

    /// What everything that a file names leads to. A re-export that the file itself does not use is not an import:
    /// whoever takes the name from there is followed to the file that defines it.
    fn found(&self, at: &Path) -> impl Iterator<Item = Found> {
        let words = &self.0[at];
        let uses = words.uses.iter().filter(|one| !one.public || words.used.contains(&one.name));
        let uses = uses.flat_map(|one| match (self.follow(at, &one.path, MOST), one.name.as_str()) {
            (Found::Module(module), "*") => self.all(words, module),
            (other, _) => vec![other],
        });
        uses.chain(words.paths.iter().map(|path| self.follow(at, path, MOST)))
    }

    /// All of a module: itself, and what it re-exports of the names that the file uses.
    fn all(&self, words: &Words, module: Path) -> Vec<Found> {
        let named = words.used.iter().filter_map(|name| self.has(&module, name, &[], MOST)).collect();
        [named, vec![Found::Item(module)]].concat()
    }

    /// The module on which an import depends. One that only declares and re-exports is nothing to depend on.
    fn defining(&self, at: &Path, found: Found) -> Option<Path> {
        let Found::Item(module) = found else { return None };
        let defines = self.0.get(&module).is_some_and(|words| !words.defined.is_empty());
        (module != *at && !module.is_empty() && defines).then_some(module)
    }

    fn follow(&self, at: &Path, path: &[String], most: usize) -> Found {
        let Some((first, rest)) = path.split_first() else { return Found::Module(at.clone()) };
        match first.as_str() {
            "crate" => self.descend(&Path::new(), rest, most),
            "self" => self.descend(at, rest, most),
            "super" => self.up(at, rest, most),
            name if self.0.contains_key(&child(at, name)) => self.descend(at, path, most),
            name => self.bound(at, name, rest, most).unwrap_or(Found::Elsewhere),
        }
    }

    fn up(&self, at: &Path, rest: &[String], most: usize) -> Found {
        let above = at[..at.len().saturating_sub(1)].to_vec();
        match rest.split_first() {
            Some((first, rest)) if first == "super" => self.up(&above, rest, most),
            _ => self.descend(&above, rest, most),
        }
    }

    fn descend(&self, at: &Path, path: &[String], most: usize) -> Found {
        let Some((name, rest)) = path.split_first() else { return Found::Module(at.clone()) };
        let inner = child(at, name);
        if self.0.contains_key(&inner) {
            return self.descend(&inner, rest, most);
        }
        self.bound(at, name, rest, most).unwrap_or_else(|| Found::Item(at.clone()))
    }

    /// What a name is that a `use` of the module binds, by itself or among all names of another.
    fn bound(&self, at: &Path, name: &str, rest: &[String], most: usize) -> Option<Found> {
        let words = self.0.get(at)?;
        if most == 0 || words.defined.contains(name) {
            return None;
        }
        if let Some(one) = words.uses.iter().find(|one| one.name == name && one.path != [name]) {
            return Some(match self.follow(at, &one.path, most - 1) {
                Found::Module(module) => self.descend(&module, rest, most - 1),
                other => other,
            });
        }
        let modules = words.uses.iter().filter(|one| one.name == "*");
        let modules = modules.filter_map(|one| match self.follow(at, &one.path, most - 1) {
            Found::Module(module) if module != *at => Some(module),
            _ => None,
        });
        modules.into_iter().find_map(|module| self.has(&module, name, rest, most - 1))
    }

    /// The name as one of another module's, if it is.
    fn has(&self, module: &Path, name: &str, rest: &[String], most: usize) -> Option<Found> {
        let defined = self.0.get(module)?.defined.contains(name);
        if defined { Some(Found::Item(module.clone())) } else { self.bound(module, name, rest, most) }
    }
}

/// The module of a file under `src`.
fn module(file: &str) -> Path {
    let stem = file.trim_end_matches(".rs");
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    if stem == "lib" { Path::new() } else { stem.split('/').map(String::from).collect() }
}

fn child(at: &[String], name: &str) -> Path {
    [at, &[name.to_string()]].concat()
}

fn collect(folder: &File, files: &mut Vec<std::path::PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
