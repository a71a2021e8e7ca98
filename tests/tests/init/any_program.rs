//! Any program of calls on one initializer and two maps, the second under a scope of its own: layers and parameters with
//! sound and hostile shapes, hints and dtypes, plans, builds, reports, threads, a checkpoint, ties, closures that fail.
//!
//! Whatever the order: no panic, a call that fails changes nothing, a call that is repeated says the same, and what succeeds
//! has the values that it has alone, and in the opposite order.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use acceptance::values::{bits, snapshot};
use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_init::{Checkpoint, Error as InitError, Framework, Growth, Initializer, Layer, Rule, init};
use candle_nn::{Init as Hint, LSTMConfig, VarBuilder, VarMap};
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

const CPU: Device = Device::Cpu;

/// Names that the rules of [`initializer`] speak of, and others.
const NAMES: [&str; 11] = [
    "a.weight",
    "a.bias",
    "tied.weight",
    "fails.weight",
    "nan.weight",
    "absent.weight",
    "kept.weight",
    "stated.weight",
    "rnn.weight_hh_l0",
    "é\u{1b}.",
    "",
];

/// Shapes that are made, empty ones, and some that no memory has.
const SHAPES: [&[usize]; 10] = [
    &[2, 3],
    &[3, 2],
    &[6],
    &[],
    &[4, 3],
    &[0, 4],
    &[2, 2, 3],
    &[usize::MAX, 2],
    &[1 << 40, 1 << 40],
    &[usize::MAX, 0],
];

/// Dtypes of weights, of buffers, and one that candle only names.
const DTYPES: [DType; 8] =
    [DType::F32, DType::F32, DType::BF16, DType::F16, DType::F8E4M3, DType::U8, DType::I64, DType::F6E2M3];

const HINTS: [Hint; 6] = [
    Hint::Const(0.0),
    Hint::Const(1.0),
    Hint::Const(f64::NAN),
    Hint::Randn { mean: 0.0, stdev: 0.02 },
    Hint::Uniform { lo: 1.0, up: -1.0 },
    candle_nn::init::DEFAULT_KAIMING_NORMAL,
];

/// One parameter.
#[derive(Clone, Copy, Debug)]
struct Ask {
    map: usize,
    name: &'static str,
    dims: &'static [usize],
    hint: Hint,
    dtype: DType,
}

/// A layer of `candle_nn`, by kind and sizes.
#[derive(Clone, Copy, Debug)]
struct Part {
    kind: usize,
    sizes: (usize, usize),
}

#[derive(Clone, Debug)]
enum Step {
    Ask(Ask),
    /// The same from four threads at once.
    Threads(Ask),
    /// Without a shape.
    Unshaped(Ask),
    Exists(Ask),
    Layer(usize, Part),
    Plan(Part),
    Build(usize, Part),
    Report(usize),
    Trainable(usize),
}

impl Step {
    /// Whether it asks for one parameter or for none: of a layer that fails, parameters before the failure stay.
    fn is_whole(&self) -> bool {
        !matches!(self, Self::Layer(..) | Self::Build(..))
    }

    /// Whether what it says depends on itself alone: not on what there is by now.
    fn stands_alone(&self) -> bool {
        matches!(self, Self::Ask(_) | Self::Threads(_) | Self::Layer(..) | Self::Plan(_))
    }
}

fn ask() -> impl Strategy<Value = Ask> {
    let what =
        (select(NAMES.to_vec()), select(SHAPES.to_vec()), select(HINTS.to_vec()), select(DTYPES.to_vec()));
    (0..2_usize, what).prop_map(|(map, (name, dims, hint, dtype))| Ask { map, name, dims, hint, dtype })
}

fn part() -> impl Strategy<Value = Part> {
    let size = || select(vec![0, 1, 2, 3, 5, 1 << 62, usize::MAX]);
    (0..5_usize, size(), size()).prop_map(|(kind, i, o)| Part { kind, sizes: (i, o) })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => ask().prop_map(Step::Ask),
        1 => ask().prop_map(Step::Threads),
        1 => ask().prop_map(Step::Unshaped),
        1 => ask().prop_map(Step::Exists),
        2 => (0..2_usize, part()).prop_map(|(map, part)| Step::Layer(map, part)),
        1 => part().prop_map(Step::Plan),
        1 => (0..2_usize, part()).prop_map(|(map, part)| Step::Build(map, part)),
        1 => (0..2_usize).prop_map(Step::Report),
        1 => (0..2_usize).prop_map(Step::Trainable),
    ]
}

/// Everything that can be said, or what the bits of `said` leave of it.
fn initializer(said: u16, checkpoint: &Checkpoint) -> Initializer {
    let fails = Rule::custom("fails", |_, _| candle_core::bail!("no, for a reason of its own"));
    let nan = Rule::custom("nan", |shape: &Shape, _| Ok(vec![f32::NAN; shape.elem_count()]));
    let mut init = Initializer::new(7).rule("fails.*", fails).rule("nan.*", nan).absent("absent.*");
    let mut on = |bit: u16, change: &dyn Fn(Initializer) -> Initializer| {
        if said & 1 << bit != 0 {
            init = change(init.clone());
        }
    };
    on(0, &|init| init.weights(init::HE_NORMAL));
    on(1, &|init| init.tie("tied.weight", "a.weight"));
    on(2, &|init| init.frozen("a.*"));
    on(3, &|init| init.load(checkpoint.clone()));
    on(4, &|init| init.grow("kept.*", Growth::Mean));
    on(5, &|init| init.shape("stated.*", (2, 2)));
    on(6, &|init| init.layer("rnn.*", Layer::LSTM));
    on(7, &|init| init.defaults(Framework::PyTorch));
    on(8, &|init| init.lenient());
    on(9, &|init| init.rule("*.weight", init::ORTHOGONAL.times(0.5)));
    on(10, &|init| init.rule("[", init::ZEROS));
    on(11, &|init| init.rule("*", "normal(std=0.02)"));
    init
}

/// Two maps, and who builds into each.
struct World {
    inits: [Initializer; 2],
    maps: [VarMap; 2],
}

type Said = std::result::Result<String, String>;

impl World {
    fn new(init: &Initializer) -> Self {
        Self { inits: [init.clone(), init.scope("other")], maps: [VarMap::new(), VarMap::new()] }
    }

    fn builder(&self, map: usize, dtype: DType) -> VarBuilder<'static> {
        self.inits[map].var_builder(&self.maps[map], dtype, &CPU)
    }

    /// What a step says: values to the bit, a text, or an error.
    fn run(&self, step: &Step) -> Said {
        match step {
            Step::Ask(ask) => self.ask(ask),
            Step::Threads(ask) => self.by_threads(ask),
            Step::Unshaped(ask) => shown(self.builder(ask.map, ask.dtype).get_unchecked(ask.name)),
            Step::Exists(ask) => Ok(self.builder(ask.map, ask.dtype).contains_tensor(ask.name).to_string()),
            Step::Layer(map, part) => said(layer(self.builder(*map, DType::F32), *part).and_then(read)),
            Step::Plan(part) => {
                let plan = self.inits[0].plan(DType::BF16, |vb| layer(vb, *part).map(drop));
                plan.map(|plan| plan.to_string()).map_err(|error| helpful(&error))
            }
            Step::Build(map, part) => {
                let built = self.inits[*map].build(&self.maps[*map], DType::F32, &CPU, |vb| layer(vb, *part));
                built.map_err(|error| helpful(&error)).and_then(|made| said(read(made)))
            }
            Step::Report(map) => {
                let report = self.inits[*map].report(&self.maps[*map]);
                report.map(|report| report.to_string()).map_err(|error| helpful(&error))
            }
            Step::Trainable(map) => Ok(self.inits[*map].trainable(&self.maps[*map]).len().to_string()),
        }
    }

    fn ask(&self, Ask { map, name, dims, hint, dtype }: &Ask) -> Said {
        shown(self.builder(*map, *dtype).get_with_hints(*dims, name, *hint))
    }

    fn by_threads(&self, ask: &Ask) -> Said {
        let all: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| self.ask(ask))).collect();
            threads.into_iter().map(|thread| thread.join().map_err(|_| "it panicked".to_string())).collect()
        });
        let first: Said = all[0].clone()?;
        assert!(all.iter().all(|said| said.as_ref() == Ok(&first)), "threads differ: {all:?}");
        first
    }

    /// How many variables there are.
    fn len(&self) -> usize {
        self.maps.iter().map(|map| map.all_vars().len()).sum()
    }

    fn snapshots(&self) -> Result<[Snapshot; 2]> {
        Ok([snapshot(&self.maps[0])?, snapshot(&self.maps[1])?])
    }
}

type Snapshot = BTreeMap<String, acceptance::values::Kept>;

/// A layer under a path of its own: its parameters, which in a plan have a shape alone.
fn layer(vb: VarBuilder<'static>, Part { kind, sizes: (i, o) }: Part) -> Result<Vec<Tensor>> {
    let vb = vb.pp(format!("layer{kind}_{i}_{o}"));
    Ok(match kind {
        0 => {
            let made = candle_nn::linear(i, o, vb)?;
            made.bias().into_iter().chain([made.weight()]).cloned().collect()
        }
        1 => vec![candle_nn::embedding(i, o, vb)?.embeddings().clone()],
        2 => vec![candle_nn::layer_norm(i, 1e-5, vb)?.weight().clone()],
        3 => vec![candle_nn::conv1d_no_bias(i, o, 3, Default::default(), vb)?.weight().clone()],
        _ => candle_nn::lstm(i, o, LSTMConfig::default(), vb).map(|_| Vec::new())?,
    })
}

/// Dtype, dimensions and bits of each.
fn read(tensors: Vec<Tensor>) -> Result<String> {
    tensors
        .iter()
        .map(|tensor| Ok(format!("{:?} {:?} {:?}", tensor.dtype(), tensor.dims(), bits(tensor)?)))
        .collect()
}

fn said(result: Result<String>) -> Said {
    result.map_err(|error| helpful(&InitError::from(error)))
}

fn shown(tensor: Result<Tensor>) -> Said {
    said(tensor.and_then(|tensor| read(vec![tensor])))
}

/// The text of an error, which says more than a word.
fn helpful(error: &InitError) -> String {
    let text = error.to_string();
    let text = text.split("\n   0: ").next().unwrap_or_default(); // candle's own have a backtrace, if one is asked for
    assert!(text.split_whitespace().count() >= 4, "an error that says only: {text}");
    text.into()
}

/// One step, twice; what it leaves of the maps before.
fn checked(world: &World, step: &Step) -> std::result::Result<Said, TestCaseError> {
    let run = || catch_unwind(AssertUnwindSafe(|| world.run(step)));
    let panicked = |_| TestCaseError::fail(format!("{step:?} panicked"));
    let wrong = |error: candle_core::Error| TestCaseError::fail(error.to_string());
    let before = world.snapshots().map_err(wrong)?;
    let first = run().map_err(panicked)?;
    let after = world.snapshots().map_err(wrong)?;
    for (before, after) in before.iter().zip(&after) {
        for (name, variable) in before {
            prop_assert_eq!(after.get(name), Some(variable), "{} was changed by {:?}", name, step);
        }
    }
    if first.is_err() && step.is_whole() {
        prop_assert!(before == after, "{step:?} failed and made something");
    }
    let second = run().map_err(panicked)?;
    prop_assert_eq!(&first, &second, "{:?}, repeated", step);
    prop_assert!(after == world.snapshots().map_err(wrong)?, "{step:?}, repeated, made something");
    Ok(first)
}

/// A file with `kept.weight` of two rows.
fn checkpoint(folder: &TempDir) -> std::result::Result<Checkpoint, Box<dyn std::error::Error>> {
    let (vars, file) = (VarMap::new(), folder.path().join("kept.safetensors"));
    let init = Initializer::new(3).rule("kept.weight", init::normal(0.0, 1.0));
    init.var_builder(&vars, DType::F32, &CPU).get((2, 3), "kept.weight")?;
    vars.save(&file)?;
    Ok(Checkpoint::open(file)?)
}

#[test]
fn any_program_of_calls() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let kept = checkpoint(&folder)?;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(300));
    let programs = (0..1_u16 << 12, prop::collection::vec(step(), 1..24));
    runner.run(&programs, |(said, mut steps)| {
        let init = initializer(said, &kept);
        let is_lenient = said & 1 << 8 != 0;
        steps.iter_mut().for_each(|step| one_hint(step, is_lenient));
        let world = World::new(&init);
        let mut succeeded = Vec::new();
        for step in &steps {
            let before = world.len();
            if let Ok(values) = checked(&world, step)?
                && step.stands_alone()
            {
                if let Ok(alone) = World::new(&init).run(step) {
                    prop_assert_eq!(&alone, &values, "{:?}, alone and in its place", step);
                }
                if world.len() > before {
                    succeeded.push((step, values));
                }
            }
        }
        let opposite = World::new(&init);
        for (step, values) in succeeded.into_iter().rev() {
            prop_assert_eq!(opposite.run(step), Ok(values), "{:?} in the opposite order", step);
        }
        Ok(())
    })?;
    Ok(())
}

/// Of hints that differ for one name, a lenient initializer takes the first, and every one does for integers: there is one.
fn one_hint(step: &mut Step, is_lenient: bool) {
    if let Step::Ask(ask) | Step::Threads(ask) = step
        && (is_lenient || ask.dtype.is_int())
    {
        ask.hint = HINTS[0];
    }
}

/// What the property has found, by a case of its own: candle multiplies the sides of an integer's shape unchecked.
#[test]
fn integers_that_no_memory_has_are_refused() -> Result<()> {
    let (init, vars) = (Initializer::new(1), VarMap::new());
    let made = init.var_builder(&vars, DType::U8, &CPU).get((usize::MAX, 2), "num_batches_tracked");
    let said = made.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said.contains("more elements than usize counts"), "{said}");
    assert!(snapshot(&vars)?.is_empty());
    Ok(())
}
