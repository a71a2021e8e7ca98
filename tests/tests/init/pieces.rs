//! Large parameters whose initializers are modified are made piece by piece: no value may depend on where a piece ends.

use std::error::Error as StdError;

use acceptance::drawn::drawn;
use candle_core::{DType, Device};
use candle_init::{Init, Initializer, Rule};
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn StdError>>;

const NORMAL: Init = Init::Randn { mean: 0.0, stdev: 0.5 };
/// Rows of 257, so that the ends of pieces, at powers of two, lie anywhere in a row.
const COLUMNS: usize = 257;
/// Three pieces of 64 Ki and a rest.
const ROWS: usize = 801;

fn values(rule: impl Into<Rule>, dtype: DType) -> Result<Vec<f64>, Box<dyn StdError>> {
    Ok(drawn("pieces", &[ROWS, COLUMNS], rule, dtype)?)
}

/// The plain initializer, drawn in one go, with one row set to zero.
fn expected(dtype: DType, rows: impl IntoIterator<Item = usize>) -> Result<Vec<f64>, Box<dyn StdError>> {
    let mut all = values(NORMAL, dtype)?;
    for row in rows {
        all[row * COLUMNS..(row + 1) * COLUMNS].fill(0.0);
    }
    Ok(all)
}

#[test]
fn a_padding_row_anywhere() -> Outcome {
    for dtype in [DType::F32, DType::BF16, DType::F64] {
        for row in [0, 254, 255, 256, 509, 510, 511, ROWS - 1] {
            assert!(values(NORMAL.zero_row(row), dtype)? == expected(dtype, [row])?, "{dtype:?} {row}");
        }
    }
    Ok(())
}

#[test]
fn blocks_of_one_initializer_are_the_initializer() -> Outcome {
    for dtype in [DType::F32, DType::F16] {
        assert!(values(Rule::blocks([NORMAL; 3]), dtype)? == expected(dtype, [])?, "{dtype:?}");
    }
    Ok(())
}

#[test]
fn a_padding_row_in_a_block() -> Outcome {
    let rule = Rule::blocks([Rule::from(NORMAL), NORMAL.zero_row(3), NORMAL.zero_row(0)]);
    assert!(values(rule, DType::F32)? == expected(DType::F32, [ROWS / 3 + 3, 2 * ROWS / 3])?);
    Ok(())
}

/// Values that follow from their index, also as a block of their own in a block.
#[test]
fn formulas_go_on_from_piece_to_piece() -> Outcome {
    let range = Init::Range { start: 1.0, step: 2.0 };
    let row: Vec<f64> = (0..COLUMNS).map(|column| 1.0 + 2.0 * column as f64).collect();
    for dtype in [DType::F32, DType::F64] {
        let whole = values(range.zero_row(0), dtype)?;
        assert!(whole.chunks(COLUMNS).skip(1).all(|values| values == row), "{dtype:?}");
        let inner = Rule::blocks([Rule::from(NORMAL), Rule::from(range), NORMAL.zero_row(1)]);
        let blocks = values(Rule::blocks([Rule::from(range), inner, NORMAL.zero_row(2)]), dtype)?;
        let normal = expected(dtype, [])?;
        for (i, (got, normal)) in blocks.chunks(COLUMNS).zip(normal.chunks(COLUMNS)).enumerate() {
            let third = ROWS / 9;
            let (block, inside) = (i / third, i % third);
            let zero = (block == 5 && inside == 1) || i == 2 * ROWS / 3 + 2;
            let plain = if block < 3 || block == 4 { &row[..] } else { normal };
            let same = if zero { got.iter().all(|v| *v == 0.0) } else { got == plain };
            assert!(same, "{dtype:?} {i}");
        }
    }
    Ok(())
}

#[test]
fn eight_bits_too() -> Outcome {
    assert!(values(NORMAL.zero_row(700), DType::F8E4M3)? == expected(DType::F8E4M3, [700])?);
    Ok(())
}

/// The first element that does not fit is named, though another thread may find a later one before.
#[test]
fn the_first_value_that_does_not_fit_is_named() -> Outcome {
    let far = candle_init::init::normal(0.0, 4.0).exp();
    let wide = Initializer::new(7)
        .tensor("far", (5, 70_000), far.clone(), DType::F32, &Device::Cpu)?
        .flatten_all()?;
    let first = wide.to_vec1::<f32>()?.iter().position(|&value| value > 65504.0).ok_or("all fit")?;
    for _ in 0..20 {
        let var = Initializer::new(7).var("far", (5, 70_000), far.clone(), DType::F16, &Device::Cpu);
        let text = var.err().ok_or("it fits")?.to_string();
        assert!(text.contains(&format!("element {first} is ")), "{text}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Thread counts do not matter, with maps and rows at once.
    #[test]
    fn threads_do_not_matter(row in 0..ROWS) {
        let draw = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let pool = pool.map_err(|e| TestCaseError::fail(e.to_string()))?;
            let values = pool.install(|| drawn("w", &[ROWS, COLUMNS], NORMAL.exp().zero_row(row), DType::BF16));
            values.map_err(|e| TestCaseError::fail(e.to_string()))
        };
        prop_assert!(draw(1)? == draw(2)?);
    }
}
