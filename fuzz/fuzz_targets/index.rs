//! The index of a checkpoint of two files: its tensors are those of the files in its folder, and of no other.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use candle_init::checkpoint::Checkpoint;
use candle_init_fuzz::{folder, safetensors, says_something};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let index = model().join("model.safetensors.index.json");
    fs::write(&index, bytes).expect("a file can be written");
    match Checkpoint::open(&index) {
        Err(error) => says_something(&error),
        Ok(checkpoint) => {
            for tensor in checkpoint.tensors() {
                let path = fs::canonicalize(tensor.path()).expect("it was read");
                assert!(path.starts_with(fs::canonicalize(model()).expect("it is there")), "{path:?}");
                assert!(["a", "b", "c"].contains(&tensor.name()));
            }
        }
    }
});

/// A folder with two files, beside one that is none of its business.
fn model() -> &'static PathBuf {
    static MODEL: OnceLock<PathBuf> = OnceLock::new();
    MODEL.get_or_init(|| {
        let model = folder().join("model");
        fs::create_dir_all(model.join("below")).expect("a folder can be made");
        for (path, names) in [
            ("model/1.safetensors", &["a", "b"][..]),
            ("model/below/2.safetensors", &["c"]),
            ("secret.safetensors", &["a", "b"]),
        ] {
            let one = |name: &&str| format!(r#""{name}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
            let header = format!("{{{}}}", names.iter().map(one).collect::<Vec<_>>().join(","));
            fs::write(folder().join(path), safetensors(header.as_bytes(), 0)).expect("a file can be written");
        }
        model
    })
}
