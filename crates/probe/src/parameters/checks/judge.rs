//! What is wrong with the parameters of a model, by all that was measured of them.

use std::cmp::Reverse;

use crate::error::Result;
use crate::findings::fault::{Fault, Side};
use crate::findings::finding::Finding;
use crate::parameters::checks::buffer::{is_mask, is_statistic};
use crate::parameters::checks::consensus::{Weight, outliers};
use crate::parameters::checks::measure::Measured;
use crate::parameters::checks::twins::Twins;
use crate::parameters::checks::{copies, scale, zeros};
use crate::parameters::reading::piece::Pool;

/// All findings, the gravest first; those of one weight by kind, then by name. `targets` says whether an initializer
/// promised scales.
pub(crate) fn findings(parameters: &[Measured<'_>], targets: bool, pool: &Pool) -> Result<Vec<Finding>> {
    let mut found = each(parameters, not_finite);
    found.extend(zeros::faults(parameters));
    found.extend(each(parameters, |m| symmetric(&m.rows, Side::Rows)));
    found.extend(each(parameters, |m| symmetric(&m.columns, Side::Columns)));
    found.extend(if targets { against_targets(parameters) } else { consensus(parameters) });
    found.extend(each(parameters, deficient));
    found.extend(copies::faults(parameters, pool)?);
    let finding = |(index, fault): (usize, Fault)| {
        parameters.get(index).map(|measured| Finding::new(measured.parameter.name.clone(), fault))
    };
    let mut findings: Vec<_> = found.into_iter().filter_map(finding).collect();
    findings.sort_by_key(|finding| Reverse(finding.severity()));
    Ok(findings)
}

/// A check that needs no other parameter, on all.
fn each(parameters: &[Measured<'_>], check: impl Fn(&Measured<'_>) -> Option<Fault>) -> Vec<(usize, Fault)> {
    let found = parameters.iter().enumerate().map(|(index, measured)| (index, check(measured)));
    found.filter_map(|(index, fault)| Some((index, fault?))).collect()
}

fn not_finite(measured: &Measured<'_>) -> Option<Fault> {
    let moments = &measured.parameter.moments;
    let (nan, infinite) = (moments.nan, moments.infinite);
    (nan + infinite > 0 && !is_mask(moments)).then_some(Fault::NotFinite { nan, infinite })
}

fn symmetric(twins: &Twins, side: Side) -> Option<Fault> {
    let &(later, first) = twins.pairs.first()?;
    let (count, of) = (twins.pairs.len(), twins.of);
    Some(Fault::Symmetric { side, pair: (first, later), count, of, stay: None })
}

/// A dense matrix of less than full rank. One with zeros (a mask, a padding row) may be so on purpose, and one
/// with equal rows is named for them.
fn deficient(measured: &Measured<'_>) -> Option<Fault> {
    let spectrum = measured.parameter.spectrum.as_ref()?;
    let twins = measured.parameter.twin_rows + measured.parameter.twin_columns;
    let dense = measured.is_random && measured.parameter.moments.zeros == 0 && twins == 0;
    let (rank, of) = (spectrum.rank, spectrum.values.len());
    (dense && rank < of).then_some(Fault::RankDeficient { rank, of })
}

/// Scales against targets, but for weights that are zero or constant, which is a finding of its own.
fn against_targets(parameters: &[Measured<'_>]) -> Vec<(usize, Fault)> {
    let is_one = |measured: &Measured<'_>| {
        let moments = &measured.parameter.moments;
        measured.is_weight && moments.min == moments.max
    };
    let open = parameters.iter().enumerate();
    let open = open.filter(|(_, measured)| !is_one(measured) && !is_statistic(&measured.parameter.name));
    let fault = |(index, measured): (usize, &Measured<'_>)| {
        Some((index, scale::against(measured.parameter.target.as_ref()?, measured)?))
    };
    open.filter_map(fault).collect()
}

/// Scales against those of the net's other weights.
fn consensus(parameters: &[Measured<'_>]) -> Vec<(usize, Fault)> {
    let random = parameters.iter().enumerate().filter(|(_, m)| m.is_random);
    let (indices, weights): (Vec<_>, Vec<_>) =
        random.filter_map(|(index, measured)| Some((index, weight(measured)?))).unzip();
    let found = outliers(&weights).into_iter();
    found.filter_map(|(i, fault)| Some((*indices.get(i)?, fault))).collect()
}

fn weight<'a>(measured: &'a Measured<'_>) -> Option<Weight<'a>> {
    let (fans, moments) = (measured.fans?, &measured.parameter.moments);
    let (name, std) = (measured.parameter.name.as_str(), moments.std);
    Some(Weight { name, fans, std, count: moments.count as f64, kurtosis: moments.kurtosis })
}
