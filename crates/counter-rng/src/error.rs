//! What can be wrong with a distribution, a range or a dtype.

/// Reason a distribution cannot be made or a range cannot be filled.
///
/// Every message names what was asked, what is required and the way out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A parameter of a distribution is NaN or infinite.
    #[error("{parameter} is {value}: a finite number is required")]
    NotFinite {
        /// The parameter, such as `std`.
        parameter: &'static str,
        /// What was asked.
        value: f64,
    },
    /// A standard deviation is negative.
    #[error("std is {std}: a standard deviation is zero or positive; did you mean {}?", -std)]
    NegativeStd {
        /// What was asked.
        std: f64,
    },
    /// A truncated normal without a spread has no window to fall into.
    #[error("std is 0: a truncated normal needs std > 0; use a constant distribution for a fixed value")]
    ZeroStd,
    /// The lower bound lies above the upper one, or a truncation leaves no interval.
    #[error("the interval [{lo}, {up}] is empty: give a lower bound below the upper one")]
    EmptyInterval {
        /// Lower bound asked.
        lo: f64,
        /// Upper bound asked.
        up: f64,
    },
    /// A truncation window holds too little of the normal's probability to be drawn from.
    #[error(
        "a normal with mean {mean} and std {std} falls into [{lo}, {up}] with probability \
         {probability:.1e}, below 2^-32: move the window towards the mean, or use a uniform distribution"
    )]
    ImprobableWindow {
        /// Mean of the normal that is cut.
        mean: f64,
        /// Standard deviation of the normal that is cut.
        std: f64,
        /// Lower bound asked.
        lo: f64,
        /// Upper bound asked.
        up: f64,
        /// What the window holds.
        probability: f64,
    },
    /// No value of the dtype lies inside the bounds.
    #[error("no {dtype} value lies in [{lo}, {up}]: widen the bounds or use a wider dtype")]
    NothingBetween {
        /// The dtype asked.
        dtype: &'static str,
        /// Lower bound asked.
        lo: f64,
        /// Upper bound asked.
        up: f64,
    },
    /// The distribution reaches values that the dtype cannot hold.
    #[error(
        "the distribution reaches {value:?}, beyond the largest {dtype}, {max:?}: use a smaller distribution or a wider dtype"
    )]
    Overflow {
        /// The dtype asked.
        dtype: &'static str,
        /// The largest magnitude the distribution gives.
        value: f64,
        /// The largest finite value of the dtype.
        max: f64,
    },
    /// A single value that is not zero would round to zero.
    #[error("every value is {value:e}, which {dtype} rounds to zero: use a larger value or a wider dtype")]
    Underflow {
        /// The dtype asked.
        dtype: &'static str,
        /// The value asked.
        value: f64,
    },
    /// The values of the dtype lie too far apart for the distribution: rounding would change its standard deviation by
    /// more than 5 %, up to a tensor of zeros.
    #[error(
        "rounding to {dtype} would turn the std of {std:.4e} into {rounded:.4e}, more than 5 % off: use a larger std or a wider \
         dtype"
    )]
    SpreadLost {
        /// The dtype asked.
        dtype: &'static str,
        /// The standard deviation asked, after a cut where there is one.
        std: f64,
        /// The standard deviation that the values would have.
        rounded: f64,
    },
    /// A range of elements ends past 2^64.
    #[error("{count} elements from index {start} end past 2^64: start lower")]
    IndexOverflow {
        /// First element asked.
        start: u64,
        /// Number of elements asked.
        count: u64,
    },
    /// The memory for the values could not be had.
    #[error("no memory for {count} elements of {dtype}: ask for a smaller range, or fill slice by slice")]
    OutOfMemory {
        /// Number of elements asked.
        count: u64,
        /// The dtype asked.
        dtype: &'static str,
    },
}
