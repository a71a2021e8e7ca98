//! The texts of initializers, layer kinds, axes, activations and frameworks: what is read is printed and read back.
#![no_main]

use candle_init::{Activation, Axes, Framework, Init, Layer};
use candle_init_fuzz::{reads_back, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    reads_back::<Init>(text);
    reads_back::<Layer>(text);
    reads_back::<Axes>(text);
    reads_back::<Activation>(text);
    reads_back::<Framework>(text);
});
