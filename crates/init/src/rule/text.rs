//! The text form of rules: an initializer and its modifiers, chained as in code.

use std::fmt;
use std::str::FromStr;

use candle_core::{DType, Shape};

use crate::activation::{Activation, pytorch_gain};
use crate::error::{Error, Result};
use crate::initializers::array::Array;
use crate::initializers::depth;
use crate::initializers::text::{parse_init, refusal};
use crate::rule::definition::{Base, Block, Norm, Other, Rule};
use crate::rule::modifier::{Map, Modifier};
use crate::rule::paper;
use crate::text::{Arguments, Call, Refusal, form, parsed, shallow, split};

/// What a chain may start with besides a named initializer.
const STARTS: [(&str, &str); 6] = [
    ("values", "values([[1, 2], [3, 4]])"),
    ("blocks", "blocks(2: zeros, 1: ones)"),
    ("norm_of", "norm_of('weight_v')"),
    ("forget_gate_bias", "forget_gate_bias(1)"),
    ("mamba_a_log", "mamba_a_log"),
    ("mamba_dt_bias", "mamba_dt_bias(min=0.001, max=0.1, floor=0.0001)"),
];

/// What a chain may go on with.
const MODIFIERS: [(&str, &str); 22] = [
    ("times", "times(0.5)"),
    ("gain", "gain(gelu)"),
    ("pytorch_gain", "pytorch_gain(tanh)"),
    ("by_depth", "by_depth()"),
    ("mup", "mup([256, 64])"),
    ("sparse", "sparse(0.9)"),
    ("zero_row", "zero_row(0)"),
    ("round", "round(bf16)"),
    ("exp", "exp()"),
    ("ln", "ln()"),
    ("inverse_softplus", "inverse_softplus()"),
    ("at_least", "at_least(0.0001)"),
    ("at_most", "at_most(1)"),
    ("plus", "plus(1)"),
    ("power", "power(exponent=0.5, per_layer=0)"),
    ("plus_by_layer", "plus_by_layer(0.1)"),
    ("on", "on(conv(groups=32))"),
    ("gpt2", "gpt2(layers=12)"),
    ("fixup", "fixup(blocks=9, layers_per_block=2)"),
    ("t_fixup_encoder", "t_fixup_encoder(layers=6)"),
    ("t_fixup_decoder", "t_fixup_decoder(layers=6)"),
    ("deep_norm", "deep_norm(layers=12)"),
];

/// Words for modifiers in other libraries and in arithmetic, for a message.
const ELSEWHERE: [(&str, &str); 8] = [
    ("scale", "times"),
    ("mul", "times"),
    ("multiply", "times"),
    ("add", "plus"),
    ("log", "ln"),
    ("pow", "power"),
    ("clamp_min", "at_least"),
    ("clamp_max", "at_most"),
];

impl fmt::Display for Rule {
    /// The text that [`FromStr`] reads back; of a closure its name, which is not read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.base, self.modifiers.is_empty(), self.layer) {
            // Alone, so that a table can pad it.
            (Base::Init(init), true, None) => return init.fmt(f),
            (Base::Custom(custom), true, None) => return f.pad(&custom.name),
            (Base::Init(init), ..) => write!(f, "{init}")?,
            (Base::Custom(custom), ..) => f.write_str(&custom.name)?,
            (Base::Values(array), ..) => write!(f, "values({array})")?,
            (Base::Blocks(blocks), ..) => write!(f, "blocks({})", listed(blocks))?,
            (Base::Norm(norm), ..) => norm.fmt(f)?,
            // Not read back, as there is nothing to read.
            (Base::TooDeep, ..) => f.write_str("blocks(…)")?,
        }
        self.modifiers.iter().try_for_each(|modifier| write!(f, ".{modifier}"))?;
        self.layer.map_or(Ok(()), |layer| write!(f, ".on({layer})"))
    }
}

fn listed(blocks: &[Block]) -> String {
    let equal = blocks.iter().all(|block| block.share == 1);
    let one =
        |Block { share, rule }: &Block| if equal { rule.to_string() } else { format!("{share}: {rule}") };
    blocks.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Norm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.other.as_deref() {
            None => write!(f, "norm_of('{}')", self.of),
            Some(Other { shape, rule }) => {
                write!(f, "norm_of(name='{}', shape={:?}, rule={rule})", self.of, shape.dims())
            }
        }
    }
}

impl fmt::Display for Modifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(factor) => write!(f, "times({factor})"),
            Self::Gain(activation) => write!(f, "gain({activation})"),
            Self::ByDepth => f.write_str("by_depth()"),
            Self::Mup(base) => write!(f, "mup({:?})", base.dims()),
            Self::Sparse(fraction) => write!(f, "sparse({fraction})"),
            Self::ZeroRow(index) => write!(f, "zero_row({index})"),
            Self::Round(dtype) => write!(f, "round({})", dtype.as_str()),
            Self::Map(Map::Exp) => f.write_str("exp()"),
            Self::Map(Map::Ln) => f.write_str("ln()"),
            Self::Map(Map::InverseSoftplus) => f.write_str("inverse_softplus()"),
            Self::Map(Map::AtLeast(least)) => write!(f, "at_least({least})"),
            Self::Map(Map::AtMost(most)) => write!(f, "at_most({most})"),
            Self::Map(Map::Plus(term)) => write!(f, "plus({term})"),
            // Only what a modifier resolves to for a layer.
            Self::Map(Map::Power(exponent)) => write!(f, "power({exponent})"),
            Self::Power { exponent, per_layer: 0.0 } => write!(f, "power({exponent})"),
            Self::Power { exponent, per_layer } => {
                write!(f, "power(exponent={exponent}, per_layer={per_layer})")
            }
            Self::PlusByLayer(term) => write!(f, "plus_by_layer({term})"),
        }
    }
}

impl fmt::Display for Array {
    /// Nested brackets, as Python writes an array.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn nest(dims: &[usize], values: &[f64]) -> String {
            let Some((&dim, rest)) = dims.split_first() else {
                return values.first().map_or_else(String::new, f64::to_string);
            };
            let size = rest.iter().product::<usize>();
            let row = |i: usize| nest(rest, values.get(i * size..(i + 1) * size).unwrap_or_default());
            format!("[{}]", (0..dim).map(row).collect::<Vec<_>>().join(", "))
        }
        f.write_str(&nest(&self.dims, &self.values))
    }
}

impl TryFrom<&str> for Rule {
    type Error = Error;

    /// Reads the text form.
    fn try_from(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl TryFrom<String> for Rule {
    type Error = Error;

    /// Reads the text form.
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl FromStr for Rule {
    type Err = Error;

    /// Reads a chain: an initializer, `values`, `blocks` or `norm_of`, then modifiers and `on(layer kind)`; spaces do not
    /// matter, and case only in names between `'`.
    ///
    /// Besides the modifiers that code has: `pytorch_gain(tanh)` for PyTorch's table, and `gpt2`, `fixup`,
    /// `t_fixup_encoder`, `t_fixup_decoder` and `deep_norm` with their numbers of layers for the factors of
    /// [`depth`](crate::depth).
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::Text { kind: "a rule", text: text.into(), reason };
        let read = || parse(&lowered(text));
        shallow(text).and_then(|()| read()).map_err(refuse)
    }
}

/// The text in lower case, but for names of parameters between quotes.
fn lowered(text: &str) -> String {
    let piece = |(i, piece): (usize, &str)| match i % 2 {
        0 => piece.to_ascii_lowercase(),
        _ => piece.into(),
    };
    text.split('\'').enumerate().map(piece).collect::<Vec<_>>().join("'")
}

fn parse(text: &str) -> Result<Rule, Refusal> {
    let pieces = split(text, '.')?;
    let (start, rest) = pieces.split_first().ok_or("it is empty")?;
    if rest.len() > Rule::LONGEST {
        return Err(format!("it has {} modifiers, and {} are the most", rest.len(), Rule::LONGEST));
    }
    let mut rule = started(Call::new(start)?)?;
    for piece in rest {
        rule = changed(rule, Call::new(piece)?)?;
    }
    Ok(rule)
}

fn started(call: Call<'_>) -> Result<Rule, Refusal> {
    let inside = call.inside.unwrap_or_default();
    let Some((_, form)) = STARTS.iter().find(|(name, _)| *name == call.name) else {
        return parse_init(call, &STARTS).map(Rule::from);
    };
    match call.name {
        "values" => {
            let (mut dims, mut values) = (Vec::new(), Vec::new());
            nested(inside.trim(), 0, &mut dims, &mut values)?;
            Rule::values(dims, values).map_err(refusal)
        }
        "blocks" => {
            let blocks = split(inside, ',')?.into_iter().map(block).collect::<Result<Vec<_>, _>>()?;
            Ok(Rule::shares(blocks))
        }
        "norm_of" => norm(call.arguments(form)?),
        "mamba_a_log" => call.plain().map(|()| paper::mamba_a_log()),
        "forget_gate_bias" => {
            let mut arguments = call.arguments(form)?;
            let value = arguments.only_number("value", Some(1.0))?;
            arguments.finish().map(|()| paper::forget_gate_bias(value))
        }
        _ => {
            let mut arguments = call.arguments(form)?;
            let mut number = |key, default| arguments.number(key, Some(default));
            let (min, max, floor) = (number("min", 0.001)?, number("max", 0.1)?, number("floor", 1e-4)?);
            arguments.finish()?;
            paper::mamba_dt_bias(min, max, floor).map_err(refusal)
        }
    }
}

/// The name in quotes, and where the other parameter is known its shape and rule.
fn norm(mut arguments: Arguments<'_>) -> Result<Rule, Refusal> {
    let name = arguments.only("name").ok_or_else(|| arguments.missing("name"))?;
    let quoted = name.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let of = quoted
        .ok_or_else(|| format!("`{name}` stands in no quotes; write it as `{}`", arguments.form))?
        .into();
    let mut norm = Norm { of, other: None };
    norm.check().map_err(refusal)?;
    let (dims, rule) = (arguments.take("shape"), arguments.take("rule"));
    arguments.finish()?;
    norm = match (dims, rule) {
        (None, None) => norm,
        (Some(dims), Some(rule)) => {
            norm.with(Other { shape: shape(dims)?, rule: parse(rule)? }).map_err(refusal)?
        }
        _ => return Err("`shape` and `rule` of the other parameter stand together".into()),
    };
    Ok(Rule::of(Base::Norm(norm)))
}

/// `3: rule`, or `rule` for one share.
fn block(text: &str) -> Result<(usize, Rule), Refusal> {
    let pieces = split(text, ':')?;
    match pieces[..] {
        [rule] => Ok((1, parse(rule)?)),
        [share, rule] => Ok((parsed("share", share)?, parse(rule)?)),
        _ => Err("write a block as `rule` or as `share: rule`".into()),
    }
}

/// Reads nested brackets into row-major values, and the dimensions that all rows must have.
fn nested(text: &str, depth: usize, dims: &mut Vec<usize>, values: &mut Vec<f64>) -> Result<(), Refusal> {
    let Some(inside) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        values.push(parsed("value", text)?);
        return if depth == dims.len() { Ok(()) } else { Err("brackets nest unevenly".into()) };
    };
    let rows: Vec<_> = split(inside, ',')?.into_iter().filter(|row| !row.is_empty()).collect();
    match dims.get(depth) {
        None if values.is_empty() => dims.push(rows.len()),
        Some(&dim) if dim == rows.len() => {}
        _ => return Err("rows of one length are required".into()),
    }
    rows.into_iter().try_for_each(|row| nested(row, depth + 1, dims, values))
}

fn changed(rule: Rule, call: Call<'_>) -> Result<Rule, Refusal> {
    let form = form(call.name, &MODIFIERS, &ELSEWHERE)?;
    if let Some(rule) = unary(&rule, call) {
        return rule;
    }
    let mut arguments = call.arguments(form)?;
    let rule = match call.name {
        "times" => rule.times(arguments.only_number("factor", None)?),
        "sparse" => rule.sparse(arguments.only_number("fraction", None)?),
        "zero_row" => rule.zero_row(arguments.only_number("index", None)?),
        "at_least" => rule.at_least(arguments.only_number("least", None)?),
        "at_most" => rule.at_most(arguments.only_number("most", None)?),
        "plus" => rule.plus(arguments.only_number("term", None)?),
        "plus_by_layer" => rule.plus_by_layer(arguments.only_number("term", None)?),
        "power" => {
            let per_layer = arguments.number("per_layer", Some(0.0))?;
            rule.power(arguments.only_number("exponent", None)?, per_layer)
        }
        "mup" => {
            let base = arguments.only("base").ok_or_else(|| arguments.missing("base"))?;
            rule.mup(shape(base)?)
        }
        "round" => {
            let dtype = arguments.only("dtype").ok_or_else(|| arguments.missing("dtype"))?;
            rule.round(dtype.parse::<DType>().map_err(|_| format!("`{dtype}` is not a dtype"))?)
        }
        scheme => {
            let mut layers = |key| arguments.number(key, None::<usize>);
            let factor = match scheme {
                "gpt2" => depth::gpt2(layers("layers")?),
                "fixup" => depth::fixup(layers("blocks")?, layers("layers_per_block")?),
                "t_fixup_encoder" => depth::t_fixup_encoder(layers("layers")?),
                "t_fixup_decoder" => depth::t_fixup_decoder(layers("layers")?),
                _ => depth::deep_norm(layers("layers")?).map(|norm| norm.beta),
            };
            rule.times(factor.map_err(refusal)?)
        }
    };
    arguments.finish()?;
    Ok(rule)
}

/// Modifiers whose brackets hold nothing, or one word that is no `key=value`.
fn unary(rule: &Rule, call: Call<'_>) -> Option<Result<Rule, Refusal>> {
    let (rule, inside) = (rule.clone(), call.inside.unwrap_or_default().trim());
    Some(match call.name {
        "by_depth" => call.plain().map(|()| rule.by_depth()),
        "exp" => call.plain().map(|()| rule.exp()),
        "ln" => call.plain().map(|()| rule.ln()),
        "inverse_softplus" => call.plain().map(|()| rule.inverse_softplus()),
        "on" => inside.parse().map(|layer| rule.on(layer)).map_err(refusal),
        "gain" => activation(inside).map(|activation| rule.gain(activation)),
        "pytorch_gain" => activation(inside).and_then(pytorch).map(|gain| rule.times(gain)),
        _ => return None,
    })
}

fn activation(text: &str) -> Result<Activation, Refusal> {
    text.parse().map_err(|error: crate::activation::Error| error.to_string())
}

fn pytorch(activation: Activation) -> Result<f64, Refusal> {
    pytorch_gain(activation).map_err(|error| error.to_string())
}

fn shape(text: &str) -> Result<Shape, Refusal> {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let inside = inside.ok_or_else(|| format!("`{text}` is not a shape; write it as `[256, 64]`"))?;
    let dims = split(inside, ',')?.into_iter().filter(|dim| !dim.is_empty());
    Ok(Shape::from(dims.map(|dim| parsed("dimension", dim)).collect::<Result<Vec<usize>, _>>()?))
}
