//! Every parameter of every layer of candle gets the initializer it is due: its own, the default of weights, or that of
//! the first rule that matches; running statistics keep theirs.

use std::error::Error;

use acceptance::catalogue::{CATALOGUE, Due, Role, model};
use acceptance::values::{bits, values};
use candle_core::{DType, Device};
use candle_init::{Error as InitError, Fans, Init, Initializer, Layer, Reason, Record, init};
use candle_nn::{VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;
const HALF: Init = Init::Const(0.5);

/// The records of every layer of the catalogue, next to what is due to each.
fn planned(init: &Initializer) -> candle_init::Result<Vec<(&'static str, Due, Record)>> {
    let mut all = Vec::new();
    for entry in CATALOGUE {
        let plan = init.plan(DType::F32, |vb| (entry.build)(vb.pp("layer")))?;
        assert_eq!(plan.records().len(), entry.due.len(), "{}", entry.name);
        all.extend(
            entry.due.iter().zip(plan.records()).map(|(due, record)| (entry.name, *due, record.clone())),
        );
    }
    Ok(all)
}

/// The rule of a record as text.
fn text(record: &Record) -> String {
    record.rule.as_ref().map_or_else(String::new, ToString::to_string)
}

/// A table of what differs, so that a failure shows all of it.
fn compare(
    init: &Initializer,
    initializer: impl Fn(&Due) -> String,
    why: impl Fn(&Due) -> Reason,
) -> Outcome {
    for (layer, due, record) in planned(init)? {
        let (name, dims, _, fans, _) = due;
        assert_eq!(record.name, format!("layer.{name}"), "{layer}");
        assert_eq!((record.shape.dims(), record.dtype), (dims, DType::F32), "{layer} {name}");
        assert_eq!((text(&record), &record.reason), (initializer(&due), &why(&due)), "{layer} {name}");
        let expected = fans.map(|(fan_in, fan_out)| Fans { fan_in, fan_out });
        assert_eq!(record.fans, expected, "{layer} {name}: {:?}", record.layer);
    }
    Ok(())
}

fn own_reason(role: Role) -> Reason {
    if role == Role::Statistic { Reason::RunningStatistic } else { Reason::Hint }
}

#[test]
fn without_rules_every_layer_keeps_candles_initializer() -> Outcome {
    compare(&Initializer::new(1), |due| due.2.into(), |due| own_reason(due.4))
}

#[test]
fn weights_get_the_default_and_nothing_else_does() -> Outcome {
    let initializer = |due: &Due| if due.4 == Role::Weight { "lecun_normal".into() } else { due.2.into() };
    let why = |due: &Due| if due.4 == Role::Weight { Reason::Weights } else { own_reason(due.4) };
    compare(&Initializer::new(1).weights(init::LECUN_NORMAL), initializer, why)
}

#[test]
fn a_rule_for_all_leaves_only_the_running_statistics() -> Outcome {
    let initializer = |due: &Due| if due.4 == Role::Statistic { due.2.into() } else { HALF.to_string() };
    let rule = Reason::Rule { pattern: "layer.*".into() };
    let why = |due: &Due| if due.4 == Role::Statistic { Reason::RunningStatistic } else { rule.clone() };
    // Lenient, because a norm without scale has statistics only, and a rule would be refused as unused.
    compare(
        &Initializer::new(1).weights(init::LECUN_NORMAL).rule("layer.*", HALF).lenient(),
        initializer,
        why,
    )
}

/// The values are those of the initializer that was written down: constants exactly, for every layer at once.
#[test]
fn the_values_are_those_of_the_record() -> Outcome {
    let (vars, init) = (VarMap::new(), Initializer::new(1).rule("*", HALF));
    model(init.var_builder(&vars, DType::F32, &CPU))?;
    let mut statistics = 0;
    for (name, var) in candle_init::named_vars(&vars) {
        let expected = match name.rsplit('.').next() {
            Some("running_mean") => 0.0,
            Some("running_var") => 1.0,
            _ => 0.5,
        };
        statistics += usize::from(expected != 0.5);
        assert!(values(&var)?.iter().all(|v| *v == expected), "{name}");
    }
    assert_eq!(statistics, 4);
    Ok(())
}

/// The reason and the initializer of one request.
fn decided(
    init: &Initializer,
    request: impl FnOnce(VarBuilder<'static>) -> candle_core::Result<candle_core::Tensor>,
) -> candle_init::Result<(Reason, String)> {
    let plan = init.plan(DType::F32, request)?;
    Ok((plan.records()[0].reason.clone(), text(&plan.records()[0])))
}

fn rule(pattern: &str) -> Reason {
    Reason::Rule { pattern: pattern.into() }
}

/// Each stage of the order gives way to the one before it.
#[test]
fn the_stages_come_in_order() -> Outcome {
    let kaiming = candle_nn::init::DEFAULT_KAIMING_NORMAL;
    let ask =
        |init: &Initializer| decided(init, |vb| vb.pp("head").get_with_hints((4, 4), "weight", kaiming));
    let bare = Initializer::new(1);
    assert_eq!(ask(&bare)?, (Reason::Hint, "he_normal".into()));
    let weights = bare.weights(init::GLOROT_NORMAL);
    assert_eq!(ask(&weights)?, (Reason::Weights, "glorot_normal".into()));
    let wide = weights.clone().rule("*", init::ONES);
    assert_eq!(ask(&wide)?, (rule("*"), "ones".into()));
    let narrow = weights.rule("head.*", HALF).rule("*.weight", init::ONES).lenient();
    assert_eq!(ask(&narrow)?, (rule("head.*"), "const(value=0.5)".into()));
    let statistic = |init: &Initializer| {
        decided(init, |vb| vb.pp("bn").get_with_hints(4, "running_var", candle_nn::init::ONE))
    };
    assert_eq!(statistic(&wide.lenient())?, (Reason::RunningStatistic, "ones".into()));
    Ok(())
}

/// The first of several matching rules wins, for any order of the same rules.
#[test]
fn the_first_matching_rule_wins() -> Outcome {
    let patterns = ["*", "block.?.*", "*weight", "block.{1,2}.weight", "block.1.weight"];
    for first in 0..patterns.len() {
        let mut order = patterns.to_vec();
        order.rotate_left(first);
        let init = order.iter().enumerate().fold(Initializer::new(1).lenient(), |init, (i, pattern)| {
            init.rule(pattern, Init::Const(i as f64 + 0.5))
        });
        let got = decided(&init, |vb| vb.pp("block.1").get((3, 3), "weight"))?;
        assert_eq!(got, (rule(order[0]), "const(value=0.5)".into()));
        let vars = VarMap::new();
        let tensor = init.var_builder(&vars, DType::F32, &CPU).pp("block.1").get((3, 3), "weight")?;
        assert_eq!(bits(&tensor)?, vec![0.5_f64.to_bits(); 9]);
    }
    Ok(())
}

/// Patterns are globs over the whole path: `*` passes dots, and nothing matches in part.
#[test]
fn patterns_match_whole_paths() -> Outcome {
    let cases = [
        ("*.bias", "a.b.c.bias", true),
        ("*.bias", "bias", false),
        ("a.*.c", "a.b.b.c", true),
        ("weight", "fc.weight", false),
        ("fc?.weight", "fc1.weight", true),
        ("fc?.weight", "fc12.weight", false),
        ("l[0-3].w", "l2.w", true),
        ("l[0-3].w", "l4.w", false),
        ("{enc,dec}.w", "dec.w", true),
        ("ENC.w", "enc.w", false),
        ("модель.*", "модель.вес", true),
        ("a/b", "a.b", false),
    ];
    for (pattern, name, matches) in cases {
        let got = decided(&Initializer::new(1).lenient().rule(pattern, HALF), |vb| vb.get(3, name))?;
        assert_eq!(got.0 == rule(pattern), matches, "{pattern} on {name}: {got:?}");
    }
    Ok(())
}

/// An honest zero of a bias is told from a request without a hint by its name and rank.
#[test]
fn zeros_are_honest_for_biases_only() -> Outcome {
    let strict = Initializer::new(1);
    for name in ["bias", "beta", "bias_ih_l0", "bias_hh_l3_reverse"] {
        assert_eq!(decided(&strict, |vb| vb.get(4, name))?, (Reason::Hint, "zeros".into()));
        assert!(matches!(decided(&strict, |vb| vb.get((4, 4), name)), Err(InitError::Uncovered { .. })));
    }
    for (name, dims) in [("weight", &[4][..]), ("weight", &[4, 4]), ("A_log", &[4, 4]), ("biased", &[4])] {
        let error = decided(&strict, |vb| vb.pp("m").get(dims, name)).err().ok_or("covered")?;
        let InitError::Uncovered { parameters } = error else { return Err("another error".into()) };
        assert_eq!((parameters[0].name.as_str(), parameters[0].shape.dims()), (&*format!("m.{name}"), dims));
        let lenient = decided(&strict.clone().lenient(), |vb| vb.pp("m").get(dims, name))?;
        assert_eq!(lenient, (Reason::Uncovered, "zeros".into()));
    }
    // A matrix under the name of a weight gets the default of weights, if there is one.
    let weights = strict.weights(init::HE_NORMAL);
    assert_eq!(decided(&weights, |vb| vb.get((4, 4), "weight"))?, (Reason::Weights, "he_normal".into()));
    assert!(matches!(decided(&weights, |vb| vb.get(4, "weight")), Err(InitError::Uncovered { .. })));
    assert!(matches!(decided(&weights, |vb| vb.get((4, 4), "A_log")), Err(InitError::Uncovered { .. })));
    Ok(())
}

/// A rule can say the layer kind that a shape hides; the default of weights can too.
#[test]
fn a_rule_says_the_layer_kind() -> Outcome {
    let lstm = |init: &Initializer| -> Result<Vec<Record>, Box<dyn Error>> {
        let build = |vb| candle_nn::lstm(3, 5, candle_nn::LSTMConfig::default(), vb).map(|_| ());
        Ok(init.plan(DType::F32, build)?.records().to_vec())
    };
    let gates = Initializer::new(1).rule("weight_?h_l0", init::GLOROT_UNIFORM.on(Layer::LSTM));
    for (record, fan_in) in lstm(&gates)?.iter().zip([3.0, 5.0]) {
        assert_eq!(record.fans, Some(Fans { fan_in, fan_out: 5.0 }), "{record:?}");
        assert!(
            (record.expected.map(|m| m.std).ok_or("no std")? - (2.0 / (fan_in + 5.0)).sqrt()).abs() < 1e-15
        );
    }
    let weights = Initializer::new(1).weights(init::GLOROT_UNIFORM.on(Layer::LSTM));
    assert_eq!(lstm(&weights)?[0].fans, Some(Fans { fan_in: 3.0, fan_out: 5.0 }));
    // 20 rows are four gates of 5, for they are not three; 12 may be either, and a plan knows by the hidden weight.
    let unsaid = Initializer::new(1).weights(init::GLOROT_UNIFORM);
    assert_eq!(lstm(&unsaid)?[0].fans, Some(Fans { fan_in: 3.0, fan_out: 5.0 }));
    let build = |vb| candle_nn::lstm(2, 3, candle_nn::LSTMConfig::default(), vb).map(|_| ());
    let of = |init: &Initializer| Ok::<_, InitError>(init.plan(DType::F32, build)?.records().to_vec());
    let fans = |records: &[Record]| records.iter().filter_map(|r| r.fans).collect::<Vec<_>>();
    let [input, hidden] = [(2.0, 3.0), (3.0, 3.0)].map(|(fan_in, fan_out)| Fans { fan_in, fan_out });
    assert_eq!(fans(&of(&unsaid)?), [input, hidden]);
    let said = unsaid.layer("weight_ih*", Layer::LSTM);
    assert_eq!(fans(&of(&said)?), [input, hidden]);
    Ok(())
}

/// A vector called `weight` is a norm's more often than a layer's: it is not what the default of weights is for.
#[test]
fn a_vector_is_no_weight() -> Outcome {
    let init = Initializer::new(1).weights(init::ONES);
    let error = init.plan(DType::F32, |vb| vb.get(8, "norm.weight")).err().ok_or("it was covered")?;
    assert!(error.to_string().contains("no rule and no hint covers `norm.weight`"), "{error}");
    init.plan(DType::F32, |vb| vb.get((8, 2), "fc.weight"))?;
    let lstm = |vb| candle_nn::lstm(3, 5, candle_nn::LSTMConfig::default(), vb).map(drop);
    let plan = Initializer::new(1).plan(DType::F32, lstm)?;
    let layers: Vec<_> = plan.records().iter().map(|record| (record.shape.rank(), record.layer)).collect();
    assert!(layers.contains(&(2, Layer::LSTM)) && layers.contains(&(1, Layer::Linear)), "{layers:?}");
    assert!(!layers.contains(&(1, Layer::LSTM)), "{layers:?}");
    Ok(())
}

/// What no layer of candle asks for is a kernel by its rank, and a table where it has two axes.
#[test]
fn the_kind_of_what_no_layer_asks_for_is_by_its_shape() -> Outcome {
    let two = candle_nn::Init::Const(2.0);
    let plan = Initializer::new(1).plan(DType::F32, |vb| {
        vb.get_with_hints((4, 3, 2), "kernel", two)?;
        vb.get_with_hints((4, 3), "table", two)?;
        vb.get_with_hints(4, "vector", two)
    })?;
    let layers: Vec<_> = plan.records().iter().map(|record| record.layer).collect();
    assert_eq!(layers, [Layer::conv(1), Layer::Embedding, Layer::Linear]);
    Ok(())
}

/// A rule for a running statistic changes nothing, and is refused as unused.
#[test]
fn no_rule_reaches_a_running_statistic() -> Outcome {
    let init = Initializer::new(1).rule("bn.running_var", init::ZEROS);
    let vars = VarMap::new();
    candle_nn::batch_norm(3, 1e-5, init.var_builder(&vars, DType::F32, &CPU).pp("bn"))?;
    assert!(matches!(init.report(&vars), Err(InitError::UnusedRule { .. })));
    let named = candle_init::named_vars(&vars);
    let (_, var) = named.iter().find(|(name, _)| name == "bn.running_var").ok_or("no variance")?;
    assert_eq!(values(var)?, [1.0; 3]);
    Ok(())
}
