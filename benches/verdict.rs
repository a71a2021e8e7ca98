//! What the probe's check costs beside one forward and one backward pass of the net it checks.

use std::time::Instant;

use anyhow::Result;
use candle_core::{D, DType, Device, Tensor};
use candle_init::{Initializer, init};
use candle_init_probe::{Probe, noise};
use candle_nn::{BatchNormConfig, Conv2dConfig, LSTMConfig, Linear, Module, RNN, VarBuilder, VarMap, linear};

type Net = Box<dyn Fn(&Tensor) -> candle_core::Result<Tensor>>;
type Build = fn(VarBuilder<'static>) -> candle_core::Result<Net>;

/// Runs of each, of which the fastest counts.
const RUNS: usize = 5;

fn main() -> Result<()> {
    let cases: [(&str, &[usize], Build); 6] = [
        ("MLP, 12 layers of 512", &[64, 512], mlp),
        ("ViT, 12 blocks of 192, 65 tokens", &[4, 65, 192], blocks::<12, 192>),
        ("depthwise net, 16 blocks to 320 channels", &[1, 3, 64, 64], depthwise),
        ("the same, eight images", &[8, 3, 64, 64], depthwise),
        ("LSTM, 200 steps", &[8, 200, 32], lstm),
        ("decoder, 24 blocks of 256, 64 tokens", &[2, 64, 256], blocks::<24, 256>),
    ];
    println!("{:<44}{:>12}{:>12}{:>10}", "", "passes, ms", "check, ms", "ratio");
    for (name, shape, build) in cases {
        let vars = VarMap::new();
        let init = Initializer::new(1).weights(init::HE_NORMAL).rule("*bias*", init::ZEROS);
        let init = init.layer("rnn.*", candle_init::Layer::LSTM);
        let net = build(init.var_builder(&vars, DType::F32, &Device::Cpu))?;
        let batch = noise(shape, 7, &Device::Cpu)?;
        let passes = fastest(|| {
            let input = candle_core::Var::from_tensor(&batch)?;
            net(&input)?.backward()?;
            Ok(())
        })?;
        let check = fastest(|| {
            Probe::new(&vars).check(&batch, |x| net(x))?;
            Ok(())
        })?;
        println!("{name:<44}{passes:>12.1}{check:>12.1}{:>10.2}", check / passes);
    }
    Ok(())
}

fn fastest(run: impl Fn() -> Result<()>) -> Result<f64> {
    let mut least = f64::INFINITY;
    // `cargo test --benches` asks whether it runs.
    let runs = if std::env::args().any(|word| word == "--test") { 1 } else { RUNS };
    for _ in 0..runs {
        let start = Instant::now();
        run()?;
        least = least.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(least)
}

fn mlp(vb: VarBuilder<'static>) -> candle_core::Result<Net> {
    let layers = (0..12).map(|n| linear(512, 512, vb.pp(n))).collect::<candle_core::Result<Vec<_>>>()?;
    Ok(Box::new(move |x| {
        layers.iter().try_fold(x.clone(), |x, layer| layer.forward(&x)?.relu())?.sqr()?.mean_all()
    }))
}

fn blocks<const DEPTH: usize, const WIDTH: usize>(vb: VarBuilder<'static>) -> candle_core::Result<Net> {
    struct Block([candle_nn::LayerNorm; 2], [Linear; 4]);
    let block = |n: usize| {
        let vb = vb.pp(n);
        let norm = |name: &str| candle_nn::layer_norm_no_bias(WIDTH, 1e-5, vb.pp(name));
        let layer = |from, to, name: &str| linear(from, to, vb.pp(name));
        let layers = [
            layer(WIDTH, 3 * WIDTH, "qkv")?,
            layer(WIDTH, WIDTH, "out")?,
            layer(WIDTH, 4 * WIDTH, "up")?,
            layer(4 * WIDTH, WIDTH, "down")?,
        ];
        Ok(Block([norm("norm1")?, norm("norm2")?], layers))
    };
    let blocks = (0..DEPTH).map(block).collect::<candle_core::Result<Vec<_>>>()?;
    Ok(Box::new(move |x| {
        let mut x = x.clone();
        for Block(norms, layers) in &blocks {
            let parts = norms[0].forward(&x)?.apply(&layers[0])?.chunk(3, D::Minus1)?;
            let scores = (parts[0].matmul(&parts[1].t()?)? / (WIDTH as f64).sqrt())?;
            let mixed = candle_nn::ops::softmax(&scores, D::Minus1)?.matmul(&parts[2].contiguous()?)?;
            x = (&x + mixed.apply(&layers[1])?)?;
            x = (&x + norms[1].forward(&x)?.apply(&layers[2])?.gelu_erf()?.apply(&layers[3])?)?;
        }
        x.sqr()?.mean_all()
    }))
}

fn depthwise(vb: VarBuilder<'static>) -> candle_core::Result<Net> {
    let widths = [32, 16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320];
    let stem = Conv2dConfig { padding: 1, stride: 2, ..Conv2dConfig::default() };
    let stem = candle_nn::conv2d_no_bias(3, 32, 3, stem, vb.pp("stem"))?;
    let block = |(n, pair): (usize, &[usize])| {
        let (vb, inner) = (vb.pp(n), 4 * pair[0]);
        let stride = if [1, 3, 5, 11].contains(&n) { 2 } else { 1 };
        let config = Conv2dConfig { padding: 1, stride, groups: inner, ..Conv2dConfig::default() };
        let point = |from, to, name: &str| {
            candle_nn::conv2d_no_bias(from, to, 1, Conv2dConfig::default(), vb.pp(name))
        };
        let norm = |size, name: &str| candle_nn::batch_norm(size, BatchNormConfig::default(), vb.pp(name));
        let convs = [
            point(pair[0], inner, "expand")?,
            candle_nn::conv2d_no_bias(inner, inner, 3, config, vb.pp("depthwise"))?,
            point(inner, pair[1], "project")?,
        ];
        Ok((convs, [norm(inner, "norm1")?, norm(inner, "norm2")?, norm(pair[1], "norm3")?]))
    };
    let blocks = widths.windows(2).enumerate().map(block).collect::<candle_core::Result<Vec<_>>>()?;
    Ok(Box::new(move |x| {
        let mut x = x.apply(&stem)?;
        for (convs, norms) in &blocks {
            let inner = candle_nn::ops::silu(&norms[0].forward_train(&x.apply(&convs[0])?)?)?;
            let inner = candle_nn::ops::silu(&norms[1].forward_train(&inner.apply(&convs[1])?)?)?;
            x = norms[2].forward_train(&inner.apply(&convs[2])?)?;
        }
        x.sqr()?.mean_all()
    }))
}

fn lstm(vb: VarBuilder<'static>) -> candle_core::Result<Net> {
    let cell = candle_nn::lstm(32, 64, LSTMConfig::default(), vb.pp("rnn"))?;
    let head = linear(64, 10, vb.pp("head"))?;
    Ok(Box::new(move |x| {
        let states = cell.seq(x)?;
        let last = states.last().ok_or_else(|| candle_core::Error::msg("no steps"))?;
        head.forward(last.h())?.sqr()?.mean_all()
    }))
}
