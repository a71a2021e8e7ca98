//! Blocks of any number type summed in `f64`, in two passes.

use crate::statistics::real::Real;
use crate::statistics::sums::{LANES, Sums};

/// The sums of a block.
#[inline(always)]
pub(crate) fn sums<T: Real>(block: &[T]) -> Sums {
    let First { sum, min, max, zeros } = First::new(block);
    if !sum.is_finite() {
        return filtered(block);
    }
    let finite = block.len() as f64;
    let mean = sum / finite;
    Sums { finite, mean, powers: powers(block, mean), min, max, zeros, nan: 0, infinite: 0 }
}

/// A block with values that are not finite, or too large to be summed.
#[cold]
fn filtered<T: Real>(block: &[T]) -> Sums {
    let wide = block.iter().map(|x| x.wide());
    let finite: Vec<f64> = wide.clone().filter(|x| x.is_finite()).collect();
    let (nan, all) = (wide.filter(|x| x.is_nan()).count(), block.len());
    let scale = 1.0 / finite.len().max(1) as f64;
    let mean = finite.iter().map(|x| x * scale).sum::<f64>();
    let First { min, max, zeros, .. } = First::new(&finite);
    let (nan, infinite) = (nan as u64, (all - nan - finite.len()) as u64);
    let powers = powers(&finite, mean);
    Sums { finite: finite.len() as f64, mean, powers, min, max, zeros, nan, infinite }
}

/// What the first pass over a block finds.
struct First {
    sum: f64,
    min: f64,
    max: f64,
    zeros: u64,
}

impl First {
    #[inline(always)]
    fn new<T: Real>(block: &[T]) -> Self {
        let Some(&start) = block.first() else {
            return Self { sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, zeros: 0 };
        };
        let zero = T::default();
        let (mut sum, mut zeros) = ([0.0; LANES], [0_u32; LANES]);
        let (mut min, mut max) = ([start; LANES], [start; LANES]);
        let (whole, rest) = block.as_chunks::<LANES>();
        for chunk in whole {
            for lane in 0..LANES {
                let x = chunk[lane];
                sum[lane] += x.wide();
                min[lane] = if x < min[lane] { x } else { min[lane] };
                max[lane] = if x > max[lane] { x } else { max[lane] };
                zeros[lane] += u32::from(x == zero);
            }
        }
        for (lane, &x) in rest.iter().enumerate().take(LANES) {
            sum[lane] += x.wide();
            min[lane] = if x < min[lane] { x } else { min[lane] };
            max[lane] = if x > max[lane] { x } else { max[lane] };
            zeros[lane] += u32::from(x == zero);
        }
        let least = min.iter().fold(f64::INFINITY, |a, &b| a.min(b.wide()));
        let most = max.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(b.wide()));
        let zeros = zeros.iter().map(|&count| u64::from(count)).sum();
        Self { sum: sum.iter().sum(), min: least, max: most, zeros }
    }
}

/// `Σ(x − mean)ᵏ` for `k` = 2, 3, 4.
#[inline(always)]
fn powers<T: Real>(block: &[T], mean: f64) -> [f64; 3] {
    let (mut second, mut third, mut fourth) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
    let (whole, rest) = block.as_chunks::<LANES>();
    for chunk in whole {
        for lane in 0..LANES {
            let d = chunk[lane].wide() - mean;
            let square = d * d;
            second[lane] += square;
            third[lane] += square * d;
            fourth[lane] += square * square;
        }
    }
    for (lane, &x) in rest.iter().enumerate().take(LANES) {
        let d = x.wide() - mean;
        let square = d * d;
        second[lane] += square;
        third[lane] += square * d;
        fourth[lane] += square * square;
    }
    [second, third, fourth].map(|lanes| lanes.iter().sum())
}
