//! The reader of checkpoints itself: what is cut, changed, of another kind, or made up is read or refused with an error
//! that names the file, without a panic and without memory for what is not there.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::scratch::Scratch;
use candle_init_checkpoint::{Checkpoint, Error, Kind};
use proptest::prelude::*;

use super::{Outcome, assert_small, file};

const SOUND: &str = r#"{"a.w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b.w":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]}}"#;

/// A folder that is gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, std::io::Error> {
        let path = Scratch::new().path().with_extension("folder");
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn with(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, std::io::Error> {
        let path = self.0.join(name);
        fs::write(&path, bytes)?;
        Ok(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All bytes of all tensors, by both ways.
fn read_all(checkpoint: &Checkpoint) -> Result<usize, Error> {
    let mut count = 0;
    for tensor in checkpoint.tensors() {
        let bytes = tensor.bytes()?;
        let mut read = vec![0; tensor.byte_count()];
        tensor.read(0, &mut read)?;
        assert!(cfg!(target_endian = "big") || *bytes == *read);
        count += bytes.len();
    }
    Ok(count)
}

/// What is said of a path, which is refused.
fn refusal(path: &Path) -> Result<Error, Box<dyn std::error::Error>> {
    let error = Checkpoint::open(path).err().ok_or("it is accepted")?;
    let said = error.to_string();
    assert!(said.starts_with(&path.display().to_string()) && said.contains("required"), "{said}");
    Ok(error)
}

#[test]
fn a_file_is_refused_at_every_length_but_its_own() -> Outcome {
    let whole = file(SOUND, 28);
    for length in 0..whole.len() {
        let cut = Scratch::of(&whole[..length])?;
        let error = Checkpoint::open(cut.path()).err().ok_or("it is accepted")?;
        match length {
            0 => assert!(matches!(error, Error::Foreign { kind: Kind::Empty, .. }), "{error}"),
            _ => assert!(matches!(error, Error::Damaged { .. }), "{length}: {error}"),
        }
    }
    assert_eq!(read_all(&Checkpoint::open(Scratch::of(&whole)?.path())?)?, 28);
    assert_small();
    Ok(())
}

/// A zip archive that begins with a file of this name.
fn archive(name: &str) -> Vec<u8> {
    [b"PK\x03\x04".as_slice(), &[0; 22], &[name.len() as u8, 0, 0, 0], name.as_bytes(), &[7; 99]].concat()
}

#[test]
fn each_other_kind_is_named_with_its_way_out() -> Outcome {
    let gguf = [b"GGUF\x03\0\0\0".as_slice(), &[0; 16]].concat();
    let cases: [(&[u8], Kind, &str); 14] = [
        (b"", Kind::Empty, "download it again"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
            Kind::GitLfs,
            "git lfs pull",
        ),
        (b"<!DOCTYPE html>\n<html>", Kind::Html, "download it again"),
        (b"<?xml version=\"1.0\"?><Error>", Kind::Html, "download it again"),
        (&archive("archive/data.pkl"), Kind::Torch, "torch.load"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", Kind::Pickle, "torch.load"),
        (&archive("w.npy"), Kind::Npz, "numpy.load"),
        (b"\x93NUMPY\x01\0v\0{'descr'", Kind::Npy, "numpy.load"),
        (&archive("weights.txt"), Kind::Zip, "unpack it"),
        (&gguf, Kind::Gguf, "quantized"),
        (b"\x89HDF\r\n\x1a\n\0\0\0\0", Kind::Hdf5, "h5py"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", Kind::Gzip, "unpack it"),
        (b"{\"architectures\": [\"BertModel\"]}", Kind::Json, "index.json"),
        (b"Entry not found", Kind::Text, "download it again"),
    ];
    for (bytes, due, way_out) in cases {
        let error = refusal(Scratch::of(bytes)?.path())?;
        assert!(matches!(error, Error::Foreign { kind, .. } if kind == due), "{error}");
        assert!(error.to_string().contains(way_out), "{error}");
    }
    Ok(())
}

#[test]
fn files_changed_anywhere_are_read_or_refused() -> Outcome {
    let sound = file(SOUND, 28);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(2000));
    let change = prop::collection::vec((0..sound.len(), any::<u8>(), any::<bool>()), 1..4);
    runner.run(&change, |changes| {
        let mut bytes = sound.clone();
        for (at, byte, insert) in changes {
            if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
        }
        let scratch = Scratch::of(&bytes)?;
        match Checkpoint::open(scratch.path()) {
            Ok(checkpoint) => prop_assert!(read_all(&checkpoint).is_ok()),
            Err(Error::Damaged { offset, .. }) => prop_assert!(offset <= bytes.len() as u64),
            Err(error) => prop_assert!(matches!(error, Error::Foreign { .. }), "{error}"),
        }
        Ok(())
    })?;
    assert_small();
    Ok(())
}

/// An index may be as long as a header and no longer: of one that is longer, nothing is read.
#[test]
fn an_index_that_is_too_long_is_refused() -> Outcome {
    let folder = Folder::new()?;
    let path = folder.with("model.safetensors.index.json", b"{")?;
    // Sparse: a terabyte that no disk holds.
    fs::File::options().write(true).open(&path)?.set_len(1 << 40)?;
    let error = Checkpoint::open(&path).err().ok_or("read")?;
    assert!(error.to_string().contains("longer than 100000000 bytes"), "{error}");
    assert_small();
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_and_any_index_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let scratch = Scratch::of(&bytes)?;
        let error = Checkpoint::open(scratch.path()).err();
        prop_assert!(matches!(error, Some(Error::Damaged { .. } | Error::Foreign { .. })), "{error:?}");
        let folder = Folder::new()?;
        let index = folder.with("any.safetensors.index.json", &bytes)?;
        let error = Checkpoint::open(index).err();
        prop_assert!(matches!(error, Some(Error::Index { .. } | Error::Foreign { .. })), "{error:?}");
    }

    /// An index with any names of files and tensors: only what is in its folder is looked at.
    #[test]
    fn any_names_in_an_index_are_read_or_refused(pairs in prop::collection::vec(("[ab.w]{0,4}", "[./ab\\\\]{0,6}|a.safetensors"), 0..4)) {
        let folder = Folder::new()?;
        folder.with("a.safetensors", &file(SOUND, 28))?;
        let map: Vec<_> = pairs.iter().map(|(tensor, file)| format!("{tensor:?}:{file:?}")).collect();
        let text = format!("{{\"weight_map\":{{{}}}}}", map.join(","));
        let index = folder.with("model.safetensors.index.json", text.as_bytes())?;
        match Checkpoint::open(&index) {
            Ok(checkpoint) => prop_assert!(pairs.is_empty() || checkpoint.tensors().len() == 2),
            Err(error) => prop_assert!(error.to_string().contains(&folder.0.display().to_string()), "{error}"),
        }
    }

    /// Any patterns: tensors are neither lost nor made, and two never have one name.
    #[test]
    fn any_renaming_keeps_all_tensors_or_is_refused(from in "[ab.w*?{}\\[\\]\\\\,-]{0,8}|\\*\\.w", to in "[ab.w*?{\\\\]{0,6}|m\\.\\*", skip in "[ab.w*]{1,4}") {
        let scratch = Scratch::of(&file(SOUND, 28))?;
        let checkpoint = Checkpoint::open(scratch.path())?;
        if let Ok(renamed) = checkpoint.clone().rename(&from, &to) {
            let mut names: Vec<_> = renamed.tensors().map(|tensor| tensor.name_in_file()).collect();
            names.sort_unstable();
            prop_assert_eq!(names, ["a.w", "b.w"]);
        }
        if let Ok(rest) = checkpoint.skip(&skip) {
            prop_assert_eq!(rest.tensors().len() + rest.skipped().len(), 2);
            prop_assert!(rest.skipped().len() > 0);
        }
    }
}
