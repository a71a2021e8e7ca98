//! The nearest known name, for a message that helps.

/// The candidate that a misspelt name probably meant: within a third of its letters, by edits, and of several as near the one
/// that begins alike. Public for the other crates of this workspace, whose messages say it too.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let most = length.div_ceil(3);
    // Letters that one has more than the other are edits for certain: few of many names need to be compared.
    let near = candidates.filter(|candidate| candidate.chars().count().abs_diff(length) <= most);
    let measured = near.map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let alike = |candidate: &str| strsim::jaro_winkler(candidate, name);
    let order = |&(a, one): &(usize, &str), &(b, other): &(usize, &str)| {
        a.cmp(&b).then_with(|| alike(other).total_cmp(&alike(one)))
    };
    let (distance, best) = measured.min_by(order)?;
    (distance <= most).then_some(best)
}

/// The name that a pattern which matches none probably meant: the one whose path begins, or ends, nearest to what the
/// pattern has before, or after, its wildcards. Public as [`nearest`] is.
#[must_use]
pub fn nearest_to_pattern<'a>(
    pattern: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
    let (head, tail) =
        (pattern.split('.').take_while(plain).count(), pattern.rsplit('.').take_while(plain).count());
    let of = |part: fn(&str, usize) -> &str, count| {
        let found = nearest(part(pattern, count), names.clone().map(|name| part(name, count)))?;
        names.clone().find(|name| part(name, count) == found)
    };
    match (head, tail) {
        (0, 0) => None,
        (0, tail) => of(last, tail),
        (head, _) => of(first, head),
    }
}

/// The first parts of a dotted path.
fn first(path: &str, count: usize) -> &str {
    let end = path.match_indices('.').nth(count.saturating_sub(1)).map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

/// The last parts of a dotted path.
fn last(path: &str, count: usize) -> &str {
    let start = path.rmatch_indices('.').nth(count.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
    path.get(start..).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_pattern_finds_the_name_it_meant() {
        let names =
            ["bert.encoder.layer.0.weight", "bert.pooler.dense.bias", "cls.predictions.decoder.weight"];
        let nearest = |pattern| nearest_to_pattern(pattern, names.into_iter());
        assert_eq!(nearest("brt.*"), Some(names[0]));
        assert_eq!(nearest("bert.poler.*"), Some(names[1]));
        assert_eq!(nearest("*.bais"), Some(names[1]));
        assert_eq!(nearest("cls.predictions.decoder.wieght"), Some(names[2]));
        assert_eq!(nearest("*"), None);
        assert_eq!(nearest("transformer.*"), None);
    }
}
