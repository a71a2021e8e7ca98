//! What is wrong with the parameters of a model, by all that was measured of them.

use std::cmp::Reverse;

use crate::findings::fault::{Fault, Side};
use crate::parameters::consensus::{Weight, outliers};
use crate::parameters::copies;
use crate::parameters::measure::Measured;
use crate::parameters::scale;
use crate::parameters::scan::Pool;
use crate::parameters::source;
use crate::parameters::source::Source;
use crate::parameters::twins::Twins;
use crate::parameters::zeros;
use crate::{Finding, Result};

/// All findings, the gravest first; those of one weight by kind, then by name.
pub(crate) fn findings(
    source: &dyn Source,
    parameters: &[Measured],
    targets: bool,
    same: impl Fn(usize, usize) -> Option<bool>,
    pool: &Pool,
) -> Result<Vec<Finding>> {
    let mut found = each(parameters, not_finite);
    found.extend(zeros::faults(parameters));
    found.extend(each(parameters, |m| symmetric(&m.rows, Side::Rows)));
    found.extend(each(parameters, |m| symmetric(&m.columns, Side::Columns)));
    found.extend(if targets { against_targets(source, parameters, &found)? } else { consensus(parameters) });
    found.extend(each(parameters, deficient));
    found.extend(copies::faults(source, parameters, same, pool)?);
    let finding = |(place, fault): (usize, Fault)| {
        parameters.get(place).map(|measured| Finding::new(measured.parameter.name.clone(), fault))
    };
    let mut findings: Vec<_> = found.into_iter().filter_map(finding).collect();
    findings.sort_by_key(|finding| Reverse(finding.severity()));
    Ok(findings)
}

/// A check that needs no other parameter, on all.
fn each(parameters: &[Measured], check: impl Fn(&Measured) -> Option<Fault>) -> Vec<(usize, Fault)> {
    let found = parameters.iter().enumerate().map(|(place, measured)| (place, check(measured)));
    found.filter_map(|(place, fault)| Some((place, fault?))).collect()
}

fn not_finite(measured: &Measured) -> Option<Fault> {
    let moments = &measured.parameter.moments;
    let (nan, infinite) = (moments.nan, moments.infinite);
    (nan + infinite > 0).then_some(Fault::NotFinite { nan, infinite })
}

fn symmetric(twins: &Twins, side: Side) -> Option<Fault> {
    let &(later, first) = twins.pairs.first()?;
    let (count, of) = (twins.pairs.len(), twins.of);
    Some(Fault::Symmetric { side, pair: (first, later), count, of, gradient: None })
}

/// A dense matrix of less than full rank. One with zeros (a mask, a padding row) may be so on purpose, and one
/// with equal rows is named for them.
fn deficient(measured: &Measured) -> Option<Fault> {
    let spectrum = measured.parameter.spectrum.as_ref()?;
    let twins = measured.parameter.twin_rows + measured.parameter.twin_columns;
    let dense = measured.is_random && measured.parameter.moments.zeros == 0 && twins == 0;
    let (rank, of) = (spectrum.rank, spectrum.values.len());
    (dense && rank < of).then_some(Fault::RankDeficient { rank, of })
}

/// Scales against targets, but for what is zero or constant and named so.
fn against_targets(
    source: &dyn Source,
    parameters: &[Measured],
    found: &[(usize, Fault)],
) -> Result<Vec<(usize, Fault)>> {
    let mut off = Vec::new();
    for (place, measured) in parameters.iter().enumerate() {
        let named = found.iter().any(|(other, fault)| {
            *other == place
                && matches!(fault, Fault::Uninitialised | Fault::Constant { .. } | Fault::ZeroProduct { .. })
        });
        let Some(target) = measured.parameter.target.as_ref().filter(|_| !named) else { continue };
        let dtype = source::entry(source, place)?.dtype;
        let fault = scale::against(target, &measured.parameter.moments, dtype, measured.fans);
        off.extend(fault.map(|fault| (place, fault)));
    }
    Ok(off)
}

/// Scales against those of the net's other weights.
fn consensus(parameters: &[Measured]) -> Vec<(usize, Fault)> {
    let random = parameters.iter().enumerate().filter(|(_, m)| m.is_random);
    let (places, weights): (Vec<_>, Vec<_>) =
        random.filter_map(|(place, measured)| Some((place, weight(measured)?))).unzip();
    let found = outliers(&weights).into_iter();
    found.filter_map(|(i, fault)| Some((*places.get(i)?, fault))).collect()
}

fn weight(measured: &Measured) -> Option<Weight<'_>> {
    let (fans, moments) = (measured.fans?, &measured.parameter.moments);
    let (name, std) = (measured.parameter.name.as_str(), moments.std);
    Some(Weight { name, fans, std, count: moments.count as f64, kurtosis: moments.kurtosis })
}
