//! Text of others, such as names in files, as a terminal can show it.

use std::fmt::{self, Write};
use std::path::Path;

/// A text or a path that prints with its control characters escaped, line ends among them: what a file calls its tensors must
/// neither move the cursor of whoever reads an error nor begin a line of its own.
///
/// ```
/// use candle_init_checkpoint::shown;
/// assert_eq!(shown("a\u{1b}[2J\0é\nall is well").to_string(), r"a\u{1b}[2J\0é\nall is well");
/// ```
pub fn shown(text: &(impl AsRef<Path> + ?Sized)) -> impl fmt::Display {
    Shown(text.as_ref())
}

struct Shown<'a>(&'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.to_string_lossy().chars().try_for_each(|letter| match is_control(letter) {
            true => write!(f, "{}", letter.escape_debug()),
            false => f.write_char(letter),
        })
    }
}

/// Controls of Unicode, and what turns the direction of text or hides in it.
fn is_control(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
