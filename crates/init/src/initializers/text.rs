//! Initializers as text: `he_normal`, `normal(mean=0, std=0.02)`, `variance_scaling(scale=2, fan=in, distribution=normal)`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::initializers::init::{Cut, Init};
use crate::initializers::matrix::Matrix;
use crate::initializers::named::*;
use crate::initializers::paper;
use crate::initializers::sinusoids::{Order, Sinusoids};
use crate::initializers::stft::{Scaling, Side, Stft, Window};
use crate::initializers::variance_scaling::{Family, Fan, VarianceScaling};
use crate::layer::Centre;
use crate::nearest::meant;
use crate::text::{Arguments, Call, Refusal, parsed, word};

/// The initializers that have a name. The first name of each is the one it is printed with.
pub const NAMED: [(&str, Init); 29] = [
    ("zeros", ZEROS),
    ("ones", ONES),
    ("glorot_uniform", GLOROT_UNIFORM),
    ("glorot_normal", GLOROT_NORMAL),
    ("glorot_truncated_normal", GLOROT_TRUNCATED_NORMAL),
    ("he_uniform", HE_UNIFORM),
    ("he_normal", HE_NORMAL),
    ("he_truncated_normal", HE_TRUNCATED_NORMAL),
    ("lecun_uniform", LECUN_UNIFORM),
    ("lecun_normal", LECUN_NORMAL),
    ("lecun_truncated_normal", LECUN_TRUNCATED_NORMAL),
    ("pytorch_uniform", PYTORCH_UNIFORM),
    ("siren_first", SIREN_FIRST),
    ("mitchell", MITCHELL),
    ("spectral_normal", SPECTRAL_NORMAL),
    ("orthogonal", ORTHOGONAL),
    ("delta_orthogonal", DELTA_ORTHOGONAL),
    ("identity", IDENTITY),
    ("hadamard", HADAMARD),
    ("xavier_uniform", GLOROT_UNIFORM),
    ("xavier_normal", GLOROT_NORMAL),
    ("xavier_truncated_normal", GLOROT_TRUNCATED_NORMAL),
    ("kaiming_uniform", HE_UNIFORM),
    ("kaiming_normal", HE_NORMAL),
    ("kaiming_truncated_normal", HE_TRUNCATED_NORMAL),
    ("eye", IDENTITY),
    ("dirac", IDENTITY),
    ("zero", ZEROS),
    ("one", ONES),
];

/// Those that take numbers, with their arguments as a message shows them.
pub(crate) const FORMS: [(&str, &str); 16] = [
    ("const", "const(value=0.5)"),
    ("uniform", "uniform(lo=-0.1, up=0.1)"),
    ("normal", "normal(mean=0, std=0.02)"),
    ("truncated_normal", "truncated_normal(mean=0, std=0.02, lo=-2, up=2, cut=sigmas)"),
    ("variance_scaling", "variance_scaling(scale=2, fan=in, distribution=normal)"),
    ("orthogonal", "orthogonal(gain=1, axis=0)"),
    ("delta_orthogonal", "delta_orthogonal(gain=1, centre=middle)"),
    ("identity", "identity(gain=1, centre=middle)"),
    ("eye", "eye(gain=1, centre=middle)"),
    ("dirac", "dirac(gain=1, centre=middle)"),
    ("hadamard", "hadamard(gain=1, centre=middle)"),
    ("stft", "stft(side=real, window=hann, scaling=density, periodic=false, gain=1)"),
    ("sinusoids", "sinusoids(order=halves, last=excluded, gain=1)"),
    ("range", "range(start=1, step=1)"),
    ("siren", "siren(omega=30)"),
    ("prior_bias", "prior_bias(p=0.01)"),
];

/// Words of other libraries, for a message.
const ELSEWHERE: [(&str, &str); 7] = [
    ("constant", "const"),
    ("randn", "normal"),
    ("gaussian", "normal"),
    ("random_normal", "normal"),
    ("rand", "uniform"),
    ("random_uniform", "uniform"),
    ("trunc_normal", "truncated_normal"),
];

const FANS: [(&str, Fan); 9] = [
    ("in", Fan::In),
    ("out", Fan::Out),
    ("average", Fan::Average),
    ("geometric_average", Fan::GeometricAverage),
    ("in_squared", Fan::InSquared),
    ("spectral", Fan::Spectral),
    ("fan_in", Fan::In),
    ("fan_out", Fan::Out),
    ("fan_avg", Fan::Average),
];

const CENTRES: [(&str, Centre); 3] =
    [("middle", Centre::Middle), ("lower", Centre::Lower), ("upper", Centre::Upper)];

const MATRICES: [(&str, Matrix); 3] = [
    ("identity", Matrix::Identity),
    ("delta_orthogonal", Matrix::Orthogonal),
    ("hadamard", Matrix::Hadamard),
];

const SIDES: [(&str, Side); 2] = [("real", Side::Real), ("imaginary", Side::Imaginary)];

const SCALINGS: [(&str, Scaling); 3] =
    [("none", Scaling::None), ("density", Scaling::Density), ("spectrum", Scaling::Spectrum)];

const WINDOWS: [(&str, Window); 4] = [
    ("boxcar", Window::Boxcar),
    ("hann", Window::Hann),
    ("hamming", Window::Hamming),
    ("blackman", Window::Blackman),
];

const ORDERS: [(&str, Order); 2] = [("halves", Order::Halves), ("pairs", Order::Pairs)];

const LAST: [(&str, bool); 2] = [("included", true), ("excluded", false)];

const YES_NO: [(&str, bool); 2] = [("true", true), ("false", false)];

impl fmt::Display for Init {
    /// The text that [`FromStr`] reads back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Minus zero equals `zeros` and is another number.
        let negative = matches!(*self, Self::Const(value) if value.is_sign_negative());
        if let Some((name, _)) = NAMED.iter().find(|(_, init)| init == self && !negative) {
            return f.pad(name);
        }
        match *self {
            Self::Const(value) => write!(f, "const(value={value})"),
            Self::Uniform { lo, up } => write!(f, "uniform(lo={lo}, up={up})"),
            Self::Randn { mean, stdev } => write!(f, "normal(mean={mean}, std={stdev})"),
            Self::TruncatedNormal { mean, stdev, cut } => {
                let (lo, up, cut) = match cut {
                    Cut::Sigmas { lo, up } => (lo, up, "sigmas"),
                    Cut::Absolute { lo, up } => (lo, up, "absolute"),
                };
                write!(f, "truncated_normal(mean={mean}, std={stdev}, lo={lo}, up={up}, cut={cut})")
            }
            Self::VarianceScaling(scaling) => scaling.fmt(f),
            Self::Orthogonal { gain, axis: None } => write!(f, "orthogonal(gain={gain})"),
            Self::Orthogonal { gain, axis: Some(axis) } => write!(f, "orthogonal(gain={gain}, axis={axis})"),
            Self::Delta { matrix, gain, centre } => {
                write!(f, "{}(gain={gain}, centre={})", word(&MATRICES, &matrix), word(&CENTRES, &centre))
            }
            Self::Stft { gain, stft } => {
                let Stft { side, window, scaling, periodic } = stft;
                let (side, scaling) = (word(&SIDES, &side), word(&SCALINGS, &scaling));
                let window = match window {
                    Window::Tukey(share) => format!("tukey({share})"),
                    other => word(&WINDOWS, &other).into(),
                };
                write!(
                    f,
                    "stft(side={side}, window={window}, scaling={scaling}, periodic={periodic}, gain={gain})"
                )
            }
            Self::Sinusoids { gain, sinusoids: Sinusoids { order, last } } => {
                let (order, last) = (word(&ORDERS, &order), word(&LAST, &last));
                write!(f, "sinusoids(order={order}, last={last}, gain={gain})")
            }
            Self::Range { start, step } => write!(f, "range(start={start}, step={step})"),
        }
    }
}

impl fmt::Display for VarianceScaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scale, fan, family } = self;
        write!(f, "variance_scaling(scale={scale}, fan={}, distribution=", word(&FANS, fan))?;
        match family {
            Family::Normal => write!(f, "normal)"),
            Family::Uniform => write!(f, "uniform)"),
            d if *d == Family::TRUNCATED_NORMAL => write!(f, "truncated_normal)"),
            Family::TruncatedNormal { sigmas } => write!(f, "truncated_normal, sigmas={sigmas})"),
        }
    }
}

impl FromStr for Init {
    type Err = Error;

    /// Reads an initializer: a name, or a form with `key=value` arguments; case and spaces do not matter.
    ///
    /// `xavier_` and `kaiming_` are read as `glorot_` and `he_`.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::Text { kind: "an initializer", text: text.into(), reason };
        Call::new(text.to_ascii_lowercase().trim()).and_then(|call| parse_init(call, &[])).map_err(refuse)
    }
}

/// Reads one call. `others` are forms that the caller knows besides, for the message.
pub(crate) fn parse_init(call: Call<'_>, others: &[(&str, &str)]) -> Result<Init, Refusal> {
    let empty = call.plain().is_ok();
    let named = NAMED.iter().find(|(name, _)| *name == call.name).map(|(_, init)| *init);
    match (named, FORMS.iter().find(|(name, _)| *name == call.name)) {
        (Some(init), _) if empty => Ok(init),
        (Some(init), None) => call.plain().map(|()| init).map_err(|refusal| refusal + &as_chain(call, init)),
        (_, Some((_, form))) => {
            let mut arguments = call.arguments(form)?;
            let init = formed(call.name, &mut arguments)?;
            arguments.finish()?;
            Ok(init)
        }
        (None, None) => Err(unknown(call.name, others)),
    }
}

/// How a fan, a gain or a slope is said, which PyTorch's `kaiming_normal_` and `xavier_normal_` take as arguments.
fn as_chain(call: Call<'_>, init: Init) -> String {
    let Init::VarianceScaling(scaling) = init else { return String::new() };
    let name = call.name;
    // What stands there without a word: Kaiming's slope, Xavier's gain.
    let first = if name.starts_with("kaiming") { "a" } else { "gain" };
    let number = |key| argument(call, first, key).and_then(|text| text.parse::<f64>().ok());
    if let Some(fan) = ["mode", "fan"].into_iter().find_map(|key| fan(argument(call, first, key)?)) {
        let whole = Init::VarianceScaling(VarianceScaling { fan, ..scaling });
        return format!("; with that fan it is `{whole}`");
    }
    if let Some(gain) = number("gain") {
        return format!("; a factor stands behind it, as in `{name}.times({gain})`");
    }
    let (family, slope) =
        (if name.ends_with("uniform") { "uniform" } else { "normal" }, number("a").unwrap_or(0.2));
    format!("; a gain stands behind it, as in `lecun_{family}.pytorch_gain(leaky_relu(slope={slope}))`")
}

/// The argument of this name. `first` is that of one without a name.
fn argument<'a>(call: Call<'a>, first: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = call.inside?.split(',').map(|pair| pair.split_once('=').unwrap_or((first, pair)));
    pairs.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
}

fn fan(word: &str) -> Option<Fan> {
    let word = word.trim_matches(['\'', '"']);
    FANS.iter().find(|(name, _)| *name == word).map(|(_, fan)| *fan)
}

fn formed(name: &str, arguments: &mut Arguments<'_>) -> Result<Init, Refusal> {
    Ok(match name {
        "const" => Init::Const(arguments.only_number("value", None)?),
        "uniform" => Init::Uniform { lo: arguments.number("lo", None)?, up: arguments.number("up", None)? },
        "normal" => Init::Randn {
            mean: arguments.number("mean", Some(0.0))?,
            stdev: arguments.number("std", Some(1.0))?,
        },
        "truncated_normal" => Init::TruncatedNormal {
            mean: arguments.number("mean", Some(0.0))?,
            stdev: arguments.number("std", Some(1.0))?,
            cut: cut(arguments)?,
        },
        "variance_scaling" => Init::VarianceScaling(VarianceScaling {
            scale: arguments.number("scale", Some(1.0))?,
            fan: arguments.word("fan", &FANS, Fan::In)?,
            family: distribution(arguments)?,
        }),
        "orthogonal" => Init::Orthogonal {
            gain: arguments.number("gain", Some(1.0))?,
            axis: arguments.take("axis").map(|axis| parsed("axis", axis)).transpose()?,
        },
        "stft" => Init::Stft { gain: arguments.number("gain", Some(1.0))?, stft: stft(arguments)? },
        "sinusoids" => Init::Sinusoids {
            gain: arguments.number("gain", Some(1.0))?,
            sinusoids: Sinusoids {
                order: arguments.word("order", &ORDERS, Order::Halves)?,
                last: arguments.word("last", &LAST, false)?,
            },
        },
        "range" => Init::Range {
            start: arguments.number("start", Some(0.0))?,
            step: arguments.number("step", Some(1.0))?,
        },
        "siren" => paper::siren(arguments.only_number("omega", Some(30.0))?).map_err(refusal)?,
        "prior_bias" => paper::prior_bias(arguments.only_number("p", None)?).map_err(refusal)?,
        _ => delta(name, arguments)?,
    })
}

/// A refusal in the words of an error.
pub(crate) fn refusal(error: Error) -> Refusal {
    error.to_string()
}

fn delta(name: &str, arguments: &mut Arguments<'_>) -> Result<Init, Refusal> {
    let matrix = MATRICES.iter().find(|(n, _)| *n == name).map_or(Matrix::Identity, |(_, matrix)| *matrix);
    let gain = arguments.number("gain", Some(1.0))?;
    Ok(Init::Delta { matrix, gain, centre: arguments.word("centre", &CENTRES, Centre::Middle)? })
}

fn stft(arguments: &mut Arguments<'_>) -> Result<Stft, Refusal> {
    let standard = Stft::default();
    let tukey = |text: &str| text.strip_prefix("tukey(")?.strip_suffix(')')?.trim().parse().ok();
    let window = match arguments.pairs.iter().find(|(key, _)| *key == "window") {
        Some((_, text)) if text.starts_with("tukey") => {
            let share = tukey(text).ok_or_else(|| format!("`{text}` is not `tukey(0.5)`"))?;
            arguments.take("window");
            Window::Tukey(share)
        }
        _ => arguments.word("window", &WINDOWS, standard.window)?,
    };
    Ok(Stft {
        side: arguments.word("side", &SIDES, standard.side)?,
        window,
        scaling: arguments.word("scaling", &SCALINGS, standard.scaling)?,
        periodic: arguments.word("periodic", &YES_NO, standard.periodic)?,
    })
}

fn distribution(arguments: &mut Arguments<'_>) -> Result<Family, Refusal> {
    let sigmas = arguments.pairs.iter().any(|(key, _)| *key == "sigmas");
    let cut = Family::TruncatedNormal { sigmas: arguments.number("sigmas", Some(2.0))? };
    let known = [("normal", Family::Normal), ("truncated_normal", cut), ("uniform", Family::Uniform)];
    let distribution = arguments.word("distribution", &known, Family::Normal)?;
    if sigmas && distribution != cut {
        return Err("`sigmas` belongs to distribution=truncated_normal".into());
    }
    Ok(distribution)
}

fn cut(arguments: &mut Arguments<'_>) -> Result<Cut, Refusal> {
    let (lo, up) = (arguments.number("lo", Some(-2.0))?, arguments.number("up", Some(2.0))?);
    let units = [("sigmas", Cut::Sigmas { lo, up }), ("absolute", Cut::Absolute { lo, up })];
    arguments.word("cut", &units, Cut::Sigmas { lo, up })
}

fn unknown(name: &str, others: &[(&str, &str)]) -> Refusal {
    let forms = || FORMS.iter().chain(others);
    let names = NAMED.iter().map(|(n, _)| *n).chain(forms().map(|(n, _)| *n));
    if let Some(meant) = meant(name, names, &ELSEWHERE) {
        return meant;
    }
    let known = NAMED.iter().map(|(n, _)| *n).collect::<Vec<_>>().join(", ");
    let forms = forms().filter(|(n, _)| NAMED.iter().all(|(name, _)| name != n));
    format!("known are {known}, {}", forms.map(|(_, form)| *form).collect::<Vec<_>>().join(", "))
}
