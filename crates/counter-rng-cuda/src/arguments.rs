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
    pub(crate) padding: u32,
}

impl Arguments {
    /// The bytes that a launch copies, in the order of the machine, which is that of every machine with such a GPU.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }
}

/// The kernel of a distribution, and its constants, which binary32 holds exactly: they are rounded to it already.
/// `None` where there is no kernel.
pub(crate) fn numbers(constants: &Constants) -> Option<(&'static str, Arguments)> {
    let none = Arguments::default();
    Some(match *constants {
        Constants::Uniform { centre, scale, lo, up } => {
            let [mean, std, lo, up] = [centre, scale, lo, up].map(|value| value as f32);
            ("uniform", Arguments { mean, std, lo, up, ..none })
        }
        Constants::Normal { mean, std } => {
            ("normal", Arguments { mean: mean as f32, std: std as f32, ..none })
        }
        Constants::Truncated { mean, std, probability, below, above, tilt, lo, up } => {
            let [mean, std, lo, up] = [mean, std, lo, up].map(|value| value as f32);
            let [probability, below, above, tilt] =
                [probability, below, above, tilt].map(|value| value as f32);
            ("truncated", Arguments { mean, std, lo, up, probability, below, above, tilt, ..none })
        }
        _ => return None,
    })
}
