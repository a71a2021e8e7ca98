//! What a model asks for, written down, and what an initializer gives to it in any order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Result, Shape, Tensor};
use candle_init::Initializer;
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init as Hint, VarBuilder, VarMap};

use crate::values::bits;

/// Name, shape and hint of one request.
pub type Asked = (String, Shape, Hint);

/// A backend that writes down what a model asks for.
#[derive(Clone, Default)]
struct Requests(Arc<Mutex<Vec<Asked>>>);

impl SimpleBackend for Requests {
    fn get(&self, shape: Shape, name: &str, hint: Hint, dtype: DType, device: &Device) -> Result<Tensor> {
        if let Ok(mut asked) = self.0.lock() {
            asked.push((name.into(), shape.clone(), hint));
        }
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> Result<Tensor> {
        candle_core::bail!("{name} without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        false
    }
}

/// The requests of a constructor, in its order.
///
/// # Errors
/// The constructor's.
pub fn requests(model: impl FnOnce(VarBuilder<'static>) -> Result<()>) -> Result<Vec<Asked>> {
    let requests = Requests::default();
    model(VarBuilder::from_backend(Box::new(requests.clone()), DType::F32, Device::Cpu))?;
    let mut asked = requests.0.lock().map_err(|e| candle_core::Error::Msg(e.to_string()))?;
    Ok(std::mem::take(&mut *asked))
}

/// The bits of each parameter, or what is said instead.
pub type Outcomes = BTreeMap<String, std::result::Result<Vec<u64>, String>>;

/// What an initializer gives, without a plan, to requests in this order.
#[must_use]
pub fn outcomes(init: &Initializer, asked: &[Asked]) -> Outcomes {
    let vb = init.var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
    let outcome = |(name, shape, hint): &Asked| {
        let made = vb.get_with_hints(shape.clone(), name, *hint);
        let values = made.map_err(|e| e.to_string()).and_then(|t| bits(&t).map_err(|e| e.to_string()));
        (name.clone(), values)
    };
    asked.iter().map(outcome).collect()
}
