//! Text of others, such as names in files, as a terminal can show it.

use std::fmt::{self, Write};
use std::path::Path;

/// A text or a path that prints with its control characters escaped: what a file calls its tensors must not move the
/// cursor of whoever reads an error. Line ends stay.
///
/// ```
/// use candle_init_checkpoint::shown;
/// assert_eq!(shown("a\u{1b}[2J\0é").to_string(), r"a\u{1b}[2J\0é");
/// ```
pub fn shown(text: &(impl AsRef<Path> + ?Sized)) -> impl fmt::Display {
    Shown(text.as_ref())
}

struct Shown<'a>(&'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shows = |letter: char| letter == '\n' || !is_control(letter);
        self.0.to_string_lossy().chars().try_for_each(|letter| match shows(letter) {
            true => f.write_char(letter),
            false => write!(f, "{}", letter.escape_debug()),
        })
    }
}

/// Controls of Unicode, and what turns the direction of text or hides in it.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
