//! A rank's shard as a file that torch's distributed checkpoints read.

use std::collections::BTreeMap;

use candle_init::Lazy;
use candle_init_checkpoint::{Dtype, Layout};
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::folder::{LaidOut, fill};
use crate::manifest::{Entry, Manifest};
use crate::part::Part;
use crate::place::Place;
use crate::shard::held::Held;
use crate::shard::sharding::Sharding;

/// Writes a rank's part of every tensor as a file of a folder that `torch.distributed.checkpoint` reads by its
/// `HuggingFaceStorageReader`; the names of the files are returned. The metadata says which box of which tensor it has: one,
/// so that a rank has as many files as boxes of any tensor, three where queries, keys and values lie in one.
///
/// A rank that holds nothing writes no file: torch's own writer does so, and what joins its files refuses one without a tensor.
///
/// The parts have the bits of the whole: joined, they are the model that [`make`](crate::make) makes, with rows of zeros
/// where a vocabulary is padded, of which the metadata says how many (`candle_init_padding`).
///
/// # Errors
/// Those of [`Sharding::held`] and of [`make`](crate::make).
pub fn shard(
    manifest: &Manifest,
    folder: impl Into<Place>,
    sharding: &Sharding,
    part: Part,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<String>> {
    sharding.check(manifest)?;
    let place = &folder.into();
    let mut files: Vec<Vec<(&Entry, Held)>> = Vec::new();
    for entry in manifest.tensors() {
        for (at, held) in sharding.held(entry, part)?.into_iter().enumerate() {
            files.resize_with(files.len().max(at + 1), Vec::new);
            if let Some(file) = files.get_mut(at) {
                file.push((entry, held));
            }
        }
    }
    if files.is_empty() {
        return Ok(Vec::new());
    }
    place.prepare()?;
    alone(manifest, sharding, part, place)?;
    let (number, count) = (sharding.number(part) + 1, files.len());
    let named = files.iter().enumerate().map(|(at, boxes)| {
        let name = format!("shard-{number:05}-model-{:05}-of-{count:05}.safetensors", at + 1);
        write(manifest, boxes, place, &name, progress)?;
        Ok(name)
    });
    named.collect()
}

/// Writes a file with a box of each of these tensors.
fn write(
    manifest: &Manifest,
    boxes: &[(&Entry, Held)],
    place: &Place,
    name: &str,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let (mut tensors, mut lazies, mut said) = (Vec::new(), BTreeMap::new(), Said::default());
    for (entry, held) in boxes {
        let lazy = manifest.lazy(entry)?.part(&held.region)?;
        let mut shape = lazy.shape().dims().to_vec();
        if let Some(rows) = shape.first_mut() {
            *rows += held.padding;
        }
        said.of(entry, held);
        tensors.push((entry.name.as_str(), entry.dtype, shape));
        lazies.insert(entry.name.as_str(), lazy);
    }
    let layout = layout(tensors, said)?;
    let lazy = |name: &str| -> Result<Lazy> {
        lazies
            .get(name)
            .cloned()
            .ok_or_else(|| Error::Tensor { tensor: name.into(), what: "is not of this shard".into() })
    };
    fill(LaidOut { place, name, layout: &layout }, &lazy, progress)
}

/// The file that says whose shards a folder has.
const MARK: &str = "candle-init-shards.json";

/// That a folder has shards of this split of this model and no other weights: a reader would take them all together.
fn alone(manifest: &Manifest, sharding: &Sharding, part: Part, place: &Place) -> Result<()> {
    let mark = json!({"digest": manifest.digest(), "split": sharding.to_string(), "ranks": part.world()});
    let mark = format!("{mark:#}\n");
    let foreign = |what: String| {
        let way_out = "give an empty folder, or remove them";
        Err(Error::Foreign { folder: place.path(), what, way_out })
    };
    let marked = || -> Result<Option<bool>> { Ok(place.bytes(MARK)?.map(|found| found == mark.as_bytes())) };
    match marked()? {
        Some(true) => return Ok(()),
        Some(false) => return foreign("shards of another model, or of another split, are there".into()),
        None => {}
    }
    for name in place.names()? {
        // Another rank may have begun meanwhile: its mark is there before its shard.
        if name.ends_with(".safetensors") && !name.starts_with('.') && marked()? != Some(true) {
            return foreign(format!("`{name}` is there, and it is no shard of this model"));
        }
    }
    place.put(MARK, mark.as_bytes(), false)
}

/// What metadata says of a shard's tensors.
#[derive(Default)]
struct Said {
    offsets: Map<String, Value>,
    /// Rows of zeros, and how many rows the model has.
    padding: Map<String, Value>,
}

impl Said {
    fn of(&mut self, entry: &Entry, held: &Held) {
        self.offsets.insert(entry.name.clone(), json!({"saved_offsets": held.offsets}));
        if held.padding > 0 {
            let rows = entry.shape.first().copied().unwrap_or(0);
            self.padding.insert(entry.name.clone(), json!({"rows": rows, "zeros": held.padding}));
        }
    }
}

fn layout(tensors: Vec<(&str, Dtype, Vec<usize>)>, said: Said) -> Result<Layout> {
    let mut metadata = BTreeMap::from([
        ("format".to_string(), "pt".to_string()),
        ("DCP_VERSION".into(), "1.0".into()),
        ("DCP_SHARDING_INFO".into(), Value::from(said.offsets).to_string()),
    ]);
    if !said.padding.is_empty() {
        metadata.insert("candle_init_padding".into(), Value::from(said.padding).to_string());
    }
    Ok(Layout::new(tensors, &metadata)?)
}
