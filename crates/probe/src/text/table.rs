//! Tables that people can read.

use candle_init::fitted_table;

/// A table with these columns, all but the first `words` aligned to the right; the first and the last may be wrapped.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    words: usize,
    rows: impl Iterator<Item = [String; N]>,
) -> String {
    let numbers: Vec<_> = (words..N).collect();
    fitted_table(&header, &numbers, &[0, N - 1], rows)
}

/// `(256, 784)`.
pub(crate) fn shape(dims: &[usize]) -> String {
    let dims = dims.iter().map(ToString::to_string).collect::<Vec<_>>();
    format!("({})", dims.join(", "))
}
