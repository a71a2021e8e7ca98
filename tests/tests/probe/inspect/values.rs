//! The numbers: moments of every dtype, the same from map and file and for any number of threads.

use acceptance::stats::described;
use acceptance::values::values;
use candle_core::{DType, Device, Tensor, Var};
use candle_init::{Init, Initializer};
use candle_init_probe::{Inspect, Inspection, Moments};
use candle_nn::VarMap;
use proptest::prelude::*;

use super::{Outcome, from_file};

const CPU: Device = Device::Cpu;

const DTYPES: [DType; 10] = [
    DType::F32,
    DType::F64,
    DType::BF16,
    DType::F16,
    DType::F8E4M3,
    DType::U8,
    DType::U32,
    DType::I16,
    DType::I32,
    DType::I64,
];

fn one(tensor: &Tensor) -> Result<VarMap, Box<dyn std::error::Error>> {
    let vars = VarMap::new();
    vars.data().lock().map_err(|_| "poisoned")?.insert("a".into(), Var::from_tensor(tensor)?);
    Ok(vars)
}

fn of(moments: &Moments) -> [f64; 8] {
    let m = moments;
    [m.mean, m.std, m.kurtosis, m.min, m.max, m.zeros as f64, m.nan as f64, m.infinite as f64]
}

/// Relative to the figure, or to the spread for a mean near zero.
fn assert_near(got: [f64; 8], due: [f64; 8], within: f64) {
    for (i, (got, due)) in got.into_iter().zip(due).enumerate() {
        let scale = due.abs().max(if i == 0 { 1e-3 } else { 0.0 });
        assert!((got - due).abs() <= within * scale || got.is_nan() && due.is_nan(), "{i}: {got} for {due}");
    }
}

/// Sizes around those of blocks, lanes and pieces; a mean large beside the spread; map and file.
#[test]
fn moments_are_those_of_the_values() -> Outcome {
    for dtype in DTYPES {
        for (i, count) in [1, 15, 16, 17, 4095, 4097, 70_001, 300_007].into_iter().enumerate() {
            let initializer = if i % 2 == 0 { (3.0, 20.0) } else { (100.0, 3.0) };
            let initializer = Init::Randn { mean: initializer.0, stdev: initializer.1 };
            let drawn = Initializer::new(i as u64).tensor("w", count, initializer, DType::F32, &CPU)?;
            let tensor =
                if dtype.is_int() { drawn.abs()?.to_dtype(dtype)? } else { drawn.to_dtype(dtype)? };
            let vars = one(&tensor)?;
            let due = described(&values(&tensor)?);
            // What is promised: sums in f32 where f32 holds the values.
            let exact = matches!(dtype, DType::F64 | DType::U32 | DType::I32 | DType::I64);
            let within = if exact { 1e-9 } else { 1e-5 };
            for inspection in [Inspection::of(&vars)?, from_file(&vars)?] {
                assert_near(of(&inspection.parameters[0].moments), due, within);
            }
        }
    }
    Ok(())
}

/// A start far from all that follows swallows none of it.
#[test]
fn an_unlike_start_costs_no_digits() -> Outcome {
    let initializer = Init::Randn { mean: 0.0, stdev: 1.0 };
    let drawn = Initializer::new(1).tensor("w", 8192, initializer, DType::F32, &CPU)?.to_vec1::<f32>()?;
    let values: Vec<f32> = drawn.iter().enumerate().map(|(i, &x)| if i < 32 { 1e5 } else { x }).collect();
    let wide: Vec<f64> = values.iter().map(|&x| f64::from(x)).collect();
    let inspection = Inspection::of(&one(&Tensor::new(values.as_slice(), &CPU)?)?)?;
    assert_near(of(&inspection.parameters[0].moments), described(&wide), 1e-9);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Any bits at all: NaN, infinities, zeros of both signs, the largest and smallest numbers.
    #[test]
    fn any_bits_are_counted(bits in prop::collection::vec(any::<u32>(), 1..9000), special in 0..6_usize) {
        let special = [0.0, -0.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX][special];
        let mut all: Vec<f32> = bits.iter().map(|&b| f32::from_bits(b)).collect();
        all.push(special);
        let tensor = Tensor::new(all.as_slice(), &CPU)?;
        let wide: Vec<f64> = all.iter().map(|&v| f64::from(v)).collect();
        let inspection = Inspection::of(&one(&tensor).map_err(|e| TestCaseError::fail(e.to_string()))?)
            .map_err(|e| TestCaseError::fail(e.to_string()))?;
        assert_near(of(&inspection.parameters[0].moments), described(&wide), 1e-9);
    }
}

/// The same to the bit for one thread and for seven, in memory and on disk.
#[test]
fn threads_change_nothing() -> Outcome {
    let initializer = Init::Randn { mean: 0.1, stdev: 1.0 };
    let tensor = Initializer::new(1).tensor("w", (1300, 1001), initializer, DType::F32, &CPU)?;
    let vars = one(&tensor)?;
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let check = || Inspect::new().spectra(0).vars(&vars);
    let first = pool(1)?.install(check)?;
    assert_eq!(format!("{first:?}"), format!("{:?}", pool(7)?.install(check)?));
    assert_eq!(format!("{first:?}"), format!("{:?}", from_file(&vars)?));
    Ok(())
}

/// Progress ends at all bytes, and the table names what there is.
#[test]
fn progress_and_table() -> Outcome {
    let tensor =
        Initializer::new(1).tensor("w", (300, 1000), candle_init::init::HE_NORMAL, DType::F32, &CPU)?;
    let seen = std::sync::atomic::AtomicU64::new(0);
    let note = |done: u64, all: u64| {
        assert_eq!(all, 1_200_000);
        seen.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
    };
    let inspection = Inspect::new().spectra(0).progress(note).vars(&one(&tensor)?)?;
    assert_eq!(seen.into_inner(), 1_200_000);
    let text = inspection.to_string();
    assert!(
        text.contains("│ a ") && text.contains("(300, 1000)") && text.contains("nothing is wrong"),
        "{text}"
    );
    assert!(serde_json::to_string(&inspection)?.contains("\"kurtosis\""));
    Ok(())
}
