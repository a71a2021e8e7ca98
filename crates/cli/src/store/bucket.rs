//! A prefix of a bucket as a place for a model's files.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use candle_init_models::{Found, Store, Writing};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions,
};
use tokio::runtime::{Builder, Runtime};

use crate::address::{Address, Scheme};
use crate::store::download::Download;
use crate::store::refusal::refusal;
use crate::store::upload::{Upload, part_size};

/// Under what an object has the digest of its manifest: letters alone, which all three stores take.
const DIGEST: &str = "candleinitdigest";

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

    fn find(&self, name: &str) -> io::Result<Option<Found>> {
        let asked = GetOptions { head: true, ..GetOptions::default() };
        match self.wait(self.store.get_opts(&self.at(name), asked)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            found => found.map(|found| {
                let digest = found.attributes.get(&Attribute::Metadata(DIGEST.into()));
                Some(Found { size: found.meta.size, digest: digest.map(|digest| digest.as_ref().into()) })
            }),
        }
    }

    fn read<'a>(&'a self, name: &str, range: Range<u64>) -> io::Result<Box<dyn Read + 'a>> {
        Ok(Box::new(Download::new(self, self.at(name), range)))
    }

    fn write<'a>(&'a self, name: &str, size: u64, digest: &str) -> io::Result<Box<dyn Writing + 'a>> {
        let part = part_size(size)?;
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::Metadata(DIGEST.into()), digest.to_string().into());
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let path = self.at(name);
        let begun = self.wait(self.store.put_multipart_opts(&path, options))?;
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
