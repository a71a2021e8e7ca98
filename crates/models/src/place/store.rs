//! What has files by name, as a folder has.

use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::ops::Range;

/// What has files by name, as a folder has: to be given to [`Place::new`](crate::Place::new). An object store is one in the
/// command line. Names have no folders in them.
///
/// Errors are those of the system: [`io::ErrorKind::NotFound`], [`io::ErrorKind::AlreadyExists`] and
/// [`io::ErrorKind::Unsupported`] mean what they say, the text of others is shown to the user.
pub trait Store: Debug + Send + Sync {
    /// How users call it: `out`, `s3://bucket/out`.
    fn name(&self) -> String;

    /// Makes ready for files to be written, such as a folder that is not there.
    ///
    /// # Errors
    /// What the system says.
    fn prepare(&self) -> io::Result<()> {
        Ok(())
    }

    /// Removes what killed writers left behind of these files, where they leave what others see.
    ///
    /// # Errors
    /// What the system says.
    fn remove_leftovers(&self, is_ours: &dyn Fn(&str) -> bool) -> io::Result<()> {
        let _ = is_ours;
        Ok(())
    }

    /// The names of all files.
    ///
    /// # Errors
    /// What the system says.
    fn names(&self) -> io::Result<Vec<String>>;

    /// The bytes of what is there under a name, if anything is.
    ///
    /// # Errors
    /// What the system says.
    fn size(&self, name: &str) -> io::Result<Option<u64>>;

    /// Reads bytes of a file in their order.
    ///
    /// # Errors
    /// What the system says.
    fn read<'a>(&'a self, name: &str, range: Range<u64>) -> io::Result<Box<dyn Read + 'a>>;

    /// Begins a file of so many bytes, which is not visible before it is [complete](Writing::complete), and then takes the
    /// place of what has its name.
    ///
    /// # Errors
    /// What the system says.
    fn write<'a>(&'a self, name: &str, size: u64) -> io::Result<Box<dyn Writing + 'a>>;

    /// Writes a small file whole or not at all. A store whose files others write too does not replace what is there without
    /// `replace`.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`]; [`io::ErrorKind::Unsupported`] where the store cannot tell; what the system says.
    fn put(&self, name: &str, bytes: &[u8], replace: bool) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// A file that is being written. One that is dropped before it is complete leaves nothing.
pub trait Writing: Write + Send {
    /// Makes it visible under its name, once all of it is kept.
    ///
    /// # Errors
    /// What the system says; then nothing new is visible.
    fn complete(self: Box<Self>) -> io::Result<()>;
}
