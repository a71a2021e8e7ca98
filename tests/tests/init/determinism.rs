//! Same seed and name give the same bits, whatever the order, the threads, the builder or the map; and the
//! bits are those of the oracle. Other seeds and names give independent ones.

use std::error::Error;

use acceptance::catalogue::{CATALOGUE, model};
use acceptance::stats::check_uncorrelated;
use acceptance::strategies::{DTYPES, random_initializer, weight};
use acceptance::values::{all_bits, bits, singles, values};
use candle_core::{DType, Device, Tensor};
use candle_init::counter_rng::Stream;
use candle_init::{Error as InitError, Init, Initializer, Layer, init};
use candle_nn::VarMap;
use proptest::prelude::*;
use proptest::sample::select;

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;
const NORMAL: Init = Init::Randn { mean: 0.0, stdev: 1.0 };

fn drawn(seed: u64, name: &str, count: usize, dtype: DType) -> candle_init::Result<Tensor> {
    Initializer::new(seed).tensor(name, count, NORMAL, dtype, &CPU)
}

/// The oracle's values of a unit normal: the exact quantile of the word of each element.
fn oracle(seed: u64, name: &str, from: u64, count: usize) -> Vec<f64> {
    let key = reference::Key::new(seed, name, 0);
    (from..from + count as u64).map(|i| reference::value::normal(key.word(i), 0.0, 1.0)).collect()
}

/// Within a few units in the last place of `f32`.
fn equal(got: &[f64], expected: &[f64]) -> bool {
    got.len() == expected.len() && got.iter().zip(expected).all(|(g, e)| (g - e).abs() <= 1e-6 * e.abs())
}

/// What was drawn, if the dtype is fine enough for the distribution.
fn held<T>(drawn: candle_init::Result<T>) -> candle_init::Result<Option<T>> {
    use candle_init::counter_rng::Error::SpreadLost;
    let lost = |error: &InitError| match error {
        InitError::Parameter { cause, .. } => matches!(**cause, InitError::Distribution(SpreadLost { .. })),
        _ => false,
    };
    match drawn {
        Err(error) if lost(&error) => Ok(None),
        other => other.map(Some),
    }
}

/// The layers of the catalogue in any order.
fn order() -> impl Strategy<Value = Vec<usize>> {
    Just((0..CATALOGUE.len()).collect::<Vec<_>>()).prop_shuffle()
}

proptest! {
    /// A second writing of the stream, from the specification, gives the same numbers.
    #[test]
    fn values_are_the_oracles(seed: u64, name in ".{0,20}", count in 4..300_usize) {
        let got = values(&drawn(seed, &name, count, DType::F32)?)?;
        prop_assert!(equal(&got, &oracle(seed, &name, 0, count)), "{seed} {name:?} {count}");
        // The comparison tells the next seed and a shift by one element: four values or more that agree by
        // chance have a probability below 1e-24.
        prop_assert!(!equal(&got, &oracle(seed.wrapping_add(1), &name, 0, count)));
        prop_assert!(!equal(&got, &oracle(seed, &name, 1, count)));
    }

    /// A narrow tensor is the `f32` tensor rounded once; an `f64` one agrees to the precision of a word.
    #[test]
    fn dtypes_are_the_same_values_rounded(initializer in random_initializer(), weight in weight(20), seed: u64) {
        // Values inside a bound are moved to it where rounding would leave it, so only free distributions compare.
        let (init, shape) = (Initializer::new(seed), weight.shape());
        let make = |dtype| init.tensor("w", &shape, initializer.on(weight.layer), dtype, &CPU);
        let (single, double) = (make(DType::F32)?, values(&make(DType::F64)?)?);
        let (lo, up) = initializer.distribution(&weight.shape(), weight.layer)?.support();
        for dtype in [DType::BF16, DType::F16, DType::F8E4M3] {
            let Some(narrow) = held(make(dtype))? else { continue };
            let (got, rounded) = (values(&narrow)?, values(&single.to_dtype(dtype)?)?);
            let inside = |v: f64| (lo..=up).contains(&v);
            prop_assert!(got.iter().zip(&rounded).all(|(g, r)| g == r || !inside(*r)), "{initializer} {dtype:?}");
        }
        // A double refines the place that a word of 32 bits stands for, which in the tails is wide.
        let exact = initializer.distribution(&weight.shape(), weight.layer)?;
        let scale = double.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
        let near = |(s, d): (&f64, &f64)| {
            (s - d).abs() <= 1e-6 * scale || (exact.cdf(*s) - exact.cdf(*d)).abs() <= 0.5_f64.powi(32)
        };
        prop_assert!(values(&single)?.iter().zip(&double).all(near), "{initializer}");
        prop_assert!(!values(&single)?.iter().skip(1).chain([&9.0]).zip(&double).all(near), "{initializer}: blind");
    }

    /// A part of a tensor can be made alone: by index, from the parameter's stream.
    #[test]
    fn a_slice_is_the_tensors_part(
        initializer in random_initializer(), weight in weight(24), seed: u64, name in "[a-z.]{1,12}", cut in 0.0..1.0_f64,
    ) {
        let (init, rule) = (Initializer::new(seed), initializer.on(weight.layer));
        let tensor = init.tensor(&name, weight.shape(), rule, DType::BF16, &CPU)?;
        let (whole, distribution) = (singles(&tensor)?, initializer.distribution(&weight.shape(), weight.layer)?);
        let from = (cut * whole.len() as f64) as usize;
        let part = Stream::new(seed, &name).vec::<half::bf16>(&distribution, from as u64..whole.len() as u64)?;
        prop_assert!(part.iter().map(|v| v.to_f32()).eq(whole[from..].iter().copied()));
    }

    /// Layers asked in any order, some twice, some from a builder of their own.
    #[test]
    fn the_order_of_requests_does_not_matter(order in order(), seed: u64) {
        let (sorted, shuffled) = (VarMap::new(), VarMap::new());
        let init = Initializer::new(seed);
        model(init.var_builder(&sorted, DType::F32, &CPU))?;
        let vb = init.var_builder(&shuffled, DType::F32, &CPU);
        for &i in order.iter().chain(order.iter().take(3)) {
            (CATALOGUE[i].build)(vb.pp(i))?;
        }
        prop_assert_eq!(all_bits(&shuffled)?, all_bits(&sorted)?);
        // Another seed gives another model, so the comparison is not of constants.
        let other = VarMap::new();
        model(Initializer::new(!seed).var_builder(&other, DType::F32, &CPU))?;
        prop_assert_ne!(all_bits(&other)?, all_bits(&sorted)?);
    }

    /// A path is what its parts join to, however the prefixes were pushed.
    #[test]
    fn prefixes_are_only_paths(parts in proptest::collection::vec("[a-zA-Z0-9_]{1,6}", 1..5), seed: u64) {
        let (path, init) = (parts.join("."), Initializer::new(seed).rule("*", NORMAL));
        let vb = |vars: &VarMap| init.var_builder(vars, DType::F32, &CPU);
        let full = vb(&VarMap::new()).get(70, &format!("{path}.w"))?;
        let chain = parts.iter().fold(vb(&VarMap::new()), |vb, part| vb.pp(part)).get(70, "w")?;
        let prefix = vb(&VarMap::new()).pp("other").set_prefix(&path).get(70, "w")?;
        let direct = init.tensor(&format!("{path}.w"), 70, NORMAL, DType::F32, &CPU)?;
        for other in [&chain, &prefix, &direct] {
            prop_assert_eq!(bits(other)?, bits(&full)?);
        }
    }

    /// Without a model the same name gives the same variable as in one, in every dtype.
    #[test]
    fn a_variable_alone_is_the_models(
        initializer in random_initializer(), weight in weight(12), seed: u64, dtype in select(DTYPES.to_vec()),
    ) {
        let (init, vars) = (Initializer::new(seed).rule("net.w", initializer.on(weight.layer)), VarMap::new());
        let Some(alone) = held(init.var("net.w", weight.shape(), initializer.on(weight.layer), dtype, &CPU))? else {
            return Ok(());
        };
        let inside = init.var_builder(&vars, dtype, &CPU).pp("net").get(weight.shape(), "w")?;
        prop_assert_eq!(bits(&inside)?, bits(&alone)?);
        prop_assert_eq!((inside.dtype(), inside.shape()), (dtype, &weight.shape()));
        prop_assert_ne!(inside.id(), alone.id());
    }
}

/// Elements enough for several threads' shares, and an odd rest.
const LARGE: usize = 5 * 64 * 512 + 37;

#[test]
fn the_thread_count_does_not_matter() -> Outcome {
    for initializer in [NORMAL, init::truncated_normal(0.0, 1.0), Init::Uniform { lo: -1.0, up: 1.0 }] {
        let make = || Initializer::new(5).tensor("w", LARGE, initializer, DType::F32, &CPU);
        let expected = bits(&make()?)?;
        for threads in [1, 2, 3, 7] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            assert!(bits(&pool.install(make)?)? == expected, "{initializer} on {threads} threads");
        }
    }
    Ok(())
}

/// No value of one sample returns at its place in the other, beyond the chance of a few, and no run of three
/// anywhere: a shifted or reordered copy would show.
fn no_common_runs(a: &[f32], b: &[f32]) -> bool {
    let run = |w: &[f32]| [w[0].to_bits(), w[1].to_bits(), w[2].to_bits()];
    let runs: std::collections::HashSet<_> = a.windows(3).map(run).collect();
    !b.windows(3).any(|w| runs.contains(&run(w)))
}

fn independent(a: &[f32], b: &[f32]) -> Result<(), String> {
    check_uncorrelated(a, b)?;
    if no_common_runs(a, b) { Ok(()) } else { Err("a run of values returns".into()) }
}

/// Pairs of seed and name that differ as little as they can, or that run together when written one after
/// another.
const PAIRS: [[(u64, &str); 2]; 11] = [
    [(42, "fc1.weight"), (42, "fc2.weight")],
    [(42, "fc1.weight"), (43, "fc1.weight")],
    [(0, "w"), (1 << 63, "w")],
    [(0, "w"), (1 << 32, "w")],
    [(7, "a.bc"), (7, "ab.c")],
    [(7, "a.b"), (7, "a..b")],
    [(7, "a"), (7, "a.")],
    [(7, "weight"), (7, "Weight")],
    [(1, "2w"), (12, "w")],
    [(7, ""), (7, "\0")],
    [(7, "layers.1.w"), (7, "layers.11.w")],
];

#[test]
fn other_names_and_seeds_are_independent() -> Outcome {
    let sample = |(seed, name): (u64, &str)| -> Result<Vec<f32>, Box<dyn Error>> {
        Ok(singles(&drawn(seed, name, 1 << 18, DType::F32)?)?)
    };
    for pair in PAIRS {
        let [a, b] = pair.map(sample);
        let (a, b) = (a?, b?);
        independent(&a, &b).map_err(|e| format!("{pair:?}: {e}"))?;
        // A copy, a copy shifted by seven, and a mixture of 2 % are found.
        let mixed: Vec<f32> = a.iter().zip(&b).map(|(a, b)| 0.98 * b + 0.02 * a).collect();
        for copy in [&a[..], &a[7..], &mixed] {
            assert!(independent(&a[..copy.len()], copy).is_err(), "{pair:?}: a copy passes");
        }
    }
    Ok(())
}

/// One initializer serves any number of maps, and a name asked twice is one variable.
#[test]
fn maps_share_values_and_names_share_variables() -> Outcome {
    let (init, one, two) = (Initializer::new(3), VarMap::new(), VarMap::new());
    for vars in [&one, &two] {
        model(init.var_builder(vars, DType::F32, &CPU))?;
    }
    assert_eq!(all_bits(&one)?, all_bits(&two)?);
    assert_eq!(
        (init.report(&one)?.to_string(), one.all_vars().len()),
        (init.report(&two)?.to_string(), two.all_vars().len())
    );
    // Two layers that share a parameter need a rule, since each has a hint of its own.
    let init = Initializer::new(3).rule("shared.weight", init::normal(0.0, 1.0));
    let vb = init.var_builder(&one, DType::F32, &CPU);
    let embedding = candle_nn::embedding(9, 4, vb.pp("shared"))?;
    let head = candle_nn::linear_no_bias(4, 9, vb.pp("shared"))?;
    assert_eq!(embedding.embeddings().id(), head.weight().id());
    let other = init.var_builder(&two, DType::F32, &CPU).pp("shared").get_with_hints(
        (9, 4),
        "weight",
        candle_nn::Init::Randn { mean: 0.0, stdev: 1.0 },
    )?;
    assert_ne!(other.id(), head.weight().id());
    assert_eq!(bits(&other)?, bits(head.weight())?);
    Ok(())
}

/// Many threads building overlapping parts of one model through one builder.
#[test]
fn threads_that_build_at_once_leave_one_threads_model() -> Outcome {
    let (init, alone, shared) =
        (Initializer::new(9).weights(init::GLOROT_NORMAL), VarMap::new(), VarMap::new());
    model(init.var_builder(&alone, DType::F32, &CPU))?;
    let vb = init.var_builder(&shared, DType::F32, &CPU);
    let all = CATALOGUE.len();
    let build = |thread: usize| {
        (0..all).try_for_each(|i| {
            let i = (i + 5 * thread) % all;
            (CATALOGUE[i].build)(vb.pp(i))
        })
    };
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|t| scope.spawn(move || build(t))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")).collect()
    });
    for outcome in outcomes {
        outcome??;
    }
    assert_eq!(all_bits(&shared)?, all_bits(&alone)?);
    assert_eq!(init.report(&shared)?.to_string(), init.report(&alone)?.to_string());
    Ok(())
}

/// The parameter's own index decides: row-major, over the whole shape, whatever the shape.
#[test]
fn shapes_only_cut_the_stream() -> Outcome {
    let init = Initializer::new(4);
    let flat = bits(&init.tensor("w", 720, NORMAL, DType::F32, &CPU)?)?;
    for dims in [vec![720], vec![24, 30], vec![2, 3, 4, 5, 6], vec![1, 720, 1]] {
        let rule = NORMAL.on(Layer::Linear);
        assert_eq!(bits(&init.tensor("w", dims, rule, DType::F32, &CPU)?)?, flat);
    }
    Ok(())
}
