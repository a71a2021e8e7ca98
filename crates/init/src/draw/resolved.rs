//! A rule resolved for one parameter: everything checked, nothing drawn.

use std::ops::Range;

use candle_core::{DType, Shape};
use counter_rng::Distribution;

use crate::draw::dtype::for_dtype;
use crate::draw::haar::Haar;
use crate::draw::moments::Moments;
use crate::draw::norm::NormOf;
use crate::draw::operation::Operation;
use crate::draw::parameter::Parameter;
use crate::element_count::element_count;
use crate::error::{Error, Result};
use crate::initializers::Init;
use crate::initializers::formula::Formula;
use crate::initializers::matrix::{self, Matrix};
use crate::layer::layout::Layout;
use crate::layer::{Fans, Layer};
use crate::number::{check, finite};
use crate::policy::request::beside;
use crate::rule::{Base, Block, Custom, Norm, Rule};

/// Where the values of a parameter come from, with its numbers known.
#[derive(Clone)]
pub(crate) enum Resolved {
    /// Elements that are independent of one another.
    Distribution(Distribution),
    /// Elements that follow from their index.
    Formula(Formula),
    /// Haar matrices.
    Haar(Haar),
    /// The user's own.
    Custom(Custom),
    /// The norm of another parameter, with what makes that.
    Norm(Box<Resolved>, NormOf),
    /// One above another: each source with its elements.
    Blocks(Vec<(Range<usize>, Resolved)>),
    /// A source and what happens to its values.
    Changed(Box<Resolved>, Vec<Operation>),
}

impl Resolved {
    /// Resolves a rule, and refuses what cannot be made before anything is.
    pub(crate) fn new(rule: &Rule, parameter: &Parameter<'_>) -> Result<Self> {
        let resolved = Self::part(rule, parameter)?;
        resolved.holds(parameter).map(|()| resolved)
    }

    /// The rule of a parameter or of a block of it, whose values others may still change.
    fn part(rule: &Rule, parameter: &Parameter<'_>) -> Result<Self> {
        element_count(parameter.shape)?;
        few(rule.modifiers.len())?;
        fits(&Distribution::constant(0.0)?, parameter.dtype)?;
        let mut base = rule.base.clone();
        let mut operations: Vec<Operation> = Vec::new();
        for modifier in &rule.modifiers {
            let operation =
                Operation::new(modifier, parameter, &|shape| std_at(&rule.base, shape, parameter))?;
            match (&mut base, operation.factor()) {
                // A distribution takes a factor in, and stays one.
                (Base::Init(init), Some(factor)) if operations.is_empty() => *init = init.scaled(factor),
                _ => operations.push(operation),
            }
        }
        let source = Self::of_base(&base, parameter)?;
        Ok(if operations.is_empty() { source } else { Self::Changed(Box::new(source), operations) })
    }

    fn of_base(base: &Base, parameter: &Parameter<'_>) -> Result<Self> {
        match base {
            Base::Init(init) => Self::of_init(init, parameter),
            Base::Values(array) => Ok(Self::Formula(array.formula(parameter.shape)?)),
            Base::TooDeep => Err(too_deep()),
            Base::Custom(custom) => Ok(Self::Custom(custom.clone())),
            Base::Blocks(blocks) => Self::of_blocks(blocks, parameter),
            Base::Norm(norm) => Self::of_norm(norm, parameter),
        }
    }

    fn of_init(init: &Init, parameter: &Parameter<'_>) -> Result<Self> {
        let needs = |rank: usize| {
            let required = format!(
                "rank {rank} or more is required; give this parameter another initializer, such as `zeros`"
            );
            if parameter.shape.rank() < rank { Err(parameter.refuse(init, required)) } else { Ok(()) }
        };
        match *init {
            Init::Orthogonal { gain, axis } => {
                needs(2)?;
                let flat = layout(parameter)?.flat(axis);
                let layout =
                    flat.ok_or_else(|| parameter.refuse(init, "an axis of the shape is required"))?;
                Ok(Self::Haar(Haar { gain: held(gain, parameter)?, layout, tap: 0, taps: 1 }))
            }
            Init::Delta { matrix, gain, centre } => {
                needs(2)?;
                let layout = layout(parameter)?;
                let tap = layout.centre(centre).ok_or_else(|| parameter.refuse(init, EVEN))?;
                delta(matrix, held(gain, parameter)?, layout, tap, init, parameter)
            }
            Init::Stft { gain, stft } => {
                let (gain, formula) = (held(gain, parameter)?, stft.formula(parameter.shape)?);
                Ok(Self::Formula(Formula::new(Vec::new(), move |i| gain * formula(i))))
            }
            Init::Sinusoids { gain, sinusoids } => {
                let (gain, formula) = (held(gain, parameter)?, sinusoids.formula(parameter.shape)?);
                Ok(Self::Formula(Formula::new(Vec::new(), move |i| gain * formula(i))))
            }
            Init::Range { start, step } => {
                needs(1)?;
                let (start, step) = (finite("start", start)?, finite("step", step)?);
                let columns = parameter.shape.dims().last().copied().unwrap_or(1);
                let value = move |i: usize| start + step * (i % columns) as f64;
                let ends = [0, columns.saturating_sub(1)].into_iter().filter(|&i| i < columns);
                Ok(Self::Formula(Formula::new(ends.map(|i| (i, value(i))).collect(), value)))
            }
            _ => {
                let distribution = elementwise(init, parameter.shape, parameter.layer)?;
                fits(&distribution, parameter.dtype)?;
                Ok(Self::Distribution(distribution))
            }
        }
    }

    /// The other parameter has its own name and stream, and is resolved as if it were asked for.
    fn of_norm(norm: &Norm, parameter: &Parameter<'_>) -> Result<Self> {
        norm.check()?;
        let Some(other) = norm.other.as_deref() else { return Err(norm.unresolved(UNKNOWN)) };
        let (name, layer) = (beside(parameter.name, &norm.of), other.rule.layer);
        let layer = layer.unwrap_or_else(|| Layer::of_shape(&other.shape));
        let as_asked = Parameter { name: &name, shape: &other.shape, layer, ..*parameter };
        let of = NormOf::new(&as_asked, parameter)?;
        let source = Self::new(&other.rule, &as_asked).map_err(|error| error.at(&name, &other.shape))?;
        Ok(Self::Norm(Box::new(source), of))
    }

    fn of_blocks(blocks: &[Block], parameter: &Parameter<'_>) -> Result<Self> {
        let total = blocks.iter().try_fold(0_usize, |sum, block| sum.checked_add(block.share)).unwrap_or(0);
        let Some((&rows, rest)) = parameter.shape.dims().split_first() else {
            return Err(parameter.refuse("blocks", "rank 1 or more is required"));
        };
        if total == 0 || !rows.is_multiple_of(total) {
            let required = format!("a first dimension that {total} shares divide is required");
            return Err(parameter.refuse("blocks", required));
        }
        let (row, mut from, mut sources) = (rest.iter().product::<usize>(), 0, Vec::new());
        for block in blocks {
            let shape: Vec<_> = [&[rows / total * block.share], rest].concat();
            let (to, shape) = (from + rows / total * block.share * row, Shape::from(shape));
            let layer = block.rule.layer.unwrap_or_else(|| parameter.layer.block(blocks.len()));
            match block.rule.base {
                Base::Custom(_) => return Err(parameter.refuse(&block.rule, CUSTOM_BLOCK)),
                Base::Norm(_) => return Err(parameter.refuse(&block.rule, NORM_BLOCK)),
                _ => {}
            }
            sources.push((
                from..to,
                Self::part(&block.rule, &Parameter { shape: &shape, layer, ..*parameter })?,
            ));
            from = to;
        }
        Ok(Self::Blocks(sources))
    }

    /// Mean and standard deviation of the values, where they are known without drawing.
    pub(crate) fn moments(&self) -> Option<Moments> {
        match self {
            Self::Distribution(d) => Some(Moments { mean: d.mean(), std: d.std() }),
            Self::Haar(haar) => Some(Moments { mean: 0.0, std: haar.std() }),
            Self::Formula(_) | Self::Custom(_) | Self::Norm(..) => None,
            Self::Changed(source, operations) => {
                operations.iter().try_fold(source.moments()?, |m, operation| operation.moments(m))
            }
            Self::Blocks(blocks) => mixture(blocks),
        }
    }
}

const EVEN: &str = "an odd kernel, which has a centre, is required; for an even one say `centre=lower`, as JAX \
                    has it, or `centre=upper`, as PyTorch";
const UNKNOWN: &str = "the shape and the rule of the other parameter are required; build the model with \
                       `Initializer::build`, which plans it first, or give both, as in \
                       `norm_of(name='weight_v', shape=[4, 2, 3], rule=he_uniform)`";
const NORM_BLOCK: &str = "blocks with values of their own are required; a norm is that of a whole parameter";
const CUSTOM_BLOCK: &str = "blocks with a text form are required; let the closure make the whole";

/// A gain that the dtype holds: no element of what it multiplies is above one.
fn held(gain: f64, parameter: &Parameter<'_>) -> Result<f64> {
    fits(&Distribution::constant(finite("gain", gain)?)?, parameter.dtype).map(|()| gain)
}

/// That a rule has no more modifiers than it may.
fn few(modifiers: usize) -> Result<f64> {
    check("the number of modifiers", modifiers as f64, modifiers <= Rule::LONGEST, "64 or less")
}

fn too_deep() -> Error {
    let value = (Rule::DEEPEST + 1) as f64;
    Error::Number { parameter: "the depth of blocks in blocks", value, required: "16 or less" }
}

/// A matrix at one tap of the kernel.
fn delta(
    matrix: Matrix,
    gain: f64,
    layout: Layout,
    tap: usize,
    init: &Init,
    parameter: &Parameter<'_>,
) -> Result<Resolved> {
    let (rows, cols) = (layout.rows(), layout.cols());
    let entry: fn(usize, usize, usize, usize) -> f64 = match matrix {
        Matrix::Identity => |_, _, row, col| matrix::identity(row, col),
        Matrix::Hadamard => matrix::hadamard,
        Matrix::Orthogonal if rows < cols => {
            let required = "at least as many outputs as inputs, so that norms are kept, are required; \
                            `orthogonal` takes any shape";
            return Err(parameter.refuse(init, required));
        }
        Matrix::Orthogonal => {
            let taps = parameter.elements().checked_div(layout.parts() * rows * cols).unwrap_or(1);
            return Ok(Resolved::Haar(Haar { gain, layout, tap, taps }));
        }
    };
    Ok(Resolved::Formula(Formula::new(Vec::new(), move |element| {
        let at = layout.position(element);
        if at.tap == tap { gain * entry(rows, cols, at.row, at.col) } else { 0.0 }
    })))
}

/// The layout of a parameter whose layer describes its shape.
fn layout(parameter: &Parameter<'_>) -> Result<Layout> {
    Fans::new(parameter.shape, parameter.layer)?;
    Ok(Layout::new(parameter.shape, parameter.layer))
}

/// The distribution at a shape. A tensor without elements needs none, so its fans may be zero.
fn elementwise(init: &Init, shape: &Shape, layer: Layer) -> Result<Distribution> {
    if init.needs_fans() && shape.rank() > 1 && shape.dims().contains(&0) {
        Fans::new(shape, layer)?;
        return Ok(Distribution::constant(0.0)?);
    }
    init.distribution(shape, layer)
}

/// The standard deviation of a base at another shape of the same layer.
fn std_at(base: &Base, shape: &Shape, parameter: &Parameter<'_>) -> Result<Option<f64>> {
    let source = Resolved::of_base(base, &Parameter { shape, ..*parameter })?;
    Ok(source.moments().map(|moments| moments.std))
}

/// Moments of blocks taken together.
fn mixture(blocks: &[(Range<usize>, Resolved)]) -> Option<Moments> {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (range, source) in blocks {
        let (Moments { mean, std }, n) = (source.moments()?, range.len() as f64);
        count += n;
        sum += n * mean;
        squares += n * (std * std + mean * mean);
    }
    let mean = sum / count.max(1.0);
    Some(Moments { mean, std: (squares / count.max(1.0) - mean * mean).max(0.0).sqrt() })
}

/// That a dtype holds weights at all, and the values of this distribution.
fn fits(distribution: &Distribution, dtype: DType) -> Result<()> {
    for_dtype!(dtype, T => Ok(distribution.fits::<T>()?))
}
