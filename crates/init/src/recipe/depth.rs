//! How deep lists and tables of TOML stand in one another, by brackets or by dots.

/// What the reader of TOML, which calls itself for each, has the stack for by far.
const DEEPEST: usize = 64;

/// Where a text goes deeper than that, by byte; text between quotes and comments does not count.
#[doc(hidden)]
#[must_use]
pub fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut dots, mut quote, mut is_escaped) = (0_usize, 0, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            _ if is_escaped => is_escaped = false,
            (Some(b'"'), b'\\') => is_escaped = true,
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'#') => quote = Some(b'\n'),
            (None, b'[' | b'{') => depth += 1,
            (None, b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'.') => dots += 1,
            (None, b'\n' | b',' | b'=') => dots = 0,
            (None, _) => {}
        }
        if depth + dots > DEEPEST {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_where_they_are_no_text() {
        let deep = |open: &str| format!("x = {}", open.repeat(DEEPEST + 1));
        assert_eq!(too_deep(&deep("[")), Some(4 + DEEPEST));
        assert_eq!(too_deep(&deep("{a = ")), Some(4 + 5 * DEEPEST));
        assert_eq!(too_deep(&format!("[a{}]", ".a".repeat(DEEPEST))), Some(2 * DEEPEST));
        // Text ends with its quote, and a comment with its line.
        for before in ["\"a\" = ", "'[' = ", "# [\n"] {
            assert_eq!(
                too_deep(&format!("{before}{}", "[".repeat(DEEPEST + 1))),
                Some(before.len() + DEEPEST)
            );
        }
        for flat in [deep("[]"), deep("\"[\""), deep("'{'"), deep("# [\n"), deep("\"\\\"[\"")] {
            assert_eq!(too_deep(&flat), None, "{flat:.40}");
        }
    }
}
