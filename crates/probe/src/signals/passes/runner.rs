//! A model that is run on one batch again and again, and its layers' outputs each time.

use std::rc::Rc;

use candle_core::{Tensor, Var};

use crate::error::{Error, Result};
use crate::signals::layers::layer::layers;
use crate::signals::layers::spot::{Spot, spot};
use crate::signals::passes::batch::checked;
use crate::signals::passes::blame::blame;
use crate::signals::record::flow::Flow;
use crate::signals::record::tape::Tape;

/// A forward pass of a model, as its user gives it.
pub(crate) type Forward<'a> = dyn Fn(&Tensor) -> candle_core::Result<Tensor> + 'a;

/// A model with a batch.
pub(crate) struct Runner<'a> {
    parameters: &'a [(String, Var)],
    forward: &'a Forward<'a>,
    input: Tensor,
    map: Option<Map>,
    passes: usize,
}

/// Where the layers stand on a tape of tensors of these shapes.
struct Map {
    shapes: Vec<Vec<usize>>,
    /// Which of all tensors are on the tape that was read.
    places: Vec<usize>,
    spots: Rc<[Spot]>,
}

/// One forward pass.
pub(crate) struct Pass {
    /// What the model gave.
    pub(crate) result: Tensor,
    tensors: Vec<Tensor>,
    spots: Rc<[Spot]>,
}

impl<'a> Runner<'a> {
    /// A model that is given `batch`.
    ///
    /// # Errors
    /// [`Error::Batch`] for a batch that is empty or not finite.
    pub(crate) fn new(
        parameters: &'a [(String, Var)],
        batch: &Tensor,
        forward: &'a Forward<'a>,
    ) -> Result<Self> {
        Ok(Self { parameters, forward, input: checked(batch)?, map: None, passes: 0 })
    }

    /// How often the model was run.
    pub(crate) fn passes(&self) -> usize {
        self.passes
    }

    /// Runs the model. Its tape is read in full the first time only: a pass with tensors of the same shapes in the
    /// same order has its layers at the same indices.
    ///
    /// # Errors
    /// [`Error::Forward`] where it fails; what candle says of reading values.
    pub(crate) fn run(&mut self) -> Result<Pass> {
        self.passes += 1;
        let result = (self.forward)(&self.input).map_err(|cause| {
            let location = blame(&cause, &[], &[], self.parameters);
            Error::Forward { location, cause }
        })?;
        let tensors = Tape::tensors(&result);
        let shapes = tensors.iter().map(|tensor| tensor.dims().to_vec()).collect();
        let map = match self.map.take().filter(|map| map.shapes == shapes) {
            Some(map) => map,
            None => self.read(&result, shapes)?,
        };
        let tensors = map.places.iter().filter_map(|place| tensors.get(*place).cloned()).collect();
        let pass = Pass { result, tensors, spots: map.spots.clone() };
        self.map = Some(map);
        Ok(pass)
    }

    fn read(&self, result: &Tensor, shapes: Vec<Vec<usize>>) -> Result<Map> {
        let flow = Flow::new(Tape::read(result), &self.input, self.parameters);
        let places = flow.tape().places().to_vec();
        let layers = layers(&flow, self.parameters)?;
        let spots = layers.into_iter().map(|layer| spot(&flow, layer, self.parameters)).collect();
        Ok(Map { shapes, places, spots })
    }
}

impl Pass {
    /// The layers, in the order in which the signal meets them.
    pub(crate) fn spots(&self) -> &[Spot] {
        &self.spots
    }

    /// The output of the layer of this name, before its activation; none where this pass has no such layer.
    pub(crate) fn output(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(self.spots.iter().find(|spot| spot.name == name)?.output)
    }

    /// What the layer of this name reads, where that is one tensor.
    pub(crate) fn input(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(self.spots.iter().find(|spot| spot.name == name)?.reads?)
    }
}
