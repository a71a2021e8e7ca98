//! What a file is that is no safetensors file, by its first bytes.

use std::fmt;

/// What a file is that was given in place of a `.safetensors` file. [`fmt::Display`] says it in words.
///
/// ```
/// use candle_init_checkpoint::{Checkpoint, Error, Kind};
/// let file = std::env::temp_dir().join("candle-init-checkpoint-kind.safetensors");
/// std::fs::write(&file, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 440473133\n")?;
/// let error = Checkpoint::open(&file).unwrap_err();
/// assert!(matches!(error, Error::Foreign { kind: Kind::GitLfs, .. }));
/// assert!(error.to_string().contains("`git lfs pull`"));
/// # std::fs::remove_file(file)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing is in it.
    Empty,
    /// A pipe, a device or a socket.
    Special,
    /// What git has where git-lfs did not run.
    GitLfs,
    /// A page of a browser, or an answer in XML.
    Html,
    /// PyTorch's `.bin`, `.pt` or `.pth` since version 1.6.
    Torch,
    /// A pickle, such as PyTorch's files before version 1.6.
    Pickle,
    /// Arrays of NumPy in a zip archive.
    Npz,
    /// One array of NumPy.
    Npy,
    /// Any other zip archive.
    Zip,
    /// What llama.cpp reads.
    Gguf,
    /// HDF5, such as the files of Keras.
    Hdf5,
    /// Compressed by gzip.
    Gzip,
    /// JSON, such as a `config.json`.
    Json,
    /// Any other text, such as a server's message.
    Text,
}

impl Kind {
    /// The kind whose mark these first bytes of a file bear, if they bear one. Bytes that may well start a safetensors
    /// file bear none.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        if let [_, _, _, _, 0, 0, 0, 0, b'{', ..] = head {
            return None;
        }
        let marked = MARKS.iter().find(|(mark, _)| head.starts_with(mark)).map(|&(_, kind)| kind);
        match marked {
            Some(Self::Zip) => Some(zip(head)),
            Some(kind) => Some(kind),
            None if pickle(head) => Some(Self::Pickle),
            None => text(head),
        }
    }

    /// What to do with such a file.
    pub(crate) fn way_out(self) -> &'static str {
        match self {
            Self::Empty | Self::Html | Self::Text => {
                "download it again, and look at the status that the server gives"
            }
            Self::Special => "write it to a file first",
            Self::GitLfs => "run `git lfs pull` in its folder",
            Self::Torch | Self::Pickle => {
                "load it in Python with `torch.load(path, weights_only=True)` and save it with \
                 `safetensors.torch.save_model` or `save_file`"
            }
            Self::Npz | Self::Npy => {
                "load it in Python with `numpy.load` and save it with `safetensors.numpy.save_file`"
            }
            Self::Zip | Self::Gzip => "unpack it, and give what is in it",
            Self::Gguf => "take the model's files from before it was quantized",
            Self::Hdf5 => {
                "load it in Python with `h5py` and save its arrays with `safetensors.numpy.save_file`"
            }
            Self::Json => {
                "give the file with the weights, its `.safetensors.index.json` or the folder of both"
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::Special => "is a pipe or a device",
            Self::GitLfs => "is a pointer of git-lfs, which stands for a file that was not fetched",
            Self::Html => "is a page in HTML or XML",
            Self::Torch => "is a PyTorch file (a zip archive with a pickle in it)",
            Self::Pickle => "is a pickle, as old PyTorch files are",
            Self::Npz => "is an archive of NumPy arrays (NPZ)",
            Self::Npy => "is a NumPy array (NPY)",
            Self::Zip => "is a zip archive",
            Self::Gguf => "is a GGUF file",
            Self::Hdf5 => "is an HDF5 file",
            Self::Gzip => "is compressed by gzip",
            Self::Json => "is JSON",
            Self::Text => "is text",
        })
    }
}

/// What files of a kind start with.
const MARKS: [(&[u8], Kind); 8] = [
    (b"version https://git-lfs", Kind::GitLfs),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"\x93NUMPY", Kind::Npy),
    (b"GGUF", Kind::Gguf),
    (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
    (b"\x1f\x8b\x08", Kind::Gzip),
    (b"PK\x07\x08", Kind::Zip),
];

/// Whose archive it is, by the name of its first file.
fn zip(head: &[u8]) -> Kind {
    let length =
        head.get(26..28).map_or(0, |bytes| bytes.iter().rev().fold(0, |all, &byte| all << 8 | byte as usize));
    match head.get(30..).and_then(|rest| rest.get(..length)) {
        Some(name) if name.ends_with(b".npy") => Kind::Npz,
        Some(name) if name.ends_with(b".pkl") => Kind::Torch,
        _ => Kind::Zip,
    }
}

/// Whether it is a pickle of protocol 2 or later: its mark, the protocol, and an operation that begins a value.
fn pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, b'(' | b')' | b']' | b'}' | b'c' | b'K' | b'X' | 0x8a | 0x8c | 0x95, ..])
}

/// Which text it is, if it begins with eight letters: no length of a header can look like that.
fn text(head: &[u8]) -> Option<Kind> {
    let shown = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n' | 0x80..);
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let letters = head.get(..head.len().min(64)).filter(|letters| letters.iter().all(shown))?;
    let begin = letters.trim_ascii_start();
    match begin {
        [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] => Some(Kind::Html),
        [b'{', b'"' | b'}' | b' ' | b'\t' | b'\r' | b'\n', ..] => Some(Kind::Json),
        [b'[', b'"' | b'{' | b'[' | b']' | b' ' | b'\r' | b'\n' | b'0'..=b'9', ..] => Some(Kind::Json),
        _ if letters.len() >= 8 && letters.is_ascii() => Some(Kind::Text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_by_its_first_bytes() {
        let archive = |name: &str| {
            let length = (name.len() as u16).to_le_bytes();
            [b"PK\x03\x04".as_slice(), &[0; 22], &length, &[0, 0], name.as_bytes()].concat()
        };
        let long = [&archive(&("a/".repeat(200) + "data.pkl"))[..], b"more of the archive"].concat();
        assert_eq!(zip(&long), Kind::Torch);
        let cases: [(&[u8], Kind); 19] = [
            (b"version https://git-lfs.github.com/spec/v1\n", Kind::GitLfs),
            (b"<!DOCTYPE html><html>", Kind::Html),
            (b"\xef\xbb\xbf\r\n <html>", Kind::Html),
            (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>", Kind::Html),
            (&archive("archive/data.pkl"), Kind::Torch),
            (&archive("w.npy"), Kind::Npz),
            (&archive("weights.txt"), Kind::Zip),
            (b"PK\x05\x06", Kind::Zip),
            (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Kind::Pickle),
            (b"\x80\x04\x95\x10\0\0\0\0\0\0\0", Kind::Pickle),
            (b"GGUF\x03\0\0\0\x23\x01\0\0", Kind::Gguf),
            (b"\x89HDF\r\n\x1a\n", Kind::Hdf5),
            (b"\x1f\x8b\x08\0", Kind::Gzip),
            (b"\x93NUMPY\x01\0", Kind::Npy),
            (b"{\n  \"architectures\": [", Kind::Json),
            (b"{}", Kind::Json),
            (b"[{\"a\": 1}]", Kind::Json),
            (b"Entry not found", Kind::Text),
            (b"Invalid username or password.", Kind::Text),
        ];
        for (head, kind) in cases {
            assert_eq!(Kind::of(head), Some(kind), "{head:?}");
        }
    }

    #[test]
    fn what_may_start_a_safetensors_file_bears_no_mark() {
        // Lengths of headers that have a mark in their low bytes.
        for mark in [*b"PK\x03\x04", [0x80, 2, b'}', 0], [0x1f, 0x8b, 8, 0], *b"{\"a\0"] {
            let head = [&mark[..], &[0; 4], b"{\"a\":{}}"].concat();
            assert_eq!(Kind::of(&head), None, "{head:?}");
        }
        assert_eq!(Kind::of(&[0xff; 64]), None);
        assert_eq!(Kind::of(&[1, 2, 3]), None);
    }
}
