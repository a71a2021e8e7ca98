//! The slope of a function of which only the values are known: that of its polynomials.

use crate::activation::error::{Error, Result};
use crate::activation::kink::Gap;
use crate::activation::pieces::Pieces;

/// `f′` in pieces, for an `f` that is in pieces, both under the root of the density of variance `q`.
///
/// What a gap hides is taken to be no steeper than what is beside it.
///
/// # Errors
/// [`Error::Jump`] where `f` jumps.
pub(crate) fn slopes(pieces: &Pieces, q: f64) -> Result<Pieces> {
    if let Some(at) = pieces.jump() {
        return Err(Error::Jump { at });
    }
    let panels = pieces.panels.iter().map(|panel| panel.sloped(q)).collect::<Result<Vec<_>>>()?;
    let gap = |gap: &Gap| {
        let [left, right] = pieces.beside(gap).map(|(i, x)| panels.get(i).map_or(0.0, |panel| panel.at(x)));
        Gap::between(gap.ends, (left, right))
    };
    let gaps = pieces.gaps.iter().map(gap).collect();
    Ok(pieces.like(panels, gaps))
}
