//! Memory for values: zeroed by the system, with a hint on pages.
#![allow(unsafe_code, reason = "the system's hint takes an address")]

use bytemuck::Zeroable;

/// Bytes from which an allocator surely takes new pages from the system, which are zeros already: glibc's threshold for
/// that moves with what a program frees, but no further than 32 MiB (`DEFAULT_MMAP_THRESHOLD_MAX` on 64 bits), and twice
/// that leaves room for other allocators.
const ALWAYS_FRESH: u64 = 64 << 20;

/// Whether zeroed memory for `count` values costs nothing until it is touched. Less of it may have been used before,
/// and is then zeroed by a pass of its own.
pub(crate) fn comes_zeroed<T>(count: u64) -> bool {
    count >= ALWAYS_FRESH / size_of::<T>() as u64
}

/// Zeroed memory for `count` values; `None` where it cannot be had.
///
/// The pages of a large vector are asked for 2 MiB at a time, because a fault for each 4 KiB takes longer than the
/// values that fill it.
pub(crate) fn zeroed<T: Zeroable>(count: u64) -> Option<Vec<T>> {
    let length = usize::try_from(count).ok()?;
    let mut values = bytemuck::allocation::try_zeroed_vec(length).ok()?;
    expect_huge_pages(&mut values);
    Some(values)
}

/// A vector of one value, written once; `None` where the memory cannot be had.
pub(crate) fn repeated<T: Copy>(value: T, count: u64) -> Option<Vec<T>> {
    let length = usize::try_from(count).ok()?;
    let mut values = Vec::new();
    values.try_reserve_exact(length).ok()?;
    expect_huge_pages(values.spare_capacity_mut());
    values.resize(length, value);
    Some(values)
}

/// Hints that all of this will be touched. The system may ignore it.
#[cfg(all(target_os = "linux", not(miri)))]
fn expect_huge_pages<T>(memory: &mut [T]) {
    /// Bytes of a huge page, and so what its address is a multiple of.
    const HUGE: usize = 2 << 20;
    let start = memory.as_mut_ptr().cast::<u8>();
    let head = start.align_offset(HUGE);
    let length = size_of_val(memory).saturating_sub(head) / HUGE * HUGE;
    if length > 0 {
        // SAFETY: the pages lie inside of a live slice, and this advice changes nothing that a program can read.
        // A system without huge pages refuses it, which is as well.
        unsafe { libc::madvise(start.add(head).cast(), length, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn expect_huge_pages<T>(_: &mut [T]) {}
