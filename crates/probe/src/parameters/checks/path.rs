//! Paths of parameters that differ in numbers only.

/// A path with `#` for its numbers, and the numbers: siblings have the same path.
pub(crate) fn key(name: &str) -> (String, Vec<u64>) {
    let (mut path, mut numbers, mut within) = (String::new(), Vec::<u64>::new(), false);
    for letter in name.chars() {
        match (letter.to_digit(10).map(u64::from), numbers.last_mut()) {
            (Some(digit), Some(number)) if within => {
                *number = number.saturating_mul(10).saturating_add(digit);
            }
            (Some(digit), _) => {
                numbers.push(digit);
                path.push('#');
            }
            (None, _) => path.push(letter),
        }
        within = letter.is_ascii_digit();
    }
    (path, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_numbers() {
        assert_eq!(key("h.12.fc3.weight"), ("h.#.fc#.weight".into(), vec![12, 3]));
        assert!(key("l.9").1 < key("l.10").1);
    }
}
