//! Inspects a checkpoint: a table, JSON and a page.

use std::path::Path;

use candle_init_probe::{Inspect, Inspection, Verdict, write_whole};

use crate::arguments::InspectArguments;
use crate::failure::Failure;
use crate::model::name;
use crate::output::{say, say_json};
use crate::progress::bar;

pub(crate) fn inspect(arguments: &InspectArguments) -> Result<(), Failure> {
    let inspection = inspection(&arguments.checkpoint, arguments.quiet)?;
    if arguments.json {
        say_json(&inspection)?;
    }
    let page = arguments.html.as_deref();
    if page.is_none() && !arguments.json {
        say(&inspection)?;
    }
    let verdict = Verdict::from(inspection);
    if let Some(page) = page {
        write_whole(page, &verdict.to_html(&name(&arguments.checkpoint)))?;
        if !arguments.json {
            say(format!("{}: written; {}", page.display(), verdict.headline()))?;
        }
    }
    if verdict.is_trainable() { Ok(()) } else { Err(Failure::Found) }
}

fn inspection(checkpoint: &Path, quiet: bool) -> Result<Inspection, Failure> {
    let bar = bar(0, quiet);
    let progress = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let inspection = Inspect::new().progress(progress).file(checkpoint);
    bar.finish_and_clear();
    Ok(inspection?)
}
