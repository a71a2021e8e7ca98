//! What the signal check predicts of each layer happens in nets that are run: the size of the signal on average over
//! nets, and how far a single net of finite width strays from it.

// A test that fails by panicking says where.
#![allow(clippy::unwrap_used)]

use acceptance::stats::LIMIT;
use acceptance::values::values;
use anyhow::{Context, Result};
use candle_core::{DType, Device, Module, Tensor};
use candle_init::activation::relu_spread;
use candle_init::{Activation, Init, Initializer, gain, init};
use candle_init_probe::{Band, DepthSweep, Error, Net, Probe, Signal, depth_sweep, noise};
use candle_nn::{VarMap, linear, linear_no_bias};
use rayon::prelude::*;

const CPU: Device = Device::Cpu;

type Function = fn(&Tensor) -> candle_core::Result<Tensor>;

const FUNCTIONS: [(Activation, Function); 3] = [
    (Activation::Relu, Tensor::relu),
    (Activation::Tanh, Tensor::tanh),
    (Activation::Gelu, Tensor::gelu_erf),
];

/// Noise of mean square `q`, exactly.
fn batch(seed: u64, samples: usize, width: usize, q: f64) -> Result<Tensor> {
    let noise = noise((samples, width), seed, &CPU)?;
    let square = values(&noise)?.iter().map(|v| v * v).sum::<f64>() / (samples * width) as f64;
    Ok((noise * (q / square).sqrt())?)
}

/// One forward and backward pass through equal layers whose weights have this gain. The batch is such that the first
/// output has a mean square of one, which the gain keeps.
fn signal(seed: u64, width: usize, depth: usize, samples: usize, gain: f64, f: Function) -> Result<Signal> {
    let vars = VarMap::new();
    let init = Initializer::new(seed).weights(init::LECUN_NORMAL.times(gain));
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    let layers = (0..depth).map(|layer| linear_no_bias(width, width, vb.pp(format!("{layer:02}"))));
    let layers = layers.collect::<candle_core::Result<Vec<_>>>()?;
    let loss = |x: &Tensor| {
        let last = layers.iter().try_fold(x.clone(), |x, layer| f(&layer.forward(&x)?))?;
        last.sqr()?.mean_all()
    };
    Ok(Probe::new(&vars).signal(&batch(seed, samples, width, gain.powi(-2))?, loss)?)
}

/// The prediction of every layer with what was measured.
fn bands(signal: &Signal) -> Result<Vec<(Band, f64)>> {
    let band = |layer: &candle_init_probe::LayerSignal| Some((layer.predicted?, layer.output.rms()));
    signal.layers.iter().map(band).collect::<Option<_>>().context("no prediction")
}

const WIDTH: usize = 512;
const DEPTH: usize = 8;
const SAMPLES: usize = 16;
const NETS: u64 = 288;

/// The mean square of each layer's output, of each activation, in one plain net whose matrices all three share.
fn squares(seed: u64, gains: &[f64; 3]) -> Result<Vec<[f64; 3]>> {
    let init = Initializer::new(seed);
    let batch = batch(seed, SAMPLES, WIDTH, 1.0)?.t()?.contiguous()?;
    let mut read = gains.map(|gain| &batch / gain).into_iter().collect::<candle_core::Result<Vec<_>>>()?;
    let mut layer = |layer: usize| {
        let name = format!("{layer:02}.weight");
        let weight = init.tensor(&name, (WIDTH, WIDTH), init::LECUN_NORMAL, DType::F32, &CPU)?;
        let mut squares = [0.0; 3];
        for (i, (_, f)) in FUNCTIONS.into_iter().enumerate() {
            let output = (weight.matmul(&read[i])? * gains[i])?;
            squares[i] = values(&output)?.iter().map(|v| v * v).sum::<f64>() / (SAMPLES * WIDTH) as f64;
            read[i] = f(&output)?;
        }
        Ok(squares)
    };
    (0..DEPTH).map(&mut layer).collect()
}

/// Mean over nets and its standard error.
fn mean(sample: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = sample.clone().count() as f64;
    let mean = sample.clone().sum::<f64>() / n;
    (mean, (sample.map(|x| (x - mean).powi(2)).sum::<f64>() / n / (n - 1.0)).sqrt())
}

/// Over 288 nets of width 512, the size of every layer's output is as predicted of one of them, within 5 %: that is
/// `stats::LIMIT` standard errors or more. What is off by 1 % in each layer is refused at the end. And each of the nets
/// lies in the band of a healthy one, at every layer.
#[test]
fn predicted_sizes_are_measured_within_five_percent() -> Result<()> {
    let gains = [gain(Activation::Relu)?, gain(Activation::Tanh)?, gain(Activation::Gelu)?];
    let nets = (0..NETS).into_par_iter().map(|seed| squares(seed, &gains)).collect::<Result<Vec<_>>>()?;
    for (i, (activation, f)) in FUNCTIONS.into_iter().enumerate() {
        let one = bands(&signal(0, WIDTH, DEPTH, SAMPLES, gains[i], f)?)?;
        for (layer, (band, rms)) in one.into_iter().enumerate() {
            assert!((rms * rms / nets[0][layer][i] - 1.0).abs() < 1e-3, "the plain net is another");
            let (square, error) = mean(nets.iter().map(|net| net[layer][i]));
            let ratio = square.sqrt() / band.rms;
            let error = 0.5 * error / square;
            println!(
                "{activation} {layer}: {:.4} predicted, {:.4} measured, ± {error:.4}",
                band.rms,
                square.sqrt()
            );
            assert!(
                (ratio - 1.0).abs() < 0.05 && LIMIT * error < 0.05,
                "{activation} {layer}: {ratio} ± {error}"
            );
            let all = nets.iter().all(|net| (band.lo..band.hi).contains(&net[layer][i].sqrt()));
            assert!(all, "{activation} {layer}: a healthy net lies outside of {band:?}");
            if layer + 1 == DEPTH && activation != Activation::Tanh {
                assert!((ratio * 1.01_f64.powi(DEPTH as i32) - 1.0).abs() > 0.05, "1 % a layer passes");
            }
        }
    }
    Ok(())
}

/// How `ln q` of a single net and a single sample spreads over 4000 nets is what the bands are six times of: for ReLU
/// `5L/n + 2/n`, for tanh less, since it forgets. At 4000 nets a variance is known to 2.3 %, so 16 % is the limit, and
/// a 4 in the place of the 5 is refused.
#[test]
#[cfg_attr(not(feature = "long"), ignore = "eight thousand nets: with --features acceptance/full, as CI")]
fn bands_are_six_times_the_spread_of_single_nets() -> Result<()> {
    const NARROW: usize = 64;
    const SINGLE: u64 = 4000;
    for ((activation, f), depth) in FUNCTIONS.into_iter().zip([3, 6]) {
        let gain = gain(activation)?;
        let one = |seed| bands(&signal(seed, NARROW, depth, 1, gain, f)?);
        let nets = (0..SINGLE).into_par_iter().map(one).collect::<Result<Vec<_>>>()?;
        for layer in 0..depth {
            let logs = nets.iter().map(|net| 2.0 * (net[layer].1 / net[layer].0.rms).ln());
            let (mean, _) = mean(logs.clone());
            let variance = logs.map(|log| (log - mean).powi(2)).sum::<f64>() / SINGLE as f64;
            let band = nets[0][layer].0;
            let promised = (2.0 * (band.hi / band.rms).ln() / 6.0).powi(2);
            assert!((band.lo * band.hi / band.rms.powi(2) - 1.0).abs() < 1e-9);
            println!("{activation} {layer}: {promised:.4} promised, {variance:.4} measured");
            let limit = LIMIT * (2.0 / SINGLE as f64).sqrt();
            assert!(
                (variance / promised - 1.0).abs() < limit,
                "{activation} {layer}: {variance} for {promised}"
            );
        }
    }
    Ok(())
}

/// The bands of a ReLU net are those of the closed form: a relative variance of `exp(5L/n) − 1` after `L` layers, to
/// which the last matrix adds `2/n`.
#[test]
fn the_band_of_relu_is_the_closed_form() -> Result<()> {
    let signal = signal(0, 256, 12, 4, gain(Activation::Relu)?, Tensor::relu)?;
    for (layer, (band, _)) in bands(&signal)?.into_iter().enumerate() {
        let log_variance = ((band.hi / band.rms).ln() / 3.0).powi(2) - 2.0 / 256.0;
        let expected = (5.0 * layer as f64 / 256.0).exp_m1();
        assert!((log_variance.exp_m1() - expected).abs() < 1e-3 * (1.0 + expected), "{layer}");
        assert!((relu_spread(256, layer) - expected).abs() < 2e-2 * expected.max(1e-9), "{layer}");
    }
    Ok(())
}

/// Layers of one width with Glorot's initializer, which halves the signal of a ReLU net in each.
fn sweep(depths: &[usize], initializer: Init) -> Result<DepthSweep, Error> {
    depth_sweep(depths, |depth| {
        let vars = VarMap::new();
        let vb = Initializer::new(1).weights(initializer).rule("*.bias", init::ZEROS).var_builder(
            &vars,
            DType::F32,
            &CPU,
        );
        let layers = (0..=depth).map(|layer| linear(256, 256, vb.pp(format!("{layer:03}"))));
        let layers = layers.collect::<candle_core::Result<Vec<_>>>()?;
        let net = move |x: &Tensor| {
            let (head, hidden) =
                layers.split_last().ok_or_else(|| candle_core::Error::Msg("no head".into()))?;
            let last = hidden.iter().try_fold(x.clone(), |x, layer| layer.forward(&x)?.relu())?;
            head.forward(&last)?.sqr()?.mean_all()
        };
        Ok(Net::new(&vars, &noise((32, 256), 7, &CPU)?, net))
    })
}

#[test]
fn a_sweep_shows_what_each_depth_leaves() -> Result<()> {
    let depths = [2, 8, 32];
    for (initializer, factor) in [(init::GLOROT_NORMAL, 0.5_f64.sqrt()), (init::HE_NORMAL, 1.0)] {
        let sweep = sweep(&depths, initializer)?;
        println!("{sweep}");
        for point in &sweep.points {
            let left = factor.powi(point.depth as i32 - 1);
            // Six standard deviations of ln rms.
            let band = (3.0 * (5.0 * point.depth as f64 / 256.0).sqrt()).exp();
            let within = |ratio: f64| (left / band..left * band).contains(&ratio);
            assert!(within(point.forward) && within(point.backward.unwrap()), "{point:?}");
            assert!((point.predicted.unwrap() / left - 1.0).abs() < 0.02, "{point:?}");
            assert_eq!(point.is_trainable(), initializer == init::HE_NORMAL || point.depth < 32, "{point:?}");
        }
        let series = sweep.series();
        assert_eq!(series.len(), 3);
        assert_eq!(series[0].1[2], (32.0, sweep.points[2].forward));
        assert!(sweep.to_string().contains("trains"), "{sweep}");
        assert_eq!(serde_json::to_value(&sweep)?["points"][1]["depth"], 8);
    }
    Ok(())
}

#[test]
fn what_fails_in_a_sweep_is_said() {
    let broken = depth_sweep(&[3], |_| Err(Error::Candle(candle_core::Error::Msg("no such depth".into()))));
    assert!(broken.unwrap_err().to_string().contains("no such depth"));
    let vars = VarMap::new();
    vars.get(3, "w", candle_nn::Init::Const(1.0), DType::F32, &CPU).unwrap();
    let no_loss = depth_sweep(&[3], |_| Ok(Net::new(&vars, &noise((2, 3), 1, &CPU)?, |x| Ok(x.clone()))));
    assert!(matches!(no_loss, Err(Error::NoLoss { .. })));
}
