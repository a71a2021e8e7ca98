//! A reader that has gone, as in `relu | head`.

use std::panic::PanicHookInfo;

/// What a shell reports of a program that a closed pipe has ended.
const BROKEN_PIPE: i32 = 141;

/// Ends the program without a word where nobody reads its output any more: Rust ignores the signal that would have ended
/// it, so that the next `println!` panics instead.
pub fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if is_closed_pipe(panic) {
            std::process::exit(BROKEN_PIPE);
        }
        usual(panic);
    }));
}

fn is_closed_pipe(panic: &PanicHookInfo<'_>) -> bool {
    let text = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
    text.starts_with("failed printing to stdout") && text.contains("Broken pipe")
}
