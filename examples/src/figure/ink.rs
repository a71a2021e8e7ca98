//! Colours by initializer.

/// The colour of an initializer, the same in every picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// All zeros, or all one number.
    Zeros,
    /// Normal with too small a standard deviation.
    Small,
    /// Normal with too large a standard deviation.
    Large,
    /// Glorot, also called Xavier.
    Glorot,
    /// He, also called Kaiming.
    He,
    /// LeCun.
    Lecun,
    /// The gain that is computed for an activation.
    Gain,
    /// The edge of chaos.
    Edge,
    /// Orthogonal matrices.
    Orthogonal,
    /// What theory says.
    Theory,
}

impl Ink {
    /// The class of its elements in SVG, which `style.css` gives a colour.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Zeros => "ink-zeros",
            Self::Small => "ink-small",
            Self::Large => "ink-large",
            Self::Glorot => "ink-glorot",
            Self::He => "ink-he",
            Self::Lecun => "ink-lecun",
            Self::Gain => "ink-gain",
            Self::Edge => "ink-edge",
            Self::Orthogonal => "ink-orthogonal",
            Self::Theory => "ink-theory",
        }
    }

    /// The ink whose class is `ink-` and `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Zeros,
            Self::Small,
            Self::Large,
            Self::Glorot,
            Self::He,
            Self::Lecun,
            Self::Gain,
            Self::Edge,
            Self::Orthogonal,
            Self::Theory,
        ];
        all.into_iter().find(|ink| ink.class().strip_prefix("ink-") == Some(name))
    }
}
