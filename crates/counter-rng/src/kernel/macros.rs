//! How an instruction set lists its operations.

/// Methods of one instruction or two each.
///
/// An instruction set's file lists them; what makes them sound is said here once.
#[cfg(all(any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")), not(miri)))]
macro_rules! instructions {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $out:ty = $body:expr;)*) => {$(
        $(#[$doc])*
        #[inline(always)]
        fn $name(self, $($arg: $type),*) -> $out {
            // SAFETY: the instructions need the features that `self` is a proof of. Pointers come from references
            // to sixteen lanes, and no more than those are read or written.
            unsafe { $body }
        }
    )*};
}

/// Methods of one operation a lane, as loops over lane numbers.
macro_rules! lanewise {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty: $zero:expr => |$l:ident| $body:expr;)*) => {$(
        #[inline(always)]
        fn $name(self, $($arg: $type),*) -> $out {
            let mut out = [$zero; LANES];
            for $l in 0..LANES {
                out[$l] = $body;
            }
            out
        }
    )*};
}

/// The same expression for register 0, 1, … of a row: a closure would not be inlined, see `Simd`.
#[cfg(all(any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")), not(miri)))]
macro_rules! each {
    ($i:ident in 2 => $body:expr) => { each!($i: 0 1 => $body) };
    ($i:ident in 4 => $body:expr) => { each!($i: 0 1 2 3 => $body) };
    ($i:ident in 8 => $body:expr) => { each!($i: 0 1 2 3 4 5 6 7 => $body) };
    ($i:ident: $($n:literal)* => $body:expr) => {[$({ let $i: usize = $n; $body }),*]};
}

#[cfg(all(
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")),
    not(miri)
))]
pub(crate) use each;
#[cfg(all(
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_endian = "little")),
    not(miri)
))]
pub(crate) use instructions;
pub(crate) use lanewise;
