//! The handwritten digits that ship with the examples: 1,797 images of 8 x 8 pixels.

use std::io::Read;

use flate2::read::GzDecoder;

use super::error::DataError;
use super::images::Images;

/// The data file; its source and licence stand beside it in `data/README.md`.
const PACKED: &[u8] = include_bytes!("../../data/digits.csv.gz");
const PIXELS: usize = 64;

/// All digits, in the file's order.
///
/// # Errors
/// If the embedded file is damaged.
pub(super) fn read() -> Result<Images, DataError> {
    parse(GzDecoder::new(PACKED))
}

/// The digits of a text with 64 pixels and a label a line.
///
/// # Errors
/// The line that is another.
pub fn parse(text: impl Read) -> Result<Images, DataError> {
    let mut images = Images { size: PIXELS, ..Images::default() };
    let mut lines = csv::ReaderBuilder::new().has_headers(false).from_reader(text);
    for (index, row) in lines.deserialize::<Vec<u8>>().enumerate() {
        let wrong = |why: String| DataError::Digits { line: index + 1, why };
        let row = row.map_err(|source| wrong(source.to_string()))?;
        let label = check(&row).map_err(wrong)?;
        images.pixels.extend(row[..PIXELS].iter().map(|&pixel| f32::from(pixel)));
        images.labels.push(label);
    }
    Ok(images)
}

/// The label of a row, if the row is well formed.
fn check(row: &[u8]) -> Result<u8, String> {
    match row {
        [pixels @ .., label] if pixels.len() == PIXELS => {
            if let Some(pixel) = pixels.iter().find(|&&pixel| pixel > 16) {
                return Err(format!("found pixel {pixel}"));
            }
            if *label > 9 {
                return Err(format!("found label {label}"));
            }
            Ok(*label)
        }
        _ => Err(format!("found {} values", row.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_whole() {
        let images = read().unwrap();
        assert_eq!(images.len(), 1797);
        assert_eq!(images.pixels.len(), 1797 * PIXELS);
        assert!((0..10).all(|digit| images.labels.contains(&digit)));
    }

    fn message(row: &str) -> String {
        parse(row.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn damaged_rows_are_named() {
        let pixels = "0,".repeat(PIXELS);
        assert!(parse(format!("{pixels}9").as_bytes()).is_ok());
        assert!(message("1,2,3").contains("line 1: found 3 values"));
        assert!(message(&format!("{pixels}10")).contains("found label 10"));
        assert!(message(&format!("17,{}1", "0,".repeat(63))).contains("found pixel 17"));
        assert!(message(&format!("{pixels}x")).contains("line 1"));
    }
}
