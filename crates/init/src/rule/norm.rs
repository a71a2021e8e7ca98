//! The norm of another parameter: what weight normalization starts its lengths at.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::rule::definition::{Base, Norm, Other, Rule};

impl Norm {
    /// The same with what the other is.
    ///
    /// # Errors
    /// [`Error::Unresolved`] for a norm of a norm, and for blocks that stand too deep in it.
    pub(crate) fn with(&self, other: Other) -> Result<Self> {
        if matches!(other.rule.base, Base::Norm(_)) {
            return Err(self.unresolved(format!(
                "`{}` is itself the norm of a parameter, and one with values of its own is required",
                self.of
            )));
        }
        if other.rule.depth() >= Rule::DEEPEST {
            return Err(self.unresolved(format!("the blocks of `{}` stand too deep", self.of)));
        }
        Ok(Self { of: self.of.clone(), other: Some(Arc::new(other)) })
    }

    /// That this norm cannot be had, and what is required.
    pub(crate) fn unresolved(&self, required: impl Into<String>) -> Error {
        Error::Unresolved { what: format!("norm_of('{}')", self.of), required: required.into() }
    }

    /// That it names one part of a path, of letters that its text can have.
    pub(crate) fn check(&self) -> Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !self.of.is_empty() && self.of.chars().all(plain) {
            return Ok(());
        }
        Err(self
            .unresolved("the last part of the path of a parameter beside it is required, such as `weight_v`"))
    }
}

impl Rule {
    /// The Euclidean norm of the parameter of this name beside it, along every axis where this parameter has the extent 1
    /// and the other has more: the length `g = ‖v‖` with which weight normalization starts (Salimans & Kingma 2016,
    /// arXiv:1602.07868; PyTorch's `weight_norm`, whose `dim` is the axis that is left).
    ///
    /// ```text
    /// v (out, in, k)    g (out, 1, 1)    g[o] = √Σ v[o, i, j]² over i and j      dim=0
    /// v (out, in, k)    g (1, 1, k)      g[j] = √Σ v[o, i, j]² over o and i      dim=2
    /// v of any shape    g ()             the norm of all                         dim=None
    /// ```
    ///
    /// The values are those of the other as it is drawn in `f32` (`f64` for an `f64` parameter), squared and summed in
    /// `f64` in the order of its elements, and the root is rounded once: seed and names decide them, whether or not the
    /// other is ever made. Shape and rule of the other are known where the model is [planned](crate::Initializer::build);
    /// the rule in a plan, a report or a manifest has them, `norm_of(name='weight_v', shape=[4, 2, 3], rule=he_uniform)`,
    /// and needs nothing else.
    ///
    /// An error when the parameter is asked for: no such parameter, one that is a norm itself, one that a checkpoint gives
    /// (its values are none of the rule's), and shapes that do not go together.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_init::{Initializer, Rule, init};
    /// let (vars, device) = (candle_nn::VarMap::new(), Device::Cpu);
    /// let init = Initializer::new(42)
    ///     .rule("*.weight_v", init::HE_UNIFORM)
    ///     .rule("*.weight_g", Rule::norm_of("weight_v"));
    /// let (g, v) = init.build(&vars, DType::F32, &device, |vb| {
    ///     let vb = vb.pp("conv");
    ///     candle_core::Result::Ok((vb.get((4, 1, 1), "weight_g")?, vb.get((4, 2, 3), "weight_v")?))
    /// })?;
    /// let due = v.sqr()?.sum_keepdim((1, 2))?.sqrt()?;
    /// assert!((g - due)?.abs()?.max_all()?.to_scalar::<f32>()? < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn norm_of(name: impl Into<String>) -> Self {
        Self::of(Base::Norm(Norm { of: name.into().into(), other: None }))
    }
}
