//! Whether a checkpoint holds what a seed and rules give.

use std::fmt;
use std::path::Path;

use candle_core::{DType, Device};
use candle_init::{Initializer, Record};
use candle_nn::VarBuilder;
use serde::Serialize;

use crate::error::Result;
use crate::parameters::reading::difference::difference;
use crate::parameters::reading::piece::Pool;
use crate::parameters::reading::stored::{Stored, find};
use crate::parameters::reading::{dtype, file, vars};
use crate::requirement::some_parameters;
use crate::text::table::{shape, table};

/// A checkpoint beside what its seed and rules give, name by name.
///
/// It prints as a table of what differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// Parameters that are what they should be, to the bit.
    pub equal: Vec<String>,
    /// Parameters of the right shape that are not.
    pub different: Vec<Different>,
    /// Parameters of another shape, or of a dtype that weights are not drawn in.
    pub mismatched: Vec<Mismatched>,
    /// Parameters of the model that the file lacks.
    pub missing: Vec<String>,
    /// Tensors of the file that the model lacks.
    pub extra: Vec<String>,
}

/// A parameter with other values.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Different {
    /// Its full dotted path.
    pub name: String,
    /// The rule that it should be drawn by, in text form; `loaded` where a checkpoint has it.
    pub rule: String,
    /// The row-major index of the first element that differs.
    pub index: usize,
    /// What that element should be.
    pub expected: f64,
    /// What it is.
    pub found: f64,
    /// How many elements differ.
    pub count: usize,
    /// How many there are.
    pub of: usize,
    /// The largest distance of an element from what it should be.
    pub largest: f64,
}

/// A parameter of another shape or dtype.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mismatched {
    /// Its full dotted path.
    pub name: String,
    /// The model's shape.
    pub expected: Vec<usize>,
    /// The file's shape.
    pub found: Vec<usize>,
    /// The file's dtype.
    pub dtype: String,
}

impl Verification {
    /// Whether the checkpoint is exactly what seed and rules give: nothing differs, is missing or extra.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let others = self.different.len() + self.mismatched.len() + self.missing.len() + self.extra.len();
        others == 0
    }
}

/// Compares a checkpoint before the first step with what an initializer gives a model, to the bit.
///
/// `build` only records what the model requests, so the model takes no memory, and may fail with any error type; then
/// each parameter is drawn again from seed, name and rule, or read from the checkpoint that the initializer
/// [loads](Initializer::load), in the dtype that the file has it in, and compared: memory holds one parameter at a time.
/// A [custom rule](candle_init::Rule::custom) is drawn by its function, whatever its name.
///
/// ```
/// # use candle_core::{DType, Device};
/// use candle_init::{Initializer, init};
/// # let file = std::env::temp_dir().join(format!("verify-{}.safetensors", std::process::id()));
/// # let build = |vb: candle_nn::VarBuilder<'static>| candle_nn::linear(8, 4, vb.pp("fc"));
/// let (vars, init) = (candle_nn::VarMap::new(), Initializer::new(42).weights(init::HE_NORMAL));
/// build(init.var_builder(&vars, DType::BF16, &Device::Cpu))?;
/// vars.save(&file)?;
/// assert!(candle_init_probe::verify(&file, &init, build)?.is_exact());
/// let other = Initializer::new(43).weights(init::HE_NORMAL);
/// assert_eq!(candle_init_probe::verify(&file, &other, build)?.different.len(), 2);
/// # std::fs::remove_file(file).ok();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Checkpoint`](crate::Error::Checkpoint) for what is damaged or cannot be read; those of
/// [`Initializer::plan`] and of drawing; [`Error::NoParameters`](crate::Error::NoParameters) for a model without
/// parameters.
pub fn verify<M, E>(
    path: impl AsRef<Path>,
    init: &Initializer,
    build: impl FnOnce(VarBuilder<'static>) -> Result<M, E>,
) -> Result<Verification>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let tensors = file::open(path.as_ref())?;
    let dtypes = tensors.iter().filter(|tensor| tensor.is_float());
    let dtype = dtypes.filter_map(|tensor| DType::try_from(tensor.dtype).ok()).next();
    let plan = init.plan(dtype.unwrap_or(DType::F32), build)?;
    let mut records: Vec<&Record> = plan.records().iter().collect();
    some_parameters(records.len(), "the model")?;
    records.sort_by(|a, b| a.name.cmp(&b.name));
    let (mut verification, pool) = (Verification::default(), Pool::default());
    for record in &records {
        match find(&tensors, &record.name) {
            Some(tensor) => verification.note(init, record, tensor, &pool)?,
            None => verification.missing.push(record.name.clone()),
        }
    }
    let extra = |tensor: &&Stored| records.binary_search_by(|r| r.name.cmp(&tensor.name)).is_err();
    verification.extra = tensors.iter().filter(extra).map(|tensor| tensor.name.clone()).collect();
    Ok(verification)
}

impl Verification {
    /// Draws one parameter and compares it with the file's tensor.
    fn note(&mut self, init: &Initializer, record: &Record, tensor: &Stored, pool: &Pool) -> Result<()> {
        let dtype = DType::try_from(tensor.dtype).ok().filter(|_| tensor.is_float());
        let (name, expected) = (record.name.clone(), record.shape.dims().to_vec());
        let dtype = dtype.filter(|_| expected == tensor.shape);
        let drawn = dtype.map(|dtype| init.again(record, dtype, &Device::Cpu)).transpose()?.flatten();
        let Some(drawn) = drawn else {
            let (found, dtype) = (tensor.shape.clone(), dtype::name(tensor.dtype));
            self.mismatched.push(Mismatched { name, expected, found, dtype });
            return Ok(());
        };
        match difference(&vars::stored(&name, &drawn)?, tensor, pool)? {
            None => self.equal.push(name),
            Some(difference) => self.different.push(Different {
                name,
                rule: record.rule.as_ref().map_or_else(|| record.reason.to_string(), ToString::to_string),
                index: difference.index,
                expected: difference.values.0,
                found: difference.values.1,
                count: difference.count,
                of: tensor.count,
                largest: difference.largest,
            }),
        }
        Ok(())
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header =
            ["parameter", "what", "first index", "expected", "found", "differ", "largest difference"];
        let different = self.different.iter().map(|d| {
            let (expected, found) = (format!("{:e}", d.expected), format!("{:e}", d.found));
            let count = format!("{} of {}", d.count, d.of);
            let largest = format!("{:.2e}", d.largest);
            [d.name.clone(), "other values".into(), d.index.to_string(), expected, found, count, largest]
        });
        let dash = || "–".to_string();
        let mismatched = self.mismatched.iter().map(|m| {
            let found = format!("{} {}", shape(&m.found), m.dtype);
            [m.name.clone(), "other shape or dtype".into(), dash(), shape(&m.expected), found, dash(), dash()]
        });
        let only = |names: &[String], what: &str| -> Vec<[String; 7]> {
            let row = |name: &String| [name.clone(), what.into(), dash(), dash(), dash(), dash(), dash()];
            names.iter().map(row).collect()
        };
        let (missing, extra) =
            (only(&self.missing, "not in the file"), only(&self.extra, "not in the model"));
        if !self.is_exact() {
            let rows = different.chain(mismatched).chain(missing).chain(extra);
            writeln!(f, "{}", table(header, 2, rows))?;
        }
        let all = self.equal.len() + self.different.len() + self.mismatched.len() + self.missing.len();
        write!(f, "{} of {all} parameters are what seed and rules give, to the bit", self.equal.len())
    }
}
