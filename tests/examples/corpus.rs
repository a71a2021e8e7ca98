//! The probe's verdict held against training, over the whole corpus.
//!
//! `cargo run -p acceptance --example corpus -- train 4` trains every net, healthy and with each fault, under seeds 0 to 3
//! and writes what came of it to `tests/data/corpus.json`; `-- check` reads that and prints the confusion matrix and each
//! disagreement. A further word leaves the nets whose name holds it, or of that family. `-- alarms 100` checks healthy nets under more seeds
//! without training, `-- show NAME [FAULT]` prints verdicts.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use acceptance::corpus::{Case, Matrix, Run, alarms, runs, subjects};
use anyhow::{Context, Result};
use rayon::prelude::*;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/corpus.json");
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["train", seeds] => train(&file, seeds.parse()?, ""),
        ["train", seeds, name] => train(&file, seeds.parse()?, name),
        ["check"] => check(&file, ""),
        ["check", name] => check(&file, name),
        ["alarms", seeds] => sound(seeds.parse()?),
        ["show", name] => show(name, None),
        ["show", name, plant] => show(name, Some(plant)),
        _ => anyhow::bail!("say `train SEEDS [NAME]`, `check [NAME]`, `alarms SEEDS` or `show NAME [PLANT]`"),
    }
}

fn train(file: &Path, seeds: u64, name: &str) -> Result<()> {
    let subjects = subjects();
    let means = |family: &str, net: &str| net.contains(name) || family == name;
    let wanted: Vec<_> = subjects.iter().filter(|subject| means(subject.family, subject.name)).collect();
    let jobs: Vec<_> =
        (0..seeds).flat_map(|seed| wanted.iter().map(move |subject| (subject, seed))).collect();
    let done = AtomicUsize::new(0);
    let all = jobs.par_iter().map(|(subject, seed)| {
        let runs = runs(subject, *seed).with_context(|| subject.name.to_owned())?;
        eprintln!("{} of {}: {}", done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len(), subject.name);
        Ok(runs)
    });
    let mut all = all.collect::<Result<Vec<_>>>()?.concat();
    if !name.is_empty() {
        let kept = read(file)?.into_iter().filter(|run| !means(&run.family, &run.net));
        all = kept.chain(all).collect();
    }
    let lines: Vec<_> = all.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
    std::fs::write(file, format!("[\n{}\n]\n", lines.join(",\n")))?;
    Ok(())
}

/// The faults found in healthy nets.
fn sound(seeds: u64) -> Result<()> {
    let subjects = subjects();
    let alarms = alarms(&subjects, 0..seeds)?;
    alarms.iter().for_each(|alarm| println!("{alarm}"));
    let nets = seeds * subjects.iter().filter(|subject| !subject.faulty).count() as u64;
    println!("{} of {nets} healthy nets have a fault", alarms.len());
    Ok(())
}

/// The verdicts on the first seed of the nets whose name holds `name`.
fn show(name: &str, plant: Option<&str>) -> Result<()> {
    for subject in subjects().iter().filter(|subject| subject.name.contains(name)) {
        let plant = plant.map(|plant| subject.plant(plant).context("no such fault")).transpose()?;
        println!("{}: {}", subject.name, subject.planted(plant, 0)?.verdict(false)?);
    }
    Ok(())
}

fn read(file: &Path) -> Result<Vec<Run>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

fn check(file: &Path, name: &str) -> Result<()> {
    let (subjects, runs) = (subjects(), read(file)?);
    let wanted: Vec<_> =
        runs.into_iter().filter(|run| run.net.contains(name) || run.family == name).collect();
    let cases = wanted.par_iter().map(|run| Case::of(&subjects, run)).collect::<Result<Vec<_>>>()?;
    for Case { run, faults } in cases.iter().filter(|case| !case.is_right()) {
        let plant = run.plant.as_deref().unwrap_or("healthy");
        println!(
            "{} · {plant} · seed {}: trains {:?} {:?} of {}, stuck {:?} · {faults:?}",
            run.net, run.seed, run.trains, run.losses, run.blind, run.stuck
        );
    }
    println!("{}", Matrix::of(&cases));
    Ok(())
}
