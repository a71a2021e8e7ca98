//! Will it train? The answer, as a value, a table and JSON.

use std::fmt;

use candle_init_checkpoint::shown;
use serde::Serialize;

use crate::error::Result;
use crate::findings::fault::Fault;
use crate::findings::finding::Finding;
use crate::findings::severity::Severity;
use crate::parameters::report::inspection::Inspection;
use crate::rehearsal::report::{Outcome, Rehearsal};
use crate::signals::report::signal::Signal;

/// What a verdict with faults says that no rehearsal decides.
const OPEN: &str = "One pass knows no optimizer: whether yours gets over it, `Probe::rehearse` shows.";

/// What was found of a model before its first step: the answer of
/// [`Probe::check`](crate::Probe::check).
///
/// It prints as a headline, the findings, each with figure, limit and cure, and a table of the layers.
///
/// ```
/// # use candle_core::{DType, Device, Module};
/// # use candle_init::{Initializer, init};
/// # use candle_init_probe::{Probe, noise};
/// # use candle_nn::{VarMap, linear};
/// # let vars = VarMap::new();
/// let init = Initializer::new(1).weights(init::ZEROS).rule("*.bias", init::ZEROS);
/// # let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
/// # let (fc, head) = (linear(64, 128, vb.pp("fc"))?, linear(128, 10, vb.pp("head"))?);
/// # let batch = noise((32, 64), 7, &Device::Cpu)?;
/// let verdict = Probe::new(&vars).check(&batch, |x| {
///     head.forward(&fc.forward(x)?.relu()?)?.sqr()?.mean_all()
/// })?;
/// assert!(!verdict.is_trainable());
/// assert_eq!(verdict.findings[0].place, "fc.weight");
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Verdict {
    /// Everything that was found, the cause before what follows from it.
    pub findings: Vec<Finding>,
    /// The static check, where it was made.
    pub inspection: Option<Inspection>,
    /// The signal check, where it was made.
    pub signal: Option<Signal>,
    /// The [rehearsal](Self::rehearsed), where there was one.
    pub rehearsal: Option<Rehearsal>,
    /// The seed and the rules of the initializer, in text form, where one was given.
    pub made_by: Option<MadeBy>,
}

/// What made the parameters that were checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MadeBy {
    /// The seed.
    pub seed: u64,
    /// The rules, as `{:?}` of an initializer prints them.
    pub rules: String,
}

/// In a file the answer stands before what it rests on, with the version that gave it.
impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Verdict", 8)?;
        fields.serialize_field("headline", &self.headline())?;
        fields.serialize_field("is_trainable", &self.is_trainable())?;
        fields.serialize_field("version", env!("CARGO_PKG_VERSION"))?;
        fields.serialize_field("made_by", &self.made_by)?;
        fields.serialize_field("rehearsal", &self.rehearsal)?;
        fields.serialize_field("findings", &self.findings)?;
        fields.serialize_field("inspection", &self.inspection)?;
        fields.serialize_field("signal", &self.signal)?;
        fields.end()
    }
}

impl From<Inspection> for Verdict {
    /// The verdict of the static check alone: of a file, say.
    fn from(inspection: Inspection) -> Self {
        Self { findings: inspection.findings.clone(), inspection: Some(inspection), ..Self::default() }
    }
}

impl Verdict {
    /// Adds what a [rehearsal](crate::Probe::rehearse) shows. It decides, unless it is [undecided](Outcome::Undecided): then the
    /// findings do. What [no gradient](Fault::NoGradient) reaches is a fault all the same: the loss falls without it.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Module};
    /// # use candle_init::{Initializer, init};
    /// # use candle_init_probe::{Probe, noise};
    /// # use candle_nn::{Optimizer, SGD, VarMap, linear};
    /// # let vars = VarMap::new();
    /// let init = Initializer::new(1).weights(init::HE_NORMAL);
    /// # let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    /// # let (fc, head) = (linear(8, 64, vb.pp("fc"))?, linear(64, 1, vb.pp("head"))?);
    /// # let batch = |step| noise((32, 8), step as u64, &Device::Cpu);
    /// let loss = |x: &_| head.forward(&fc.forward(x)?.relu()?)?.sub(&x.narrow(1, 0, 1)?)?.sqr()?.mean_all();
    /// let probe = Probe::new(&vars);
    /// let rehearsal = probe.rehearse(50, |step| loss(&batch(step)?), |vars| SGD::new(vars, 0.1))?;
    /// let verdict = probe.check(&batch(0)?, loss)?.rehearsed(rehearsal);
    /// assert!(verdict.is_trainable(), "{verdict}");
    /// # Ok::<(), candle_init_probe::Error>(())
    /// ```
    #[must_use]
    pub fn rehearsed(mut self, rehearsal: Rehearsal) -> Self {
        self.rehearsal = Some(rehearsal);
        self
    }

    /// Whether nothing was found that keeps the model, or a part of it, from training; with a [rehearsal](Self::rehearsed) that
    /// decides, whether it learned there.
    #[must_use]
    pub fn is_trainable(&self) -> bool {
        match self.rehearsed_as() {
            Some(Outcome::Learns) => true,
            Some(Outcome::Lags | Outcome::Fails) => false,
            _ => self.count(Severity::Fault) == 0,
        }
    }

    /// What the rehearsal comes to. That it learns says nothing of a part that is cut off from every start.
    pub(crate) fn rehearsed_as(&self) -> Option<Outcome> {
        let mut faults = self.findings.iter().filter(|finding| finding.severity() == Severity::Fault);
        let outcome = self.rehearsal.as_ref()?.outcome();
        if outcome == Outcome::Learns && faults.any(is_cut) { None } else { Some(outcome) }
    }

    /// The answer in one line. That it will train is said after a pass only: parameters alone can show that it will not.
    #[must_use]
    pub fn headline(&self) -> String {
        let (faults, warnings) = (self.count(Severity::Fault), self.count(Severity::Warning));
        let found = [(faults, "fault"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
        let found = found.map(|(count, what)| counted(count, what)).collect::<Vec<_>>().join(", ");
        let passed = self.signal.is_some() || self.rehearsal.is_some();
        let by_findings = match (faults, warnings) {
            (0, 0) if passed => "healthy: it will train".into(),
            (0, 0) => "nothing is wrong with the parameters".into(),
            (0, _) if passed => format!("it will train, with {found}"),
            (0, _) => format!("no fault in the parameters, but {found}"),
            _ => format!("it will not train as it stands: {found}"),
        };
        let rehearsal = self.rehearsal.as_ref().map(Rehearsal::headline);
        match self.rehearsed_as().zip(rehearsal) {
            Some((Outcome::Fails, shown)) if found.is_empty() => {
                format!("it will not train as it stands: {shown}")
            }
            Some((Outcome::Fails, shown)) => format!("it will not train as it stands: {found}; {shown}"),
            Some((Outcome::Lags, shown)) if found.is_empty() => shown,
            Some((Outcome::Lags, shown)) => format!("{found}; {shown}"),
            Some((Outcome::Learns, shown)) if faults > 0 => {
                format!("it will train, in spite of {found}: {shown}")
            }
            // That it will train is not said of what was seen to learn nothing.
            Some((Outcome::Undecided, shown)) if faults == 0 => format!("no fault was found; {shown}"),
            _ => by_findings,
        }
    }

    /// The verdict as JSON, with a stable order of keys. Numbers that are not finite are `null` there.
    ///
    /// # Errors
    /// [`Error::Json`](crate::Error::Json), which no verdict is known to cause.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// Whether an optimizer might get over what one pass found: all but what it never reaches.
    fn is_open(&self) -> bool {
        self.signal.is_some() && self.count(Severity::Fault) > 0 && !self.findings.iter().any(is_cut)
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity() == severity).count()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", shown(&self.headline()))?;
        match &self.rehearsal {
            Some(rehearsal) => writeln!(f, "\n{rehearsal}")?,
            None if self.is_open() => writeln!(f, "{OPEN}")?,
            None => {}
        }
        for (finding, others) in groups(&self.findings) {
            let (name, place) = (finding.name(), format!("`{}`{}", finding.place, likewise(&others)));
            writeln!(f, "\n{name} · {}\n  {}", shown(&place), shown(&finding.what()))?;
            let too = if others.is_empty() { "" } else { "; the others likewise" };
            writeln!(f, "  limit {}\n  → {}{too}", finding.limit(), shown(&finding.advice()))?;
        }
        match (&self.signal, &self.inspection) {
            (Some(signal), _) => write!(f, "\n{signal}"),
            (None, Some(inspection)) => write!(f, "\n{inspection}"),
            (None, None) => Ok(()),
        }
    }
}

/// Whether it is of what no gradient reaches.
fn is_cut(finding: &Finding) -> bool {
    matches!(finding.fault, Fault::NoGradient { .. })
}

/// `2 faults`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The first finding of each kind, with the places of the others.
pub(crate) fn groups(findings: &[Finding]) -> Vec<(&Finding, Vec<&str>)> {
    let mut groups: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|(first, _)| first.name() == finding.name()) {
            Some((_, others)) => others.push(&finding.place),
            None => groups.push((finding, Vec::new())),
        }
    }
    groups
}

/// At most this many other places in one line.
const SHOWN: usize = 4;

fn likewise(places: &[&str]) -> String {
    let shown = places.iter().take(SHOWN).map(|place| format!(", `{place}`")).collect::<String>();
    match places.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
