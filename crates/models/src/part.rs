//! One worker of several.

use crate::error::{Error, Result};

/// One worker of several: the files whose number leaves `rank` when divided by `world`.
///
/// ```
/// use candle_init_models::Part;
/// assert!(Part::new(7, 8).is_ok() && Part::new(8, 8).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    rank: usize,
    world: usize,
}

impl Part {
    /// All files.
    pub const WHOLE: Self = Self { rank: 0, world: 1 };

    /// The worker of number `rank`, from 0, of `world`.
    ///
    /// # Errors
    /// [`Error::Part`] for a rank that is not below the number of workers.
    pub fn new(rank: usize, world: usize) -> Result<Self> {
        if rank < world {
            return Ok(Self { rank, world });
        }
        let what = format!("rank {rank} of {world} workers");
        Err(Error::Part {
            what,
            required: "a rank from 0 to one less than the number of workers is required".into(),
        })
    }

    /// Its number.
    #[must_use]
    pub fn rank(self) -> usize {
        self.rank
    }

    /// How many there are.
    #[must_use]
    pub fn world(self) -> usize {
        self.world
    }
}
