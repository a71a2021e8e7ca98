//! Writes a rank's shard.

use candle_init_models::{Manifest, Part, Sharding};

use crate::arguments::ShardsArguments;
use crate::failure::Failure;
use crate::model::read;
use crate::output::say;
use crate::progress::bar;

pub(crate) fn shards(arguments: &ShardsArguments) -> Result<(), Failure> {
    let manifest = Manifest::parse(&read(&arguments.plan)?)?;
    let part = Part::new(arguments.rank, arguments.tp.or(arguments.fsdp).unwrap_or(1))?;
    let sharding = match (arguments.tp, arguments.split.as_slice()) {
        (None, _) => Sharding::fsdp(),
        (Some(_), []) => Sharding::decoder(&manifest)?,
        (Some(_), splits) => {
            Sharding::tensor_parallel(splits.iter().map(|text| split(text)).collect::<Result<Vec<_>, _>>()?)?
        }
    };
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

fn split(text: &str) -> Result<(&str, usize), Failure> {
    let parts = text.rsplit_once('=').and_then(|(pattern, dim)| Some((pattern, dim.parse().ok()?)));
    parts.ok_or_else(|| {
        Failure::Usage(format!(
            "`--split {text}`: a pattern, `=` and a dimension are required: `--split '*.fc1.weight=0'`"
        ))
    })
}
