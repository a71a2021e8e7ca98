//! Sines and cosines of positions.

use candle_core::Shape;

use crate::error::{Error, Result};

/// A table of positions by channels, `sin` and `cos` of `p·10000^(−i/n)` at row `p` for the frequencies `i` from 0 on
/// (Vaswani et al., NeurIPS 2017, arXiv:1706.03762, section 3.5).
///
/// Peers differ in where a frequency's sine and cosine stand, and in whether the slowest wave is 10000 long (`n` is
/// `d/2 − 1`: tensor2tensor, Whisper) or a step shorter (`n` is `d/2`: the paper, Marian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sinusoids {
    /// Where the sine and the cosine of a frequency stand.
    pub order: Order,
    /// Whether the last frequency is `1/10000` itself.
    pub last: bool,
}

/// Where the sine and the cosine of a frequency stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// All sines, then all cosines: Marian, Pegasus, Whisper.
    Halves,
    /// Side by side: the paper, DistilBERT.
    Pairs,
}

impl Sinusoids {
    /// The value of each element.
    pub(crate) fn formula(self, shape: &Shape) -> Result<impl Fn(usize) -> f64 + use<>> {
        let &[_, channels] = shape.dims() else {
            return Err(Error::shape("sinusoids", shape, "a matrix of positions by channels is required"));
        };
        let least = if self.last { 4 } else { 1 };
        if channels < least {
            return Err(Error::shape("sinusoids", shape, format!("at least {least} channels are required")));
        }
        let frequencies = channels.div_ceil(2);
        let steps = if self.last { (channels / 2 - 1) as f64 } else { channels as f64 / 2.0 };
        Ok(move |element: usize| {
            let (position, channel) = (element / channels, element % channels);
            let (is_sine, i) = match self.order {
                Order::Halves => (channel < frequencies, channel % frequencies),
                Order::Pairs => (channel % 2 == 0, channel / 2),
            };
            let angle = position as f64 * libm::pow(10_000.0, -(i as f64) / steps);
            if is_sine { libm::sin(angle) } else { libm::cos(angle) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second position's angles are `10000^(−i/n)`: of four channels 1 and 1/100, or 1 and 1/10000.
    #[test]
    fn the_second_position_has_the_frequencies() {
        let (one, slow, last) = (1.0_f64, 1e-2_f64, 1e-4_f64);
        for (order, is_last, expected) in [
            (Order::Pairs, false, [one.sin(), one.cos(), slow.sin(), slow.cos()]),
            (Order::Halves, false, [one.sin(), slow.sin(), one.cos(), slow.cos()]),
            (Order::Halves, true, [one.sin(), last.sin(), one.cos(), last.cos()]),
        ] {
            let value = Sinusoids { order, last: is_last }.formula(&Shape::from((2, 4))).unwrap();
            for (channel, expected) in expected.iter().enumerate() {
                assert!((value(4 + channel) - expected).abs() < 1e-15, "{order:?} {channel}");
            }
        }
    }
}
