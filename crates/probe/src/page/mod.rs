//! Pages of HTML: one file that needs no network and no script, in the reader's light or dark scheme.
//!
//! Every text is escaped, so names may hold anything. Text between backticks is set as code.
//!
//! ```
//! use candle_init_probe::page::{Page, Section, Table};
//! let table = Table::new("Gains", ["activation", "gain"]).row(["relu", "1.414"]);
//! let section = Section::new("Gains").text("What keeps a signal's size, `1/√E[f(z)²]`.").table(table);
//! let html = Page::new("Notes").section(section).to_html();
//! assert!(html.contains("<code>1/√E[f(z)²]</code>") && !html.contains("<script"));
//! ```

pub(crate) mod card;
pub(crate) mod document;
mod rich;
pub(crate) mod section;
pub(crate) mod table;

pub use card::{Card, Tone};
pub use document::Page;
pub use section::Section;
pub use table::Table;
