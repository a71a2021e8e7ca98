//! Which instructions a fill is compiled for: a value, chosen once, never a build flag.

mod avx2;
mod avx512;
mod portable;

use crate::key::Key;
use crate::philox::Lanes;

/// The code that fills a range. Every kernel gives the same bits; they differ in speed.
///
/// ```
/// use counter_rng::{Kernel, Law, Stream};
/// let (stream, law) = (Stream::new(42, "fc1.weight"), Law::normal(0.0, 1.0)?);
/// let expected = stream.vec::<f32>(&law, 0..1000)?;
/// for kernel in Kernel::available() {
///     let mut values = vec![0_f32; 1000];
///     stream.fill_with(kernel, &law, 0, &mut values)?;
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
    /// x86-64 with AVX2 and FMA: every server since 2013. Made only by [`Kernel::detect`] and
    /// [`Kernel::available`], which ask the processor.
    #[doc(hidden)]
    Avx2(avx2::Proof),
    /// x86-64 with AVX-512 F, BW, DQ and VL: servers since 2017. Made as [`Kernel::Avx2`] is.
    #[doc(hidden)]
    Avx512(avx512::Proof),
}

/// Work that a kernel compiles for its own instructions; `run` must be `#[inline(always)]`.
pub(crate) trait Job {
    fn run<W: Words>(self, words: W);
}

/// A kernel's generator: [`tile_words`](crate::philox::tile_words), perhaps by other instructions.
pub(crate) trait Words: Copy {
    fn tile(self, key: &Key, tile: u64) -> [Lanes<u32>; 4];
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
    fn vector() -> [Option<Self>; 2] {
        [avx2::Proof::new().map(Self::Avx2), avx512::Proof::new().map(Self::Avx512)]
    }

    /// The kernel's name, for reports and benches.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2(_) => "avx2+fma",
            Self::Avx512(_) => "avx512",
        }
    }

    pub(crate) fn run<J: Job>(self, job: J) {
        match self {
            Self::Portable => portable::run(job),
            Self::Avx2(proof) => proof.run(job),
            Self::Avx512(proof) => proof.run(job),
        }
    }
}
