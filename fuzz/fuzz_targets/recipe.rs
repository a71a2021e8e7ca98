//! A recipe of one's own and, after a line `---`, a config.json: what it says is printed as a file has it, and read back.
#![no_main]

use candle_init::Recipe;
use candle_init_fuzz::{halves, says_something, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((toml, config)) = text(bytes).map(halves) else { return };
    match Recipe::parse(toml, config) {
        Err(error) => says_something(&error),
        Ok(recipe) => {
            let again = Recipe::parse(&format!("family = \"again\"\n{recipe}"), "{}");
            let again = again.unwrap_or_else(|error| panic!("{error}\nof {recipe}"));
            assert_eq!(rules(&again), rules(&recipe));
        }
    }
});

/// What it says, without the comments around.
fn rules(recipe: &Recipe) -> Vec<String> {
    let text = recipe.to_string();
    text.lines().filter(|line| !line.starts_with('#')).map(String::from).collect()
}
