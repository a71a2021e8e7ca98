//! Verifies.

use candle_init_checkpoint::shown;
use candle_init_models::Difference;
use serde_json::json;

use crate::arguments::VerifyArguments;
use crate::failure::Failure;
use crate::model::{planned, read};
use crate::output::{say, say_json};
use crate::place::place;
use crate::progress::bar;

/// Differences that are listed one by one.
const SHOWN: usize = 20;

pub(crate) fn verify(arguments: &VerifyArguments) -> Result<(), Failure> {
    if arguments.folder.is_file() {
        return Err(Failure::Usage(format!(
            "{} is a file: a folder that `candle-init make` wrote is required; `candle-init diff` compares files",
            shown(&arguments.folder)
        )));
    }
    let place = place(&arguments.folder)?;
    let plan = match &arguments.plan {
        Some(plan) => read(plan)?,
        None => place.text("candle-init.json")?,
    };
    let manifest = planned(&plan, arguments.from.as_deref())?;
    let bar = bar(manifest.bytes(), arguments.quiet);
    let verified = candle_init_models::verify(Some(&manifest), place, &|bytes| bar.inc(bytes));
    bar.finish_and_clear();
    let verified = verified?;
    let differences = &verified.differences;
    if arguments.json {
        let texts: Vec<_> = differences.iter().map(Difference::to_string).collect();
        say_json(&json!({
            "tensors": verified.tensors, "bytes": verified.bytes, "digest": manifest.digest(), "differences": texts,
        }))?;
    } else if differences.is_empty() {
        say(format!(
            "{}: {} tensors are as planned, bit for bit",
            arguments.folder.display(),
            verified.tensors
        ))?;
    } else {
        differences.iter().take(SHOWN).try_for_each(say)?;
        if differences.len() > SHOWN {
            say(format!("and {} more", differences.len() - SHOWN))?;
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(Failure::Found) }
}
