//! Which instructions a fill is compiled for: a value, chosen once, never a build flag.

use super::job::Job;
#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
use super::neon;
use super::portable;
#[cfg(all(target_arch = "x86_64", not(miri)))]
use super::{avx2, avx512};

/// The code that fills a range. Every kernel gives the same bits; they differ in speed.
///
/// ```
/// use counter_rng::{Kernel, Distribution, Stream};
/// let (stream, distribution) = (Stream::new(42, "fc1.weight"), Distribution::normal(0.0, 1.0)?);
/// let expected = stream.vec::<f32>(&distribution, 0..1000)?;
/// for kernel in Kernel::available() {
///     let mut values = vec![0_f32; 1000];
///     stream.fill_with(kernel, &distribution, 0, &mut values)?;
///     assert_eq!(values, expected);
/// }
/// # Ok::<(), counter_rng::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kernel {
    /// What the compiler's target has: right everywhere, slow where that lacks a fused
    /// multiply-add (x86-64 without a target flag).
    Portable,
    /// x86-64 with AVX2 and FMA: Intel's servers since 2014, AMD's since 2017. Made only by [`Kernel::detect`] and
    /// [`Kernel::available`], which ask the processor.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[doc(hidden)]
    Avx2(avx2::Proof),
    /// x86-64 with AVX-512 F, BW, DQ and VL: Intel's servers since 2017, AMD's since 2022. Made as [`Kernel::Avx2`] is.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[doc(hidden)]
    Avx512(avx512::Proof),
    /// 64-bit Arm.
    #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
    #[doc(hidden)]
    Neon(neon::Proof),
}

impl Kernel {
    /// The fastest kernel of this processor.
    #[must_use]
    pub fn detect() -> Self {
        Self::vector().into_iter().flatten().next_back().unwrap_or(Self::Portable)
    }

    /// Every kernel this processor can run, slowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        std::iter::once(Self::Portable).chain(Self::vector().into_iter().flatten())
    }

    /// The kernels that need to be asked for, slowest first.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    fn vector() -> [Option<Self>; 2] {
        [avx2::Proof::new().map(Self::Avx2), avx512::Proof::new().map(Self::Avx512)]
    }

    #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
    fn vector() -> [Option<Self>; 1] {
        [neon::Proof::new().map(Self::Neon)]
    }

    #[cfg(any(
        miri,
        not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")))
    ))]
    fn vector() -> [Option<Self>; 0] {
        []
    }

    /// The kernel's name, for reports and benches.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx2(_) => "avx2+fma",
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx512(_) => "avx512",
            #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
            Self::Neon(_) => "neon",
        }
    }

    pub(crate) fn run<J: Job>(self, job: J) {
        match self {
            Self::Portable => portable::run(job),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx2(proof) => proof.run(job),
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Self::Avx512(proof) => proof.run(job),
            #[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
            Self::Neon(proof) => proof.run(job),
        }
    }
}
