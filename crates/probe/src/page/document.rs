//! A page as one document.

use std::path::Path;

use maud::{DOCTYPE, PreEscaped, html};

use crate::error::Result;
use crate::figure::drawn::Figure;
use crate::figure::words::clean;
use crate::page::rich::rich;
use crate::page::section::Section;
use crate::whole::write_whole;

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing runs, whatever the page is made of.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A page: a title, a sentence on what it is, and sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    title: String,
    lead: String,
    sections: Vec<Section>,
}

impl Page {
    /// A page without sections.
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// With what stands below the title.
    #[must_use]
    pub fn lead(self, lead: impl Into<String>) -> Self {
        Self { lead: lead.into(), ..self }
    }

    /// With one more section.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.sections.push(section);
        self
    }

    /// The page's figures, in order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(Section::figures)
    }

    /// The page as one document of HTML.
    #[must_use]
    pub fn to_html(&self) -> String {
        let title = clean(&self.title);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    // Without it a browser asks the server for one.
                    link rel="icon" href="data:,";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        header { h1 { (title) } @if !self.lead.is_empty() { p { (rich(&self.lead)) } } }
                        @for section in &self.sections { (section.html()) }
                    }
                }
            }
        }
        .into_string()
    }

    /// Writes the page to `path`, whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) if the path cannot be written; what stood there stays as it was.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write_whole(path, &self.to_html())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::card::{Card, Tone};
    use crate::page::table::Table;

    #[test]
    fn every_text_is_escaped() {
        let bad = "</title></style><script>alert('\"&')</script>\u{0}";
        let table = Table::new(bad, [bad]).row([bad]);
        let card = Card::new(Tone::Fault, bad).place(bad).text(bad).fact(bad, bad);
        let section = Section::new(bad).text(bad).table(table).card(card);
        let html = Page::new(bad).lead(bad).section(section).to_html();
        assert!(!html.contains("<script") && !html.contains('\0'), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 15);
        assert_eq!(html.matches("</style>").count(), 1);
    }

    #[test]
    fn a_page_that_cannot_be_written_leaves_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("no-such-folder").join("page.html");
        let error = Page::new("title").save(&path).unwrap_err().to_string();
        assert!(error.contains("page.html") && error.contains("can be written"), "{error}");
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    }
}
