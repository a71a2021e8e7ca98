//! One figure, as `benches/peers` reads it: a line of JSON.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Who took how long for what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Row {
    /// `candle-init`, `candle`, `rand_distr` or `memset`.
    pub who: String,
    /// The distribution, or `orthogonal`, or `model`.
    pub distribution: String,
    /// The dtype.
    pub dtype: String,
    /// How many values.
    pub elements: usize,
    /// `fresh`: a new variable, page faults included; `touched`: memory that exists.
    pub state: String,
    /// Threads that were allowed.
    pub threads: usize,
    /// Nanoseconds an element.
    pub ns: f64,
    /// Seconds in all, for matrices and models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Which model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The most memory of the process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_mib: Option<f64>,
}

/// Writes the rows, a line each.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(rows: &[Row], path: &Path) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for row in rows {
        serde_json::to_writer(&mut file, row)?;
        writeln!(file)?;
    }
    file.flush()
}
