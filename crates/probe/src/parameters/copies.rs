//! Tensors that hold the same values.

use std::collections::HashMap;

use crate::Result;
use crate::findings::fault::Fault;
use crate::parameters::compare::difference;
use crate::parameters::measure::Measured;
use crate::parameters::scan::Pool;
use crate::parameters::source;
use crate::parameters::source::Source;

/// Words in the names of two tensors that are one on purpose: an embedding and its head.
const TIED: [&[&str]; 2] = [&["emb", "wte", "shared", "tok"], &["head", "output", "decoder", "proj"]];

/// Random matrices whose values are those of an earlier one, by place. Sums that are equal to the bit make a
/// candidate, all bits are compared then.
///
/// `same` says whether two are one variable, where that is known; in a file it is not, and names must say it.
pub(crate) fn faults(
    source: &dyn Source,
    parameters: &[Measured],
    same: impl Fn(usize, usize) -> Option<bool>,
    pool: &Pool,
) -> Result<Vec<(usize, Fault)>> {
    let (mut firsts, mut found) = (HashMap::new(), Vec::new());
    for (place, measured) in parameters.iter().enumerate().filter(|(_, m)| m.is_random) {
        let first = *firsts.entry(fingerprint(measured)).or_insert(place);
        if first != place && difference((source, first), (source, place), pool)?.is_none() {
            let other = source::entry(source, first)?.name.clone();
            let tied = same(first, place).unwrap_or_else(|| are_tied(&other, &measured.parameter.name));
            found.push((place, if tied { Fault::Tied { other } } else { Fault::Copied { other } }));
        }
    }
    Ok(found)
}

fn fingerprint(measured: &Measured) -> (Vec<usize>, String, [u64; 5]) {
    let (p, m) = (&measured.parameter, &measured.parameter.moments);
    (p.shape.clone(), p.dtype.clone(), [m.mean, m.std, m.kurtosis, m.min, m.max].map(f64::to_bits))
}

fn are_tied(a: &str, b: &str) -> bool {
    let is = |name: &str, words: &[&str]| words.iter().any(|word| name.to_ascii_lowercase().contains(word));
    let [embedding, head] = TIED;
    is(a, embedding) && is(b, head) || is(a, head) && is(b, embedding) || is(a, embedding) && is(b, embedding)
}
