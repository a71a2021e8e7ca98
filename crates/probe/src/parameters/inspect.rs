//! The static check: every parameter measured, then judged.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_init::{Init, Initializer, Moments, Reason, Record, Rule};
use candle_nn::VarMap;
use rayon::prelude::*;

use crate::error::Result;
use crate::parameters::checks::judge;
use crate::parameters::checks::measure::{Known, Measured, measure};
use crate::parameters::checks::scan::{Scan, scan};
use crate::parameters::reading::piece::{Piece, Pool, pieces};
use crate::parameters::reading::stored::Stored;
use crate::parameters::reading::{file, vars};
use crate::parameters::report::inspection::Inspection;
use crate::parameters::report::parameter::Target;
use crate::requirement::some_parameters;

/// Bytes of tensors that are measured together: enough for every thread, and a bound on what is kept of them.
const BATCH: u64 = 1 << 28;

/// Longest shorter side of a variable whose singular values are computed by default: they cost its cube, and a check no
/// more than two passes.
const SPECTRA: usize = 128;

/// Reports the progress of a check: bytes read, bytes in all.
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
    /// The default: singular values of variables up to a shorter side of 128, and of no file.
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

    /// Calls this with the bytes read and the bytes in all after every piece of them, from any thread.
    #[must_use]
    pub fn progress(mut self, progress: impl Fn(u64, u64) + Sync + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// The static check of a map's variables. Their scales are judged by each other.
    ///
    /// # Errors
    /// [`Error::NoParameters`](crate::Error::NoParameters) for an empty map; what candle says of a variable that cannot
    /// be read.
    pub fn vars(&self, vars: &VarMap) -> Result<Inspection> {
        self.check(&variables(vars)?, SPECTRA, None)
    }

    /// The static check of a map's variables against what an initializer promises of them.
    ///
    /// # Errors
    /// Those of [`Inspect::vars`] and of [`Initializer::report`], such as a rule that no parameter matches.
    pub fn with_targets(&self, vars: &VarMap, init: &Initializer) -> Result<Inspection> {
        let report = init.report(vars)?;
        self.check(&variables(vars)?, SPECTRA, Some(report.records().iter().map(known).collect()))
    }

    /// The static check of a safetensors file, an index or a folder of such files, which may be larger than memory. Its
    /// scales are judged by each other.
    ///
    /// # Errors
    /// [`Error::Checkpoint`](crate::Error::Checkpoint) for what is damaged, with the offset, or cannot be read;
    /// [`Error::NoParameters`](crate::Error::NoParameters) for one without tensors.
    pub fn file(&self, path: impl AsRef<Path>) -> Result<Inspection> {
        let tensors = file::open(path.as_ref())?;
        some_parameters(tensors.len(), format!("`{}`", path.as_ref().display()))?;
        self.check(&tensors, 0, None)
    }

    fn check(&self, tensors: &[Stored], spectra: usize, known: Option<Vec<Known>>) -> Result<Inspection> {
        let (pool, targets, spectra) = (Pool::default(), known.is_some(), self.spectra.unwrap_or(spectra));
        let mut known = known.unwrap_or_default().into_iter();
        let all = tensors.iter().map(Stored::bytes).sum();
        let (done, mut measured) = (AtomicU64::new(0), Vec::new());
        let report = |bytes: u64| self.report(done.fetch_add(bytes, Ordering::Relaxed) + bytes, all);
        for batch in batches(tensors) {
            let scans = scans(batch, &report, &pool)?;
            let of = |(tensor, scan)| (tensor, scan, known.next().unwrap_or_default());
            let scanned: Vec<_> = batch.iter().zip(scans).map(of).collect();
            let each = scanned.into_par_iter();
            let each = each.map(|(tensor, scan, known)| measure(tensor, &scan, spectra, known, &pool));
            measured.append(&mut each.collect::<Result<Vec<Measured<'_>>>>()?);
        }
        let findings = judge::findings(&measured, targets, &pool)?;
        let parameters = measured.into_iter().map(|measured| measured.parameter).collect();
        Ok(Inspection { parameters, findings })
    }

    fn report(&self, done: u64, all: u64) {
        if let Some(progress) = &self.progress {
            progress(done, all);
        }
    }
}

/// The variables of a map that has some.
fn variables(vars: &VarMap) -> Result<Vec<Stored>> {
    let tensors = vars::of(vars)?;
    some_parameters(tensors.len(), "the `VarMap`")?;
    Ok(tensors)
}

/// Tensors in groups of some bytes each.
fn batches(tensors: &[Stored]) -> impl Iterator<Item = &[Stored]> {
    let mut size = 0;
    // A group ends with the tensor that fills it.
    tensors.chunk_by(move |tensor, _| {
        size += tensor.bytes();
        let more = size < BATCH;
        size = if more { size } else { 0 };
        more
    })
}

/// One pass over each tensor of a group, its pieces shared among threads.
fn scans(batch: &[Stored], report: &(dyn Fn(u64) + Sync), pool: &Pool) -> Result<Vec<Scan>> {
    let all: Vec<Piece<'_>> = batch.iter().flat_map(pieces).collect();
    let parts = all.par_iter().map(|&piece| {
        let part = scan(piece, pool)?;
        report(piece.bytes() as u64);
        Ok(part)
    });
    // In order, whichever thread was first: sums that are put together in another order round otherwise.
    let mut parts = all.iter().zip(parts.collect::<Result<Vec<_>>>()?).peekable();
    let whole = |tensor: &Stored| {
        let mut whole = Scan::NONE;
        while let Some((_, part)) = parts.next_if(|(piece, _)| std::ptr::eq(piece.tensor, tensor)) {
            whole = whole.and(part);
        }
        whole
    };
    Ok(batch.iter().map(whole).collect())
}

/// What a record says of its parameter.
fn known(record: &Record) -> Known {
    let target = record.rule.as_ref().zip(record.expected);
    let target = target.map(|(rule, Moments { mean, std })| Target { rule: rule.to_string(), mean, std });
    let zero_rule = match (&record.reason, record.expected) {
        (Reason::Rule { pattern }, Some(Moments { mean: 0.0, std: 0.0 })) => Some(pattern.clone()),
        _ => None,
    };
    let fan = match record.rule.as_ref().and_then(Rule::init) {
        Some(Init::VarianceScaling(scaling)) => Some(scaling.fan),
        _ => None,
    };
    let fans = record.fans.map(|fans| (fans.fan_in, fans.fan_out));
    Known { target, zero_rule, fans, fan }
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
