//! What repeats on a tape: the steps of an unrolled recurrence, the groups of a convolution.
//!
//! candle tells who depends on whom by a walk over all that a tensor was made from, so a tape costs the square of its
//! length. Of many steps that are one as the other the first and the last say all that the checks ask.

/// How many equal periods make a run.
const RUN: usize = 8;
/// How many of them are kept at either end.
const ENDS: usize = 2;
/// The longest period that is looked for, in tensors.
const LONGEST: usize = 64;

/// Which tensors of a tape to keep, given a number for what each looks like; `None` for a parameter. A period in which a
/// parameter is met for the first time, such as the block of a deep net, is kept.
pub(crate) fn kept(looks: &[Option<usize>]) -> Vec<bool> {
    let mut kept = vec![true; looks.len()];
    let mut start = 0;
    while start < looks.len() {
        let (period, end) = run(looks, start);
        let dropped = (start + ENDS * period)..end.saturating_sub(ENDS * period);
        dropped.for_each(|index| kept[index] = false);
        start = end.max(start + 1);
    }
    kept
}

/// The period of the run that starts at `start`, and where its last whole period ends.
fn run(looks: &[Option<usize>], start: usize) -> (usize, usize) {
    let most = LONGEST.min((looks.len() - start) / RUN);
    let found = (1..=most).find_map(|period| {
        let goes_on = |index: &usize| {
            let here = looks.get(*index).copied().flatten();
            here.is_some() && here == looks.get(index + period).copied().flatten()
        };
        let equal = (start..looks.len()).take_while(goes_on).count();
        let periods = equal / period + 1;
        (periods >= RUN).then_some((period, start + periods * period))
    });
    found.unwrap_or((0, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(looks: &[Option<usize>]) -> Vec<usize> {
        kept(looks).iter().enumerate().filter_map(|(index, kept)| kept.then_some(index)).collect()
    }

    #[test]
    fn of_a_run_the_ends_are_kept() {
        let looks: Vec<_> = [9].into_iter().chain((0..30).map(|n| n % 3)).chain([7]).map(Some).collect();
        assert_eq!(of(&looks), [0, 1, 2, 3, 4, 5, 6, 25, 26, 27, 28, 29, 30, 31]);
        // Too short a run.
        assert_eq!(of(&looks[..22]).len(), 22);
        // A parameter in each period.
        let blocks: Vec<_> = (0..30).map(|n| (n % 3 != 1).then_some(n % 3)).collect();
        assert_eq!(of(&blocks).len(), 30);
    }
}
