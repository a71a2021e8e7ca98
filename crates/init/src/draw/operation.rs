//! Modifiers made ready for one parameter.

use std::ops::Range;

use candle_core::{DType, Shape};
use counter_rng::{Element, Purpose, Stream};
use float8::F8E4M3;
use half::{bf16, f16};
use rand_core::Rng as _;

use crate::draw::moments::Moments;
use crate::draw::parameter::Target;
use crate::error::Error;
use crate::error::Result;
use crate::layer::Fans;
use crate::rule::modifier::{Map, Modifier};

/// Which elements a slice holds: those from `offset` on of the part of a parameter that begins at `start`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) offset: usize,
}

impl Place {
    /// Where elements `range` of the part lie in a slice of `length` at this place, and which of them is the first.
    pub(crate) fn inside(&self, range: &Range<usize>, length: usize) -> (Range<usize>, usize) {
        let in_slice = |element: usize| element.saturating_sub(self.offset).min(length);
        (in_slice(range.start)..in_slice(range.end), self.offset.saturating_sub(range.start))
    }
}

/// What happens to the value at an index.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Times(f64),
    Map(Map),
    /// Ones stay, zeros go: by column, the elements with the smallest words.
    Sparse {
        rows: usize,
        cols: usize,
        zeros: usize,
    },
    ZeroRow {
        from: usize,
        to: usize,
    },
    Round(fn(f64) -> f64),
}

impl Step {
    /// Checks a modifier against the parameter. `base` gives the standard deviation of the law so far at any
    /// shape, for µP.
    pub(crate) fn new(
        modifier: &Modifier,
        target: &Target<'_>,
        std_at: &dyn Fn(&Shape) -> Result<Option<f64>>,
    ) -> Result<Self> {
        Ok(match modifier {
            Modifier::Times(factor) => Self::Times(number("factor", *factor)?),
            Modifier::Gain(activation) => Self::Times(crate::activation::gain(*activation)?),
            Modifier::ByDepth => Self::Times(by_depth(target.name)?),
            Modifier::Mup(base) => Self::Times(mup(base, target, std_at)?),
            Modifier::Sparse(fraction) => sparse(*fraction, target)?,
            Modifier::ZeroRow(index) => zero_row(*index, target)?,
            Modifier::Round(dtype) => Self::Round(rounding(*dtype)?),
            Modifier::Map(map) => Self::Map(*map),
        })
    }

    /// Whether the step multiplies every value by one factor, which a law can take in exactly.
    pub(crate) fn factor(&self) -> Option<f64> {
        if let Self::Times(factor) = *self { Some(factor) } else { None }
    }

    /// Mean and standard deviation after the step, where they follow from those before.
    pub(crate) fn moments(&self, Moments { mean, std }: Moments) -> Option<Moments> {
        let (mean, std) = match *self {
            Self::Times(factor) => (mean * factor, std * factor.abs()),
            Self::Map(Map::Plus(term)) => (mean + term, std),
            Self::Sparse { rows, zeros, .. } => {
                let kept = 1.0 - zeros as f64 / rows.max(1) as f64;
                let square = kept * (std * std + mean * mean);
                (kept * mean, (square - kept * kept * mean * mean).max(0.0).sqrt())
            }
            Self::Round(_) => (mean, std),
            Self::Map(_) | Self::ZeroRow { .. } => return None,
        };
        Some(Moments { mean, std })
    }

    /// Whether what happens to an element does not depend on the others.
    pub(crate) fn is_local(&self) -> bool {
        !matches!(self, Self::Sparse { .. })
    }

    /// Applies the step to the elements at `place`: to all of the part, unless the step is local.
    pub(crate) fn apply(&self, values: &mut [f64], place: Place, target: &Target<'_>) {
        match *self {
            Self::Times(factor) => values.iter_mut().for_each(|x| *x *= factor),
            Self::Map(map) => values.iter_mut().for_each(|x| *x = map.apply(*x)),
            Self::Round(round) => values.iter_mut().for_each(|x| *x = round(*x)),
            Self::ZeroRow { from, to } => {
                let (row, _) = place.inside(&(from..to), values.len());
                values.get_mut(row).unwrap_or_default().fill(0.0);
            }
            Self::Sparse { rows, cols, zeros } => {
                let words = words(&target.stream(Purpose::Permutation), place.start as u64, rows * cols);
                (0..cols).for_each(|col| thin(values, &words, [rows, cols, col], zeros));
            }
        }
    }
}

/// The words of a stream from `start` on.
fn words(stream: &Stream, start: u64, count: usize) -> Vec<u32> {
    let mut rng = stream.rng();
    rng.set_position(start);
    (0..count).map(|_| rng.next_u32()).collect()
}

/// Zeroes the elements of one column that have the smallest words; equal words go by row.
fn thin(values: &mut [f64], words: &[u32], [rows, cols, col]: [usize; 3], zeros: usize) {
    let mut order: Vec<_> = (0..rows).map(|row| (words[row * cols + col], row)).collect();
    if zeros > 0 && zeros < rows {
        order.select_nth_unstable(zeros - 1);
    }
    for &(_, row) in order.iter().take(zeros) {
        values[row * cols + col] = 0.0;
    }
}

/// A number that is one.
fn number(parameter: &'static str, value: f64) -> Result<f64> {
    let refuse = Error::Number { parameter, value, required: "a finite number" };
    if value.is_finite() { Ok(value) } else { Err(refuse) }
}

fn sparse(fraction: f64, target: &Target<'_>) -> Result<Step> {
    if !(0.0..=1.0).contains(&fraction) {
        return Err(Error::Number {
            parameter: "sparsity",
            value: fraction,
            required: "a fraction in [0, 1]",
        });
    }
    let &[rows, cols] = target.shape.dims() else {
        return Err(target.refuse("sparse", "a matrix is required, since zeros are counted by column"));
    };
    Ok(Step::Sparse { rows, cols, zeros: (fraction * rows as f64).ceil() as usize })
}

fn zero_row(index: usize, target: &Target<'_>) -> Result<Step> {
    let &[rows, ref rest @ ..] = target.shape.dims() else {
        return Err(target.refuse("zero_row", "rank 1 or more is required"));
    };
    if index >= rows && target.elements() > 0 {
        return Err(target.refuse("zero_row", "the index must be less than the number of rows"));
    }
    let row: usize = rest.iter().product();
    Ok(Step::ZeroRow { from: index.saturating_mul(row), to: index.saturating_add(1).saturating_mul(row) })
}

/// Rounding to a dtype and back.
fn rounding(dtype: DType) -> Result<fn(f64) -> f64> {
    fn through<T: Element>(x: f64) -> f64 {
        T::nearest(x).widen()
    }
    match dtype {
        DType::F32 => Ok(through::<f32>),
        DType::BF16 => Ok(through::<bf16>),
        DType::F16 => Ok(through::<f16>),
        DType::F8E4M3 => Ok(through::<F8E4M3>),
        _ => Err(Error::DType { dtype }),
    }
}

/// `1/√(2(ℓ+1))` for the first number `ℓ` of a path.
fn by_depth(name: &str) -> Result<f64> {
    let layer = name.split('.').find_map(|part| part.parse::<u32>().ok());
    let layer = layer.ok_or_else(|| Error::NoDepth { parameter: name.into() })?;
    Ok((0.5 / (f64::from(layer) + 1.0)).sqrt())
}

/// The factor from the law's own standard deviation to µP's.
fn mup(base: &Shape, target: &Target<'_>, std_at: &dyn Fn(&Shape) -> Result<Option<f64>>) -> Result<f64> {
    if base.rank() != target.shape.rank() {
        return Err(target.refuse("mup", "a base shape of the same rank is required"));
    }
    let (Some(then), Some(now)) = (std_at(base)?, std_at(target.shape)?) else {
        return Err(target.refuse("mup", "a law with a known standard deviation is required"));
    };
    let kept = if now == 0.0 { 1.0 } else { then / now };
    if target.shape.rank() < 2 {
        return Ok(kept);
    }
    let (base, now) = (Fans::new(base, target.layer)?, Fans::new(target.shape, target.layer)?);
    let both = base.fan_in != now.fan_in && base.fan_out != now.fan_out;
    Ok(if both { kept * (base.fan_in / now.fan_in).sqrt() } else { kept })
}
