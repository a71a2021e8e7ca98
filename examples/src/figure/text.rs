//! Text in SVG.

/// `text` with what SVG and HTML take for marks escaped.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text element at `(x, y)`.
pub(super) fn text(class: &str, x: f64, y: f64, text: &str) -> String {
    format!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(text))
}

/// About how wide `text` is in letters of `size`: an upper estimate for common sans-serif fonts.
pub(super) fn width(text: &str, size: f64) -> f64 {
    0.63 * size * text.chars().count() as f64
}
