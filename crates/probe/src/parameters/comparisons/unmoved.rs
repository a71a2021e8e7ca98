//! Tensors that training has not touched.

use std::fmt;
use std::path::Path;

use candle_init::Initializer;
use candle_nn::VarBuilder;
use serde::Serialize;

use crate::error::Result;
use crate::parameters::comparisons::verify::{Verification, verify};
use crate::parameters::reading::difference::{Difference, difference};
use crate::parameters::reading::piece::{Pool, pieces};
use crate::parameters::reading::stored::{Stored, find};
use crate::parameters::reading::{dtype, file};
use crate::text::table::table;

/// What training did to the tensors of a checkpoint, name by name.
///
/// | what it is | what it looks like |
/// |---|---|
/// | frozen, left out of the optimizer, or no gradient reaches it | [`unmoved`](Self::unmoved): equal to the bit |
/// | a gradient of zero, without weight decay | [`unmoved`](Self::unmoved) too: a step of zero |
/// | a gradient of zero, with weight decay | [`decayed`](Self::decayed): every value times one factor |
/// | zero, with a gradient of zero | [`unmoved`](Self::unmoved): decay leaves zeros where they are |
/// | trained | [`moved`](Self::moved) |
///
/// A file cannot say which of the first two it is; the signal check can, before training.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Unmoved {
    /// Tensors that are equal to the bit.
    pub unmoved: Vec<String>,
    /// Tensors of which every value was multiplied by one factor between 0 and 1, up to rounding.
    pub decayed: Vec<Decayed>,
    /// Tensors that changed, those of another shape or dtype included.
    pub moved: Vec<String>,
    /// Tensors of the earlier checkpoint that the later one lacks.
    pub missing: Vec<String>,
    /// Tensors of the later checkpoint that the earlier one lacks.
    pub extra: Vec<String>,
    /// Tensors without elements, which cannot move, and those of a dtype that is not read.
    pub unread: Vec<String>,
}

/// A tensor that weight decay alone has moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Decayed {
    /// Its full dotted path.
    pub name: String,
    /// What its values were multiplied by: `(1 − rate·decay)^steps` of AdamW.
    pub factor: f64,
}

/// Compares two checkpoints of one run: which tensors never moved between them.
///
/// # Errors
/// [`Error::Checkpoint`](crate::Error::Checkpoint) for what is damaged or cannot be read.
pub fn unmoved(earlier: impl AsRef<Path>, later: impl AsRef<Path>) -> Result<Unmoved> {
    let (earlier, later) = (file::open(earlier.as_ref())?, file::open(later.as_ref())?);
    let (mut found, pool) = (Unmoved::default(), Pool::default());
    for before in &earlier {
        match find(&later, &before.name) {
            Some(after) => found.note(before, after, &pool)?,
            None => found.missing.push(before.name.clone()),
        }
    }
    let new = |tensor: &&Stored| find(&earlier, &tensor.name).is_none();
    found.extra = later.iter().filter(new).map(|tensor| tensor.name.clone()).collect();
    Ok(found)
}

impl Unmoved {
    /// Notes what happened to a tensor that both checkpoints have.
    fn note(&mut self, before: &Stored, after: &Stored, pool: &Pool) -> Result<()> {
        let name = before.name.clone();
        if (&before.shape, before.dtype) != (&after.shape, after.dtype) {
            self.moved.push(name);
        } else if before.count == 0 || before.width().is_none() {
            self.unread.push(name);
        } else {
            match difference(before, after, pool)? {
                None => self.unmoved.push(name),
                Some(difference) => match decay(before, difference, pool)? {
                    Some(factor) => self.decayed.push(Decayed { name, factor }),
                    None => self.moved.push(name),
                },
            }
        }
        Ok(())
    }
}

/// Which tensors of a checkpoint are still what a seed and rules gave them: they never moved since the start.
/// These are the [`equal`](Verification::equal) ones.
///
/// # Errors
/// Those of [`verify`].
pub fn unmoved_since_init<M, E>(
    path: impl AsRef<Path>,
    init: &Initializer,
    build: impl FnOnce(VarBuilder<'static>) -> Result<M, E>,
) -> Result<Verification>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    verify(path, init, build)
}

/// The one factor below 1 that all values of a tensor were multiplied by, if there is one.
///
/// Eight values or more must agree to two steps of the dtype, or to 1e-4 where that is more, since many steps of
/// training round many times; what did not change must have been zero.
fn decay(tensor: &Stored, difference: Difference, pool: &Pool) -> Result<Option<f64>> {
    let (lo, hi) = difference.ratios;
    let Some((step, _)) = dtype::steps(tensor.dtype) else { return Ok(None) };
    let factor = (lo + hi) / 2.0;
    let near = hi - lo <= (2.0 * step).max(1e-4) * factor;
    if difference.count < 8 || !near || factor <= 0.0 || factor >= 1.0 {
        return Ok(None);
    }
    let mut zeros = 0;
    for piece in pieces(tensor) {
        zeros += pool.read(piece, |bytes| dtype::sums(tensor.dtype, bytes).zeros)?;
    }
    Ok((difference.count as u64 + zeros == tensor.count as u64).then_some(factor))
}

impl fmt::Display for Unmoved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [("never moved", &self.unmoved), ("missing", &self.missing), ("new", &self.extra)];
        let rows =
            rows.into_iter().flat_map(|(what, names)| names.iter().map(move |name| (name, what.into())));
        let decayed =
            self.decayed.iter().map(|d| (&d.name, format!("moved by weight decay alone: × {}", d.factor)));
        let rows: Vec<_> = rows.chain(decayed).map(|(name, what)| [name.clone(), what]).collect();
        if !rows.is_empty() {
            writeln!(f, "{}", table(["parameter", "what"], 2, rows.into_iter()))?;
        }
        let still = self.unmoved.len() + self.decayed.len();
        write!(f, "{still} of {} tensors were not trained", still + self.moved.len())
    }
}
