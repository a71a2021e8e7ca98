//! The page itself: its texts, with what was measured put in, its style and its script.

use anyhow::{Context, Result};

use super::bench::Bench;
use super::digits;
use super::exhibits::NETS;
use super::facts::Facts;
use super::tongues;
use crate::figure::STYLE;

const PAGE: &str = include_str!("page/page.html");
const LOOK: &str = include_str!("page/style.css");

/// A file a section, in order.
const TEXTS: [&str; 15] = [
    include_str!("page/text/01-why.html"),
    include_str!("page/text/02-zeros.html"),
    include_str!("page/text/03-scale.html"),
    include_str!("page/text/04-lab.html"),
    include_str!("page/text/05-derivation.html"),
    include_str!("page/text/06-glorot.html"),
    include_str!("page/text/07-he.html"),
    include_str!("page/text/08-dying.html"),
    include_str!("page/text/09-depth.html"),
    include_str!("page/text/10-gains.html"),
    include_str!("page/text/11-residual.html"),
    include_str!("page/text/12-orthogonal.html"),
    include_str!("page/text/13-sheet.html"),
    include_str!("page/text/14-questions.html"),
    include_str!("page/text/15-sources.html"),
];

/// The page's script, a file a concern, in order: the stream, the nets, pictures, and what the reader handles.
const SCRIPTS: [&str; 6] = [
    include_str!("page/script/stream.js"),
    include_str!("page/script/nets.js"),
    include_str!("page/script/chart.js"),
    include_str!("page/script/lab.js"),
    include_str!("page/script/exhibit.js"),
    include_str!("page/script/page.js"),
];

/// The whole page as HTML.
///
/// # Errors
/// If a text asks for what nothing measured.
pub(super) fn html(bench: &Bench, facts: &mut Facts) -> Result<String> {
    facts.html("seed", bench.seed.to_string());
    facts.html("digits", digits::json(bench)?);
    facts.html("nets", NETS);
    facts.html("style", format!("{STYLE}{LOOK}"));
    facts.html("script", SCRIPTS.join("\n"));
    facts.html("contents", contents());
    tongues::tell(facts)?;
    let texts = TEXTS.iter().map(|text| facts.fill(text)).collect::<Result<Vec<_>>>()?;
    facts.html("texts", texts.join("\n"));
    facts.fill(PAGE).context("page.html")
}

/// The table of contents, from the sections' own anchors and headings; those of the short path are marked.
fn contents() -> String {
    let entry = |text: &&str| {
        let (_, rest) = text.split_once("<section id=\"")?;
        let (anchor, rest) = rest.split_once('"')?;
        let mark = if rest.starts_with(" class=\"path\"") { " <span class=\"mark\">●</span>" } else { "" };
        let (heading, _) = rest.split_once("<h2>")?.1.split_once("</h2>")?;
        Some(format!("<li><a href=\"#{anchor}\">{heading}</a>{mark}</li>"))
    };
    TEXTS.iter().filter_map(entry).collect::<Vec<_>>().join("\n")
}
