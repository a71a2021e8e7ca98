//! Which tensors go into which file.

use std::ops::Range;

/// Consecutive tensors a file, as many as `most` bytes hold; a larger one has a file of its own. Hugging Face's rule.
pub(crate) fn split(sizes: &[u64], most: u64) -> Vec<Range<usize>> {
    let (mut files, mut start, mut bytes) = (Vec::new(), 0, 0_u64);
    for (i, &size) in sizes.iter().enumerate() {
        if i > start && bytes.saturating_add(size) > most {
            files.push(start..i);
            (start, bytes) = (i, 0);
        }
        bytes = bytes.saturating_add(size);
    }
    files.push(start..sizes.len());
    files
}

/// The fewest bytes a file that `count` files are enough for.
pub(crate) fn smallest(sizes: &[u64], count: usize) -> u64 {
    let (mut low, mut high) = (0, sizes.iter().fold(1, |sum: u64, size| sum.saturating_add(*size)));
    while low < high {
        let middle = low + (high - low) / 2;
        if split(sizes, middle).len() <= count { high = middle } else { low = middle + 1 }
    }
    high
}

/// The name of one file of many, as Hugging Face has it.
pub(crate) fn file_name(stem: &str, index: usize, count: usize) -> String {
    match count {
        1 => format!("{stem}.safetensors"),
        _ => format!("{stem}-{:05}-of-{count:05}.safetensors", index + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_filled_in_order() {
        assert_eq!(split(&[4, 4, 9, 1, 1, 8], 8), [0..2, 2..3, 3..5, 5..6]);
        assert_eq!(split(&[], 8).len(), 1);
        assert_eq!(split(&[u64::MAX, u64::MAX], 9), [0..1, 1..2]);
        assert_eq!(split(&[3, 3], 0), [0..1, 1..2]);
    }

    #[test]
    fn so_many_files_are_enough_and_none_is_larger_than_need_be() {
        let sizes = [5, 3, 8, 1, 1, 6, 2];
        for count in 1..=9 {
            let most = smallest(&sizes, count);
            assert!(split(&sizes, most).len() <= count.max(1), "{count}");
            assert!(most == 0 || split(&sizes, most - 1).len() > count, "{count}");
        }
        assert_eq!(split(&sizes, smallest(&sizes, 7)).len(), 7);
    }
}
