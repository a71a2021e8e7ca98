//! Writes a rank's shard.

use candle_init_models::{Manifest, Part, Sharding};

use crate::arguments::ShardsArguments;
use crate::failure::Failure;
use crate::model::{planned, read};
use crate::output::say;
use crate::place::place;
use crate::progress::bar;

pub(crate) fn shards(arguments: &ShardsArguments) -> Result<(), Failure> {
    let place = place(&arguments.output)?;
    let manifest = planned(&read(&arguments.plan)?, arguments.from.as_deref())?;
    let part = part(arguments)?;
    let sharding = sharding(arguments, &manifest)?;
    let bar = bar(manifest.bytes() / part.world() as u128, arguments.quiet);
    let names = candle_init_models::shard(&manifest, place, &sharding, part, &|bytes| bar.inc(bytes));
    bar.finish_and_clear();
    let folder = arguments.output.display();
    let names = names?.join(", ");
    say(match names.as_str() {
        "" => format!("{folder}: nothing written, since this rank holds no part of any tensor"),
        names => format!("{folder}: {names} written"),
    })
}

/// Which of the ranks of a stage this is.
fn part(arguments: &ShardsArguments) -> Result<Part, Failure> {
    let split = match (arguments.tp, arguments.ep) {
        (Some(tp), Some(ep)) if tp != ep => {
            return Err(Failure::Usage(format!(
                "`--tp {tp} --ep {ep}`: the same ranks have a part of each layer and whole experts, so as many are required"
            )));
        }
        (tp, ep) => tp.or(ep),
    };
    let many = || Failure::Usage("there are more ranks than can be counted".into());
    let ranks = split.unwrap_or(1).checked_mul(arguments.fsdp.unwrap_or(1)).ok_or_else(many)?;
    match (arguments.rank, split.or(arguments.fsdp)) {
        (Some(rank), _) => Ok(Part::new(rank, ranks)?),
        (None, None) => Ok(Part::WHOLE),
        (None, Some(_)) => {
            Err(Failure::Usage(format!("{ranks} ranks have a stage together: which is this, `--rank 0`?")))
        }
    }
}

fn sharding(arguments: &ShardsArguments, manifest: &Manifest) -> Result<Sharding, Failure> {
    let mut sharding = match (arguments.tp, arguments.split.as_slice()) {
        (None, _) => Sharding::whole(),
        (Some(_), []) => Sharding::decoder(manifest)?,
        (Some(_), splits) => {
            Sharding::tensor_parallel(splits.iter().map(|text| split(text)).collect::<Result<Vec<_>, _>>()?)?
        }
    };
    if arguments.ep.is_some() {
        sharding = sharding.experts(manifest)?;
    }
    if let Some(ranks) = arguments.fsdp {
        sharding = sharding.fully_sharded(ranks);
    }
    if arguments.pad_vocab {
        sharding = sharding.padded(manifest)?;
    }
    let Some((stages, stage)) = arguments.pp.zip(arguments.stage) else { return Ok(sharding) };
    let layers = Some(arguments.layers.as_slice()).filter(|layers| !layers.is_empty());
    Ok(sharding.stage(manifest, Part::new(stage, stages)?, layers)?)
}

fn split(text: &str) -> Result<(&str, usize), Failure> {
    let parts = text.rsplit_once('=').and_then(|(pattern, dim)| Some((pattern, dim.parse().ok()?)));
    parts.ok_or_else(|| {
        Failure::Usage(format!(
            "`--split {text}`: a pattern, `=` and a dimension are required: `--split '*.fc1.weight=0'`"
        ))
    })
}
