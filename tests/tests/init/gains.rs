//! Gains: exact to nine digits where the literature has them, the same function as candle's, typed errors for what
//! has no gain.

use acceptance::gains::{CANDLE, GAINS};
use acceptance::values::values;
use anyhow::Result;
use candle_core::{Device, Tensor};
use candle_init::activation::{
    Activation, Error, ScalarFunction, backward_gain, backward_gain_estimate, expectation, gain,
    gain_estimate, pytorch_gain, second_moment,
};
use candle_init::init;
use candle_nn::{Module, ops};
use proptest::prelude::*;

#[test]
fn gains_have_their_known_values() -> Result<()> {
    for (activation, known) in GAINS {
        let gain = gain_estimate(activation)?;
        assert!((gain.value - known).abs() < 6e-10, "{activation}: {gain:?}, {known}");
        assert!(gain.error < 1e-11, "{activation}: {gain:?}");
    }
    Ok(())
}

/// Where a slope jumps there is a kink that the activation tells, and its slope there is that of one side.
#[test]
fn kinks_are_where_slopes_jump() {
    for (activation, _) in GAINS.into_iter().filter(|(activation, _)| *activation != Activation::Swiglu) {
        for z in (-16..=16).map(|half| f64::from(half) / 2.0) {
            let [left, at, right] = [z - 1e-9, z, z + 1e-9].map(|z| activation.derivative(z));
            let told = activation.kinks().unwrap_or_default().contains(&z);
            assert!(told || (left - right).abs() < 1e-6, "{activation} at {z}: {left}, {right}");
            let is_near = |side: f64| (at - side).abs() < 1e-6;
            assert!(is_near(left) || is_near(right), "{activation} at {z}: {at}, {left}, {right}");
        }
    }
}

#[test]
fn closed_forms_lie_within_the_error() -> Result<()> {
    let exact = [
        (Activation::Relu, 2.0_f64.sqrt(), 2.0_f64.sqrt()),
        (Activation::Linear, 1.0, 1.0),
        (Activation::Relu2, (2.0_f64 / 3.0).sqrt(), 0.5_f64.sqrt()),
        (Activation::LeakyRelu(0.2), (2.0_f64 / 1.04).sqrt(), (2.0_f64 / 1.04).sqrt()),
        (Activation::Sin, (2.0 / (1.0 - (-2.0_f64).exp())).sqrt(), (2.0 / (1.0 + (-2.0_f64).exp())).sqrt()),
    ];
    for (activation, forward, backward) in exact {
        let (f, b) = (gain_estimate(activation)?, backward_gain_estimate(activation)?);
        assert!((f.value - forward).abs() <= f.error, "{activation}: {f:?}, {forward}");
        assert!((b.value - backward).abs() <= b.error, "{activation}: {b:?}, {backward}");
        assert!(f.error.max(b.error) < 1e-12);
    }
    Ok(())
}

/// The estimated error holds for closures whose kinks and jumps nobody names; more in `gains_closures`.
#[test]
fn closures_have_gains() -> Result<()> {
    let shifted = gain_estimate(|z: f64| if z > 0.3 { 1.0 } else { -1.0 })?;
    assert!((shifted.value - 1.0).abs() <= shifted.error && shifted.error < 1e-10, "{shifted:?}");
    for (activation, known) in GAINS {
        let closure = |z: f64| activation.value(z);
        assert!((gain(closure)? - known).abs() < 6e-10, "{activation}");
        let (numeric, exact) = (backward_gain_estimate(closure)?, backward_gain(activation)?);
        if activation != Activation::Swiglu {
            assert!((numeric.value - exact).abs() <= numeric.error, "{activation}: {numeric:?}, {exact}");
            assert!(numeric.error < 1e-6);
        }
    }
    let kink = backward_gain_estimate(|z: f64| (z - 0.3).max(0.0))?;
    let exact = (0.5 * libm::erfc(0.3 / 2.0_f64.sqrt())).sqrt().recip();
    assert!((kink.value - exact).abs() <= kink.error, "{kink:?}, {exact}");
    Ok(())
}

fn grid() -> Vec<f64> {
    (-240..=240).map(|i| f64::from(i) / 20.0).filter(|z| *z != 0.0).collect()
}

/// Largest difference relative to `1 + |value|`.
fn difference(activation: Activation, candle: &Tensor) -> Result<f64> {
    let ours = grid().into_iter().map(|z| activation.value(z));
    let errors = ours.zip(values(candle)?).map(|(a, b)| (a - b).abs() / (1.0 + a.abs()));
    Ok(errors.fold(0.0, f64::max))
}

#[test]
fn values_are_candles() -> Result<()> {
    let x = Tensor::new(grid(), &Device::Cpu)?;
    for candle in CANDLE.into_iter().filter(|a| *a != candle_nn::Activation::Swiglu) {
        let error = difference(candle.into(), &candle.forward(&x)?)?;
        assert!(error < 1e-14, "{candle:?}: {error:e}");
    }
    let one = x.ones_like()?;
    let swiglu = candle_nn::Activation::Swiglu.forward(&Tensor::stack(&[&x, &one], 1)?)?.flatten_all()?;
    assert!(difference(Activation::Swiglu, &swiglu)? < 1e-14);
    let others = [
        (Activation::Linear, x.clone()),
        (Activation::Tanh, x.tanh()?),
        (Activation::Sin, x.sin()?),
        (Activation::Softplus, (x.exp()? + 1.0)?.log()?),
        (Activation::Softsign, (&x / (x.abs()? + 1.0)?)?),
        (Activation::QuickGelu, (&x * ops::sigmoid(&(&x * 1.702)?)?)?),
    ];
    for (activation, candle) in others {
        let error = difference(activation, &candle)?;
        assert!(error < 1e-14, "{activation}: {error:e}");
    }
    let single = x.to_dtype(candle_core::DType::F32)?;
    let selu = ops::selu(&single, 1.673_263_2, 1.050_701)?.to_dtype(candle_core::DType::F64)?;
    assert!(difference(Activation::Selu, &selu)? < 1e-6);
    Ok(())
}

#[test]
fn functions_without_a_gain_are_refused() {
    let refuse = |f: fn(f64) -> f64| gain(f).err();
    assert!(matches!(refuse(|_| 0.0), Some(Error::ZeroMoment)));
    assert!(matches!(refuse(|z| 1e-170 * z), Some(Error::ZeroMoment)));
    assert!(matches!(refuse(|z| (z * z / 4.0).exp()), Some(Error::InfiniteMoment { .. })));
    assert!(matches!(refuse(|z| (z * z / 4.0).exp() * z.sin()), Some(Error::InfiniteMoment { .. })));
    assert!(matches!(refuse(|z| (z * z).exp()), Some(Error::NotFinite { .. })));
    assert!(matches!(refuse(f64::ln), Some(Error::NotFinite { at, value }) if at < 0.0 && value.is_nan()));
    assert!(matches!(refuse(|_| f64::INFINITY), Some(Error::NotFinite { .. })));
    assert!(matches!(refuse(|z| z.abs().powf(-0.5)), Some(Error::NotConverged { .. })));
    assert!(matches!(
        refuse(|z| (z - 0.3).recip()),
        Some(Error::NotConverged { .. } | Error::NotFinite { .. })
    ));
    assert!(matches!(refuse(|z| (z * 1e7).sin()), Some(Error::NotConverged { .. })));
    assert!(matches!(backward_gain(|_: f64| 1.0).err(), Some(Error::ZeroMoment)));
    let growing = (refuse(|z| (z * z / 4.0).exp())).map(|e| e.to_string());
    assert!(growing.is_some_and(|text| text.contains("slower than exp(z²/4)")));
}

/// What is integrable is integrated, however it looks.
#[test]
fn wild_functions_have_their_moments() -> Result<()> {
    let steep = second_moment(|z: f64| (5.0 * z).exp())?;
    assert!((steep.value / 50.0_f64.exp() - 1.0).abs() < 1e-11, "{steep:?}");
    let near = second_moment(|z: f64| (z * z / 8.0).exp())?;
    assert!((near.value - 2.0_f64.sqrt()).abs() <= near.error, "{near:?}");
    let pole = second_moment(|z: f64| z.abs().powf(-0.25))?;
    // E|z|^(−1/2) = 2^(−1/4) Γ(1/4)/√π
    let exact = 2.0_f64.powf(-0.25) * libm::tgamma(0.25) / std::f64::consts::PI.sqrt();
    assert!((pole.value - exact).abs() <= pole.error && pole.error < 1e-9, "{pole:?}, {exact}");
    let wave = second_moment(|z: f64| (300.0 * z).sin())?;
    assert!((wave.value - 0.5).abs() <= wave.error && wave.error < 1e-10, "{wave:?}");
    let tenth = expectation(|z: f64| z.powi(10))?;
    assert!((tenth.value - 945.0).abs() <= tenth.error && tenth.error < 1e-8, "{tenth:?}");
    let odd = expectation(f64::tanh)?;
    assert!(odd.value.abs() <= odd.error, "{odd:?}");
    Ok(())
}

#[test]
fn the_table_of_pytorch_stays_what_it_is() -> Result<()> {
    assert_eq!(pytorch_gain(Activation::Tanh)?, 5.0 / 3.0);
    assert!((gain(Activation::Tanh)? - pytorch_gain(Activation::Tanh)?).abs() > 0.07);
    assert!((gain(Activation::Relu)? - pytorch_gain(Activation::Relu)?).abs() < 1e-12);
    let missing = pytorch_gain(candle_nn::Activation::Gelu);
    assert_eq!(missing, Err(Error::NoPytorchGain { activation: Activation::Gelu }));
    let text = missing.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains("`gelu`") && text.contains("leaky_relu") && text.contains("gain(gelu)"), "{text}");
    Ok(())
}

/// candle's own activations need no conversion.
#[test]
fn candles_activations_are_taken_as_they_are() -> Result<()> {
    for candle in CANDLE {
        assert_eq!(gain(candle)?, gain(Activation::from(candle))?);
        assert_eq!(backward_gain(candle)?, backward_gain(Activation::from(candle))?);
        let (ours, theirs) =
            (init::LECUN_NORMAL.gain(Activation::from(candle)), init::LECUN_NORMAL.gain(candle));
        assert_eq!(ours, theirs);
    }
    Ok(())
}

#[test]
fn texts_are_read_back() -> Result<()> {
    for (activation, _) in GAINS {
        assert_eq!(activation.to_string().parse::<Activation>()?, activation);
    }
    assert_eq!("LeakyReLU( slope = 0.2 )".parse::<Activation>()?, Activation::LeakyRelu(0.2));
    assert_eq!("elu".parse::<Activation>()?, Activation::Elu(1.0));
    assert_eq!("gelu_pytorch_tanh".parse::<Activation>()?, Activation::GeluTanh);
    let refuse = |text: &str| text.parse::<Activation>().err().map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(refuse("gelo"), "`gelo` is not an activation: did you mean `gelu`?");
    assert!(refuse("xyzzyplugh").contains("known are linear, gelu"));
    assert!(refuse("relu(2)").contains("takes no arguments"));
    assert!(refuse("elu(beta=2)").contains("elu(alpha=1)"));
    assert!(refuse("elu(alpha=nan)").contains("not finite"));
    assert!(refuse("elu(alpha=2").contains("bracket"));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Scaling the function scales the gain inversely; mirroring it changes nothing.
    #[test]
    fn gains_scale(factor in 1e-6..1e6_f64, slope in -2.0..2.0_f64, kink in -3.0..3.0_f64) {
        let f = move |z: f64| { let t = z - kink; if t > 0.0 { t } else { slope * t } };
        let plain = gain_estimate(f).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let scaled = gain(move |z| factor * f(z)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let mirrored = gain(move |z: f64| -f(-z)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!((scaled * factor / plain.value - 1.0).abs() < 1e-11);
        prop_assert!((mirrored / plain.value - 1.0).abs() < 1e-11);
        prop_assert!(plain.error < 1e-11 * plain.value);
    }

    #[test]
    fn leaky_relus_have_their_closed_form(slope in -3.0..3.0_f64) {
        let ours = gain(Activation::LeakyRelu(slope)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let pytorch = pytorch_gain(Activation::LeakyRelu(slope)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert!((ours - pytorch).abs() < 1e-12);
    }

    /// A slope is what differences say, for every activation and away from its kinks.
    #[test]
    fn slopes_are_derivatives(z in -8.0..8.0_f64, which in 0..GAINS.len()) {
        let (activation, _) = GAINS[which];
        let kinked = activation.kinks().unwrap_or_default().iter().any(|kink| (kink - z).abs() < 1e-2);
        prop_assume!(!kinked && activation != Activation::Swiglu);
        let step = 1e-3;
        let near = activation.value(z + step) - activation.value(z - step);
        let far = activation.value(z + 2.0 * step) - activation.value(z - 2.0 * step);
        let numeric = (8.0 * near - far) / (12.0 * step);
        prop_assert!((numeric - activation.derivative(z)).abs() < 1e-8, "{activation} at {z}");
        prop_assert_eq!(activation.exact_derivative(z), Some(activation.derivative(z)));
    }

    #[test]
    fn any_text_is_an_activation_or_an_error(text in ".{0,24}") {
        if let Ok(activation) = text.parse::<Activation>() {
            let again = activation.to_string().parse::<Activation>();
            prop_assert_eq!(again.ok(), Some(activation));
        }
    }
}
