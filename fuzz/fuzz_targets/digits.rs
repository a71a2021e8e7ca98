//! Rows of digits as comma-separated values: each row is an image of 64 pixels up to 16 with a label, or the line is named.
#![no_main]

use candle_init_examples::data::digits;
use candle_init_fuzz::says_something;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match digits(bytes) {
    Err(error) => {
        says_something(&error);
        assert!(error.to_string().contains(", line "), "{error}");
    }
    Ok(images) => {
        assert_eq!(images.pixels.len(), 64 * images.labels.len());
        assert!(images.pixels.iter().all(|pixel| (0.0..=16.0).contains(pixel)));
        assert!(images.labels.iter().all(|label| *label < 10));
    }
});
