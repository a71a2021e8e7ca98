//! A folder of a file system.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::place::store::{Store, Writing};
use crate::place::unit::{Unit, remove_leftovers};

#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.into() }
    }
}

impl Store for Folder {
    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.path)
    }

    fn remove_leftovers(&self, is_ours: &dyn Fn(&str) -> bool) -> io::Result<()> {
        remove_leftovers(&self.path, is_ours)
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let entries = fs::read_dir(&self.path)?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn size(&self, name: &str) -> io::Result<Option<u64>> {
        match fs::metadata(self.path.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // A folder of this name has no bytes of ours.
            found => found.map(|found| Some(if found.is_file() { found.len() } else { 0 })),
        }
    }

    fn read<'a>(&'a self, name: &str, range: Range<u64>) -> io::Result<Box<dyn Read + 'a>> {
        let mut file = File::open(self.path.join(name))?;
        file.seek(SeekFrom::Start(range.start))?;
        Ok(Box::new(file.take(range.end.saturating_sub(range.start))))
    }

    fn write<'a>(&'a self, name: &str, _: u64) -> io::Result<Box<dyn Writing + 'a>> {
        Ok(Box::new(Unit::new(&self.path, name)?))
    }

    /// Whoever shares a folder shares the plan; so `replace` is not asked for.
    fn put(&self, name: &str, bytes: &[u8], _: bool) -> io::Result<()> {
        let mut unit = Unit::new(&self.path, name)?;
        unit.write_all(bytes)?;
        Box::new(unit).complete()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }
}
