//! Each claim's line in three libraries, in tabs.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::facts::Facts;

/// The lines as `scripts/lesson-peers` reads them, too.
pub(super) const TONGUES: &str = include_str!("page/tongues.json");

/// A start in three libraries, and what it gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tongue {
    /// Its name.
    pub name: String,
    /// The line in candle-init.
    pub candle: String,
    /// The same as a text form.
    pub text: String,
    /// The line in `tf.keras`, for a variable of this `shape` turned around.
    pub keras: String,
    /// The line in PyTorch, for a tensor `w` of this `shape`.
    pub torch: String,
    /// Outputs and inputs.
    pub shape: (usize, usize),
    /// The standard deviation that all three give.
    pub std: f64,
    /// Above this no value lies, where there is such a bound.
    pub bound: Option<f64>,
    /// Where a library gives something else, what.
    #[serde(default)]
    pub differs: String,
}

/// All of them, in the order of the file.
///
/// # Errors
/// If `page/tongues.json` is malformed.
pub fn tongues() -> Result<Vec<Tongue>> {
    serde_json::from_str(TONGUES).context("page/tongues.json")
}

/// Tabs by the name `tongue.NAME`.
pub(super) fn tell(facts: &mut Facts) -> Result<()> {
    for tongue in tongues()? {
        facts.html(format!("tongue.{}", tongue.name), tabs(&tongue));
    }
    Ok(())
}

fn tabs(tongue: &Tongue) -> String {
    let libraries = [
        ("candle", "candle-init", &tongue.candle),
        ("keras", "tf.keras", &tongue.keras),
        ("torch", "PyTorch", &tongue.torch),
    ];
    let name = &tongue.name;
    let button = |(index, (id, title, _)): (usize, &(&str, &str, &String))| {
        let checked = if index == 0 { " checked" } else { "" };
        format!(
            "<input type=\"radio\" name=\"tongue-{name}\" id=\"{name}-{id}\" value=\"{id}\"{checked}>\
             <label for=\"{name}-{id}\">{title}</label>"
        )
    };
    let buttons: String = libraries.iter().enumerate().map(button).collect();
    let panel = |(id, title, line): &(&str, &str, &String)| {
        format!(
            "<pre class=\"{id}\" tabindex=\"0\" aria-label=\"{title}\"><code>{}</code></pre>",
            escaped(line)
        )
    };
    let panels: String = libraries.iter().map(panel).collect();
    format!(
        "<fieldset class=\"tongues\"><legend class=\"unseen\">Library</legend>{buttons}{panels}{}</fieldset>",
        said(tongue)
    )
}

/// What the lines give, in words; of zeros there is nothing to say.
fn said(tongue: &Tongue) -> String {
    if tongue.std == 0.0 {
        return String::new();
    }
    let (outputs, inputs) = tongue.shape;
    let bound = tongue.bound.map(|bound| format!(", no value beyond ±{}", four(bound))).unwrap_or_default();
    let differs = if tongue.differs.is_empty() { String::new() } else { format!(" {}", tongue.differs) };
    format!(
        "<p class=\"said\">For {inputs} inputs and {outputs} outputs: standard deviation {}{bound}.{differs}</p>",
        four(tongue.std)
    )
}

fn escaped(line: &str) -> String {
    line.replace('&', "&amp;").replace('<', "&lt;")
}

/// Up to four decimals: enough for what a program prints to be told from another.
fn four(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
