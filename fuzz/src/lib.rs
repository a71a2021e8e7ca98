//! What the targets share: the limit of memory, how an input becomes texts and files, and what is asked of every error.
//!
//! A target states what must hold besides "no panic"; `scripts/fuzz` adds one second and a gibibyte for each input.

use std::alloc::System;
use std::fmt::{Debug, Display};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::OnceLock;

use cap::Cap;

/// The most bytes that Rust's code may hold at a time: an input has 4 KiB, and what takes this much for it ends here.
const MOST: usize = 256 << 20;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, MOST);

/// The input as text, if it is some.
pub fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// Two texts: what stands before and after a line of three dashes.
pub fn halves(text: &str) -> (&str, &str) {
    text.split_once("\n---\n").unwrap_or((text, "{}"))
}

/// An error has to say more than a word, in one line, and nothing that moves a terminal's cursor.
pub fn says_something(error: &dyn Display) {
    let said = error.to_string();
    assert!(said.split_whitespace().count() >= 4, "an error that says only: {said}");
    assert!(!said.contains(char::is_control), "{said:?}");
}

/// What a text is, if it is any; printed and read again it must be the same.
pub fn reads_back<T: FromStr<Err: Display> + Display + Debug>(text: &str) -> Option<T> {
    let read = text.parse::<T>().map_err(|error| says_something(&error)).ok()?;
    let printed = read.to_string();
    match printed.parse::<T>() {
        // By their fields, so that NaN is NaN.
        Ok(again) => assert_eq!(format!("{again:?}"), format!("{read:?}"), "printed as {printed}"),
        Err(error) => panic!("what was read of {text:?} is printed as {printed}, which is refused: {error}"),
    }
    Some(read)
}

/// A folder of this process; `scripts/fuzz` says where, and removes it.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder for files").keep())
}

/// A file in that folder.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder().join(name);
    std::fs::write(&path, bytes).expect("a file can be written");
    path
}

/// A safetensors file of this header.
pub fn safetensors(header: &[u8], data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.resize(bytes.len() + data, 1);
    bytes
}
