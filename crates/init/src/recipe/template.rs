//! A rule's text with places for numbers: `normal(std={std}).zero_row({pad})`.

use std::str::FromStr;

use crate::error::Result;
use crate::policy::prescription::Prescribed;
use crate::recipe::config::refuse;
use crate::recipe::product::Product;

/// Text and products in turn.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    text: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// With its text, for a message.
    Product(String, Product),
}

impl Template {
    /// The text as it stands in the file.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The names of the numbers in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().flat_map(|piece| match piece {
            Piece::Product(_, product) => product.names().collect::<Vec<_>>(),
            Piece::Text(_) => Vec::new(),
        })
    }

    /// The text with its numbers; `None` if one of them is left out.
    pub(crate) fn filled(&self, of: &mut dyn FnMut(&str) -> Result<Option<f64>>) -> Result<Option<String>> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Product(text, product) => match product.value(of)? {
                    Some(value) if value.is_finite() => filled.push_str(&value.to_string()),
                    Some(value) => {
                        return Err(refuse(format!("makes `{text}` {value}"), "a finite number is required"));
                    }
                    None => return Ok(None),
                },
            }
        }
        Ok(Some(filled))
    }
}

impl FromStr for Template {
    type Err = String;

    /// Reads the places, and the rule as it is with a 1 in each.
    fn from_str(text: &str) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (product, after) = after.split_once('}').ok_or("a `{` is not closed")?;
            pieces.extend([Piece::Text(before.into()), Piece::Product(product.into(), product.parse()?)]);
            rest = after;
        }
        pieces.push(Piece::Text(rest.into()));
        let template = Self { text: text.into(), pieces };
        let ones = template.filled(&mut |_| Ok(Some(1.0))).map_err(|error| error.to_string())?;
        ones.unwrap_or_default().parse::<Prescribed>().map_err(|error| error.to_string())?;
        Ok(template)
    }
}
