//! A table that has more rows than its checkpoint: the old ones to the bit, and new ones below.

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_init_checkpoint as checkpoint;
use counter_rng::product::{Matrix, MatrixMut, add_product};
use counter_rng::{Distribution, Kernel, Purpose};

use crate::draw::loaded::converted;
use crate::draw::parameter::Parameter;
use crate::error::Result;

/// The share of the rows' covariance that new rows have, as transformers has it.
const SHARE: f64 = 1e-9;

/// The old rows, and below them those of `new`, in the parameter's dtype.
pub(crate) fn grown(
    tensor: &checkpoint::Tensor,
    new: &Tensor,
    parameter: &Parameter<'_>,
    device: &Device,
) -> Result<Var> {
    let old = converted(tensor, parameter.dtype)?.to_device(device)?;
    let whole = Tensor::cat(&[&old, &new.to_device(device)?], 0)?;
    Ok(Var::from_tensor(&whole.reshape(parameter.shape)?)?)
}

/// New rows about the mean of the old ones; with `spread`, as far from it as the shared covariance says.
///
/// A row is `m + √(10⁻⁹/n)·z·C` for a row `z` of `n` standard normals, where `C` has the `n` old rows less their mean: its
/// covariance is `10⁻⁹·CᵀC/n`, without a decomposition. Element `(i, j)` of `z` is value `i·n + j` of the parameter's
/// auxiliary stream, and sums have the order of [`add_product`], so the rows are the same on every machine.
pub(crate) fn about_the_mean(
    tensor: &checkpoint::Tensor,
    spread: bool,
    parameter: &Parameter<'_>,
) -> Result<Tensor> {
    let old = tensor.shape().first().copied().unwrap_or(0);
    let rows = parameter.shape.dims().first().copied().unwrap_or(0) - old;
    let row: usize = parameter.shape.dims().iter().skip(1).product();
    let mut centred = converted(tensor, DType::F64)?.flatten_all()?.to_vec1::<f64>()?;
    let mean = mean(&centred, old, row);
    let mut new: Vec<f64> = mean.iter().copied().cycle().take(rows * row).collect();
    if spread && old > 0 && row > 0 {
        centred.chunks_mut(row).for_each(|row| row.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean));
        let normals = Distribution::normal(0.0, (SHARE / old as f64).sqrt())?;
        let normals = parameter.stream(Purpose::Auxiliary).vec::<f64>(&normals, 0..(rows * old) as u64)?;
        let (factors, sums) =
            (Matrix::row_major(&normals, rows, old), MatrixMut::row_major(&mut new, rows, row));
        add_product(Kernel::detect(), sums, factors, Matrix::row_major(&centred, old, row));
    }
    let shape = Shape::from([&[rows], parameter.shape.dims().get(1..).unwrap_or_default()].concat());
    let new = Tensor::from_vec(new, shape, &Device::Cpu)?;
    let new = if parameter.dtype == DType::F8E4M3 { new.to_dtype(DType::F32)? } else { new };
    Ok(new.to_dtype(parameter.dtype)?)
}

/// The mean of the rows, summed from the first to the last.
fn mean(values: &[f64], rows: usize, row: usize) -> Vec<f64> {
    let mut sums = vec![0.0; row];
    for values in values.chunks(row.max(1)) {
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().map(|sum| sum / rows.max(1) as f64).collect()
}
