//! What ranks hold of the tensors in a list: inside of each tensor, and together all of it, once but for heads that are repeated,
//! or nothing, where it is of another stage.
#![no_main]

use candle_init::{Initializer, init};
use candle_init_fuzz::{halves, says_something, text};
use candle_init_models::{Dtype, Entry, Manifest, Part, Plan, Sharding, shapes};
use libfuzzer_sys::fuzz_target;

/// More than any tensor of the corpus is split into, and few enough for a second.
const RANKS: usize = 64;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    let (how, list) = halves(text);
    let Ok(tensors) = shapes(list, Dtype::F32) else { return };
    let initializer = Initializer::new(7).rule("*", init::ONES);
    let Ok(manifest) = Plan::new(tensors).manifest(&initializer) else { return };
    let mut words = how.split(' ');
    let mut number = || words.next().and_then(|word| word.parse::<usize>().ok()).unwrap_or(1).clamp(1, RANKS);
    let (shared, split) = (number(), number());
    match sharding(&mut words, &manifest, split) {
        Err(error) => says_something(&error),
        Ok(sharding) => {
            let sharding = sharding.fully_sharded(shared);
            let world = (shared * split).min(RANKS);
            let (repeats, is_stage) = (how.contains("decoder"), how.contains("stage"));
            for entry in manifest.tensors() {
                let Some(held) = held(&sharding, entry, world) else { return };
                let all = elements(entry.shape.iter().copied());
                let right = held == all || repeats && held > all || is_stage && held == 0;
                assert!(right, "{held} of {all} elements of {entry:?}");
            }
        }
    }
});

fn sharding<'a>(
    words: &mut impl Iterator<Item = &'a str>,
    manifest: &Manifest,
    stages: usize,
) -> candle_init_models::Result<Sharding> {
    let mut sharding = Sharding::whole();
    for word in words {
        sharding = match word {
            "experts" => sharding.experts(manifest)?,
            "padded" => sharding.padded(manifest)?,
            "decoder" => Sharding::decoder(manifest)?,
            "stage" => sharding.stage(manifest, Part::new(0, stages)?, None)?,
            pattern => Sharding::tensor_parallel([(pattern, pattern.len() % 3)])?,
        };
    }
    Ok(sharding)
}

/// How many elements all ranks hold of a tensor, whose boxes lie in it; nothing where they cannot share it.
fn held(sharding: &Sharding, entry: &Entry, world: usize) -> Option<u128> {
    let mut held = 0;
    for rank in 0..world {
        let part = Part::new(rank, world).expect("a rank of that many");
        let boxes = sharding.held(entry, part).map_err(|error| says_something(&error)).ok()?;
        for one in boxes {
            assert_eq!(one.region.len(), entry.shape.len());
            let mut sides = one.region.iter().zip(&entry.shape);
            assert!(
                sides.all(|(range, dim)| range.start <= range.end && range.end <= *dim),
                "{one:?} of {entry:?}"
            );
            held += elements(one.region.iter().map(ExactSizeIterator::len));
        }
    }
    Some(held)
}

/// How many there are in a box; a side of zero goes before sides that are larger than any memory.
fn elements(sides: impl Iterator<Item = usize> + Clone) -> u128 {
    if sides.clone().any(|side| side == 0) { 0 } else { sides.map(|side| side as u128).product() }
}
