//! The stages of `.ci/run` are those that its help, its night and the workflows name.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

type Words = BTreeSet<String>;

/// The words of a text after one mark and before another.
fn words(text: &str, after: &str, before: &str) -> Result<Words, Box<dyn Error>> {
    let (_, rest) = text.split_once(after).ok_or_else(|| format!("no `{after}`"))?;
    let (list, _) = rest.split_once(before).ok_or_else(|| format!("no `{before}` after `{after}`"))?;
    let is_part = |c: char| !c.is_ascii_alphanumeric();
    Ok(list.split(is_part).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

fn fuzz_targets() -> Result<Words, Box<dyn Error>> {
    let paths = fs::read_dir(format!("{ROOT}/fuzz/fuzz_targets"))?.map(|entry| Ok(entry?.path()));
    let paths = paths.collect::<Result<Vec<_>, std::io::Error>>()?;
    let sources = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    Ok(sources.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect())
}

#[test]
fn stages_are_the_same_wherever_they_are_listed() -> Result<(), Box<dyn Error>> {
    let read = |path: &str| fs::read_to_string(format!("{ROOT}/{path}"));
    let run = read(".ci/run")?;
    let night = words(&run, "for stage in ", "; do")?;
    let nightly = read(".github/workflows/nightly.yml")?;
    let mut long = words(&nightly, "stage: [", "]")?;
    long.insert("fuzz".to_owned()); // whose targets have an hour each, and a job
    assert_eq!(long, night);
    assert_eq!(words(&nightly, "target: [", "]")?, fuzz_targets()?);
    let known = words(&run, "case \"$stage\" in", ")")?;
    let beside = words(&read(".github/workflows/ci.yml")?, "stage: [", "]")?;
    let mut said = Words::from(["night".to_owned()]);
    for (after, before) in
        [("these stages: ", ", and those"), ("beside the others: ", ";"), ("those of the night: ", ";")]
    {
        said.extend(words(&run.replace("\n#", ""), after, before)?);
    }
    assert_eq!(said, known);
    assert!(beside.is_subset(&known) && night.is_subset(&known));
    Ok(())
}

/// What the plain command leaves out or takes a tenth of is taken by CI, each night and for each change of the sources.
#[test]
fn what_the_plain_command_leaves_out_is_run() -> Result<(), Box<dyn Error>> {
    for (path, command) in [
        (".ci/run", "PROBE_BROWSER=required suites --features acceptance/full"),
        (".ci/run", "KILLS=200 suites --features acceptance/full"),
        (".github/workflows/nightly.yml", "cargo test --workspace --features acceptance/full"),
    ] {
        assert!(fs::read_to_string(format!("{ROOT}/{path}"))?.contains(command), "{path} has no `{command}`");
    }
    Ok(())
}
