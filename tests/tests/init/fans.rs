//! Fans are what they mean: the terms of one output, and the outputs of one input, for every layer kind.
//!
//! Held to hand-written tables, to the golden values, to the oracle, to candle where candle is right, and to
//! the layers themselves: with all weights and inputs one, an output **is** its number of terms.

use std::error::Error;

use acceptance::strategies::{Weight, oracle_fans, weight};
use acceptance::values::values;
use candle_core::{DType, Device, IndexOp, Shape, Tensor, Var};
use candle_init::{Axes, Distribution, Error as InitError, Fans, Layer, init};
use candle_nn::init::FanInOut;
use proptest::prelude::*;

type Outcome = Result<(), Box<dyn Error>>;

const CONV: Layer = Layer::conv(1);
const TRANSPOSED: Layer = Layer::ConvTranspose { groups: 1, stride: 1 };

/// What divides by a fan of zero names it: spectral µP divides by fan_in, and by fan_out for the smaller of the two.
#[test]
fn a_fan_of_zero_is_named() -> Outcome {
    let said = |init: candle_init::Init, dims: (usize, usize)| -> Result<String, Box<dyn Error>> {
        Ok(init.distribution(&Shape::from(dims), Layer::Linear).err().ok_or("divided by zero")?.to_string())
    };
    for (init, dims, name) in [
        (init::SPECTRAL_NORMAL, (4, 0), "it divides by fan_in, which is 0"),
        (init::SPECTRAL_NORMAL, (0, 4), "it divides by fan_out, which is 0"),
        (init::HE_NORMAL, (4, 0), "it divides by fan_in, which is 0"),
        (init::GLOROT_NORMAL, (0, 0), "it divides by the average fan, which is 0"),
    ] {
        let said = said(init, dims)?;
        assert!(said.contains(name), "{said}");
    }
    assert!(init::HE_NORMAL.distribution(&Shape::from((0, 4)), Layer::Linear).is_ok());
    Ok(())
}

/// Shape, layer, fan-in, fan-out: worked by hand.
const TABLE: [(&[usize], Layer, f64, f64); 22] = [
    (&[64, 128], Layer::Linear, 128.0, 64.0),
    (&[1, 1], Layer::Linear, 1.0, 1.0),
    (&[30_000, 512], Layer::Embedding, 512.0, 30_000.0),
    (&[8, 4, 5], CONV, 20.0, 40.0),
    (&[32, 16, 3, 3], CONV, 144.0, 288.0),
    (&[4, 3, 5, 6], CONV, 90.0, 120.0),
    (&[16, 3, 1, 1], CONV, 3.0, 16.0),
    (&[6, 5, 2, 3, 4], CONV, 120.0, 144.0),
    (&[32, 4, 3, 3], Layer::conv(8), 36.0, 36.0),
    (&[32, 16, 4, 4], Layer::Conv { groups: 1, stride: 2 }, 256.0, 128.0),
    (&[12, 2, 5], Layer::conv(3), 10.0, 20.0),
    (&[32, 1, 3, 3], Layer::conv(32), 9.0, 9.0),
    (&[64, 1, 3, 3], Layer::conv(32), 9.0, 18.0),
    (&[16, 8, 4, 4], TRANSPOSED, 256.0, 128.0),
    (&[16, 8, 4, 4], Layer::ConvTranspose { groups: 1, stride: 2 }, 64.0, 128.0),
    (&[16, 8, 4, 4], Layer::ConvTranspose { groups: 4, stride: 2 }, 16.0, 128.0),
    (&[6, 4, 5], Layer::ConvTranspose { groups: 2, stride: 3 }, 5.0, 20.0),
    (&[6, 4, 3, 3], Layer::ConvTranspose { groups: 1, stride: 2 }, 13.5, 36.0),
    (&[2, 3, 2, 2, 2], Layer::ConvTranspose { groups: 1, stride: 2 }, 2.0, 24.0),
    (&[2048, 300], Layer::LSTM, 300.0, 512.0),
    (&[1536, 512], Layer::GRU, 512.0, 512.0),
    (&[3, 7], Layer::Gates { gates: 1 }, 7.0, 3.0),
];

#[test]
fn fans_are_the_hand_worked_ones() -> Outcome {
    for (dims, layer, fan_in, fan_out) in TABLE {
        assert_eq!(Fans::new(&Shape::from(dims), layer)?, Fans { fan_in, fan_out }, "{dims:?} {layer:?}");
    }
    Ok(())
}

/// Candle's fans, as numbers.
fn candle(dims: &[usize]) -> (f64, f64) {
    let shape = Shape::from(dims);
    (FanInOut::FanIn.for_shape(&shape) as f64, FanInOut::FanOut.for_shape(&shape) as f64)
}

/// Candle is right about plain layers, wrong about the fan-out of groups, and swaps transposed ones.
#[test]
fn candle_agrees_where_it_is_right() -> Outcome {
    for (dims, layer, fan_in, fan_out) in TABLE {
        let (candle_in, candle_out) = candle(dims);
        match layer {
            Layer::Linear | Layer::Embedding | CONV => assert_eq!((candle_in, candle_out), (fan_in, fan_out)),
            Layer::Conv { groups, stride: 1 } => {
                assert_eq!((candle_in, candle_out), (fan_in, groups as f64 * fan_out), "{dims:?}");
            }
            TRANSPOSED => assert_eq!((candle_out, candle_in), (fan_in, fan_out), "{dims:?}"),
            Layer::Gates { gates } => assert_eq!((candle_in, candle_out), (fan_in, gates as f64 * fan_out)),
            _ => assert!(candle_in >= fan_in || candle_out > fan_out, "{dims:?}"),
        }
    }
    Ok(())
}

/// Any layer kind, fitting or not, and any small shape, empty ones included.
fn anything() -> impl Strategy<Value = Weight> {
    let counts = (0..=5_usize, 1..=4_usize);
    let layer = (0..5_u8, counts).prop_map(|(kind, (parts, stride))| match kind {
        0 => Layer::Linear,
        1 => Layer::Embedding,
        2 => Layer::Conv { groups: parts, stride },
        3 => Layer::ConvTranspose { groups: parts, stride },
        _ => Layer::Gates { gates: parts },
    });
    (proptest::collection::vec(0..=12_usize, 0..=5), layer).prop_map(|(dims, layer)| Weight { dims, layer })
}

fn same(got: Fans, expected: reference::Fans) -> bool {
    let close = |a: f64, b: f64| a == b || (a / b - 1.0).abs() < 1e-15;
    close(got.fan_in, expected.fan_in) && close(got.fan_out, expected.fan_out)
}

proptest! {
    #[test]
    fn fans_are_the_oracles(weight in weight(2000)) {
        let got = Fans::new(&weight.shape(), weight.layer)?;
        prop_assert!(same(got, weight.oracle_fans()), "{weight:?}: {got:?}");
        // The check tells a swap of unequal fans.
        let swapped = Fans { fan_in: got.fan_out, fan_out: got.fan_in };
        prop_assert!(got.fan_in == got.fan_out || !same(swapped, weight.oracle_fans()));
    }

    /// What has no fans for the oracle is refused, and nothing else.
    #[test]
    fn misfits_are_refused_as_the_oracle_refuses(weight in anything()) {
        match (Fans::new(&weight.shape(), weight.layer), oracle_fans(&weight.dims, weight.layer)) {
            (Ok(got), Some(expected)) => prop_assert!(same(got, expected), "{weight:?}"),
            (Err(InitError::Shape { .. }), None) => {}
            (got, expected) => prop_assert!(false, "{weight:?}: {got:?} for {expected:?}"),
        }
    }

    /// A shape alone suggests the plain layer of its rank, as candle does.
    #[test]
    fn shapes_alone_read_as_candle_reads_them(dims in proptest::collection::vec(1..=20_usize, 2..=5)) {
        let shape = Shape::from(dims.clone());
        let fans = Fans::new(&shape, Layer::of_shape(&shape))?;
        prop_assert_eq!((fans.fan_in, fans.fan_out), candle(&dims));
    }
}

fn ones(dims: &[usize]) -> candle_core::Result<Tensor> {
    Tensor::ones(dims, DType::F64, &Device::Cpu)
}

/// A plain or grouped convolution of ones: an inner output counts its terms, and the gradient of their sum
/// by an inner input counts the outputs that it feeds.
#[test]
fn convolutions_count_their_own_fans() -> Outcome {
    for (dims, groups) in [([6, 4, 3, 3], 1), ([6, 2, 3, 3], 2), ([4, 1, 5, 5], 4), ([8, 1, 1, 1], 4)] {
        let input = Var::from_tensor(&ones(&[1, dims[1] * groups, 15, 15])?)?;
        let output = input.conv2d(&ones(&dims)?, dims[2] / 2, 1, 1, groups)?;
        let gradients = output.sum_all()?.backward()?;
        let gradient = gradients.get(&input).ok_or("no gradient")?;
        let fans = Fans::new(&Shape::from(&dims[..]), Layer::conv(groups))?;
        assert_eq!(output.i((0, 0, 7, 7))?.to_scalar::<f64>()?, fans.fan_in, "{dims:?}");
        assert_eq!(gradient.i((0, 0, 7, 7))?.to_scalar::<f64>()?, fans.fan_out, "{dims:?}");
    }
    Ok(())
}

/// A strided convolution: outputs still count their terms, and inputs feed `∏k/∏stride` outputs a channel on
/// average, which no peer counts.
#[test]
fn strides_thin_the_outputs() -> Outcome {
    for (dims, groups, stride) in [([6, 4, 5], 1, 2), ([6, 2, 4], 2, 3), ([4, 1, 4], 4, 2), ([3, 2, 2], 1, 3)]
    {
        let input = Var::from_tensor(&ones(&[1, dims[1] * groups, 60])?)?;
        let output = input.conv1d(&ones(&dims)?, 0, stride, 1, groups)?;
        let gradients = output.sum_all()?.backward()?;
        let gradient = values(&gradients.get(&input).ok_or("no gradient")?.i((0, 0))?)?;
        let fans = Fans::new(&Shape::from(&dims[..]), Layer::Conv { groups, stride })?;
        assert_eq!(output.i((0, 0, 3))?.to_scalar::<f64>()?, fans.fan_in, "{dims:?}");
        assert!((inner_mean(&gradient, stride) - fans.fan_out).abs() < 1e-12, "{dims:?} {groups} {stride}");
    }
    Ok(())
}

/// The mean of a row's inner part, over whole periods of the stride.
fn inner_mean(row: &[f64], stride: usize) -> f64 {
    let inner = &row[row.len() / 4..][..stride * 4];
    inner.iter().sum::<f64>() / inner.len() as f64
}

/// A transposed convolution of ones: outputs meet different numbers of taps, their mean is the fan-in. One
/// input alone counts the outputs that it feeds, of its group.
#[test]
fn transposed_convolutions_count_their_own_fans() -> Outcome {
    for (dims, groups, stride) in [([6, 4, 5], 1, 1), ([6, 4, 5], 2, 3), ([4, 1, 4], 4, 2), ([3, 2, 2], 1, 3)]
    {
        let transposed = |input: &Tensor| input.conv_transpose1d(&ones(&dims)?, 0, 0, stride, 1, groups);
        let output = values(&transposed(&ones(&[1, dims[0], 40])?)?.i((0, 0))?)?;
        let fans = Fans::new(&Shape::from(&dims[..]), Layer::ConvTranspose { groups, stride })?;
        assert!((inner_mean(&output, stride) - fans.fan_in).abs() < 1e-12, "{dims:?} {groups} {stride}");
        let single = ones(&[1, 1, 1])?.pad_with_zeros(1, 0, dims[0] - 1)?.pad_with_zeros(2, 3, 3)?;
        let fed = values(&transposed(&single)?)?.into_iter().filter(|v| *v != 0.0).count();
        assert_eq!(fed as f64, fans.fan_out, "{dims:?} {groups} {stride}");
    }
    Ok(())
}

/// `conv/2`, `transposed_conv/1:2:2` and so on, as the header of the golden table tells.
fn layer(text: &str) -> Result<Layer, Box<dyn Error>> {
    let (kind, counts) = text.split_once('/').unwrap_or((text, "1"));
    let counts = counts.split(':').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
    Ok(match kind {
        "linear" => Layer::Linear,
        "conv" => Layer::conv(counts[0]),
        "transposed_conv" => Layer::ConvTranspose { groups: counts[0], stride: counts[1] },
        "embedding" => Layer::Embedding,
        "gates" => Layer::Gates { gates: counts[0] },
        _ => return Err(format!("no layer {text}").into()),
    })
}

/// Our initializer of a name in the golden table.
fn initializer(name: &str) -> Result<init::Init, Box<dyn Error>> {
    let scaling = |scale: f64, fan, distribution| {
        format!("variance_scaling(scale={scale}, fan={fan}, distribution={distribution})")
    };
    let text = match name {
        "he_normal_fan_out" => scaling(2.0, "out", "normal"),
        "geometric_normal" => scaling(1.0, "geometric_average", "normal"),
        "he_truncated" => "he_truncated_normal".into(),
        "torch_default_uniform" => "pytorch_uniform".into(),
        "fixup_9" => scaling(2.0 / 9.0, "in", "normal"),
        "siren_30" => "siren(omega=30)".into(),
        named => named.into(),
    };
    Ok(text.parse()?)
}

/// The standard deviation before a cut at two of it, from the bound.
fn quantity(name: &str, initializer: Distribution) -> f64 {
    match name {
        "std" => initializer.std(),
        "bound" => initializer.support().1,
        _ => initializer.support().1 / 2.0,
    }
}

#[test]
fn golden_values_come_out() -> Outcome {
    let lines =
        include_str!("../../data/golden_laws.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    for row in rows.iter().filter(|row| !row[0].is_empty()) {
        let dims = row[0].split('x').map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let (shape, layer) = (Shape::from(dims), layer(row[1])?);
        let got = match row[3] {
            "fan_in" => Fans::new(&shape, layer)?.fan_in,
            "fan_out" => Fans::new(&shape, layer)?.fan_out,
            name => quantity(name, initializer(row[2])?.distribution(&shape, layer)?),
        };
        assert!((got / row[4].parse::<f64>()? - 1.0).abs() < 1e-15, "{row:?}: {got}");
    }
    assert!(rows.len() > 80, "only {} rows were read", rows.len());
    Ok(())
}

/// Roles of axes, as Keras, JAX and haiku test theirs: shape, roles, fan-in, fan-out.
const ROLES: [(&[usize], &str, f64, f64); 11] = [
    (&[512, 8, 64], "ioo", 512.0, 512.0), // Keras: input_axes [0], output_axes [1, 2]
    (&[4096, 1, 64], "iio", 4096.0, 64.0), // Keras: [0, 1], [2]
    (&[3, 5, 9], "ioo", 3.0, 45.0),       // haiku: fan_in_axes [0]
    (&[3, 5, 7, 4], "iioo", 15.0, 28.0),  // haiku: [0, 1]
    (&[3, 4], "io", 3.0, 4.0),            // Keras and Flax: Dense
    (&[3, 4], "oi", 4.0, 3.0),
    (&[3, 3, 16, 32], "kkio", 144.0, 288.0), // Keras and Flax: Conv
    (&[32, 16, 3, 3], "oikk", 144.0, 288.0), // candle and PyTorch
    (&[8, 20, 30], "soi", 30.0, 20.0),       // experts
    (&[8, 30, 20], "sio", 30.0, 20.0),       // JAX: batch_axis 0
    (&[7, 2, 5, 3], "kios", 14.0, 35.0),
];

#[test]
fn roles_say_the_fans() -> Outcome {
    for (dims, roles, fan_in, fan_out) in ROLES {
        let axes: Axes = roles.parse()?;
        let fans = Fans::new(&Shape::from(dims), Layer::Axes(axes))?;
        assert_eq!(fans, Fans { fan_in, fan_out }, "{dims:?} {roles}");
        // The same by number, from the front and from the back.
        let numbers =
            |role: char| roles.char_indices().filter(move |(_, r)| *r == role).map(|(i, _)| i as isize);
        let rank = dims.len();
        let front = |role| numbers(role).collect::<Vec<_>>();
        let back = |role| numbers(role).map(|i| i - rank as isize).collect::<Vec<_>>();
        assert_eq!(Axes::new(rank, &front('i'), &front('o'), &front('s'))?, axes);
        assert_eq!(Axes::new(rank, &back('i'), &back('o'), &back('s'))?, axes);
    }
    assert_eq!(Layer::INPUT_FIRST, Layer::Axes("io".parse()?));
    assert_eq!(Layer::EXPERTS, Layer::Axes("soi".parse()?));
    Ok(())
}

proptest! {
    /// "As PyTorch computes it" is candle's own count by position, for every shape and whatever the layer is.
    #[test]
    fn as_pytorch_is_by_position(dims in proptest::collection::vec(1..9_usize, 2..6)) {
        let fans = Fans::new(&Shape::from(dims.clone()), Layer::AsPyTorch)?;
        prop_assert_eq!(fans.fan_in, FanInOut::FanIn.for_shape(&Shape::from(dims.clone())) as f64);
        prop_assert_eq!(fans.fan_out, FanInOut::FanOut.for_shape(&Shape::from(dims)) as f64);
    }

    /// Explicit roles of a layer's own layout are that layer.
    #[test]
    fn roles_of_a_convolution_are_a_convolution(dims in proptest::collection::vec(1..9_usize, 3..6)) {
        let roles: String = "oi".chars().chain(std::iter::repeat_n('k', dims.len() - 2)).collect();
        let shape = Shape::from(dims);
        prop_assert_eq!(Fans::new(&shape, Layer::Axes(roles.parse()?))?, Fans::new(&shape, CONV)?);
    }
}

/// Roles that overlap, miss, or do not fit the rank.
#[test]
fn roles_that_contradict_one_another() -> Outcome {
    let said = |result: candle_init::Result<Axes>| result.err().map(|e| e.to_string()).unwrap_or_default();
    assert!(said(Axes::new(3, &[0], &[-3], &[])).contains("axis -3 has two roles; each has one"));
    assert!(said(Axes::new(3, &[0, 0], &[1], &[])).contains("axis 0 has two roles"));
    assert!(said(Axes::new(2, &[2], &[1], &[])).contains("axis 2 does not exist at rank 2"));
    assert!(said(Axes::new(2, &[isize::MIN], &[1], &[])).contains("does not exist"));
    assert!(said(Axes::new(3, &[0], &[], &[])).contains("no axis is an output (`o`); name at least one"));
    assert!(said(Axes::new(3, &[], &[0], &[])).contains("no axis is an input"));
    assert!(said(Axes::new(9, &[0], &[1], &[])).contains("a rank of at most 8"));
    assert!(Axes::new(8, &[0], &[1], &[]).is_ok());
    let packed = Fans::new(&Shape::from((7, 3)), Layer::Packed { matrices: 2 }).err().ok_or("divided")?;
    assert!(packed.to_string().contains("the matrices must divide the first dimension"), "{packed}");
    assert!(Fans::new(&Shape::from((8, 3)), Layer::Packed { matrices: 2 }).is_ok());
    // No rows are in no number of groups.
    assert!(Fans::new(&Shape::from((0, 3, 3)), Layer::conv(0)).is_err());
    assert!(said("oixk".parse()).contains("`x` is not a role; known are i, o, k, s"));
    assert!(said("oikkkkkkk".parse()).contains("at most 8 axes"));
    assert!(said("".parse()).contains("no axis is an input"));
    let fans = Fans::new(&Shape::from((2, 3)), Layer::EXPERTS);
    assert!(
        matches!(fans, Err(InitError::Shape { required, .. }) if required == "one role for each axis is required")
    );
    Ok(())
}
