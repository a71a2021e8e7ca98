//! Which tensors have their singular values computed.

use crate::error::Result;
use crate::parameters::reading::piece::{Piece, Pool};
use crate::parameters::reading::stored::Stored;
use crate::parameters::report::spectrum::Spectrum;

/// Most elements of a matrix that is decomposed: 32 MiB in `f64`.
const MOST: usize = 1 << 22;

/// The spectrum of a tensor as a matrix of neurons, where its shorter side is at most `shorter`.
pub(crate) fn spectrum(tensor: &Stored, shorter: usize, pool: &Pool) -> Result<Option<Spectrum>> {
    let weight = tensor.is_float() && tensor.count <= MOST;
    let Some((rows, columns)) = tensor.matrix().filter(|&(a, b)| weight && a.min(b) <= shorter) else {
        return Ok(None);
    };
    Ok(Spectrum::new(&pool.values(Piece::whole(tensor))?, rows, columns))
}
