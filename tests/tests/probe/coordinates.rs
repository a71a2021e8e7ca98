//! The coordinate check tells a parametrization that suits every width from one that does not.

// A test that fails by panicking says where.
#![allow(clippy::unwrap_used)]

use acceptance::values::values;
use anyhow::Result;
use candle_core::{DType, Device, Module, Tensor, Var};
use candle_init::{Initializer, Rule as Given, init, trainable_vars};
use candle_init_probe::{CoordinateCheck, Error, Growth, Net, TrainedNet, coordinate_check, noise};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, SGD, VarMap, linear_no_bias};

const CPU: Device = Device::Cpu;
const INPUTS: usize = 32;
const CLASSES: usize = 10;
const WIDTHS: [usize; 4] = [64, 128, 256, 512];
const BASE: usize = 64;

type Outcome = std::result::Result<CoordinateCheck, Error>;

/// How a net of three layers starts and is trained at a width.
#[derive(Clone, Copy)]
struct Recipe {
    initializers: fn() -> [Given; 3],
    /// What the last layer's input is multiplied by.
    output: fn(usize) -> f64,
    /// The rate of each of the three weights.
    rates: fn(usize) -> [f64; 3],
    adam: bool,
}

/// An optimizer of one weight.
enum Rule {
    Adam(AdamW),
    Sgd(SGD),
}

impl Rule {
    fn new(vars: Vec<Var>, lr: f64, adam: bool) -> candle_core::Result<Self> {
        let params = ParamsAdamW { lr, weight_decay: 0.0, ..ParamsAdamW::default() };
        Ok(if adam { Self::Adam(AdamW::new(vars, params)?) } else { Self::Sgd(SGD::new(vars, lr)?) })
    }

    fn step(&mut self, gradients: &candle_core::backprop::GradStore) -> candle_core::Result<()> {
        match self {
            Self::Adam(rule) => rule.step(gradients),
            Self::Sgd(rule) => rule.step(gradients),
        }
    }
}

impl Recipe {
    fn net(self, width: usize) -> std::result::Result<TrainedNet<'static>, Error> {
        let (vars, [input, hidden, head]) = (VarMap::new(), (self.initializers)());
        let init = Initializer::new(1).rule("input.*", input).rule("hidden.*", hidden).rule("output.*", head);
        let vb = init.var_builder(&vars, DType::F32, &CPU);
        let first = linear_no_bias(INPUTS, width, vb.pp("input"))?;
        let second = linear_no_bias(width, width, vb.pp("hidden"))?;
        let last = linear_no_bias(width, CLASSES, vb.pp("output"))?;
        // A function that can be learnt: the first of the inputs.
        let batch = noise((64, INPUTS), 7, &CPU)?;
        let targets = batch.narrow(1, 0, CLASSES)?;
        let factor = (self.output)(width);
        // Name order: hidden, input, output.
        let [input, hidden, head] = (self.rates)(width);
        let rules = trainable_vars(&vars).into_iter().zip([hidden, input, head]);
        let rules = rules.map(|(var, lr)| Rule::new(vec![var], lr, self.adam));
        let mut rules = rules.collect::<candle_core::Result<Vec<_>>>()?;
        let net = Net::new(&vars, &batch, move |x| {
            let x = second.forward(&first.forward(x)?.relu()?)?.relu()?;
            (last.forward(&(x * factor)?)? - &targets)?.sqr()?.mean_all()
        });
        Ok(net.step(move |loss| {
            let gradients = loss.backward()?;
            rules.iter_mut().try_for_each(|rule| rule.step(&gradients))
        }))
    }

    fn check(self) -> Outcome {
        coordinate_check(&WIDTHS, 4, |width| self.net(width))
    }
}

/// He's initializer for the layers before a ReLU, and a head whose first logits are small beside the targets: µP makes them
/// smaller the wider the net, which would show as a change of the loss.
fn standard() -> [Given; 3] {
    [init::HE_NORMAL.into(), init::HE_NORMAL.into(), init::LECUN_NORMAL.times(0.05)]
}

/// The same at the base width, and from there by µP (`Rule::mup`).
fn mup() -> [Given; 3] {
    let [input, hidden, head] = standard();
    [input.mup((BASE, INPUTS)), hidden.mup((BASE, BASE)), head.mup((CLASSES, BASE))]
}

/// How many times wider than the base.
fn wider(width: usize) -> f64 {
    width as f64 / BASE as f64
}

const STANDARD_ADAM: Recipe =
    Recipe { initializers: standard, output: |_| 1.0, rates: |_| [0.001; 3], adam: true };
const STANDARD_SGD: Recipe = Recipe { rates: |_| [0.05; 3], adam: false, ..STANDARD_ADAM };
/// µP for Adam and for SGD (Yang et al. 2022, table 8): the logits are divided by the width.
const MUP_ADAM: Recipe = Recipe {
    initializers: mup,
    output: |width| wider(width).recip(),
    rates: |width| [0.001, 0.001 / wider(width), 0.001],
    adam: true,
};
const MUP_SGD: Recipe =
    Recipe { rates: |width| [0.05 * wider(width), 0.05, 0.05 * wider(width)], adam: false, ..MUP_ADAM };

fn verdicts(check: &CoordinateCheck) -> Vec<Growth> {
    println!("{check}");
    check.layers.iter().map(|layer| layer.verdict).collect()
}

/// Adam moves every weight alike, so each sum over the width moves as the width: hidden outputs and the logits grow.
#[test]
fn standard_adam_grows_behind_the_first_layer() -> Result<()> {
    let check = STANDARD_ADAM.check()?;
    assert_eq!(verdicts(&check), [Growth::Stable, Growth::Grows, Growth::Grows]);
    assert!(!check.is_stable() && check.layers[1].change_exponent > 0.5, "{check}");
    Ok(())
}

/// Plain gradient descent leaves the first layer of a wide net where it is, and moves the logits too far.
#[test]
fn standard_sgd_forgets_the_first_layer() -> Result<()> {
    let check = STANDARD_SGD.check()?;
    assert_eq!(verdicts(&check), [Growth::Shrinks, Growth::Grows, Growth::Grows]);
    Ok(())
}

#[test]
fn mup_is_stable_with_adam_and_with_sgd() -> Result<()> {
    for recipe in [MUP_ADAM, MUP_SGD] {
        let check = recipe.check()?;
        assert_eq!(verdicts(&check), [Growth::Stable; 3]);
        assert!(check.is_stable());
    }
    Ok(())
}

/// Leaving out one rule of µP shows in the layer that it is for.
#[test]
fn each_rule_of_mup_is_missed() -> Result<()> {
    let hidden = Recipe { rates: |_| [0.001; 3], ..MUP_ADAM }.check()?;
    assert_eq!(verdicts(&hidden)[1], Growth::Grows);
    let output = Recipe { output: |_| 1.0, ..MUP_ADAM }.check()?;
    assert_eq!(verdicts(&output)[2], Growth::Grows);
    let input = Recipe { rates: |width| [0.05, 0.05, 0.05 * wider(width)], ..MUP_SGD }.check()?;
    assert_eq!(verdicts(&input)[0], Growth::Shrinks);
    Ok(())
}

/// The figures are those of a plain net: the output at the start, and how far one step moved it.
#[test]
fn the_figures_are_what_a_plain_run_gives() -> Result<()> {
    let rms = |x: &Tensor| Ok::<_, candle_core::Error>(values(&x.sqr()?.mean_all()?.sqrt()?)?[0]);
    let batch = noise((64, INPUTS), 7, &CPU)?;
    let build = |width: usize| -> std::result::Result<_, Error> {
        let vars = VarMap::new();
        let vb = Initializer::new(1).weights(init::LECUN_NORMAL).var_builder(&vars, DType::F32, &CPU);
        Ok((linear_no_bias(INPUTS, width, vb.pp("fc"))?, SGD::new(trainable_vars(&vars), 0.5)?, vars))
    };
    let check = coordinate_check(&[8, 16], 2, |width| {
        let (fc, mut sgd, vars) = build(width)?;
        let net = Net::new(&vars, &batch, move |x| fc.forward(x)?.sqr()?.mean_all());
        Ok(net.step(move |loss| sgd.backward_step(loss)))
    })?;
    let layer = &check.layers[0];
    for (i, width) in [8, 16].into_iter().enumerate() {
        let (fc, mut sgd, _) = build(width)?;
        let start = fc.forward(&batch)?.detach();
        for step in 0..=2 {
            let now = fc.forward(&batch)?.detach();
            let expected = [rms(&now)?, rms(&(&now - &start)?)?, rms(&now)?.powi(2)];
            let got = [layer.rms[i][step], layer.change[i][step], check.losses[i][step]];
            let near = |(a, b): (f64, f64)| (a - b).abs() <= 1e-5 * b;
            assert!(got.into_iter().zip(expected).all(near), "{got:?} for {expected:?}");
            assert_eq!(check.series(step)[0].1[i], (width as f64, layer.rms[i][step]));
            assert_eq!(check.change_series(step)[0].1[i], (width as f64, layer.change[i][step]));
            assert_eq!(check.chart(step).series[0].points[i], (width as f64, layer.change[i][step]));
            sgd.backward_step(&fc.forward(&batch)?.sqr()?.mean_all()?)?;
        }
    }
    let json = serde_json::to_value(&check)?;
    assert_eq!(json["layers"][0]["change"][1][2].as_f64(), Some(layer.change[1][2]));
    Ok(())
}

/// A rate of zero moves nothing; one that is far too large leaves no number.
#[test]
fn still_and_diverging_nets_are_told() -> Result<()> {
    let still = Recipe { rates: |_| [0.0, 0.001, 0.001], ..MUP_ADAM }.check()?;
    assert_eq!(verdicts(&still)[0], Growth::Still);
    let wild = Recipe { rates: |_| [1e30; 3], ..STANDARD_SGD }.check()?;
    assert_eq!(verdicts(&wild), [Growth::Diverges; 3]);
    Ok(())
}

#[test]
fn what_cannot_be_checked_is_refused() {
    let one = coordinate_check(&[64, 64], 3, |width| MUP_ADAM.net(width)).unwrap_err();
    assert!(one.to_string().starts_with("the number of different widths is 1: at least two"), "{one}");
    let none = coordinate_check(&WIDTHS, 0, |width| MUP_ADAM.net(width)).unwrap_err();
    assert!(matches!(none, Error::Number { parameter: "the number of steps", .. }), "{none}");
    let other = |width: usize| -> std::result::Result<Net<'static>, Error> {
        let vars = VarMap::new();
        let vb = Initializer::new(1).var_builder(&vars, DType::F32, &CPU);
        let fc = linear_no_bias(4, 4, vb.pp(if width == 8 { "fc" } else { "other" }))?;
        Ok(Net::new(&vars, &noise((2, 4), 1, &CPU)?, move |x| fc.forward(x)?.sqr()?.mean_all()))
    };
    let error = coordinate_check(&[8, 16], 1, |width| Ok(other(width)?.step(|_| Ok(())))).unwrap_err();
    assert!(error.to_string().contains("the net of width 16 has no layer `fc`"), "{error}");
    let failing = |_: &Tensor| -> candle_core::Result<()> { candle_core::bail!("no gradient") };
    let error = coordinate_check(&[8, 16], 1, |width| Ok(other(width)?.step(failing))).unwrap_err();
    assert!(matches!(error, Error::Step { .. }) && error.to_string().contains("no gradient"), "{error}");
}
