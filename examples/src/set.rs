//! Labelled images as tensors on the device, and the order in which training sees them.

use candle_core::{Device, Result, Tensor};
use candle_init::counter_rng::Stream;
use rand::seq::SliceRandom;

use crate::data::Images;

/// Images and labels on a device.
#[derive(Clone, Debug)]
pub struct Set {
    /// One row an image.
    pub images: Tensor,
    /// One class an image, as `u32`.
    pub labels: Tensor,
}

impl Set {
    /// Copies `images` to `device`.
    ///
    /// # Errors
    /// As candle's own operations, for example a device that ran out of memory.
    pub fn new(images: &Images, device: &Device) -> Result<Self> {
        let labels: Vec<u32> = images.labels.iter().map(|&label| u32::from(label)).collect();
        Ok(Self {
            images: Tensor::from_slice(&images.pixels, (images.len(), images.size), device)?,
            labels: Tensor::new(labels, device)?,
        })
    }

    /// How many images there are.
    ///
    /// # Errors
    /// If the labels are no vector, which [`Set::new`] never makes.
    pub fn count(&self) -> Result<usize> {
        self.labels.dims1()
    }

    /// The images at `indices`, in that order.
    ///
    /// # Errors
    /// As candle's own operations.
    pub fn pick(&self, indices: &[u32]) -> Result<Self> {
        let indices = Tensor::new(indices, self.labels.device())?;
        Ok(Self {
            images: self.images.index_select(&indices, 0)?,
            labels: self.labels.index_select(&indices, 0)?,
        })
    }

    /// Up to `count` images from `start` on.
    ///
    /// # Errors
    /// As candle's own operations.
    pub fn slice(&self, start: usize, count: usize) -> Result<Self> {
        let count = count.min(self.count()?.saturating_sub(start));
        Ok(Self {
            images: self.images.narrow(0, start, count)?,
            labels: self.labels.narrow(0, start, count)?,
        })
    }
}

/// The order of `count` images in an epoch: the same for the same seed, whatever ran before.
#[must_use]
pub fn shuffled(count: usize, seed: u64, epoch: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.shuffle(&mut Stream::new(seed, &format!("batches.epoch{epoch}")).rng());
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pick_and_slice_keep_pairs_together() {
        let images = Images { pixels: vec![0., 1., 2., 3.], labels: vec![4, 5, 6, 7], size: 1 };
        let set = Set::new(&images, &Device::Cpu).unwrap();
        let picked = set.pick(&[3, 1]).unwrap();
        assert_eq!(picked.images.to_vec2::<f32>().unwrap(), [[3.], [1.]]);
        assert_eq!(picked.labels.to_vec1::<u32>().unwrap(), [7, 5]);
        assert_eq!(set.slice(3, 9).unwrap().count().unwrap(), 1);
    }

    #[test]
    fn an_epoch_sees_every_image_once_in_its_own_order() {
        let (first, second) = (shuffled(100, 1, 1), shuffled(100, 1, 2));
        assert_eq!(first, shuffled(100, 1, 1));
        assert_ne!(first, second);
        let mut sorted = second;
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..100));
    }
}
