//! A folder of IDX files, their bytes between marks `|||`; where there are none, those of a sound one. What is read has as
//! many pixels as images of its size, none of which is NaN, and labels of ten classes.
#![no_main]

use candle_init_examples::data::{Dataset, Images};
use candle_init_fuzz::{file, folder, says_something};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];
const IMAGES: &[u8] = b"\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x03abcdef";
const LABELS: &[u8] = b"\0\0\x08\x01\0\0\0\x02\x03\x09";

fuzz_target!(|bytes: &[u8]| {
    let mut parts = parts(bytes).into_iter();
    for (name, sound) in NAMES.into_iter().zip([IMAGES, LABELS, IMAGES, LABELS]) {
        file(name, parts.next().filter(|part| !part.is_empty()).unwrap_or(sound));
    }
    match Dataset::load(Some(folder()), 1) {
        Err(error) => says_something(&error),
        Ok(data) => [data.train, data.test].iter().for_each(whole),
    }
});

fn whole(images: &Images) {
    assert_eq!(images.pixels.len(), images.size * images.labels.len());
    assert!(images.labels.iter().all(|label| *label < 10));
    assert!(images.pixels.iter().all(|pixel| pixel.is_finite()));
}

fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut rest) = (Vec::new(), bytes);
    while let Some(at) = rest.windows(3).position(|three| three == b"|||") {
        parts.push(&rest[..at]);
        rest = &rest[at + 3..];
    }
    parts.push(rest);
    parts
}
