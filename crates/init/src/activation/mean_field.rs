//! The mean-field picture: how the size of a signal, and the angle between two, pass through a deep, wide
//! net.
//!
//! Poole et al., "Exponential expressivity in deep neural networks through transient chaos", 2016,
//! arXiv:1606.05340; Schoenholz et al., "Deep information propagation", 2017, arXiv:1611.01232.

use crate::activation::budget::Budget;
use crate::activation::error::{Error, Result};
use crate::activation::examined::Examined;
use crate::activation::function::ScalarFunction;
use crate::activation::moment::{Slopes, TARGET, slope_moment_at, slopes_at, square, square_of};
use crate::activation::pair::{Of, pair};
use crate::activation::pieces::{Measure, Pieces};
use crate::activation::roots::{root, settle};

/// Within this of one, a slope is one: the error of an integral is far below.
const CRITICAL: f64 = 1e-9;
/// Depth scales a signal stays alive for (Schoenholz et al. 2017).
const SCALES: f64 = 6.0;

/// A wide net of equal layers `h′ = W·f(h) + b`, with weights of variance `σ_w²/fan_in` and biases of
/// variance `σ_b²`.
///
/// A *variance* here is the second moment `q` of a layer's pre-activations, and a *correlation* `c` is that of the
/// pre-activations of two inputs of the same variance.
///
/// Each method calls the function a million times (2²⁰) at most, or does as much work on polynomials of it, and
/// `chi` counts by itself; what can be missed of a closure is said at [`Estimate`](crate::activation::Estimate), in
/// standard deviations of the variance that is asked about. The maps have ten digits, and `chi` of a closure six.
///
/// ```
/// use candle_init::activation::{Activation, MeanField};
/// let ordered = MeanField::new(Activation::Tanh, 1.2, 0.1)?;
/// let q = ordered.fixed_point()?;
/// assert!((ordered.variance_map(q)? - q).abs() < 1e-9);
/// assert!(ordered.chi(q)? < 1.0);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanField<F> {
    function: F,
    weight_variance: f64,
    bias_variance: f64,
}

/// The net for which `q` is a fixed point of the variance with `χ₁ = 1`: the edge of chaos, where a signal
/// and its
/// gradient pass through any depth (Schoenholz et al. 2017).
///
/// `σ_w² = 1/E[f′(√q·z)²]` and `σ_b² = q − σ_w²·E[f(√q·z)²]`.
///
/// ```
/// use candle_init::init;
/// use candle_init::activation::{Activation, critical};
/// let edge = critical(Activation::Tanh, 0.5)?;
/// let weights = init::LECUN_NORMAL.times(edge.weight_std());
/// let biases = candle_init::Init::Randn { mean: 0.0, stdev: edge.bias_std() };
/// assert!((edge.chi(0.5)? - 1.0).abs() < 1e-9 && (edge.variance_map(0.5)? - 0.5).abs() < 1e-9);
/// # let _ = (weights, biases);
/// # Ok::<(), candle_init::activation::Error>(())
/// ```
///
/// # Errors
/// [`Error::NoCriticalPoint`] where the bias variance would be negative, [`Error::Number`] for a `q`
/// that is not
/// positive, [`Error::Gated`], and those of [`gain`](fn@crate::gain).
pub fn critical<F: ScalarFunction>(function: F, q: f64) -> Result<MeanField<F>> {
    positive("the variance", q)?;
    let unit = MeanField::new(function, 1.0, 0.0)?;
    let weight_variance = unit.chi(q)?.recip();
    let bias_variance = q - weight_variance * unit.variance_map(q)?;
    // Rounding must not refuse the homogeneous ones, whose bias variance is zero.
    let bias_variance = if bias_variance.abs() <= CRITICAL * q { 0.0 } else { bias_variance };
    if bias_variance < 0.0 {
        return Err(Error::NoCriticalPoint { variance: q, bias_variance });
    }
    Ok(MeanField { weight_variance, bias_variance, ..unit })
}

/// The relative variance, over nets, of the second moment of a ReLU net's activations: `(1 + 5/n)^L − 1`, about
/// `exp(5L/n) − 1`, for `L` layers of `n` units each and normal weights.
///
/// A layer multiplies the mean square of that moment by `1 + (E[f⁴]/E[f²]² − 1)/n`, and `E[f⁴]/E[f²]²` of a ReLU is 6. That the
/// spread grows with the exponential of `Σ 1/n`, for other symmetric weights too: Hanin and Rolnick 2018, arXiv:1803.01719.
///
/// One finite net is not its expectation: thirty layers of 512 units spread by a third.
///
/// ```
/// assert!((candle_init::activation::relu_spread(512, 30) - 0.338).abs() < 1e-3);
/// ```
#[must_use]
pub fn relu_spread(width: usize, layers: usize) -> f64 {
    (layers as f64 * (5.0 / width as f64).ln_1p()).exp_m1()
}

impl<F: ScalarFunction> MeanField<F> {
    /// A net of this activation, weight variance `σ_w²` (times `1/fan_in`) and bias variance `σ_b²`.
    ///
    /// # Errors
    /// [`Error::Number`] unless `σ_w² > 0` and `σ_b² ≥ 0` are finite; [`Error::Gated`].
    pub fn new(function: F, weight_variance: f64, bias_variance: f64) -> Result<Self> {
        if function.is_gated() {
            return Err(Error::Gated);
        }
        positive("the weight variance", weight_variance)?;
        if bias_variance != 0.0 {
            positive("the bias variance", bias_variance)?;
        }
        Ok(Self { function, weight_variance, bias_variance })
    }

    /// `σ_w`: what `LECUN_NORMAL` is multiplied by.
    #[must_use]
    pub fn weight_std(&self) -> f64 {
        self.weight_variance.sqrt()
    }

    /// `σ_b`: the biases' standard deviation.
    #[must_use]
    pub fn bias_std(&self) -> f64 {
        self.bias_variance.sqrt()
    }

    /// The next layer's variance: `V(q) = σ_w²·E[f(√q·z)²] + σ_b²` (Poole et al. 2016, eq. 3).
    ///
    /// # Errors
    /// [`Error::Number`] for a `q` that is not positive, and those of [`gain`](fn@crate::gain).
    pub fn variance_map(&self, q: f64) -> Result<f64> {
        self.examine(|f| self.variance(f, q))
    }

    fn variance(&self, f: &Examined<'_>, q: f64) -> Result<f64> {
        positive("the variance", q)?;
        Ok(self.weight_variance.mul_add(square(f, q)?.value, self.bias_variance))
    }

    /// Does something with the function, within one budget.
    fn examine<T>(&self, work: impl FnOnce(&Examined<'_>) -> Result<T>) -> Result<T> {
        let (value, budget) = (|z| self.function.value(z), Budget::new());
        work(&Examined::new(&value, self.function.kinks(), &budget))
    }

    /// The variance that a start of `q` settles at, by layers; `q` itself where the map keeps it.
    ///
    /// For a map that keeps every variance, such as that of ReLU at `σ_w² = 2`, this is the start.
    ///
    /// # Errors
    /// [`Error::NoFixedPoint`] where it never settles, and those of
    /// [`MeanField::variance_map`].
    pub fn fixed_point_from(&self, q: f64) -> Result<f64> {
        self.examine(|f| settle(|q| self.variance(f, q), q))
    }

    /// The fixed point `q*` that a variance of one settles at.
    ///
    /// # Errors
    /// As [`MeanField::fixed_point_from`].
    pub fn fixed_point(&self) -> Result<f64> {
        self.fixed_point_from(1.0)
    }

    /// The next layer's correlation at variance `q`: `(σ_w²·E[f(u)·f(v)] + σ_b²)/V(q)`, for normal `u`, `v`
    /// of variance `q` and correlation `c` (Poole et al. 2016, eq. 5).
    ///
    /// # Errors
    /// [`Error::Number`] for a `c` outside of [−1, 1], and those of [`MeanField::variance_map`].
    pub fn correlation_map(&self, q: f64, c: f64) -> Result<f64> {
        self.examine(|f| self.at(f, q)?.correlation(c))
    }

    /// The function at one variance, for any number of correlations.
    fn at<'f>(&self, f: &'f Examined<'_>, q: f64) -> Result<Pairs<'f>> {
        positive("the variance", q)?;
        let pieces = f.pieces(q.sqrt(), Measure::Square, TARGET)?;
        let moment = square_of(&pieces, q.sqrt())?.value;
        Ok(Pairs {
            pieces,
            q,
            moment,
            weight: self.weight_variance,
            bias: self.bias_variance,
            budget: f.budget(),
        })
    }

    /// The correlation that two inputs of variance `q` settle at: one where `χ₁ ≤ 1`, and below it in chaos.
    ///
    /// The map is convex in `c` and goes through (1, 1), so from zero to one there is one other crossing at
    /// most.
    ///
    /// # Errors
    /// As [`MeanField::correlation_map`].
    pub fn correlation_fixed_point(&self, q: f64) -> Result<f64> {
        let chi = self.chi(q)?;
        if chi <= 1.0 + CRITICAL {
            return Ok(1.0);
        }
        // Over `1 − c`, which takes the root at one away and leaves `1 − χ₁` there, of which the sign counts.
        self.examine(|f| {
            let pairs = self.at(f, q)?;
            let excess = |c| {
                if c == 1.0 { Ok((1.0 - chi).max(-1.0)) } else { Ok((pairs.correlation(c)? - c) / (1.0 - c)) }
            };
            // An odd function without biases keeps zero, and rounding must not send it below.
            if excess(0.0)? <= CRITICAL { Ok(0.0) } else { root(excess, 1.0, 0.0) }
        })
    }

    /// `χ₁ = σ_w²·E[f′(√q·z)²]`: what a layer does to a gradient's second moment, and to a small angle
    /// (Schoenholz et al. 2017). It is infinite for a function that jumps.
    ///
    /// # Errors
    /// As [`MeanField::variance_map`], of the derivative.
    pub fn chi(&self, q: f64) -> Result<f64> {
        positive("the variance", q)?;
        match slope_moment_at(&self.function, q, &Budget::new()) {
            Err(Error::Jump { .. }) => Ok(f64::INFINITY),
            moment => Ok(self.weight_variance * moment?.value),
        }
    }

    /// The slope of the variance map, `V′(q) = σ_w²·E[f(√q·z)²·(z² − 1)]/2q`.
    ///
    /// # Errors
    /// As [`MeanField::variance_map`].
    pub fn variance_slope(&self, q: f64) -> Result<f64> {
        positive("the variance", q)?;
        let pieces = self.examine(|f| f.pieces(q.sqrt(), Measure::Square, TARGET))?;
        let slope = pieces.integral(|x, weighted| weighted * weighted * (x * x / q - 1.0));
        Ok(self.weight_variance * slope / (2.0 * q * q.sqrt()))
    }

    /// The slope of the correlation map at `c`: `σ_w²·E[f′(u)·f′(v)]·q/V(q)`; at a fixed point of the
    /// variance the last factor is one (Schoenholz et al. 2017). At `c = 1` it is `χ₁·q/V(q)`.
    ///
    /// # Errors
    /// As [`MeanField::correlation_map`], and [`Error::Jump`] at `c = −1` for a function that jumps.
    pub fn correlation_slope(&self, q: f64, c: f64) -> Result<f64> {
        correlation(c)?;
        let next = self.variance_map(q)?;
        if c == 1.0 {
            return Ok(self.chi(q)? * q / next);
        }
        let (sigma, budget) = (q.sqrt(), Budget::new());
        let product = |slopes: &Pieces| -> Result<f64> {
            Ok(q * pair(slopes, sigma, c, Of::Product, square_of(slopes, sigma)?.value, &budget)?)
        };
        let slope = match slopes_at(&self.function, q, &budget)? {
            Slopes::Finite(slopes) => product(&slopes)?,
            Slopes::Jumps { at, .. } if c == -1.0 => return Err(Error::Jump { at }),
            Slopes::Jumps { pieces, .. } => pair(&pieces, sigma, c, Of::Slope, next, &budget)?,
        };
        Ok(self.weight_variance * slope / next)
    }

    /// `ξ_q = −1/ln|V′(q*)|`: layers in which a variance comes e times nearer to its fixed point; infinite
    /// where it does
    /// not (Schoenholz et al. 2017).
    ///
    /// # Errors
    /// As [`MeanField::variance_map`].
    pub fn variance_depth(&self, q: f64) -> Result<f64> {
        Ok(depth_scale(self.variance_slope(q)?))
    }

    /// `ξ_c = −1/ln χ`: layers in which a correlation comes e times nearer to its fixed point, `χ` being the
    /// slope there;
    /// infinite at the edge of chaos (Schoenholz et al. 2017).
    ///
    /// # Errors
    /// As [`MeanField::correlation_map`].
    pub fn correlation_depth(&self, q: f64) -> Result<f64> {
        let chi = self.chi(q)?;
        if chi <= 1.0 + CRITICAL {
            return Ok(depth_scale(chi));
        }
        Ok(depth_scale(self.correlation_slope(q, self.correlation_fixed_point(q)?)?))
    }

    /// About how many layers can be trained: `6·ξ_c` at the fixed point of the variance (Schoenholz et al.
    /// 2017).
    /// Beyond it two inputs have become one, or strangers.
    ///
    /// ```
    /// use candle_init::activation::{Activation, MeanField};
    /// let depth = MeanField::new(Activation::Tanh, 1.0, 0.05)?.trainable_depth()?;
    /// assert!((10.0..60.0).contains(&depth));
    /// # Ok::<(), candle_init::activation::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`MeanField::fixed_point`] and [`MeanField::correlation_map`].
    pub fn trainable_depth(&self) -> Result<f64> {
        Ok(SCALES * self.correlation_depth(self.fixed_point()?)?)
    }
}

/// The correlation map at one variance.
struct Pairs<'f> {
    pieces: Pieces,
    q: f64,
    /// `E[f(√q·z)²]`.
    moment: f64,
    weight: f64,
    bias: f64,
    budget: &'f Budget,
}

impl Pairs<'_> {
    fn next(&self) -> f64 {
        self.weight.mul_add(self.moment, self.bias)
    }

    fn correlation(&self, c: f64) -> Result<f64> {
        correlation(c)?;
        let product = if c == 1.0 {
            self.moment
        } else {
            pair(&self.pieces, self.q.sqrt(), c, Of::Product, self.moment, self.budget)?
        };
        Ok(self.weight.mul_add(product, self.bias) / self.next())
    }
}

fn depth_scale(slope: f64) -> f64 {
    if slope.abs() >= 1.0 - CRITICAL { f64::INFINITY } else { -slope.abs().ln().recip() }
}

fn positive(what: &'static str, value: f64) -> Result<()> {
    let good = value > 0.0 && value.is_finite();
    if good {
        Ok(())
    } else {
        Err(Error::Number { parameter: what, value, required: "a positive, finite number" })
    }
}

fn correlation(c: f64) -> Result<()> {
    let good = (-1.0..=1.0).contains(&c);
    let (what, required) = ("the correlation", "a number from -1 to 1");
    if good { Ok(()) } else { Err(Error::Number { parameter: what, value: c, required }) }
}
