//! The static check: parameters as they stand, in a map or a file, without a forward pass.

pub(crate) mod compare;
pub(crate) mod consensus;
pub(crate) mod copies;
pub(crate) mod element;
pub(crate) mod file;
pub(crate) mod header;
pub(crate) mod inspect;
pub(crate) mod inspection;
pub(crate) mod inspection_table;
pub(crate) mod interval;
pub(crate) mod judge;
pub(crate) mod likeness;
pub(crate) mod measure;
pub(crate) mod scale;
pub(crate) mod scan;
pub(crate) mod source;
pub(crate) mod spectrum;
pub(crate) mod sums;
pub(crate) mod twins;
pub(crate) mod unmoved;
pub(crate) mod vars;
pub(crate) mod verify;
pub(crate) mod zeros;
