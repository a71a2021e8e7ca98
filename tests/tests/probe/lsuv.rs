//! LSUV brings a badly started deep net to unit variance, layer by layer, and it then trains where it did not before.
//! What the report says is what a second, plain reading of the net finds.

// A test that fails by panicking says where.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use acceptance::values::{snapshot, values};
use anyhow::Result;
use candle_core::{D, DType, Device, Module, Tensor};
use candle_init::{Init, Initializer, init, named_vars, trainable_vars};
use candle_init_examples::data::Dataset;
use candle_init_examples::set::{Set, shuffled};
use candle_init_probe::{Biases, Error, Lsuv, LsuvOutcome, noise, unit_variance};
use candle_nn::{Linear, Optimizer, SGD, VarMap, linear, loss};

const CPU: Device = Device::Cpu;
const LAYERS: usize = 20;
const UNITS: usize = 64;

type Activation = fn(&Tensor) -> candle_core::Result<Tensor>;

/// A plain deep net.
struct Deep {
    vars: VarMap,
    layers: Vec<Linear>,
    activation: Activation,
}

impl Deep {
    /// Weights normal of this standard deviation, biases of a tenth.
    fn new(stdev: f64, activation: Activation, dtype: DType) -> Result<Self> {
        let vars = VarMap::new();
        let initializer = |stdev| Init::Randn { mean: 0.0, stdev };
        let init = Initializer::new(3).weights(initializer(stdev)).rule("*.bias", initializer(0.1 * stdev));
        let vb = init.var_builder(&vars, dtype, &CPU);
        let size = |layer| if layer == LAYERS { 10 } else { UNITS };
        let layers = (0..=LAYERS).map(|layer| linear(UNITS, size(layer), vb.pp(format!("{layer:02}"))));
        Ok(Self { layers: layers.collect::<candle_core::Result<_>>()?, vars, activation })
    }

    /// Each layer's output before the activation.
    fn outputs(&self, x: &Tensor) -> candle_core::Result<Vec<Tensor>> {
        let mut outputs: Vec<Tensor> = Vec::new();
        for layer in &self.layers {
            let read = outputs.last().map_or_else(|| Ok(x.clone()), |output| (self.activation)(output))?;
            outputs.push(layer.forward(&read)?);
        }
        Ok(outputs)
    }

    fn logits(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        self.outputs(x)?.pop().ok_or_else(|| candle_core::Error::Msg("no layers".into()))
    }

    fn stds(&self, x: &Tensor) -> Result<Vec<f64>> {
        self.outputs(x)?.iter().map(std).collect()
    }
}

fn std(tensor: &Tensor) -> Result<f64> {
    let values = values(&tensor.detach())?;
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    Ok((values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
}

#[track_caller]
fn all_near(stds: &[f64], target: f64, tolerance: f64) {
    let near = |std: &f64| ((std / target).powi(2) - 1.0).abs() < tolerance;
    assert!(stds.iter().all(near), "{stds:?} are not {target} within {tolerance}");
}

/// Small, large and mixed starts, kept or drawn anew, for three activations; the tolerance is of the variance.
#[test]
fn twenty_layers_come_to_unit_variance() -> Result<()> {
    let batch = noise((256, UNITS), 1, &CPU)?;
    for (stdev, activation) in
        [(0.01, Tensor::relu as Activation), (1.0, Tensor::tanh), (0.5, Tensor::gelu_erf)]
    {
        for options in [Lsuv::new(5), Lsuv::new(5).keep_weights().std(2.0).tolerance(0.01)] {
            let net = Deep::new(stdev, activation, DType::F32)?;
            let target = if options == Lsuv::new(5) { 1.0 } else { 2.0 };
            let before = net.stds(&batch)?;
            let report = options.run(&net.vars, &batch, |x| net.logits(x))?;
            let after = net.stds(&batch)?;
            all_near(&after, target, if target == 1.0 { 0.1 } else { 0.01 });
            assert!(before.iter().any(|std| !(0.3..3.0).contains(std)), "{before:?}");
            assert!(report.is_settled() && report.layers.len() == LAYERS + 1, "{report}");
            for ((layer, before), after) in report.layers.iter().zip(&before).zip(&after) {
                assert!((layer.std_before.unwrap() / before - 1.0).abs() < 1e-5, "{report}");
                assert!((layer.std_after.unwrap() / after - 1.0).abs() < 1e-5, "{report}");
            }
            let scaled: usize = report.layers.iter().map(|layer| layer.tries).sum();
            assert_eq!(report.passes, scaled + 2);
        }
    }
    Ok(())
}

/// `W/factor` is orthonormal, the very matrix that the seed and the weight's name give; biases are zero.
#[test]
fn weights_are_scaled_orthonormal_ones() -> Result<()> {
    let (net, batch) = (Deep::new(0.01, Tensor::relu, DType::F32)?, noise((256, UNITS), 1, &CPU)?);
    let report = Lsuv::new(5).run(&net.vars, &batch, |x| net.logits(x))?;
    let vars = net.vars.data().lock().unwrap();
    for layer in &report.layers {
        let weight = values(&vars[&layer.name])?;
        let drawn = Initializer::new(5).tensor(
            &layer.name,
            vars[&layer.name].shape(),
            init::ORTHOGONAL,
            DType::F32,
            &CPU,
        )?;
        let far = weight.iter().zip(values(&drawn)?).map(|(w, q)| (w - layer.factor * q).abs());
        assert!(far.fold(0.0, f64::max) < 1e-6 * layer.factor && layer.redrawn, "{}", layer.name);
        let bias = values(&vars[&layer.name.replace("weight", "bias")])?;
        assert!(bias.iter().all(|b| *b == 0.0));
    }
    Ok(())
}

/// One sweep, one factor a layer: the variance is one to the last digits, and each layer is what it was, times that.
#[test]
fn a_single_sweep_scales_each_layer_once() -> Result<()> {
    let batch = noise((256, UNITS), 1, &CPU)?;
    for dtype in [DType::F32, DType::F64] {
        let (net, twin) = (Deep::new(0.3, Tensor::tanh, dtype)?, Deep::new(0.3, Tensor::tanh, dtype)?);
        let batch = batch.to_dtype(dtype)?;
        let report = unit_variance(&net.vars, &batch, |x| net.logits(x))?;
        all_near(&net.stds(&batch)?, 1.0, 1e-4);
        assert_eq!(report.passes, LAYERS + 2);
        for (layer, (now, before)) in report.layers.iter().zip(net.layers.iter().zip(&twin.layers)) {
            assert_eq!((layer.tries, layer.redrawn, layer.outcome), (1, false, LsuvOutcome::Settled));
            for (now, before) in
                [(now.weight(), before.weight()), (now.bias().unwrap(), before.bias().unwrap())]
            {
                let far = values(now)?.into_iter().zip(values(before)?);
                let far = far.map(|(now, before)| (now - layer.factor * before).abs()).fold(0.0, f64::max);
                assert!(far < 1e-6 * layer.factor, "{}: {far}", layer.name);
            }
        }
    }
    Ok(())
}

/// Each unit's mean goes into its bias, and the variance is that around it.
#[test]
fn centred_units_have_mean_zero() -> Result<()> {
    let (net, batch) = (Deep::new(0.3, Tensor::relu, DType::F32)?, noise((256, UNITS), 1, &CPU)?);
    let report =
        Lsuv::new(5).biases(Biases::Centred).tolerance(1e-3).run(&net.vars, &batch, |x| net.logits(x))?;
    assert!(report.is_settled(), "{report}");
    for output in net.outputs(&batch)? {
        let means = values(&output.mean(0)?)?;
        assert!(means.iter().all(|mean| mean.abs() < 1e-3), "{means:?}");
    }
    all_near(&net.stds(&batch)?, 1.0, 2e-3);
    Ok(())
}

/// The same seed gives the same bits; what is settled already is left alone, at the cost of one pass.
#[test]
fn it_is_repeatable_and_knows_when_it_is_done() -> Result<()> {
    let batch = noise((256, UNITS), 1, &CPU)?;
    let run = || -> Result<Deep> {
        let net = Deep::new(0.01, Tensor::relu, DType::F32)?;
        Lsuv::new(5).run(&net.vars, &batch, |x| net.logits(x))?;
        Ok(net)
    };
    let (net, twin) = (run()?, run()?);
    let bits = |net: &Deep| acceptance::values::all_bits(&net.vars);
    let once = bits(&net)?;
    assert_eq!(once, bits(&twin)?);
    let again =
        Lsuv::new(5).keep_weights().biases(Biases::Scaled).run(&net.vars, &batch, |x| net.logits(x))?;
    assert_eq!((bits(&net)?, again.passes), (once, 1));
    assert!(again.layers.iter().all(|layer| layer.factor == 1.0 && layer.tries == 0));
    Ok(())
}

/// Plain gradient descent on the shipped digits, two epochs at a fixed rate.
fn accuracy_after(net: &Deep, train: &Set, test: &Set) -> Result<f64> {
    let mut sgd = SGD::new(trainable_vars(&net.vars), 0.02)?;
    for epoch in 0..6 {
        for indices in shuffled(train.count()?, 1, epoch).chunks(25) {
            let batch = train.pick(indices)?;
            sgd.backward_step(&loss::cross_entropy(&net.logits(&batch.images)?, &batch.labels)?)?;
        }
    }
    let right = net.logits(&test.images)?.argmax(D::Minus1)?.eq(&test.labels)?;
    Ok(values(&right)?.iter().sum::<f64>() / test.count()? as f64)
}

#[test]
fn it_trains_where_it_did_not_before() -> Result<()> {
    let data = Dataset::load(None, 1)?;
    let (train, test) = (Set::new(&data.train, &CPU)?, Set::new(&data.test, &CPU)?);
    for (stdev, activation) in [(0.01, Tensor::relu as Activation), (0.01, Tensor::tanh)] {
        let bad = accuracy_after(&Deep::new(stdev, activation, DType::F32)?, &train, &test)?;
        let net = Deep::new(stdev, activation, DType::F32)?;
        let batch = train.slice(0, 500)?.images;
        Lsuv::new(5).run(&net.vars, &batch, |x| net.logits(x))?;
        let good = accuracy_after(&net, &train, &test)?;
        println!("{bad:.3} → {good:.3}");
        assert!(bad < 0.2 && good > 0.8, "{bad} → {good}");
    }
    Ok(())
}

/// Whichever pass fails, every parameter is what it was, to the bit; running it again then works.
#[test]
fn a_failing_pass_changes_nothing() -> Result<()> {
    let (net, batch) = (Deep::new(0.01, Tensor::relu, DType::F32)?, noise((64, UNITS), 1, &CPU)?);
    let before = snapshot(&net.vars)?;
    let twin = Deep::new(0.01, Tensor::relu, DType::F32)?;
    let passes = Lsuv::new(5).run(&twin.vars, &batch, |x| twin.logits(x))?.passes;
    for last in 0..passes {
        let run = Cell::new(0);
        let failing = |x: &Tensor| {
            run.set(run.get() + 1);
            if run.get() > last { candle_core::bail!("the device is gone") } else { net.logits(x) }
        };
        let error = Lsuv::new(5).run(&net.vars, &batch, failing).unwrap_err();
        assert!(matches!(error, Error::Forward { .. }), "{error}");
        assert_eq!(snapshot(&net.vars)?, before, "after {last} passes");
    }
    assert!(Lsuv::new(5).run(&net.vars, &batch, |x| net.logits(x))?.is_settled());
    Ok(())
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() -> Result<()> {
    let (net, batch) = (Deep::new(0.01, Tensor::relu, DType::F32)?, noise((8, UNITS), 1, &CPU)?);
    let before = snapshot(&net.vars)?;
    let lsuv = Lsuv::new(5);
    for options in [lsuv.tolerance(f64::NAN), lsuv.tolerance(0.0), lsuv.std(-1.0), lsuv.tries(0)] {
        let error = options.run(&net.vars, &batch, |x| net.logits(x)).unwrap_err();
        assert!(matches!(error, Error::Number { .. }), "{error}");
    }
    let hole = (batch * f64::NAN)?;
    for batch in [hole, Tensor::zeros((0, UNITS), DType::F32, &CPU)?] {
        let error = lsuv.run(&net.vars, &batch, |x| net.logits(x)).unwrap_err();
        assert!(matches!(error, Error::Batch { .. }), "{error}");
    }
    assert_eq!(snapshot(&net.vars)?, before);
    assert_eq!(named_vars(&net.vars).len(), 2 * (LAYERS + 1));
    Ok(())
}
