//! Tensors that training has not touched.

use std::fmt;
use std::path::Path;

use candle_init::Initializer;
use candle_nn::VarBuilder;
use serde::Serialize;

use crate::parameters::compare::{Difference, difference};
use crate::parameters::element;
use crate::parameters::file::SafeTensors;
use crate::parameters::scan::{Pool, units};
use crate::parameters::source;
use crate::parameters::source::{Entry, Source};
use crate::parameters::verify::verify;
use crate::table::table;
use crate::{Result, Verification};

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
/// [`Error::File`](crate::Error::File) for a file that is damaged or cannot be read.
pub fn unmoved(earlier: impl AsRef<Path>, later: impl AsRef<Path>) -> Result<Unmoved> {
    let (earlier, later) = (SafeTensors::open(earlier.as_ref())?, SafeTensors::open(later.as_ref())?);
    let (mut found, pool) = (Unmoved::default(), Pool::default());
    for (tensor, entry) in earlier.entries().iter().enumerate() {
        let name = entry.name.clone();
        let Some((place, other)) = later.find(&name).and_then(|at| Some((at, later.entries().get(at)?)))
        else {
            found.missing.push(name);
            continue;
        };
        if (&entry.shape, entry.dtype) != (&other.shape, other.dtype) {
            found.moved.push(name);
        } else if entry.count == 0 || entry.width().is_none() {
            found.unread.push(name);
        } else {
            match difference((&earlier, tensor), (&later, place), &pool)? {
                None => found.unmoved.push(name),
                Some(difference) => match decay(&earlier, tensor, difference, &pool)? {
                    Some(factor) => found.decayed.push(Decayed { name, factor }),
                    None => found.moved.push(name),
                },
            }
        }
    }
    let new = |entry: &&Entry| earlier.find(&entry.name).is_none();
    found.extra = later.entries().iter().filter(new).map(|entry| entry.name.clone()).collect();
    Ok(found)
}

/// Which tensors of a checkpoint are still what a seed and rules made of them: they never moved since the start.
/// These are the [`equal`](Verification::equal) ones.
///
/// # Errors
/// Those of [`verify`].
pub fn unmoved_since_init<M>(
    path: impl AsRef<Path>,
    init: &Initializer,
    build: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<M>,
) -> Result<Verification> {
    verify(path, init, build)
}

/// The one factor below 1 that all values of a tensor were multiplied by, if there is one.
///
/// Eight values or more must agree to two steps of the dtype, or to 1e-4 where that is more, since many steps of
/// training round many times; what did not change must have been zero.
fn decay(source: &dyn Source, tensor: usize, difference: Difference, pool: &Pool) -> Result<Option<f64>> {
    let (entry, (lo, hi)) = (source::entry(source, tensor)?, difference.ratios);
    let Some((step, _)) = element::steps(entry.dtype) else { return Ok(None) };
    let factor = (lo + hi) / 2.0;
    let near = hi - lo <= (2.0 * step).max(1e-4) * factor;
    if difference.count < 8 || !near || factor <= 0.0 || factor >= 1.0 {
        return Ok(None);
    }
    let mut zeros = 0;
    for unit in units(tensor, entry) {
        zeros += pool.read(source, unit, |entry, bytes| element::sums(entry.dtype, bytes).moments().zeros)?;
    }
    Ok((difference.count as u64 + zeros == entry.count as u64).then_some(factor))
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
