//! A range of an object as bytes in their order: while some are looked at, the next are on their way.

use std::io::{self, Read};
use std::ops::Range;

use object_store::path::Path;
use object_store::{ObjectStoreExt, Result};
use tokio::task::JoinHandle;

use crate::store::bucket::Bucket;

/// Bytes of a request.
const PIECE: u64 = 8 << 20;

pub(crate) struct Download<'a> {
    bucket: &'a Bucket,
    path: Path,
    /// What is not asked for yet.
    left: Range<u64>,
    coming: Option<JoinHandle<Result<Vec<u8>>>>,
    here: io::Cursor<Vec<u8>>,
}

impl<'a> Download<'a> {
    pub(crate) fn new(bucket: &'a Bucket, path: Path, range: Range<u64>) -> Self {
        Self { bucket, path, left: range, coming: None, here: io::Cursor::default() }
    }

    /// Asks for the next piece, if there is one.
    fn ask(&mut self) -> Option<JoinHandle<Result<Vec<u8>>>> {
        let start = self.left.start;
        let end = self.left.end.min(start.saturating_add(PIECE));
        self.left.start = end.max(start);
        let (store, path) = (self.bucket.store.clone(), self.path.clone());
        (start < end).then(|| {
            self.bucket.runtime.spawn(async move { Ok(store.get_range(&path, start..end).await?.to_vec()) })
        })
    }
}

impl Read for Download<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.here.position() == self.here.get_ref().len() as u64 {
            let Some(coming) = self.coming.take().or_else(|| self.ask()) else { return Ok(0) };
            self.coming = self.ask();
            let here = self.bucket.wait(async { coming.await? })?;
            self.here = io::Cursor::new(here);
        }
        self.here.read(out)
    }
}
