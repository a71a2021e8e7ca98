//! What can be wrong with a data file, in words that name the file and the way out.

use std::io;
use std::path::PathBuf;

/// A data file or folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The folder lacks one of the four files.
    #[error(
        "{}: found no {wanted} (nor {}, with or without .gz); put the four MNIST or Fashion-MNIST \
         files there, or leave --data out to use the digits built in",
        folder.display(),
        wanted.replace("-idx", ".idx")
    )]
    Missing {
        /// The folder given.
        folder: PathBuf,
        /// The file that it lacks.
        wanted: &'static str,
    },
    /// The path is no folder at all.
    #[error(
        "{}: found no folder; give --data the folder that holds the four IDX files, or leave it \
         out to use the digits built in",
        .0.display()
    )]
    NoFolder(PathBuf),
    /// The file cannot be read or unpacked.
    #[error(
        "{}: cannot read it; check its permissions or download it again",
        file.display()
    )]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system or the decompressor said.
        source: io::Error,
    },
    /// The file is larger, or unpacks to more, than any file of MNIST.
    #[error(
        "{}: holds more than {most} bytes, which no file of MNIST or Fashion-MNIST does; give the files of either",
        file.display()
    )]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The most bytes, unpacked.
        most: u64,
    },
    /// The first four bytes are not those of the expected kind of IDX file.
    #[error(
        "{}: begins with 0x{found:08x}, an IDX file of {what} begins with 0x{required:08x}; check \
         that images and labels are not swapped, or download it again",
        file.display()
    )]
    Magic {
        /// The file.
        file: PathBuf,
        /// `images` or `labels`.
        what: &'static str,
        /// The number found.
        found: u32,
        /// The number required.
        required: u32,
    },
    /// The file's length is not what its header promises.
    #[error(
        "{}: holds {found} bytes, its header requires {required}; the file is damaged, download it \
         again",
        file.display()
    )]
    Length {
        /// The file.
        file: PathBuf,
        /// Bytes found, after unpacking.
        found: usize,
        /// Bytes required.
        required: u128,
    },
    /// The file is well formed but holds no images, or images of no pixels.
    #[error("{}: holds no images; give files with at least one", .0.display())]
    Empty(PathBuf),
    /// Images and labels do not pair up.
    #[error(
        "{} holds {images} images but {} holds {labels} labels, one label an image is required; \
         take both files from the same download",
        image_file.display(),
        label_file.display()
    )]
    Counts {
        /// The file of images.
        image_file: PathBuf,
        /// How many it holds.
        images: usize,
        /// The file of labels.
        label_file: PathBuf,
        /// How many it holds.
        labels: usize,
    },
    /// A label that is no digit.
    #[error(
        "{}: label number {index} is {found}, 0 to 9 is required; use a data set of ten classes",
        file.display()
    )]
    Label {
        /// The file of labels.
        file: PathBuf,
        /// Which label, from 0.
        index: usize,
        /// Its value.
        found: u8,
    },
    /// Training and test images differ in size.
    #[error(
        "{}: training images have {train} pixels but test images {test}, equal sizes are required; \
         take all four files from the same download",
        folder.display()
    )]
    Sizes {
        /// The folder.
        folder: PathBuf,
        /// Pixels of a training image.
        train: usize,
        /// Pixels of a test image.
        test: usize,
    },
    /// Every training pixel has the same value, so nothing can be learnt or scaled.
    #[error(
        "{0}: every training pixel is {1}, pixels that differ are required; the files are blank, \
         download them again"
    )]
    Blank(String, f32),
    /// A line of the digits file is not 64 pixels and a digit.
    #[error(
        "digits.csv.gz, line {line}: {why}, 64 pixels (0 to 16) and a digit (0 to 9) are required; \
         restore examples/data/digits.csv.gz"
    )]
    Digits {
        /// The line, from 1.
        line: usize,
        /// What was found.
        why: String,
    },
}
