//! Numbers in sentences and on axes.

/// Two or three digits: `0.031`, `2.3`, `1.2·10⁻⁹`.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || !value.is_finite() {
        return plain(value);
    }
    if (1e-3..1e4).contains(&size) {
        let digits = (1 - size.log10().floor() as i32).max(0) as usize;
        return format!("{value:.digits$}");
    }
    let power = size.log10().floor() as i32;
    format!("{:.1}·10{}", value / 10f64.powi(power), raised(power))
}

/// A share in percent.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A round number on an axis: `0.01`, `20`, `10⁻⁸`.
#[must_use]
pub fn tick(value: f64) -> String {
    let power = value.abs().log10().round();
    let is_power = (value.abs() / 10f64.powf(power) - 1.0).abs() < 1e-9;
    if value != 0.0 && is_power && !(-2.0..=3.0).contains(&power) {
        return format!("10{}", raised(power as i32));
    }
    format!("{}", (value * 1e6).round() / 1e6)
}

fn plain(value: f64) -> String {
    match value {
        value if value.is_nan() => "no number".into(),
        value if value.is_infinite() => "∞".into(),
        _ => "0".into(),
    }
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
        assert_eq!(shown, ["0", "0.031", "2.3", "145", "1.2·10⁻⁹", "3.4·10³⁸", "∞"]);
    }

    #[test]
    fn marks_are_short() {
        let shown = [0.0, 0.2, 1.0, 30.0, 1e-2, 1e-8, 1e4].map(tick);
        assert_eq!(shown, ["0", "0.2", "1", "30", "0.01", "10⁻⁸", "10⁴"]);
    }
}
