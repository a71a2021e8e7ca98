//! Faults that are planted in a net.

use candle_core::{Result, Tensor, Var};
use candle_init::named_vars;
use candle_nn::VarMap;

/// A fault: in which parameters, and what it does to them.
#[derive(Clone, Copy, Debug)]
pub struct Plant {
    /// What it is.
    pub what: &'static str,
    /// The parameters, by the parts that their names contain; all of rank 2 and more where it is empty.
    pub names: &'static [&'static str],
    /// What happens to them.
    pub harm: fn(&Tensor) -> Result<Tensor>,
}

impl Plant {
    /// Plants it.
    ///
    /// # Errors
    /// What candle says; a net without such a parameter.
    pub fn into(&self, vars: &VarMap) -> Result<()> {
        let named = named_vars(vars);
        let meant = named.iter().filter(|(name, var)| self.means(name, var)).collect::<Vec<_>>();
        if meant.is_empty() {
            candle_core::bail!("no parameter is meant by {:?}", self.names);
        }
        meant.into_iter().try_for_each(|(_, var)| var.set(&(self.harm)(&var.as_detached_tensor())?))
    }

    fn means(&self, name: &str, var: &Var) -> bool {
        match self.names {
            [] => var.rank() > 1,
            names => names.iter().any(|part| name.contains(part)),
        }
    }
}

/// What can be planted in any net: in all of its weights, and in those that `middle` means.
pub(super) const fn anywhere(middle: &'static [&'static str]) -> [Plant; 9] {
    [
        Plant { what: "all weights zero", names: &[], harm: zeros },
        Plant { what: "all weights one number", names: &[], harm: constant },
        Plant { what: "all weights × 30", names: &[], harm: thirtyfold },
        Plant { what: "all weights / 30", names: &[], harm: thirtieth },
        Plant { what: "a NaN", names: middle, harm: nan },
        Plant { what: "one weight zero", names: middle, harm: zeros },
        Plant { what: "one weight one number", names: middle, harm: constant },
        Plant { what: "one weight × 30", names: middle, harm: thirtyfold },
        Plant { what: "one weight / 30", names: middle, harm: thirtieth },
    ]
}

/// All zeros.
pub(super) fn zeros(w: &Tensor) -> Result<Tensor> {
    w.zeros_like()
}

/// All one number.
pub(super) fn constant(w: &Tensor) -> Result<Tensor> {
    w.ones_like()? * 0.05
}

/// Far below zero, where ReLU is off.
pub(super) fn off(b: &Tensor) -> Result<Tensor> {
    b - 100.0
}

/// Nine of ten far below zero.
pub(super) fn most_off(b: &Tensor) -> Result<Tensor> {
    let value = |i: usize| if i.is_multiple_of(10) { 0f32 } else { -100.0 };
    Tensor::from_iter((0..b.elem_count()).map(value), b.device())
}

/// Below zero by what a normalized unit hardly ever reaches.
pub(super) fn minus_six(b: &Tensor) -> Result<Tensor> {
    b - 6.0
}

/// One value is no number.
pub(super) fn nan(w: &Tensor) -> Result<Tensor> {
    let mut values = w.flatten_all()?.to_vec1::<f32>()?;
    if let Some(last) = values.last_mut() {
        *last = f32::NAN;
    }
    Tensor::from_vec(values, w.shape(), w.device())
}

/// Thirty times too large.
pub(super) fn thirtyfold(w: &Tensor) -> Result<Tensor> {
    w * 30.0
}

/// Thirty times too small.
pub(super) fn thirtieth(w: &Tensor) -> Result<Tensor> {
    w * (1.0 / 30.0)
}

/// Where tanh and the sigmoid are flat.
pub(super) fn far(b: &Tensor) -> Result<Tensor> {
    let value = |i: usize| if i.is_multiple_of(2) { 20f32 } else { -20.0 };
    Tensor::from_iter((0..b.elem_count()).map(value), b.device())?.reshape(b.shape())
}
