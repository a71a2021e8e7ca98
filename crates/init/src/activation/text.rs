//! Activations as text: `gelu`, `leaky_relu(slope=0.01)`, `elu(alpha=1)`.

use std::fmt;
use std::str::FromStr;

use crate::activation::Activation;
use crate::error::Error;
use crate::error::Result;

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

/// An activation that takes a number: its names, the number's name and default, and how it is made.
type Form = (&'static [&'static str], &'static str, f64, fn(f64) -> Activation);

const FORMS: [Form; 3] = [
    (&["leaky_relu", "leakyrelu"], "slope", 0.01, Activation::LeakyRelu),
    (&["prelu"], "slope", 0.25, Activation::LeakyRelu),
    (&["elu"], "alpha", 1.0, Activation::Elu),
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
        let refuse = |reason| Error::Text { kind: "an activation", text: text.into(), reason };
        parse(text.to_ascii_lowercase().trim()).map_err(refuse)
    }
}

fn parse(text: &str) -> Result<Activation, String> {
    let (name, argument) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')').ok_or("the closing bracket is missing")?),
        None => (text, ""),
    };
    if let Some((_, activation)) = NAMED.iter().find(|(n, _)| *n == name) {
        let bare = argument.trim().is_empty();
        return if bare { Ok(*activation) } else { Err(format!("`{name}` takes no number")) };
    }
    let form = FORMS.iter().find(|(names, ..)| names.contains(&name)).ok_or_else(|| unknown(name))?;
    number(argument.trim(), form).map(form.3)
}

/// `slope=0.2`, `0.2`, or nothing for the default.
fn number(argument: &str, &(names, key, default, _): &Form) -> Result<f64, String> {
    if argument.is_empty() {
        return Ok(default);
    }
    let value = match argument.split_once('=') {
        Some((k, value)) if k.trim() == key => value.trim(),
        Some(_) => return Err(format!("write it as `{}({key}={default})`", names[0])),
        None => argument,
    };
    let number: f64 = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
    if number.is_finite() { Ok(number) } else { Err(format!("`{value}` is not finite")) }
}

fn unknown(name: &str) -> String {
    let names =
        || NAMED.iter().map(|(n, _)| *n).chain(FORMS.iter().flat_map(|(names, ..)| names.iter().copied()));
    match crate::nearest::nearest(name, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {}", names().collect::<Vec<_>>().join(", ")),
    }
}
