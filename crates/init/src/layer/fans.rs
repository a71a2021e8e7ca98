//! Fans: how many terms each output sums, and how many outputs each input feeds.

use candle_core::Shape;

use crate::error::{Error, Result};
use crate::layer::Layer;

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
    /// | gates | `(n·h, i)` | `i` | `h` |
    /// | axes | any | `∏input·∏kernel` | `∏output·∏kernel` |
    /// | as PyTorch | `(a, b, k…)` | `b·∏k` | `a·∏k` |
    ///
    /// candle and PyTorch differ in three places: they do not divide the fan-out by the groups, they swap the
    /// fans of a transposed convolution, and they ignore strides.
    ///
    /// # Errors
    /// [`Error::Layer`] where the kind does not describe the shape.
    pub fn new(shape: &Shape, layer: Layer) -> Result<Self> {
        let refuse = |required| Error::Layer { layer, shape: shape.clone(), required };
        if let Layer::Axes(axes) = layer {
            return axes.fans(shape.dims()).map_err(refuse);
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
            Layer::Gates { gates } => (columns, rows / gates as f64),
        };
        Ok(Self { fan_in, fan_out })
    }
}
