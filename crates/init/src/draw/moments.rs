//! Mean and standard deviation.

/// The mean and the standard deviation of a parameter's values: expected, or measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, zero or positive (of measured values: divided by n).
    pub std: f64,
}
