//! The static check: planted faults are named at their place with their reason, and healthy nets pass.

mod healthy;
mod planted;
mod structure;
mod values;

use acceptance::scratch::Scratch;
use candle_init_probe::{Inspection, Severity};
use candle_nn::VarMap;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Place and name of everything that keeps a net from training, and of what may.
fn found(inspection: &Inspection) -> Vec<(String, &'static str)> {
    let grave = inspection.findings.iter().filter(|finding| finding.severity() > Severity::Note);
    grave.map(|finding| (finding.place.clone(), finding.name())).collect()
}

/// The check of the map saved to a file.
fn from_file(vars: &VarMap) -> Result<Inspection, Box<dyn std::error::Error>> {
    let file = Scratch::new();
    vars.save(file.path())?;
    Ok(Inspection::of_file(file.path())?)
}
