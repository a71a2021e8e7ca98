//! Text with code in it.

use maud::{Markup, html};

use crate::figure::words::clean;

/// `text`, escaped; what stands between two backticks is code.
pub(super) fn rich(text: &str) -> Markup {
    let text = clean(text);
    let parts: Vec<_> = text.split('`').collect();
    // An odd backtick, such as one in a name, opens no code.
    let closed = parts.len() % 2 == 1;
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if index % 2 == 1 && (closed || index + 1 < parts.len()) { code { (part) } }
            @else if index % 2 == 1 { "`" (part) }
            @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::rich;

    #[test]
    fn backticks_make_code() {
        assert_eq!(rich("a `b<c` d").into_string(), "a <code>b&lt;c</code> d");
        assert_eq!(rich("a `b` c ` d").into_string(), "a <code>b</code> c ` d");
        assert_eq!(rich("").into_string(), "");
    }
}
