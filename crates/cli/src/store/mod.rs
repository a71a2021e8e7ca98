//! Object stores: S3, Google Cloud Storage, Azure. What is asynchronous stays in this room.

mod bucket;
mod download;
mod open;
mod refusal;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use open::open;
