//! The colours and the sizes of text. A page maps each colour to one of its scheme, by `page/style.css`.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const MUTED: RGBColor = RGBColor(0x5c, 0x5c, 0x5c);
pub(super) const RULE: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);

/// The colours of Okabe and Ito that show on white, distinct to colour-blind readers too.
const SERIES: [RGBColor; 6] = [
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
    RGBColor(0xe6, 0x9f, 0x00),
    RGBColor(0x4d, 0x4d, 0x4d),
];

/// What is drawn as it should be, and what is marked as wrong.
pub(super) const SOUND: RGBColor = RGBColor(0x00, 0x72, 0xb2);
pub(super) const WRONG: RGBColor = RGBColor(0xd5, 0x5e, 0x00);

/// The colour of line number `index`.
pub(super) fn series(index: usize) -> RGBColor {
    SERIES.get(index % SERIES.len()).copied().unwrap_or(INK)
}

/// How text is set.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: i32,
    pub(super) color: RGBColor,
    pub(super) bold: bool,
    pub(super) anchor: HPos,
}

impl Type {
    pub(super) const fn new(size: i32, color: RGBColor) -> Self {
        Self { size, color, bold: false, anchor: HPos::Left }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn anchored(self, anchor: HPos) -> Self {
        Self { anchor, ..self }
    }

    /// Its style, with its vertical middle at the point where it is put.
    pub(super) fn style(self) -> TextStyle<'static> {
        // plotters writes a font size divided by this.
        let size = f64::from(self.size) * 1.24;
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let font = FontDesc::new(FontFamily::SansSerif, size, style);
        TextStyle { color: self.color.to_backend_color(), ..TextStyle::from(font) }
            .pos(Pos::new(self.anchor, VPos::Center))
    }
}
