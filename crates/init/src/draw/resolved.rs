//! A rule made ready for one parameter: everything checked, nothing drawn.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{DType, Shape};
use counter_rng::Distribution;

use crate::draw::haar::Haar;
use crate::draw::moments::Moments;
use crate::draw::operation::Step;
use crate::draw::parameter::{Target, element_count};
use crate::error::Error;
use crate::error::Result;
use crate::init::Init;
use crate::init::matrix::{self, Matrix};
use crate::layer::Layer;
use crate::layer::layout::Layout;
use crate::rule::Rule;
use crate::rule::{Base, Block, Custom};

/// The value of an element by its index.
pub(crate) type Formula = Arc<dyn Fn(usize) -> f64 + Send + Sync>;

/// Where the values of a parameter come from, with its numbers known.
#[derive(Clone)]
pub(crate) enum Source {
    /// Elements that do not know of each other.
    Distribution(Distribution),
    /// Elements that follow from their index.
    Formula(Formula),
    /// Haar matrices.
    Haar(Haar),
    /// The user's own.
    Custom(Custom),
    /// One above another: each source with its elements.
    Blocks(Vec<(Range<usize>, Source)>),
    /// A source and what happens to its values.
    Changed(Box<Source>, Vec<Step>),
}

impl Source {
    /// Resolves a rule, and refuses what cannot be made before anything is.
    pub(crate) fn new(rule: &Rule, target: &Target<'_>) -> Result<Self> {
        element_count(target.shape)?;
        fits(&Distribution::constant(0.0)?, target.dtype)?;
        let mut base = rule.base.clone();
        let mut steps: Vec<Step> = Vec::new();
        for modifier in &rule.modifiers {
            let step = Step::new(modifier, target, &|shape| std_at(&rule.base, shape, target))?;
            match (&mut base, step.factor()) {
                // A law takes a factor in, and stays a law.
                (Base::Init(init), Some(factor)) if steps.is_empty() => *init = init.times(factor),
                _ => steps.push(step),
            }
        }
        let source = Self::of_base(&base, target)?;
        Ok(if steps.is_empty() { source } else { Self::Changed(Box::new(source), steps) })
    }

    fn of_base(base: &Base, target: &Target<'_>) -> Result<Self> {
        match base {
            Base::Init(init) => Self::of_init(init, target),
            Base::Values(array) => Ok(Self::Formula(Arc::new(array.formula(target)?))),
            Base::Custom(custom) => Ok(Self::Custom(custom.clone())),
            Base::Blocks(blocks) => Self::of_blocks(blocks, target),
        }
    }

    fn of_init(init: &Init, target: &Target<'_>) -> Result<Self> {
        let needs = |rank: usize| {
            let required = format!("rank {rank} or more is required");
            if target.shape.rank() < rank { Err(target.refuse(init, required)) } else { Ok(()) }
        };
        match *init {
            Init::Orthogonal { gain, axis } => {
                needs(2)?;
                let flat = layout(target)?.flat(axis);
                let layout = flat.ok_or_else(|| target.refuse(init, "an axis of the shape is required"))?;
                Ok(Self::Haar(Haar { gain: finite("gain", gain)?, layout, tap: 0, taps: 1 }))
            }
            Init::Delta { matrix, gain, centre } => {
                needs(2)?;
                let layout = layout(target)?;
                let tap = layout.centre(centre).ok_or_else(|| target.refuse(init, EVEN))?;
                delta(matrix, finite("gain", gain)?, layout, tap, init, target)
            }
            Init::Stft { gain, stft } => {
                let (gain, formula) = (finite("gain", gain)?, stft.formula(target)?);
                Ok(Self::Formula(Arc::new(move |i| gain * formula(i))))
            }
            Init::Range { start, step } => {
                needs(1)?;
                let (start, step) = (finite("start", start)?, finite("step", step)?);
                let columns = target.shape.dims().last().copied().unwrap_or(1);
                Ok(Self::Formula(Arc::new(move |i| start + step * (i % columns) as f64)))
            }
            _ => {
                let law = elementwise(init, target.shape, target.layer)?;
                fits(&law, target.dtype)?;
                Ok(Self::Distribution(law))
            }
        }
    }

    fn of_blocks(blocks: &[Block], target: &Target<'_>) -> Result<Self> {
        let total = blocks.iter().try_fold(0_usize, |sum, block| sum.checked_add(block.share)).unwrap_or(0);
        let Some((&rows, rest)) = target.shape.dims().split_first() else {
            return Err(target.refuse("blocks", "rank 1 or more is required"));
        };
        if total == 0 || !rows.is_multiple_of(total) {
            let required = format!("a first dimension that {total} shares divide is required");
            return Err(target.refuse("blocks", required));
        }
        let (row, mut from, mut sources) = (rest.iter().product::<usize>(), 0, Vec::new());
        for block in blocks {
            let shape: Vec<_> = [&[rows / total * block.share], rest].concat();
            let (to, shape) = (from + rows / total * block.share * row, Shape::from(shape));
            let layer = block.rule.layer.unwrap_or_else(|| target.layer.block(blocks.len()));
            if matches!(block.rule.base, Base::Custom(_)) {
                return Err(target.refuse(&block.rule, CUSTOM_BLOCK));
            }
            sources.push((from..to, Self::new(&block.rule, &Target { shape: &shape, layer, ..*target })?));
            from = to;
        }
        Ok(Self::Blocks(sources))
    }

    /// Mean and standard deviation of the values, where they are known without drawing.
    pub(crate) fn moments(&self) -> Option<Moments> {
        match self {
            Self::Distribution(d) => Some(Moments { mean: d.mean(), std: d.std() }),
            Self::Haar(haar) => Some(Moments { mean: 0.0, std: haar.std() }),
            Self::Formula(_) | Self::Custom(_) => None,
            Self::Changed(source, steps) => {
                steps.iter().try_fold(source.moments()?, |m, step| step.moments(m))
            }
            Self::Blocks(blocks) => mixture(blocks),
        }
    }
}

const EVEN: &str = "an odd kernel, which has a centre, is required; for an even one say `centre=lower`, as JAX \
                    has it, or `centre=upper`, as PyTorch";
const CUSTOM_BLOCK: &str = "laws with a text form are required as blocks; let the custom law make the whole";

/// A matrix at one tap of the kernel.
fn delta(
    matrix: Matrix,
    gain: f64,
    layout: Layout,
    tap: usize,
    init: &Init,
    target: &Target<'_>,
) -> Result<Source> {
    let (rows, cols) = (layout.rows(), layout.cols());
    let entry: fn(usize, usize, usize, usize) -> f64 = match matrix {
        Matrix::Identity => |_, _, row, col| matrix::identity(row, col),
        Matrix::Hadamard => matrix::hadamard,
        Matrix::Orthogonal if rows < cols => {
            let required = "at least as many outputs as inputs, so that norms are kept, are required; \
                            `orthogonal` takes any shape";
            return Err(target.refuse(init, required));
        }
        Matrix::Orthogonal => {
            let taps = target.elements().checked_div(layout.parts() * rows * cols).unwrap_or(1);
            return Ok(Source::Haar(Haar { gain, layout, tap, taps }));
        }
    };
    Ok(Source::Formula(Arc::new(move |element| {
        let place = layout.place(element);
        if place.tap == tap { gain * entry(rows, cols, place.row, place.col) } else { 0.0 }
    })))
}

/// The layout of a target whose layer describes its shape.
fn layout(target: &Target<'_>) -> Result<Layout> {
    crate::layer::Fans::new(target.shape, target.layer)?;
    Ok(Layout::new(target.shape, target.layer))
}

fn finite(parameter: &'static str, value: f64) -> Result<f64> {
    let refuse = Error::Number { parameter, value, required: "a finite number" };
    if value.is_finite() { Ok(value) } else { Err(refuse) }
}

/// The law at a shape. A tensor without elements needs no value, so a fan of zero is none of its worries.
fn elementwise(init: &Init, shape: &Shape, layer: Layer) -> Result<Distribution> {
    match init.distribution(shape, layer) {
        Err(Error::ZeroFan { .. }) if shape.dims().contains(&0) => Ok(Distribution::constant(0.0)?),
        other => other,
    }
}

/// The standard deviation of a base at another shape of the same layer.
fn std_at(base: &Base, shape: &Shape, target: &Target<'_>) -> Result<Option<f64>> {
    let source = Source::of_base(base, &Target { shape, ..*target })?;
    Ok(source.moments().map(|moments| moments.std))
}

/// Moments of blocks taken together.
fn mixture(blocks: &[(Range<usize>, Source)]) -> Option<Moments> {
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

/// That a dtype holds weights at all, and the values of this law.
fn fits(law: &Distribution, dtype: DType) -> Result<()> {
    match dtype {
        DType::F32 => law.fits::<f32>()?,
        DType::F64 => law.fits::<f64>()?,
        DType::BF16 => law.fits::<half::bf16>()?,
        DType::F16 => law.fits::<half::f16>()?,
        DType::F8E4M3 => law.fits::<float8::F8E4M3>()?,
        _ => return Err(Error::DType { dtype }),
    }
    Ok(())
}
