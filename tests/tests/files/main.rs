//! Files that are damaged, cut, hostile or empty: an error that names the offset, no panic, no memory for what a
//! header only claims.

use std::alloc::System;

mod checkpoint;
mod faults;
mod hostile;

use acceptance::planted::net;
use acceptance::scratch::Scratch;
use candle_init_checkpoint::Error as Checkpoint;
use candle_init_probe::{Error, Inspection, Verdict, unmoved};
use cap::Cap;
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The most memory that all tests here may hold together; their files have less than 1 MiB.
const MOST: usize = 48 << 20;

fn assert_small() {
    let most = MEMORY.max_allocated();
    assert!(most <= MOST, "{most} bytes");
}

/// A header with its length before it, and some bytes after.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 1);
    bytes
}

/// What the check says of these bytes, which must be an error that names the file.
fn refusal(bytes: &[u8]) -> Result<String, Box<dyn std::error::Error>> {
    let scratch = Scratch::of(bytes)?;
    let error = Inspection::of_file(scratch.path()).err().ok_or("it is accepted")?;
    assert!(matches!(error, Error::Checkpoint(_)));
    let text = error.to_string();
    let path = scratch.path().display().to_string();
    Ok(text.strip_prefix(&path).ok_or("the file is not named")?.to_string())
}

const SOUND: &str = r#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;

#[test]
fn each_damage_is_named_with_its_offset() -> Outcome {
    let tensor = |text: &str| format!(r#"{{"a":{text}}}"#);
    let info = |shape: &str, end: u64| {
        tensor(&format!(r#"{{"dtype":"F32","shape":{shape},"data_offsets":[0,{end}]}}"#))
    };
    let huge = u64::MAX;
    let cases = [
        (vec![1, 2, 3], "at byte 0: the length of the header takes 8 bytes, but the file has 3"),
        (file(SOUND, 23), "at byte 88: the tensors end at 89, but the file at 88, which was cut"),
        (file(SOUND, 25), "at byte 89: the tensors end at 89, but the file at 90; save"),
        (
            huge.to_le_bytes().to_vec(),
            "at byte 0: the header is 18446744073709551615 bytes long, and 100000000",
        ),
        (
            99_999_999_u64.to_le_bytes().to_vec(),
            "at byte 0: the header is 99999999 bytes long, but the file has only 8",
        ),
        (file(r#"{"a":{"dtype":"F32""#, 0), "at byte 26: the header is damaged: tensor `a`: EOF"),
        (file("[1,2]", 0), "at byte 8: the header is damaged: invalid type: sequence"),
        (
            file(&tensor(r#"{"dtype":"F33","shape":[],"data_offsets":[0,0]}"#), 0),
            "tensor `a`: unknown variant `F33`",
        ),
        (file(&info("[2,-3]", 24), 24), "tensor `a`: invalid value: integer `-3`"),
        (file(&info("[2,3]", 20), 20), "`a` [2, 3] of F32 takes 24 bytes, but has 20"),
        (file(&info("[4294967296,4294967296]", 24), 24), "has more elements than can be counted"),
        (file(&info("[0,18446744073709551615]", 4), 4), "takes 0 bytes, but has 4"),
        (file(&info("[2,3]", huge), 24), "takes 24 bytes, but has 18446744073709551615"),
        (
            file(
                r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
                6,
            ),
            "at byte 117: `b` lies at 2..6 of the data, and 4 is expected",
        ),
        (
            file(
                r#"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}"#,
                8,
            ),
            "`a` is listed twice",
        ),
        (
            file(&tensor(r#"{"dtype":"U8","shape":[4],"data_offsets":[4,0]}"#), 4),
            "`a` lies at 4..0 of the data",
        ),
        (file(&"[".repeat(100_000), 0), "the header is damaged"),
    ];
    for (bytes, due) in cases {
        let said = refusal(&bytes)?;
        assert!(said.contains(due) && said.contains("at byte "), "{said}\nfor {due}");
    }
    assert_small();
    Ok(())
}

#[test]
fn what_is_no_file_is_said_so() {
    for (path, way_out) in
        [("no/such/file.safetensors", "check the path"), (".", "give the folder with the weights")]
    {
        let said = Inspection::of_file(path).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.starts_with(path) && said.contains(way_out), "{said}");
    }
}

/// Whether it says where a file is damaged, or that it is of another kind.
fn says_what_is_wrong(error: &Error) -> bool {
    match error {
        Error::Checkpoint(cause) => match **cause {
            Checkpoint::Damaged { .. } => error.to_string().contains("at byte "),
            Checkpoint::Foreign { .. } => true,
            _ => false,
        },
        other => matches!(other, Error::NoParameters { .. }),
    }
}

/// Headers without tensors, zero-size tensors, and dtypes that only a file has.
#[test]
fn odd_files_are_read() -> Outcome {
    type Seen = Vec<(String, String, u64)>;
    let seen = |header: &str, data| -> Result<Seen, Box<dyn std::error::Error>> {
        let inspection = Inspection::of_file(Scratch::of(&file(header, data))?.path())?;
        assert!(inspection.findings.is_empty());
        // What no figure is known of is not said to be sound.
        let unmeasured = inspection.parameters.iter().any(|p| matches!(p.dtype.as_str(), "c64" | "f4"));
        assert_eq!(inspection.to_string().contains("1 were not measured, for their dtype"), unmeasured);
        assert_eq!(Verdict::from(inspection.clone()).to_html("a").contains(">not measured<"), unmeasured);
        Ok(inspection.parameters.into_iter().map(|p| (p.name, p.dtype, p.moments.count)).collect())
    };
    for nothing in ["{}", r#"{"__metadata__":{"format":"pt"}}  "#] {
        let file = Scratch::of(&file(nothing, 0))?;
        let error = Inspection::of_file(file.path()).err().ok_or("nothing was checked")?;
        assert!(
            matches!(error, Error::NoParameters { .. }) && error.to_string().contains("has no parameters")
        );
    }
    let empty = r#"{"a":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}}"#;
    assert_eq!(seen(empty, 0)?, [("a".into(), "f32".into(), 0)]);
    for (dtype, name, bytes) in [
        ("BOOL", "bool", 1),
        ("I8", "i8", 1),
        ("U16", "u16", 2),
        ("U64", "u64", 8),
        ("F8_E5M2", "f8e5m2", 1),
        ("C64", "c64", 8),
    ] {
        let end = 6 * bytes;
        let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[6,1],"data_offsets":[0,{end}]}}}}"#);
        assert_eq!(seen(&header, end)?, [("a".into(), name.into(), 6)]);
    }
    Ok(())
}

/// A file that is sound but for bytes changed, cut off or put in: read or refused, never a panic; and memory for
/// at most what is there.
#[test]
fn mutated_files_are_read_or_refused() -> Outcome {
    let (vars, _) = net(1)?;
    let whole = Scratch::new();
    vars.save(whole.path())?;
    let sound = std::fs::read(whole.path())?;
    let header = 8 + u64::from_le_bytes(sound[..8].try_into()?) as usize;
    let refused = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(400));
    let change = (0..header + 64, any::<u8>(), 0..4_u8, any::<usize>());
    runner.run(&change, |(at, byte, kind, end)| {
        let mut bytes = sound.clone();
        match kind {
            0 => bytes[at] = byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => bytes.truncate(end % bytes.len()),
            _ => bytes.insert(at, byte),
        }
        let file = Scratch::of(&bytes)?;
        let outcome = Inspection::of_file(file.path());
        if let Err(error) = outcome {
            refused.set(refused.get() + 1);
            prop_assert!(says_what_is_wrong(&error), "{error}");
        }
        if let Err(error) = unmoved(whole.path(), file.path()) {
            prop_assert!(says_what_is_wrong(&error), "{error}");
        }
        Ok(())
    })?;
    assert!(refused.get() > 200, "{refused:?}");
    assert_small();
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Any bytes behind any length, and any numbers in a header of the right form.
    #[test]
    fn any_bytes_are_refused(length in prop_oneof![0..200_u64, any::<u64>()], bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let file = Scratch::of(&[&length.to_le_bytes()[..], &bytes].concat())?;
        if let Err(error) = Inspection::of_file(file.path()) {
            prop_assert!(says_what_is_wrong(&error), "{error}");
        }
    }

    #[test]
    fn any_numbers_are_read_or_refused(
        dims in prop::collection::vec(prop_oneof![0..9_u64, any::<u64>()], 0..5),
        offsets in (prop_oneof![0..99_u64, any::<u64>()], prop_oneof![0..99_u64, any::<u64>()]),
        dtype in prop::sample::select(vec!["F32", "BF16", "F4", "F6_E2M3", "I64", "C64", "F8_E4M3"]),
        data in 0..99_usize,
    ) {
        let header = format!(
            r#"{{"a":{{"dtype":"{dtype}","shape":{dims:?},"data_offsets":[{},{}]}}}}"#, offsets.0, offsets.1
        );
        let file = Scratch::of(&file(&header, data))?;
        if let Err(error) = Inspection::of_file(file.path()) {
            prop_assert!(says_what_is_wrong(&error), "{error}");
        }
        assert_small();
    }
}
