//! How many terms each output sums, and each input feeds, by what the layer is.

/// What a weight does, which its shape alone does not tell.
#[derive(Clone, Copy, Debug)]
pub enum Layer<'a> {
    /// `(out, in)`.
    Linear,
    /// `(out, in/groups, kernel…)`, with the groups and the stride along each kernel axis, none for one.
    Conv(usize, &'a [usize]),
    /// `(in, out/groups, kernel…)`, with the groups and the stride along each kernel axis.
    TransposedConv(usize, &'a [usize]),
    /// `(rows, dim)`, read as `(out, in)`.
    Embedding,
    /// `(gates·hidden, in)`, with the gates: their matrices one above another, each with fans of its own.
    Gates(usize),
}

/// The two fans; a stride can make them fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fans {
    /// Terms summed into one output.
    pub fan_in: f64,
    /// Outputs that one input feeds.
    pub fan_out: f64,
}

/// The fans of a weight, or `None` where `layer` has no weight of that shape.
///
/// He et al., ICCV 2015, section 2.2 (arXiv:1502.01852) count an output's terms as channels times taps.
/// Groups divide the channels on both sides. A transposed convolution spreads each input over `∏kernel`
/// outputs, and these lie `∏stride` times as dense, so an output meets `∏kernel/∏stride` taps; in a plain one an
/// input meets that many.
#[must_use]
pub fn fans(shape: &[usize], layer: Layer) -> Option<Fans> {
    let [rows, cols, kernel @ ..] = shape else {
        return None;
    };
    let product = |axes: &[usize]| axes.iter().map(|&n| n as f64).product::<f64>();
    let share = |parts| (parts > 0 && rows % parts == 0).then(|| (rows / parts) as f64);
    let (cols, taps) = (*cols as f64, product(kernel));
    let (fan_in, fan_out) = match (layer, kernel.len()) {
        (Layer::Linear | Layer::Embedding, 0) => (cols, share(1)?),
        (Layer::Gates(gates), 0) => (cols, share(gates)?),
        (Layer::Conv(groups, stride), axes @ 1..) if stride.is_empty() || stride.len() == axes => {
            (cols * taps, share(groups)? * taps / product(stride))
        }
        (Layer::TransposedConv(groups, stride), axes @ 1..) if stride.len() == axes => {
            (share(groups)? * taps / product(stride), cols * taps)
        }
        _ => return None,
    };
    Some(Fans { fan_in, fan_out })
}
