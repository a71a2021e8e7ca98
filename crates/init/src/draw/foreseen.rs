//! Values that are known before anything is drawn, and whether the dtype holds them: so that a plan refuses what a build
//! would refuse after other parameters were made.

use crate::draw::dtype::for_dtype;
use crate::draw::operation::Operation;
use crate::draw::parameter::Parameter;
use crate::draw::resolved::Resolved;
use crate::draw::round::round;
use crate::error::Result;

/// The index of an element, and its value.
type Known = (usize, f64);

impl Resolved {
    /// That the dtype holds all values that are known by now.
    pub(crate) fn holds(&self, parameter: &Parameter<'_>) -> Result<()> {
        if parameter.elements() == 0 {
            return Ok(());
        }
        for_dtype!(parameter.dtype, T => {
            self.known().into_iter().try_for_each(|(i, value)| round::<T>(value, i, parameter).map(|_| ()))
        })
    }

    /// Elements whose values do not depend on the stream: of a constant one, of a formula the outermost.
    fn known(&self) -> Vec<Known> {
        match self {
            Self::Distribution(point) if point.std() == 0.0 => vec![(0, point.mean())],
            Self::Formula(formula) => formula.among.clone(),
            Self::Blocks(blocks) => {
                let filled = blocks.iter().filter(|(range, _)| !range.is_empty());
                let known = filled.map(|(range, source)| (range.start, source.known()));
                known.flat_map(|(start, known)| known.into_iter().map(move |(i, x)| (start + i, x))).collect()
            }
            Self::Changed(source, operations) => {
                operations.iter().fold(source.known(), |known, operation| operation.known(known))
            }
            Self::Distribution(_) | Self::Haar(_) | Self::Custom(_) | Self::Norm(..) => Vec::new(),
        }
    }
}

impl Operation {
    /// What known values become, as far as that is known.
    fn known(&self, mut known: Vec<Known>) -> Vec<Known> {
        let mut each = |f: &dyn Fn(usize, f64) -> f64| known.iter_mut().for_each(|(i, x)| *x = f(*i, *x));
        match *self {
            Self::Times(factor) => each(&|_, x| x * factor),
            Self::Map(map) => each(&|_, x| map.apply(x)),
            Self::Round(round) => each(&|_, x| round(x)),
            Self::ZeroRow { from, to } => each(&|i, x| if (from..to).contains(&i) { 0.0 } else { x }),
            // The stream says which stay.
            Self::Sparse { .. } => return Vec::new(),
        }
        known
    }
}
