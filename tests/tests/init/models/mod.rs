//! Models of `candle-transformers`, initialized and probed as they are. Needs the feature `models`, since that crate is
//! the largest of all to build.

mod catalogue;
mod hidden;
mod init;
mod order;
mod peers;
mod probe;
mod recipes;
mod serial;
mod table;
