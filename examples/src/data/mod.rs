//! The data sets: where they come from, how they are split and scaled.

mod digits;
mod error;
mod folder;
mod idx;
mod images;
mod scale;

use std::path::Path;

use candle_init::counter_rng::Stream;
use rand::seq::SliceRandom;

#[doc(hidden)]
pub use digits::parse as digits; // as the fuzz target reads other files of this form
pub use error::DataError;
pub use images::Images;

use scale::Scale;

/// How many of the 1,797 digits are trained on; the other 297 are the test set.
const TRAIN_DIGITS: usize = 1500;

/// A training and a test set, scaled alike.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Where the images come from, for headings.
    pub name: String,
    /// The images to train on.
    pub train: Images,
    /// The images to test on.
    pub test: Images,
}

impl Dataset {
    /// The IDX files of `folder`, or the digits shuffled by `seed` and split if there is none.
    ///
    /// # Errors
    /// Whatever is missing or damaged, by file.
    pub fn load(folder: Option<&Path>, seed: u64) -> Result<Self, DataError> {
        let (name, (train, test)) = match folder {
            Some(folder) => (folder.display().to_string(), folder::read(folder)?),
            None => ("digits".to_owned(), split(&digits::read()?, seed)),
        };
        Self { name, train, test }.scaled()
    }

    fn scaled(mut self) -> Result<Self, DataError> {
        let scale = Scale::of(&self.train).map_err(|value| DataError::Blank(self.name.clone(), value))?;
        scale.apply(&mut self.train);
        scale.apply(&mut self.test);
        Ok(self)
    }
}

fn split(digits: &Images, seed: u64) -> (Images, Images) {
    let mut order: Vec<usize> = (0..digits.len()).collect();
    order.shuffle(&mut Stream::new(seed, "data.shuffle").rng());
    let (train, test) = order.split_at(TRAIN_DIGITS.min(order.len()));
    (digits.pick(train), digits.pick(test))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_split_1500_to_297() {
        let data = Dataset::load(None, 1).unwrap();
        assert_eq!((data.train.len(), data.test.len()), (1500, 297));
    }

    #[test]
    fn the_split_follows_the_seed_and_loses_nothing() {
        let digits = digits::read().unwrap();
        let (train, test) = split(&digits, 1);
        assert_eq!(split(&digits, 1).0, train);
        assert_ne!(split(&digits, 2).0, train);
        let sum = |images: &Images| images.pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>();
        assert_eq!(sum(&train) + sum(&test), sum(&digits));
    }

    #[test]
    fn the_training_pixels_are_standard() {
        let data = Dataset::load(None, 3).unwrap();
        let count = data.train.pixels.len() as f64;
        let mean = data.train.pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / count;
        assert!(mean.abs() < 1e-6, "{mean}");
    }
}
