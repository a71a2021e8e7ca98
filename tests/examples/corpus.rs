//! The probe's verdict held against training, over the whole corpus.
//!
//! `cargo run -p acceptance --example corpus -- train 4` trains every net, healthy and with each fault, under seeds 0 to 3
//! and writes what came of it to `tests/data/corpus.json`; `-- check` reads that and prints the confusion matrix and each
//! disagreement. `-- again 1` trains them on other batches and prints how often training disagrees with itself.
//! `-- rehearse 2` rehearses them all and writes to `tests/data/rehearsals.json`; `-- tally` holds that and the verdicts
//! against training. A further word leaves the nets whose name holds it, or of that family. `-- alarms 100` checks healthy
//! nets under more seeds without training, `-- show NAME [FAULT]` prints verdicts.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use acceptance::corpus::{
    Case, Matrix, Rehearsed, Run, STEPS, Subject, Tally, alarms, called, rehearsed, runs, subjects,
};
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
        ["again", seeds] => again(&file, seeds.parse()?, ""),
        ["again", seeds, name] => again(&file, seeds.parse()?, name),
        ["rehearse", seeds] => rehearse(seeds.parse()?, ""),
        ["rehearse", seeds, name] => rehearse(seeds.parse()?, name),
        ["tally"] => tally(&file),
        ["alarms", seeds] => sound(seeds.parse()?),
        ["show", name] => show(name, None),
        ["show", name, plant] => show(name, Some(plant)),
        _ => anyhow::bail!(
            "say `train SEEDS [NAME]`, `again SEEDS [NAME]`, `check [NAME]`, `rehearse SEEDS [NAME]`, `tally`, `alarms SEEDS` or `show NAME [PLANT]`"
        ),
    }
}

fn train(file: &Path, seeds: u64, name: &str) -> Result<()> {
    // Before the hour of training, so that a file that cannot be read costs none.
    let means = means(name);
    let kept: Vec<_> = read::<Run>(file)?.into_iter().filter(|run| !means(&run.family, &run.net)).collect();
    write(file, kept.into_iter().chain(of_each(seeds, name, |subject, seed| runs(subject, seed, 0))?))
}

/// Holds training against itself, on other batches: no verdict can agree with it better.
fn again(file: &Path, seeds: u64, name: &str) -> Result<()> {
    let record = read::<Run>(file)?;
    let (mut nets, mut changed) = ([0; 2], [0; 2]);
    for run in of_each(seeds, name, |subject, seed| runs(subject, seed, 1))? {
        let is_it = |was: &&Run| was.net == run.net && was.plant == run.plant && was.seed == run.seed;
        let was = record.iter().find(is_it).context("a net that is not in the record")?;
        for optimizer in [0, 1].into_iter().filter(|_| was.trains[0] == was.trains[1]) {
            let trains = was.trains[optimizer];
            nets[usize::from(trains)] += 1;
            if run.trains[optimizer] != trains {
                changed[usize::from(trains)] += 1;
                println!("{was:?}\n  {run:?}");
            }
        }
    }
    println!("of {} that train, {} do not on other batches", nets[1], changed[1]);
    println!("of {} that do not train, {} do on other batches", nets[0], changed[0]);
    Ok(())
}

fn rehearse(seeds: u64, name: &str) -> Result<()> {
    let (file, means) = (rehearsals(), means(name));
    let kept: Vec<_> =
        read::<Rehearsed>(&file)?.into_iter().filter(|one| !means(&one.family, &one.net)).collect();
    let all = of_each(seeds, name, |subject, seed| rehearsed(subject, seed, STEPS))?;
    write(&file, kept.into_iter().chain(all))
}

fn rehearsals() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/rehearsals.json")
}

/// Whether a word means a net of a family.
fn means(name: &str) -> impl Fn(&str, &str) -> bool {
    move |family, net| net.contains(name) || family == name
}

/// Does something with every net that `name` means, under every seed, and says how far it is.
fn of_each<T: Send>(
    seeds: u64,
    name: &str,
    work: impl Fn(&Subject, u64) -> Result<Vec<T>> + Sync,
) -> Result<Vec<T>> {
    let (subjects, means) = (subjects(), means(name));
    let wanted: Vec<_> = subjects.iter().filter(|subject| means(subject.family, subject.name)).collect();
    let jobs: Vec<_> =
        (0..seeds).flat_map(|seed| wanted.iter().map(move |subject| (subject, seed))).collect();
    let done = AtomicUsize::new(0);
    let all = jobs.par_iter().map(|(subject, seed)| {
        let made = work(subject, *seed).with_context(|| subject.name.to_owned())?;
        eprintln!("{} of {}: {}", done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len(), subject.name);
        Ok(made)
    });
    Ok(all.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn write<T: serde::Serialize>(file: &Path, lines: impl Iterator<Item = T>) -> Result<()> {
    let lines: Vec<_> = lines.map(|line| serde_json::to_string(&line)).collect::<Result<_, _>>()?;
    Ok(std::fs::write(file, format!("[\n{}\n]\n", lines.join(",\n")))?)
}

/// Verdicts and rehearsals against training, on the nets that rules were made on and on the others.
fn tally(file: &Path) -> Result<()> {
    let (cases, rehearsed) = (cases(file, "")?, read::<Rehearsed>(&rehearsals())?);
    for case in &cases {
        let trains = case.run.trains;
        for optimizer in [0, 1].into_iter().filter(|_| trains[0] == trains[1]) {
            let called = called(case, &rehearsed, optimizer);
            if called.is_some_and(|called| called[2] == trains[0]) {
                let (run, by) = (&case.run, ["gradient descent", "Adam"][optimizer]);
                let plant = run.plant.as_deref().unwrap_or("healthy");
                println!("{} · {plant} · seed {} · {by}: trains {}", run.net, run.seed, trains[0]);
            }
        }
    }
    let of = |family: &'static str| move |case: &Case| case.run.family == family;
    let (held, fresh) = (of("held out"), of("fresh"));
    println!("made on\n{}", Tally::of(&cases, &rehearsed, |case| !held(case) && !fresh(case)));
    println!("held out\n{}", Tally::of(&cases, &rehearsed, held));
    println!("fresh\n{}", Tally::of(&cases, &rehearsed, fresh));
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

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// The verdicts on the recorded nets that `name` means.
fn cases(file: &Path, name: &str) -> Result<Vec<Case>> {
    let (subjects, runs) = (subjects(), read::<Run>(file)?);
    let wanted: Vec<_> =
        runs.into_iter().filter(|run| run.net.contains(name) || run.family == name).collect();
    wanted.par_iter().map(|run| Case::of(&subjects, run)).collect()
}

fn check(file: &Path, name: &str) -> Result<()> {
    let cases = cases(file, name)?;
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
