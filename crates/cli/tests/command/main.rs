//! The command as people use it.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use tempfile::{TempDir, tempdir};

mod candle;
mod inspecting;
mod loading;
mod norms;
mod sharding;
mod stores;

const LLAMA: &str = r#"{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 1000, "hidden_size": 64,
    "intermediate_size": 172, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2,
    "torch_dtype": "bfloat16"}"#;

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_candle-init"));
    for launcher in ["RANK", "WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"] {
        program.env_remove(launcher);
    }
    program
}

/// A folder with a config.
fn folder() -> TempDir {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("config.json"), LLAMA).unwrap();
    folder
}

fn run_in(folder: &Path, arguments: &str) -> Output {
    program().current_dir(folder).args(arguments.split_whitespace()).output().unwrap()
}

/// What it says, if it succeeds.
fn said(folder: &Path, arguments: &str) -> String {
    let output = run_in(folder, arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The exit status and what it says of a failure.
fn refused(folder: &Path, arguments: &str) -> (i32, String) {
    let output = run_in(folder, arguments);
    let text =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    (output.status.code().unwrap(), text)
}

/// Every visible file with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    // A run that was killed early has not made the folder.
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().into(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn one_process_and_parts_in_any_order_make_the_same_bytes() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --files 4 --json")).unwrap();
    said(here, "make plan.json -o whole");
    let whole = files(&here.join("whole"));
    let names: Vec<_> = whole.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 7, "{names:?}"); // four files, index, config, plan
    for rank in [2, 0, 1] {
        assert!(!here.join("parts/model.safetensors.index.json").exists());
        program()
            .current_dir(here)
            .args(["make", "plan.json", "-o", "parts", "--launcher", "openmpi"])
            .envs([("OMPI_COMM_WORLD_RANK", rank.to_string()), ("OMPI_COMM_WORLD_SIZE", "3".into())])
            .env("RAYON_NUM_THREADS", (rank + 1).to_string())
            .status()
            .unwrap();
    }
    said(here, "finish plan.json -o parts");
    assert_eq!(files(&here.join("parts")), whole);
    assert!(said(here, "verify parts").contains("bit for bit"));
    assert!(said(here, "diff whole parts").starts_with("30 tensors are equal"));
}

#[test]
fn values_are_those_of_a_model_built_in_candle() {
    use candle_core::{DType, Device};
    let folder = folder();
    said(folder.path(), "make config.json --seed 7 -o out");
    let made =
        candle_core::safetensors::load(folder.path().join("out/model.safetensors"), &Device::Cpu).unwrap();
    let name = "model.layers.1.mlp.up_proj.weight";
    let init = candle_init::Initializer::new(7);
    let drawn = init
        .tensor(name, (172, 64), candle_init::init::normal(0.0, 0.02), DType::BF16, &Device::Cpu)
        .unwrap();
    let values =
        |tensor: &candle_core::Tensor| tensor.to_dtype(DType::F32).unwrap().to_vec2::<f32>().unwrap();
    assert_eq!(values(&made[name]), values(&drawn));
    assert_eq!(made.len(), 30);
    // The config says what the files have.
    said(folder.path(), "make config.json --seed 7 --dtype f32 -o wide");
    let config = fs::read_to_string(folder.path().join("wide/config.json")).unwrap();
    assert!(config.contains("\"torch_dtype\": \"float32\""), "{config}");
}

/// So many kills, from no time to as long as a run takes: `KILLS=200` for more.
#[test]
fn a_run_that_was_killed_is_resumed_to_the_same_bytes() {
    let kills = std::env::var("KILLS").map_or(20u32, |kills| kills.parse().unwrap());
    let folder = folder();
    let here = folder.path();
    let large = LLAMA.replace("\"vocab_size\": 1000", "\"vocab_size\": 100000");
    fs::write(here.join("config.json"), large).unwrap();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 3 --files 6 --json")).unwrap();
    let begun = Instant::now();
    said(here, "make plan.json -o whole");
    let (took, whole) = (begun.elapsed(), files(&here.join("whole")));
    let mut killed = 0u32;
    for kill in 0..kills {
        let mut child = program()
            .current_dir(here)
            .args(["make", "plan.json", "-o", "out"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(took * kill / kills);
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        // What is visible is whole.
        for (name, bytes) in files(&here.join("out")).into_iter().filter(|(name, _)| !name.starts_with('.')) {
            assert!(bytes == whole[&name], "{name} after {kill}");
        }
        // The first are killed before there is a folder.
        if kill % 7 == 6 && here.join("out").exists() {
            fs::remove_dir_all(here.join("out")).unwrap();
        }
    }
    assert!(killed > kills / 6, "{killed} of {kills} were killed before they were done");
    said(here, "make plan.json -o out");
    assert_eq!(files(&here.join("out")), whole);
}

#[test]
fn what_is_changed_cut_or_stale_is_named() {
    let folder = folder();
    let here = folder.path();
    said(here, "make config.json --seed 42 --files 3 -o out");
    let out = here.join("out");
    let file = out.join("model-00002-of-00003.safetensors");
    let bytes = fs::read(&file).unwrap();
    let mut flipped = bytes.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    fs::write(&file, &flipped).unwrap();
    let (status, text) = refused(here, "verify out");
    assert!(status == 1 && text.contains("differs in 1 elements"), "{status} {text}");
    fs::write(&file, &bytes[..last]).unwrap();
    assert!(refused(here, "verify out").1.contains("model-00002-of-00003.safetensors: other tensors"));
    // A cut file is not taken for a finished one, nor silently replaced.
    let (status, text) = refused(here, "make config.json --seed 42 --files 3 -o out");
    assert!(status == 3 && text.contains("--force"), "{status} {text}");
    said(here, "make config.json --seed 42 --files 3 -o out --force");
    assert!(said(here, "verify out").contains("30 tensors are as planned"));
    fs::write(out.join("model.safetensors"), &bytes).unwrap();
    let (status, text) = refused(here, "verify out");
    assert!(status == 1 && text.contains("`model.safetensors`"), "{status} {text}");
    assert_eq!(refused(here, "make config.json --seed 42 --files 3 -o out").0, 3);
    fs::remove_file(out.join("model.safetensors")).unwrap();
    fs::remove_file(&file).unwrap();
    assert!(refused(here, "verify out").1.contains("model-00002-of-00003.safetensors: missing"));
    // Another seed is another model.
    assert_eq!(refused(here, "make config.json --seed 43 --files 3 -o out").0, 3);
}

#[test]
fn an_unfinished_model_does_not_look_finished() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --files 3 --json")).unwrap();
    said(here, "make plan.json -o out --rank 0 --world 3");
    let (status, text) = refused(here, "finish plan.json -o out");
    assert!(status == 3 && text.contains("2 of 3 files are not there yet"), "{status} {text}");
    let names: Vec<_> = files(&here.join("out")).into_keys().collect();
    assert_eq!(names, ["model-00001-of-00003.safetensors"]);
}

#[test]
fn wrong_usage_is_said_with_the_way_out() {
    let folder = folder();
    let here = folder.path();
    for (arguments, status, part) in [
        ("plan config.json", 2, "--seed 42"),
        ("plan nothing.json --seed 1", 4, "nothing.json"),
        ("plan config.json --seed 1 --dtype int4", 2, "BF16"),
        ("plan config.json --seed 1 --skip lm_haed.weight", 3, "lm_haed.weight"),
        ("plan config.json --seed 1 --rule ones", 2, "a pattern, `=` and a rule"),
        ("plan config.json --seed 1 --rule *=onse", 3, "ones"),
        ("plan config.json --seed 1 --rule nobody.*=ones", 3, "nobody.*"),
        ("make config.json --seed 1 -o out --rank 3 --world 3", 3, "rank 3 of 3"),
        ("make config.json --seed 1 -o out --world 3", 2, "--rank"),
        ("make config.json --seed 1 -o out --launcher auto", 3, "--rank 0 --world 8"),
        ("make config.json --seed 1 -o config.json", 4, "config.json"),
        ("verify .", 4, "candle-init.json"),
        ("diff . nowhere", 3, "no .safetensors"),
        ("families lama", 3, "llama"),
        ("nonsense", 2, "unrecognized"),
    ] {
        let (found, text) = refused(here, arguments);
        assert!(found == status && text.contains(part), "{arguments}: {found} {text}");
    }
    let changed = said(here, "plan config.json --seed 42 --json").replace("0.02", "0.03");
    fs::write(here.join("plan.json"), changed).unwrap();
    let (status, text) = refused(here, "make plan.json -o out");
    assert!(status == 3 && text.contains("plan again"), "{status} {text}");
    assert!(!here.join("out").exists());
}

#[test]
fn any_architecture_is_made_from_names_and_shapes() {
    let folder = folder();
    let here = folder.path();
    let shapes = r#"{"b.weight": [4, 3], "a.weight": {"shape": [2, 2, 3, 3], "dtype": "F16"}, "bn.num_batches_tracked": {"shape": [], "dtype": "I64"},
        "bn.weight": [4], "bn.bias": [4], "bn.running_var": [4], "bn.running_mean": [4]}"#;
    fs::write(here.join("shapes.json"), shapes).unwrap();
    fs::write(
        here.join("init.toml"),
        "seed = 5\nrules = [[\"bn.weight\", \"ones\"]]\nweights = \"he_normal\"\n",
    )
    .unwrap();
    let plan = said(here, "plan --shapes shapes.json --rules init.toml --rule a.weight=orthogonal");
    assert!(plan.contains("orthogonal") && plan.contains("is drawn whole"), "{plan}");
    said(here, "make --shapes shapes.json --rules init.toml --rule a.weight=orthogonal -o out");
    said(here, "make --like out --rules init.toml --rule a.weight=orthogonal -o again");
    assert_eq!(
        fs::read(here.join("out/model.safetensors")).unwrap(),
        fs::read(here.join("again/model.safetensors")).unwrap()
    );
    assert!(said(here, "inspect out").contains("bn.weight"));
    let made = candle_core::safetensors::load(here.join("out/model.safetensors"), &candle_core::Device::Cpu)
        .unwrap();
    assert_eq!(made["bn.running_var"].to_vec1::<f32>().unwrap(), [1.0; 4]);
    assert_eq!(made["bn.num_batches_tracked"].to_scalar::<i64>().unwrap(), 0);
}

/// The tensors of a file.
fn tensors(path: &Path) -> std::collections::HashMap<String, candle_core::Tensor> {
    candle_core::safetensors::load(path, &candle_core::Device::Cpu).unwrap()
}

fn bits(tensor: &candle_core::Tensor) -> Vec<f32> {
    let values = tensor.to_dtype(candle_core::DType::F32).unwrap().flatten_all().unwrap();
    values.to_vec1().unwrap()
}

#[test]
fn the_blueprint_of_the_page_works() {
    let page = include_str!("../../../../docs/whole-models.md");
    let toml = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("mine.toml"), toml).unwrap();
    let config = r#"{"model_type": "mine", "vocab_size": 10, "n_embd": 16, "num_hidden_layers": 2, "hidden_act": "silu",
        "tie_word_embeddings": false}"#;
    fs::write(here.join("config.json"), config).unwrap();
    let plan = said(here, "plan config.json --blueprint mine.toml --recipe llama --seed 1");
    for part in ["model.layers.{0..1}.mlp.", "gate.weight ×2", "F32 (64, 16)", "lm_head.weight", "7 tensors"]
    {
        assert!(plan.contains(part), "{part} in {plan}");
    }
    fs::write(here.join("deep.toml"), format!("x = {}", "[".repeat(100_000))).unwrap();
    for hostile in
        ["--blueprint deep.toml --recipe llama", "--blueprint mine.toml --rules deep.toml --recipe llama"]
    {
        let (status, text) = refused(here, &format!("plan config.json {hostile} --seed 1"));
        assert!(status == 3 && text.contains("64 deep"), "{status} {text}");
    }
    fs::write(here.join("config.json"), config.replace("n_embd", "n_emdb")).unwrap();
    let (status, text) = refused(here, "plan config.json --blueprint mine.toml --recipe llama --seed 1");
    assert!(status == 3 && text.contains("did you mean `n_embd`"), "{text}");
}

/// Two starts of one model differ in no name and no size.
#[test]
fn two_seeds_are_not_mixed() {
    let folder = folder();
    let here = folder.path();
    for seed in [42, 43] {
        let plan = said(here, &format!("plan config.json --seed {seed} --files 3 --json"));
        fs::write(here.join(format!("plan{seed}.json")), plan).unwrap();
    }
    said(here, "make plan42.json -o out --rank 0 --world 2");
    said(here, "make plan43.json -o out --rank 1 --world 2");
    for plan in ["plan42.json", "plan43.json"] {
        let (status, text) = refused(here, &format!("finish {plan} -o out"));
        assert!(status == 3 && text.contains("another file has its name"), "{status} {text}");
        assert_eq!(refused(here, &format!("make {plan} -o out")).0, 3);
    }
    said(here, "make plan42.json -o out --force");
    assert!(said(here, "verify out --plan plan42.json").contains("bit for bit"));
    said(here, "make plan43.json -o out --force");
    assert!(said(here, "verify out --plan plan43.json").contains("bit for bit"));
}

/// Where the data of a tensor begins in a file.
fn place_of(file: &[u8], name: &str) -> usize {
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    8 + length + header[name]["data_offsets"][0].as_u64().unwrap() as usize
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    said(here, "man -o pages");
    let pages = files(&here.join("pages"));
    let help = said(here, "help");
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<_> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 9, "{help}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        let page = String::from_utf8_lossy(&pages[&format!("candle-init-{command}.1")]).into_owned();
        assert!(page.contains(".TH candle-init-") && page.contains(command), "{page}");
    }
    let make = String::from_utf8_lossy(&pages["candle-init-make.1"]).into_owned();
    assert!(make.contains("grow") && make.contains("rename"), "{make}");
    fs::write(here.join("file"), "").unwrap();
    assert_eq!(refused(here, "man -o file").0, 4);
}

/// Two tensors of one shape in each other's place: the file is a model like any other.
#[test]
fn swapped_tensors_are_named_both() {
    let folder = folder();
    let here = folder.path();
    said(here, "make config.json --seed 42 -o out");
    let file = here.join("out/model.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    let names = ["model.layers.0.mlp.up_proj.weight", "model.layers.2.mlp.gate_proj.weight"];
    let [first, second] = names.map(|name| place_of(&bytes, name));
    for byte in 0..172 * 64 * 2 {
        bytes.swap(first + byte, second + byte);
    }
    fs::write(&file, bytes).unwrap();
    let (status, text) = refused(here, "verify out");
    assert!(status == 1 && text.lines().count() == 2, "{text}");
    for name in names {
        assert!(text.contains(&format!("`{name}` differs in")), "{text}");
    }
}

/// A file that an earlier model left: under a name of this one, and under one that this one does not have.
#[test]
fn stale_files_are_named() {
    let folder = folder();
    let here = folder.path();
    said(here, "make config.json --seed 41 --files 3 -o earlier");
    said(here, "make config.json --seed 42 --files 3 -o out");
    let shard = "model-00002-of-00003.safetensors";
    let good = fs::read(here.join("out").join(shard)).unwrap();
    fs::copy(here.join("earlier").join(shard), here.join("out").join(shard)).unwrap();
    let (status, text) = refused(here, "verify out");
    assert!(status == 1 && text.contains(&format!("{shard}: other tensors")), "{text}");
    fs::write(here.join("out").join(shard), good).unwrap();
    let stale = "model-00004-of-00004.safetensors";
    fs::copy(here.join("earlier").join(shard), here.join("out").join(stale)).unwrap();
    let (status, text) = refused(here, "verify out");
    assert!(status == 1 && text.contains(stale), "{text}");
    fs::remove_file(here.join("out").join(stale)).unwrap();
    said(here, "verify out");
}
