//! A map of twenty thousand matrices of which each has a scale of its own: checked, printed, and made a page of, in time that
//! grows with their number. Its square would take hours; nothing here is timed.

use candle_core::{DType, Device};
use candle_init::{Initializer, init};
use candle_init_probe::{Inspection, Verdict};
use candle_nn::VarMap;

#[test]
fn twenty_thousand_matrices_that_disagree() -> Result<(), Box<dyn std::error::Error>> {
    let (vars, count) = (VarMap::new(), 20_000);
    let init = Initializer::new(1).rule("*", init::normal(0.0, 1.0));
    let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    for i in 0..count {
        let weight = vb.get((12, 12), &format!("layers.{i}.weight"))?;
        let scaled = (weight * (f64::from(i) * 1e-3 - 10.0).exp())?;
        vars.data().lock().map_err(|_| "poisoned")?[&format!("layers.{i}.weight")].set(&scaled)?;
    }
    let inspection = Inspection::of(&vars)?;
    assert_eq!(inspection.parameters.len(), count as usize);
    let verdict = Verdict::from(inspection);
    for text in [verdict.to_string(), verdict.to_html("many"), verdict.to_json()?] {
        // A name may be wrapped in a table.
        assert!(text.contains("19999"), "{:.1000}", text);
    }
    Ok(())
}
