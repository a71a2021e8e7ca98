//! Which layers LSUV scales and which it leaves: convolutions of every layout, tables, norms, recurrent layers, layers
//! that nothing reaches, layers that no factor helps.

// A test that fails by panicking says where.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use acceptance::values::{all_bits, values};
use anyhow::Result;
use candle_core::{DType, Device, IndexOp, Module, ModuleT, Tensor};
use candle_init::{Init, Initializer, init, named_vars};
use candle_init_probe::{Biases, Lsuv, LsuvLayer, LsuvOutcome, LsuvReport, noise, tokens, unit_variance};
use candle_nn::{
    BatchNormConfig, Conv1dConfig, Conv2dConfig, ConvTranspose1dConfig, ConvTranspose2dConfig, LSTMConfig,
    RNN, VarBuilder, VarMap, batch_norm, conv_transpose1d, conv_transpose1d_no_bias, conv_transpose2d,
    conv1d, conv1d_no_bias, conv2d, conv2d_no_bias, embedding, layer_norm, linear, linear_no_bias, lstm,
};

const CPU: Device = Device::Cpu;

fn builder(vars: &VarMap, dtype: DType) -> VarBuilder<'static> {
    Initializer::new(3).weights(Init::Randn { mean: 0.0, stdev: 0.05 }).var_builder(vars, dtype, &CPU)
}

fn of<'a>(report: &'a LsuvReport, name: &str) -> &'a LsuvLayer {
    report.layers.iter().find(|layer| layer.name == name).unwrap()
}

#[track_caller]
fn is_one(tensor: &Tensor, tolerance: f64) {
    let values = values(&tensor.detach()).unwrap();
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    assert!((variance - 1.0).abs() < tolerance, "variance {variance}");
}

/// The largest entry of `|QQᵀ − I|` for rows of length `long`, divided by `factor`.
fn defect(rows: &[Vec<f64>], factor: f64) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / (factor * factor);
    let pairs =
        rows.iter().enumerate().flat_map(|(i, a)| rows.iter().enumerate().map(move |(j, b)| (i, j, a, b)));
    pairs.map(|(i, j, a, b)| (dot(a, b) - f64::from(u8::from(i == j))).abs()).fold(0.0, f64::max)
}

/// A layer alone, of every layout: its whole output has unit variance, and its weight is orthonormal by output (or by
/// input where there are more outputs), a group at a time.
#[test]
fn convolutions_of_every_layout_are_scaled() -> Result<()> {
    type Layer = Box<dyn Module>;
    type Build = fn(VarBuilder<'static>) -> candle_core::Result<Layer>;
    let layers: [(Build, &[usize], usize); 8] = [
        (|vb| Ok(Box::new(conv1d(6, 8, 3, Conv1dConfig::default(), vb)?)), &[64, 6, 20], 1),
        (
            |vb| Ok(Box::new(conv1d_no_bias(6, 8, 3, Conv1dConfig { groups: 2, ..Default::default() }, vb)?)),
            &[64, 6, 20],
            2,
        ),
        (
            |vb| Ok(Box::new(conv1d(6, 6, 3, Conv1dConfig { groups: 6, ..Default::default() }, vb)?)),
            &[64, 6, 20],
            6,
        ),
        (
            |vb| Ok(Box::new(conv2d(6, 8, 3, Conv2dConfig { stride: 2, ..Default::default() }, vb)?)),
            &[16, 6, 9, 9],
            1,
        ),
        (
            |vb| {
                Ok(Box::new(conv2d_no_bias(6, 12, 3, Conv2dConfig { groups: 6, ..Default::default() }, vb)?))
            },
            &[16, 6, 9, 9],
            6,
        ),
        (
            |vb| Ok(Box::new(conv_transpose1d(6, 4, 3, ConvTranspose1dConfig::default(), vb)?)),
            &[64, 6, 20],
            1,
        ),
        (
            |vb| {
                Ok(Box::new(conv_transpose1d_no_bias(
                    6,
                    4,
                    3,
                    ConvTranspose1dConfig { groups: 2, ..Default::default() },
                    vb,
                )?))
            },
            &[64, 6, 20],
            2,
        ),
        (
            |vb| Ok(Box::new(conv_transpose2d(6, 4, 3, ConvTranspose2dConfig::default(), vb)?)),
            &[16, 6, 9, 9],
            1,
        ),
    ];
    for (number, (build, shape, groups)) in layers.into_iter().enumerate() {
        let vars = VarMap::new();
        let layer = build(builder(&vars, DType::F32).pp("conv"))?;
        // Channels of different sizes: one group is not as the others.
        let sizes = Tensor::arange(1f32, 7., &CPU)?.reshape((1, 6, 1))?;
        let batch = noise(shape, 1, &CPU)?.flatten_from(2)?.broadcast_mul(&sizes)?.reshape(shape)?;
        let report = Lsuv::new(5).tolerance(1e-3).run(&vars, &batch, |x| layer.forward(x))?;
        let row = of(&report, "conv.weight");
        assert_eq!(
            (row.outcome, row.tries, row.redrawn),
            (LsuvOutcome::Settled, 1, true),
            "{number}: {report}"
        );
        is_one(&layer.forward(&batch)?, 1e-3);
        let weight = vars.data().lock().unwrap()["conv.weight"].as_tensor().clone();
        let is_transposed = number >= 5;
        let weight = weight.flatten_from(2)?;
        let first = weight.dim(0)? / groups;
        for group in 0..groups {
            let part = weight.i(group * first..(group + 1) * first)?;
            let by_output = if is_transposed { part.transpose(0, 1)? } else { part };
            let matrix = by_output.contiguous()?.flatten_from(1)?.to_dtype(DType::F64)?;
            let (rows, cols) = matrix.dims2()?;
            let matrix = if rows <= cols { matrix } else { matrix.t()? };
            assert!(defect(&matrix.to_vec2()?, row.factor) < 1e-5, "{number}: {groups} groups");
        }
    }
    Ok(())
}

/// A small language model: tables, positions and norms stay; the tied head is scaled nowhere; dense layers are.
#[test]
fn tables_and_norms_are_left() -> Result<()> {
    let vars = VarMap::new();
    let vb = builder(&vars, DType::F32);
    let (words, norm) = (embedding(50, 16, vb.pp("words"))?, layer_norm(16, 1e-5, vb.pp("norm"))?);
    let places =
        vb.get_with_hints((12, 16), "places.weight", candle_nn::Init::Randn { mean: 0.0, stdev: 1.0 })?;
    let (up, down) = (linear(16, 64, vb.pp("up"))?, linear_no_bias(64, 16, vb.pp("down"))?);
    let model = |x: &Tensor| {
        let x = words.forward(x)?.broadcast_add(&places)?;
        let x = (down.forward(&up.forward(&norm.forward(&x)?)?.gelu_erf()?)? + x)?;
        x.flatten_to(1)?.matmul(&words.embeddings().t()?)
    };
    let before = all_bits(&vars)?;
    let report = Lsuv::new(5).run(&vars, &tokens((8, 12), 50, 1, &CPU)?, model)?;
    let changed: Vec<_> = all_bits(&vars)?.into_iter().filter(|(name, bits)| before[name] != *bits).collect();
    assert_eq!(
        changed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["down.weight", "up.bias", "up.weight"]
    );
    let named =
        |outcome| report.layers.iter().filter(move |layer| layer.outcome == outcome).map(|l| l.name.as_str());
    assert_eq!(named(LsuvOutcome::Settled).collect::<Vec<_>>(), ["up.weight", "down.weight"]);
    assert_eq!(named(LsuvOutcome::NotLinear).collect::<Vec<_>>(), ["words.weight", "places.weight"]);
    assert!(report.is_settled());
    Ok(())
}

/// An LSTM's matrices share a path, and nothing reaches a layer that is not used: both are left, and said to be.
#[test]
fn recurrent_and_unused_layers_are_left() -> Result<()> {
    let vars = VarMap::new();
    let vb = builder(&vars, DType::F32);
    let (rnn, head) = (lstm(8, 16, LSTMConfig::default(), vb.pp("rnn"))?, linear(16, 4, vb.pp("head"))?);
    linear(3, 3, vb.pp("unused"))?;
    let model = |x: &Tensor| {
        let states = rnn.seq(x)?;
        head.forward(states.last().map(candle_nn::rnn::LSTMState::h).unwrap_or(x))
    };
    let before = all_bits(&vars)?;
    let report = unit_variance(&vars, &noise((32, 5, 8), 1, &CPU)?, model)?;
    let outcomes: Vec<_> = report.layers.iter().map(|layer| (layer.name.as_str(), layer.outcome)).collect();
    assert!(outcomes.contains(&("rnn.weight_hh_l0", LsuvOutcome::NotLinear)), "{report}");
    assert!(outcomes.contains(&("head.weight", LsuvOutcome::Settled)), "{report}");
    assert_eq!(outcomes.last(), Some(&("unused.weight", LsuvOutcome::Unreached)), "{report}");
    for (name, bits) in all_bits(&vars)? {
        assert_eq!(bits == before[&name], !name.starts_with("head"), "{name}");
    }
    Ok(())
}

/// A net whose second layer reads zeros, since every unit of the first is off; and one with a NaN in its first.
#[test]
fn layers_that_no_factor_helps_stay_as_they_were() -> Result<()> {
    let batch = noise((64, 8), 1, &CPU)?;
    for (bias, weight, outcome) in
        [(-1e6, 0.0, LsuvOutcome::NoVariance), (0.0, f64::NAN, LsuvOutcome::NotFinite)]
    {
        let vars = VarMap::new();
        let vb = builder(&vars, DType::F32);
        let (first, second) = (linear(8, 16, vb.pp("a"))?, linear(16, 8, vb.pp("b"))?);
        let set = |name: &str, shift: f64| -> Result<()> {
            let vars = vars.data().lock().unwrap();
            Ok(vars[name].set(&(vars[name].as_detached_tensor() + shift)?)?)
        };
        set("a.bias", bias)?;
        set("a.weight", weight)?;
        // candle's ReLU makes zeros of NaN; its tanh does not.
        let model = |x: &Tensor| {
            let x = first.forward(x)?;
            second.forward(&if bias < 0.0 { x.relu()? } else { x.tanh()? })
        };
        let before = all_bits(&vars)?;
        let report = Lsuv::new(5).keep_weights().biases(Biases::Scaled).run(&vars, &batch, model)?;
        assert_eq!(of(&report, "b.weight").outcome, outcome, "{report}");
        assert!(!report.is_settled());
        let after = all_bits(&vars)?;
        assert!(["b.weight", "b.bias"].iter().all(|name| after[*name] == before[*name]), "{report}");
        // Cells may be wrapped.
        let text = report.to_string().replace(['│', '┆'], " ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("left as it was"), "{report}");
        if bias < 0.0 {
            // A weight that was drawn anew is put back too.
            let report = Lsuv::new(5).biases(Biases::Scaled).run(&vars, &batch, model)?;
            assert_eq!(of(&report, "b.weight").outcome, outcome, "{report}");
            assert!(all_bits(&vars)?["b.weight"] == before["b.weight"] && !of(&report, "b.weight").redrawn);
        }
        // The orthonormal start and a bias of zero mend both.
        assert!(Lsuv::new(5).run(&vars, &batch, model)?.is_settled());
    }
    Ok(())
}

/// A layer that reads zeros keeps its bias, and the next is scaled for what that bias gives.
#[test]
fn the_next_layer_sees_a_failed_one_as_it_stays() -> Result<()> {
    let vars = VarMap::new();
    let vb = builder(&vars, DType::F32);
    let (first, second) = (linear(8, 16, vb.pp("a"))?, linear(16, 8, vb.pp("b"))?);
    let model = |x: &Tensor| second.forward(&first.forward(&x.relu()?)?.tanh()?);
    let (before, batch) = (all_bits(&vars)?, noise((64, 8), 1, &CPU)?.abs()?.neg()?);
    let report = Lsuv::new(5).run(&vars, &batch, model)?;
    let outcomes = (of(&report, "a.weight").outcome, of(&report, "b.weight").outcome);
    assert_eq!(outcomes, (LsuvOutcome::NoVariance, LsuvOutcome::Settled), "{report}");
    assert!(["a.weight", "a.bias"].iter().all(|name| all_bits(&vars).unwrap()[*name] == before[*name]));
    is_one(&model(&batch)?, 0.1);
    Ok(())
}

/// A head of zeros has no variance to scale, and the orthonormal start gives it some.
#[test]
fn a_zero_head_stays_zero_unless_it_is_drawn() -> Result<()> {
    let vars = VarMap::new();
    let init = Initializer::new(3).weights(init::HE_NORMAL).rule("head.weight", init::ZEROS);
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    let (fc, head) = (linear(8, 16, vb.pp("fc"))?, linear(16, 4, vb.pp("head"))?);
    let (batch, model) = (noise((64, 8), 1, &CPU)?, |x: &Tensor| head.forward(&fc.forward(x)?.relu()?));
    let report = Lsuv::new(5).keep_weights().run(&vars, &batch, model)?;
    assert_eq!(of(&report, "head.weight").outcome, LsuvOutcome::NoVariance);
    assert!(values(head.weight())?.iter().all(|w| *w == 0.0));
    assert!(Lsuv::new(5).run(&vars, &batch, model)?.is_settled());
    Ok(())
}

/// A weight that is normalised before it is used does not answer to a factor, and a table that is added to a square
/// layer's input is no layer: both are told by the values.
#[test]
fn what_only_looks_linear_is_left() -> Result<()> {
    let vars = VarMap::new();
    let vb = builder(&vars, DType::F32);
    let normal = candle_nn::Init::Randn { mean: 0.0, stdev: 0.1 };
    let weight = vb.get_with_hints((16, 8), "normed.weight", normal)?;
    let table = vb.get_with_hints((16, 16), "table.weight", normal)?;
    let model = |x: &Tensor| {
        let weight = weight.broadcast_div(&weight.sqr()?.mean_all()?.sqrt()?)?;
        x.matmul(&weight.t()?)?.broadcast_add(&table)
    };
    let before = all_bits(&vars)?;
    let report = Lsuv::new(5).run(&vars, &noise((16, 8), 1, &CPU)?, model)?;
    assert!(report.layers.iter().all(|layer| layer.outcome == LsuvOutcome::NotLinear), "{report}");
    assert!(report.layers.len() == 2 && !report.is_settled() && all_bits(&vars)? == before);
    Ok(())
}

/// A model that gives something else each time never settles: the tries run out and are counted.
#[test]
fn tries_run_out() -> Result<()> {
    let vars = VarMap::new();
    let (fc, run) = (linear(8, 16, builder(&vars, DType::F32).pp("fc"))?, Cell::new(0.5));
    let model = |x: &Tensor| {
        run.set(2.0 * run.get());
        fc.forward(&(x * run.get())?)
    };
    let report = Lsuv::new(5).tries(4).run(&vars, &noise((64, 8), 1, &CPU)?, model)?;
    let row = of(&report, "fc.weight");
    assert_eq!((row.outcome, row.tries, report.passes), (LsuvOutcome::OutOfTries, 4, 6), "{report}");
    assert!(!report.is_settled());
    Ok(())
}

/// A batch norm in training writes its running statistics in every pass: they are put back.
#[test]
fn what_the_forward_pass_writes_is_put_back() -> Result<()> {
    let vars = VarMap::new();
    let vb = builder(&vars, DType::F32);
    let (fc, norm) =
        (linear(8, 16, vb.pp("fc"))?, batch_norm(16, BatchNormConfig::default(), vb.pp("norm"))?);
    let before = all_bits(&vars)?;
    let model = |x: &Tensor| norm.forward_t(&fc.forward(x)?, true);
    assert!(Lsuv::new(5).run(&vars, &noise((64, 8), 1, &CPU)?, model)?.is_settled());
    let after = all_bits(&vars)?;
    model(&noise((64, 8), 1, &CPU)?)?;
    for name in ["norm.running_mean", "norm.running_var"] {
        assert_eq!(after[name], before[name]);
        assert_ne!(all_bits(&vars)?[name], before[name], "the test's own norm does not write");
    }
    Ok(())
}

/// In a residual net each branch has unit variance, and the stream's grows by one a block.
#[test]
fn a_residual_stream_grows_by_one_a_block() -> Result<()> {
    const BLOCKS: usize = 8;
    let vars = VarMap::new();
    let vb = builder(&vars, DType::F32);
    let pairs = (0..BLOCKS)
        .map(|i| Ok((linear(64, 64, vb.pp(format!("{i}.a")))?, linear(64, 64, vb.pp(format!("{i}.b")))?)));
    let blocks = pairs.collect::<candle_core::Result<Vec<_>>>()?;
    let model =
        |x: &Tensor| blocks.iter().try_fold(x.clone(), |x, (a, b)| b.forward(&a.forward(&x)?.relu()?)? + x);
    let batch = noise((256, 64), 1, &CPU)?;
    let report = Lsuv::new(5).run(&vars, &batch, model)?;
    assert!(report.is_settled() && report.layers.len() == 2 * BLOCKS, "{report}");
    let stream = values(&model(&batch)?.sqr()?.mean_all()?)?[0];
    assert!((stream / (1.0 + BLOCKS as f64) - 1.0).abs() < 0.15, "{stream}");
    Ok(())
}

/// Narrow dtypes, a batch of one, and a table that reads well; the JSON has the same figures.
#[test]
fn narrow_dtypes_and_the_report() -> Result<()> {
    for dtype in [DType::BF16, DType::F16] {
        let vars = VarMap::new();
        let vb = builder(&vars, dtype);
        let (fc, head) = (linear(32, 64, vb.pp("fc"))?, linear(64, 10, vb.pp("head"))?);
        let batch = noise((1, 32), 1, &CPU)?.to_dtype(dtype)?;
        let report = Lsuv::new(5).run(&vars, &batch, |x| head.forward(&fc.forward(x)?.tanh()?))?;
        assert!(report.is_settled(), "{report}");
        assert!(named_vars(&vars).iter().all(|(_, var)| var.dtype() == dtype));
        let text = report.to_string();
        println!("{text}");
        assert!(text.contains("fc.weight") && text.ends_with("biases zero; 4 forward passes"), "{text}");
        let json = serde_json::to_value(&report)?;
        assert_eq!(json["layers"][0]["outcome"], "settled");
        assert_eq!(json["layers"][0]["factor"].as_f64(), Some(report.layers[0].factor));
        assert_eq!(json["options"]["start"]["orthonormal"], 5);
    }
    Ok(())
}
