//! Weight normalization: a length that follows from the matrix beside it, in whichever file and by whichever worker.

use std::fs;

use candle_core::{D, DType, Tensor};
use tempfile::TempDir;

use crate::{files, folder, program, refused, said, tensors};

const SHAPES: &str = r#"{"a.conv.weight_g": [6, 1, 1], "a.conv.weight_v": [6, 4, 5], "b.conv.weight_g": [8, 1, 1],
    "b.conv.weight_v": [8, 6, 3], "head.weight": [10, 8]}"#;
const RULES: &str = r#"seed = 7
rules = [["*.weight_g", "norm_of('weight_v')"], ["*.weight_v", "pytorch_uniform"]]
weights = "he_normal"
"#;

/// A folder with the shapes and the rules.
fn given() -> TempDir {
    let folder = folder();
    fs::write(folder.path().join("shapes.json"), SHAPES).unwrap();
    fs::write(folder.path().join("init.toml"), RULES).unwrap();
    folder
}

/// The norms of the rows of a matrix, in f64.
fn norms(matrix: &Tensor) -> Vec<f64> {
    let squares = matrix.to_dtype(DType::F64).unwrap().flatten_from(1).unwrap().sqr().unwrap();
    squares.sum(D::Minus1).unwrap().sqrt().unwrap().to_vec1().unwrap()
}

#[test]
fn a_norm_is_made_and_verified_apart_from_what_it_is_of() {
    let folder = given();
    let here = folder.path();
    let plan = said(here, "plan --shapes shapes.json --rules init.toml --files 3 --json");
    fs::write(here.join("plan.json"), plan).unwrap();
    said(here, "make plan.json -o whole");
    for rank in ["2", "0", "1"] {
        let part = [("OMPI_COMM_WORLD_RANK", rank), ("OMPI_COMM_WORLD_SIZE", "3")];
        let arguments = ["make", "plan.json", "-o", "parts", "--launcher", "openmpi"];
        assert!(program().current_dir(here).args(arguments).envs(part).status().unwrap().success());
    }
    said(here, "finish plan.json -o parts");
    assert_eq!(files(&here.join("whole")), files(&here.join("parts")));
    assert!(said(here, "verify whole").contains("5 tensors are as planned"));

    let made: Vec<_> =
        files(&here.join("whole")).into_keys().filter(|name| name.ends_with(".safetensors")).collect();
    assert_eq!(made.len(), 3);
    let all: std::collections::HashMap<_, _> =
        made.iter().flat_map(|name| tensors(&here.join("whole").join(name))).collect();
    for layer in ["a.conv", "b.conv"] {
        let lengths = all[&format!("{layer}.weight_g")].flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (length, norm) in lengths.iter().zip(norms(&all[&format!("{layer}.weight_v")])) {
            assert!((f64::from(*length) - norm).abs() < 1e-6 * norm, "{layer}: {length} where {norm} is due");
        }
    }
}

#[test]
fn a_norm_that_is_not_that_of_the_matrix_is_found() {
    let folder = given();
    let here = folder.path();
    said(here, "make --shapes shapes.json --rules init.toml -o out");
    let path = here.join("out/model.safetensors");
    let lengths = tensors(&path)["a.conv.weight_g"].flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let stored: Vec<u8> = lengths.iter().flat_map(|length| length.to_le_bytes()).collect();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(stored.len()).position(|window| window == stored).unwrap();
    bytes[at] ^= 1;
    fs::write(&path, bytes).unwrap();
    let (status, text) = refused(here, "verify out");
    assert!(
        status == 1 && text.contains("a.conv.weight_g") && text.contains("differs in 1 elements"),
        "{text}"
    );
}

#[test]
fn what_a_norm_is_of_is_asked_for_once() {
    let folder = given();
    let here = folder.path();
    let (_, text) = refused(here, "plan --shapes shapes.json --seed 7 --rule *.weight_g=norm_of('weight_v')");
    assert_eq!(text.matches("`a.conv.weight_v` [").count(), 1, "{text}");
}
