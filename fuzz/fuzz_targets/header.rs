//! A safetensors file: any bytes after a first one that is odd, else a header with as much data as it speaks of. What is
//! read covers the file without a hole, by a map as by a read, and a layout of the same tensors is read as the same; an
//! error names the file.
#![no_main]

use candle_init::checkpoint::{Checkpoint, Dtype, Layout, Tensor};
use candle_init_fuzz::{file, safetensors, says_something};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let bytes = if first % 2 == 1 { rest.to_vec() } else { safetensors(rest, data(rest)) };
    let path = file("header.safetensors", &bytes);
    match Checkpoint::open(&path) {
        Err(error) => {
            says_something(&error);
            let said = error.to_string();
            assert!(said.starts_with(&path.display().to_string()), "the file is not named: {said}");
        }
        Ok(checkpoint) => whole(&bytes, &checkpoint),
    }
});

/// The last byte that an offset speaks of, up to a few.
fn data(header: &[u8]) -> usize {
    let Ok(Value::Object(tensors)) = serde_json::from_slice(header) else { return 0 };
    let end = |info: &Value| info.get("data_offsets")?.get(1)?.as_u64();
    tensors.values().filter_map(end).filter(|end| *end <= 4096).max().unwrap_or(0) as usize
}

fn whole(bytes: &[u8], checkpoint: &Checkpoint) {
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight")) as usize;
    let size: usize = checkpoint.tensors().map(Tensor::byte_count).sum();
    assert_eq!(header + size, bytes.len());
    for tensor in checkpoint.tensors() {
        let mut read = vec![0; tensor.byte_count()];
        tensor.read(0, &mut read).expect("all its bytes");
        assert_eq!(*tensor.bytes().expect("a map"), *read);
    }
    let listed = |checkpoint: &Checkpoint| -> Vec<(String, Dtype, Vec<usize>)> {
        checkpoint.tensors().map(|t| (t.name().into(), t.dtype(), t.shape().to_vec())).collect()
    };
    let layout = Layout::new(listed(checkpoint), &Default::default()).expect("a file has them");
    let mut again = layout.header().to_vec();
    again.resize(layout.size() as usize, 0);
    let again = Checkpoint::open(file("again.safetensors", &again)).expect("what is laid out can be read");
    assert_eq!(listed(&again), listed(checkpoint));
}
