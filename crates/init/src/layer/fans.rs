//! Fans: how many terms each output sums, and how many outputs each input feeds.

use candle_core::Shape;

use crate::error::{Error, Result};
use crate::layer::kind::Layer;

/// Fan-in and fan-out of a weight. A stride can make them fractions.
///
/// ```
/// use candle_core::Shape;
/// use candle_init::{Fans, Layer};
/// let depthwise = Fans::new(&Shape::from((32, 1, 3, 3)), Layer::conv(32))?;
/// assert_eq!(depthwise, Fans { fan_in: 9.0, fan_out: 9.0 });
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fans {
    /// Terms summed into one output.
    pub fan_in: f64,
    /// Outputs that one input feeds.
    pub fan_out: f64,
}

impl Fans {
    /// The fans of a weight of `shape` in a `layer`.
    ///
    /// | layer | shape | fan-in | fan-out |
    /// |---|---|---|---|
    /// | linear, embedding | `(o, i)` | `i` | `o` |
    /// | convolution | `(o, i/g, k…)` | `i/g·∏k` | `o/g·∏k/∏stride` |
    /// | transposed | `(i, o/g, k…)` | `i/g·∏k/∏stride` | `o/g·∏k` |
    /// | gates, packed | `(n·h, i)` | `i` | `h` |
    /// | axes | any | `∏input·∏kernel` | `∏output·∏kernel` |
    /// | as PyTorch | `(a, b, k…)` | `b·∏k` | `a·∏k` |
    ///
    /// candle and PyTorch differ in three places: they do not divide the fan-out by the groups, they swap the
    /// fans of a transposed convolution, and they ignore strides.
    ///
    /// # Errors
    /// [`Error::Shape`] where the kind does not describe the shape.
    pub fn new(shape: &Shape, layer: Layer) -> Result<Self> {
        let refuse = |required: &str| Error::shape(layer, shape, required);
        if let Layer::Axes(axes) = layer {
            let (fan_in, fan_out) = axes.fans(shape.dims()).map_err(refuse)?;
            return Ok(Self { fan_in, fan_out });
        }
        let [rows, columns, kernel @ ..] = shape.dims() else {
            return Err(refuse("a weight has rank 2 or more"));
        };
        layer.admits(*rows, kernel.len()).map_err(refuse)?;
        let taps = kernel.iter().map(|&k| k as f64).product::<f64>();
        let (rows, columns) = (*rows as f64, *columns as f64);
        let sites = |stride: usize| (stride as f64).powf(kernel.len() as f64);
        let (fan_in, fan_out) = match layer {
            Layer::Linear | Layer::Embedding => (columns, rows),
            Layer::Axes(_) | Layer::AsPyTorch => (columns * taps, rows * taps),
            Layer::Conv { groups, stride } => (columns * taps, rows / groups as f64 * taps / sites(stride)),
            Layer::ConvTranspose { groups, stride } => {
                (rows / groups as f64 * taps / sites(stride), columns * taps)
            }
            Layer::Gates { gates: parts } | Layer::Packed { matrices: parts } => {
                (columns, rows / parts as f64)
            }
        };
        Ok(Self { fan_in, fan_out })
    }
}

impl Layer {
    /// Whether a tensor with this many rows and kernel axes can belong to the layer, else what it needs.
    fn admits(self, rows: usize, kernel_axes: usize) -> Result<(), &'static str> {
        let divides = |parts: usize| parts > 0 && rows.is_multiple_of(parts);
        match self {
            Self::Linear | Self::Embedding | Self::Gates { .. } | Self::Packed { .. } if kernel_axes > 0 => {
                Err("a matrix is required")
            }
            Self::Conv { .. } | Self::ConvTranspose { .. } if kernel_axes == 0 => {
                Err("a kernel axis is required after the two channel axes")
            }
            Self::Conv { groups, .. } | Self::ConvTranspose { groups, .. } if !divides(groups) => {
                Err("the groups must divide the first dimension")
            }
            Self::Conv { stride: 0, .. } | Self::ConvTranspose { stride: 0, .. } => {
                Err("a stride of at least 1 is required")
            }
            Self::Gates { gates } if !divides(gates) => Err("the gates must divide the first dimension"),
            Self::Packed { matrices } if !divides(matrices) => {
                Err("the matrices must divide the first dimension")
            }
            _ => Ok(()),
        }
    }
}
