//! candle's own loaders read what is made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::safetensors::MmapedSafetensors;
use candle_core::{DType, Device};
use candle_nn::VarBuilder;

use crate::{bits, folder, said, tensors};

/// The files that an index names, each once: what `hub_load_local_safetensors` of candle's examples gives.
fn named(folder: &Path) -> Vec<PathBuf> {
    let index = fs::read_to_string(folder.join("model.safetensors.index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_str(&index).unwrap();
    let names = index["weight_map"].as_object().unwrap().values().map(|name| name.as_str().unwrap());
    names.collect::<BTreeSet<_>>().into_iter().map(|name| folder.join(name)).collect()
}

#[allow(unsafe_code, reason = "candle's own way to map files")]
fn mapped(files: &[PathBuf]) -> (MmapedSafetensors, VarBuilder<'static>) {
    // SAFETY: nobody else knows the folder, so that no file of it changes.
    let tensors = unsafe { MmapedSafetensors::multi(files) }.unwrap();
    // SAFETY: as above.
    let builder = unsafe { VarBuilder::from_mmaped_safetensors(files, DType::F32, &Device::Cpu) }.unwrap();
    (tensors, builder)
}

#[test]
fn candle_maps_the_files_that_an_index_names() {
    let folder = folder();
    let here = folder.path();
    said(here, "make config.json --seed 42 -o one");
    said(here, "make config.json --seed 42 --files 3 -o three");
    let whole = tensors(&here.join("one/model.safetensors"));
    let files = named(&here.join("three"));
    assert_eq!(files.len(), 3);
    let (found, builder) = mapped(&files);
    let names: BTreeSet<_> = found.tensors().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, whole.keys().cloned().collect());
    for (name, tensor) in &whole {
        let loaded = found.load(name, &Device::Cpu).unwrap();
        assert_eq!((loaded.dtype(), loaded.dims()), (DType::BF16, tensor.dims()), "{name}");
        assert!(bits(&loaded) == bits(tensor), "{name}");
        let built = builder.get(tensor.dims(), name).unwrap();
        assert!(built.dtype() == DType::F32 && bits(&built) == bits(tensor), "{name}");
    }
    assert!(!builder.contains_tensor("model.layers.3.mlp.up_proj.weight"));
}

/// Of each dtype that is made, with a scalar and a tensor without elements.
#[test]
fn candle_maps_every_dtype() {
    let folder = folder();
    let here = folder.path();
    let shapes = r#"{"a": {"shape": [3, 5], "dtype": "F64"}, "b": {"shape": [7], "dtype": "F16"}, "c": {"shape": [1], "dtype": "BF16"},
        "d": {"shape": [0, 4], "dtype": "F32"}, "num_batches_tracked": {"shape": [], "dtype": "I64"}}"#;
    fs::write(here.join("shapes.json"), shapes).unwrap();
    said(here, "make --shapes shapes.json --rule ?=normal --seed 1 --files 2 -o out");
    let (found, _) = mapped(&named(&here.join("out")));
    for (name, dtype, dims) in [
        ("a", DType::F64, &[3, 5][..]),
        ("b", DType::F16, &[7]),
        ("c", DType::BF16, &[1]),
        ("d", DType::F32, &[0, 4]),
        ("num_batches_tracked", DType::I64, &[]),
    ] {
        let tensor = found.load(name, &Device::Cpu).unwrap();
        assert_eq!((tensor.dtype(), tensor.dims()), (dtype, dims), "{name}");
    }
}
