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
        let digits = 2 - size.log10().floor() as i32;
        format!("{value:.*}", usize::try_from(digits).unwrap_or(0))
    }
}

/// A share as a percentage without a fraction.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
