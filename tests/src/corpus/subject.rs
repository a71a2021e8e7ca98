//! A net of the corpus.

use crate::corpus::plant::Plant;
use crate::corpus::trial::Trial;

/// A net as somebody writes it, made anew for each seed, and the faults that can be planted in it.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it is: `MLP, ReLU, 8 layers`.
    pub name: &'static str,
    /// What it belongs to: `dense`.
    pub family: &'static str,
    /// Builds it.
    pub build: fn(u64) -> anyhow::Result<Trial>,
    /// Its faults.
    pub plants: Vec<Plant>,
    /// Whether it has one as it is written.
    pub faulty: bool,
}

impl Subject {
    pub(super) fn new(
        family: &'static str,
        name: &'static str,
        build: fn(u64) -> anyhow::Result<Trial>,
        plants: &[Plant],
    ) -> Self {
        Self { name, family, build, plants: plants.to_vec(), faulty: false }
    }

    /// It has a fault as it is written.
    pub(super) fn faulty(self) -> Self {
        Self { faulty: true, ..self }
    }

    /// The net of a seed, with a fault in it.
    ///
    /// # Errors
    /// What the net says.
    pub fn planted(&self, plant: Option<&Plant>, seed: u64) -> anyhow::Result<Trial> {
        let trial = (self.build)(seed)?;
        plant.map_or(Ok(()), |plant| plant.into(&trial.vars))?;
        Ok(trial)
    }

    /// The fault of this name.
    #[must_use]
    pub fn plant(&self, what: &str) -> Option<&Plant> {
        self.plants.iter().find(|plant| plant.what == what)
    }
}
