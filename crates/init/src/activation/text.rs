//! Activations as text: `gelu`, `leaky_relu(slope=0.01)`, `elu(alpha=1)`.

use std::fmt;
use std::str::FromStr;

use crate::activation::error::{Error, Result};
use crate::activation::named::Activation;
use crate::nearest::suggestion;
use crate::text::{Call, Refusal};

/// The activations without a number. The first name of each is the one it is printed with; the others are
/// those of candle's and Hugging Face's configurations.
const NAMED: [(&str, Activation); 29] = [
    ("linear", Activation::Linear),
    ("gelu", Activation::Gelu),
    ("gelu_tanh", Activation::GeluTanh),
    ("relu", Activation::Relu),
    ("relu2", Activation::Relu2),
    ("relu6", Activation::Relu6),
    ("selu", Activation::Selu),
    ("silu", Activation::Silu),
    ("swiglu", Activation::Swiglu),
    ("sigmoid", Activation::Sigmoid),
    ("hard_sigmoid", Activation::HardSigmoid),
    ("hard_swish", Activation::HardSwish),
    ("mish", Activation::Mish),
    ("quick_gelu", Activation::QuickGelu),
    ("tanh", Activation::Tanh),
    ("sin", Activation::Sin),
    ("softplus", Activation::Softplus),
    ("softsign", Activation::Softsign),
    ("identity", Activation::Linear),
    ("gelu_new", Activation::GeluTanh),
    ("new_gelu", Activation::GeluTanh),
    ("newgelu", Activation::GeluTanh),
    ("gelu_pytorch_tanh", Activation::GeluTanh),
    ("gelupytorchtanh", Activation::GeluTanh),
    ("swish", Activation::Silu),
    ("hardsigmoid", Activation::HardSigmoid),
    ("hardswish", Activation::HardSwish),
    ("quickgelu", Activation::QuickGelu),
    ("relu_squared", Activation::Relu2),
];

/// An activation that takes a number.
struct Form {
    names: &'static [&'static str],
    /// The number's name and its default.
    number: &'static str,
    default: f64,
    /// How it is written.
    text: &'static str,
    make: fn(f64) -> Activation,
}

const FORMS: [Form; 3] = [
    Form {
        names: &["leaky_relu", "leakyrelu"],
        number: "slope",
        default: 0.01,
        text: "leaky_relu(slope=0.01)",
        make: Activation::LeakyRelu,
    },
    Form {
        names: &["prelu"],
        number: "slope",
        default: 0.25,
        text: "prelu(slope=0.25)",
        make: Activation::LeakyRelu,
    },
    Form { names: &["elu"], number: "alpha", default: 1.0, text: "elu(alpha=1)", make: Activation::Elu },
];

impl fmt::Display for Activation {
    /// The text that [`FromStr`] reads back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeakyRelu(slope) => f.pad(&format!("leaky_relu(slope={slope})")),
            Self::Elu(alpha) => f.pad(&format!("elu(alpha={alpha})")),
            named => f.pad(NAMED.iter().find(|(_, a)| a == named).map_or("?", |(name, _)| name)),
        }
    }
}

impl FromStr for Activation {
    type Err = Error;

    /// Reads a name, or a form with its number, which may be left out; case and blanks do not matter.
    ///
    /// # Errors
    /// [`Error::Text`], with the nearest known name.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::Text { text: text.into(), reason };
        parse(&text.to_ascii_lowercase()).map_err(refuse)
    }
}

fn parse(text: &str) -> Result<Activation, Refusal> {
    let call = Call::new(text.trim())?;
    if let Some((_, activation)) = NAMED.iter().find(|(name, _)| *name == call.name) {
        return call.plain().map(|()| *activation);
    }
    let found = FORMS.iter().find(|form| form.names.contains(&call.name));
    let form = found.ok_or_else(|| suggestion(call.name, names()))?;
    let mut arguments = call.arguments(form.text)?;
    let number: f64 = arguments.only_number(form.number, Some(form.default))?;
    arguments.finish()?;
    if number.is_finite() { Ok((form.make)(number)) } else { Err(format!("`{number}` is not finite")) }
}

fn names() -> impl Iterator<Item = &'static str> + Clone {
    NAMED.iter().map(|(name, _)| *name).chain(FORMS.iter().flat_map(|form| form.names.iter().copied()))
}
