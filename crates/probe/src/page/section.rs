//! A part of a page: a heading, and sentences, figures, tables and remarks in any order.

use maud::{Markup, html};

use crate::figure::drawn::Figure;
use crate::figure::words::clean;
use crate::page::card::Card;
use crate::page::rich::rich;
use crate::page::table::Table;

/// A part of a page.
///
/// ```
/// use candle_init_probe::figure::LineChart;
/// use candle_init_probe::page::{Card, Section, Tone};
/// let section = Section::new("Zeros")
///     .card(Card::new(Tone::Fault, "every neuron is the same"))
///     .text("A sentence.")
///     .figure(&LineChart::default());
/// # let _ = section;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    heading: String,
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq)]
enum Block {
    Text(String),
    Code(String),
    Figures(Vec<Figure>),
    Table(Table),
    Card(Card),
}

impl Section {
    /// A section with nothing under its heading.
    #[must_use]
    pub fn new(heading: impl Into<String>) -> Self {
        Self { heading: heading.into(), blocks: Vec::new() }
    }

    /// With one more paragraph.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(Block::Text(text.into()))
    }

    /// With one more block of code.
    #[must_use]
    pub fn code(self, code: impl Into<String>) -> Self {
        self.with(Block::Code(code.into()))
    }

    /// With one more figure; figures that follow each other stand side by side where there is room.
    #[must_use]
    pub fn figure(mut self, figure: impl Into<Figure>) -> Self {
        if let Some(Block::Figures(figures)) = self.blocks.last_mut() {
            figures.push(figure.into());
            return self;
        }
        let figures = vec![figure.into()];
        self.with(Block::Figures(figures))
    }

    /// With one more table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.with(Block::Table(table))
    }

    /// With one more remark.
    #[must_use]
    pub fn card(self, card: Card) -> Self {
        self.with(Block::Card(card))
    }

    /// Its figures, in order.
    pub(super) fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.blocks
            .iter()
            .flat_map(|block| if let Block::Figures(figures) = block { figures.as_slice() } else { &[] })
    }

    fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    pub(super) fn html(&self) -> Markup {
        html! {
            section {
                @if !self.heading.is_empty() { h2 { (clean(&self.heading)) } }
                @for block in &self.blocks { (block.html()) }
            }
        }
    }
}

impl Block {
    fn html(&self) -> Markup {
        html! {
            @match self {
                Self::Text(text) => p { (rich(text)) },
                Self::Code(code) => pre tabindex="0" { code { (clean_lines(code)) } },
                Self::Figures(figures) => div.figures { @for figure in figures { (figure.html()) } },
                Self::Table(table) => (table.html()),
                Self::Card(card) => (card.html()),
            }
        }
    }
}

/// [`clean`], but lines stay lines.
fn clean_lines(code: &str) -> String {
    code.lines().map(clean).collect::<Vec<_>>().join("\n")
}
