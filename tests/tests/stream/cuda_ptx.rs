//! The PTX that is checked in: made of the source that stands beside it, and without an operation that a compiler
//! may fuse or shorten.

use std::error::Error;
use std::path::Path;

use counter_rng::cuda::ptx;
use sha2::{Digest, Sha256};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/counter-rng/cuda");
const REBUILD: &str = "the source has changed: run scripts/build-ptx";

/// fill.cu and the headers by name, one after another.
fn source() -> Result<Vec<u8>, Box<dyn Error>> {
    let names = std::fs::read_dir(FOLDER)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>, std::io::Error>>()?;
    names.retain(|name| name.ends_with(".cuh"));
    names.sort();
    let files = std::iter::once("fill.cu".to_string()).chain(names);
    let texts = files.map(|name| std::fs::read(Path::new(FOLDER).join(name)));
    Ok(texts.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Whether the text says that it was made of this source.
fn is_made_of(text: &str, source: &[u8]) -> bool {
    let digest: String = Sha256::digest(source).iter().map(|byte| format!("{byte:02x}")).collect();
    text.lines().nth(1).is_some_and(|line| line.ends_with(&digest))
}

fn texts() -> [&'static str; 2] {
    [(7, 5), (9, 0)].map(|capability| ptx(capability).unwrap_or_default())
}

#[test]
fn the_texts_are_made_of_the_source() -> Result<(), Box<dyn Error>> {
    let mut source = source()?;
    assert!(texts().iter().all(|text| is_made_of(text, &source)), "{REBUILD}");
    source[100] ^= 1;
    assert!(!texts().iter().any(|text| is_made_of(text, &source)));
    Ok(())
}

/// Arithmetic in binary32 that is not rounded once, to nearest, with subnormal numbers kept.
fn loose(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim_start).filter(|line| line.contains(".f32"));
    let rounds = |line: &str| {
        ["add", "sub", "mul", "fma", "mad", "div", "sqrt", "cvt"].iter().any(|op| line.starts_with(op))
    };
    let approximate =
        |line: &str| ["ex2", "lg2", "sin", "cos", "rcp", "rsqrt"].iter().any(|op| line.starts_with(op));
    let exact =
        |line: &&str| approximate(line) || line.contains(".ftz") || rounds(line) && !line.contains(".rn");
    lines.filter(exact).collect()
}

#[test]
fn every_rounding_is_written_out() {
    for text in texts() {
        assert_eq!(loose(text), Vec::<&str>::new());
        assert!(text.matches("fma.rn.f32").count() > 1000);
    }
    let fused = ["add.f32 %f1, %f2, %f3;", "fma.rn.ftz.f32 %f1, %f2, %f3, %f4;", "ex2.approx.f32 %f1, %f2;"];
    assert!(fused.iter().all(|line| loose(line).len() == 1));
}

#[test]
fn old_cards_and_drivers_are_served() {
    let [turing, ampere] = texts();
    assert!(turing.contains(".target sm_75") && ampere.contains(".target sm_80"));
    assert!(texts().iter().all(|text| text.contains("\n.version 7.0\n")));
    assert_eq!(ptx((8, 9)), ptx((12, 0)));
    assert_eq!(ptx((6, 1)), None);
}
