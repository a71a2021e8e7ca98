//! What the weights of a net agree on, and which of them does not.
//!
//! Nothing but the weights says how they were drawn. But a net is drawn by one rule as a rule: under one of
//! five schemes the numbers `k = σ²·fan` of most weights are equal. A weight is blamed only when a right one
//! could not look like it: see [`outliers`].

use crate::findings::fault::{Basis, Fault};
use crate::parameters::checks::families::Families;
use crate::parameters::checks::interval::{factors, freedom, largest_square};
use crate::parameters::checks::strangers::Strangers;
use crate::text::number::short;

/// Degrees of freedom below which a weight says too little to take part: its std is known to ±50 %.
const FEWEST: f64 = 100.0;

/// How far from the others a std must be, where nothing but the others speaks.
const FAR: f64 = 2.5;

/// How different two fans must be for schemes to differ.
const APART: f64 = 1.2;

/// Rounds of weights that agree with the mean of those that did: they settle after a few.
const ROUNDS: usize = 64;

/// One weight of rank 2 or more, in plain numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight<'a> {
    pub(crate) name: &'a str,
    /// Fan-in and fan-out.
    pub(crate) fans: (f64, f64),
    pub(crate) std: f64,
    /// How many values.
    pub(crate) count: f64,
    pub(crate) kurtosis: f64,
}

impl Weight<'_> {
    /// Whether it is large enough to say something.
    fn speaks(&self) -> bool {
        let sound = self.std > 0.0 && self.std.is_finite() && self.fans.0 > 0.0 && self.fans.1 > 0.0;
        sound && freedom(self.count, self.kurtosis) >= FEWEST
    }

    /// The interval of `ln k` under a scheme.
    fn interval(&self, scheme: Scheme) -> (f64, f64) {
        let (lo, hi) = factors(self.count, self.kurtosis).unwrap_or((0.0, f64::INFINITY));
        let log = (self.std * self.std * scheme.fan(self.fans)).ln();
        (log - 2.0 * hi.ln(), log - 2.0 * lo.ln())
    }

    fn agrees(&self, scheme: Scheme, k: f64) -> bool {
        let (lo, hi) = self.interval(scheme);
        (lo..=hi).contains(&k.ln())
    }

    fn is_lopsided(&self) -> bool {
        let (fan_in, fan_out) = self.fans;
        fan_in.max(fan_out) >= APART * fan_in.min(fan_out)
    }
}

/// By what a variance may be divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    In,
    Out,
    Average,
    Geometric,
    Constant,
}

impl Scheme {
    const ALL: [Self; 5] = [Self::In, Self::Average, Self::Out, Self::Geometric, Self::Constant];

    fn fan(self, (fan_in, fan_out): (f64, f64)) -> f64 {
        match self {
            Self::In => fan_in,
            Self::Out => fan_out,
            Self::Average => (fan_in + fan_out) / 2.0,
            Self::Geometric => (fan_in * fan_out).sqrt(),
            Self::Constant => 1.0,
        }
    }
}

/// A scheme under which most weights have one `k`.
#[derive(Clone, Debug)]
pub(crate) struct Consensus {
    pub(crate) scheme: Scheme,
    pub(crate) k: f64,
    /// Which weights agree, by index.
    pub(crate) agree: Vec<bool>,
    /// How many agree.
    pub(crate) count: usize,
    /// How many took part.
    pub(crate) of: usize,
}

impl Consensus {
    /// The standard deviation that is expected.
    pub(crate) fn expected(&self, fans: (f64, f64)) -> f64 {
        (self.k / self.scheme.fan(fans)).sqrt()
    }

    /// How many of the weights that tell the schemes apart agree.
    fn witnesses(&self, weights: &[Weight<'_>]) -> usize {
        (0..weights.len()).filter(|&index| self.has_witness(weights, index)).count()
    }

    fn has_witness(&self, weights: &[Weight<'_>], index: usize) -> bool {
        self.agree.get(index) == Some(&true) && weights.get(index).is_some_and(Weight::is_lopsided)
    }

    /// It in words: `√(2/fan_in), as 11 of 12 weights`.
    pub(crate) fn text(&self) -> String {
        let k = short(self.k);
        let std = match self.scheme {
            Scheme::In => format!("√({k}/fan_in)"),
            Scheme::Out => format!("√({k}/fan_out)"),
            Scheme::Average => format!("√({k}/mean fan)"),
            Scheme::Geometric => format!("√({k}/√(fan_in·fan_out))"),
            Scheme::Constant => short(self.k.sqrt()),
        };
        format!("{std}, as {} of {} weights", self.count, self.of)
    }
}

/// The schemes on which five or more weights agree, and six of ten of those large enough to speak; the one with
/// most first.
///
/// Weights agree on a `k` that lies in the intervals of all, each of 7.1 standard errors of its own std, and
/// that all of them together may have come from.
pub(crate) fn consensus(weights: &[Weight<'_>]) -> Vec<Consensus> {
    let of = weights.iter().filter(|weight| weight.speaks()).count();
    let mut found: Vec<_> = Scheme::ALL.iter().filter_map(|&scheme| agreement(weights, scheme, of)).collect();
    found.retain(|found| found.count >= 5 && 10 * found.count >= 6 * of);
    found.sort_by_key(|found| std::cmp::Reverse(found.count));
    found
}

/// The `k` that lies in the most intervals: the middle of where they overlap.
fn agreement(weights: &[Weight<'_>], scheme: Scheme, of: usize) -> Option<Consensus> {
    let speaking = weights.iter().filter(|weight| weight.speaks());
    // Starts before ends, so that intervals that touch overlap.
    let mut ends: Vec<(f64, i32)> = speaking
        .flat_map(|weight| {
            let (lo, hi) = weight.interval(scheme);
            [(lo, -1), (hi, 1)]
        })
        .collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (mut depth, mut deepest, mut middle) = (0, 0, None);
    for pair in ends.windows(2) {
        let [(lo, step), (hi, _)] = *pair else { continue };
        depth -= step;
        if depth > deepest {
            (deepest, middle) = (depth, Some((lo + hi) / 2.0));
        }
    }
    let (mut k, mut agree) = (middle?.exp(), Vec::new());
    // The overlap may lie at the edge of many intervals for the sake of one, which the mean of all drops again.
    for _ in 0..ROUNDS {
        let now: Vec<_> = weights.iter().map(|w| w.speaks() && w.agrees(scheme, k)).collect();
        if now == agree {
            break;
        }
        agree = now;
        k = joint(scheme, agreeing(weights, &agree)).0;
    }
    let count = agreeing(weights, &agree).count();
    joint(scheme, agreeing(weights, &agree)).1.then_some(())?;
    Some(Consensus { scheme, k, agree, count, of })
}

fn agreeing<'a>(weights: &'a [Weight<'a>], agree: &'a [bool]) -> impl Iterator<Item = &'a Weight<'a>> {
    weights.iter().zip(agree).filter(|(_, agrees)| **agrees).map(|(weight, _)| weight)
}

/// The mean `k` of some weights by its logarithm and their precision, `ν/2` for `ν` degrees of freedom; and
/// whether they scatter as one `k` lets them: their intervals may touch though their scheme is another.
fn joint<'a>(scheme: Scheme, weights: impl Iterator<Item = &'a Weight<'a>>) -> (f64, bool) {
    let log = |w: &Weight<'_>| (w.std * w.std * scheme.fan(w.fans)).ln();
    let logs: Vec<_> = weights.map(|w| (log(w), freedom(w.count, w.kurtosis) / 2.0)).collect();
    let precision = logs.iter().map(|(_, precision)| precision).sum::<f64>();
    let mean = logs.iter().map(|(log, precision)| log * precision).sum::<f64>() / precision;
    let square = logs.iter().map(|(log, precision)| (log - mean).powi(2) * precision).sum::<f64>();
    let freedom = logs.len().saturating_sub(1) as f64;
    (mean.exp(), freedom > 0.0 && square <= largest_square(freedom))
}

/// The weights that must be wrong, by index.
///
/// A weight is blamed when all of this holds:
/// 1. it disagrees under every scheme on which most agree, but for those that fewer of the other weights whose fans
///    differ speak for: square ones agree under all;
/// 2. its [siblings](Families), the weights of one path but for numbers, agree, two of them at least; the first and
///    the last of them (an embedding, a head) count only where a sibling of their shape agrees;
/// 3. no second weight has its `k`: two are a family that is drawn so on purpose, such as GPT-2's `c_proj`;
/// 4. its std is 2.5 times too large or small; or it agrees over its other fan, the scheme being over one, and
///    no scheme over another fan having as many.
pub(crate) fn outliers(weights: &[Weight<'_>]) -> Vec<(usize, Fault)> {
    let found = consensus(weights);
    let counted: Vec<_> = found.iter().map(|found| (found, found.witnesses(weights))).collect();
    let Some(best) = counted.first() else { return Vec::new() };
    // A weight is no witness of itself.
    let witnesses =
        |(found, count): &(&Consensus, usize), index| count - usize::from(found.has_witness(weights, index));
    let (families, strangers) = (families(weights, best.0), strangers(weights, best.0));
    let alone = |&(index, weight): &(usize, &Weight<'_>)| {
        let disagrees = |one: &(&Consensus, usize)| {
            one.0.agree.get(index) == Some(&false) || witnesses(one, index) < witnesses(best, index)
        };
        counted.iter().all(disagrees)
            && families.judge(weight.name, weight.fans)
            && !strangers.meet_twice(weight.interval(best.0.scheme))
    };
    let speaking = weights.iter().enumerate().filter(|(_, weight)| weight.speaks());
    speaking.filter(alone).filter_map(|(index, weight)| Some((index, fault(weight, &found)?))).collect()
}

/// The weights by their paths, with which of them agree.
fn families(weights: &[Weight<'_>], best: &Consensus) -> Families {
    Families::new(weights.iter().zip(&best.agree).map(|(weight, agrees)| (weight.name, weight.fans, *agrees)))
}

/// The intervals of the weights outside of the consensus, as far as they can tell.
fn strangers(weights: &[Weight<'_>], best: &Consensus) -> Strangers {
    let others = weights.iter().zip(&best.agree).filter(|(weight, agrees)| !**agrees && weight.speaks());
    Strangers::new(others.map(|(weight, _)| weight.interval(best.scheme)))
}

fn fault(weight: &Weight<'_>, found: &[Consensus]) -> Option<Fault> {
    let best = found.first()?;
    let (measured, expected) = (weight.std, best.expected(weight.fans));
    let basis = Basis::Others(best.text());
    let next = found.iter().skip(1).find(|other| other.scheme != Scheme::Constant);
    let alone = next.is_none_or(|next| next.count < best.count);
    let swapped = match best.scheme {
        Scheme::In => Some(Scheme::Out),
        Scheme::Out => Some(Scheme::In),
        _ => None,
    };
    if alone && weight.is_lopsided() && swapped.is_some_and(|scheme| weight.agrees(scheme, best.k)) {
        return Some(Fault::SwappedFans { measured, expected, fans: weight.fans, basis });
    }
    let far = found.iter().all(|found| {
        let ratio = measured / found.expected(weight.fans);
        ratio.max(ratio.recip()) > FAR
    });
    let (lo, hi) = factors(weight.count, weight.kurtosis)?;
    let interval = (expected * lo, expected * hi);
    far.then_some(Fault::MisScaled { measured, expected, interval, basis })
}

#[cfg(test)]
mod tests;
