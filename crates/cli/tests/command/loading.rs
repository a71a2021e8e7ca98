//! `--from`: what a checkpoint has is loaded, what it lacks is drawn, in files as in memory.

use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_init::{Checkpoint, Growth, Initializer};
use candle_nn::VarMap;
use tempfile::TempDir;

use crate::{bits, files, refused, said, tensors};

/// A config of BERT; `vocab` and the rest are what tests change.
fn bert(architecture: &str, vocab: usize, dtype: &str) -> String {
    format!(
        r#"{{"architectures": ["{architecture}"], "model_type": "bert", "vocab_size": {vocab}, "hidden_size": 16, "intermediate_size": 24,
            "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 12, "num_labels": 3, "torch_dtype": "{dtype}"}}"#
    )
}

const MODEL: &str = "bert/model.safetensors";

/// A folder with the checkpoint `bert` of this dtype, whose names have no `bert.`, and the config `new.json` of a classifier
/// with more words.
fn folder(dtype: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::write(here.join("old.json"), bert("BertModel", 40, dtype)).unwrap();
    fs::write(here.join("new.json"), bert("BertForSequenceClassification", 45, "float32")).unwrap();
    said(here, "make old.json --seed 7 -o bert");
    folder
}

const HEAD: &str = "--rule classifier.weight=normal(std=0.02) --rule classifier.bias=zeros";

fn load(grow: &str) -> String {
    format!("new.json --from bert --rename *=bert.* --grow *word_embeddings.weight={grow} {HEAD} --seed 42")
}

/// The tensors that a model in candle gets with the same checkpoint and rules.
fn in_memory(here: &Path, growth: Growth, dtype: DType, made: &Path) -> VarMap {
    let checkpoint = Checkpoint::open(here.join("bert")).unwrap().rename("*", "bert.*").unwrap();
    let table = "bert.embeddings.word_embeddings.weight";
    let init = Initializer::new(42).load(checkpoint).grow("*word_embeddings.weight", growth);
    let init = init.rule("classifier.weight", "normal(std=0.02)").rule("classifier.bias", "zeros");
    let init = if growth == Growth::Rule { init.rule(table, "uniform(lo=1, up=2)") } else { init };
    let vars = VarMap::new();
    let vb = init.var_builder(&vars, dtype, &Device::Cpu);
    for (name, tensor) in tensors(made) {
        vb.get(tensor.dims(), &name).unwrap();
    }
    vars
}

fn of(vars: &VarMap, name: &str) -> Tensor {
    vars.data().lock().unwrap()[name].as_detached_tensor()
}

#[test]
fn files_have_what_a_model_in_memory_has() {
    for (stored, dtype, growth, word) in [
        ("float32", DType::F32, Growth::Mean, "mean"),
        ("bfloat16", DType::F32, Growth::MeanAndCovariance, "mean_and_covariance"),
        ("float32", DType::BF16, Growth::MeanAndCovariance, "mean_and_covariance"),
        ("float16", DType::BF16, Growth::Rule, "rule"),
    ] {
        let folder = folder(stored);
        let here = folder.path();
        let own = if word == "rule" { "--rule *word_embeddings.weight=uniform(lo=1,up=2)" } else { "" };
        let arguments = format!("{} {own} --dtype {}", load(word), dtype.as_str());
        let plan = said(here, &format!("plan {arguments}"));
        let made = said(here, &format!("make {arguments} -o out"));
        assert!(
            made.contains("loaded 38 · loaded in part 1 · drawn 2: `classifier.weight`, `classifier.bias`"),
            "{made}"
        );
        assert!(plan.contains("never asked for 0") && plan.contains("loaded"), "{plan}");
        let file = here.join("out/model.safetensors");
        let vars = in_memory(here, growth, dtype, &file);
        for (name, tensor) in tensors(&file) {
            assert_eq!((tensor.dtype(), tensor.dims()), (dtype, of(&vars, &name).dims()), "{name}");
            assert!(bits(&tensor) == bits(&of(&vars, &name)), "{name} {stored} {dtype:?} {word}");
        }
        assert!(said(here, "verify out --from bert").contains("41 tensors are as planned, bit for bit"));
    }
}

/// bf16 is kept through f32 to the bit.
#[test]
fn bf16_comes_back() {
    let folder = folder("bfloat16");
    let here = folder.path();
    said(here, "make old.json --from bert --seed 1 --dtype f32 -o wide");
    said(here, "make old.json --from wide --seed 2 --dtype bf16 -o narrow");
    assert!(said(here, "diff bert narrow").starts_with("39 tensors are equal"));
    assert!(said(here, "plan old.json --from bert --seed 1 --dtype f32").contains("loaded from bf16"));
}

#[test]
fn parts_make_the_bytes_of_the_whole() {
    let folder = folder("float32");
    let here = folder.path();
    let plan = said(here, &format!("plan {} --files 5 --json", load("mean_and_covariance")));
    assert!(!plan.contains(&*here.to_string_lossy()), "no machine's path");
    assert!(plan.contains(r#""tensor": "encoder.layer.1.attention.self.query.weight""#), "{plan}");
    fs::write(here.join("plan.json"), plan).unwrap();
    said(here, "make plan.json --from bert -o whole");
    // The checkpoint may lie elsewhere.
    fs::create_dir(here.join("copy")).unwrap();
    fs::copy(here.join(MODEL), here.join("copy/model.safetensors")).unwrap();
    for rank in [1, 2, 0] {
        said(here, &format!("make plan.json --from copy/model.safetensors -o parts --rank {rank} --world 3"));
    }
    said(here, "finish plan.json -o parts");
    let whole = files(&here.join("whole"));
    assert_eq!((files(&here.join("parts")) == whole, whole.len()), (true, 8));
    // Resumed: one file is made again, to the same bytes.
    fs::remove_file(here.join("parts/model-00002-of-00005.safetensors")).unwrap();
    assert!(
        said(here, "make plan.json --from bert -o parts").contains("1 file written; 4 files already there")
    );
    assert_eq!(files(&here.join("parts")), whole);
    // Which checkpoint it was is in every file, as the seed is.
    said(here, "make old.json --seed 8 -o bert --force");
    said(here, &format!("make {} --files 5 -o other", load("mean_and_covariance")));
    for (name, bytes) in files(&here.join("other")).iter().filter(|(name, _)| name.ends_with(".safetensors"))
    {
        let header = |bytes: &[u8]| bytes[..200].to_vec();
        assert!(bytes.len() == whole[name].len() && header(bytes) != header(&whole[name]), "{name}");
    }
}

#[test]
fn what_the_checkpoint_lacks_has_to_be_said() {
    let folder = folder("float32");
    let here = folder.path();
    let base = "plan new.json --from bert --rename *=bert.* --seed 42";
    let (status, text) = refused(here, base);
    assert!(status == 3 && text.contains("--grow 'bert.embeddings.word_embeddings.weight=mean'"), "{text}");
    assert!(
        text.contains("has it as [40, 16]") && text.contains("--skip 'embeddings.word_embeddings.weight'"),
        "{text}"
    );
    let grown = format!("{base} --grow *word_embeddings.weight=mean");
    let (status, text) = refused(here, &grown);
    assert!(status == 3 && text.contains("`classifier.weight` [3, 16]"), "{text}");
    // What it says works as it stands.
    let flags: Vec<_> = text.split("--rule '").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
    assert_eq!(flags.len(), 2, "{text}");
    said(here, &format!("{grown} --rule {} --rule {}", flags[0], flags[1]));
    let (_, text) = refused(here, "plan new.json --from bert --seed 42");
    assert!(text.contains("--rename '*=bert.*'") && text.contains("and 37 more"), "{text}");
    said(here, &format!("{grown} --recipe bert"));
    let (status, text) = refused(here, "plan new.json --from bert --recipe bert --seed 42");
    assert!(status == 3 && text.contains("asks for none") && text.contains("--rename"), "{text}");
    // Made anew, as it says.
    let anew = format!("{base} --skip embeddings.word_embeddings.weight --recipe bert");
    assert!(said(here, &anew).contains("drawn 3") && said(here, &anew).contains("left out 1"));
    for (arguments, status, part) in [
        ("plan new.json --from bert --rename bert.* --seed 42", 2, "`=` between them"),
        ("plan new.json --from bert --rename nobody.*=x.* --seed 42", 3, "nobody.*"),
        ("plan new.json --from bert --skip nobody.* --seed 42", 3, "nobody.*"),
        ("plan new.json --from bert --grow a.weight=maen --seed 42", 3, "did you mean `mean`"),
        ("plan new.json --from brt --seed 42", 4, "bert"),
        ("plan new.json --rename a=b --seed 42", 2, "--from"),
        ("make new.json --from new.json --seed 42 -o out", 3, "new.json"),
        (
            "make old.json --from bert --seed 42 -o bert --force",
            3,
            "bert: the checkpoint that is loaded lies there",
        ),
        ("make old.json --from bert/model.safetensors --seed 42 -o ./bert/", 3, "give another folder"),
        ("make --from bert --seed 42 -o out", 2, "`--like bert`"),
        ("plan old.json --from bert --grow embedings.weight=mean --seed 42", 3, "of a `--rule`, a `--grow`"),
        ("plan old.json --from bert --recipe brt --seed 42", 3, "`candle-init families` lists them"),
        ("plan old.json --from bert --seed -1", 2, "invalid value '-1'"),
    ] {
        let (found, text) = refused(here, arguments);
        assert!(found == status && text.contains(part), "{arguments}: {found} {text}");
    }
    assert!(!here.join("out").exists());
}

/// No name of another layer is taken for a misspelt one, and what is to be copied stands on lines of its own.
#[test]
fn a_deeper_model_is_told_of_its_new_layers() {
    let folder = folder("float32");
    let here = folder.path();
    let deeper =
        bert("BertModel", 40, "float32").replace(r#""num_hidden_layers": 2"#, r#""num_hidden_layers": 3"#);
    fs::write(here.join("deeper.json"), deeper).unwrap();
    let (status, text) = refused(here, "plan deeper.json --from bert --seed 42");
    assert!(status == 3 && text.contains("`encoder.layer.2.attention.self.query.weight`"), "{text}");
    assert!(
        !text.contains("--rename") && text.contains("\n    --rule 'encoder.layer.*.output.dense.weight="),
        "{text}"
    );
    assert!(text.lines().all(|line| line.len() < 400), "{text}");
    // What it says works as it stands, but for the pieces of a shell.
    let rules: Vec<_> = text.lines().filter_map(|line| line.trim().strip_prefix("--rule '")).collect();
    let rules: Vec<_> =
        rules.iter().map(|rule| format!("--rule {}", rule.trim_end_matches(['\\', ' ', '\'']))).collect();
    let plan = said(here, &format!("plan deeper.json --from bert --seed 42 {}", rules.join(" ")));
    assert!(
        plan.contains("loaded 39 · loaded in part 0 · drawn 16") || plan.contains("loaded 39 · drawn 16"),
        "{plan}"
    );
}

/// A tensor that nobody asks for is listed with the nearest name, in the saved plan as well.
#[test]
fn what_nobody_asks_for_is_listed() {
    let folder = folder("float32");
    let here = folder.path();
    let masked = bert("BertForMaskedLM", 40, "float32");
    fs::write(here.join("masked.json"), masked).unwrap();
    let arguments = "masked.json --from bert --rename *=bert.* --recipe bert --seed 42";
    fs::write(here.join("plan.json"), said(here, &format!("plan {arguments} --json"))).unwrap();
    for plan in [said(here, &format!("plan {arguments}")), said(here, "plan plan.json")] {
        assert!(plan.contains("never asked for 2: `pooler.dense.bias`"), "{plan}");
    }
    let left = format!("plan {arguments} --skip pooler.*");
    assert!(said(here, &left).contains("never asked for 0 · left out 2"));
}

#[test]
fn another_checkpoint_is_refused() {
    let folder = folder("float32");
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, &format!("plan {} --json", load("mean")))).unwrap();
    let (status, text) = refused(here, "make plan.json -o out");
    assert!(status == 3 && text.contains("`model.safetensors`") && text.contains("--from"), "{text}");
    let model = here.join(MODEL);
    let bytes = fs::read(&model).unwrap();
    let mut changed = bytes.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let longer = [&bytes[..], &[0]].concat();
    for (found, part) in
        [(&bytes[..last], "cut"), (&changed, "its values are others"), (&longer, "model.safetensors")]
    {
        fs::write(&model, found).unwrap();
        for command in
            ["make plan.json --from bert -o out", "shards plan.json --from bert --fsdp 2 --rank 0 -o out"]
        {
            let (status, text) = refused(here, command);
            assert!(status == 3 && text.contains("bert/model.safetensors"), "{part}: {status} {text}");
            assert!(part == "cut" || text.contains(part), "{text}");
        }
    }
    // Another training of the same model: every header and size is the same.
    said(here, "make old.json --seed 8 -o other");
    let (status, text) = refused(here, "make plan.json --from other -o out");
    assert!(status == 3 && text.contains("other/model.safetensors"), "{text}");
    assert!(!here.join("out").exists());
    fs::write(&model, &bytes).unwrap();
    said(here, "make plan.json --from bert -o out");
    assert_eq!(refused(here, "make new.json --seed 1 -o x --grow a=mean").0, 2);
    let (status, text) = refused(here, "make plan.json --from bert --rename a=b -o out");
    assert!(status == 2 && text.contains("leave out `--rename`"), "{text}");
    let (status, text) = refused(here, "verify bert --from bert");
    assert!(status == 3 && text.contains("loads nothing"), "{text}");
}

/// One bit of each kind of tensor: copied, drawn, and the old and the new rows of a grown one.
#[test]
fn a_flipped_bit_is_named() {
    let folder = folder("bfloat16");
    let here = folder.path();
    said(here, &format!("make {} -o out", load("mean")));
    let file = here.join("out/model.safetensors");
    let table = "bert.embeddings.word_embeddings.weight";
    for (name, element) in
        [("bert.pooler.dense.bias", 3), ("classifier.weight", 5), (table, 0), (table, 44 * 16)]
    {
        let bytes = fs::read(&file).unwrap();
        let place = crate::place_of(&bytes, name) + 4 * element;
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        fs::write(&file, &flipped).unwrap();
        let (status, text) = refused(here, "verify out --from bert");
        let due = format!("`{name}` differs in 1 elements, from element {element} on");
        assert!(status == 1 && text.contains(&due) && text.lines().count() == 1, "{text}");
        fs::write(&file, &bytes).unwrap();
    }
    let (status, text) = refused(here, "verify out");
    assert!(status == 3 && text.contains("--from"), "{text}");
}

/// Parts of a loaded model join to it.
#[test]
fn shards_of_a_loaded_model_join_to_it() {
    let folder = folder("float32");
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, &format!("plan {} --json", load("mean_and_covariance"))))
        .unwrap();
    said(here, "make plan.json --from bert -o out");
    let shards: Vec<_> = (0..3)
        .map(|rank| {
            said(here, &format!("shards plan.json --from bert --fsdp 3 --rank {rank} -o shards"));
            tensors(&here.join(format!("shards/shard-{:05}-model-00001-of-00001.safetensors", rank + 1)))
        })
        .collect();
    for (name, tensor) in tensors(&here.join("out/model.safetensors")) {
        let parts: Vec<_> = shards.iter().filter_map(|shard| shard.get(&name)).collect();
        assert!(bits(&Tensor::cat(&parts, 0).unwrap()) == bits(&tensor), "{name}");
    }
}
