//! Kernels of a short-time Fourier transform.

use std::f64::consts::PI;
use std::sync::OnceLock;

use candle_core::Shape;

use crate::error::{Error, Result};

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
        // Made with the first value: a plan of any size takes no memory.
        let scaled = OnceLock::new();
        Ok(move |element: usize| {
            let window: &Vec<f64> = scaled.get_or_init(|| self.scaled_window(frame));
            let (bin, time) = (element / frame, element % frame);
            // Reduced to one turn first, exactly, in integers.
            let turn = (bin as u128 * time as u128 % samples) as f64 / samples as f64;
            let wave = match side {
                Side::Real => libm::cos(2.0 * PI * turn),
                Side::Imaginary => -libm::sin(2.0 * PI * turn),
            };
            wave * window[time]
        })
    }

    /// The window over its norm.
    fn scaled_window(&self, frame: usize) -> Vec<f64> {
        let window = self.window.samples(frame, self.periodic);
        let norm = match self.scaling {
            Scaling::None => 1.0,
            Scaling::Density => window.iter().map(|w| w * w).sum::<f64>().sqrt(),
            Scaling::Spectrum => window.iter().sum(),
        };
        window.into_iter().map(|w| w / norm).collect()
    }
}

impl Window {
    fn samples(self, frame: usize, periodic: bool) -> Vec<f64> {
        let span = if periodic { frame } else { frame.saturating_sub(1) };
        // A window of one sample is that sample.
        (0..frame)
            .map(|t| if span == 0 || frame == 1 { 1.0 } else { self.at(t as f64 / span as f64) })
            .collect()
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
