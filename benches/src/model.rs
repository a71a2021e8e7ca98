//! Whole models: what their constructors ask a `VarBuilder` for, name by name.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use candle_core::{DType, Device, Result, Tensor};
use candle_init::{Checkpoint, Initializer};
use candle_nn::{Init, VarBuilder, VarMap};

use crate::measure::peak_mib;
use crate::row::Row;

/// A transformer by its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// What it is called on a command line.
    pub name: &'static str,
    vocabulary: usize,
    width: usize,
    layers: usize,
    shape: Family,
}

#[derive(Clone, Copy, Debug)]
enum Family {
    Gpt2 { context: usize },
    Llama { feed_forward: usize, key_values: usize },
}

/// GPT-2 small (124 M parameters; Radford et al. 2019) and the shape of Llama 3.2 1B (1.24 G, its head tied).
pub const MODELS: [Model; 2] = [
    Model {
        name: "gpt2-small",
        vocabulary: 50_257,
        width: 768,
        layers: 12,
        shape: Family::Gpt2 { context: 1024 },
    },
    Model {
        name: "llama-1.2b",
        vocabulary: 128_256,
        width: 2048,
        layers: 16,
        shape: Family::Llama { feed_forward: 8192, key_values: 512 },
    },
];

const NORMAL: Init = Init::Randn { mean: 0.0, stdev: 0.02 };
const ZEROS: Init = Init::Const(0.0);
const ONES: Init = Init::Const(1.0);

impl Model {
    /// Asks for every parameter; returns the tensors, as a model holds them.
    ///
    /// # Errors
    /// The builder's own.
    pub fn build(&self, vb: &VarBuilder<'_>) -> Result<Vec<Tensor>> {
        let mut held = Vec::new();
        let mut get = |vb: &VarBuilder<'_>, shape: &[usize], name: &str, hint| -> Result<()> {
            held.push(vb.get_with_hints(shape, name, hint)?);
            Ok(())
        };
        let width = self.width;
        get(&vb.pp("wte"), &[self.vocabulary, width], "weight", NORMAL)?;
        match self.shape {
            Family::Gpt2 { context } => {
                get(&vb.pp("wpe"), &[context, width], "weight", NORMAL)?;
                for layer in 0..self.layers {
                    gpt2_block(&vb.pp("h").pp(layer), width, &mut get)?;
                }
            }
            Family::Llama { feed_forward, key_values } => {
                for layer in 0..self.layers {
                    llama_block(&vb.pp("layers").pp(layer), [width, feed_forward, key_values], &mut get)?;
                }
            }
        }
        get(&vb.pp("ln_f"), &[width], "weight", ONES)?;
        if let Family::Gpt2 { .. } = self.shape {
            get(&vb.pp("ln_f"), &[width], "bias", ZEROS)?;
        }
        Ok(held)
    }
}

type Get<'a> = dyn FnMut(&VarBuilder<'_>, &[usize], &str, Init) -> Result<()> + 'a;

fn gpt2_block(vb: &VarBuilder<'_>, width: usize, get: &mut Get<'_>) -> Result<()> {
    for norm in ["ln_1", "ln_2"] {
        get(&vb.pp(norm), &[width], "weight", ONES)?;
        get(&vb.pp(norm), &[width], "bias", ZEROS)?;
    }
    let linears = [
        ("attn.c_attn", 3 * width, width),
        ("attn.c_proj", width, width),
        ("mlp.c_fc", 4 * width, width),
        ("mlp.c_proj", width, 4 * width),
    ];
    for (name, outputs, inputs) in linears {
        get(&vb.pp(name), &[outputs, inputs], "weight", NORMAL)?;
        get(&vb.pp(name), &[outputs], "bias", ZEROS)?;
    }
    Ok(())
}

fn llama_block(vb: &VarBuilder<'_>, sizes: [usize; 3], get: &mut Get<'_>) -> Result<()> {
    let [width, feed_forward, key_values] = sizes;
    for norm in ["input_layernorm", "post_attention_layernorm"] {
        get(&vb.pp(norm), &[width], "weight", ONES)?;
    }
    let linears = [
        ("self_attn.q_proj", width, width),
        ("self_attn.k_proj", key_values, width),
        ("self_attn.v_proj", key_values, width),
        ("self_attn.o_proj", width, width),
        ("mlp.gate_proj", feed_forward, width),
        ("mlp.up_proj", feed_forward, width),
        ("mlp.down_proj", width, feed_forward),
    ];
    for (name, outputs, inputs) in linears {
        get(&vb.pp(name), &[outputs, inputs], "weight", NORMAL)?;
    }
    Ok(())
}

/// The variable that tells a process that it is to build one model and say what that took.
const TASK: &str = "CANDLE_INIT_BENCH_MODEL";

/// What a first build takes in a process of its own, which this program is started as once more.
///
/// # Errors
/// Where it cannot be started, or says no row.
pub fn in_fresh_process(model: &str, dtype: &str, who: &str) -> anyhow::Result<Row> {
    let task = format!("{model} {dtype} {who}");
    let output = Command::new(std::env::current_exe()?).env(TASK, &task).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim())
        .map_err(|e| anyhow::anyhow!("{task}: {e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The quickest of `runs` first builds, and its memory. The first after a while also pays for memory that the host of
/// a virtual machine took back.
///
/// # Errors
/// As [`in_fresh_process`].
pub fn best_in_fresh_processes(model: &str, dtype: &str, who: &str, runs: usize) -> anyhow::Result<Row> {
    let mut best = in_fresh_process(model, dtype, who)?;
    for _ in 1..runs {
        let row = in_fresh_process(model, dtype, who)?;
        if row.seconds < best.seconds {
            best = row;
        }
    }
    Ok(best)
}

/// Does the task, if this process was started for one: `true` then.
///
/// # Errors
/// An unknown task; candle's errors.
pub fn did_task() -> anyhow::Result<bool> {
    let Ok(task) = std::env::var(TASK) else { return Ok(false) };
    let words: Vec<&str> = task.split(' ').collect();
    let &[model, dtype, who, ..] = words.as_slice() else {
        anyhow::bail!("{TASK} wants three words: {task}")
    };
    let file = words.get(3).map(Path::new);
    let model = MODELS.iter().find(|m| m.name == model);
    let model = model.ok_or_else(|| anyhow::anyhow!("no model has that name: {task}"))?;
    let vars = VarMap::new();
    let start = Instant::now();
    let held = model.build(&builder(who, file, &vars, dtype.parse()?)?)?;
    let seconds = start.elapsed().as_secs_f64();
    let elements = held.iter().map(Tensor::elem_count).sum();
    let row = Row {
        who: who.into(),
        distribution: "model".into(),
        dtype: dtype.into(),
        elements,
        state: "fresh".into(),
        threads: rayon::current_num_threads(),
        ns: seconds * 1e9 / elements as f64,
        seconds: Some(seconds),
        model: Some(model.name.into()),
        peak_mib: peak_mib(),
    };
    println!("{}", serde_json::to_string(&row)?);
    Ok(true)
}

/// The builder; from a file, if there is one, as each maps it.
fn builder(
    who: &str,
    file: Option<&Path>,
    vars: &VarMap,
    dtype: DType,
) -> anyhow::Result<VarBuilder<'static>> {
    let device = Device::Cpu;
    Ok(match (who, file) {
        ("candle", None) => VarBuilder::from_varmap(vars, dtype, &device),
        // SAFETY: the bench wrote the file and nobody writes to it while it runs.
        #[allow(unsafe_code, reason = "candle's own way to map a file")]
        ("candle", Some(file)) => unsafe { VarBuilder::from_mmaped_safetensors(&[file], dtype, &device)? },
        (_, None) => Initializer::new(42).lenient().var_builder(vars, dtype, &device),
        (_, Some(file)) => {
            Initializer::new(42).load(Checkpoint::open(file)?).var_builder(vars, dtype, &device)
        }
    })
}

/// Saves a model in a dtype, for those who load it.
///
/// # Errors
/// candle's and the system's.
pub fn save(name: &str, dtype: &str, file: &Path) -> anyhow::Result<()> {
    let model =
        MODELS.iter().find(|m| m.name == name).ok_or_else(|| anyhow::anyhow!("no such model: {name}"))?;
    let vars = VarMap::new();
    model.build(&Initializer::new(42).lenient().var_builder(&vars, dtype.parse()?, &Device::Cpu))?;
    Ok(vars.save(file)?)
}
