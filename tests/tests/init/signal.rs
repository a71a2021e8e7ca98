//! Thirty layers deep a signal keeps its size forwards, and a gradient backwards, as each initializer promises for its
//! nonlinearity; a small error of the initializer, which compounds, does not pass.
//!
//! The measure is `ln q`, the logarithm of the mean square, averaged over 8 networks of 512 units. A network
//! is finite: each layer spreads `ln q` by a variance of about 2/512 (linear) or 5/512 (rectified), 0.34 and
//! 0.54 after thirty layers, so the band is `stats::LIMIT` = 7.13 standard errors of the mean, about
//! ±0.9 and ±1.4. A standard deviation off by 5 % shifts `ln q` by 2.9. See `depth` for the theory.

use std::error::Error;

use acceptance::depth::{Signal, fixed_point};
use acceptance::stats::LIMIT;
use acceptance::values::values;
use candle_core::{DType, Device, Result, Tensor, Var};
use candle_init::activation::{Activation as Theory, pytorch_gain};
use candle_init::{Family, Fan, Init, Initializer, Rule, VarianceScaling, init};

type Outcome = std::result::Result<(), Box<dyn Error>>;
type Activation = fn(&Tensor) -> Result<Tensor>;

const UNITS: usize = 512;
const LAYERS: usize = 30;
const NETWORKS: u64 = 8;
/// Wrong initializers are far off: half as many networks show it, in a band wider by √2.
const WRONG: u64 = 4;

const HE_OUT: Init =
    Init::VarianceScaling(VarianceScaling { scale: 2.0, fan: Fan::Out, family: Family::Normal });

/// A network of one kind of layer. `wide` times more outputs than units, of which the first are kept, or
/// `tall` times more inputs, of which the others are zero, make the two fans differ.
#[derive(Clone)]
struct Network {
    initializer: Rule,
    activation: Activation,
    wide: usize,
    tall: usize,
}

impl Network {
    fn square(initializer: impl Into<Rule>, activation: Activation) -> Self {
        Self { initializer: initializer.into(), activation, wide: 1, tall: 1 }
    }

    fn weight(&self, init: &Initializer, layer: usize) -> candle_init::Result<Tensor> {
        let shape = (UNITS * self.wide, UNITS * self.tall);
        init.tensor(
            &format!("layers.{layer}.weight"),
            shape,
            self.initializer.clone(),
            DType::F32,
            &Device::Cpu,
        )
    }

    /// The pre-activations of a layer from those of the one before.
    fn layer(&self, init: &Initializer, layer: usize, x: &Tensor) -> Result<Tensor> {
        let input = x.pad_with_zeros(0, 0, UNITS * (self.tall - 1))?;
        self.weight(init, layer)?.matmul(&input)?.narrow(0, 0, UNITS)
    }

    /// From a first layer's pre-activations to the last one's.
    fn forward(&self, init: &Initializer, first: &Tensor) -> Result<Tensor> {
        (0..LAYERS).try_fold(first.clone(), |x, layer| self.layer(init, layer, &(self.activation)(&x)?))
    }
}

/// `ln` of the mean square.
fn log_square(tensor: &Tensor) -> Result<f64> {
    let values = values(tensor)?;
    Ok((values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64).ln())
}

/// A column of normal numbers scaled to mean square `q`.
fn column(init: &Initializer, q: f64) -> Result<Tensor> {
    let initializer = Init::Randn { mean: 0.0, stdev: 1.0 };
    let x = init.tensor("input", (UNITS, 1), initializer, DType::F32, &Device::Cpu)?;
    x.affine((q.ln() - log_square(&x)?).mul_add(0.5, 0.0).exp(), 0.0)
}

/// `ln q` at the end, of each network.
fn forward(networks: u64, network: Network, q: f64) -> Result<Vec<f64>> {
    let run = |seed| {
        let init = Initializer::new(seed);
        log_square(&network.forward(&init, &column(&init, q)?)?)
    };
    (0..networks).map(run).collect()
}

/// `ln` of the mean square of a random projection's gradient at the input, for a projection of mean square 1.
fn backward(networks: u64, network: Network) -> Result<Vec<f64>> {
    let run = |seed| {
        let init = Initializer::new(seed);
        let input = Var::from_tensor(&column(&init, 1.0)?)?;
        let direction = column(&Initializer::new(seed + 1000), 1.0)?;
        let loss = network.forward(&init, &input)?.mul(&direction)?.sum_all()?;
        let gradients = loss.backward()?;
        log_square(gradients.get(&input).ok_or_else(|| candle_core::Error::Msg("no gradient".into()))?)
    };
    (0..networks).map(run).collect()
}

fn linear(x: &Tensor) -> Result<Tensor> {
    Ok(x.clone())
}

fn identity(x: f64) -> f64 {
    x
}

fn rectify(x: f64) -> f64 {
    x.max(0.0)
}

/// What theory expects of `ln q` after all layers.
fn expected(f: fn(f64) -> f64, g2: f64, q: f64) -> Signal {
    (0..LAYERS).fold(Signal::new(q), |signal, _| signal.through(f, g2, UNITS))
}

#[track_caller]
fn kept(logs: &[f64], theory: Signal, what: &str) {
    let errors = theory.errors(logs);
    assert!(errors.abs() < LIMIT, "{what}: {errors:.1} standard errors from {theory:?}: {logs:?}");
}

/// Off by more than the band, to that side.
#[track_caller]
fn lost(logs: &[f64], theory: Signal, side: f64, what: &str) {
    let errors = side * theory.errors(logs);
    assert!(errors > LIMIT, "{what} passes: {errors:.1} standard errors");
}

#[test]
fn he_keeps_the_signal_through_rectifiers() -> Outcome {
    let theory = expected(rectify, 2.0, 1.0);
    let wide = |initializer: Rule| Network { wide: 2, ..Network::square(initializer, Tensor::relu) };
    for initializer in [init::HE_NORMAL, init::HE_UNIFORM, init::HE_TRUNCATED_NORMAL] {
        kept(&forward(NETWORKS, wide(initializer.into()), 1.0)?, theory, &initializer.to_string());
    }
    let off = |initializer: Rule| forward(WRONG, wide(initializer), 1.0);
    lost(&off(HE_OUT.into())?, theory, -1.0, "the other fan");
    lost(&off(init::HE_NORMAL.times(1.05))?, theory, 1.0, "a gain of 1.05");
    lost(&off(init::HE_NORMAL.times(0.95))?, theory, -1.0, "a gain of 0.95");
    Ok(())
}

/// Half of the variance goes in each layer: 2⁻³⁰ in all, 2⁻¹⁵ of the standard deviation.
#[test]
fn glorot_loses_the_signal_in_rectifiers() -> Outcome {
    let logs = forward(NETWORKS, Network::square(init::GLOROT_NORMAL, Tensor::relu), 1.0)?;
    lost(&logs, expected(rectify, 2.0, 1.0), -1.0, "Glorot");
    let theory = expected(rectify, 1.0, 1.0);
    kept(&logs, theory, "Glorot through rectifiers");
    assert!((theory.log / (LAYERS as f64 * 0.5_f64.ln()) - 1.0).abs() < 0.02);
    Ok(())
}

#[test]
fn glorot_keeps_the_signal_of_linear_layers() -> Outcome {
    let theory = expected(identity, 1.0, 1.0);
    for initializer in [init::GLOROT_UNIFORM, init::GLOROT_NORMAL, init::LECUN_TRUNCATED_NORMAL] {
        kept(
            &forward(NETWORKS, Network::square(initializer, linear), 1.0)?,
            theory,
            &initializer.to_string(),
        );
    }
    lost(
        &forward(WRONG, Network::square(init::GLOROT_NORMAL.times(1.05), linear), 1.0)?,
        theory,
        1.0,
        "1.05",
    );
    Ok(())
}

/// Tanh shrinks what passes: without a gain the signal dies as 1/(2·layers), and with 5/3 it settles where the
/// layer keeps it. Both are followed by the recursion, not by eye.
#[test]
fn tanh_behaves_as_its_recursion_says() -> Outcome {
    let (plain, gain) = (init::GLOROT_UNIFORM, pytorch_gain(Theory::Tanh)?);
    let logs = forward(NETWORKS, Network::square(plain, Tensor::tanh), 1.0)?;
    let decay = expected(f64::tanh, 1.0, 1.0);
    kept(&logs, decay, "Glorot through tanh");
    assert!((0.01..0.03).contains(&decay.log.exp()), "{decay:?}");
    let settled = fixed_point(f64::tanh, gain * gain);
    let theory = expected(f64::tanh, gain * gain, settled);
    assert!((theory.log - settled.ln()).abs() < 0.02, "{theory:?} for {settled}");
    kept(
        &forward(NETWORKS, Network::square(plain.times(gain), Tensor::tanh), settled)?,
        theory,
        "a gain of 5/3",
    );
    lost(&logs, theory, -1.0, "no gain");
    lost(
        &forward(WRONG, Network::square(plain.times(gain * 1.05), Tensor::tanh), settled)?,
        theory,
        1.0,
        "1.05",
    );
    Ok(())
}

/// Backwards each matrix is met transposed, so the other fan keeps the gradient. The mask of a rectifier drops
/// half of it, as the rectifier drops half of the signal; the last matrix has none behind it.
#[test]
fn he_by_fan_out_keeps_the_gradient_through_rectifiers() -> Outcome {
    let theory = expected(rectify, 2.0, 1.0);
    let tall = |initializer: Rule| Network { tall: 2, ..Network::square(initializer, Tensor::relu) };
    kept(&backward(NETWORKS, tall(HE_OUT.into()))?, theory, "He by fan-out");
    lost(&backward(WRONG, tall(init::HE_NORMAL.into()))?, theory, -1.0, "the other fan");
    lost(&backward(WRONG, tall(HE_OUT.times(1.05)))?, theory, 1.0, "a gain of 1.05");
    Ok(())
}

#[test]
fn glorot_keeps_the_gradient_of_linear_layers() -> Outcome {
    let theory = expected(identity, 1.0, 1.0);
    kept(&backward(NETWORKS, Network::square(init::GLOROT_UNIFORM, linear))?, theory, "Glorot");
    lost(&backward(WRONG, Network::square(init::GLOROT_UNIFORM.times(0.95), linear))?, theory, -1.0, "0.95");
    Ok(())
}
