//! Adaptive Gauss–Kronrod integration over panels, with QUADPACK's error estimate.

use crate::error::Error;
use crate::error::Result;

/// A number that was computed, and how far off it can be.
///
/// ```
/// let moment = candle_init::second_moment(f64::sin)?;
/// let exact = (1.0 - (-2.0_f64).exp()) / 2.0;
/// assert!((moment.value - exact).abs() <= moment.error && moment.error < 1e-12);
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// A bound on its absolute error, from the difference of two rules on every panel.
    pub error: f64,
}

/// Abscissae of the 15-point Kronrod rule on [−1, 1], largest first, with their weights, and the weights of the
/// 7-point Gauss rule at every second of them (QUADPACK, Piessens et al. 1983, `qk15`).
#[rustfmt::skip]
const NODES: [(f64, f64, f64); 8] = [
    (0.991_455_371_120_812_6, 0.022_935_322_010_529_224, 0.0),
    (0.949_107_912_342_758_5, 0.063_092_092_629_978_56, 0.129_484_966_168_869_7),
    (0.864_864_423_359_769_1, 0.104_790_010_322_250_19, 0.0),
    (0.741_531_185_599_394_4, 0.140_653_259_715_525_92, 0.279_705_391_489_276_64),
    (0.586_087_235_467_691_1, 0.169_004_726_639_267_9, 0.0),
    (0.405_845_151_377_397_2, 0.190_350_578_064_785_4, 0.381_830_050_505_118_9),
    (0.207_784_955_007_898_47, 0.204_432_940_075_298_9, 0.0),
    (0.0, 0.209_482_141_084_727_82, 0.417_959_183_673_469_4),
];

/// Panels beyond this many are a function that no quadrature will see through.
const PANELS: usize = 40_000;
/// Halvings of one panel: enough for any integrable power at its edge.
const ROUNDS: usize = 110;

/// One panel's integral, its error, and the integral of the absolute value.
#[derive(Clone, Copy, Debug)]
struct Panel {
    ends: (f64, f64),
    value: f64,
    error: f64,
    size: f64,
}

impl Panel {
    fn new(h: &impl Fn(f64) -> Result<f64>, ends: (f64, f64)) -> Result<Self> {
        let (middle, half) = (ends.0.midpoint(ends.1), (ends.1 - ends.0) / 2.0);
        let (mut kronrod, mut gauss, mut size) = (0.0, 0.0, 0.0);
        let mut seen = [(0.0, 0.0); 15];
        for (i, &(node, weight, gauss_weight)) in NODES.iter().enumerate() {
            let sides: &[f64] = if node == 0.0 { &[0.0] } else { &[-1.0, 1.0] };
            for (j, side) in sides.iter().enumerate() {
                let value = h(side.mul_add(node * half, middle))?;
                kronrod += weight * value;
                gauss += gauss_weight * value;
                size += weight * value.abs();
                seen[2 * i + j] = (weight, value);
            }
        }
        let mean = kronrod / 2.0;
        let spread: f64 = seen.iter().map(|(weight, value)| weight * (value - mean).abs()).sum();
        let error = half * error_estimate((kronrod - gauss).abs(), spread, size);
        Ok(Self { ends, value: half * kronrod, error, size: half * size })
    }

    fn split(&self, h: &impl Fn(f64) -> Result<f64>) -> Result<[Self; 2]> {
        let middle = self.ends.0.midpoint(self.ends.1);
        Ok([Self::new(h, (self.ends.0, middle))?, Self::new(h, (middle, self.ends.1))?])
    }
}

/// QUADPACK's: the rules' difference, sharpened where they are close, and not below rounding.
fn error_estimate(difference: f64, spread: f64, size: f64) -> f64 {
    let sharp =
        if spread > 0.0 { spread * (200.0 * difference / spread).powf(1.5).min(1.0) } else { difference };
    sharp.max(8.0 * f64::EPSILON * size)
}

/// An integral over panels, with the integral of the absolute value in all and beyond `far`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Integral {
    pub(crate) estimate: Estimate,
    pub(crate) size: f64,
    pub(crate) far: f64,
}

/// The error that is good enough: `relative` of the integral of `|h|`, or `absolute`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) relative: f64,
    pub(crate) absolute: f64,
}

/// Integrates `h` between the first and the last of `edges`, halving panels until the error meets the `goal`.
pub(crate) fn integrate(
    h: impl Fn(f64) -> Result<f64>,
    edges: &[f64],
    goal: Goal,
    far: f64,
) -> Result<Integral> {
    let mut panels =
        edges.windows(2).map(|ends| Panel::new(&h, (ends[0], ends[1]))).collect::<Result<Vec<_>>>()?;
    for _ in 0..ROUNDS {
        let total = total(&panels, far);
        let goal = goal.absolute.max(goal.relative * total.size);
        if total.estimate.error <= goal {
            return Ok(total);
        }
        if panels.len() > PANELS || !total.size.is_finite() {
            break;
        }
        let share = goal / panels.len() as f64;
        let coarse = panels.extract_if(.., |p| p.error > share).collect::<Vec<_>>();
        for panel in coarse {
            panels.extend(panel.split(&h)?);
        }
    }
    let Estimate { value, error } = total(&panels, far).estimate;
    Err(Error::NotConverged { value, error })
}

fn total(panels: &[Panel], far: f64) -> Integral {
    let sum = |part: fn(&Panel) -> f64| panels.iter().map(part).sum::<f64>();
    let outer = panels.iter().filter(|p| p.ends.0 >= far || p.ends.1 <= -far);
    Integral {
        estimate: Estimate { value: sum(|p| p.value), error: sum(|p| p.error) },
        size: sum(|p| p.size),
        far: outer.map(|p| p.size).sum(),
    }
}
