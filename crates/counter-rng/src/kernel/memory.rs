//! Memory for values: zeroed by the system, with a hint on pages.
#![allow(unsafe_code, reason = "the system's hint takes an address")]

use crate::element::Element;
use crate::error::Error;

/// Zeroed memory for `count` values.
///
/// The pages of a large vector are asked for 2 MiB at a time, because a fault for each 4 KiB takes longer than the
/// values that fill it.
pub(crate) fn zeroed<T: Element>(count: u64) -> Result<Vec<T>, Error> {
    let length = usize::try_from(count).map_err(|_| no_memory::<T>(count))?;
    let mut values = bytemuck::allocation::try_zeroed_vec(length).map_err(|()| no_memory::<T>(count))?;
    expect_huge_pages(&mut values);
    Ok(values)
}

/// A vector of one value, written once.
pub(crate) fn repeated<T: Element>(value: T, count: u64) -> Result<Vec<T>, Error> {
    let length = usize::try_from(count).map_err(|_| no_memory::<T>(count))?;
    let mut values = Vec::new();
    values.try_reserve_exact(length).map_err(|_| no_memory::<T>(count))?;
    expect_huge_pages(values.spare_capacity_mut());
    values.resize(length, value);
    Ok(values)
}

fn no_memory<T: Element>(count: u64) -> Error {
    Error::OutOfMemory { count, dtype: T::NAME }
}

/// Tells the system that all of this will be touched. It may do nothing.
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
