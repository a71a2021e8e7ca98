//! Where values stand: by index, by axis, one part beside another.

use std::error::Error;

use acceptance::drawn::{drawn, singles};
use candle_core::DType;
use candle_init::Rule;

type Outcome = Result<(), Box<dyn Error>>;

/// Values by their place, written out.
#[test]
fn values_by_their_place() -> Outcome {
    for (text, dims, due) in [
        ("range(start=1, step=2)", &[2, 3][..], &[1.0, 3.0, 5.0, 1.0, 3.0, 5.0][..]),
        ("values([[1], [2]])", &[2, 3], &[1.0, 1.0, 1.0, 2.0, 2.0, 2.0]),
        ("values([5, 6])", &[3, 2], &[5.0, 6.0, 5.0, 6.0, 5.0, 6.0]),
        ("values([[1, 2, 3], [4, 5, 6]])", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ] {
        assert_eq!(drawn("w", dims, text.parse::<Rule>()?, DType::F64)?, due, "{text}");
    }
    Ok(())
}

/// The first axis has the rows, as without a word; and each part of several has a matrix of its own.
#[test]
fn axes_and_parts_of_orthogonal_matrices() -> Outcome {
    for dims in [&[4, 6][..], &[6, 4], &[4, 3, 5]] {
        let of = |text: &str| singles(dims, text.parse::<Rule>()?).map_err(Box::<dyn Error>::from);
        assert_eq!(of("orthogonal(axis=0)")?, of("orthogonal")?, "{dims:?}");
        // A matrix on its side has the same entries, where there are no other axes.
        assert_eq!(of("orthogonal(axis=1)")? == of("orthogonal")?, dims.len() == 2, "{dims:?}");
    }
    for (dims, layer) in
        [(&[4, 3, 2][..], "conv_transpose(groups=2)"), (&[2, 3, 3], "experts"), (&[6, 3], "gates(2)")]
    {
        let both = singles(dims, format!("orthogonal.on({layer})").parse::<Rule>()?)?;
        let (one, other) = both.split_at(both.len() / 2);
        assert_ne!(one, other, "{layer}");
    }
    Ok(())
}

/// A frame of one sample has the window's height, periodic or not.
#[test]
fn a_window_of_one_sample_is_that_sample() -> Outcome {
    for periodic in [true, false] {
        let text = format!("stft(window=hann, scaling=none, periodic={periodic})");
        assert_eq!(drawn("w", &[2, 1, 1], text.parse::<Rule>()?, DType::F64)?, [1.0, 1.0], "{text}");
    }
    Ok(())
}
