//! How many numbers fall where.

use serde::Serialize;

use crate::statistics::moments::Moments;

/// Counts over bins of equal width.
///
/// ```
/// use candle_init_probe::Histogram;
/// let histogram = Histogram::new(&[0.0, 0.1, 0.9, 1.0], 2);
/// assert_eq!((histogram.lo, histogram.hi, histogram.counts), (0.0, 1.0, vec![2, 2]));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Histogram {
    /// Where the first bin starts.
    pub lo: f64,
    /// Where the last bin ends.
    pub hi: f64,
    /// The bins' counts, first to last.
    pub counts: Vec<u64>,
}

/// The most bins: more than any screen or any reader has room for.
const MOST: usize = 1 << 16;

impl Histogram {
    /// The finite ones of `values` in `bins` bins from the smallest to the largest; no bins where there are
    /// none. More than 65,536 bins are so many.
    #[must_use]
    pub fn new(values: &[f32], bins: usize) -> Self {
        let (moments, bins) = (Moments::of(values), bins.min(MOST));
        let (lo, hi) = (moments.min, moments.max);
        if moments.finite() == 0 || bins == 0 {
            return Self { lo: 0.0, hi: 0.0, counts: Vec::new() };
        }
        let mut counts = vec![0; bins];
        let scale = if hi > lo { bins as f64 / (hi - lo) } else { 0.0 };
        for value in values.iter().copied().filter(|value| value.is_finite()).map(f64::from) {
            let bin = (((value - lo) * scale) as usize).min(bins - 1);
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
        Self { lo, hi, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_beyond_all_memory_are_the_most_there_are() {
        let histogram = Histogram::new(&[0.0, 1.0, 1.0, f32::NAN], usize::MAX);
        assert_eq!((histogram.counts.len(), histogram.counts.iter().sum::<u64>()), (MOST, 3));
        assert_eq!(histogram.counts.last(), Some(&2));
    }
}
