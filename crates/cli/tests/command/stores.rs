//! Addresses of object stores; `scripts/object-stores` is where there is one.

use crate::{folder, refused};

#[test]
fn what_reads_this_disk_says_so_of_an_address() {
    let folder = folder();
    for command in [
        "inspect s3://bucket/model",
        "diff config.json gs://bucket/model",
        "diff az://bucket/model config.json",
        "make config.json --from s3://bucket/model --seed 1 -o out",
        "plan --like s3://bucket/model --seed 1",
    ] {
        let (status, text) = refused(folder.path(), command);
        assert!(status == 2 && text.contains("download it first"), "{command}: {status}: {text}");
    }
    let (status, text) = refused(folder.path(), "make config.json --seed 1 -o ftp://host/model");
    assert!(status == 2 && text.contains("s3://BUCKET/PREFIX"), "{status}: {text}");
    assert!(!folder.path().join("ftp:").exists());
}

#[cfg(not(feature = "object-store"))]
#[test]
fn a_program_without_object_stores_names_the_feature() {
    let folder = folder();
    for command in ["make config.json --seed 1 -o s3://bucket/model", "verify gs://bucket/model"] {
        let (status, text) = refused(folder.path(), command);
        let way_out = "cargo install candle-init-cli --features object-store";
        assert!(status == 2 && text.contains(way_out), "{command}: {status}: {text}");
    }
    assert!(!folder.path().join("s3:").exists());
}
