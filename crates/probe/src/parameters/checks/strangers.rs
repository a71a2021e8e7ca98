//! Intervals, and how many of them meet one.

/// The ends of intervals, each side in order.
pub(crate) struct Strangers {
    starts: Vec<f64>,
    ends: Vec<f64>,
}

impl Strangers {
    pub(crate) fn new(intervals: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut starts, mut ends): (Vec<_>, Vec<_>) = intervals.unzip();
        starts.sort_by(f64::total_cmp);
        ends.sort_by(f64::total_cmp);
        Self { starts, ends }
    }

    /// Whether two or more of the intervals meet this one: it is one of them itself.
    pub(crate) fn meet_twice(&self, (start, end): (f64, f64)) -> bool {
        let begun = self.starts.partition_point(|other| *other <= end);
        let over = self.ends.partition_point(|other| *other < start);
        begun.saturating_sub(over) > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_that_touch_meet() {
        let all =
            Strangers::new([(0.0, 1.0), (1.0, 2.0), (3.0, 4.0), (10.0, 11.0), (10.5, 10.6)].into_iter());
        let met = [(0.0, 1.0), (1.0, 2.0), (3.0, 4.0), (10.0, 11.0), (10.5, 10.6)];
        assert_eq!(met.map(|one| all.meet_twice(one)), [true, true, false, true, true]);
    }
}
