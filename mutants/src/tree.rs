//! A copy of the workspace, some of whose crates hold their changes.

use std::collections::BTreeMap;
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
        let script = "mkdir -p \"$1\" && git ls-files -co --exclude-standard -z | tar --null -T - -c --ignore-failed-read | tar -x -C \"$1\"";
        let copied =
            Command::new("sh").args(["-c", script, "sh"]).arg(&root).current_dir(workspace).status()?;
        ensure!(copied.success(), "cannot copy {}", workspace.display());
        let mut tree = Tree { root, sources: BTreeMap::new(), mutants: Vec::new() };
        for name in crates {
            tree.add(workspace, &Path::new("crates").join(name).join("src"))?;
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
            let path = self.root.join(file);
            if std::fs::read_to_string(&path)? != text {
                std::fs::write(path, text)?;
            }
            Ok((file.clone(), written))
        });
        all.collect()
    }
}
