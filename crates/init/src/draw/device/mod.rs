//! Where the elements of a distribution are drawn: on a GPU that has kernels, else by the processor, which then uploads
//! them.

#[cfg(feature = "cuda")]
mod conformance;
#[cfg(feature = "cuda")]
mod cuda;
mod drawn;
mod elements;
#[cfg(not(feature = "cuda"))]
mod none;
#[cfg(feature = "cuda")]
mod proved;
mod refill;

#[cfg(not(feature = "cuda"))]
use none as kernels;
#[cfg(feature = "cuda")]
use proved as kernels;

pub(crate) use drawn::drawn_there;
pub use drawn::elements;
pub(crate) use elements::Elements;
pub use refill::refill;
