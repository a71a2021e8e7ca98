//! A folder or a store, with errors that name the file.

use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::place::folder::Folder;
use crate::place::store::{Store, Writing};

/// Where the files of a model lie: a folder, by its path, or a [`Store`].
///
/// ```
/// use candle_init_models::Place;
/// assert_eq!(Place::from("out/model").name(), "out/model");
/// ```
#[derive(Debug)]
pub struct Place(Box<dyn Store>);

impl<P: AsRef<Path>> From<P> for Place {
    fn from(folder: P) -> Self {
        Self(Box::new(Folder::new(folder.as_ref())))
    }
}

impl Place {
    /// What is no folder.
    #[must_use]
    pub fn new(store: impl Store + 'static) -> Self {
        Self(Box::new(store))
    }

    /// How users call it.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// The text of a small file.
    ///
    /// # Errors
    /// [`Error::System`], also where it is not there.
    pub fn text(&self, name: &str) -> Result<String> {
        let absent = || self.cannot(name, "cannot be read")(io::ErrorKind::NotFound.into());
        let bytes = self.bytes(name)?.ok_or_else(absent)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// As errors name it.
    pub(crate) fn path(&self) -> PathBuf {
        self.name().into()
    }

    /// A file of it as errors name it, with `/` on every system where it is no folder.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        match self.name() {
            store if store.contains("://") => format!("{}/{name}", store.trim_end_matches('/')).into(),
            folder => Path::new(&folder).join(name),
        }
    }

    /// What cannot be done to a file of it.
    pub(crate) fn cannot(&self, name: &str, what: &'static str) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.path_of(name);
        move |cause| Error::System { path: path.clone(), what, cause }
    }

    fn whole(&self, what: &'static str) -> impl Fn(io::Error) -> Error + use<> {
        let path = self.path();
        move |cause| Error::System { path: path.clone(), what, cause }
    }

    pub(crate) fn prepare(&self) -> Result<()> {
        self.0.prepare().map_err(self.whole("cannot be made"))
    }

    pub(crate) fn remove_leftovers(&self, is_ours: &dyn Fn(&str) -> bool) -> Result<()> {
        self.0.remove_leftovers(is_ours).map_err(self.whole("cannot be listed"))
    }

    pub(crate) fn names(&self) -> Result<Vec<String>> {
        self.0.names().map_err(self.whole("cannot be listed"))
    }

    pub(crate) fn size(&self, name: &str) -> Result<Option<u64>> {
        self.0.size(name).map_err(self.cannot(name, "cannot be read"))
    }

    pub(crate) fn read(&self, name: &str, range: Range<u64>) -> Result<Box<dyn Read + '_>> {
        self.0.read(name, range).map_err(self.cannot(name, "cannot be read"))
    }

    /// A small file, if it is there.
    pub(crate) fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let Some(size) = self.size(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = self.read(name, 0..size)?.read_to_end(&mut bytes);
        read.map_err(self.cannot(name, "cannot be read"))?;
        Ok(Some(bytes))
    }

    pub(crate) fn write(&self, name: &str, size: u64) -> Result<Box<dyn Writing + '_>> {
        self.0.write(name, size).map_err(self.cannot(name, "cannot be made"))
    }

    /// Writes a small file, if it is not there already: what is the same stays, with its date.
    pub(crate) fn put(&self, name: &str, bytes: &[u8], replace: bool) -> Result<()> {
        let is_same = || -> Result<bool> { Ok(self.bytes(name)?.as_deref() == Some(bytes)) };
        if is_same()? {
            return Ok(());
        }
        match self.0.put(name, bytes, replace) {
            // Another finisher may have been faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_same()? => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(Error::Foreign {
                folder: self.path(),
                what: format!("`{name}` is there, and says something else"),
                way_out: "give an empty folder, or say that it is to be replaced (`--force`)",
            }),
            put => put.map_err(self.cannot(name, "cannot be written")),
        }
    }

    pub(crate) fn remove(&self, name: &str) -> Result<()> {
        match self.0.remove(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(self.cannot(name, "cannot be removed")),
        }
    }
}
