//! Kernels of a short-time Fourier transform.

use std::f64::consts::PI;
use std::sync::OnceLock;

use candle_core::Shape;

use crate::error::{Error, Result};
use crate::number::check;

/// Which half of the complex transform a kernel computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// Cosines.
    Real,
    /// Sines, negative as in `e^{−iωt}`.
    Imaginary,
}

/// The window over the frame, named as `scipy.signal.windows` names it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Window {
    /// All ones, without scaling: Keras's `None`.
    Boxcar,
    /// `0.5 − 0.5·cos`.
    Hann,
    /// `0.54 − 0.46·cos`.
    Hamming,
    /// `0.42 − 0.5·cos + 0.08·cos 2`.
    Blackman,
    /// Flat with cosine flanks, which take this share of the frame, 0 to 1.
    Tukey(f64),
}

/// What the kernels are divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scaling {
    /// 1.
    None,
    /// The window's Euclidean norm.
    Density,
    /// The sum of the window.
    Spectrum,
}

/// `w[t]·cos(2πtb/F)` or `−w[t]·sin(2πtb/F)` in bin `b` of a convolution `(bins, 1, frame)`, with
/// `F = 2·(bins − 1)`, divided by a norm of the window.
///
/// Keras's `STFT` initializer in candle's layout; `periodic` as there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stft {
    /// Real or imaginary part.
    pub side: Side,
    /// The window.
    pub window: Window,
    /// The norm.
    pub scaling: Scaling,
    /// A window that continues periodically, rather than a symmetric one.
    pub periodic: bool,
}

impl Default for Stft {
    /// Keras's defaults: real, Hann, density, symmetric.
    fn default() -> Self {
        Self { side: Side::Real, window: Window::Hann, scaling: Scaling::Density, periodic: false }
    }
}

impl Stft {
    /// The value at each index of a shape.
    pub(crate) fn formula(self, shape: &Shape) -> Result<impl Fn(usize) -> f64 + use<>> {
        let (bins, frame) = match *shape.dims() {
            [bins, 1, frame] if bins > 1 => (bins, frame),
            _ => {
                let required = "a kernel (bins, 1, frame) of 2 bins or more is required";
                return Err(Error::shape("stft", shape, required));
            }
        };
        let (samples, side) = (2 * (bins as u128 - 1), self.side);
        self.window.check()?;
        // Summed with the first value: a plan of any size takes no time.
        let norm = OnceLock::new();
        Ok(move |element: usize| {
            let norm: &f64 = norm.get_or_init(|| self.norm(frame));
            let (bin, time) = (element / frame, element % frame);
            // Reduced to one turn first, exactly, in integers.
            let turn = (bin as u128 * time as u128 % samples) as f64 / samples as f64;
            let wave = match side {
                Side::Real => libm::cos(2.0 * PI * turn),
                Side::Imaginary => -libm::sin(2.0 * PI * turn),
            };
            wave * (self.window.sample(time, frame, self.periodic) / norm)
        })
    }

    /// What the window is divided by; never a vector, which a frame of any length would not have the memory for.
    fn norm(&self, frame: usize) -> f64 {
        let window = (0..frame).map(|t| self.window.sample(t, frame, self.periodic));
        match self.scaling {
            Scaling::None => 1.0,
            Scaling::Density => window.map(|w| w * w).sum::<f64>().sqrt(),
            Scaling::Spectrum => window.sum(),
        }
    }
}

impl Window {
    fn check(self) -> Result<()> {
        match self {
            Self::Tukey(share) => {
                let good = (0.0..=1.0).contains(&share);
                check("the share of tukey", share, good, "a part of the frame, from 0 to 1,").map(|_| ())
            }
            _ => Ok(()),
        }
    }

    fn sample(self, t: usize, frame: usize, periodic: bool) -> f64 {
        let span = if periodic { frame } else { frame.saturating_sub(1) };
        // A window of one sample is that sample.
        if span == 0 || frame == 1 { 1.0 } else { self.at(t as f64 / span as f64) }
    }

    /// The window at `x` from 0 to 1.
    fn at(self, x: f64) -> f64 {
        let cos = |turns: f64| libm::cos(2.0 * PI * turns);
        match self {
            Self::Boxcar => 1.0,
            Self::Hann => 0.5 - 0.5 * cos(x),
            Self::Hamming => 0.54 - 0.46 * cos(x),
            Self::Blackman => 0.42 - 0.5 * cos(x) + 0.08 * cos(2.0 * x),
            Self::Tukey(share) => {
                let edge = x.min(1.0 - x).max(0.0);
                if edge >= share / 2.0 { 1.0 } else { 0.5 - 0.5 * cos(edge / share) }
            }
        }
    }
}
