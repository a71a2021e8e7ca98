//! A box of a tensor, and where its elements lie in the whole.

use std::ops::Range;

/// A range of each dimension.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    ranges: Vec<Range<usize>>,
    /// The element of the whole that comes first.
    start: usize,
    /// Length, and stride in the whole, of the dimensions that runs are counted by.
    outer: Vec<(usize, usize)>,
    /// Elements that lie together in the whole.
    run: usize,
}

impl Region {
    /// All of a tensor.
    pub(crate) fn whole(dims: &[usize]) -> Self {
        Self::of(dims, dims.iter().map(|&dim| 0..dim).collect())
    }

    fn of(dims: &[usize], ranges: Vec<Range<usize>>) -> Self {
        let mut strides = vec![1; dims.len()];
        for i in (1..dims.len()).rev() {
            strides[i - 1] = strides[i] * dims[i];
        }
        // Dimensions that are taken whole lie together, from the last on; so does a range of the one before them.
        let whole = ranges.iter().zip(dims).rev().take_while(|(range, dim)| range.len() == **dim).count();
        let (outer, inner) = ranges.split_at(dims.len() - (whole + 1).min(dims.len()));
        Self {
            start: ranges.iter().zip(&strides).map(|(range, stride)| range.start * stride).sum(),
            outer: outer.iter().map(ExactSizeIterator::len).zip(strides).collect(),
            run: inner.iter().map(ExactSizeIterator::len).product(),
            ranges,
        }
    }

    /// A part of this, if there is such a one: its ranges are counted within this region's.
    pub(crate) fn part(&self, dims: &[usize], ranges: &[Range<usize>]) -> Option<Self> {
        let within = |(outer, inner): (&Range<usize>, &Range<usize>)| {
            let inside = inner.start <= inner.end && inner.end <= outer.len();
            inside.then(|| outer.start + inner.start..outer.start + inner.end)
        };
        let ranges = (ranges.len() == self.ranges.len())
            .then(|| self.ranges.iter().zip(ranges).map(within).collect::<Option<Vec<_>>>())?;
        ranges.map(|ranges| Self::of(dims, ranges))
    }

    /// The dimensions.
    pub(crate) fn dims(&self) -> Vec<usize> {
        self.ranges.iter().map(ExactSizeIterator::len).collect()
    }

    /// Where element `index` of the region lies in the whole, and how many elements from it on lie together.
    pub(crate) fn at(&self, index: usize) -> (usize, usize) {
        let (mut run, offset) = (index / self.run, index % self.run);
        let mut first = self.start + offset;
        for (length, stride) in self.outer.iter().rev() {
            first += run % length * stride;
            run /= length;
        }
        (first, self.run - offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_of_a_part_is_found_in_the_whole() {
        let dims = [3, 4, 5, 2];
        let stride = [40, 10, 2, 1];
        for ranges in [
            [0..3, 0..4, 0..5, 0..2],
            [1..3, 0..4, 0..5, 0..2],
            [0..3, 1..3, 2..5, 0..2],
            [2..3, 1..2, 0..5, 1..2],
        ] {
            let part = Region::whole(&dims).part(&dims, &ranges).unwrap();
            let mut found = Vec::new();
            for a in ranges[0].clone() {
                for b in ranges[1].clone() {
                    for (c, d) in ranges[2].clone().flat_map(|c| ranges[3].clone().map(move |d| (c, d))) {
                        let expected = a * stride[0] + b * stride[1] + c * stride[2] + d;
                        found.push(expected);
                    }
                }
            }
            for (index, expected) in found.iter().enumerate() {
                let together =
                    found[index..].iter().enumerate().take_while(|(i, at)| **at == expected + i).count();
                assert_eq!(part.at(index), (*expected, together), "{ranges:?} at {index}");
            }
        }
    }

    #[test]
    fn a_part_of_a_part_is_a_part_of_the_whole() {
        let dims = [6, 6];
        let part = Region::whole(&dims).part(&dims, &[2..6, 1..5]).unwrap();
        let inner = part.part(&dims, &[1..3, 2..4]).unwrap();
        assert_eq!((inner.at(0), inner.at(3).0, inner.dims()), ((3 * 6 + 3, 2), 4 * 6 + 4, vec![2, 2]));
        let ranges = [0..5, 0..4];
        assert!(part.part(&dims, &ranges).is_none() && part.part(&dims, &ranges[1..]).is_none());
        assert_eq!(Region::whole(&[]).at(0), (0, 1));
    }
}
