//! Weights that training does not move, where it moves others in their place.

use candle_core::{Tensor, Var};

use crate::error::Result;
use crate::signals::record::values::{precision, values};

/// Rows are equal if they are to this relative error: neurons that were equal once part by rounding alone.
const EQUAL: f32 = 1e-4;

/// What training made of one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    /// How many of its rows are not as they were, but for a factor that they have in common.
    rows: usize,
    /// Whether all of its rows are equal.
    equal: bool,
    /// Whether all of its values are numbers: one that is not may be lost on the way, in ReLU, but it is lost for good.
    finite: bool,
}

impl Moved {
    /// What became of a weight that was `start`.
    ///
    /// # Errors
    /// What candle says.
    pub(crate) fn of(start: &Tensor, now: &Var) -> Result<Self> {
        // A tenth of what candle computes a function to in the dtype, and less than what makes rows differ.
        let rounding = f64::from(EQUAL).min(precision(start) / 10.0);
        let (start, now, count) = (values(start)?, values(now)?, now.dims().first().copied().unwrap_or(0));
        let row = (now.len() / count.max(1)).max(1);
        let fates = now.chunks(row).zip(start.chunks(row)).map(|(now, start)| Fate::of(now, start, rounding));
        let rows = moved(&fates.collect::<Vec<_>>(), rounding);
        let first = now.get(..row).unwrap_or_default();
        let equal = count > 1 && row > 1 && now.chunks(row).all(|other| close(other, first));
        Ok(Self { rows, equal, finite: now.iter().all(|value| value.is_finite()) })
    }

    /// Whether it is stuck, where `other` is what training made of other weights in its place: of their rows that move, most
    /// did not move here, or all are equal, or one is no number. What no batch reads, an idle row of a table, moves in neither.
    pub(crate) fn is_stuck_beside(self, other: Self) -> bool {
        2 * self.rows < other.rows || (self.equal && !other.equal) || (other.finite && !self.finite)
    }
}

/// What training made of one row.
#[derive(Clone, Copy)]
enum Fate {
    /// It is as it was, to the bit.
    Same,
    /// It is so many times what it was, up to rounding.
    Times(f64),
    /// It points elsewhere, or is no number.
    Turned,
}

impl Fate {
    fn of(now: &[f32], start: &[f32], rounding: f64) -> Self {
        if now == start {
            return Self::Same;
        }
        let dot =
            |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let size = dot(start, start);
        let factor = if size > 0.0 { dot(now, start) / size } else { 0.0 };
        let rest = now.iter().zip(start).map(|(now, start)| f64::from(*now) - factor * f64::from(*start));
        let rest = rest.map(|rest| rest * rest).sum::<f64>();
        if rest.is_nan() || rest > rounding * rounding * size { Self::Turned } else { Self::Times(factor) }
    }
}

/// How many rows have moved: have turned, or are another multiple of what they were than the middle one is. Weight decay makes
/// rows without a gradient shorter, all of them alike.
fn moved(fates: &[Fate], rounding: f64) -> usize {
    let multiple = |fate: &Fate| if let Fate::Times(factor) = fate { Some(*factor) } else { None };
    let mut factors = fates.iter().filter_map(multiple).collect::<Vec<_>>();
    factors.sort_by(f64::total_cmp);
    let decay = factors.get(factors.len() / 2).copied().unwrap_or(1.0);
    let has_moved = |fate: &&Fate| match fate {
        Fate::Same => false,
        Fate::Times(factor) => (factor - decay).abs() > rounding,
        Fate::Turned => true,
    };
    fates.iter().filter(has_moved).count()
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.iter().zip(b).all(|(a, b)| (a - b).abs() <= EQUAL * a.abs())
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn became(start: [[f32; 2]; 4], now: [[f32; 2]; 4]) -> Moved {
        let tensor = |rows: [[f32; 2]; 4]| Tensor::new(&rows, &Device::Cpu).unwrap();
        Moved::of(&tensor(start), &Var::from_tensor(&tensor(now)).unwrap()).unwrap()
    }

    #[test]
    fn what_moves_less_than_half_as_far_as_others_is_stuck() {
        let start = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]];
        let by_rows = |count: usize| {
            let mut now = start;
            now.iter_mut().take(count).for_each(|row| row[1] += 1.0);
            became(start, now)
        };
        let all = by_rows(4);
        assert!(by_rows(1).is_stuck_beside(all) && !by_rows(2).is_stuck_beside(all));
        // Rows that nothing reads are no fault.
        assert!(!by_rows(0).is_stuck_beside(by_rows(0)) && !by_rows(1).is_stuck_beside(by_rows(2)));
        let equal = became(start, [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0 + 1e-5], [1.0, 2.0]]);
        assert!(equal.is_stuck_beside(all) && !equal.is_stuck_beside(equal));
        let lost = became(start, [[f32::NAN, 3.0], [4.0, 5.0], [6.0, 7.0], [8.0, 9.0]]);
        assert!(lost.is_stuck_beside(all) && !lost.is_stuck_beside(lost) && !all.is_stuck_beside(lost));
    }

    /// AdamW makes what has no gradient shorter at each step.
    #[test]
    fn what_is_only_shorter_has_not_moved() {
        let start = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]];
        let shorter = start.map(|row| (0..100).fold(row, |row, _| row.map(|value| value * (1.0 - 1e-4))));
        assert_eq!(became(start, shorter).rows, 0);
        assert_eq!(became(start, shorter.map(|[a, b]| [a, b * 1.001])).rows, 4);
        // Along what they were, but not all alike: that is training.
        let factors = [0.5, 0.9, 0.9, 1.1];
        let along = |row: usize| start[row].map(|value| value * factors[row]);
        assert_eq!(became(start, [0, 1, 2, 3].map(along)).rows, 2);
        // Zeros are as they were while decay shortens the others.
        let mut idle = shorter;
        let mut was = start;
        (idle[0], was[0]) = ([0.0; 2], [0.0; 2]);
        assert_eq!(became(was, idle).rows, 0);
        // Zeros have no direction.
        assert_eq!(became([[0.0; 2]; 4], [[1e-20, 0.0]; 4]).rows, 4);
    }

    #[test]
    fn a_tensor_without_values_is_not_stuck() {
        let none = Tensor::zeros((0, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        let none = Moved::of(&none, &Var::from_tensor(&none).unwrap()).unwrap();
        assert_eq!(none, Moved { rows: 0, equal: false, finite: true });
    }
}
