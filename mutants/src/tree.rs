//! A copy of the workspace, some of whose crates hold their changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::schema::{Mutant, Written, write};
use crate::site::{Site, sites};

const HOOK: &str = include_str!("hook.rs");

/// A source with its sites.
struct Source {
    text: String,
    sites: Vec<Site>,
    first: u32,
}

/// The copy.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
    sources: BTreeMap<String, Source>,
    pub(crate) mutants: Vec<Mutant>,
}

impl Tree {
    /// Copies what git knows of a workspace, and finds the changes of these crates.
    pub(crate) fn of(workspace: &Path, root: PathBuf, crates: &[&str]) -> Result<Self> {
        let mut tree = Tree { root, sources: BTreeMap::new(), mutants: Vec::new() };
        for name in crates {
            tree.add(workspace, &Path::new("crates").join(name).join("src"))?;
        }
        let files = known(workspace)?;
        if tree.root.exists() {
            remove_others(&tree.root, &tree.root, &files)?;
        }
        for file in files.iter().filter(|file| !tree.sources.contains_key(*file)) {
            copy(&workspace.join(file), &tree.root.join(file))?;
        }
        Ok(tree)
    }

    fn add(&mut self, workspace: &Path, folder: &Path) -> Result<()> {
        let mut entries: Vec<_> = std::fs::read_dir(workspace.join(folder))?.collect::<Result<_, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                self.add(workspace, &path)?;
            } else if path.extension().is_some_and(|end| end == "rs")
                && path.file_stem().is_some_and(|stem| stem != "tests")
            {
                self.source(
                    path.to_str().context("a path that is no text")?,
                    std::fs::read_to_string(entry.path())?,
                )?;
            }
        }
        Ok(())
    }

    fn source(&mut self, file: &str, text: String) -> Result<()> {
        let sites = sites(&text).with_context(|| file.to_owned())?;
        let first = self.mutants.len() as u32;
        for site in &sites {
            for (what, _) in &site.changes {
                let id = self.mutants.len() as u32;
                let (file, function, what) = (file.to_owned(), site.function.clone(), what.clone());
                self.mutants.push(Mutant { id, file, line: site.line, function, what });
            }
        }
        ensure!(self.mutants.len() < 1 << 16, "more changes than the hook has room for");
        self.sources.insert(file.to_owned(), Source { text, sites, first });
        Ok(())
    }

    /// Writes the sources with the changes that are wanted, and says where in each file they stand.
    pub(crate) fn write(&self, wanted: &dyn Fn(u32) -> bool) -> Result<BTreeMap<String, Vec<Written>>> {
        let all = self.sources.iter().map(|(file, source)| {
            let firsts: Vec<u32> = source
                .sites
                .iter()
                .scan(source.first, |next, site| {
                    let first = *next;
                    *next += site.changes.len() as u32;
                    Some(first)
                })
                .collect();
            let id = |site: usize, change: usize| Some(firsts[site] + change as u32).filter(|&id| wanted(id));
            let (mut text, written) = write(&source.text, &source.sites, &id);
            if file.ends_with("/src/lib.rs") {
                text += "\n";
                text += HOOK;
            }
            write_new(&self.root.join(file), text.as_bytes())?;
            Ok((file.clone(), written))
        });
        all.collect()
    }
}

/// The files of a workspace that are there and not ignored.
fn known(workspace: &Path) -> Result<BTreeSet<String>> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let output = Command::new("git").args(list).current_dir(workspace).output().context("git")?;
    ensure!(output.status.success(), "git does not list the files of {}", workspace.display());
    let names = String::from_utf8(output.stdout).context("a path that is no text")?;
    let is_there = |name: &&str| workspace.join(name).is_file();
    Ok(names.split('\0').filter(is_there).map(str::to_owned).collect())
}

/// What an earlier run copied and the workspace no longer has.
fn remove_others(root: &Path, folder: &Path, files: &BTreeSet<String>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(root, &path, files)?;
        } else if path.strip_prefix(root)?.to_str().is_none_or(|name| !files.contains(name)) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    write_new(to, &std::fs::read(from)?)?;
    std::fs::set_permissions(to, std::fs::metadata(from)?.permissions())?;
    Ok(())
}

/// Writes a file if it has other bytes. Cargo goes by the time of a file: one that is as it was is not built again, and one
/// whose changes were taken out is.
fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    path.parent().map(std::fs::create_dir_all).transpose()?;
    std::fs::write(path, bytes).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cargo would take a source with the changes of an earlier run for up to date, if the original came back with its own time.
    #[test]
    fn what_is_as_it_was_keeps_its_time_and_what_is_not_gets_a_new_one() {
        let folder = std::env::temp_dir().join(format!("candle-init-mutants-{}", std::process::id()));
        let (from, to) = (folder.join("a"), folder.join("b/c"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&from, "original").unwrap();
        let old = std::time::SystemTime::UNIX_EPOCH;
        let age = |path: &Path| {
            std::fs::File::options().append(true).open(path).unwrap().set_modified(old).unwrap()
        };
        let is_old = || std::fs::metadata(&to).unwrap().modified().unwrap() == old;
        age(&from);
        copy(&from, &to).unwrap();
        assert!(!is_old(), "new");
        age(&to);
        copy(&from, &to).unwrap();
        assert!(is_old(), "as it was");
        std::fs::write(&to, "changed").unwrap();
        age(&to);
        copy(&from, &to).unwrap();
        assert!(!is_old() && std::fs::read(&to).unwrap() == b"original");
        remove_others(&folder, &folder, &BTreeSet::from(["a".to_owned()])).unwrap();
        assert!(from.exists() && !to.exists());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
