//! The static check: every parameter measured, then judged.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_init::{Init, Initializer, Moments, Reason, Record};
use candle_nn::VarMap;
use rayon::prelude::*;

use crate::parameters::file::SafeTensors;
use crate::parameters::judge;
use crate::parameters::measure::{Known, Measured, measure};
use crate::parameters::scan::{Pool, Scan, Unit, scan, units};
use crate::parameters::source::{Entry, Source};
use crate::parameters::vars::Vars;
use crate::{Inspection, Result, Target};

/// Bytes of tensors that are measured together: enough for every thread, and a bound on what is kept of them.
const BATCH: u64 = 1 << 28;

/// Longest shorter side of a variable whose singular values are computed, unless said otherwise.
const SPECTRA: usize = 512;

/// Tells how far a check is: bytes seen, bytes in all.
type Progress<'a> = Box<dyn Fn(u64, u64) + Sync + 'a>;

/// Settings of the static check. [`Inspection::of`], [`Inspection::with_targets`] and [`Inspection::of_file`]
/// are it without any.
///
/// It runs on rayon's current pool. What it finds does not depend on the number of threads.
///
/// ```
/// # use candle_core::{DType, Device};
/// use candle_init::{Initializer, init};
/// use candle_init_probe::Inspect;
/// let (vars, init) = (candle_nn::VarMap::new(), Initializer::new(42).weights(init::HE_NORMAL));
/// candle_nn::linear(64, 32, init.var_builder(&vars, DType::F32, &Device::Cpu).pp("fc"))?;
/// let inspection = Inspect::new().spectra(128).progress(|done, all| eprintln!("{done}/{all}")).vars(&vars)?;
/// assert!(inspection.findings.is_empty());
/// # Ok::<(), candle_init_probe::Error>(())
/// ```
#[derive(Default)]
pub struct Inspect<'a> {
    spectra: Option<usize>,
    progress: Option<Progress<'a>>,
}

impl fmt::Debug for Inspect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspect").field("spectra", &self.spectra).finish_non_exhaustive()
    }
}

impl<'a> Inspect<'a> {
    /// The default: singular values of variables up to a shorter side of 512, and of no file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Computes the singular values of matrices whose shorter side is at most this; 0 for none. A matrix of
    /// more than 4 Mi values has none, since all of it would have to be in memory.
    #[must_use]
    pub fn spectra(mut self, shorter_side: usize) -> Self {
        self.spectra = Some(shorter_side);
        self
    }

    /// Calls this with the bytes seen and the bytes in all after every piece of them, from any thread.
    #[must_use]
    pub fn progress(mut self, progress: impl Fn(u64, u64) + Sync + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// The static check of a map's variables. Their scales are judged by each other.
    ///
    /// # Errors
    /// What candle says of a variable that cannot be read.
    pub fn vars(&self, vars: &VarMap) -> Result<Inspection> {
        let source = Vars::of(vars)?;
        self.check(&source, Some(&source), None)
    }

    /// The static check of a map's variables against what an initializer promises of them.
    ///
    /// # Errors
    /// Those of [`Initializer::report`], such as a rule that no parameter matches; candle's.
    pub fn with_targets(&self, vars: &VarMap, init: &Initializer) -> Result<Inspection> {
        let report = init.report(vars)?;
        let records = report.records().iter();
        let source = Vars::of(vars)?;
        self.check(&source, Some(&source), Some(records.map(known).collect()))
    }

    /// The static check of a safetensors file, which may be larger than memory. Its scales are judged by each
    /// other.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) with the offset for a file that is damaged or cannot be read.
    pub fn file(&self, path: impl AsRef<Path>) -> Result<Inspection> {
        self.check(&SafeTensors::open(path.as_ref())?, None, None)
    }

    fn check(
        &self,
        source: &dyn Source,
        vars: Option<&Vars>,
        known: Option<Vec<Known>>,
    ) -> Result<Inspection> {
        let (pool, targets) = (Pool::default(), known.is_some());
        let spectra = self.spectra.unwrap_or(if vars.is_some() { SPECTRA } else { 0 });
        let mut known = known.unwrap_or_default().into_iter();
        let bytes = source.entries().iter().map(bytes).sum();
        let (done, mut measured) = (AtomicU64::new(0), Vec::new());
        for batch in batches(source.entries()) {
            let known = batch.iter().map(|_| known.next().unwrap_or_default()).collect();
            let report = |unit: u64| self.report(done.fetch_add(unit, Ordering::Relaxed) + unit, bytes);
            measured.append(&mut measure_batch(source, &batch, (spectra, known), &report, &pool)?);
        }
        let same = |a: usize, b: usize| vars.map(|vars| vars.ids().get(a) == vars.ids().get(b));
        let findings = judge::findings(source, &measured, targets, same, &pool)?;
        let parameters = measured.into_iter().map(|measured| measured.parameter).collect();
        Ok(Inspection { parameters, findings })
    }

    fn report(&self, done: u64, all: u64) {
        if let Some(progress) = &self.progress {
            progress(done, all);
        }
    }
}

fn bytes(entry: &Entry) -> u64 {
    (entry.count * entry.width().unwrap_or(0)) as u64
}

/// Tensors by number, in groups of some bytes each.
fn batches(entries: &[Entry]) -> Vec<Vec<usize>> {
    let (mut batches, mut batch, mut size) = (Vec::new(), Vec::new(), 0);
    for (tensor, entry) in entries.iter().enumerate() {
        batch.push(tensor);
        size += bytes(entry);
        if size >= BATCH {
            batches.push(std::mem::take(&mut batch));
            size = 0;
        }
    }
    batches.push(batch);
    batches
}

fn measure_batch(
    source: &dyn Source,
    batch: &[usize],
    (spectra, known): (usize, Vec<Known>),
    report: &(dyn Fn(u64) + Sync),
    pool: &Pool,
) -> Result<Vec<Measured>> {
    let entries = source.entries();
    let of = |&tensor: &usize| entries.get(tensor).map(|entry| units(tensor, entry));
    let all: Vec<Unit> = batch.iter().filter_map(of).flatten().collect();
    let parts = all.par_iter().map(|&unit| {
        let part = scan(source, unit, pool)?;
        report((unit.count * entries.get(unit.tensor).and_then(Entry::width).unwrap_or(0)) as u64);
        Ok(part)
    });
    // In order, whichever thread was first: sums that are put together in another order round otherwise.
    let mut parts = all.iter().zip(parts.collect::<Result<Vec<_>>>()?).peekable();
    let mut scans = Vec::new();
    for &tensor in batch {
        let mut whole = Scan::NONE;
        while let Some((_, part)) = parts.next_if(|(unit, _)| unit.tensor == tensor) {
            whole = whole.and(part);
        }
        scans.push((tensor, whole));
    }
    let measured = scans.into_par_iter().zip(known);
    measured.map(|((tensor, scan), known)| measure(source, tensor, &scan, (spectra, known), pool)).collect()
}

/// What a record says of its parameter.
fn known(record: &Record) -> Known {
    let target = record.expected.zip(record.rule.as_ref()).map(|(Moments { mean, std }, rule)| {
        let fan = match rule.init() {
            Some(Init::VarianceScaling(scaling)) => Some(scaling.fan),
            _ => None,
        };
        Target { law: rule.to_string(), fan, mean, std }
    });
    let zero_rule = match &record.reason {
        Reason::Rule { pattern } if record.expected == Some(Moments { mean: 0.0, std: 0.0 }) => {
            Some(pattern.clone())
        }
        _ => None,
    };
    Known { target, zero_rule, fans: record.fans.map(|fans| (fans.fan_in, fans.fan_out)) }
}

impl Inspection {
    /// The static check of a map's variables: [`Inspect::vars`] with the default settings.
    ///
    /// ```
    /// # use candle_core::{DType, Device};
    /// use candle_init_probe::Inspection;
    /// let vars = candle_nn::VarMap::new();
    /// // Without a hint candle makes a weight of zeros.
    /// candle_nn::VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu).get((8, 16), "fc.weight")?;
    /// let inspection = Inspection::of(&vars)?;
    /// assert_eq!(inspection.findings[0].name(), "uninitialised");
    /// # Ok::<(), candle_init_probe::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Inspect::vars`].
    pub fn of(vars: &VarMap) -> Result<Self> {
        Inspect::new().vars(vars)
    }

    /// The static check against an initializer's promises: [`Inspect::with_targets`] with the default settings.
    ///
    /// # Errors
    /// Those of [`Inspect::with_targets`].
    pub fn with_targets(vars: &VarMap, init: &Initializer) -> Result<Self> {
        Inspect::new().with_targets(vars, init)
    }

    /// The static check of a safetensors file: [`Inspect::file`] with the default settings.
    ///
    /// # Errors
    /// Those of [`Inspect::file`].
    pub fn of_file(path: impl AsRef<Path>) -> Result<Self> {
        Inspect::new().file(path)
    }
}
