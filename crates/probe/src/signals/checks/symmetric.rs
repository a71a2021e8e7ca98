//! Weights whose neurons are equal and stay so.

use candle_core::Var;

use crate::findings::fault::{Fault, Side};
use crate::findings::finding::Finding;
use crate::signals::layers::graph::Graph;
use crate::signals::layers::layer::Layer;
use crate::signals::report::signal::Gradient;

/// Equal neurons stay equal where their gradients are equal now and what reads them cannot tell them apart next: its columns
/// are equal too, and so are their gradients.
pub(crate) fn symmetric(
    graph: &Graph,
    layers: &[Layer],
    parameters: &[(String, Var)],
    gradients: &[Gradient],
) -> Vec<Finding> {
    let weight = |layer: usize| parameters.get(layers.get(layer)?.weight?).map(|(name, _)| name.as_str());
    let of = |name: &str| gradients.iter().find(|gradient| gradient.name == name);
    let number = |name: &str| (0..layers.len()).find(|layer| weight(*layer) == Some(name));
    let tells_apart = |reader: &usize, neurons: usize| {
        let twins = weight(*reader).and_then(of).map(|gradient| gradient.twins[1]);
        twins.is_some_and(|columns| columns.of == neurons && columns.staying == 0)
    };
    let stays = |gradient: &Gradient| {
        let [rows, columns] = gradient.twins;
        let readers = number(&gradient.name).map_or(&[][..], |layer| graph.after(layer));
        let fault = |side, count, of| Fault::Symmetric { side, pair: (0, 1), count, of, stay: Some(true) };
        if rows.staying > 0 && !readers.iter().any(|reader| tells_apart(reader, rows.of)) {
            return Some(Finding::new(gradient.name.clone(), fault(Side::Rows, rows.staying, rows.of)));
        }
        let fault = || fault(Side::Columns, columns.staying, columns.of);
        (columns.staying > 0).then(|| Finding::new(gradient.name.clone(), fault()))
    };
    gradients.iter().filter_map(stays).collect()
}
