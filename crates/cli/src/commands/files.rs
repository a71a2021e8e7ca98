//! Plans, makes and finishes.

use std::env;

use candle_init_models::{Manifest, Part, part_of};
use serde_json::json;

use crate::arguments::{FinishArguments, MakeArguments, PlanArguments};
use crate::failure::Failure;
use crate::loading::apart;
use crate::model::read;
use crate::output::{say, say_json};
use crate::place::place;
use crate::progress::bar;

pub(crate) fn plan(arguments: &PlanArguments) -> Result<(), Failure> {
    let manifest = arguments.model.manifest()?;
    if arguments.json { say(manifest.to_json().trim_end()) } else { say(manifest) }
}

pub(crate) fn make(arguments: &MakeArguments) -> Result<(), Failure> {
    let place = place(&arguments.output)?;
    apart(arguments.model.from.as_deref(), &arguments.output)?;
    let manifest = arguments.model.manifest()?;
    let part = part(arguments)?;
    let bytes: u64 = my_bytes(&manifest, part)?;
    let bar = bar(bytes.into(), arguments.quiet);
    let made = candle_init_models::make(&manifest, place, part, arguments.force, &|bytes| {
        bar.inc(bytes);
    });
    bar.finish_and_clear();
    let made = made?;
    if arguments.json {
        let (written, kept, finished) = (&made.written, &made.kept, made.finished);
        return say_json(
            &json!({"written": written, "kept": kept, "finished": finished, "digest": manifest.digest()}),
        );
    }
    let kept = if made.kept.is_empty() {
        String::new()
    } else {
        format!("; {} already there", files(made.kept.len()))
    };
    let next = match made.finished {
        true => String::new(),
        false => "; once all workers are done: candle-init finish".into(),
    };
    say(format!("{}: {} written{kept}{next}", arguments.output.display(), files(made.written.len())))?;
    manifest.account().map_or(Ok(()), say)
}

fn my_bytes(manifest: &Manifest, part: Part) -> Result<u64, Failure> {
    let mine = manifest.files().iter().skip(part.rank()).step_by(part.world());
    Ok(mine.map(|file| manifest.layout(file).map(|layout| layout.size())).sum::<Result<_, _>>()?)
}

fn part(arguments: &MakeArguments) -> Result<Part, Failure> {
    let Some(name) = arguments.launcher.as_deref() else {
        return match (arguments.rank, arguments.world) {
            (Some(rank), Some(world)) => Ok(Part::new(rank, world)?),
            (None, None | Some(1)) => Ok(Part::WHOLE),
            _ => Err(Failure::Usage(
                "with `--world`, `--rank` or `--launcher` is required: which of the workers is this?".into(),
            )),
        };
    };
    let launcher = if name == "auto" { None } else { Some(name.parse()?) };
    let (launcher, part) = part_of(launcher, arguments.world, &|name| env::var(name).ok())?;
    if !arguments.quiet {
        eprintln!("candle-init: {launcher} says that this is worker {} of {}", part.rank(), part.world());
    }
    Ok(part)
}

pub(crate) fn finish(arguments: &FinishArguments) -> Result<(), Failure> {
    let place = place(&arguments.output)?;
    let manifest = Manifest::parse(&read(&arguments.plan)?)?;
    let finished = candle_init_models::finish(&manifest, place, arguments.force)?;
    say(format!(
        "{}: {} complete; {} written",
        arguments.output.display(),
        files(finished.files),
        finished.written.join(", ")
    ))
}

fn files(count: usize) -> String {
    if count == 1 { "1 file".into() } else { format!("{count} files") }
}
