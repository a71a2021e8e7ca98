//! Weights of one path but for numbers, and whether enough of them agree.

use std::collections::{HashMap, HashSet};

use crate::parameters::checks::path::key;

/// Weights by their [paths](key).
pub(crate) struct Families(HashMap<String, Family>);

/// The siblings of one path.
#[derive(Default)]
struct Family {
    /// How many agree.
    agreeing: usize,
    /// The numbers of the first and of the last.
    ends: Option<(Vec<u64>, Vec<u64>)>,
    /// The fans, as bits, of those that agree.
    fans: HashSet<[u64; 2]>,
}

impl Families {
    /// Of weights by name and fans, and whether they agree.
    pub(crate) fn new<'a>(weights: impl Iterator<Item = (&'a str, (f64, f64), bool)>) -> Self {
        let mut families: HashMap<String, Family> = HashMap::new();
        for (name, fans, agrees) in weights {
            let (path, number) = key(name);
            let family = families.entry(path).or_default();
            family.agreeing += usize::from(agrees);
            family.fans.extend(agrees.then_some(bits(fans)));
            family.ends = Some(match family.ends.take() {
                Some((first, last)) => (first.min(number.clone()), last.max(number)),
                None => (number.clone(), number),
            });
        }
        Self(families)
    }

    /// Whether enough siblings agree for a weight that does not to be judged by them: two, between which it stands, or of
    /// which one has its fans.
    pub(crate) fn judge(&self, name: &str, fans: (f64, f64)) -> bool {
        let (path, number) = key(name);
        let Some(family) = self.0.get(&path) else { return false };
        let inner = family.ends.as_ref().is_some_and(|(first, last)| *first < number && number < *last);
        family.agreeing >= 2 && (inner || family.fans.contains(&bits(fans)))
    }
}

fn bits((fan_in, fan_out): (f64, f64)) -> [u64; 2] {
    [fan_in.to_bits(), fan_out.to_bits()]
}
