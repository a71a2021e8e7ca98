//! The kernels as text.

/// The kernels as PTX, oldest GPU first: least compute capability, text.
const TEXTS: [((i32, i32), &str); 2] = [
    ((7, 5), include_str!("../kernels/fill.sm_75.ptx")),
    ((8, 0), include_str!("../kernels/fill.sm_80.ptx")),
];

/// The text that the driver compiles for a GPU of this compute capability (major, minor): `None` for one before
/// Turing (7.5). It is of PTX 7.0, which drivers since 450 (CUDA 11.0) read.
///
/// ```
/// use counter_rng_cuda::ptx;
/// assert!(ptx((9, 0)).is_some_and(|text| text.contains(".target sm_80")));
/// assert!(ptx((7, 0)).is_none());
/// ```
#[must_use]
pub fn ptx(capability: (i32, i32)) -> Option<&'static str> {
    TEXTS.iter().rev().find(|(least, _)| *least <= capability).map(|(_, text)| *text)
}
