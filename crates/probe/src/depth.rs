//! How far a signal may shrink or grow on its way through a net.

/// Where the limits of a signal's size come from.
pub(crate) const SOURCE: &str = "a thousandfold, or six standard deviations of a net of this width and depth where that is more (Hanin and Rolnick 2018)";
