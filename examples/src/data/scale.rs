//! One shift and one factor for all pixels, taken from the training images alone.

use super::images::Images;

/// Maps the training pixels to mean 0 and standard deviation 1.
///
/// One scale for the whole image: a scale of its own for each pixel would blow up those at the
/// border, which are almost always 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    mean: f64,
    std: f64,
}

impl Scale {
    /// The scale of `train`, or the pixels' one value if they do not differ.
    ///
    /// # Errors
    /// The common value of all pixels.
    pub(super) fn of(train: &Images) -> Result<Self, f32> {
        let count = train.pixels.len().max(1) as f64;
        let mean = train.pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / count;
        let square = |&pixel: &f32| (f64::from(pixel) - mean).powi(2);
        let std = (train.pixels.iter().map(square).sum::<f64>() / count).sqrt();
        if std > 0. { Ok(Self { mean, std }) } else { Err(mean as f32) }
    }

    /// Rescales `images` in place.
    pub(super) fn apply(self, images: &mut Images) {
        for pixel in &mut images.pixels {
            *pixel = ((f64::from(*pixel) - self.mean) / self.std) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaled_pixels_are_standard() {
        let mut images = Images { pixels: vec![0., 4., 8., 4.], labels: vec![0, 1], size: 2 };
        Scale::of(&images).unwrap().apply(&mut images);
        let root = 2f32.sqrt();
        assert_eq!(images.pixels, [-root, 0., root, 0.]);
    }

    #[test]
    fn blank_images_have_no_scale() {
        let blank = Images { pixels: vec![3.; 4], labels: vec![0, 1], size: 2 };
        assert_eq!(Scale::of(&blank), Err(3.));
    }
}
