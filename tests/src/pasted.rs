//! The lines that an error proposes, as a user would paste them.

use candle_init::{Initializer, Rule, Uncovered, init};

/// The initializer with the proposed rules, in the order of the message.
///
/// # Errors
/// A line that proposes what no user could paste.
pub fn pasted(start: Initializer, message: &str) -> candle_init::Result<Initializer> {
    let mut lines = message.split(".rule(").skip(1).filter_map(|line| line.split_once("\", "));
    lines.try_fold(start, |start, (pattern, rest)| {
        let pattern = pattern.trim_start_matches('"').replace("\\\\", "\\");
        Ok(start.rule(&pattern, expression(rest)?))
    })
}

/// The value of `init::normal(0.0, 0.02))…`, or of a text form in quotes.
fn expression(text: &str) -> candle_init::Result<Rule> {
    if let Some((text, _)) = text.strip_prefix('"').and_then(|text| text.split_once('"')) {
        return text.parse();
    }
    let text = text.strip_prefix("init::").unwrap_or(text);
    let known: [(&str, Rule); 15] = [
        ("ZEROS)", init::ZEROS.into()),
        ("ONES)", init::ONES.into()),
        ("HE_NORMAL)", init::HE_NORMAL.into()),
        ("GLOROT_UNIFORM)", init::GLOROT_UNIFORM.into()),
        ("PYTORCH_UNIFORM)", init::PYTORCH_UNIFORM.into()),
        ("mamba_a_log())", init::mamba_a_log()),
        ("mamba_dt_bias(0.001, 0.1, 1e-4)?)", init::mamba_dt_bias(0.001, 0.1, 1e-4)?),
        ("constant(2.6592))", init::constant(2.6592).into()),
        ("constant(0.01))", init::constant(0.01).into()),
        ("constant(1e-6))", init::constant(1e-6).into()),
        ("constant(1e-5))", init::constant(1e-5).into()),
        ("normal(0.0, 0.02))", init::normal(0.0, 0.02).into()),
        ("normal(0.0, 1.0))", init::normal(0.0, 1.0).into()),
        ("uniform(0.0, 1.0))", init::uniform(0.0, 1.0).into()),
        ("constant(1.0))", init::constant(1.0).into()),
    ];
    let found = known.into_iter().find(|(start, _)| text.starts_with(start));
    // What is no known expression is no text form either, and the error names it.
    found.map_or_else(|| text.parse(), |(_, rule)| Ok(rule))
}

/// The message that lists these parameters.
#[must_use]
pub fn message(parameters: Vec<Uncovered>) -> String {
    candle_init::Error::Uncovered { parameters }.to_string()
}
