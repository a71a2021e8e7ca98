//! Which layers multiply what they read by a weight: dense ones and convolutions.

use candle_core::{Result, Tensor, Var};
use candle_init::Layer as Kind;

use crate::signals::layers::spot::Spot;
use crate::signals::passes::runner::Pass;
use crate::signals::record::values::{head, precision, values};

/// A layer whose output is its weight times what it reads, plus a bias.
pub(crate) struct Linear {
    /// The layer's name.
    pub(crate) layer: String,
    /// Its weight's full dotted path.
    pub(crate) name: String,
    pub(crate) weight: Var,
    /// The vector beside the weight that has a value for each unit.
    pub(crate) bias: Option<Var>,
    /// How the weight lies in memory.
    pub(crate) kind: Kind,
    /// The axis of the output's units.
    pub(crate) axis: usize,
}

/// The layer at a spot, if it is a linear one.
///
/// # Errors
/// What candle says of reading values.
pub(crate) fn linear(pass: &Pass, spot: &Spot, parameters: &[(String, Var)]) -> Result<Option<Linear>> {
    let own = || spot.parameters.iter().filter_map(|&number| parameters.get(number));
    let mut weights = own().filter(|(_, var)| var.rank() > 1);
    // Of several matrices under one path, such as an LSTM's, none alone makes the output.
    let (Some((name, weight)), None) = (weights.next(), weights.next()) else { return Ok(None) };
    let (read, Some(output)) = (pass.input(&spot.name), pass.output(&spot.name)) else { return Ok(None) };
    let Some((kind, axis)) = kind(weight.dims(), read.map(|read| read.dims()), output.dims()) else {
        return Ok(None);
    };
    let units = output.dims().get(axis).copied();
    let bias = own().map(|(_, var)| var).find(|var| var.rank() == 1 && var.dims().first().copied() == units);
    let (layer, name) = (spot.name.clone(), name.clone());
    let linear = Linear { layer, name, weight: weight.clone(), bias: bias.cloned(), kind, axis };
    let makes = read.map_or(Ok(true), |read| linear.makes(read, output))?;
    Ok(makes.then_some(linear))
}

/// How a weight of these dimensions lies if it makes `output` of `read`, and the axis of the output's units. A table
/// that is added, such as one of positions, makes none of the other.
///
/// What a layer reads is not known after an operation without a backward pass, such as candle's `layer_norm`: then
/// only a matrix that is not square tells a dense layer from a table.
fn kind(weight: &[usize], read: Option<&[usize]>, output: &[usize]) -> Option<(Kind, usize)> {
    match (weight, read) {
        (&[out, inputs], None) if out != inputs && *output.last()? == out => {
            Some((Kind::Linear, output.len() - 1))
        }
        (&[a, b], Some(read)) => {
            let (read, made, axis) = (*read.last()?, *output.last()?, output.len() - 1);
            match (made, read) {
                ends if ends == (a, b) => Some((Kind::Linear, axis)),
                ends if ends == (b, a) => Some((Kind::INPUT_FIRST, axis)),
                _ => None,
            }
        }
        (&[a, b, _, ..], Some(read)) if read.len() == weight.len() && output.len() == weight.len() => {
            convolution([a, b], *read.get(1)?, *output.get(1)?).map(|kind| (kind, 1))
        }
        _ => None,
    }
}

/// The convolution whose weight starts with these dimensions, between these numbers of channels.
fn convolution([a, b]: [usize; 2], read: usize, made: usize) -> Option<Kind> {
    let groups = |whole: usize| whole.checked_div(b).filter(|groups| groups * b == whole);
    match (groups(read), groups(made)) {
        (Some(groups), _) if made == a => Some(Kind::Conv { groups, stride: 1 }),
        (_, Some(groups)) if read == a => Some(Kind::ConvTranspose { groups, stride: 1 }),
        _ => None,
    }
}

/// How many units a dense layer is recognised by.
const COMPARED: usize = 8;

impl Linear {
    /// Whether a variable is the layer's weight or its bias.
    pub(crate) fn owns(&self, var: &Var) -> bool {
        let is = |own: &Var| own.id() == var.id();
        is(&self.weight) || self.bias.as_ref().is_some_and(is)
    }

    /// Whether the first values of `output` are those that a dense layer makes of the first ones of `read`. What a
    /// convolution makes depends on its stride and padding, and is taken on trust.
    fn makes(&self, read: &Tensor, output: &Tensor) -> Result<bool> {
        let &[a, b] = self.weight.dims() else { return Ok(true) };
        let weight = self.weight.as_detached_tensor();
        let rows = if self.kind == Kind::Linear { weight } else { weight.t()? };
        let (inputs, units) = if self.kind == Kind::Linear { (b, a) } else { (a, b) };
        let units = units.min(COMPARED);
        let (weights, read) = (values(&rows.narrow(0, 0, units)?)?, head(read, inputs)?);
        let bias = self.bias.as_ref().map(|bias| head(bias, units)).transpose()?;
        let bias = bias.unwrap_or_else(|| vec![0.0; units]);
        // Values are read as `f32`, whatever the dtype.
        let (precision, output) = (precision(output).max(1e-6), head(output, units)?);
        let rows = weights.chunks_exact(inputs.max(1)).zip(bias).zip(output);
        Ok(rows.into_iter().all(|((row, bias), made)| is_made(row, &read, bias, made, precision)))
    }

    /// The mean of each unit over the batch, shaped to be taken off the output.
    ///
    /// # Errors
    /// What candle says.
    pub(crate) fn unit_means(&self, output: &Tensor) -> Result<Tensor> {
        let others: Vec<usize> = (0..output.rank()).filter(|&axis| axis != self.axis).collect();
        output.mean_keepdim(others)
    }
}

/// Whether `made` is `row·read + bias`, up to rounding. What is not finite proves nothing.
fn is_made(row: &[f32], read: &[f32], bias: f32, made: f32, precision: f64) -> bool {
    let products = row.iter().zip(read).map(|(w, x)| f64::from(*w) * f64::from(*x));
    let (sum, squares) =
        products.fold((f64::from(bias), 0.0), |(sum, squares), p| (sum + p, squares + p * p));
    let far = (sum - f64::from(made)).abs();
    !far.is_finite() || far <= precision * (sum.abs() + 4.0 * squares.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_lies_as_what_is_read_and_made_says() {
        let of = |weight: &[usize], read: &[usize], made: &[usize]| kind(weight, Some(read), made);
        assert_eq!(of(&[3, 5], &[7, 5], &[7, 3]), Some((Kind::Linear, 1)));
        assert_eq!(of(&[3, 5], &[7, 2, 3], &[7, 2, 5]), Some((Kind::INPUT_FIRST, 2)));
        assert_eq!(kind(&[64, 16], None, &[4, 12, 64]), Some((Kind::Linear, 2)));
        let conv = |groups| Kind::Conv { groups, stride: 1 };
        assert_eq!(of(&[8, 4, 3], &[2, 4, 9], &[2, 8, 7]), Some((conv(1), 1)));
        assert_eq!(of(&[8, 1, 3, 3], &[2, 8, 9, 9], &[2, 8, 7, 7]), Some((conv(8), 1)));
        let transposed = Kind::ConvTranspose { groups: 2, stride: 1 };
        assert_eq!(of(&[4, 3, 3], &[2, 4, 9], &[2, 6, 11]), Some((transposed, 1)));
    }

    #[test]
    fn a_dense_unit_is_recognised_by_its_value() {
        let of = |made| is_made(&[1.0, -2.0], &[3.0, 0.5], 0.25, made, 1e-4);
        assert!(of(2.25) && of(2.2501) && of(f32::NAN));
        assert!(!of(2.0) && !of(5.25) && !of(-2.25));
    }

    #[test]
    fn a_table_that_is_added_or_looked_up_is_none() {
        assert_eq!(kind(&[16, 8], Some(&[4, 16, 8]), &[4, 16, 8]), None);
        assert_eq!(kind(&[3, 4, 5], Some(&[7, 5]), &[7, 3]), None);
        assert_eq!(kind(&[3, 0, 1], Some(&[7, 0, 5]), &[7, 3, 5]), None);
        assert_eq!(kind(&[50, 16], None, &[4, 12, 16]), None);
        assert_eq!(kind(&[16, 16], None, &[4, 12, 16]), None);
        assert_eq!(kind(&[3], Some(&[7, 3]), &[7, 3]), None);
    }
}
