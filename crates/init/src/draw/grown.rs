//! A table that has more rows than its checkpoint: the old ones to the bit, and new ones below.

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_init_checkpoint as checkpoint;
use counter_rng::product::{Matrix, MatrixMut, add_product};
use counter_rng::{Distribution, Kernel, Purpose};

use crate::draw::loaded::{converted, read, readable};
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
///
/// Old rows are read twice, some at a time: beside the new rows it takes a few megabytes.
pub(crate) fn about_the_mean(
    tensor: &checkpoint::Tensor,
    spread: bool,
    parameter: &Parameter<'_>,
) -> Result<Tensor> {
    readable(tensor, DType::F64)?;
    let old = Old::new(tensor);
    let rows = parameter.shape.dims().first().copied().unwrap_or(0) - old.rows;
    let mean = old.mean()?;
    let mut new: Vec<f64> = mean.iter().copied().cycle().take(rows * old.row).collect();
    if spread && old.rows > 0 && !new.is_empty() {
        old.add_spread(&mean, rows, &mut new, parameter)?;
    }
    let shape = Shape::from([&[rows], parameter.shape.dims().get(1..).unwrap_or_default()].concat());
    let new = Tensor::from_vec(new, shape, &Device::Cpu)?;
    let new = if parameter.dtype == DType::F8E4M3 { new.to_dtype(DType::F32)? } else { new };
    Ok(new.to_dtype(parameter.dtype)?)
}

/// The rows of a tensor as `f64`, some at a time.
struct Old<'a> {
    tensor: &'a checkpoint::Tensor,
    rows: usize,
    /// Values of a row.
    row: usize,
}

/// Values that are held at a time.
const HELD: usize = 1 << 20;

impl<'a> Old<'a> {
    fn new(tensor: &'a checkpoint::Tensor) -> Self {
        let (rows, row) =
            tensor.shape().split_first().map_or((0, 0), |(rows, rest)| (*rows, rest.iter().product()));
        Self { tensor, rows, row }
    }

    /// Calls `see` with the first row of a block, and its values.
    fn blocks(&self, width: usize, mut see: impl FnMut(usize, &mut [f64]) -> Result<()>) -> Result<()> {
        let most = (HELD / width.max(1)).max(1);
        for first in (0..self.rows).step_by(most) {
            let mut values = vec![0.0; most.min(self.rows - first) * self.row];
            read(self.tensor, DType::F64, first * self.row, bytemuck::cast_slice_mut(&mut values))?;
            see(first, &mut values)?;
        }
        Ok(())
    }

    /// The mean of the rows, summed from the first to the last.
    fn mean(&self) -> Result<Vec<f64>> {
        let mut sums = vec![0.0; self.row];
        self.blocks(self.row, |_, values| {
            for values in values.chunks(self.row.max(1)) {
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
            Ok(())
        })?;
        Ok(sums.iter().map(|sum| sum / self.rows.max(1) as f64).collect())
    }

    /// Adds `√(10⁻⁹/n)·z·C` to the new rows. A block of old rows goes on with the chains of the one before it.
    fn add_spread(
        &self,
        mean: &[f64],
        rows: usize,
        new: &mut [f64],
        parameter: &Parameter<'_>,
    ) -> Result<()> {
        let normals = Distribution::normal(0.0, (SHARE / self.rows as f64).sqrt())?;
        let stream = parameter.stream(Purpose::Auxiliary);
        self.blocks(self.row.max(rows), |first, centred| {
            let count = centred.len() / self.row;
            centred
                .chunks_mut(self.row)
                .for_each(|row| row.iter_mut().zip(mean).for_each(|(x, mean)| *x -= mean));
            let mut z = vec![0.0; rows * count];
            for (i, z) in z.chunks_mut(count).enumerate() {
                stream.fill::<f64>(&normals, (i * self.rows + first) as u64, z)?;
            }
            let (factors, sums) =
                (Matrix::row_major(&z, rows, count), MatrixMut::row_major(new, rows, self.row));
            add_product(Kernel::detect(), sums, factors, Matrix::row_major(centred, count, self.row));
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::layer::Layer;

    /// A table of more than one block, beside one product of whole matrices.
    #[test]
    fn blocks_give_the_bits_of_one_product() {
        let (old, row, rows) = (5000, 300, 4);
        let name = format!("candle-init-grown-{}.safetensors", std::process::id());
        let file = std::env::temp_dir().join(name);
        let values: Vec<f32> = (0..old * row).map(|i| ((i * 7919) % 10007) as f32 / 10007.0).collect();
        let header = format!(
            r#"{{"table":{{"dtype":"F32","shape":[{old},{row}],"data_offsets":[0,{}]}}}}"#,
            4 * old * row
        );
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(&file, [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat())
            .unwrap();
        let checkpoint = checkpoint::Checkpoint::open(&file).unwrap();
        let shape = Shape::from((old + rows, row));
        let parameter = Parameter {
            seed: 3,
            name: "table",
            shape: &shape,
            layer: Layer::of_shape(&shape),
            dtype: DType::F64,
        };
        let new = about_the_mean(checkpoint.tensor("table").unwrap(), true, &parameter).unwrap();
        std::fs::remove_file(&file).unwrap();

        let mut mean = vec![0.0; row];
        for values in values.chunks(row) {
            mean.iter_mut().zip(values).for_each(|(sum, value)| *sum += f64::from(*value));
        }
        mean.iter_mut().for_each(|sum| *sum /= old as f64);
        let centred: Vec<_> =
            values.iter().enumerate().map(|(i, value)| f64::from(*value) - mean[i % row]).collect();
        let normals = Distribution::normal(0.0, (SHARE / old as f64).sqrt()).unwrap();
        let z = parameter.stream(Purpose::Auxiliary).vec::<f64>(&normals, 0..(rows * old) as u64).unwrap();
        let mut due: Vec<_> = mean.iter().copied().cycle().take(rows * row).collect();
        let sums = MatrixMut::row_major(&mut due, rows, row);
        let factors = Matrix::row_major(&z, rows, old);
        add_product(Kernel::detect(), sums, factors, Matrix::row_major(&centred, old, row));
        assert!(old * row > HELD);
        assert!(new.flatten_all().unwrap().to_vec1::<f64>().unwrap() == due);
    }
}
