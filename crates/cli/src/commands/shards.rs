//! Writes a rank's shard.

use candle_init_models::{Manifest, Part, Sharding};

use crate::arguments::ShardsArguments;
use crate::failure::Failure;
use crate::model::planned;
use crate::output::say;
use crate::progress::bar;

pub(crate) fn shards(arguments: &ShardsArguments) -> Result<(), Failure> {
    let manifest = planned(&arguments.plan, arguments.from.as_deref())?;
    let ranks = arguments.tp.or(arguments.fsdp);
    let part = match (arguments.rank, ranks) {
        (Some(rank), ranks) => Part::new(rank, ranks.unwrap_or(1))?,
        (None, None) => Part::WHOLE,
        (None, Some(ranks)) => {
            return Err(Failure::Usage(format!(
                "{ranks} ranks have a stage together: which is this, `--rank 0`?"
            )));
        }
    };
    let sharding = sharding(arguments, &manifest)?;
    let bar = bar(manifest.bytes() / part.world() as u128, arguments.quiet);
    let name =
        candle_init_models::shard(&manifest, &arguments.output, &sharding, part, &|bytes| bar.inc(bytes));
    bar.finish_and_clear();
    let folder = arguments.output.display();
    say(match name? {
        Some(name) => format!("{folder}: {name} written"),
        None => format!("{folder}: nothing written, since this rank holds no part of any tensor"),
    })
}

fn sharding(arguments: &ShardsArguments, manifest: &Manifest) -> Result<Sharding, Failure> {
    let mut sharding = match (arguments.tp, arguments.fsdp, arguments.split.as_slice()) {
        (None, None, _) => Sharding::whole(),
        (None, Some(_), _) => Sharding::fsdp(),
        (Some(_), _, []) => Sharding::decoder(manifest)?,
        (Some(_), _, splits) => {
            Sharding::tensor_parallel(splits.iter().map(|text| split(text)).collect::<Result<Vec<_>, _>>()?)?
        }
    };
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
