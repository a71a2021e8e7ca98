//! What tells a file of a checkpoint from another without reading all of it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Places of the data that are looked at, and the bytes of each.
const SAMPLES: u64 = 64;
const SAMPLE: u64 = 4096;

/// The size of a safetensors file, and SHA-256 of its header and of samples of its data. Two trainings of one model have the
/// same header and size, and hardly a value in common.
pub(crate) fn fingerprint(path: &Path) -> Result<(u64, String)> {
    sampled(path).map_err(|cause| Error::System { path: path.into(), what: "cannot be read", cause })
}

fn sampled(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut prefix = [0; 8];
    file.read_exact(&mut prefix)?;
    let header = u64::from_le_bytes(prefix).saturating_add(8).min(size);
    let mut hash = Sha256::new();
    for (start, length) in parts(header, size) {
        file.seek(SeekFrom::Start(start))?;
        hashed(&mut file, length, &mut hash)?;
    }
    Ok((size, HEXLOWER.encode(&hash.finalize())))
}

/// The header, and all of the data or, if that is long, samples of it: first and last bytes are among them.
fn parts(header: u64, size: u64) -> Vec<(u64, u64)> {
    let data = size - header;
    let mut parts = vec![(0, header)];
    match data.checked_sub(SAMPLES * SAMPLE) {
        Some(more) if more > 0 => {
            let place = |i: u64| u128::from(data - SAMPLE) * u128::from(i) / u128::from(SAMPLES - 1);
            parts.extend((0..SAMPLES).map(|i| (header + u64::try_from(place(i)).unwrap_or(0), SAMPLE)));
        }
        _ => parts.push((header, data)),
    }
    parts
}

/// Hashes what comes next in the file; one that ends before is an error.
fn hashed(file: &mut File, length: u64, hash: &mut Sha256) -> io::Result<()> {
    let (mut left, mut block) = (length, Vec::new());
    while left > 0 {
        block.clear();
        let read = file.take(left.min(1 << 20)).read_to_end(&mut block)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        hash.update(&block);
        left -= read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_ends_and_places_between_are_looked_at() {
        assert_eq!(parts(100, 100), [(0, 100), (100, 0)]);
        assert_eq!(parts(100, 100 + (1 << 18)), [(0, 100), (100, 1 << 18)]);
        let parts = parts(100, 1 << 40);
        assert_eq!((parts.len(), parts[1], parts[64]), (65, (100, 4096), ((1 << 40) - 4096, 4096)));
        assert!(parts.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
    }

    #[test]
    fn another_value_is_another_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let print = |last: u8| {
            std::fs::write(file.path(), [&[2, 0, 0, 0, 0, 0, 0, 0][..], b"{}", &[1, 2, last]].concat())
                .unwrap();
            fingerprint(file.path()).unwrap()
        };
        assert_eq!(print(3), print(3));
        assert_ne!(print(3), print(4));
    }
}
