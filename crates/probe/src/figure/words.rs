//! Text that fits and that XML can hold.

/// `text` without what XML forbids: control characters become `�`.
pub(crate) fn clean(text: &str) -> String {
    let bad = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if bad(c) { '\u{fffd}' } else { c }).collect()
}

/// `text`, clean, in at most `width` when set in `size`; its middle gives way to `…`.
///
/// The middle, since layers differ at the start and the end of their paths.
pub(super) fn fit(text: &str, width: i32, size: i32) -> String {
    let text = clean(text);
    let most = most(width, size);
    let count = text.chars().count();
    if count <= most {
        return text;
    }
    let (head, tail) = ((most - 1) / 2, most - 1 - (most - 1) / 2);
    let start = text.chars().take(head);
    let end = text.chars().skip(count - tail);
    start.chain(['…']).chain(end).collect()
}

/// How wide `text` may become in `size`: fonts differ, and this is the widest of the common ones.
pub(super) fn width(text: &str, size: i32) -> i32 {
    (text.chars().count() as f64 * WIDEST * f64::from(size)).ceil() as i32
}

/// How many characters of `size` fit in `width`, at least one.
fn most(width: i32, size: i32) -> usize {
    ((f64::from(width) / (WIDEST * f64::from(size))) as usize).max(1)
}

/// Mean advance of a letter over the size: 0.55 to 0.62 by font in names and figures.
const WIDEST: f64 = 0.62;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_loses_its_middle_and_bad_characters_their_place() {
        assert_eq!(fit("encoder.0.fc1", 1000, 10), "encoder.0.fc1");
        assert_eq!(fit("encoder.0.fc1", 62, 10), "enco…0.fc1");
        assert_eq!(fit("encoder", 0, 10), "…");
        assert_eq!(fit("", 0, 10), "");
        assert_eq!(fit("a\u{1b}\0é", 1000, 10), "a\u{fffd}\u{fffd}é");
    }

    #[test]
    fn what_fits_is_no_wider_than_asked() {
        for most in 7..200 {
            let text = fit(&"w".repeat(300), most, 11);
            assert!(width(&text, 11) <= most.max(7), "{most}: {text}");
        }
    }
}
