//! Nets that train raise no alarm: every kind, over 200 seeds, with their laws beside them and without.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::healthy::KINDS;
use candle_init_probe::{Severity, Verdict};
use rayon::prelude::*;

/// Seeds of each kind; the odd ones are checked against their laws.
const SEEDS: u64 = 200;

fn alarms(verdict: &Verdict, least: Severity) -> Vec<String> {
    let found = verdict.findings.iter().filter(|finding| finding.severity() >= least);
    found.map(ToString::to_string).collect()
}

#[test]
fn healthy_nets_raise_no_alarm() {
    let mut all = Vec::new();
    for (name, check) in KINDS {
        let verdicts = (0..SEEDS).into_par_iter().map(|seed| check(seed, seed % 2 == 1).unwrap());
        let verdicts: Vec<_> = verdicts.collect();
        let faults: Vec<_> = verdicts.iter().flat_map(|verdict| alarms(verdict, Severity::Fault)).collect();
        let warned = verdicts.iter().filter(|verdict| !alarms(verdict, Severity::Warning).is_empty()).count();
        println!("{name:<36} {SEEDS} seeds: {} false alarms, {warned} with a warning", faults.len());
        all.extend(faults);
    }
    assert!(all.is_empty(), "{all:#?}");
}
