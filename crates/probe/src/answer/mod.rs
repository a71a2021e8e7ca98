//! Both checks laid together: will it train?

mod causes;
mod check;
mod trainable;
pub(crate) mod verdict;
