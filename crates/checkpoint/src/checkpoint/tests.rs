use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::checkpoint::Checkpoint;
use crate::error::Error;

/// A safetensors file with one byte a tensor, the same in all.
fn file(names: &[&str], value: u8) -> Vec<u8> {
    let one = |(i, name): (usize, &&str)| {
        format!(r#""{name}":{{"dtype":"U8","shape":[1],"data_offsets":[{i},{}]}}"#, i + 1)
    };
    let each: Vec<_> = names.iter().enumerate().map(one).collect();
    let header = format!("{{{}}}", each.join(","));
    let data = vec![value; names.len()];
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

/// A folder with files; an index lists pairs of tensor and file.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &[&str])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (value, (name, tensors)) in files.iter().enumerate() {
            fs::write(folder.path().join(name), file(tensors, value as u8)).unwrap();
        }
        Self(folder)
    }

    fn with_index(self, pairs: &[(&str, &str)]) -> Self {
        let each: Vec<_> = pairs.iter().map(|(tensor, file)| format!(r#""{tensor}":"{file}""#)).collect();
        self.with("model.safetensors.index.json", &format!(r#"{{"weight_map":{{{}}}}}"#, each.join(",")))
    }

    fn with(self, name: &str, text: &str) -> Self {
        fs::write(self.path(name), text).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self) -> Result<Checkpoint, Error> {
        Checkpoint::open(self.0.path())
    }
}

fn names(checkpoint: &Checkpoint) -> Vec<&str> {
    checkpoint.tensors().map(|tensor| tensor.name()).collect()
}

const TWO: [(&str, &[&str]); 2] = [("a.safetensors", &["x", "z"]), ("b.safetensors", &["y"])];
const LISTED: [(&str, &str); 3] = [("x", "a.safetensors"), ("y", "b.safetensors"), ("z", "a.safetensors")];

#[test]
fn a_file_an_index_a_folder_and_several_paths_are_opened() {
    let folder = Folder::new(&TWO);
    assert_eq!(names(&folder.open().unwrap()), ["x", "y", "z"]);
    assert_eq!(names(&Checkpoint::open(folder.path("a.safetensors")).unwrap()), ["x", "z"]);
    let both = Checkpoint::open_all([folder.path("b.safetensors"), folder.path("a.safetensors")]).unwrap();
    assert_eq!(names(&both), ["x", "y", "z"]);
    assert_eq!(*both.tensor("y").unwrap().bytes().unwrap(), [1]);
    assert_eq!(both.tensor("z").unwrap().path(), folder.path("a.safetensors"));
    let folder = folder.with_index(&LISTED).with("stray.safetensors", "no matter");
    assert_eq!(names(&folder.open().unwrap()), ["x", "y", "z"]);
    let index = Checkpoint::open(folder.path("model.safetensors.index.json")).unwrap();
    assert_eq!(names(&index), ["x", "y", "z"]);
    assert!(matches!(Checkpoint::open_all::<&str>([]), Err(Error::NoPath)));
}

#[test]
fn an_index_and_its_files_must_agree() {
    let said = |folder: Folder, pairs: &[(&str, &str)]| folder.with_index(pairs).open().unwrap_err();
    let error = said(Folder::new(&TWO[..1]), &LISTED);
    assert!(matches!(error, Error::MissingFile { .. }));
    assert!(error.to_string().contains("b.safetensors: there is no such file, but"), "{error}");
    assert!(error.to_string().contains("says that 1 tensors lie in it"), "{error}");
    let missing = [LISTED.as_slice(), &[("yy", "b.safetensors")]].concat();
    let error = said(Folder::new(&TWO), &missing);
    assert!(
        matches!(&error, Error::MissingTensor { nearest: Some(nearest), .. } if nearest == "y"),
        "{error}"
    );
    assert!(matches!(said(Folder::new(&TWO), &LISTED[..2]), Error::Unlisted { tensor, .. } if tensor == "z"));
    let twice: [(&str, &[&str]); 2] = [("a.safetensors", &["x", "z"]), ("b.safetensors", &["y", "z"])];
    assert!(matches!(said(Folder::new(&twice), &LISTED), Error::Duplicate { tensor, .. } if tensor == "z"));
    let repeated = [LISTED.as_slice(), &[("x", "b.safetensors")]].concat();
    assert!(said(Folder::new(&TWO), &repeated).to_string().contains("it lists `x` twice"));
    for elsewhere in ["../a.safetensors", "/a.safetensors", "", "."] {
        let error = said(Folder::new(&TWO), &[("x", elsewhere)]);
        assert!(error.to_string().contains("no path within the index's folder"), "{error}");
    }
}

#[test]
fn what_is_no_index_is_said_so() {
    let said = |text: &str| {
        let folder = Folder::new(&[]).with("model.safetensors.index.json", text);
        folder.open().unwrap_err()
    };
    for text in ["{}", "[]", r#"{"weight_map":{"a":1}}"#, "nothing", r#"{"weight_map":{"a":"#] {
        assert!(matches!(said(text), Error::Index { .. }), "{text}");
    }
    assert!(said("{}").to_string().contains("missing field `weight_map`"));
    assert!(matches!(said(""), Error::Foreign { .. }));
    assert!(said("version https://git-lfs.github.com/spec/v1\n").to_string().contains("git lfs pull"));
    assert!(said("<!DOCTYPE html>").to_string().contains("HTML"));
}

#[test]
fn of_a_single_file_and_an_index_neither_is_guessed() {
    let both = Folder::new(&[TWO[0], TWO[1], ("model.safetensors", &["x"])]).with_index(&LISTED);
    assert!(matches!(both.open(), Err(Error::Undecided { .. })));
    let one = Folder::new(&[("model.safetensors", &["x"])]).with_index(&[("x", "model.safetensors")]);
    assert_eq!(names(&one.open().unwrap()), ["x"]);
}

#[test]
fn a_path_to_nothing_names_what_is_near() {
    let folder = Folder::new(&[("model.safetensors", &["x"])]);
    let error = Checkpoint::open(folder.path("modle.safetensors")).unwrap_err().to_string();
    assert!(
        error.contains("did you mean `model.safetensors`?") && error.contains("nothing is downloaded"),
        "{error}"
    );
    let error = Checkpoint::open("bert-base-uncased").unwrap_err();
    assert!(matches!(error, Error::NotFound { nearest: None, .. }));
}

fn bert() -> (Folder, Checkpoint) {
    let folder = Folder::new(&[("model.safetensors", &["bert.a", "bert.b.c", "cls.a", "cls.b"])]);
    let checkpoint = folder.open().unwrap();
    (folder, checkpoint)
}

#[test]
fn tensors_are_renamed_by_the_first_that_matches() {
    let (_folder, bert) = bert();
    let renamed = bert.clone().rename("bert.a", "first").unwrap().rename("bert.*", "model.*").unwrap();
    assert_eq!(names(&renamed), ["cls.a", "cls.b", "first", "model.b.c"]);
    assert_eq!(renamed.tensor("first").unwrap().name_in_file(), "bert.a");
    let exchanged =
        bert.clone().rename_all([("bert.a", "cls.a"), ("cls.a", "bert.a"), ("*", "m.*")]).unwrap();
    assert_eq!(names(&exchanged), ["bert.a", "cls.a", "m.bert.b.c", "m.cls.b"]);
    assert_eq!(exchanged.tensor("cls.a").unwrap().name_in_file(), "bert.a");
    assert_eq!(names(&bert), ["bert.a", "bert.b.c", "cls.a", "cls.b"]);
}

#[test]
fn renamings_that_cannot_be_are_refused() {
    let (_folder, bert) = bert();
    let collision = bert.clone().rename("cls.*", "bert.*").unwrap_err();
    assert!(matches!(collision, Error::Collision { .. }));
    let said = collision.to_string();
    assert!(said.contains("`bert.a` and `cls.a` would both be `bert.a`") && said.contains("skip"), "{said}");
    let skipped = bert.clone().skip("cls.a").unwrap().rename("cls.*", "bert.*").unwrap();
    assert_eq!(names(&skipped), ["bert.a", "bert.b", "bert.b.c"]);
    let said = bert.clone().rename("brt.*", "m.*").unwrap_err().to_string();
    assert!(said.contains("`brt.*` matches no tensor (did you mean `bert.a`?)"), "{said}");
    let taken = bert.clone().rename("bert.*", "m.*").unwrap().rename("bert.a", "x").unwrap_err();
    assert!(matches!(taken, Error::Unmatched { taken: true, nearest: None, .. }), "{taken}");
    assert!(matches!(bert.clone().rename("bert.*", "m"), Err(Error::Wildcards { .. })));
    assert!(matches!(bert.rename("bert.[", "m"), Err(Error::Pattern { .. })));
}

#[test]
fn what_is_left_out_is_known() {
    let (_folder, bert) = bert();
    let bert = bert.rename("bert.*", "m.*").unwrap().skip("{cls.*,bert.a}").unwrap();
    assert_eq!(names(&bert), ["m.b.c"]);
    assert_eq!(
        bert.skipped().map(|tensor| tensor.name_in_file()).collect::<Vec<_>>(),
        ["bert.a", "cls.a", "cls.b"]
    );
    assert!(bert.tensor("cls.a").unwrap_err().to_string().contains("it was left out"));
    assert!(bert.tensor("bert.b.c").unwrap_err().to_string().contains("ask for its new name"));
    assert!(matches!(bert.skip("pooler.*"), Err(Error::Unmatched { .. })));
}

#[test]
fn elements_are_read_where_there_are_some() {
    let (_folder, bert) = bert();
    let tensor = bert.tensor("bert.a").unwrap();
    let mut out = [9; 2];
    for (first, count) in [(0, 2), (1, 1), (2, 0), (usize::MAX, 1), (usize::MAX, 0)] {
        assert!(matches!(tensor.read(first, &mut out[..count]), Err(Error::Range { .. })), "{first} {count}");
    }
    assert_eq!(out, [9, 9]);
    tensor.read(1, &mut []).unwrap();
    tensor.read(0, &mut out[..1]).unwrap();
    assert_eq!(out, [0, 9]);
    assert_eq!((tensor.element_count(), tensor.byte_count()), (1, 1));
    assert!(bert.tensor("bert.aa").unwrap_err().to_string().contains("did you mean `bert.a`?"));
}

#[test]
fn elements_narrower_than_a_byte_are_read_by_whole_bytes() {
    let folder = Folder::new(&[]);
    let header = r#"{"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}}"#;
    let bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[1, 2]].concat();
    fs::write(folder.path("a.safetensors"), bytes).unwrap();
    let checkpoint = folder.open().unwrap();
    let mut out = [0];
    checkpoint.tensor("a").unwrap().read(2, &mut out).unwrap();
    assert_eq!(out, [2]);
    assert!(checkpoint.tensor("a").unwrap().read(1, &mut out).is_err());
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_a_device_is_refused() {
    let folder = Folder::new(&[("blob", &["x"])]);
    std::os::unix::fs::symlink("blob", folder.path("model.safetensors")).unwrap();
    assert_eq!(names(&folder.open().unwrap()), ["x"]);
    assert!(Checkpoint::open("/dev/zero").unwrap_err().to_string().contains("is a pipe or a device"));
}
