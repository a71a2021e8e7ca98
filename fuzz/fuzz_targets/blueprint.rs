//! A blueprint of one's own and, after a line `---`, a config.json: the same tensors every time.
#![no_main]

use candle_init_fuzz::{halves, says_something, text};
use candle_init_models::Blueprint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((toml, config)) = text(bytes).map(halves) else { return };
    let blueprint = match Blueprint::parse(toml, config) {
        Err(error) => return says_something(&error),
        Ok(blueprint) => blueprint,
    };
    match (blueprint.tensors(), blueprint.tensors()) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(one), Err(other)) => {
            says_something(&one);
            assert_eq!(one.to_string(), other.to_string());
        }
        _ => panic!("tensors once, and an error once"),
    }
});
