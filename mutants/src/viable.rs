//! Which changes compile: what the compiler refuses is taken out, until it refuses nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::schema::Written;
use crate::tree::Tree;

/// The changes that do not compile.
pub(crate) fn refused(tree: &Tree, packages: &[String], target: &Path) -> Result<BTreeSet<u32>> {
    let mut refused = BTreeSet::new();
    for round in 1.. {
        let written = tree.write(&|id| !refused.contains(&id))?;
        let errors = errors(&tree.root, packages, target)?;
        if errors.is_empty() {
            break;
        }
        let before = refused.len();
        for error in &errors {
            refused.extend(blamed(error, &written));
        }
        eprintln!("round {round}: {} errors, {} changes do not compile", errors.len(), refused.len());
        if refused.len() == before {
            bail!(
                "the compiler refuses what no change stands in: {}",
                errors[0]["rendered"].as_str().unwrap_or_default()
            );
        }
    }
    Ok(refused)
}

fn errors(root: &Path, packages: &[String], target: &Path) -> Result<Vec<Value>> {
    let mut command = Command::new("cargo");
    command.args(["check", "--locked", "--keep-going", "--message-format", "json"]).current_dir(root);
    packages.iter().for_each(|package| {
        command.args(["-p", package]);
    });
    let output = command
        .arg("--target-dir")
        .arg(target)
        .stderr(std::process::Stdio::inherit())
        .output()
        .context("cargo")?;
    let messages = String::from_utf8_lossy(&output.stdout);
    let errors: Vec<Value> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| line.get("message").cloned())
        .filter(|message| {
            message["level"] == "error" && !message["spans"].as_array().is_none_or(Vec::is_empty)
        })
        .collect();
    if errors.is_empty() && !output.status.success() {
        bail!("cargo check failed without an error that has a place");
    }
    Ok(errors)
}

/// The changes that an error is about: the one it stands in, or all of the innermost site around it, or else all that stand in
/// the shortest of its places.
fn blamed(error: &Value, written: &BTreeMap<String, Vec<Written>>) -> Vec<u32> {
    let spans = error["spans"].as_array().into_iter().flatten();
    let (first, others): (Vec<_>, Vec<_>) = spans.partition(|span| span["is_primary"] == true);
    let mut all: Vec<_> = first.into_iter().chain(others).filter_map(|span| place(span, written)).collect();
    if let Some(ids) =
        all.iter().map(|&(sites, start, end)| around(sites, start, end)).find(|ids| !ids.is_empty())
    {
        return ids;
    }
    all.sort_by_key(|(_, start, end)| end - start);
    all.iter()
        .map(|&(sites, start, end)| inside(sites, start, end))
        .find(|ids| !ids.is_empty())
        .unwrap_or_default()
}

type Place<'a> = (&'a Vec<Written>, usize, usize);

fn place<'a>(span: &Value, written: &'a BTreeMap<String, Vec<Written>>) -> Option<Place<'a>> {
    let place = written.get(span["file_name"].as_str()?).and_then(|sites| {
        Some((sites, span["byte_start"].as_u64()? as usize, span["byte_end"].as_u64()? as usize))
    });
    place.or_else(|| self::place(span.get("expansion")?.get("span")?, written))
}

fn around(sites: &[Written], start: usize, end: usize) -> Vec<u32> {
    let changes = sites.iter().flat_map(|site| &site.changes);
    if let Some((id, _)) = changes.clone().find(|(_, range)| range.start <= start && end <= range.end) {
        return vec![*id];
    }
    let around = sites
        .iter()
        .filter(|site| site.range.start <= start && end <= site.range.end && !site.changes.is_empty());
    let innermost = around.min_by_key(|site| site.range.len());
    innermost.into_iter().flat_map(|site| site.changes.iter().map(|change| change.0)).collect()
}

fn inside(sites: &[Written], start: usize, end: usize) -> Vec<u32> {
    let inside = sites.iter().filter(|site| start <= site.range.start && site.range.end <= end);
    inside.flat_map(|site| site.changes.iter().map(|change| change.0)).collect()
}
