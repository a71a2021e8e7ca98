//! A list of names and shapes: written and read back it is the same, and so is the manifest that is planned of it.
#![no_main]

use candle_init::{Initializer, init};
use candle_init_fuzz::{says_something, text};
use candle_init_models::{Dtype, Manifest, Plan, Tensor, shapes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    let tensors = match shapes(text, Dtype::BF16) {
        Err(error) => return says_something(&error),
        Ok(tensors) => tensors,
    };
    assert_eq!(shapes(&written(&tensors), Dtype::F64).expect("what was written can be read"), tensors);
    let initializer =
        Initializer::new(7).rule("*.bias", init::ZEROS).rule("*", init::normal(0.0, 0.02)).lenient();
    match Plan::new(tensors).manifest(&initializer) {
        Err(error) => says_something(&error),
        Ok(manifest) => {
            let again = Manifest::parse(&manifest.to_json()).expect("what was written can be read");
            assert_eq!(again, manifest);
        }
    }
});

fn written(tensors: &[Tensor]) -> String {
    let one = |Tensor { name, dtype, shape }: &Tensor| {
        format!("{}:{{\"dtype\":\"{dtype}\",\"shape\":{shape:?}}}", serde_json::Value::from(name.as_str()))
    };
    format!("{{{}}}", tensors.iter().map(one).collect::<Vec<_>>().join(","))
}
