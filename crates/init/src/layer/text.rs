//! The text form of layer kinds.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::layer::kind::Layer;
use crate::text::{Call, Refusal, form};

/// Kinds without numbers, and names for some with.
const PLAIN: [(&str, Layer); 8] = [
    ("linear", Layer::Linear),
    ("embedding", Layer::Embedding),
    ("as_pytorch", Layer::AsPyTorch),
    ("lstm", Layer::LSTM),
    ("gru", Layer::GRU),
    ("qkv", Layer::QKV),
    ("input_first", Layer::INPUT_FIRST),
    ("experts", Layer::EXPERTS),
];

const FORMS: [(&str, &str); 13] = [
    ("linear", "linear"),
    ("embedding", "embedding"),
    ("as_pytorch", "as_pytorch"),
    ("lstm", "lstm"),
    ("gru", "gru"),
    ("qkv", "qkv"),
    ("input_first", "input_first"),
    ("experts", "experts"),
    ("conv", "conv(groups=1, stride=1)"),
    ("conv_transpose", "conv_transpose(groups=1, stride=2)"),
    ("gates", "gates(4)"),
    ("packed", "packed(3)"),
    ("axes", "axes(kkio)"),
];

impl fmt::Display for Layer {
    /// The text that [`FromStr`] reads back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Linear => f.pad("linear"),
            Self::Embedding => f.pad("embedding"),
            Self::AsPyTorch => f.pad("as_pytorch"),
            Self::INPUT_FIRST => f.pad("input_first"),
            Self::EXPERTS => f.pad("experts"),
            Self::Conv { groups: 1, stride: 1 } => f.pad("conv"),
            Self::Conv { groups, stride: 1 } => write!(f, "conv(groups={groups})"),
            Self::Conv { groups, stride } => write!(f, "conv(groups={groups}, stride={stride})"),
            Self::ConvTranspose { groups: 1, stride: 1 } => f.pad("conv_transpose"),
            Self::ConvTranspose { groups, stride } => {
                write!(f, "conv_transpose(groups={groups}, stride={stride})")
            }
            Self::Gates { gates } => write!(f, "gates({gates})"),
            Self::Packed { matrices } => write!(f, "packed({matrices})"),
            Self::Axes(axes) => write!(f, "axes({axes})"),
        }
    }
}

impl FromStr for Layer {
    type Err = Error;

    /// Reads a layer kind: `linear`, `conv(groups=32)`, `conv_transpose(stride=2)`, `lstm`, `gates(3)`, `axes(kkio)`.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::Text { kind: "a layer kind", text: text.into(), reason };
        parse(&text.to_ascii_lowercase()).map_err(refuse)
    }
}

fn parse(text: &str) -> Result<Layer, Refusal> {
    let call = Call::new(text.trim())?;
    let form = form(call.name, &FORMS, &[])?;
    if let Some((_, layer)) = PLAIN.iter().find(|(name, _)| *name == call.name) {
        return call.plain().map(|()| *layer);
    }
    let mut arguments = call.arguments(form)?;
    let layer = match call.name {
        "conv" => Layer::Conv {
            groups: arguments.only_number("groups", Some(1))?,
            stride: arguments.number("stride", Some(1))?,
        },
        "conv_transpose" => Layer::ConvTranspose {
            groups: arguments.number("groups", Some(1))?,
            stride: arguments.number("stride", Some(1))?,
        },
        "packed" => Layer::Packed { matrices: arguments.only_number("matrices", None)? },
        "gates" => Layer::Gates { gates: arguments.only_number("gates", None)? },
        _ => {
            let roles = arguments.only("roles").ok_or_else(|| arguments.missing("roles"))?;
            Layer::Axes(roles.parse().map_err(|e: Error| e.to_string())?)
        }
    };
    arguments.finish()?;
    Ok(layer)
}
