//! Memory for values: zeroed by the system, with a hint on pages.
#![allow(unsafe_code, reason = "the system's hint takes an address")]

use crate::element::Element;
use crate::error::Error;

/// Bytes of a huge page, and so what its address is a multiple of.
const HUGE: usize = 2 << 20;

/// Zeroed memory for `count` values.
///
/// The pages of a large vector are asked for 2 MiB at a time, because a fault for each 4 KiB takes longer than the
/// values that fill it.
pub(crate) fn zeroed<T: Element>(count: u64) -> Result<Vec<T>, Error> {
    let no_memory = || Error::OutOfMemory { count, dtype: T::NAME };
    let length = usize::try_from(count).map_err(|_| no_memory())?;
    let mut values = bytemuck::allocation::try_zeroed_vec(length).map_err(|()| no_memory())?;
    expect_huge_pages(bytemuck::cast_slice_mut(&mut values));
    Ok(values)
}

/// Tells the system that all of this will be touched. It may do nothing.
#[cfg(all(target_os = "linux", not(miri)))]
fn expect_huge_pages(memory: &mut [u8]) {
    let head = memory.as_ptr().align_offset(HUGE);
    let Some(inner) = memory.get_mut(head..) else { return };
    let length = inner.len() / HUGE * HUGE;
    if length > 0 {
        // SAFETY: the pages lie inside of a live slice, and this advice changes nothing that a program can read.
        // A system without huge pages refuses it, which is as well.
        unsafe { libc::madvise(inner.as_mut_ptr().cast(), length, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn expect_huge_pages(_: &mut [u8]) {}
