//! Rows of a table that say the same of numbered layers, as one.

/// Rows that differ in nothing but one number of their name become one, with the range of the number and how many they are:
/// `h.{0..11}.attn.c_attn.weight ×12`. The first cell is the name.
pub(crate) fn folded<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Vec<[String; N]> {
    let mut groups: Vec<Group<N>> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for row in rows {
        let Some((before, number, after)) = numbered(&row[0]) else {
            groups.push(Group { row, numbers: Vec::new() });
            continue;
        };
        let mut key = row.clone();
        key[0] = format!("{before}{{}}{after}");
        let at = *index.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.numbers.push(number),
            None => groups.push(Group { row: key, numbers: vec![number] }),
        }
    }
    groups.into_iter().map(Group::row).collect()
}

struct Group<const N: usize> {
    row: [String; N],
    /// The numbers that stand at `{}`.
    numbers: Vec<u64>,
}

impl<const N: usize> Group<N> {
    fn row(mut self) -> [String; N] {
        let text = match self.numbers.as_slice() {
            [] => return self.row,
            [only] => self.row[0].replacen("{}", &only.to_string(), 1),
            [first, .., last] if self.numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]) => {
                let range = self.row[0].replacen("{}", &format!("{{{first}..{last}}}"), 1);
                format!("{range} ×{}", self.numbers.len())
            }
            numbers => {
                let all = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                format!("{} ×{}", self.row[0].replacen("{}", &format!("{{{all}}}"), 1), numbers.len())
            }
        };
        self.row[0] = text;
        self.row
    }
}

/// The first part of a path that is a number, with what stands before and after it.
fn numbered(name: &str) -> Option<(&str, u64, &str)> {
    // Braces in a name would be taken for the number's place.
    if name.contains(['{', '}']) {
        return None;
    }
    let mut start = 0;
    for part in name.split('.') {
        let end = start + part.len();
        // A number that does not come back as it was, such as 007, is a name.
        if let Some(number) = part.parse::<u64>().ok().filter(|number| number.to_string() == part) {
            return Some((&name[..start], number, &name[end..]));
        }
        start = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_that_are_alike_are_one_row() {
        let row = |name: &str, std: &str| [name.to_string(), std.to_string()];
        let rows = [
            row("wte", "a"),
            row("h.0.attn", "b"),
            row("h.0.mlp", "c"),
            row("h.1.attn", "b"),
            row("h.1.mlp", "d"),
            row("h.2.attn", "b"),
            row("h.5.mlp", "c"),
            row("h.007.mlp", "c"),
        ];
        let due = [
            row("wte", "a"),
            row("h.{0..2}.attn ×3", "b"),
            row("h.{0,5}.mlp ×2", "c"),
            row("h.1.mlp", "d"),
            row("h.007.mlp", "c"),
        ];
        assert_eq!(folded(rows.into_iter()), due);
        let scaled = [row("h.0.{}.x", "a"), row("9", "a"), row("", "a")];
        assert_eq!(folded(scaled.clone().into_iter()).len(), 3);
    }
}
