//! Images with their labels, in memory, as read.

/// Labelled images of one size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// Pixels, image after image.
    pub pixels: Vec<f32>,
    /// One digit an image.
    pub labels: Vec<u8>,
    /// Pixels of one image.
    pub size: usize,
}

impl Images {
    /// How many images there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The images at `indices`, in that order; an index past the end is left out.
    #[must_use]
    pub fn pick(&self, indices: &[usize]) -> Self {
        let mut picked = Self { size: self.size, ..Self::default() };
        for &index in indices.iter().filter(|&&index| index < self.len()) {
            let start = index * self.size;
            picked.pixels.extend_from_slice(&self.pixels[start..start + self.size]);
            picked.labels.push(self.labels[index]);
        }
        picked
    }

    /// The share of the commonest label: what guessing it every time would score.
    #[must_use]
    pub fn chance(&self) -> f64 {
        let mut counts = [0usize; 256];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        let most = counts.into_iter().max().unwrap_or(0);
        most as f64 / self.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Images {
        Images { pixels: vec![0., 1., 2., 3., 4., 5.], labels: vec![7, 8, 8], size: 2 }
    }

    #[test]
    fn pick_keeps_pixels_and_labels_together() {
        let picked = three().pick(&[2, 0, 9]);
        assert_eq!(picked.pixels, [4., 5., 0., 1.]);
        assert_eq!(picked.labels, [8, 7]);
    }

    #[test]
    fn chance_is_the_commonest_share() {
        assert!((three().chance() - 2. / 3.).abs() < 1e-12);
        assert_eq!(Images::default().chance(), 0.);
    }
}
