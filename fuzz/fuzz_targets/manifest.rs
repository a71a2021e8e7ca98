//! A manifest, with the digest that it should have: written and read back it is the same; its files have layouts, and its
//! small tensors are drawn.
#![no_main]

use candle_init_fuzz::{says_something, text};
use candle_init_models::{Entry, Error, Manifest};
use libfuzzer_sys::fuzz_target;

/// The largest tensor that is drawn here.
const SMALL: u128 = 4096;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    let read = match Manifest::parse(text) {
        Err(Error::Digest { stated, found }) => Manifest::parse(&text.replace(&stated, &found)),
        other => other,
    };
    let manifest = match read {
        Err(error) => return says_something(&error),
        Ok(manifest) => manifest,
    };
    let json = manifest.to_json();
    assert_eq!(Manifest::parse(&json).expect("what was written can be read").to_json(), json);
    for file in manifest.files() {
        let layout = manifest.layout(file).expect("it was checked");
        assert_eq!(layout.tensors().len(), file.tensors.len());
    }
    for entry in manifest.tensors().filter(|entry| entry.elements() <= SMALL) {
        if let Err(error) = drawn(&manifest, entry) {
            says_something(&error);
        }
    }
});

fn drawn(manifest: &Manifest, entry: &Entry) -> Result<(), Error> {
    let lazy = manifest.lazy(entry)?;
    let width = lazy.dtype().size_in_bytes();
    Ok(lazy.read(0, &mut vec![0; width * entry.elements() as usize])?)
}
