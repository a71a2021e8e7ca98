//! Sixteen lanes and the operations on them, by each set of instructions.

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx512;
mod choice;
mod job;
mod macros;
pub(crate) mod memory;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod multiplier;
#[cfg(all(target_arch = "aarch64", target_endian = "little", not(miri)))]
mod neon;
mod portable;
pub(crate) mod simd;
#[cfg(test)]
mod tests;

pub use choice::Kernel;
pub(crate) use job::Job;
pub(crate) use simd::Simd;
