//! Modifiers resolved for one parameter.

use candle_core::{DType, Shape};
use counter_rng::{Element, Purpose, Stream};
use rand_core::Rng as _;

use crate::draw::dtype::for_dtype;
use crate::draw::moments::Moments;
use crate::draw::parameter::Parameter;
use crate::draw::span::Span;
use crate::element_count::element_count;
use crate::error::{Error, Result};
use crate::layer::Fans;
use crate::number::{check, finite};
use crate::rule::modifier::{Map, Modifier};

/// What happens to the value at an index.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
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

impl Operation {
    /// Checks a modifier against the parameter. `std_at` gives the standard deviation of the initializer at any
    /// shape, for µP.
    pub(crate) fn new(
        modifier: &Modifier,
        parameter: &Parameter<'_>,
        std_at: &dyn Fn(&Shape) -> Result<Option<f64>>,
    ) -> Result<Self> {
        Ok(match modifier {
            Modifier::Times(factor) => Self::Times(factor_of(*factor)?),
            Modifier::Gain(activation) => Self::Times(crate::activation::gain(*activation)?),
            Modifier::ByDepth => Self::Times(by_depth(parameter.name)?),
            Modifier::Mup(base) => Self::Times(mup(base, parameter, std_at)?),
            Modifier::Sparse(fraction) => sparse(*fraction, parameter)?,
            Modifier::ZeroRow(index) => zero_row(*index, parameter)?,
            Modifier::Round(dtype) => Self::Round(rounding(*dtype)?),
            Modifier::Power { exponent, per_layer: 0.0 } => mapped(Map::Power(*exponent))?,
            Modifier::Power { exponent, per_layer } => {
                mapped(Map::Power(exponent + per_layer * layer(parameter.name, "power")?))?
            }
            Modifier::PlusByLayer(term) => mapped(Map::Plus(term * layer(parameter.name, "plus_by_layer")?))?,
            Modifier::Map(map) => mapped(*map)?,
        })
    }

    /// The factor on every value, if that is all it does: a distribution takes it in exactly.
    pub(crate) fn factor(&self) -> Option<f64> {
        if let Self::Times(factor) = *self { Some(factor) } else { None }
    }

    /// Mean and standard deviation after it, where they follow from those before.
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

    /// Whether what happens to an element does not depend on other elements.
    pub(crate) fn is_local(&self) -> bool {
        !matches!(self, Self::Sparse { .. })
    }

    /// Applies it to the elements of `span`: to all of the part, unless it is local.
    pub(crate) fn apply(&self, values: &mut [f64], span: Span, parameter: &Parameter<'_>) {
        match *self {
            Self::Times(factor) => values.iter_mut().for_each(|x| *x *= factor),
            Self::Map(map) => values.iter_mut().for_each(|x| *x = map.apply(*x)),
            Self::Round(round) => values.iter_mut().for_each(|x| *x = round(*x)),
            Self::ZeroRow { from, to } => {
                let (row, _) = span.inside(&(from..to), values.len());
                values.get_mut(row).unwrap_or_default().fill(0.0);
            }
            Self::Sparse { rows, cols, zeros } => {
                let words = words(&parameter.stream(Purpose::Permutation), span.start as u64, rows * cols);
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

/// A map with a number that is one.
fn mapped(map: Map) -> Result<Operation> {
    let number = match map {
        Map::AtLeast(least) => Some(("at_least", least)),
        Map::AtMost(most) => Some(("at_most", most)),
        Map::Plus(term) => Some(("plus", term)),
        Map::Power(exponent) => Some(("power", exponent)),
        Map::Exp | Map::Ln | Map::InverseSoftplus => None,
    };
    if let Some((what, number)) = number {
        finite(what, number)?;
    }
    Ok(Operation::Map(map))
}

fn factor_of(factor: f64) -> Result<f64> {
    check("factor", factor, factor.is_finite() && factor >= 0.0, "a finite number of at least 0")
}

fn sparse(fraction: f64, parameter: &Parameter<'_>) -> Result<Operation> {
    check("sparsity", fraction, (0.0..=1.0).contains(&fraction), "a fraction in [0, 1]")?;
    let &[rows, cols] = parameter.shape.dims() else {
        return Err(parameter.refuse("sparse", "a matrix is required, since zeros are counted by column"));
    };
    Ok(Operation::Sparse { rows, cols, zeros: (fraction * rows as f64).ceil() as usize })
}

fn zero_row(index: usize, parameter: &Parameter<'_>) -> Result<Operation> {
    let &[rows, ref rest @ ..] = parameter.shape.dims() else {
        return Err(parameter.refuse("zero_row", "rank 1 or more is required"));
    };
    if index >= rows && parameter.elements() > 0 {
        return Err(parameter.refuse(
            "zero_row",
            format!("row {index} is asked for, and it has {rows}: an index below that is required"),
        ));
    }
    let row: usize = rest.iter().product();
    Ok(Operation::ZeroRow {
        from: index.saturating_mul(row),
        to: index.saturating_add(1).saturating_mul(row),
    })
}

/// Rounding to a dtype and back.
fn rounding(dtype: DType) -> Result<fn(f64) -> f64> {
    fn through<T: Element>(x: f64) -> f64 {
        T::nearest(x).widen()
    }
    for_dtype!(dtype, T => Ok(through::<T>))
}

const NO_DEPTH: &str = "a layer number in the parameter's path is required; give its rule a factor instead, such as \
                        `.times(0.1)`";

/// `1/√(2(ℓ+1))` for the first number `ℓ` of a path.
fn by_depth(name: &str) -> Result<f64> {
    Ok((0.5 / (layer(name, "by_depth")? + 1.0)).sqrt())
}

/// The first number of a path.
fn layer(name: &str, what: &str) -> Result<f64> {
    let layer = name.split('.').find_map(|part| part.parse::<u32>().ok());
    let none = || Error::Unresolved { what: format!("{what}()"), required: NO_DEPTH.into() };
    layer.map(f64::from).ok_or_else(none)
}

/// The factor from the initializer's own standard deviation to µP's.
fn mup(
    base: &Shape,
    parameter: &Parameter<'_>,
    std_at: &dyn Fn(&Shape) -> Result<Option<f64>>,
) -> Result<f64> {
    if base.rank() != parameter.shape.rank() {
        return Err(parameter.refuse("mup", "a base shape of the same rank is required"));
    }
    element_count(base)?;
    let (Some(then), Some(now)) = (std_at(base)?, std_at(parameter.shape)?) else {
        return Err(parameter.refuse("mup", "an initializer with a known standard deviation is required"));
    };
    let kept = if now == 0.0 { 1.0 } else { then / now };
    if parameter.shape.rank() < 2 {
        return Ok(kept);
    }
    let (base, now) = (Fans::new(base, parameter.layer)?, Fans::new(parameter.shape, parameter.layer)?);
    let both = base.fan_in != now.fan_in && base.fan_out != now.fan_out;
    Ok(if both { kept * (base.fan_in / now.fan_in).sqrt() } else { kept })
}
