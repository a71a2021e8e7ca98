//! The mean-field picture: the maps have their closed forms, and finite nets follow them.

use std::f64::consts::PI;

use acceptance::deep::{bias, mean_and_spread, mean_product, pair, squares, weight};
use anyhow::{Context, Result};
use candle_core::{Tensor, Var};
use candle_init::activation::{Activation, Error, MeanField, critical, gain, relu_spread};
use rayon::prelude::*;

const UNITS: usize = 512;
const NETS: u64 = 32;

/// ReLU at the edge: the arc-cosine kernel (Cho and Saul 2009).
fn arc_cosine(c: f64) -> f64 {
    ((1.0 - c * c).sqrt() + (PI - c.acos()) * c) / PI
}

#[test]
fn maps_have_their_closed_forms() -> Result<()> {
    let relu = MeanField::new(Activation::Relu, 2.0, 0.0)?;
    // E[erf(u)·erf(v)] = 2/π·asin(2qc/(1 + 2q)) (Williams 1997).
    let erf = MeanField::new(libm::erf, 1.5, 0.1)?;
    let arc_sine = |q: f64, c: f64| 1.5 * 2.0 / PI * (2.0 * q * c / (1.0 + 2.0 * q)).asin() + 0.1;
    let sine = MeanField::new(Activation::Sin, 1.7, 0.2)?;
    let wave = |q: f64, c: f64| 1.7 * (-q).exp() * (q * c).sinh() + 0.2;
    for q in [0.01, 0.7, 1.0, 9.0] {
        for c in [-1.0, -0.7, 0.0, 0.2, 0.9, 0.999, 1.0] {
            assert!((relu.correlation_map(q, c)? - arc_cosine(c)).abs() < 1e-12, "relu {q} {c}");
            assert!(
                (erf.correlation_map(q, c)? - arc_sine(q, c) / arc_sine(q, 1.0)).abs() < 1e-9,
                "erf {q} {c}"
            );
            assert!((sine.correlation_map(q, c)? - wave(q, c) / wave(q, 1.0)).abs() < 1e-9, "sin {q} {c}");
        }
        assert!((relu.variance_map(q)? / q - 1.0).abs() < 1e-11);
        assert!((erf.chi(q)? - 1.5 * 4.0 / PI / (1.0 + 4.0 * q).sqrt()).abs() < 1e-6);
        assert!((sine.variance_slope(q)? - 1.7 * (-2.0 * q).exp()).abs() < 1e-8);
        let slope = 1.7 * (-q).exp() * (q * 0.3).cosh() * q / wave(q, 1.0);
        assert!((sine.correlation_slope(q, 0.3)? - slope).abs() < 1e-9);
    }
    Ok(())
}

#[test]
fn fixed_points_are_fixed() -> Result<()> {
    for (activation, weight, bias) in [
        (Activation::Tanh, 1.3, 0.05),
        (Activation::Tanh, 3.0, 0.2),
        (Activation::Sigmoid, 2.0, 0.1),
        (Activation::Gelu, 1.0, 0.3),
    ] {
        let net = MeanField::new(activation, weight, bias)?;
        let q = net.fixed_point()?;
        assert!((net.variance_map(q)? / q - 1.0).abs() < 1e-10, "{activation}");
        let c = net.correlation_fixed_point(q)?;
        assert!((net.correlation_map(q, c)? - c).abs() < 1e-8, "{activation}: {c}");
        assert_eq!(c < 1.0, net.chi(q)? > 1.0, "{activation}");
        assert!(net.correlation_depth(q)? > 0.0 && net.variance_depth(q)?.is_finite());
    }
    let odd = MeanField::new(Activation::Tanh, 4.0, 0.0)?;
    assert!(odd.correlation_fixed_point(odd.fixed_point()?)?.abs() < 1e-8);
    Ok(())
}

/// Whether a gain's fixed point holds a finite net, as `docs/gains.md` tells it.
#[test]
fn a_gain_makes_a_fixed_point_that_is_stable_or_not() -> Result<()> {
    let slope = |activation| -> Result<f64> {
        let net = MeanField::new(activation, gain(activation)?.powi(2), 0.0)?;
        assert!((net.variance_map(1.0)? - 1.0).abs() < 1e-11);
        Ok(net.variance_slope(1.0)?)
    };
    for stable in [Activation::Tanh, Activation::Elu(1.0), Activation::Sigmoid, Activation::HardSigmoid] {
        assert!(slope(stable)? < 0.95, "{stable}");
    }
    for unstable in [Activation::Gelu, Activation::Silu, Activation::Mish, Activation::HardSwish] {
        assert!(slope(unstable)? > 1.05, "{unstable}");
    }
    assert!((slope(Activation::Relu)? - 1.0).abs() < 1e-8 && (slope(Activation::Relu2)? - 2.0).abs() < 1e-8);
    Ok(())
}

#[test]
fn critical_points_are_critical() -> Result<()> {
    for activation in
        [Activation::Tanh, Activation::Gelu, Activation::Relu, Activation::Sin, Activation::Softsign]
    {
        for q in [0.05, 0.3, 1.0] {
            let edge = match critical(activation, q) {
                Err(Error::NoCriticalPoint { bias_variance, .. }) if bias_variance < 0.0 => continue,
                edge => edge?,
            };
            assert!((edge.chi(q)? - 1.0).abs() < 1e-9 && (edge.variance_map(q)? / q - 1.0).abs() < 1e-9);
            assert_eq!(edge.correlation_fixed_point(q)?, 1.0, "{activation}");
            assert_eq!(edge.correlation_depth(q)?, f64::INFINITY);
        }
    }
    let he = critical(Activation::Relu, 1.0)?;
    assert!((he.weight_std() - 2.0_f64.sqrt()).abs() < 1e-12 && he.bias_std() == 0.0);
    assert_eq!(MeanField::new(Activation::Tanh, 1.5, 0.0625)?.bias_std(), 0.25);
    Ok(())
}

#[test]
fn what_has_no_answer_is_an_error() -> Result<()> {
    let explodes = MeanField::new(Activation::Relu, 2.5, 0.1)?.fixed_point().err();
    assert!(
        matches!(explodes, Some(Error::NoFixedPoint { from: 1.0, reached }) if reached > 1.0),
        "{explodes:?}"
    );
    let vanishes = MeanField::new(Activation::Relu, 1.5, 0.0)?.trainable_depth().err();
    assert!(
        matches!(vanishes, Some(Error::NoFixedPoint { from: 1.0, reached }) if reached < 1.0),
        "{vanishes:?}"
    );
    assert!(matches!(MeanField::new(Activation::Swiglu, 1.0, 0.0).err(), Some(Error::Gated)));
    for (weight, bias) in [(0.0, 0.0), (-1.0, 0.0), (f64::NAN, 0.0), (1.0, -0.1), (1.0, f64::INFINITY)] {
        let error = MeanField::new(Activation::Tanh, weight, bias).err();
        assert!(matches!(error, Some(Error::Number { .. })), "{weight} {bias}");
    }
    let net = MeanField::new(Activation::Tanh, 1.0, 0.0)?;
    assert!(matches!(net.correlation_map(1.0, 1.1).err(), Some(Error::Number { .. })));
    assert!(matches!(net.variance_map(0.0).err(), Some(Error::Number { .. })));
    assert!(matches!(net.variance_map(f64::NAN).err(), Some(Error::Number { .. })));
    let softplus = critical(Activation::Softplus, 0.5).err();
    assert!(matches!(softplus, Some(Error::NoCriticalPoint { .. })), "{softplus:?}");
    Ok(())
}

/// Pairs of inputs, each with its correlation, through one net, in candle: their correlations after each layer.
fn follow(
    net: &MeanField<Activation>,
    f: Op,
    seed: u64,
    (q, starts): (f64, &[f64]),
    layers: usize,
) -> Result<Vec<Vec<f64>>> {
    let pairs = starts.iter().map(|&c| pair(seed, UNITS, q, c)).collect::<candle_init::Result<Vec<_>>>()?;
    let mut h = Tensor::cat(&pairs, 1)?;
    let mut seen = Vec::new();
    for layer in 0..layers {
        let hidden = weight(seed, layer, UNITS, net.weight_std())?.matmul(&f(&h)?)?;
        h = hidden.broadcast_add(&bias(seed, layer, UNITS, net.bias_std())?)?;
        let correlation = |at: usize| {
            let (a, b) = (h.narrow(1, 2 * at, 1)?, h.narrow(1, 2 * at + 1, 1)?);
            Ok(mean_product(&a, &b)? / (squares(&a)? * squares(&b)?).sqrt())
        };
        seen.push((0..starts.len()).map(correlation).collect::<Result<_>>()?);
    }
    Ok(seen)
}

type Op = fn(&Tensor) -> candle_core::Result<Tensor>;

/// For each correlation to start from, the mean over nets of each layer's.
fn correlations(
    nets: u64,
    net: &MeanField<Activation>,
    f: Op,
    start: (f64, &[f64]),
    layers: usize,
) -> Result<Vec<Vec<f64>>> {
    let nets = (0..nets).into_par_iter().map(|seed| follow(net, f, seed, start, layers));
    let nets = nets.collect::<Result<Vec<_>>>()?;
    let mean = |layer: usize, at: usize| {
        mean_and_spread(&nets.iter().map(|net| net[layer][at]).collect::<Vec<_>>()).0
    };
    Ok((0..start.1.len()).map(|at| (0..layers).map(|layer| mean(layer, at)).collect()).collect())
}

/// What the map says of the same.
fn predicted(net: &MeanField<Activation>, (q, c): (f64, f64), layers: usize) -> Result<Vec<f64>> {
    let mut c = c;
    (0..layers)
        .map(|_| {
            c = net.correlation_map(q, c)?;
            Ok(c)
        })
        .collect()
}

/// At the edge of chaos a tanh net's correlation creeps to one, as its map says, layer by layer.
#[test]
#[cfg_attr(not(feature = "long"), ignore = "thousands of deep nets: with --features acceptance/full, as CI")]
fn tanh_at_the_edge_follows_its_map() -> Result<()> {
    let q = 0.5;
    let edge = critical(Activation::Tanh, q)?;
    let starts = [0.0, 0.6, 0.9];
    let all = correlations(12 * NETS, &edge, Tensor::tanh, (q, &starts), 20)?;
    for (c, measured) in starts.into_iter().zip(all) {
        let theory = predicted(&edge, (q, c), 20)?;
        let worst = theory.iter().zip(&measured).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!(
            "c0 {c}: after 20 layers {:.4}, predicted {:.4}, worst {worst:.4}",
            measured[19], theory[19]
        );
        assert!(worst < 0.015, "{c}: {measured:?}, {theory:?}");
    }
    Ok(())
}

/// Beyond six depth scales two inputs cannot be told apart: in ordered nets `1 − c` decays by χ₁ a layer.
#[test]
fn correlations_decay_at_their_depth_scale() -> Result<()> {
    let nets: [(Activation, Op, f64, f64); 2] =
        [(Activation::Tanh, Tensor::tanh, 1.0, 0.05), (Activation::Gelu, Tensor::gelu_erf, 1.3, 0.1)];
    for (activation, f, weight, bias) in nets {
        let net = MeanField::new(activation, weight, bias)?;
        let q = net.fixed_point()?;
        let (scale, layers) = (net.correlation_depth(q)?, 14);
        let measured = correlations(NETS, &net, f, (q, &[0.9]), layers)?.remove(0);
        let decay = |l: usize| (1.0 - measured[l]).ln();
        let observed = (layers - 1 - 4) as f64 / (decay(4) - decay(layers - 1));
        println!(
            "{activation}: depth scale {observed:.3}, predicted {scale:.3}; trainable {:.1}",
            net.trainable_depth()?
        );
        assert!((observed / scale - 1.0).abs() < 0.06, "{activation}: {observed} {scale}");
        let theory = predicted(&net, (q, 0.9), layers)?;
        assert!(
            (decay(layers - 1) - (1.0 - theory[layers - 1]).ln()).abs() < 0.15,
            "{measured:?} {theory:?}"
        );
    }
    Ok(())
}

/// `ln` of the mean square of a gradient at the first layer over that at the last.
fn gradient(net: &MeanField<Activation>, f: Op, seed: u64, q: f64, layers: usize) -> Result<f64> {
    let input = Var::from_tensor(&pair(seed, UNITS, q, 0.0)?.narrow(1, 0, 1)?.contiguous()?)?;
    let mut h = input.as_tensor().clone();
    for layer in 0..layers {
        let hidden = weight(seed, layer, UNITS, net.weight_std())?.matmul(&f(&h)?)?;
        h = hidden.broadcast_add(&bias(seed, layer, UNITS, net.bias_std())?)?;
    }
    let direction = pair(seed + 1000, UNITS, 1.0, 0.0)?.narrow(1, 0, 1)?;
    let gradients = (h * direction)?.sum_all()?.backward()?;
    Ok(squares(gradients.get(&input).context("no gradient")?)?)
}

/// A gradient's mean square changes by χ₁ a layer: it is kept at the edge, and lost or blown up beside it.
#[test]
#[cfg_attr(not(feature = "long"), ignore = "hundreds of deep nets: with --features acceptance/full, as CI")]
fn gradients_decay_by_chi() -> Result<()> {
    let tanh = critical(Activation::Tanh, 0.3)?;
    let nets: [(&str, MeanField<Activation>, Op, Activation); 3] = [
        ("tanh at the edge", tanh, Tensor::tanh, Activation::Tanh),
        ("ordered tanh", MeanField::new(Activation::Tanh, 1.2, 0.1)?, Tensor::tanh, Activation::Tanh),
        ("relu", MeanField::new(Activation::Relu, 1.9, 0.0)?, Tensor::relu, Activation::Relu),
    ];
    for (name, net, f, activation) in nets {
        let (q, layers) = (net.fixed_point().unwrap_or(1.0), 15);
        let run = (0..2 * NETS).into_par_iter().map(|seed| gradient(&net, f, seed, q, layers));
        let (mean, spread) = mean_and_spread(&run.collect::<Result<Vec<_>>>()?);
        let theory = net.chi(q)?.powi(layers as i32);
        let error = spread / ((2 * NETS) as f64).sqrt() / mean;
        println!(
            "{name}: gradient {mean:.5} after {layers} layers, predicted {theory:.5}, standard error {error:.3}"
        );
        assert!(activation.derivative(0.5) > 0.0);
        assert!((mean / theory - 1.0).abs() < 0.15, "{name}: {mean} {theory}");
    }
    Ok(())
}

/// One finite ReLU net strays from its expectation as the formula says.
#[test]
fn relu_nets_spread_as_predicted() -> Result<()> {
    let (units, layers, nets) = (128, 8, 8000_u64);
    let run = |seed| -> Result<f64> {
        let mut h = pair(seed, units, 1.0, 0.0)?.narrow(1, 0, 1)?.contiguous()?;
        // The first layer makes the pre-activations normal; its own spread is the identity's.
        for layer in 0..=layers {
            h = weight(seed, layer, units, 2.0_f64.sqrt())?.matmul(&h.relu()?)?;
        }
        squares(&h.relu()?).map(|s| 2.0 * s).map_err(Into::into)
    };
    let sample = (0..nets).into_par_iter().map(run).collect::<Result<Vec<_>>>()?;
    let (mean, spread) = mean_and_spread(&sample);
    // The input has a fixed size, so that its rectified half spreads by 3/n instead of 5/n.
    let theory = (1.0 + relu_spread(units, layers + 1)) * (1.0 + 3.0 / units as f64) - 1.0;
    println!("relu: mean {mean:.3}, relative variance {:.3}, predicted {theory:.3}", (spread / mean).powi(2));
    assert!((mean - 1.0).abs() < 0.03, "{mean}");
    assert!(((spread / mean).powi(2) / theory - 1.0).abs() < 0.1, "{spread} {theory}");
    Ok(())
}
