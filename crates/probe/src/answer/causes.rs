//! Both checks laid together: causes first, and what follows from them left out.

use crate::findings::fault::Fault;
use crate::findings::finding::Finding;
use crate::parameters::report::inspection::Inspection;
use crate::signals::checks::judge::ONE;
use crate::signals::report::signal::{LayerSignal, Signal};

/// The findings of both checks, in this order: what is wrong with the parameters, in the order of the layers, what is
/// wrong with the signal, and what is only worth knowing.
pub(crate) fn causes(inspection: &Inspection, signal: &Signal) -> Vec<Finding> {
    let order = |place: &str| signal.layers.iter().position(|layer| is_in(place, &layer.name));
    let mut still: Vec<_> =
        inspection.findings.iter().map(|finding| with_gradients(finding, signal)).collect();
    still.sort_by_key(|finding| {
        (std::cmp::Reverse(finding.severity()), order(&finding.place).unwrap_or(usize::MAX))
    });
    let stopped = still.iter().any(|finding| !is_gentle(finding) && blocks(finding, inspection));
    let gentle: Vec<_> = still.iter().filter(|finding| is_gentle(finding)).collect();
    let follows = |finding: &Finding| {
        let own = gentle.iter().any(|zeros| is_in(&zeros.place, &finding.place));
        let behind = !gentle.is_empty() && matches!(finding.fault, Fault::ZeroGradient);
        is_effect(finding) && (stopped || own || behind)
    };
    let moving = signal.findings.iter().filter(|finding| !follows(finding));
    let mut all: Vec<_> = still.iter().chain(moving).cloned().collect();
    all.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    all
}

/// Whether a parameter belongs to a layer.
fn is_in(parameter: &str, layer: &str) -> bool {
    parameter == layer || parameter.rsplit_once('.').is_some_and(|(path, _)| path == layer)
}

/// Zeros that let a signal pass: they explain what is seen of their own layer, and gradients that are zero for a step.
fn is_gentle(finding: &Finding) -> bool {
    matches!(finding.fault, Fault::ZeroStart { .. } | Fault::ZeroByRule { .. })
}

/// Faults of weights that stop a signal or spoil all that comes after.
fn blocks(finding: &Finding, inspection: &Inspection) -> bool {
    let parameter = inspection.parameters.iter().find(|parameter| parameter.name == finding.place);
    let is_weight = parameter.is_none_or(|parameter| parameter.shape.len() > 1);
    is_weight && is_root(&finding.fault)
}

fn is_root(fault: &Fault) -> bool {
    use Fault::{
        Constant, MisScaled, NotFinite, SwappedFans, Uninitialised, ZeroByRule, ZeroProduct, ZeroStart,
    };
    matches!(
        fault,
        NotFinite { .. }
            | Uninitialised
            | ZeroByRule { .. }
            | ZeroStart { .. }
            | ZeroProduct { .. }
            | Constant { .. }
            | MisScaled { .. }
            | SwappedFans { .. }
    )
}

/// Faults of the signal that follow where a parameter's fault stops or scales it.
fn is_effect(finding: &Finding) -> bool {
    use Fault::{Collapsed, Dead, Exploding, Overflow, Saturated, Vanishing, ZeroGradient};
    matches!(
        finding.fault,
        Collapsed { .. }
            | Dead { .. }
            | Exploding { .. }
            | Overflow { .. }
            | Saturated { .. }
            | Vanishing { .. }
            | ZeroGradient
    )
}

/// What the passes add to a finding of the static check.
fn with_gradients(finding: &Finding, signal: &Signal) -> Finding {
    match finding.fault {
        Fault::Uninitialised | Fault::ZeroByRule { .. } => zeros(finding, signal),
        _ => finding.clone(),
    }
}

/// A weight of zeros is sound where it has a gradient, and it is the last layer or a signal passes it by: a layer after
/// it still tells the samples apart. Elsewhere it stops the signal, whatever rule says so. Where its layer is not seen,
/// it stays as it was found.
fn zeros(finding: &Finding, signal: &Signal) -> Finding {
    let Some(layer) = signal.layers.iter().position(|layer| is_in(&finding.place, &layer.name)) else {
        return finding.clone();
    };
    let mut later = signal.layers.iter().skip(layer + 1);
    let sound = layer + 1 == signal.layers.len() || later.any(tells_apart);
    let fault = match moving(&finding.place, signal).filter(|_| sound) {
        Some(gradient) => Fault::ZeroStart { gradient },
        None => Fault::Uninitialised,
    };
    Finding::new(finding.place.clone(), fault)
}

/// Whether a layer gives different samples different outputs; of one sample, whether it gives any.
fn tells_apart(layer: &LayerSignal) -> bool {
    let same = layer.correlation > ONE;
    layer.output.rms() > 0.0 && !same
}

/// The size of a parameter's gradient, unless it has none or it is zero.
fn moving(parameter: &str, signal: &Signal) -> Option<f64> {
    let gradient = signal.gradients.iter().find(|gradient| gradient.name == parameter)?;
    Some(gradient.moments?.rms()).filter(|rms| *rms > 0.0)
}
