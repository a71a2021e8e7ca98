//! Numbers in sentences.

/// Two or three digits: `0.031`, `2.3`, `1.2·10⁻⁹`.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    if (1e-3..1e4).contains(&size) {
        let digits = (1 - size.log10().floor() as i32).max(0) as usize;
        return format!("{value:.digits$}");
    }
    let power = size.log10().floor() as i32;
    format!("{:.1}·10{}", value / 10f64.powi(power), raised(power))
}

/// A share in percent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn raised(power: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let letter =
        |c: char| c.to_digit(10).and_then(|digit| DIGITS.get(digit as usize)).copied().unwrap_or('⁻');
    power.to_string().chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_a_book() {
        let shown = [0.0, 0.0312, 2.3456, 145.2, 1.24e-9, 3.4e38, f64::INFINITY].map(number);
        assert_eq!(shown, ["0", "0.031", "2.3", "145", "1.2·10⁻⁹", "3.4·10³⁸", "inf"]);
    }
}
