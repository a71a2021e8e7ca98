//! Models in a store in memory, against those in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::future::ready;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use candle_init::Initializer;
use candle_init_models::{
    Difference, Dtype, Error, Limit, Manifest, Part, Place, Plan, Store, Tensor, Writing,
};
use candle_init_models::{finish, make, verify};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, PutResult, UploadPart};

use crate::address::{Address, Scheme};
use crate::store::bucket::Bucket;
use crate::store::upload::Upload;

/// A model of 20 MB in so many files: of one, three parts.
fn manifest(seed: u64, files: usize) -> Manifest {
    let name = |layer: usize| format!("layers.{layer}.weight");
    let tensor = |layer| Tensor { name: name(layer), dtype: Dtype::F32, shape: vec![1000, 1000] };
    let plan = Plan::new((0..5).map(tensor).collect()).limit(Limit::Files(files));
    plan.manifest(&Initializer::new(seed).rule("*", "normal")).unwrap()
}

fn bucket(store: &Arc<InMemory>) -> Bucket {
    let address = Address { scheme: Scheme::Amazon, bucket: "b".into(), prefix: "models/m".into() };
    Bucket::new(store.clone(), &address).unwrap()
}

fn place(store: &Arc<InMemory>) -> Place {
    Place::new(bucket(store))
}

fn put(store: &Arc<InMemory>, name: &str, bytes: &[u8]) {
    let bucket = bucket(store);
    bucket.wait(store.put(&Path::from(format!("models/m/{name}")), bytes.to_vec().into())).unwrap();
}

fn object(store: &Arc<InMemory>, name: &str) -> Vec<u8> {
    let bucket = bucket(store);
    let path = Path::from(format!("models/m/{name}"));
    bucket.wait(async { store.get(&path).await?.bytes().await }).unwrap().to_vec()
}

fn objects(store: &Arc<InMemory>) -> BTreeMap<String, Vec<u8>> {
    let names = bucket(store).names().unwrap();
    names.into_iter().map(|name| (name.clone(), object(store, &name))).collect()
}

fn files(manifest: &Manifest) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    make(manifest, folder.path(), Part::WHOLE, false, &|_| {}).unwrap();
    let entries = fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn a_store_has_the_bytes_of_a_folder_whole_and_in_parts() {
    for count in [1, 3] {
        let (manifest, whole, parts) = (manifest(1, count), Arc::default(), Arc::default());
        let made = make(&manifest, place(&whole), Part::WHOLE, false, &|_| {}).unwrap();
        assert!(made.finished && made.written.len() == count);
        for rank in [1, 0] {
            make(&manifest, place(&parts), Part::new(rank, 2).unwrap(), false, &|_| {}).unwrap();
        }
        assert!(objects(&parts).keys().all(|name| name.ends_with(".safetensors")));
        finish(&manifest, place(&parts), false).unwrap();
        let expected = files(&manifest);
        assert!(objects(&whole) == expected && objects(&parts) == expected, "{count}");
        assert!(verify(None, place(&whole), &|_| {}).unwrap().differences.is_empty());
    }
}

#[test]
fn what_is_there_is_kept_and_what_is_not_is_named() {
    let (manifest, store) = (manifest(1, 3), Arc::default());
    make(&manifest, place(&store), Part::new(1, 3).unwrap(), false, &|_| {}).unwrap();
    let error = finish(&manifest, place(&store), false).unwrap_err();
    assert!(matches!(&error, Error::Incomplete { missing, of: 3, .. } if missing.len() == 2), "{error}");
    assert!(error.to_string().starts_with("s3://b/models/m: 2 of 3"), "{error}");
    let made = make(&manifest, place(&store), Part::WHOLE, false, &|_| {}).unwrap();
    assert_eq!((made.written.len(), made.kept), (2, vec!["model-00002-of-00003.safetensors".to_string()]));
}

/// Of another seed the size is the same: the header has a digest.
#[test]
fn a_file_of_another_seed_is_not_taken_for_ours() {
    let store = Arc::default();
    make(&manifest(1, 3), place(&store), Part::new(0, 3).unwrap(), false, &|_| {}).unwrap();
    let before = objects(&store);
    let error = make(&manifest(2, 3), place(&store), Part::WHOLE, false, &|_| {}).unwrap_err();
    assert!(
        matches!(&error, Error::Foreign { what, .. } if what.contains("model-00001-of-00003")),
        "{error}"
    );
    assert!(objects(&store) == before);
    make(&manifest(2, 3), place(&store), Part::WHOLE, true, &|_| {}).unwrap();
    assert!(objects(&store) == files(&manifest(2, 3)));
}

#[test]
fn an_index_is_not_written_over() {
    let (manifest, store) = (manifest(1, 3), Arc::default());
    let index = "model.safetensors.index.json";
    put(&store, index, b"{}");
    let error = make(&manifest, place(&store), Part::WHOLE, false, &|_| {}).unwrap_err();
    assert!(matches!(&error, Error::Foreign { what, .. } if what.contains(index)), "{error}");
    assert_eq!(object(&store, index), b"{}");
    assert_eq!(bucket(&store).put(index, b"x", false).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    // Finished again, it is what it was.
    make(&manifest, place(&store), Part::WHOLE, true, &|_| {}).unwrap();
    finish(&manifest, place(&store), false).unwrap();
    assert!(objects(&store) == files(&manifest));
}

#[test]
fn nothing_is_visible_of_what_is_not_complete() {
    let store: Arc<InMemory> = Arc::default();
    let bucket = bucket(&store);
    let mut writing = bucket.write("model.safetensors", 20 << 20).unwrap();
    writing.write_all(&vec![1; 20 << 20]).unwrap();
    assert_eq!(bucket.size("model.safetensors").unwrap(), None);
    drop(writing);
    assert_eq!(bucket.names().unwrap(), Vec::<String>::new());
}

/// An upload whose parts all fail, and whether it was aborted.
#[derive(Debug)]
struct Failing(Arc<AtomicBool>);

type Answer<'a, T> = Pin<Box<dyn Future<Output = object_store::Result<T>> + Send + 'a>>;

impl MultipartUpload for Failing {
    fn put_part(&mut self, _: PutPayload) -> UploadPart {
        Box::pin(ready(Err(object_store::Error::Generic { store: "test", source: "no room".into() })))
    }

    fn complete<'a, 'b>(&'a mut self) -> Answer<'b, PutResult>
    where
        'a: 'b,
    {
        Box::pin(ready(Ok(PutResult { e_tag: None, version: None, extensions: Default::default() })))
    }

    fn abort<'a, 'b>(&'a mut self) -> Answer<'b, ()>
    where
        'a: 'b,
    {
        self.0.store(true, Ordering::SeqCst);
        Box::pin(ready(Ok(())))
    }
}

#[test]
fn what_fails_or_is_given_up_is_aborted() {
    let bucket = bucket(&Arc::default());
    for complete in [true, false] {
        let aborted = Arc::new(AtomicBool::new(false));
        let mut upload = Upload::new(&bucket, Box::new(Failing(aborted.clone())), 8 << 20);
        upload.write_all(b"a part").unwrap();
        if complete {
            let error = Box::new(upload).complete().unwrap_err();
            assert!(error.to_string().contains("no room"), "{error}");
        } else {
            drop(upload);
        }
        assert!(aborted.load(Ordering::SeqCst), "complete: {complete}");
    }
}

#[test]
fn an_element_that_was_changed_is_found() {
    let (manifest, store) = (manifest(1, 1), Arc::default());
    make(&manifest, place(&store), Part::WHOLE, false, &|_| {}).unwrap();
    let mut bytes = object(&store, "model.safetensors");
    *bytes.last_mut().unwrap() ^= 1;
    put(&store, "model.safetensors", &bytes);
    let verified = verify(Some(&manifest), place(&store), &|_| {}).unwrap();
    let [Difference::Values { tensor, first: 999_999, count: 1, .. }] = &verified.differences[..] else {
        panic!("{verified:?}")
    };
    assert_eq!((tensor.as_str(), verified.tensors), ("layers.4.weight", 5));
}

#[test]
fn other_models_deeper_in_the_bucket_are_none_of_ours() {
    let (manifest, store) = (manifest(1, 1), Arc::default());
    put(&store, "other/model.safetensors", b"x");
    make(&manifest, place(&store), Part::WHOLE, false, &|_| {}).unwrap();
    assert_eq!(object(&store, "other/model.safetensors"), b"x");
}
