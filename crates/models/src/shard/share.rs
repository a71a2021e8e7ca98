//! Which part of a dimension a rank has.

use std::fmt;
use std::ops::Range;

use crate::part::Part;

/// How ranks share a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Share {
    /// Equal parts.
    Equal,
    /// As many heads each; where they may be repeated and there are more ranks than heads, one head each.
    Heads { count: usize, repeated: bool },
    /// Two matrices in one, equal parts of each.
    Two,
    /// Queries, keys and values in one matrix, of so many heads of queries and of the other two.
    Attention { heads: usize, shared: usize },
}

impl Share {
    /// A rank's ranges of a dimension, one for each matrix that lies in it; else what is wrong, and the way out.
    pub(crate) fn ranges(self, length: usize, part: Part) -> Result<Vec<Range<usize>>, String> {
        let mut start = 0;
        let mut ranges = Vec::new();
        for (length, share) in self.matrices(length)? {
            let range = share.range(length, part)?;
            ranges.push(start + range.start..start + range.end);
            start += length;
        }
        Ok(ranges)
    }

    /// The matrices that lie one after another: how long each is, and how it is shared.
    fn matrices(self, length: usize) -> Result<Vec<(usize, Self)>, String> {
        match self {
            Self::Two if length.is_multiple_of(2) => Ok(vec![(length / 2, Self::Equal); 2]),
            Self::Two => Err("is no two matrices of one size: say what is split, `--split`".into()),
            Self::Attention { heads, shared } => {
                let all =
                    shared.checked_mul(2).and_then(|both| both.checked_add(heads)).filter(|all| *all > 0);
                let each = all.filter(|all| length.is_multiple_of(*all)).map(|all| length / all).ok_or_else(|| {
                    format!(
                        "is no whole number of the {heads} heads of queries and twice {shared} of keys and values that the \
                         config says: say what is split, `--split`"
                    )
                })?;
                let of = |count, repeated| (each * count, Self::Heads { count, repeated });
                Ok(vec![of(heads, false), of(shared, true), of(shared, true)])
            }
            Self::Equal | Self::Heads { .. } => Ok(vec![(length, self)]),
        }
    }

    /// A rank's range of one matrix.
    fn range(self, length: usize, part: Part) -> Result<Range<usize>, String> {
        let world = part.world();
        let Self::Heads { count, repeated } = self else {
            return equal(length, part).ok_or_else(|| unequal(length, world));
        };
        if count == 0 || !length.is_multiple_of(count) {
            return Err(format!(
                "is no whole number of the {count} heads that the config says: say what is split, `--split`"
            ));
        }
        if count.is_multiple_of(world) {
            return equal(length, part).ok_or_else(|| unequal(length, world));
        }
        if !repeated || !world.is_multiple_of(count) {
            let more = if repeated {
                format!(", or a multiple of {count}, which repeat them")
            } else {
                String::new()
            };
            return Err(format!(
                "has {count} heads, which {world} ranks cannot share: choose {} ranks{more}",
                divisors(count)
            ));
        }
        let (head, rows) = (part.rank() / (world / count), length / count);
        Ok(rows * head..rows * (head + 1))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => Ok(()),
            Self::Heads { count, .. } => write!(f, " by {count} heads"),
            Self::Two => f.write_str(" of each of two"),
            Self::Attention { heads, shared } => write!(f, " by {heads} and twice {shared} heads"),
        }
    }
}

fn unequal(length: usize, world: usize) -> String {
    format!(
        "cannot be split into {world} equal parts: choose a number of ranks that divides {length}, or, if these are the rows \
         of a vocabulary, pad it with zeros (`--pad-vocab`)"
    )
}

/// `1, 2, 7 or 14`.
pub(crate) fn divisors(number: usize) -> String {
    let divides = |divisor: &usize| number.is_multiple_of(*divisor);
    let all: Vec<_> = (1..=number.min(1024)).filter(divides).map(|divisor| divisor.to_string()).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => all.concat(),
    }
}

/// One of equal parts.
pub(crate) fn equal(length: usize, part: Part) -> Option<Range<usize>> {
    let each = length / part.world();
    length.is_multiple_of(part.world()).then(|| each * part.rank()..each * (part.rank() + 1))
}

/// One of the parts of `torch.chunk`: the least length that so many parts are enough for.
pub(crate) fn chunk(length: usize, part: Part) -> Range<usize> {
    let each = length.div_ceil(part.world());
    let end = |parts: usize| each.saturating_mul(parts).min(length);
    end(part.rank())..end(part.rank() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_those_of_torch() {
        let chunks = |length, world| {
            (0..world).map(|rank| chunk(length, Part::new(rank, world).unwrap()).len()).collect::<Vec<_>>()
        };
        assert_eq!(chunks(10, 4), [3, 3, 3, 1]);
        assert_eq!(chunks(5, 4), [2, 2, 1, 0]);
        assert_eq!(chunks(1, 3), [1, 0, 0]);
        assert_eq!(chunks(0, 2), [0, 0]);
        assert_eq!(chunks(usize::MAX, 2), [1 << 63, (1 << 63) - 1]);
    }

    #[test]
    fn heads_stay_whole_and_are_repeated_where_ranks_are_more() {
        let ranges = |count, repeated, world: usize| -> Result<Vec<_>, String> {
            let share = Share::Heads { count, repeated };
            (0..world).map(|rank| share.range(6 * count, Part::new(rank, world).unwrap())).collect()
        };
        assert_eq!(ranges(4, true, 2).unwrap(), [0..12, 12..24]);
        assert_eq!(ranges(2, true, 4).unwrap(), [0..6, 0..6, 6..12, 6..12]);
        assert_eq!(ranges(1, true, 3).unwrap(), [0..6, 0..6, 0..6]);
        assert!(ranges(2, false, 4).unwrap_err().contains("choose 1 or 2 ranks"));
        assert!(ranges(2, true, 3).unwrap_err().contains("choose 1 or 2 ranks, or a multiple of 2"));
        assert!(ranges(14, true, 4).unwrap_err().contains("1, 2, 7 or 14"));
        let odd = Share::Heads { count: 4, repeated: true }.range(10, Part::WHOLE);
        assert!(odd.unwrap_err().contains("no whole number"));
    }

    #[test]
    fn each_matrix_in_one_is_shared() {
        let of = |share: Share, length, rank, world| share.ranges(length, Part::new(rank, world).unwrap());
        assert_eq!(of(Share::Two, 12, 1, 3).unwrap(), [2..4, 8..10]);
        let attention = Share::Attention { heads: 4, shared: 2 };
        assert_eq!(of(attention, 80, 1, 2).unwrap(), [20..40, 50..60, 70..80]);
        assert_eq!(of(attention, 80, 1, 4).unwrap(), [10..20, 40..50, 60..70]);
        assert!(of(Share::Two, 7, 0, 1).unwrap_err().contains("no two matrices"));
        assert!(of(attention, 81, 0, 1).unwrap_err().contains("4 heads of queries and twice 2"));
        assert!(of(Share::Attention { heads: 0, shared: 0 }, 0, 0, 1).is_err());
    }
}
