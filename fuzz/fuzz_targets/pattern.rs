//! Patterns: a glob, a name and a new name on a line each. The glob matches what a matcher of a few lines says; a text that
//! was escaped matches itself; a renaming loses no tensor.
#![no_main]

use std::sync::OnceLock;

use candle_init::checkpoint::{Checkpoint, Glob};
use candle_init_fuzz::{file, safetensors, says_something, text};
use libfuzzer_sys::fuzz_target;

#[path = "pattern/naive.rs"]
mod naive;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text(bytes) else { return };
    let mut lines = text.splitn(3, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let (pattern, name, new) = (line(), line(), line());
    assert!(Glob::new(&Glob::escaped(name)).is_ok_and(|glob| glob.matches(name)), "{name:?}");
    match Glob::new(pattern) {
        Err(said) => says_something(&said),
        Ok(glob) => {
            assert_eq!(glob.text(), pattern);
            if let Some(due) = naive::matches(pattern, name) {
                assert_eq!(glob.matches(name), due, "{pattern:?} and {name:?}");
            }
        }
    }
    match checkpoint().clone().rename(pattern, new) {
        Err(error) => says_something(&error),
        Ok(renamed) => assert_eq!(renamed.tensors().len(), checkpoint().tensors().len()),
    }
});

fn checkpoint() -> &'static Checkpoint {
    static NAMES: OnceLock<Checkpoint> = OnceLock::new();
    NAMES.get_or_init(|| {
        let names = ["bert.h.0.w", "bert.h.1.w", "bert.h.1.b", "cls.é", "a*b", ""];
        let one = |name: &&str| format!(r#""{name}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
        let header = format!("{{{}}}", names.iter().map(one).collect::<Vec<_>>().join(","));
        Checkpoint::open(file("names.safetensors", &safetensors(header.as_bytes(), 0))).expect("sound")
    })
}
