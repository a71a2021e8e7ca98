//! Figures of what a layer passes on, in doubles, by the definitions that the page's script has.

use anyhow::Result;
use candle_core::{DType, Tensor};

/// The root of the mean square of all elements: what σ·√(n/2) and its kin are about.
pub(super) fn rms(values: &Tensor) -> Result<f64> {
    let values = values.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    let count = values.len() as f64;
    let squares = values.iter().map(|value| value.powi(2)).sum::<f64>();
    Ok((squares / count).sqrt())
}

/// The share of columns that hold one value in every row.
pub(super) fn dead(values: &Tensor) -> Result<f64> {
    let rows = values.to_dtype(DType::F64)?.to_vec2::<f64>()?;
    let Some(first) = rows.first() else { return Ok(f64::NAN) };
    let same = |column: usize| rows.iter().all(|row| row.get(column) == first.get(column));
    Ok((0..first.len()).filter(|column| same(*column)).count() as f64 / first.len() as f64)
}

/// The mean cosine of two rows; rows of zeros have none.
pub(super) fn likeness(values: &Tensor) -> Result<f64> {
    let rows = values.to_dtype(DType::F64)?.to_vec2::<f64>()?;
    let mut sum = vec![0.0; rows.first().map_or(0, Vec::len)];
    let mut alive = 0.0;
    for row in &rows {
        let length = row.iter().map(|value| value.powi(2)).sum::<f64>().sqrt();
        if length > 0.0 {
            alive += 1.0;
            sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value / length);
        }
    }
    // |Σu|² of unit vectors u counts each of them once and each pair twice.
    let all = sum.iter().map(|sum| sum * sum).sum::<f64>();
    Ok(if alive < 2.0 { f64::NAN } else { (all - alive) / (alive * (alive - 1.0)) })
}

/// How many values fall into each of 25 equal parts of what lies between `ends`.
pub(super) fn counts(values: &Tensor, (lo, hi): (f64, f64)) -> Result<Vec<u64>> {
    let mut counts = vec![0; 25];
    for value in values.flatten_all()?.to_vec1::<f32>()? {
        let bin = ((f64::from(value) - lo) / (hi - lo) * 25.0).clamp(0.0, 24.0) as usize;
        counts[bin] += 1;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn figures_are_those_of_their_definitions() {
        let values =
            Tensor::new(&[[3f32, 4.0, 7.0], [4.0, -3.0, 7.0], [0.0, 0.0, 7.0]], &Device::Cpu).unwrap();
        assert!((dead(&values).unwrap() - 1.0 / 3.0).abs() < 1e-12);
        let two = values.narrow(1, 0, 2).unwrap();
        assert!(likeness(&two).unwrap().abs() < 1e-12);
        let one = Tensor::new(&[1f32, 3.0], &Device::Cpu).unwrap();
        assert!((rms(&one).unwrap() - 5f64.sqrt()).abs() < 1e-12);
    }
}
