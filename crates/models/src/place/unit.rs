//! A file that is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use candle_init_checkpoint::{claimed, remove_unclaimed};
use tempfile::{Builder, NamedTempFile};

use crate::place::store::Writing;

/// What the name of a file that is being written ends with.
const UNFINISHED: &str = ".part";

/// Bytes between two flushes: small beside what systems keep back, large beside what a flush costs.
const FLUSH: usize = 64 << 20;

/// A file that is not visible under its name until it is complete and on the disk. What is written is flushed meanwhile, so
/// that little is left to wait for at the end.
pub(crate) struct Unit {
    file: NamedTempFile,
    folder: PathBuf,
    path: PathBuf,
    flusher: Option<Flusher>,
    unflushed: usize,
}

impl Unit {
    pub(crate) fn new(folder: &Path, name: &str) -> io::Result<Self> {
        let prefix = format!(".{name}.");
        let mut builder = Builder::new();
        builder.prefix(&prefix).suffix(UNFINISHED);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = claimed(|| builder.tempfile_in(folder), |file| (file.as_file(), file.path()))?;
        Ok(Self { file, folder: folder.into(), path: folder.join(name), flusher: None, unflushed: 0 })
    }

    fn flush_meanwhile(&mut self) -> io::Result<()> {
        self.unflushed = 0;
        let flusher = match self.flusher.take() {
            Some(flusher) => flusher,
            None => Flusher::new(self.file.as_file().try_clone()?),
        };
        // Where the flush before is not done, this is none; where it failed, that is told at the end.
        match flusher.due.try_send(()) {
            Ok(()) | Err(_) => {}
        }
        self.flusher = Some(flusher);
        Ok(())
    }
}

impl Write for Unit {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unflushed += written;
        if self.unflushed >= FLUSH {
            self.flush_meanwhile()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Writing for Unit {
    fn complete(mut self: Box<Self>) -> io::Result<()> {
        self.flusher.take().map_or(Ok(()), Flusher::end)?;
        self.file.as_file().sync_all()?;
        self.file.persist(&self.path).map_err(|error| error.error)?;
        // The name is on the disk only once the folder is.
        sync_folder(&self.folder)
    }
}

/// A thread that flushes a file when it is due. An error is told to one flush only, so it is kept.
struct Flusher {
    due: SyncSender<()>,
    thread: JoinHandle<io::Result<()>>,
}

impl Flusher {
    fn new(file: File) -> Self {
        let (due, to_flush) = sync_channel::<()>(1);
        Self { due, thread: thread::spawn(move || to_flush.iter().try_for_each(|()| file.sync_data())) }
    }

    fn end(self) -> io::Result<()> {
        drop(self.due);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the flushing thread ended")))
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what a writer left behind that was killed.
pub(crate) fn remove_leftovers(folder: &Path, is_ours: &dyn Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let of = name
            .strip_prefix('.')
            .and_then(|name| name.strip_suffix(UNFINISHED))
            .and_then(|name| name.rsplit_once('.'));
        if of.is_some_and(|(of, _)| is_ours(of)) {
            remove_unclaimed(&entry.path());
        }
    }
    Ok(())
}
