//! Two checkpoints, or a checkpoint and what an initializer draws, element by element.

pub(crate) mod unmoved;
pub(crate) mod verify;
