//! Parts of tensors: as files of the layout of torch's distributed checkpoints, and as a `VarBuilder`.

mod backend;
mod experts;
mod file;
mod held;
mod sharding;
mod share;
mod stages;

pub use backend::Sharded;
pub use file::shard;
pub use held::Held;
pub use sharding::Sharding;
