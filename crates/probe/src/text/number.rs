//! Numbers as people read them.

/// Three significant digits: `0.0505`, `1.23e-7`, `inf`.
pub(crate) fn short(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        "0".into()
    } else if !size.is_finite() {
        format!("{value}")
    } else if !(1e-3..1e5).contains(&size) {
        format!("{value:.2e}")
    } else {
        // The power of ten of what it is rounded to: 9.996 is 10.0.
        let rounded: f64 = format!("{size:.2e}").parse().unwrap_or(size);
        let digits = 2 - rounded.log10().floor() as i32;
        format!("{value:.*}", usize::try_from(digits).unwrap_or(0))
    }
}

/// A share as a percentage without a fraction.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_of_any_size() {
        let shown = [0.0, 9.996, 0.09996, 999.6, -0.5, 1e-7, 1.0 / 3.0, f64::INFINITY].map(short);
        assert_eq!(shown, ["0", "10.0", "0.100", "1000", "-0.500", "1.00e-7", "0.333", "inf"]);
    }
}
