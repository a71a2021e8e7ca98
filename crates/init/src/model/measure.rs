//! What the values of a parameter are now.

use std::ops::Range;

use candle_core::{CpuStorage, Storage, Tensor};
use half::slice::HalfFloatSliceExt;
use rayon::prelude::*;

use crate::draw::Moments;
use crate::error::Result;
use crate::widen::widen;

/// Values that are summed at a time, 32 KiB of `f64`: a block stays in the first cache or near it for its second pass.
const BLOCK: usize = 4096;

/// Values that one thread sums at a time, or that are copied at a time from where they cannot be read in place. Fixed, so
/// that the sums do not depend on the number of threads.
const PIECE: usize = 1 << 18;

/// Mean and standard deviation; NaN for an empty tensor, and for one with a NaN inside.
pub(crate) fn measure(tensor: &Tensor) -> Result<Moments> {
    let flat = tensor.detach().flatten_all()?;
    let in_place = {
        let (storage, layout) = flat.storage_and_layout();
        match (&*storage, layout.contiguous_offsets()) {
            (Storage::Cpu(storage), Some((from, to))) => in_place(storage, from..to),
            _ => None,
        }
    };
    in_place.map_or_else(|| copied(&flat), Ok).map(Sums::moments)
}

/// The sums of values that lie in memory as numbers of a dtype that is read here.
fn in_place(storage: &CpuStorage, range: Range<usize>) -> Option<Sums> {
    match storage {
        CpuStorage::F32(values) => Some(sums(values.get(range)?, |from, to| {
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = f64::from(from));
        })),
        CpuStorage::F64(values) => Some(sums(values.get(range)?, |from, to| to.copy_from_slice(from))),
        CpuStorage::F16(values) => Some(sums(values.get(range)?, |from, to| from.convert_to_f64_slice(to))),
        CpuStorage::BF16(values) => Some(sums(values.get(range)?, |from, to| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to = f64::from(from.to_f32_const()));
        })),
        _ => None,
    }
}

/// The sums of values on a device, or of another dtype.
fn copied(flat: &Tensor) -> Result<Sums> {
    let mut all = Sums::NONE;
    for start in (0..flat.elem_count()).step_by(PIECE) {
        let piece = flat.narrow(0, start, PIECE.min(flat.elem_count() - start))?;
        all = all.and(sums(&widen(&piece)?.to_vec1::<f64>()?, |from, to| to.copy_from_slice(from)));
    }
    Ok(all)
}

/// The sums of all values, piece by piece over threads and put together in their order.
fn sums<T: Sync>(values: &[T], widen: impl Fn(&[T], &mut [f64]) + Sync) -> Sums {
    let of_piece = |piece: &[T]| {
        let mut wide = [0.0; BLOCK];
        piece.chunks(BLOCK).fold(Sums::NONE, |all, block| {
            let wide = &mut wide[..block.len()];
            widen(block, wide);
            all.and(Sums::of(wide))
        })
    };
    let pieces: Vec<_> = values.par_chunks(PIECE).map(of_piece).collect();
    pieces.into_iter().fold(Sums::NONE, Sums::and)
}

/// How many values there are, their mean, and the sum of their squares about it.
#[derive(Clone, Copy)]
struct Sums {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Sums {
    const NONE: Self = Self { count: 0.0, mean: 0.0, squares: 0.0 };

    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = total(values, |value| value) / count;
        Self { count, mean, squares: total(values, |value| (value - mean) * (value - mean)) }
    }

    /// Both sets together (Chan, Golub and LeVeque 1983, The American Statistician 37, equation 2.1).
    fn and(self, other: Self) -> Self {
        match self.count + other.count {
            0.0 => Self::NONE,
            count => {
                let (delta, share) = (other.mean - self.mean, other.count / count);
                let squares = self.squares + other.squares + delta * delta * share * self.count;
                Self { count, mean: self.mean + delta * share, squares }
            }
        }
    }

    fn moments(self) -> Moments {
        let std = (self.squares / self.count).sqrt();
        Moments { mean: if self.count == 0.0 { f64::NAN } else { self.mean }, std }
    }
}

/// Sums side by side, which compilers make vectors of.
const LANES: usize = 8;

fn total(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for chunk in whole {
        lanes.iter_mut().zip(chunk).for_each(|(lane, &value)| *lane += term(value));
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&value| term(value)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    /// Over several pieces and a rest, of each dtype, in place, turned and cut: the plain sums in `f64` of the same values.
    #[test]
    fn moments_are_those_of_the_plain_sums() {
        let count = 2 * PIECE + 3 * BLOCK + 5;
        let values: Vec<f64> = (0..count).map(|i| ((i * 7919) % 1009) as f64 / 504.0 + 2.0).collect();
        let all = Tensor::from_vec(values, count, &Device::Cpu).unwrap();
        for dtype in [DType::F32, DType::F64, DType::F16, DType::BF16, DType::F8E4M3] {
            let all = all.to_dtype(dtype).unwrap();
            let turned = all.narrow(0, 3, 60_000).unwrap().reshape((200, 300)).unwrap().t().unwrap();
            for tensor in [all.clone(), all.narrow(0, 100, PIECE).unwrap(), turned] {
                let plain = widen(&tensor.flatten_all().unwrap()).unwrap().to_vec1::<f64>().unwrap();
                let n = plain.len() as f64;
                let mean = plain.iter().sum::<f64>() / n;
                let std = (plain.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
                let got = measure(&tensor).unwrap();
                assert!(
                    (got.mean - mean).abs() < 1e-12 && (got.std - std).abs() < 1e-12,
                    "{dtype:?}: {got:?}"
                );
            }
        }
    }

    #[test]
    fn a_large_mean_swallows_nothing() {
        let values: Vec<f64> = (0..PIECE + 100).map(|i| 1e8 + f64::from(i as u32 % 2)).collect();
        let got = measure(&Tensor::new(values, &Device::Cpu).unwrap()).unwrap();
        assert!((got.std - 0.5).abs() < 1e-9 && (got.mean - 1e8 - 0.5).abs() < 1e-6, "{got:?}");
    }

    #[test]
    fn what_is_not_finite_is_seen() {
        for bad in [f32::NAN, f32::INFINITY] {
            let mut values = vec![1_f32; PIECE + 7];
            values[PIECE + 3] = bad;
            assert!(measure(&Tensor::new(values, &Device::Cpu).unwrap()).unwrap().std.is_nan());
        }
        let one = measure(&Tensor::new(&[3_f32], &Device::Cpu).unwrap()).unwrap();
        assert_eq!((one.mean, one.std), (3.0, 0.0));
    }
}
