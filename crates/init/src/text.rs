//! Laws as text: `he_normal`, `normal(mean=0, std=0.02)`, `variance_scaling(scale=2, fan=in, distribution=normal)`.

use std::fmt;
use std::str::FromStr;

use crate::init::{
    GLOROT_NORMAL, GLOROT_TRUNCATED_NORMAL, GLOROT_UNIFORM, HE_NORMAL, HE_TRUNCATED_NORMAL, HE_UNIFORM,
    LECUN_NORMAL, LECUN_TRUNCATED_NORMAL, LECUN_UNIFORM, ONES, ZEROS,
};
use crate::{Cut, Distribution, Error, Fan, Init, Result, VarianceScaling};

/// The laws that have a name of their own. The first name of a law is the one it is printed with.
pub const NAMED: [(&str, Init); 19] = [
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
    ("xavier_uniform", GLOROT_UNIFORM),
    ("xavier_normal", GLOROT_NORMAL),
    ("xavier_truncated_normal", GLOROT_TRUNCATED_NORMAL),
    ("kaiming_uniform", HE_UNIFORM),
    ("kaiming_normal", HE_NORMAL),
    ("kaiming_truncated_normal", HE_TRUNCATED_NORMAL),
    ("zero", ZEROS),
    ("one", ONES),
];

/// The laws that take numbers, with their arguments as a message shows them.
const FORMS: [(&str, &str); 5] = [
    ("const", "const(value=0.5)"),
    ("uniform", "uniform(lo=-0.1, up=0.1)"),
    ("normal", "normal(mean=0, std=0.02)"),
    ("truncated_normal", "truncated_normal(mean=0, std=0.02, lo=-2, up=2, cut=sigmas)"),
    ("variance_scaling", "variance_scaling(scale=2, fan=in, distribution=normal)"),
];

const FANS: [(&str, Fan); 4] = [
    ("in", Fan::In),
    ("out", Fan::Out),
    ("average", Fan::Average),
    ("geometric_average", Fan::GeometricAverage),
];

const DISTRIBUTIONS: [(&str, Distribution); 3] = [
    ("normal", Distribution::Normal),
    ("truncated_normal", Distribution::TruncatedNormal),
    ("uniform", Distribution::Uniform),
];

/// The word of a closed list for a value of it.
fn word<T: PartialEq>(list: &[(&'static str, T)], value: &T) -> &'static str {
    list.iter().find(|(_, v)| v == value).map_or("?", |(word, _)| word)
}

impl fmt::Display for Init {
    /// The text that [`FromStr`] reads back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Minus zero equals `zeros` and is another number.
        let negative = matches!(*self, Self::Const(value) if value.is_sign_negative());
        if let Some((name, _)) = NAMED.iter().find(|(_, law)| law == self && !negative) {
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
            Self::VarianceScaling(VarianceScaling { scale, fan, distribution }) => {
                let (fan, distribution) = (word(&FANS, &fan), word(&DISTRIBUTIONS, &distribution));
                write!(f, "variance_scaling(scale={scale}, fan={fan}, distribution={distribution})")
            }
        }
    }
}

impl FromStr for Init {
    type Err = Error;

    /// Reads a law: a name, or a form with `key=value` arguments; case and blanks do not matter.
    ///
    /// `xavier_` and `kaiming_` are read as `glorot_` and `he_`.
    fn from_str(text: &str) -> Result<Self> {
        let refuse = |reason| Error::LawText { text: text.into(), reason };
        parse(&text.to_ascii_lowercase()).map_err(refuse)
    }
}

fn parse(text: &str) -> Result<Init, String> {
    let (name, arguments) = match text.trim().split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')').ok_or("the closing bracket is missing")?),
        None => (text.trim(), ""),
    };
    if let Some((_, law)) = NAMED.iter().find(|(n, _)| *n == name) {
        return if arguments.trim().is_empty() {
            Ok(*law)
        } else {
            Err(format!("`{name}` takes no arguments"))
        };
    }
    let (_, form) = FORMS.iter().find(|(n, _)| *n == name).ok_or_else(|| unknown(name))?;
    let mut arguments = Arguments::new(arguments, form)?;
    let law = formed(name, &mut arguments)?;
    arguments.finish()?;
    Ok(law)
}

fn formed(name: &str, arguments: &mut Arguments<'_>) -> Result<Init, String> {
    Ok(match name {
        "const" => Init::Const(arguments.number("value", None)?),
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
        _ => Init::VarianceScaling(VarianceScaling {
            scale: arguments.number("scale", Some(1.0))?,
            fan: arguments.word("fan", &FANS, Fan::In)?,
            distribution: arguments.word("distribution", &DISTRIBUTIONS, Distribution::Normal)?,
        }),
    })
}

fn cut(arguments: &mut Arguments<'_>) -> Result<Cut, String> {
    let (lo, up) = (arguments.number("lo", Some(-2.0))?, arguments.number("up", Some(2.0))?);
    let units = [("sigmas", Cut::Sigmas { lo, up }), ("absolute", Cut::Absolute { lo, up })];
    arguments.word("cut", &units, Cut::Sigmas { lo, up })
}

fn unknown(name: &str) -> String {
    let names = NAMED.iter().map(|(n, _)| *n).chain(FORMS.iter().map(|(n, _)| *n));
    let nearest = crate::nearest::nearest(name, names.clone());
    let known = names.take(11).collect::<Vec<_>>().join(", ");
    let forms = FORMS.map(|(_, form)| form).join(", ");
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("known are {known}, {forms}"),
    }
}

/// `key=value` pairs, each taken once.
struct Arguments<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    form: &'a str,
}

impl<'a> Arguments<'a> {
    fn new(text: &'a str, form: &'a str) -> Result<Self, String> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| format!("write it as `{form}`"))?;
            if pairs.iter().any(|(k, _)| *k == key.trim()) {
                return Err(format!("`{}` is given twice", key.trim()));
            }
            pairs.push((key.trim(), value.trim()));
        }
        Ok(Self { pairs, form })
    }

    fn take(&mut self, key: &str) -> Option<&'a str> {
        let at = self.pairs.iter().position(|(k, _)| *k == key)?;
        Some(self.pairs.swap_remove(at).1)
    }

    fn number(&mut self, key: &str, default: Option<f64>) -> Result<f64, String> {
        match self.take(key) {
            Some(text) => text.parse().map_err(|_| format!("`{key}={text}` is not a number")),
            None => default.ok_or_else(|| format!("`{key}` is missing; write it as `{}`", self.form)),
        }
    }

    fn word<T: Copy>(&mut self, key: &str, list: &[(&str, T)], default: T) -> Result<T, String> {
        let Some(text) = self.take(key) else { return Ok(default) };
        let known = || list.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        list.iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| format!("`{key}={text}` is unknown; known are {}", known()))
    }

    fn finish(self) -> Result<(), String> {
        match self.pairs.first() {
            Some((key, _)) => Err(format!("it has no argument `{key}`; write it as `{}`", self.form)),
            None => Ok(()),
        }
    }
}
