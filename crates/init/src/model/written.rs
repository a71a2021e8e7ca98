//! Plans and reports as any format of `serde` has them: to keep beside a run, and to compare.

use serde::{Serialize, Serializer};

use crate::draw::Moments;
use crate::layer::Fans;
use crate::model::plan::Plan;
use crate::model::record::Record;
use crate::model::report::Report;

/// A parameter, in words that other programs read.
#[derive(Serialize)]
struct Written<'a> {
    name: &'a str,
    shape: &'a [usize],
    dtype: &'static str,
    reason: String,
    rule: Option<String>,
    layer: String,
    fans: Option<[f64; 2]>,
    expected: Option<Numbers>,
    measured: Option<Numbers>,
    orthogonality_error: Option<f64>,
    frozen: bool,
}

#[derive(Serialize)]
struct Numbers {
    mean: f64,
    std: f64,
}

impl From<Moments> for Numbers {
    fn from(Moments { mean, std }: Moments) -> Self {
        Self { mean, std }
    }
}

impl Serialize for Record {
    /// As a map; what a rule, a layer and a reason are is in their text form.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            name: &self.name,
            shape: self.shape.dims(),
            dtype: self.dtype.as_str(),
            reason: self.reason.to_string(),
            rule: self.rule.as_ref().map(ToString::to_string),
            layer: self.layer.to_string(),
            fans: self.fans.map(|Fans { fan_in, fan_out, .. }| [fan_in, fan_out]),
            expected: self.expected.map(Numbers::from),
            measured: self.measured.map(Numbers::from),
            orthogonality_error: self.orthogonality_error,
            frozen: self.frozen,
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct Account<'a> {
    /// The version of this crate.
    version: &'static str,
    parameters: &'a [Record],
    /// What the model asked about and was told that it does not exist.
    denied: Vec<&'a str>,
    /// Tensors of checkpoints that the model never asked for.
    never_asked: Vec<&'a str>,
    /// What will probably hurt.
    warnings: Vec<&'a str>,
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Serialize for Plan {
    /// As `version`, `parameters`, `denied`, `never_asked` and `warnings`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (parameters, denied) = (self.records(), self.denied().collect());
        let (never_asked, warnings) = (self.never_asked().collect(), self.warnings().collect());
        Account { version: VERSION, parameters, denied, never_asked, warnings }.serialize(serializer)
    }
}

impl Serialize for Report {
    /// As a [`Plan`], with what was measured.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (parameters, denied) = (self.records(), self.denied().collect());
        let (never_asked, warnings) = (self.never_asked().collect(), self.warnings().collect());
        Account { version: VERSION, parameters, denied, never_asked, warnings }.serialize(serializer)
    }
}
