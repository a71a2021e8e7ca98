//! A prefix of a bucket as a place for a model's files.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use candle_init_models::{Store, Writing};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions};
use tokio::runtime::{Builder, Runtime};

use crate::address::{Address, Scheme};
use crate::store::download::Download;
use crate::store::refusal::refusal;
use crate::store::upload::{Upload, part_size};

pub(crate) struct Bucket {
    pub(crate) store: Arc<dyn ObjectStore>,
    pub(crate) runtime: Runtime,
    pub(crate) scheme: Scheme,
    name: String,
    prefix: Path,
}

/// Of a store itself nothing is shown, since it has credentials.
impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Bucket {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, address: &Address) -> io::Result<Self> {
        let prefix = Path::parse(&address.prefix).map_err(|error| io::Error::other(error.to_string()))?;
        // One thread sends while others draw.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        Ok(Self { store, runtime, scheme: address.scheme, name: address.to_string(), prefix })
    }

    fn at(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    pub(crate) fn wait<T>(&self, asked: impl Future<Output = object_store::Result<T>>) -> io::Result<T> {
        self.runtime.block_on(asked).map_err(|error| refusal(&error, self.scheme))
    }
}

impl Store for Bucket {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let listed = self.wait(self.store.list_with_delimiter(Some(&self.prefix)))?;
        Ok(listed.objects.iter().filter_map(|object| object.location.filename()).map(String::from).collect())
    }

    fn size(&self, name: &str) -> io::Result<Option<u64>> {
        match self.wait(self.store.head(&self.at(name))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => found.map(|found| Some(found.size)),
        }
    }

    fn read<'a>(&'a self, name: &str, range: Range<u64>) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(Download::new(self, self.at(name), range)))
    }

    fn write<'a>(&'a self, name: &str, size: u64) -> io::Result<Box<dyn Writing + 'a>> {
        let part = part_size(size)?;
        let begun = self.wait(self.store.put_multipart(&self.at(name)))?;
        Ok(Box::new(Upload::new(self, begun, part)))
    }

    fn put(&self, name: &str, bytes: &[u8], replace: bool) -> io::Result<()> {
        let mode = if replace { PutMode::Overwrite } else { PutMode::Create };
        let options = PutOptions { mode, ..PutOptions::default() };
        self.wait(self.store.put_opts(&self.at(name), bytes.to_vec().into(), options)).map(drop)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.wait(self.store.delete(&self.at(name)))
    }
}
