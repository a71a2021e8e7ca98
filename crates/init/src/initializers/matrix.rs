//! The matrices that structured initializers put into a weight.

/// A matrix whose entries hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Matrix {
    /// Ones on the main diagonal, zeros elsewhere; rectangular ones as well.
    Identity,
    /// Orthonormal along the shorter side, drawn from the Haar measure.
    Orthogonal,
    /// The first `rows × columns` of a Hadamard matrix `H_p/√p`, where `p` is the power of two from `rows` on;
    /// the identity where `rows ≤ columns`.
    Hadamard,
}

/// The entry of a Hadamard initializer: Zhao, Schäfer and Anandkumar, "ZerO Initialization" (TMLR 2022,
/// arXiv:2110.12661), algorithm 1.
pub(crate) fn hadamard(rows: usize, cols: usize, row: usize, col: usize) -> f64 {
    if rows <= cols {
        return identity(row, col);
    }
    let sign = if (row & col).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    sign / (rows.next_power_of_two() as f64).sqrt()
}

/// The entry of the identity.
pub(crate) fn identity(row: usize, col: usize) -> f64 {
    f64::from(u8::from(row == col))
}
