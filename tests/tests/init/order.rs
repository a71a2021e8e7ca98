//! What a parameter gets is a function of its name, shape and hint and of the rules: the requests of a layer in any
//! order, under any policy, get the same values or the same error.

use std::error::Error;

use acceptance::catalogue::model;
use acceptance::requests::{outcomes, requests};
use acceptance::values::bits;
use candle_core::{DType, Device};
use candle_init::{Framework, Initializer, Layer, init, named_vars};
use candle_nn::{GRUConfig, LSTMConfig, VarBuilder, VarMap, gru, linear, lstm};
use proptest::prelude::*;
use proptest::sample::select;

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// Recurrent layers whose rows fit three gates and four, among them.
fn whole(vb: VarBuilder<'static>) -> candle_core::Result<()> {
    model(vb.clone())?;
    lstm(2, 3, LSTMConfig::default(), vb.pp("lstm_of_3"))?;
    gru(2, 4, GRUConfig::default(), vb.pp("gru_of_4"))?;
    gru(2, 5, GRUConfig::default(), vb.pp("gru_of_5"))?;
    linear(4, 3, vb.pp("fc"))?;
    let own = vb.pp("own");
    own.get((3, 4), "weight")?;
    own.get(3, "bias")?;
    Ok(())
}

/// Rules that depend on fan-in alone, on both fans, and on where the gates end; some state the gates of all layers.
fn policies() -> Vec<Initializer> {
    let stated = |layer| Initializer::new(42).layer("*", layer).weights(init::GLOROT_NORMAL);
    let mut all = unstated();
    all.extend([stated(Layer::GRU), stated(Layer::LSTM)]);
    all.push(Initializer::new(42).defaults(Framework::PyTorch).layer("*", Layer::LSTM));
    all
}

/// The same without a word about layers.
fn unstated() -> Vec<Initializer> {
    let new = || Initializer::new(42).rule("own.weight", init::LECUN_NORMAL);
    let mut all = vec![
        new(),
        new().weights(init::HE_NORMAL),
        new().weights(init::GLOROT_UNIFORM),
        new().rule("*weight_?h_*", init::ORTHOGONAL),
    ];
    for framework in [Framework::PyTorch, Framework::Keras, Framework::Flax] {
        all.extend([new().defaults(framework), new().defaults(framework).weights(init::GLOROT_NORMAL)]);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_requests_decides_nothing(
        shuffled in Just(requests(whole).unwrap_or_default()).prop_shuffle(),
        init in select(policies()),
    ) {
        let in_order = requests(whole)?;
        prop_assert!(in_order.len() > 50, "{}", in_order.len());
        let (first, second) = (outcomes(&init, &in_order), outcomes(&init, &shuffled));
        for (name, outcome) in &first {
            prop_assert_eq!(Some(outcome), second.get(name), "{}", name);
        }
    }
}

/// With the whole model planned nothing has to be stated, and a build has what the plan says.
#[test]
fn a_planned_model_needs_no_word() -> Outcome {
    for init in unstated().into_iter().map(Initializer::lenient) {
        let vars = VarMap::new();
        init.build(&vars, DType::F32, &CPU, whole)?;
        let plan = init.plan(DType::F32, whole)?;
        let report = init.report(&vars)?;
        for record in report.records() {
            let planned =
                plan.records().iter().find(|planned| planned.name == record.name).ok_or("unplanned")?;
            assert_eq!(planned.rule, record.rule, "{}", record.name);
            assert_eq!(
                (planned.layer, planned.fans, &planned.reason),
                (record.layer, record.fans, &record.reason)
            );
        }
        assert_eq!(plan.records().len(), report.records().len());
    }
    Ok(())
}

/// In a plan the weight may come after its bias, and the hidden weight after the others.
#[test]
fn a_plan_sees_what_comes_later() -> Outcome {
    let backwards = |vb: VarBuilder<'static>| {
        let asked = requests(whole)?;
        asked
            .iter()
            .rev()
            .try_for_each(|(name, shape, hint)| vb.get_with_hints(shape.clone(), name, *hint).map(|_| ()))
    };
    for init in unstated().into_iter().map(Initializer::lenient) {
        let (forwards, backwards) = (init.plan(DType::F32, whole)?, init.plan(DType::F32, backwards)?);
        for record in forwards.records() {
            let other =
                backwards.records().iter().find(|other| other.name == record.name).ok_or("missing")?;
            assert_eq!((&record.rule, record.layer), (&other.rule, other.layer), "{}", record.name);
        }
    }
    Ok(())
}

/// Every hidden size, also those whose rows fit three gates and four.
#[test]
fn one_line_does_it_for_recurrent_layers() -> Outcome {
    for framework in [Framework::PyTorch, Framework::Keras, Framework::Flax] {
        for hidden in 1..=24 {
            let net = |vb: VarBuilder<'static>| {
                linear(3, 7, vb.pp("fc"))?;
                gru(7, hidden, GRUConfig::default(), vb.pp("gru")).map(|_| ())
            };
            let init = Initializer::new(1).defaults(framework);
            let (planned, stated) = (VarMap::new(), VarMap::new());
            init.build(&planned, DType::F32, &CPU, net)?;
            // Without a plan one statement covers the model; PyTorch's biases need their weights as well.
            let init = init.layer("*", Layer::GRU);
            let init = if framework == Framework::PyTorch { init.layer("fc.*", Layer::Linear) } else { init };
            net(init.var_builder(&stated, DType::F32, &CPU))?;
            for ((name, one), (_, other)) in named_vars(&planned).into_iter().zip(named_vars(&stated)) {
                assert_eq!(bits(&one)?, bits(&other)?, "{framework} {hidden} {name}");
            }
            init.report(&stated)?;
        }
    }
    Ok(())
}

/// A statement about gates touches no other layer, and the error of one request names both ways out.
#[test]
fn gates_are_stated_or_planned() -> Outcome {
    let init = Initializer::new(1).weights(init::GLOROT_NORMAL);
    let vb = init.var_builder(&VarMap::new(), DType::F32, &CPU);
    let error = lstm(2, 3, LSTMConfig::default(), vb.pp("rnn")).err().ok_or("guessed")?.to_string();
    let text = "an LSTM of 3 or a GRU of 4; say which, as in `.layer(\"*\", Layer::LSTM)`";
    assert!(error.contains(text) && error.contains("`Initializer::build`"), "{error}");
    let (plain, stated) = (VarMap::new(), VarMap::new());
    linear(6, 9, init.var_builder(&plain, DType::F32, &CPU).pp("fc"))?;
    linear(6, 9, init.layer("*", Layer::GRU).var_builder(&stated, DType::F32, &CPU).pp("fc"))?;
    for ((name, one), (_, other)) in named_vars(&plain).into_iter().zip(named_vars(&stated)) {
        assert_eq!(bits(&one)?, bits(&other)?, "{name}");
    }
    Ok(())
}

/// In one place one map after another: what was made for the first is a stranger once the second lies there.
#[test]
fn records_of_a_map_end_with_it() -> Outcome {
    let (init, vars) = (Initializer::new(1), VarMap::new());
    let build = |vars: &VarMap| linear(2, 2, init.var_builder(vars, DType::F32, &CPU));
    let known = |vars: &VarMap| -> Result<usize, Box<dyn Error>> {
        Ok(init.report(vars)?.records().iter().filter(|record| record.rule.is_some()).count())
    };
    build(&vars)?;
    let others = [(); 9].map(|()| VarMap::new());
    others.iter().chain(&others).try_for_each(|vars| build(vars).map(|_| ()))?;
    let first = VarMap::new();
    let made = vars.data().lock().map_err(|_| "poisoned")?.drain().collect::<Vec<_>>();
    first.data().lock().map_err(|_| "poisoned")?.extend(made);
    assert_eq!(known(&first)?, 2);
    for _ in 0..1000 {
        vars.data().lock().map_err(|_| "poisoned")?.clear();
        build(&vars)?;
        assert_eq!((known(&first)?, known(&vars)?), (0, 2));
    }
    for vars in &others {
        assert_eq!(known(vars)?, 2);
    }
    Ok(())
}
