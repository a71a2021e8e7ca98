//! Parts of tensors, as files and as a `VarBuilder`.

use std::fs;

use crate::{bits, folder, refused, said, tensors};

#[test]
fn shards_join_to_the_model() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --json")).unwrap();
    said(here, "make plan.json -o out");
    let whole = tensors(&here.join("out/model.safetensors"));
    let dims = |name: &str| match name {
        _ if name.contains("o_proj") || name.contains("down_proj") => Some(1),
        _ if name.contains("norm") => None,
        _ => Some(0),
    };
    for (kind, ranks) in [("tp", 2), ("fsdp", 3)] {
        let shard = |rank: usize| {
            said(here, &format!("shards plan.json --{kind} {ranks} --rank {rank} -o {kind}"));
            tensors(&here.join(format!("{kind}/shard-{:05}-model-00001-of-00001.safetensors", rank + 1)))
        };
        let shards: Vec<_> = (0..ranks).map(shard).collect();
        for (name, tensor) in &whole {
            let parts: Vec<_> = shards.iter().filter_map(|shard| shard.get(name)).collect();
            let dim = if kind == "tp" { dims(name).unwrap_or(0) } else { 0 };
            let joined = candle_core::Tensor::cat(&parts, dim).unwrap();
            assert_eq!(joined.dims(), tensor.dims(), "{name}");
            assert!(bits(&joined) == bits(tensor), "{kind} {name}");
        }
    }
    // Another split, and what is no shard, are not mixed with these.
    let (status, text) = refused(here, "shards plan.json --tp 4 --rank 0 -o tp");
    assert!(status == 3 && text.contains("another split"), "{text}");
    assert_eq!(refused(here, "shards plan.json --tp 2 --rank 0 -o out").0, 3);
    let (status, text) = refused(here, "shards plan.json --tp 3 --rank 0 -o tp3");
    assert!(status == 3 && text.contains("3 equal parts"), "{text}");
    assert_eq!(refused(here, "shards plan.json --tp 2 --rank 0 --split *.fc.weight=0 -o tp3").0, 3);
}

#[test]
fn tensor_parallel_models_get_the_parts_of_the_files() {
    use candle_core::{DType, Device};
    use candle_nn::var_builder::Shard;
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --json")).unwrap();
    said(here, "make plan.json -o out");
    let whole = tensors(&here.join("out/model.safetensors"));
    let manifest = candle_init_models::Manifest::read(here.join("plan.json")).unwrap();
    let vb = manifest.sharded(DType::F32, &Device::Cpu).pp("model.layers.0.mlp");
    for (name, dim) in [("up_proj", 0), ("down_proj", 1)] {
        let tensor = &whole[&format!("model.layers.0.mlp.{name}.weight")];
        let half = tensor.dim(dim).unwrap() / 2;
        let part = vb.pp(name).get_with_hints((), "weight", Shard { dim, rank: 1, world_size: 2 }).unwrap();
        assert_eq!(bits(&part), bits(&tensor.narrow(dim, half, half).unwrap().contiguous().unwrap()));
        assert_eq!(bits(&vb.pp(name).get((), "weight").unwrap()), bits(tensor)); // one rank, as planned
    }
    let error = |shape: (usize, usize), world_size| {
        vb.pp("up_proj")
            .get_with_hints(shape, "weight", Shard { dim: 0, rank: 0, world_size })
            .unwrap_err()
            .to_string()
    };
    assert!(error((172, 64), 3).contains("equally") && error((1, 2), 1).contains("asked for"));
}

/// The plan of a config with some of its text replaced.
fn plan_of(here: &std::path::Path, replaced: &[(&str, &str)]) {
    let config = replaced.iter().fold(crate::LLAMA.to_string(), |config, (from, to)| {
        assert!(config.contains(from), "{from}");
        config.replace(from, to)
    });
    fs::write(here.join("config.json"), config).unwrap();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --json")).unwrap();
    said(here, "make plan.json -o out --force");
}

type Tensors = std::collections::HashMap<String, candle_core::Tensor>;

/// The tensors of a file, where its metadata says that each begins, and which rows are padding.
type Shard = (Tensors, serde_json::Value, serde_json::Value);

/// A rank's shard.
fn shard(here: &std::path::Path, number: usize, arguments: &str) -> Shard {
    let folder = arguments.split_whitespace().last().unwrap().to_string();
    said(here, &format!("shards plan.json {arguments}"));
    read(&here.join(folder).join(format!("shard-{number:05}-model-00001-of-00001.safetensors")))
}

fn read(path: &std::path::Path) -> Shard {
    let bytes = fs::read(path).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let json = |key: &str| {
        let text = header["__metadata__"][key].as_str();
        text.map(|text| serde_json::from_str(text).unwrap()).unwrap_or_default()
    };
    (tensors(path), json("DCP_SHARDING_INFO"), json("candle_init_padding"))
}

/// Every element of the whole is in some shard, and every element of a shard is the whole's where its offsets say, or a zero
/// that is said.
fn joins(whole: &Tensors, shards: &[Shard]) {
    let mut seen: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    let mut places = std::collections::HashSet::new();
    for (tensors, offsets, padding) in shards {
        for (name, found) in tensors {
            let (due, at) = (&whole[name], &offsets[name]["saved_offsets"]);
            let zeros = padding[name]["zeros"].as_u64().unwrap_or(0) as usize;
            let mut due = due.clone();
            let mut values = found.clone();
            for (dim, length) in found.dims().iter().enumerate() {
                let start = at[dim].as_u64().unwrap() as usize;
                let length = if dim == 0 { length - zeros } else { *length };
                values = values.narrow(dim, 0, length).unwrap();
                due = due.narrow(dim, start.min(due.dim(dim).unwrap()), length).unwrap();
            }
            assert!(bits(&values.contiguous().unwrap()) == bits(&due.contiguous().unwrap()), "{name}");
            if zeros > 0 {
                let rows = found.dim(0).unwrap();
                let rest = found.narrow(0, rows - zeros, zeros).unwrap();
                assert!(bits(&rest).iter().all(|&value| value.to_bits() == 0), "{name}");
                assert_eq!(padding[name]["rows"], whole[name].dim(0).unwrap());
            }
            // What is repeated is counted once.
            if places.insert((name.clone(), at.to_string())) {
                *seen.entry(name).or_default() += values.elem_count();
            }
        }
    }
    for (name, tensor) in whole {
        assert_eq!(seen.get(name.as_str()), Some(&tensor.elem_count()), "{name}");
    }
}

#[test]
fn heads_are_repeated_where_ranks_are_more() {
    let folder = folder();
    let here = folder.path();
    plan_of(here, &[]);
    let whole = tensors(&here.join("out/model.safetensors"));
    let shards: Vec<_> =
        (0..4).map(|rank| shard(here, rank + 1, &format!("--tp 4 --rank {rank} -o tp"))).collect();
    joins(&whole, &shards);
    for (rank, (tensors, ..)) in shards.iter().enumerate() {
        for name in ["k_proj", "v_proj"].map(|name| format!("model.layers.1.self_attn.{name}.weight")) {
            // Two heads of 16 rows for four ranks.
            let head = whole[&name].narrow(0, 16 * (rank / 2), 16).unwrap();
            assert!(bits(&tensors[&name]) == bits(&head), "{name} {rank}");
        }
        assert_eq!(tensors["model.layers.1.self_attn.q_proj.weight"].dims(), [16, 64]);
    }
    for (tp, part) in [(3, "4 heads, which 3 ranks cannot share: choose 1, 2 or 4 ranks"), (8, "1, 2 or 4")] {
        let (status, text) = refused(here, &format!("shards plan.json --tp {tp} --pad-vocab --rank 0 -o no"));
        assert!(status == 3 && text.contains(part), "{text}");
    }
    plan_of(
        here,
        &[
            ("\"num_attention_heads\": 4", "\"num_attention_heads\": 8"),
            ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4"),
            ("\"intermediate_size\": 172", "\"intermediate_size\": 168"),
        ],
    );
    let (status, text) = refused(here, "shards plan.json --tp 8 --rank 8 -o no");
    assert!(status == 3 && text.contains("rank 8 of 8"), "{text}");
    let whole = tensors(&here.join("out/model.safetensors"));
    let shards: Vec<_> =
        (0..8).map(|rank| shard(here, rank + 1, &format!("--tp 8 --rank {rank} -o tp8"))).collect();
    joins(&whole, &shards);
}

#[test]
fn a_vocabulary_is_padded_with_zeros_that_are_said() {
    let folder = folder();
    let here = folder.path();
    plan_of(here, &[("\"vocab_size\": 1000", "\"vocab_size\": 5")]);
    let whole = tensors(&here.join("out/model.safetensors"));
    let (status, text) = refused(here, "shards plan.json --tp 4 --rank 0 -o tp");
    assert!(status == 3 && text.contains("--pad-vocab"), "{text}");
    let shards: Vec<_> = (0..4)
        .map(|rank| shard(here, rank + 1, &format!("--tp 4 --pad-vocab --rank {rank} -o tp")))
        .collect();
    joins(&whole, &shards);
    for (rank, zeros) in [(0, None), (1, None), (2, Some(1)), (3, Some(2))] {
        let (tensors, offsets, padding) = &shards[rank];
        assert_eq!(tensors["lm_head.weight"].dims(), [2, 64]);
        assert_eq!(offsets["lm_head.weight"]["saved_offsets"][0], 2 * rank);
        assert_eq!(padding["lm_head.weight"]["zeros"].as_u64(), zeros);
        assert!(padding["model.norm.weight"].is_null());
    }
    // With padding and without are not mixed.
    let (status, text) = refused(here, "shards plan.json --tp 5 --rank 0 --split lm_head.weight=0 -o tp");
    assert!(status == 3 && text.contains("another split"), "{text}");
    fs::write(here.join("shapes.json"), r#"{"lm_head.weight": [5, 2]}"#).unwrap();
    fs::write(here.join("bare.json"), said(here, "plan --shapes shapes.json --rule *=ones --seed 1 --json"))
        .unwrap();
    let (status, text) = refused(here, "shards bare.json --tp 2 --rank 0 --pad-vocab -o bare");
    assert!(status == 3 && text.contains("vocab_size"), "{text}");
}

#[test]
fn stages_have_layers_by_their_numbers_in_the_whole() {
    let folder = folder();
    let here = folder.path();
    plan_of(here, &[("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4")]);
    let whole = tensors(&here.join("out/model.safetensors"));
    let stages: Vec<_> =
        (0..2).map(|stage| shard(here, stage + 1, &format!("--pp 2 --stage {stage} -o pp"))).collect();
    joins(&whole, &stages);
    let has = |stage: usize, name: &str| stages[stage].0.contains_key(name);
    assert!(has(0, "model.embed_tokens.weight") && !has(0, "lm_head.weight") && !has(0, "model.norm.weight"));
    assert!(has(1, "lm_head.weight") && has(1, "model.norm.weight") && !has(1, "model.embed_tokens.weight"));
    assert!(has(0, "model.layers.1.mlp.up_proj.weight") && has(1, "model.layers.2.mlp.up_proj.weight"));
    assert_eq!(stages.iter().map(|(tensors, ..)| tensors.len()).sum::<usize>(), whole.len());
    // Ranks within stages.
    let each: Vec<_> = (0..4)
        .map(|i| shard(here, i + 1, &format!("--tp 2 --rank {} --pp 2 --stage {} -o both", i % 2, i / 2)))
        .collect();
    joins(&whole, &each);
    // What does not divide says how, and that works.
    let (status, text) = refused(here, "shards plan.json --pp 3 --stage 0 -o three");
    assert!(
        status == 3 && text.contains("choose 1, 2 or 4 stages") && text.contains("`--layers 2,1,1`"),
        "{text}"
    );
    let three: Vec<_> = (0..3)
        .map(|stage| shard(here, stage + 1, &format!("--pp 3 --stage {stage} --layers 2,1,1 -o three")))
        .collect();
    joins(&whole, &three);
    for (arguments, status, part) in [
        ("--pp 3 --stage 0 --layers 2,1,2 -o no", 3, "4 together"),
        ("--pp 2 --stage 2 -o no", 3, "rank 2 of 2"),
        ("--pp 2 -o no", 2, "--stage"),
        ("--tp 2 --pp 2 --stage 0 -o no", 2, "--rank"),
        ("--pp 4 --stage 0 -o pp", 3, "another split"),
    ] {
        let (found, text) = refused(here, &format!("shards plan.json {arguments}"));
        assert!(found == status && text.contains(part), "{arguments}: {found} {text}");
    }
    fs::write(here.join("t5.json"), r#"{"architectures": ["T5ForConditionalGeneration"], "model_type": "t5", "vocab_size": 20, "d_model": 8,
        "d_kv": 4, "d_ff": 16, "num_layers": 2, "num_heads": 2}"#).unwrap();
    fs::write(here.join("t5plan.json"), said(here, "plan t5.json --seed 1 --json")).unwrap();
    let (status, text) = refused(here, "shards t5plan.json --pp 2 --stage 0 -o t5");
    assert!(status == 3 && text.contains("several stacks"), "{text}");
}

/// Shards of so many ranks.
fn shards_of(here: &std::path::Path, ranks: usize, arguments: &str) -> Vec<Shard> {
    let (split, folder) = arguments.rsplit_once(' ').unwrap();
    (0..ranks).map(|rank| shard(here, rank + 1, &format!("{split} --rank {rank} -o {folder}"))).collect()
}

#[test]
fn fully_sharded_goes_over_tensor_parallel() {
    let folder = folder();
    let here = folder.path();
    plan_of(here, &[]);
    let whole = tensors(&here.join("out/model.safetensors"));
    let shards = shards_of(here, 6, "--tp 2 --fsdp 3 both");
    joins(&whole, &shards);
    // Of 172 rows 86 are one rank's, and of these 29, 29 and 28; of 172 columns 86, and of 64 rows 22, 22 and 20.
    for (rank, up, down) in [(0, [0, 0], [0, 0]), (3, [115, 0], [22, 86]), (4, [58, 0], [44, 0])] {
        let (tensors, offsets, _) = &shards[rank];
        let at = |name: &str| &offsets[format!("model.layers.2.mlp.{name}.weight")]["saved_offsets"];
        assert_eq!(at("up_proj"), &serde_json::json!(up), "{rank}");
        assert_eq!(at("down_proj"), &serde_json::json!(down), "{rank}");
        // One copy of what tensor parallel ranks do not split.
        assert_eq!(tensors.contains_key("model.norm.weight"), rank % 2 == 0);
    }
    // Zeros are the last of the last ranks.
    plan_of(here, &[("\"vocab_size\": 1000", "\"vocab_size\": 5")]);
    let whole = tensors(&here.join("out/model.safetensors"));
    let shards = shards_of(here, 8, "--tp 4 --fsdp 2 --pad-vocab padded");
    joins(&whole, &shards);
    let zeros: Vec<_> =
        shards.iter().map(|(.., padding)| padding["lm_head.weight"]["zeros"].as_u64().unwrap_or(0)).collect();
    assert_eq!(zeros, [0, 0, 0, 1, 0, 0, 1, 1]);
    for (arguments, status, part) in [
        ("--tp 2 --fsdp 3 --rank 6 -o no", 3, "rank 6 of 6"),
        ("--tp 2 --fsdp 0 --rank 0 -o no", 3, "rank 0 of 0"),
        ("--fsdp 2 --rank 0 -o both", 3, "another split"),
        ("--tp 4294967296 --fsdp 4294967296 --rank 0 -o no", 2, "more ranks"),
    ] {
        let (found, text) = refused(here, &format!("shards plan.json {arguments}"));
        assert!(found == status && text.contains(part), "{arguments}: {found} {text}");
    }
}

const MIXTRAL: &str = r#"{"architectures": ["MixtralForCausalLM"], "model_type": "mixtral", "vocab_size": 96, "hidden_size": 32,
    "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "num_local_experts": 6}"#;

#[test]
fn experts_are_whole_where_that_is_asked() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("config.json"), MIXTRAL).unwrap();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --json")).unwrap();
    said(here, "make plan.json -o out");
    let whole = tensors(&here.join("out/model.safetensors"));
    let expert = |number: usize| format!("model.layers.1.block_sparse_moe.experts.{number}.w2.weight");
    let alone = shards_of(here, 3, "--ep 3 ep");
    joins(&whole, &alone);
    for number in 0..6 {
        let having: Vec<_> = (0..3).filter(|&rank| alone[rank].0.contains_key(&expert(number))).collect();
        assert_eq!(having, [number / 2]);
    }
    assert!(alone[0].0.contains_key("lm_head.weight") && !alone[1].0.contains_key("lm_head.weight"));
    let both = shards_of(here, 2, "--tp 2 --ep 2 both");
    joins(&whole, &both);
    assert_eq!(both[1].0[&expert(4)].dims(), [32, 48]);
    assert_eq!(both[1].0["model.layers.1.self_attn.q_proj.weight"].dims(), [16, 32]);
    let shared = shards_of(here, 4, "--tp 2 --ep 2 --fsdp 2 shared");
    joins(&whole, &shared);
    assert_eq!(shared[3].0[&expert(4)].dims(), [16, 48]);
    // Stacked, by their first dimension.
    let stacked = r#"{"l.0.experts.up": [6, 4, 8], "l.0.experts.up_bias": [6, 4], "l.0.router": [6, 8]}"#;
    fs::write(here.join("shapes.json"), stacked).unwrap();
    let plan = said(here, "plan --shapes shapes.json --rule *=normal --seed 1 --json");
    fs::write(here.join("stacked.json"), plan).unwrap();
    said(here, "shards stacked.json --ep 3 --rank 1 -o stacked");
    let found = tensors(&here.join("stacked/shard-00002-model-00001-of-00001.safetensors"));
    assert_eq!((found["l.0.experts.up"].dims(), found.len()), (&[2, 4, 8][..], 2));
    let dense = r#"{"l.0.experts.0.up": [4], "l.0.experts.1.up": [4], "l.1.experts.0.up": [4]}"#;
    fs::write(here.join("shapes.json"), dense).unwrap();
    let plan = said(here, "plan --shapes shapes.json --rule *=ones --seed 1 --json");
    fs::write(here.join("unlike.json"), plan).unwrap();
    fs::write(here.join("dense.json"), crate::LLAMA).unwrap();
    fs::write(here.join("dense.json"), said(here, "plan dense.json --seed 1 --json")).unwrap();
    for (arguments, status, part) in [
        ("plan.json --ep 4 --rank 0", 3, "6 experts, which 4 ranks cannot share: choose 1, 2, 3 or 6 ranks"),
        ("plan.json --tp 2 --ep 3 --rank 0", 2, "as many are required"),
        ("plan.json --ep 3", 2, "--rank"),
        ("unlike.json --ep 1 --rank 0", 3, "`l.1`: has the experts 0 to 0, and `l.0` has 0 to 1"),
        ("dense.json --ep 1 --rank 0", 3, "without experts"),
    ] {
        let (found, text) = refused(here, &format!("shards {arguments} -o no"));
        assert!(found == status && text.contains(part), "{arguments}: {found} {text}");
    }
}

const PHI3: &str = r#"{"architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "vocab_size": 96, "hidden_size": 32, "pad_token_id": 0,
    "intermediate_size": 50, "num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2}"#;

/// Of queries, keys and values in one matrix, and of gates and values in one, each rank has its part of each.
#[test]
fn several_matrices_in_one_are_split_each() {
    let folder = folder();
    let here = folder.path();
    fs::write(here.join("config.json"), PHI3).unwrap();
    fs::write(here.join("plan.json"), said(here, "plan config.json --seed 42 --json")).unwrap();
    said(here, "make plan.json -o out");
    let whole = tensors(&here.join("out/model.safetensors"));
    for (split, ranks, file, boxes) in [
        ("--tp 2", 2, "shard-00002-model-00002-of-00003", [("qkv", 40, 8), ("gate_up", 75, 25)]),
        // Of the second half's 32 rows, 16 of them queries, the second rank has the keys and values.
        ("--tp 2 --fsdp 2", 4, "shard-00004-model-00001-of-00002", [("qkv", 40, 8), ("gate_up", 75, 25)]),
        ("--fsdp 2", 2, "shard-00002-model-00001-of-00001", [("qkv", 32, 32), ("gate_up", 50, 50)]),
    ] {
        let out = split.replace([' ', '-'], "");
        for rank in 0..ranks {
            said(here, &format!("shards plan.json {split} --rank {rank} -o {out}"));
        }
        let files = fs::read_dir(here.join(&out)).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "safetensors"));
        joins(&whole, &files.map(|path| read(&path)).collect::<Vec<_>>());
        let (tensors, offsets, _) = read(&here.join(&out).join(format!("{file}.safetensors")));
        for (name, start, rows) in boxes {
            let name = whole.keys().find(|whole| whole.contains(name)).unwrap();
            assert_eq!(offsets[name]["saved_offsets"][0], start, "{split} {name}");
            assert_eq!(tensors[name].dim(0).unwrap(), rows, "{split} {name}");
        }
    }
}
