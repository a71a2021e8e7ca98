//! The centre of a kernel.

/// Which tap of a kernel axis is its centre. It matters for even sizes alone, where peers disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Centre {
    /// The middle tap; an even size, which has none, is an error.
    Middle,
    /// `(k − 1)/2`, as JAX's `delta_orthogonal`.
    Lower,
    /// `k/2`, as PyTorch's `dirac_`.
    Upper,
}

impl Centre {
    /// The centre of `taps` taps; `None` if they have none.
    pub(crate) fn of(self, taps: usize) -> Option<usize> {
        match self {
            Self::Middle => (taps % 2 == 1).then_some(taps / 2),
            Self::Lower => taps.checked_sub(1).map(|last| last / 2),
            Self::Upper => Some(taps / 2),
        }
    }
}
