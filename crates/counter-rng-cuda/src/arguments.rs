//! What a kernel is called with.

use counter_rng::Constants;

/// The arguments of every kernel, by value: `struct Arguments` of `kernels/arguments.cuh`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Arguments {
    pub(crate) start: u64,
    pub(crate) count: u64,
    pub(crate) round_keys: [u32; 20],
    pub(crate) tweak: [u32; 2],
    pub(crate) mean: f32,
    pub(crate) std: f32,
    pub(crate) lo: f32,
    pub(crate) up: f32,
    pub(crate) probability: f32,
    pub(crate) below: f32,
    pub(crate) above: f32,
    pub(crate) tilt: f32,
    pub(crate) pattern: [u32; 4],
    pub(crate) dtype: u32,
    pub(crate) clamp: u32,
}

impl Arguments {
    /// The bytes that a launch copies, in the order of the machine, which is that of every machine with such a GPU.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }
}

/// `c` of a uniform distribution's `fma(c, scale, centre)` for the least word and the greatest.
const FARTHEST: [f32; 2] = [-8_388_607.5, 8_388_607.5];

const NO_CLAMP: u32 = 0;
const MIN_MAX: u32 = 1;
const COMPARISONS: u32 = 2;

/// How a kernel moves values that lie between two others inside the bounds, as `kernels/arguments.cuh` has it.
fn clamp([lo, up]: [f32; 2], [least, greatest]: [f32; 2]) -> u32 {
    // Where a value meets a bound of zero, the bound's sign is the value's.
    let (inside, within) = (lo < least && greatest < up, lo <= least && greatest <= up);
    match lo == 0.0 || up == 0.0 {
        true if inside => NO_CLAMP,
        true => COMPARISONS,
        false if within => NO_CLAMP,
        false => MIN_MAX,
    }
}

/// The kernel of a distribution, and its constants, which binary32 holds exactly: they are rounded to it already.
/// `None` where there is no kernel.
pub(crate) fn numbers(constants: &Constants) -> Option<(&'static str, Arguments)> {
    let none = Arguments::default();
    Some(match *constants {
        Constants::Uniform { centre, scale, lo, up } => {
            let [mean, std, lo, up] = [centre, scale, lo, up].map(|value| value as f32);
            let clamp = clamp([lo, up], FARTHEST.map(|c| c.mul_add(std, mean)));
            ("uniform", Arguments { mean, std, lo, up, clamp, ..none })
        }
        Constants::Normal { mean, std } => {
            ("normal", Arguments { mean: mean as f32, std: std as f32, ..none })
        }
        Constants::Truncated { mean, std, probability, below, above, tilt, lo, up } => {
            let [mean, std, lo, up] = [mean, std, lo, up].map(|value| value as f32);
            let [probability, below, above, tilt] =
                [probability, below, above, tilt].map(|value| value as f32);
            let clamp = clamp([lo, up], [f32::NEG_INFINITY, f32::INFINITY]);
            ("truncated", Arguments { mean, std, lo, up, probability, below, above, tilt, clamp, ..none })
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that give the ends of the range are one in 2²⁴ each: few tensors have one.
    #[test]
    fn a_clamp_is_left_out_only_where_it_changes_nothing() {
        let cases = [
            ([-0.5, 0.5], [-0.4, 0.4], NO_CLAMP),
            ([-0.5, 0.5], [-0.5, 0.5], NO_CLAMP),
            ([-0.5, 0.5], [-0.6, 0.4], MIN_MAX),
            ([-0.5, 0.5], [-0.4, 0.6], MIN_MAX),
            ([0.0, 1.0], [1e-8, 0.9], NO_CLAMP),
            ([0.0, 1.0], [1e-8, 1.1], COMPARISONS),
            // fma gives −0 where the clamp gives the bound, +0.
            ([-1e-38, 0.0], [-1e-39, -0.0], COMPARISONS),
            ([-0.0, 1.0], [0.0, 0.9], COMPARISONS),
        ];
        for (bounds, ends, how) in cases {
            assert_eq!(clamp(bounds, ends), how, "{bounds:?} {ends:?}");
        }
    }
}
