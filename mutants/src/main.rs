//! Do the tests see a change?
//!
//! `scripts/mutants [CRATE…] [--sample N] [--seed S] [--within SECONDS] [--longest SECONDS] [--minutes MINUTES] [--least PERCENT] [--only TEXT] [--listed FILE]`
//!
//! A small change of the sources, such as `<` for `==` or a function that returns at once, should make a test fail. Compiling
//! each change by itself takes days; here all changes of a crate are compiled at once, each behind the question whether it is
//! switched on. A first run of each test notes which changes it reaches, so that a change is tried with those tests alone, the
//! fastest first, until one fails.

mod judge;
mod report;
mod schema;
mod site;
mod suite;
mod tree;
mod value;
mod viable;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use judge::{Outcome, judge};
use schema::Mutant;
use suite::{Program, Test};
use tree::Tree;

struct Options {
    crates: Vec<String>,
    sample: usize,
    seed: u64,
    within: f64,
    longest: f64,
    minutes: f64,
    least: f64,
    only: String,
    listed: Option<HashSet<String>>,
}

fn main() -> Result<()> {
    let options = options(std::env::args().skip(1))?;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace")?.to_owned();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(workspace.join("target"), PathBuf::from);
    let crates: Vec<&str> = options.crates.iter().map(String::as_str).collect();
    let tree = Tree::of(&workspace, target.join("mutants"), &crates)?;
    let packages = crates.iter().map(|name| package(&workspace, name)).collect::<Result<Vec<_>>>()?;
    let refused = viable::refused(&tree, &packages, &target)?;
    let mutants: Vec<&Mutant> = tree.mutants.iter().filter(|mutant| !refused.contains(&mutant.id)).collect();
    eprintln!("{} changes compile, {} do not", mutants.len(), refused.len());
    let programs = suite::programs(&tree.root, &target)?;
    let tests = tests(&programs, options.longest, &target)?;
    let chosen = sample(mutants, &options);
    let judged = judged(&chosen, &programs, &tests, &options)?;
    let share = report::print(&judged, chosen.len());
    if share < options.least {
        bail!("{share:.1} % are caught: {} % should be", options.least);
    }
    Ok(())
}

fn options(mut words: impl Iterator<Item = String>) -> Result<Options> {
    let mut options = Options {
        crates: Vec::new(),
        sample: usize::MAX,
        seed: 1,
        within: 600.0,
        longest: 60.0,
        minutes: f64::INFINITY,
        least: 0.0,
        only: String::new(),
        listed: None,
    };
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} wants a value"));
        match word.as_str() {
            "--sample" => options.sample = value()?.parse()?,
            "--seed" => options.seed = value()?.parse()?,
            "--within" => options.within = value()?.parse()?,
            "--longest" => options.longest = value()?.parse()?,
            "--minutes" => options.minutes = value()?.parse()?,
            "--least" => options.least = value()?.parse()?,
            "--only" => options.only = value()?,
            "--listed" => options.listed = Some(listed(&value()?)?),
            name if !name.starts_with('-') => options.crates.push(name.to_owned()),
            _ => {
                bail!(
                    "no option is called {word}: there are --sample, --seed, --within, --longest, --minutes, --least, --only and --listed"
                )
            }
        }
    }
    if options.crates.is_empty() {
        options.crates = ["counter-rng", "init", "checkpoint"].map(str::to_owned).into();
    }
    Ok(options)
}

/// What the lines of an earlier table or its messages name, wherever it stands by now.
fn listed(file: &str) -> Result<HashSet<String>> {
    let text = std::fs::read_to_string(file).with_context(|| file.to_owned())?;
    let name = |line: &str| {
        let (place, rest) = line.split_once(' ')?;
        let (file, _) = place.rsplit_once(':')?;
        let (change, _) = rest.rsplit_once(": ")?;
        Some(format!("{file} {change}"))
    };
    Ok(text.lines().filter_map(name).collect())
}

fn package(workspace: &Path, name: &str) -> Result<String> {
    let file = workspace.join("crates").join(name).join("Cargo.toml");
    let manifest = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("name = \"")).context("a crate's name")?;
    Ok(line.trim_end_matches('"').to_owned())
}

/// What each test reaches, with a line for every test that cannot tell, since it does not pass.
fn tests(programs: &[Program], longest: f64, target: &Path) -> Result<Vec<Test>> {
    let mut all = Vec::new();
    for (index, program) in programs.iter().enumerate() {
        all.extend(suite::names(program)?.into_iter().map(|name| (index, name)));
    }
    let (found, done) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    in_parallel(&all, |worker, (program, name)| {
        let file = target.join(format!("mutants-reached-{worker}"));
        match suite::measure(programs, (*program, name), longest, &file)? {
            Some(test) => found.lock().unwrap_or_else(|held| held.into_inner()).push(test),
            None => eprintln!("left out, as it does not pass by itself in {longest} s: {name}"),
        }
        progress("tests measured", done.fetch_add(1, Relaxed) + 1, all.len());
        Ok(())
    })?;
    Ok(found.into_inner().unwrap_or_else(|held| held.into_inner()))
}

fn judged<'a>(
    chosen: &[&'a Mutant],
    programs: &[Program],
    tests: &[Test],
    options: &Options,
) -> Result<Vec<(&'a Mutant, Outcome)>> {
    let (found, done) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    let start = Instant::now();
    in_parallel(chosen, |_, mutant| {
        if start.elapsed().as_secs_f64() > 60.0 * options.minutes {
            return Ok(());
        }
        let outcome = judge(mutant.id, programs, tests, options.within)?;
        if !outcome.is_caught() {
            eprintln!("{}:{} {}: {}: {outcome:?}", mutant.file, mutant.line, mutant.function, mutant.what);
        }
        found.lock().unwrap_or_else(|held| held.into_inner()).push((*mutant, outcome));
        progress("changes tried", done.fetch_add(1, Relaxed) + 1, chosen.len());
        Ok(())
    })?;
    let mut found = found.into_inner().unwrap_or_else(|held| held.into_inner());
    found.sort_by_key(|(mutant, _)| mutant.id);
    Ok(found)
}

fn progress(what: &str, done: usize, all: usize) {
    if done.is_multiple_of(50) || done == all {
        eprintln!("{what}: {done} of {all}");
    }
}

fn in_parallel<T: Sync>(items: &[T], work: impl Fn(usize, &T) -> Result<()> + Sync) -> Result<()> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let (next, work) = (&next, &work);
                scope.spawn(move || {
                    while let Some(item) = items.get(next.fetch_add(1, Relaxed)) {
                        work(worker, item)?;
                    }
                    Ok(())
                })
            })
            .collect();
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| bail!("a worker stopped")))
    })
}

/// Some of the changes, by a seed: each as likely as the next.
fn sample<'a>(mut mutants: Vec<&'a Mutant>, options: &Options) -> Vec<&'a Mutant> {
    mutants.retain(|mutant| mutant.file.contains(&options.only));
    if let Some(listed) = &options.listed {
        mutants.retain(|mutant| {
            listed.contains(&format!("{} {}: {}", mutant.file, mutant.function, mutant.what))
        });
    }
    let mut keyed: Vec<_> =
        mutants.into_iter().map(|mutant| (mixed(options.seed, mutant.id), mutant)).collect();
    keyed.sort_by_key(|&(key, mutant)| (key, mutant.id));
    keyed.into_iter().take(options.sample).map(|(_, mutant)| mutant).collect()
}

/// SplitMix64's output function (Steele, Lea and Flood 2014).
fn mixed(seed: u64, id: u32) -> u64 {
    let mut x = (seed << 32 | u64::from(id)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
