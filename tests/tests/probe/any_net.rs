//! Any small net, from any initializer, in any dtype, on any batch: a verdict, never a panic, and the same one twice.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::nets::{Function, Net, Plan, cross_entropy};
use acceptance::share::share;
use acceptance::values::all_bits;
use candle_core::{DType, Device, Tensor};
use candle_init::{Init, Initializer, init};
use candle_init_probe::{Probe, Severity, Verdict, noise};
use candle_nn::{Activation, Module, Optimizer, SGD, VarMap};
use proptest::prelude::*;

const CPU: Device = Device::Cpu;

fn functions() -> impl Strategy<Value = Function> {
    prop_oneof![
        Just(Function::Tanh),
        Just(Function::Candle(Activation::Relu)),
        Just(Function::Candle(Activation::Gelu)),
        Just(Function::Candle(Activation::LeakyRelu(0.1))),
        Just(Function::Candle(Activation::Elu(1.0))),
    ]
}

fn initializers() -> impl Strategy<Value = Init> {
    prop_oneof![
        Just(init::ZEROS),
        Just(init::HE_NORMAL),
        Just(init::GLOROT_UNIFORM),
        (-3.0..3.0).prop_map(Init::Const),
        (-6.0..6.0).prop_map(|power: f64| Init::Randn { mean: 0.0, stdev: 10f64.powf(power) }),
        (-6.0..6.0).prop_map(|mean: f64| Init::Randn { mean, stdev: 0.1 }),
    ]
}

fn dtypes() -> impl Strategy<Value = DType> {
    prop_oneof![Just(DType::F32), Just(DType::F64), Just(DType::BF16), Just(DType::F16)]
}

fn plans() -> impl Strategy<Value = Plan> {
    let widths = prop::collection::vec(1_usize..7, 1..7);
    (widths, functions()).prop_map(|(widths, activation)| Plan { widths, activation, residual: false })
}

fn verdict(
    plan: &Plan,
    initializer: Init,
    dtype: DType,
    samples: usize,
    initializers: bool,
) -> candle_init_probe::Result<Verdict> {
    let init = Initializer::new(9).weights(initializer);
    let vars = VarMap::new();
    let net = Net::new(init.var_builder(&vars, dtype, &CPU), plan)?;
    let batch = noise((samples, plan.widths[0]), 7, &CPU)?.to_dtype(dtype)?;
    let probe = Probe::new(&vars).classes(10).learning_rate(0.1);
    let probe = if initializers { probe.initializer(&init) } else { probe };
    probe.check(&batch, |x: &Tensor| cross_entropy(&net.forward(x)?.to_dtype(DType::F32)?))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(share(300)) })]

    #[test]
    fn a_verdict_and_never_a_panic(
        plan in plans(), initializer in initializers(), dtype in dtypes(), samples in 1_usize..5, initializers: bool,
    ) {
        let first = match verdict(&plan, initializer, dtype, samples, initializers) {
            Ok(verdict) => verdict,
            // The only thing to refuse is an initializer that the dtype cannot hold.
            Err(error) => {
                prop_assert!(error.to_string().contains("beyond the largest f16"), "{error}");
                return Ok(());
            }
        };
        let second = verdict(&plan, initializer, dtype, samples, initializers).unwrap();
        prop_assert_eq!(first.to_string(), second.to_string());
        prop_assert_eq!(first.to_json().unwrap(), second.to_json().unwrap());
        // What is only worth knowing stands last.
        let notes: Vec<_> = first.findings.iter().map(|finding| finding.severity() == Severity::Note).collect();
        prop_assert!(notes.is_sorted());
        for finding in &first.findings {
            prop_assert!(!finding.place.is_empty() && finding.to_string().ends_with(&finding.advice()));
        }
        let signal = first.signal.as_ref().unwrap();
        prop_assert_eq!(signal.layers.len(), plan.widths.len());
        // Weights of zeros are told of whatever else is: biases may move them, or nothing does.
        let hidden = plan.widths.len() > 2 && plan.widths[1..].iter().all(|width| *width > 1);
        if initializer == init::ZEROS && hidden {
            prop_assert!(!first.findings.is_empty(), "{}", first);
        }
    }

    /// A rehearsal of any net by any rate: an answer, never a panic, the same one twice, and the net as it was.
    #[test]
    fn a_rehearsal_and_never_a_trace(
        plan in plans(), initializer in initializers(), dtype in dtypes(), steps in 1_usize..6, rate in -9.0..9.0_f64,
    ) {
        let (vars, init) = (VarMap::new(), Initializer::new(9).weights(initializer));
        let Ok(net) = Net::new(init.var_builder(&vars, dtype, &CPU), &plan) else { return Ok(()) };
        let before = all_bits(&vars).unwrap();
        let rehearse = || {
            let loss = |step: usize| {
                let batch = noise((4, plan.widths[0]), step as u64, &CPU)?.to_dtype(dtype)?;
                cross_entropy(&net.forward(&batch)?.to_dtype(DType::F32)?)
            };
            Probe::new(&vars).rehearse(steps, loss, |vars| SGD::new(vars, 10f64.powf(rate))).unwrap()
        };
        let first = rehearse();
        prop_assert_eq!(all_bits(&vars).unwrap(), before);
        prop_assert_eq!(format!("{first:?}"), format!("{:?}", rehearse()));
        prop_assert!(first.to_string().ends_with(&first.headline()));
        // No loss is NaN, and what is gained is a number.
        let losses = [&first.as_is, &first.anew, &first.blind].map(|course| [course.first(), course.last()]);
        prop_assert!(losses.as_flattened().iter().all(|loss| !loss.is_nan()), "{first}");
        prop_assert!(first.gained().is_none_or(|gained| gained <= 1.0), "{first}");
    }
}
