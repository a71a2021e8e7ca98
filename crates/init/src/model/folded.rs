//! Rows of a table that say the same of numbered layers, as one.

use std::collections::HashMap;

/// Rows that differ in nothing but numbers of their names become one, with the range of each number and how many they are:
/// `h.{0..11}.attn.c_attn.weight ×12`, `layers.{3..60}.experts.{0..255}.up.weight ×14848`. The first cell is the name.
#[doc(hidden)]
pub fn folded<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> Vec<[String; N]> {
    let mut rows: Vec<Row<N>> = rows.map(Row::new).collect();
    // The innermost numbers first: layers are alike when their experts are.
    for at in (0..rows.iter().map(|row| row.name.len()).max().unwrap_or(0)).rev() {
        rows = folded_at(rows, at);
    }
    rows.into_iter().map(Row::text).collect()
}

/// A row, and its name part by part.
struct Row<const N: usize> {
    name: Vec<Part>,
    cells: [String; N],
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Part {
    Text(String),
    /// One number, or those of the rows that became one.
    Numbers(Vec<u64>),
}

fn folded_at<const N: usize>(rows: Vec<Row<N>>, at: usize) -> Vec<Row<N>> {
    let mut kept: Vec<Row<N>> = Vec::new();
    let mut index: HashMap<(Vec<Part>, [String; N]), usize> = HashMap::new();
    for mut row in rows {
        let Some(Part::Numbers(numbers)) = row.name.get_mut(at) else {
            kept.push(row);
            continue;
        };
        let own = std::mem::take(numbers);
        let first = *index.entry((row.name.clone(), row.cells.clone())).or_insert(kept.len());
        match kept.get_mut(first).and_then(|row| row.name.get_mut(at)) {
            Some(Part::Numbers(numbers)) => numbers.extend(own),
            _ => {
                row.name[at] = Part::Numbers(own);
                kept.push(row);
            }
        }
    }
    kept
}

impl<const N: usize> Row<N> {
    fn new(mut cells: [String; N]) -> Self {
        let name = std::mem::take(&mut cells[0]);
        // A number that does not come back as it was, such as 007, is a name; braces would be taken for a range.
        let number = |part: &str| part.parse::<u64>().ok().filter(|number| number.to_string() == part);
        let part = |part: &str| match number(part).filter(|_| !name.contains(['{', '}'])) {
            Some(number) => Part::Numbers(vec![number]),
            None => Part::Text(part.into()),
        };
        Self { name: name.split('.').map(part).collect(), cells }
    }

    fn text(mut self) -> [String; N] {
        let count: usize = self.name.iter().map(Part::count).product();
        let name = self.name.iter().map(Part::text).collect::<Vec<_>>().join(".");
        self.cells[0] = if count > 1 { format!("{name} ×{count}") } else { name };
        self.cells
    }
}

impl Part {
    fn count(&self) -> usize {
        if let Self::Numbers(numbers) = self { numbers.len() } else { 1 }
    }

    fn text(&self) -> String {
        let numbers = match self {
            Self::Text(text) => return text.clone(),
            Self::Numbers(numbers) => numbers,
        };
        match numbers.as_slice() {
            [only] => only.to_string(),
            [first, .., last] if numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]) => {
                format!("{{{first}..{last}}}")
            }
            all => format!("{{{}}}", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
        }
    }
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
        let experts = (0..6).map(|i| row(&format!("h.{}.e.{}.up", i / 3, i % 3), "a"));
        assert_eq!(folded(experts), [row("h.{0..1}.e.{0..2}.up ×6", "a")]);
        let scaled = [row("h.0.{}.x", "a"), row("9", "a"), row("", "a")];
        assert_eq!(folded(scaled.clone().into_iter()).len(), 3);
    }
}
