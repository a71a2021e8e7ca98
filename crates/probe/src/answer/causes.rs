//! Both checks laid together: causes first, and what follows from them left out.

use crate::findings::fault::{Fault, Side};
use crate::findings::finding::Finding;
use crate::findings::severity::Severity;
use crate::parameters::report::inspection::Inspection;
use crate::signals::layers::layer::is_in;
use crate::signals::report::signal::{Gradient, Signal};

/// The findings of both checks, in this order: what is wrong with the parameters, in the order of the layers, what is
/// wrong with the signal, and what is only worth knowing.
pub(crate) fn causes(inspection: &Inspection, signal: &Signal) -> Vec<Finding> {
    let order = |place: &str| signal.layers.iter().position(|layer| is_in(place, &layer.name));
    let mut still: Vec<_> = inspection
        .findings
        .iter()
        .filter_map(|finding| with_gradients(finding, inspection, signal))
        .collect();
    still.sort_by_key(|finding| order(&finding.place).unwrap_or(usize::MAX));
    let told = |finding: &Finding| {
        still.iter().any(|own| own.place == finding.place && own.name() == finding.name())
    };
    let roots: Vec<_> =
        still.iter().chain(&signal.findings).filter_map(|finding| root(&finding.fault)).collect();
    let moving = signal.findings.iter().filter(|finding| !told(finding) && !follows(&finding.fault, &roots));
    let mut all: Vec<_> = still.iter().chain(moving).cloned().collect();
    // A scale that is off, which alone is a warning, may be the cause of a fault: what is worth knowing alone goes last.
    all.sort_by_key(|finding| finding.severity() == Severity::Note);
    all
}

/// What a fault brings about beside itself.
#[derive(Clone, Copy, PartialEq)]
enum Root {
    /// It stops or spoils all that comes after.
    Stops,
    /// It makes neurons one.
    Merges,
}

fn root(fault: &Fault) -> Option<Root> {
    match fault {
        Fault::NotFinite { .. } | Fault::Uninitialised { .. } | Fault::ZeroProduct { .. } => {
            Some(Root::Stops)
        }
        Fault::Symmetric { stay: Some(true), .. } => Some(Root::Merges),
        _ => None,
    }
}

/// Whether a fault of the signal follows from one of the roots.
fn follows(fault: &Fault, roots: &[Root]) -> bool {
    use Fault::{Collapsed, Dead, Exploding, Overflow, Saturated, Symmetric, Vanishing, ZeroGradient};
    match fault {
        Collapsed { .. } | ZeroGradient => !roots.is_empty(),
        Dead { .. }
        | Exploding { .. }
        | Overflow { .. }
        | Saturated { .. }
        | Vanishing { .. }
        | Symmetric { .. } => roots.contains(&Root::Stops),
        _ => false,
    }
}

/// What the passes make of a finding of the static check: zeros and equal neurons are judged by their gradients, scales
/// of what does not train not at all.
fn with_gradients(finding: &Finding, inspection: &Inspection, signal: &Signal) -> Option<Finding> {
    let gradient = signal.gradients.iter().find(|gradient| gradient.name == finding.place);
    match &finding.fault {
        Fault::Uninitialised { .. } | Fault::ZeroByRule { .. } | Fault::ZeroProduct { .. } => {
            zeros(finding, gradient?, signal)
        }
        Fault::Constant { .. } => {
            let shape = &inspection.parameters.iter().find(|p| p.name == finding.place)?.shape;
            let of = shape.first().copied().unwrap_or(0);
            let equal = Fault::Symmetric {
                side: Side::Rows,
                pair: (0, 1),
                count: of.saturating_sub(1),
                of,
                stay: None,
            };
            twins(&Finding::new(&finding.place, equal), gradient?, signal)
        }
        Fault::Symmetric { .. } => twins(finding, gradient?, signal),
        Fault::NotFinite { .. } | Fault::Copied { .. } | Fault::Tied { .. } => Some(finding.clone()),
        _ => gradient.map(|_| finding.clone()),
    }
}

/// A weight of zeros: what the passes found of it, or sound.
fn zeros(finding: &Finding, gradient: &Gradient, signal: &Signal) -> Option<Finding> {
    let rms = gradient.moments?.rms();
    let of_place = signal.findings.iter().filter(|found| found.place == finding.place);
    let stuck = of_place.into_iter().find(|found| root(&found.fault) == Some(Root::Stops));
    let sound = || Finding::new(&finding.place, Fault::ZeroStart { gradient: rms });
    Some(stuck.cloned().unwrap_or_else(sound))
}

/// Equal neurons, with what their gradients say.
fn twins(finding: &Finding, gradient: &Gradient, signal: &Signal) -> Option<Finding> {
    let Fault::Symmetric { side, pair, count, of, .. } = finding.fault else { return None };
    gradient.moments?;
    let found = |found: &Finding| found.place == finding.place && root(&found.fault) == Some(Root::Merges);
    // Gradients of equal neurons say that they stay, or part; of units that are off there is none.
    let parts = gradient.twins.iter().any(|twins| twins.parting + twins.staying > 0);
    let stay = if signal.findings.iter().any(found) { Some(true) } else { parts.then_some(false) };
    Some(Finding::new(&finding.place, Fault::Symmetric { side, pair, count, of, stay }))
}
