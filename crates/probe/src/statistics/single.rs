//! Blocks of `f32` summed in `f32`, in one pass: half the work of `f64`.
//!
//! Products are fused with their sums, which every machine rounds alike; x86 of before 2013 does it slowly.

use crate::statistics::sums::{LANES, Sums};

/// Values whose mean the powers are summed about.
const HEAD: usize = 32;

/// Standard deviations whose fourth powers `f32` holds with all digits.
const SIZES: std::ops::Range<f64> = 1e-8..1e8;

/// The sums of a block; `None` where `f32` cannot hold them: values that are not finite, too large, too small, all
/// equal, or far from those that the block starts with.
#[inline(always)]
pub(crate) fn sums(block: &[f32]) -> Option<Sums> {
    let mut head = 0.0;
    for &x in block.first_chunk::<HEAD>()? {
        head += x;
    }
    let origin = head / HEAD as f32;
    let (mut powers, mut zeros) = ([[0.0_f32; LANES]; 4], [0_u32; LANES]);
    let (mut min, mut max) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
    let (whole, rest) = block.as_chunks::<LANES>();
    let mut add = |lane: usize, x: f32| {
        let d = x - origin;
        let square = d * d;
        powers[0][lane] += d;
        powers[1][lane] = d.mul_add(d, powers[1][lane]);
        powers[2][lane] = square.mul_add(d, powers[2][lane]);
        powers[3][lane] = square.mul_add(square, powers[3][lane]);
        min[lane] = if x < min[lane] { x } else { min[lane] };
        max[lane] = if x > max[lane] { x } else { max[lane] };
        zeros[lane] += u32::from(x == 0.0);
    };
    for chunk in whole {
        chunk.iter().enumerate().for_each(|(lane, &x)| add(lane, x));
    }
    rest.iter().enumerate().take(LANES).for_each(|(lane, &x)| add(lane, x));
    let [first, second, third, fourth] = powers.map(|lanes| lanes.iter().map(|&x| f64::from(x)).sum::<f64>());
    let finite = block.len() as f64;
    let mean = first / finite;
    let (square, std) = (mean * mean, (second / finite - mean * mean).sqrt());
    // What is subtracted below must be no more than what is left.
    if !(fourth.is_finite() && SIZES.contains(&std) && mean.abs() <= std) {
        return None;
    }
    let about_mean = [
        second - finite * square,
        third - 3.0 * mean * second + 2.0 * finite * square * mean,
        fourth - 4.0 * mean * third + 6.0 * square * second - 3.0 * finite * square * square,
    ];
    Some(Sums {
        finite,
        mean: f64::from(origin) + mean,
        powers: about_mean,
        min: min.iter().fold(f64::INFINITY, |a, &b| a.min(f64::from(b))),
        max: max.iter().fold(f64::NEG_INFINITY, |a, &b| a.max(f64::from(b))),
        zeros: zeros.iter().map(|&count| u64::from(count)).sum(),
        nan: 0,
        infinite: 0,
    })
}
