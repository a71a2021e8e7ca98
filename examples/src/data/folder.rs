//! A folder of MNIST or Fashion-MNIST: finds, unpacks and pairs its four files.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::error::DataError;
use super::idx;
use super::images::Images;

/// Training and test images of `folder`.
///
/// # Errors
/// Whatever is missing or damaged, by file.
pub(super) fn read(folder: &Path) -> Result<(Images, Images), DataError> {
    if !folder.is_dir() {
        return Err(DataError::NoFolder(folder.to_owned()));
    }
    let train = pair(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")?;
    let test = pair(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")?;
    if train.size != test.size {
        let (train, test) = (train.size, test.size);
        return Err(DataError::Sizes { folder: folder.to_owned(), train, test });
    }
    Ok((train, test))
}

fn pair(folder: &Path, images: &'static str, labels: &'static str) -> Result<Images, DataError> {
    let image_file = find(folder, images)?;
    let label_file = find(folder, labels)?;
    let bitmaps = idx::images(&unpack(&image_file)?, &image_file)?;
    let labels = idx::labels(&unpack(&label_file)?, &label_file)?;
    if bitmaps.count != labels.len() {
        let (images, labels) = (bitmaps.count, labels.len());
        return Err(DataError::Counts { image_file, images, label_file, labels });
    }
    let pixels = bitmaps.pixels.into_iter().map(f32::from).collect();
    Ok(Images { pixels, labels, size: bitmaps.size })
}

/// The file under the name of the original download or one of its usual variants.
fn find(folder: &Path, wanted: &'static str) -> Result<PathBuf, DataError> {
    // Some unpackers turn the dash before `idx` into a dot.
    let dotted = wanted.replace("-idx", ".idx");
    [wanted.to_owned(), format!("{wanted}.gz"), dotted.clone(), format!("{dotted}.gz")]
        .into_iter()
        .map(|name| folder.join(name))
        .find(|file| file.is_file())
        .ok_or_else(|| DataError::Missing { folder: folder.to_owned(), wanted })
}

/// The bytes of `file`, unpacked if they are gzip whatever the file's name says.
fn unpack(file: &Path) -> Result<Vec<u8>, DataError> {
    let unreadable = |source| DataError::Unreadable { file: file.to_owned(), source };
    let within = |bytes: Vec<u8>| match bytes.len() as u64 > LARGEST {
        true => Err(DataError::TooLarge { file: file.to_owned(), most: LARGEST }),
        false => Ok(bytes),
    };
    let bytes = within(bounded(File::open(file).map_err(unreadable)?).map_err(unreadable)?)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    within(bounded(MultiGzDecoder::new(&bytes[..])).map_err(unreadable)?)
}

/// The largest file, unpacked: twice MNIST's training images. An archive of a thousandth of it may hold more.
const LARGEST: u64 = 100 << 20;

/// All bytes, or one more than the most that there may be.
fn bounded(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::scratch::Scratch;

    fn images(count: u32, size: u32) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            [0x0803, count, 1, size].iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend((0..count * size).map(|index| index as u8));
        bytes
    }

    fn labels(count: u32) -> Vec<u8> {
        let mut bytes: Vec<u8> = [0x0801, count].iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend((0..count).map(|index| (index % 10) as u8));
        bytes
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// A good folder that mixes the spellings.
    fn good(scratch: &Scratch) {
        scratch.write("train-images-idx3-ubyte", &images(4, 3));
        scratch.write("train-labels-idx1-ubyte.gz", &gzip(&labels(4)));
        scratch.write("t10k-images.idx3-ubyte", &images(2, 3));
        scratch.write("t10k-labels.idx1-ubyte.gz", &gzip(&labels(2)));
    }

    #[test]
    fn every_spelling_is_read() {
        let scratch = Scratch::new("spelling");
        good(&scratch);
        let (train, test) = read(scratch.path()).unwrap();
        assert_eq!((train.len(), test.len(), train.size), (4, 2, 3));
        assert_eq!(train.labels, [0, 1, 2, 3]);
    }

    #[test]
    fn a_missing_folder_or_file_is_named() {
        let scratch = Scratch::new("missing");
        let none = read(&scratch.path().join("none")).unwrap_err();
        assert!(matches!(none, DataError::NoFolder(_)), "{none}");
        let empty = read(scratch.path()).unwrap_err().to_string();
        assert!(empty.contains("train-images-idx3-ubyte"), "{empty}");
        assert!(empty.contains("--data"), "{empty}");
    }

    #[test]
    fn counts_and_sizes_must_agree() {
        let scratch = Scratch::new("counts");
        good(&scratch);
        scratch.write("train-labels-idx1-ubyte.gz", &gzip(&labels(5)));
        let counts = read(scratch.path()).unwrap_err();
        assert!(matches!(counts, DataError::Counts { images: 4, labels: 5, .. }), "{counts}");
        good(&scratch);
        scratch.write("t10k-images.idx3-ubyte", &images(2, 4));
        let sizes = read(scratch.path()).unwrap_err();
        assert!(matches!(sizes, DataError::Sizes { train: 3, test: 4, .. }), "{sizes}");
    }

    /// Of an archive that unpacks to ten times the most, no more than the most is unpacked.
    #[test]
    fn an_archive_that_holds_too_much_is_named() {
        let scratch = Scratch::new("bomb");
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        let zeros = vec![0; 1 << 20];
        (0..10 * (LARGEST >> 20)).for_each(|_| packer.write_all(&zeros).unwrap());
        scratch.write("bomb.gz", &packer.finish().unwrap());
        let error = unpack(&scratch.path().join("bomb.gz")).unwrap_err();
        assert!(matches!(error, DataError::TooLarge { most: LARGEST, .. }), "{error}");
        assert!(error.to_string().contains("bomb.gz"), "{error}");
    }

    #[test]
    fn a_cut_archive_is_named() {
        let scratch = Scratch::new("archive");
        good(&scratch);
        let packed = gzip(&labels(4));
        scratch.write("train-labels-idx1-ubyte.gz", &packed[..packed.len() - 9]);
        let error = read(scratch.path()).unwrap_err().to_string();
        assert!(error.contains("train-labels-idx1-ubyte.gz: cannot read it"), "{error}");
    }
}
