//! Numbers of any size in a few characters.

/// Three decimals where that says something, powers of ten elsewhere, `inf` and `nan` as they are.
#[must_use]
pub fn short(value: f64) -> String {
    match value.abs() {
        0. => "0".to_owned(),
        size if size.is_nan() => "nan".to_owned(),
        size if size.is_infinite() || (1e-2..1e3).contains(&size) => format!("{value:.3}"),
        _ => format!("{value:.1e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_of_every_size_are_short() {
        let shown = [0., 0.5, -2.25, 1e-7, 2.4e26, f64::INFINITY, f64::NAN].map(short);
        assert_eq!(shown, ["0", "0.500", "-2.250", "1.0e-7", "2.4e26", "inf", "nan"]);
    }
}
