//! The IDX format of MNIST: a big-endian header, then one byte a pixel or label.

use std::path::Path;

use super::error::DataError;

const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;

/// The contents of an IDX file of images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bitmaps {
    /// One byte a pixel, image after image.
    pub(super) pixels: Vec<u8>,
    /// How many images there are.
    pub(super) count: usize,
    /// Pixels of one image.
    pub(super) size: usize,
}

/// Reads the images in `bytes`; `file` only names them in errors.
///
/// # Errors
/// A wrong magic number, a length other than the header's, or no images.
pub(super) fn images(bytes: &[u8], file: &Path) -> Result<Bitmaps, DataError> {
    let [count, rows, columns] = header(bytes, file, "images", IMAGES)?;
    let pixels = body(bytes, file, 16, [count, rows, columns])?.to_vec();
    if pixels.is_empty() {
        return Err(DataError::Empty(file.to_owned()));
    }
    Ok(Bitmaps { size: pixels.len() / count as usize, count: count as usize, pixels })
}

/// Reads the labels in `bytes`; `file` only names them in errors.
///
/// # Errors
/// A wrong magic number, a length other than the header's, or a label above 9.
pub(super) fn labels(bytes: &[u8], file: &Path) -> Result<Vec<u8>, DataError> {
    let [count] = header(bytes, file, "labels", LABELS)?;
    let labels = body(bytes, file, 8, [count, 1, 1])?;
    match labels.iter().position(|&label| label > 9) {
        Some(index) => Err(DataError::Label { file: file.to_owned(), index, found: labels[index] }),
        None => Ok(labels.to_vec()),
    }
}

/// The `N` sizes that follow the magic number.
fn header<const N: usize>(
    bytes: &[u8],
    file: &Path,
    what: &'static str,
    required: u32,
) -> Result<[u32; N], DataError> {
    let word = |index: usize| {
        let word = bytes.get(4 * index..)?.first_chunk()?;
        Some(u32::from_be_bytes(*word))
    };
    let short =
        || DataError::Length { file: file.to_owned(), found: bytes.len(), required: 4 * (N as u128 + 1) };
    let found = word(0).ok_or_else(short)?;
    if found != required {
        return Err(DataError::Magic { file: file.to_owned(), what, found, required });
    }
    let mut sizes = [0; N];
    for (index, size) in sizes.iter_mut().enumerate() {
        *size = word(index + 1).ok_or_else(short)?;
    }
    Ok(sizes)
}

/// What follows a header of `start` bytes, if it is as long as the sizes say.
fn body<'a>(
    bytes: &'a [u8],
    file: &Path,
    start: usize,
    [count, rows, columns]: [u32; 3],
) -> Result<&'a [u8], DataError> {
    // Three 32-bit sizes fit a u128, so a hostile header cannot overflow.
    let required = start as u128 + u128::from(count) * u128::from(rows) * u128::from(columns);
    let found = bytes.len();
    if found as u128 != required {
        return Err(DataError::Length { file: file.to_owned(), found, required });
    }
    Ok(&bytes[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> &'static Path {
        Path::new("some-file")
    }

    fn idx(words: &[u32], body: &[u8]) -> Vec<u8> {
        let header = words.iter().flat_map(|word| word.to_be_bytes());
        header.chain(body.iter().copied()).collect()
    }

    #[test]
    fn good_files_are_read() {
        let read = images(&idx(&[IMAGES, 2, 1, 3], &[1, 2, 3, 4, 5, 6]), file()).unwrap();
        assert_eq!((read.count, read.size), (2, 3));
        assert_eq!(read.pixels, [1, 2, 3, 4, 5, 6]);
        assert_eq!(labels(&idx(&[LABELS, 2], &[0, 9]), file()).unwrap(), [0, 9]);
    }

    #[test]
    fn a_wrong_magic_number_is_named() {
        let error = images(&idx(&[LABELS, 1], &[0]), file()).unwrap_err().to_string();
        assert!(error.contains("some-file: begins with 0x00000801"), "{error}");
        assert!(error.contains("0x00000803"), "{error}");
    }

    #[test]
    fn every_cut_of_a_file_is_an_error() {
        let whole = idx(&[IMAGES, 2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        for cut in 0..whole.len() {
            let error = images(&whole[..cut], file()).unwrap_err();
            assert!(matches!(error, DataError::Length { found, .. } if found == cut));
        }
    }

    #[test]
    fn extra_bytes_and_huge_headers_are_errors() {
        let extra = labels(&idx(&[LABELS, 1], &[0, 0]), file()).unwrap_err();
        assert!(matches!(extra, DataError::Length { found: 10, required: 9, .. }));
        let huge = images(&idx(&[IMAGES, u32::MAX, u32::MAX, u32::MAX], &[]), file());
        assert!(matches!(huge, Err(DataError::Length { .. })));
    }

    #[test]
    fn no_images_is_an_error() {
        for sizes in [[0, 28, 28], [2, 0, 28]] {
            let words = [&[IMAGES], &sizes[..]].concat();
            assert!(matches!(images(&idx(&words, &[]), file()), Err(DataError::Empty(_))));
        }
    }

    #[test]
    fn labels_above_nine_are_named() {
        let error = labels(&idx(&[LABELS, 3], &[1, 10, 2]), file()).unwrap_err();
        assert!(matches!(error, DataError::Label { index: 1, found: 10, .. }));
    }
}
