//! Lists what is known, and completes.

use std::io;

use candle_init::Recipe;
use candle_init_models::Blueprint;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::say;

pub(crate) fn families(name: Option<&str>) -> Result<(), Failure> {
    match name {
        Some(name) => say(Recipe::named(name)?.to_string().trim_end()),
        None => {
            say("A config.json of these model types is enough:")?;
            say(wrapped(&Blueprint::model_types()))?;
            say("\nThese have a recipe too; give names and shapes by --like or --shapes:")?;
            let known = Blueprint::model_types();
            let others: Vec<_> =
                Recipe::families().into_iter().filter(|name| !known.contains(name)).collect();
            say(wrapped(&others))
        }
    }
}

/// Names on lines of 80 letters.
fn wrapped(names: &[&str]) -> String {
    let mut lines = vec![String::from(" ")];
    for name in names {
        if lines.last().is_some_and(|line| line.len() + name.len() > 79) {
            lines.push(" ".into());
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(name);
        }
    }
    lines.join("\n")
}

pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "candle-init", &mut text);
    Ok(io::Write::write_all(&mut io::stdout().lock(), &text)?)
}
