//! Models of `candle-transformers`, initialized as they are.

mod init;
