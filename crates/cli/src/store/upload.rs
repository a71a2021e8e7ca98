//! A file on its way into a store, part by part.

use std::io::{self, Write};

use candle_init_models::Writing;
use object_store::{MultipartUpload, WriteMultipart};

use crate::store::bucket::Bucket;

const MIB: u64 = 1 << 20;
/// Bytes of a part, unless there would be too many: above what stores ask for, 5 MiB.
const PART: u64 = 8 * MIB;
/// The most parts that S3 and R2 take; all but the last have one size.
const MOST_PARTS: u64 = 10_000;
/// Parts on their way at once: with them memory is bounded.
const AT_ONCE: usize = 4;

/// Bytes of each part of a file of so many.
pub(crate) fn part_size(file: u64) -> io::Result<usize> {
    let size = file.div_ceil(MOST_PARTS).div_ceil(MIB).saturating_mul(MIB).max(PART);
    usize::try_from(size).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

pub(crate) struct Upload<'a> {
    bucket: &'a Bucket,
    /// `None` once it has come to an end.
    parts: Option<WriteMultipart>,
}

impl<'a> Upload<'a> {
    pub(crate) fn new(bucket: &'a Bucket, begun: Box<dyn MultipartUpload>, part: usize) -> Self {
        Self { bucket, parts: Some(WriteMultipart::new_with_chunk_size(begun, part)) }
    }
}

fn ended() -> io::Error {
    io::Error::other("the upload has ended")
}

impl Write for Upload<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let parts = self.parts.as_mut().ok_or_else(ended)?;
        self.bucket.wait(parts.wait_for_capacity(AT_ONCE))?;
        // Parts are sent by tasks, which are begun here.
        let _runtime = self.bucket.runtime.enter();
        parts.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writing for Upload<'_> {
    fn complete(mut self: Box<Self>) -> io::Result<()> {
        let parts = self.parts.take().ok_or_else(ended)?;
        // What cannot be completed is aborted by it.
        self.bucket.wait(parts.finish()).map(drop)
    }
}

impl Drop for Upload<'_> {
    fn drop(&mut self) {
        if let Some(parts) = self.parts.take() {
            // What went wrong is on its way to the user already. What stays then is not visible, and ends by the bucket's rules.
            drop(self.bucket.wait(parts.abort()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_never_too_many_parts() {
        for file in [0, 1, PART, 5_000_000_000, 10_000 * PART, 10_000 * PART + 1, 5 << 40] {
            let part = part_size(file).unwrap() as u64;
            assert!(file.div_ceil(part) <= MOST_PARTS && part >= PART, "{file}: {part}");
        }
        assert_eq!(part_size(5_000_000_000).unwrap() as u64, PART);
        assert!(part_size(10_000 * PART + 1).unwrap() as u64 > PART);
    }
}
