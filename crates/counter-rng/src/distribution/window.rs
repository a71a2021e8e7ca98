//! A window on the standard normal: its probability and its moments.

/// `Φ(z)`, by the complementary error function, so that small tails keep their digits.
pub(crate) fn lower_tail(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// `φ(z)`, zero at the infinities.
fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// A number just below the quantile of `p`, by halving: for bounds, and seldom.
fn quantile_below(p: f64) -> f64 {
    const HALVINGS: usize = 50;
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        *(if lower_tail(middle) < p { &mut low } else { &mut high }) = middle;
    }
    low
}

/// A truncation window on the standard normal, with the tails that it leaves out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    alpha: f64,
    beta: f64,
    /// `Φ(α)`: what is cut off below.
    pub(crate) below: f64,
    /// `1 − Φ(β)`: what is cut off above.
    pub(crate) above: f64,
    /// `Φ(β) − Φ(α)`.
    pub(crate) probability: f64,
}

impl Window {
    pub(crate) fn new(mean: f64, std: f64, lo: f64, up: f64) -> Self {
        let (alpha, beta) = ((lo - mean) / std, (up - mean) / std);
        let (below, above) = (lower_tail(alpha), lower_tail(-beta));
        // Subtract the small tails, never two numbers next to one.
        let probability = match (alpha > 0.0, beta < 0.0) {
            (true, _) => lower_tail(-alpha) - above,
            (_, true) => lower_tail(beta) - below,
            _ => 1.0 - below - above,
        };
        Self { alpha, beta, below, above, probability }
    }

    /// Where the quantiles of the window's outermost words lie, if the outermost of a whole normal have this probability
    /// on their far side: a word's own tail is mapped into the window.
    pub(crate) fn reach(&self, tail: f64) -> (f64, f64) {
        let rest = tail * self.probability;
        (quantile_below(self.below + rest), -quantile_below(self.above + rest))
    }

    /// Mean and variance of the standard normal inside the window.
    ///
    /// A narrow window is integrated, because the closed form cancels there.
    pub(crate) fn moments(&self) -> (f64, f64) {
        if self.beta - self.alpha < 1.0 { self.integrated() } else { self.closed_form() }
    }

    /// `mean = (φ(α)−φ(β))/P`, `variance = 1 + (αφ(α)−βφ(β))/P − mean²`
    /// (Johnson, Kotz, Balakrishnan, "Continuous Univariate Distributions", vol. 1, 13.10.1).
    fn closed_form(&self) -> (f64, f64) {
        let at = |z: f64| if z.is_finite() { (density(z), z * density(z)) } else { (0.0, 0.0) };
        let ((f_a, zf_a), (f_b, zf_b)) = (at(self.alpha), at(self.beta));
        let mean = (f_a - f_b) / self.probability;
        (mean, 1.0 + (zf_a - zf_b) / self.probability - mean * mean)
    }

    /// Simpson's rule on 256 panels of a window at most one wide: error below 1e-12.
    fn integrated(&self) -> (f64, f64) {
        const PANELS: u32 = 256;
        let (centre, width) = (0.5 * (self.alpha + self.beta), self.beta - self.alpha);
        let mut sums = [0.0; 3];
        for i in 0..=PANELS {
            let t = width * (f64::from(i) / f64::from(PANELS) - 0.5);
            let simpson = if i == 0 || i == PANELS { 1.0 } else { f64::from(2 + 2 * (i % 2)) };
            // Relative to the centre: the common factor drops out of the quotient.
            let weight = simpson * (-t * (centre + 0.5 * t)).exp();
            sums = [sums[0] + weight, sums[1] + weight * t, sums[2] + weight * t * t];
        }
        let mean = sums[1] / sums[0];
        (centre + mean, sums[2] / sums[0] - mean * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_and_closed_forms_meet() {
        for alpha in [-5.0, -1.3, -0.5, 0.0, 0.7, 3.0] {
            let window = Window::new(0.0, 1.0, alpha, alpha + 1.0);
            let ((m, v), (mean, variance)) = (window.closed_form(), window.integrated());
            assert!((m - mean).abs() < 1e-9, "{alpha}: {m} {mean}");
            assert!((v - variance).abs() < 1e-8, "{alpha}: {v} {variance}");
        }
    }
}
