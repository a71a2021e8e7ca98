//! A framework gives every layer of candle what the same layer has in PyTorch, Keras and Flax, weight and bias.

use std::error::Error;

use acceptance::catalogue::CATALOGUE;
use candle_core::{DType, Device};
use candle_init::{Error as InitError, Framework, Initializer, Layer, Reason, Rule, init};
use candle_nn::{Conv2dConfig, GRUConfig, LSTMConfig, VarBuilder, VarMap, conv2d, gru, lstm};

type Outcome = Result<(), Box<dyn Error>>;

/// Layer of the catalogue, parameter, and the initializer in PyTorch, Keras and Flax, from their sources: `torch.nn`
/// 2.15 `reset_parameters`, `keras.layers` 3.15 defaults, `flax.linen` 0.12 defaults. Bounds are spelt out in
/// shapes of the catalogue, so that no formula is shared with the crate.
const DUE: [(&str, &str, [&str; 3]); 24] = [
    ("linear", "weight", ["±1/√16", "±√(6/19)", "cut 1/√16"]),
    ("linear", "bias", ["±1/√16", "0", "0"]),
    ("conv1d", "weight", ["±1/√48", "±√(6/63)", "cut 1/√48"]),
    ("conv1d", "bias", ["±1/√48", "0", "0"]),
    // candle's kernel (4, 6/2, 3): fan_in 9; Keras counts 4·3 outputs, which groups do not divide.
    ("conv1d_no_bias", "weight", ["±1/√9", "±√(6/21)", "cut 1/√9"]),
    ("conv2d", "weight", ["±1/√144", "±√(6/216)", "cut 1/√144"]),
    ("conv2d", "bias", ["±1/√144", "0", "0"]),
    // (in, out, kernel) = (6, 4, 4): PyTorch divides by 4·4; Flax by the true 6·4.
    ("conv_transpose1d", "weight", ["±1/√16", "±√(6/40)", "cut 1/√24"]),
    ("conv_transpose1d", "bias", ["±1/√16", "0", "0"]),
    ("conv_transpose2d", "weight", ["±1/√16", "±√(6/40)", "cut 1/√24"]),
    ("embedding", "weight", ["normal 1", "±√(1/400)", "normal 1/√6"]),
    ("layer_norm", "weight", ["1", "1", "1"]),
    ("layer_norm", "bias", ["0", "0", "0"]),
    ("batch_norm", "running_var", ["1", "1", "1"]),
    ("batch_norm", "weight", ["1", "1", "1"]),
    // (3 inputs, 5 hidden), four gates.
    ("lstm", "weight_ih_l0", ["±1/√5", "±√(6/23)", "cut 1/√3"]),
    ("lstm", "weight_hh_l0", ["±1/√5", "orthogonal 1/√20", "orthogonal 1/√5"]),
    ("lstm", "bias_ih_l0", ["±1/√5", "0 1 0 0", "0"]),
    ("lstm", "bias_hh_l0", ["±1/√5", "0", "0"]),
    ("gru", "weight_ih_l0", ["±1/√5", "±√(6/18)", "cut 1/√3"]),
    ("gru", "weight_hh_l0", ["±1/√5", "orthogonal 1/√15", "orthogonal 1/√5"]),
    ("gru", "bias_ih_l0", ["±1/√5", "0", "0"]),
    ("prelu", "weight", ["0.25", "0", "0.01"]),
    ("group_norm", "bias", ["0", "0", "0"]),
];

/// `a`, `1/√b` or `√(a/b)` as a number.
fn number(text: &str) -> Option<f64> {
    let text = text.strip_prefix('±').unwrap_or(text);
    if let Some(root) = text.strip_prefix("1/√") {
        return Some(1.0 / root.parse::<f64>().ok()?.sqrt());
    }
    match text.strip_prefix("√(").and_then(|t| t.strip_suffix(')')).and_then(|t| t.split_once('/')) {
        Some((a, b)) => Some((a.parse::<f64>().ok()? / b.parse::<f64>().ok()?).sqrt()),
        None => text.parse().ok(),
    }
}

/// Whether a record's initializer is the one that the table names.
fn is(expected: &str, initializer: &str, mean: Option<f64>, std: Option<f64>) -> bool {
    let close = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() <= 1e-12 * b.abs().max(1e-3));
    let Some(value) = expected.split(' ').next_back().and_then(number) else { return false };
    match expected.split(' ').next() {
        _ if expected == "0 1 0 0" => initializer == "blocks(zeros, ones, zeros, zeros)",
        Some("cut") => {
            initializer == "lecun_truncated_normal.on(gates(4))"
                || initializer.contains("lecun_truncated_normal") && close(std, value)
        }
        Some("normal") => {
            close(std, value)
                && (initializer.starts_with("normal(") || initializer.starts_with("lecun_normal"))
        }
        Some("orthogonal") => initializer.starts_with("orthogonal") && close(std, value),
        Some(bound) if bound.starts_with('±') => {
            initializer.contains("uniform") && close(std, value / 3_f64.sqrt())
        }
        _ => close(std, 0.0) && close(mean, value),
    }
}

const DIALECTS: [Framework; 3] = [Framework::PyTorch, Framework::Keras, Framework::Flax];

#[test]
fn every_layer_speaks_every_dialect() -> Outcome {
    for (column, framework) in DIALECTS.into_iter().enumerate() {
        let init = Initializer::new(1).defaults(framework);
        for (layer, parameter, due) in DUE {
            let entry = CATALOGUE.iter().find(|entry| entry.name == layer).ok_or(layer)?;
            let plan = init.plan(DType::F32, |vb| (entry.build)(vb.clone()))?;
            let found = plan.records().iter().find(|record| record.name == parameter);
            let record = found.ok_or(parameter)?;
            let initializer = record.rule.as_ref().map(ToString::to_string).unwrap_or_default();
            let fits = is(
                due[column],
                &initializer,
                record.expected.map(|m| m.mean),
                record.expected.map(|m| m.std),
            );
            assert!(fits, "{framework} {layer} {parameter}: {initializer} for {}", due[column]);
        }
    }
    Ok(())
}

/// The table covers every parameter that a layer of candle asks for, by layer and role.
#[test]
fn the_table_misses_no_kind_of_parameter() {
    for entry in CATALOGUE.iter().filter(|e| !e.name.contains(['_', ',', ' ']) || e.name.starts_with("conv_"))
    {
        for (name, ..) in entry.due {
            let same =
                |other: &str| DUE.iter().any(|(layer, parameter, _)| *layer == other && parameter == name);
            let kin = [entry.name, entry.name.trim_end_matches("_no_bias"), "conv1d", "lstm", "linear"];
            assert!(kin.iter().any(|layer| same(layer)), "{} {name}", entry.name);
        }
    }
}

/// candle's linear weights are √6 times wider than PyTorch's: the figure of the README.
#[test]
fn candle_is_wider_than_pytorch() -> Outcome {
    let std = |init: Initializer| -> Result<f64, Box<dyn Error>> {
        let plan = init.plan(DType::F32, |vb| candle_nn::linear(100, 10, vb))?;
        Ok(plan.records()[0].expected.map(|m| m.std).ok_or("no std")?)
    };
    let ratio = std(Initializer::new(1))? / std(Initializer::new(1).defaults(Framework::PyTorch))?;
    assert!((ratio - 6_f64.sqrt()).abs() < 1e-12, "{ratio}");
    Ok(())
}

/// Values, not plans: an LSTM's forget gate is one, hidden weights are orthogonal over all gates or by gate.
#[test]
fn recurrent_values() -> Outcome {
    for (framework, parts) in [(Framework::Keras, 1), (Framework::Flax, 4)] {
        let (vars, init) = (VarMap::new(), Initializer::new(3).defaults(framework));
        lstm(3, 5, LSTMConfig::default(), init.var_builder(&vars, DType::F32, &Device::Cpu))?;
        let read = |name: &str| -> Result<Vec<f64>, Box<dyn Error>> {
            let data = vars.data().lock().map_err(|e| e.to_string())?;
            Ok(acceptance::values::values(data.get(name).ok_or("missing")?)?)
        };
        for part in read("weight_hh_l0")?.chunks(100 / parts) {
            assert!(acceptance::drawn::unorthogonality(part, 20 / parts, 5, 1.0) < 1e-6, "{framework}");
        }
        let forget = if framework == Framework::Keras { 1.0 } else { 0.0 };
        let bias = read("bias_ih_l0")?;
        assert!(
            bias.iter().enumerate().all(|(i, v)| *v == if i / 5 == 1 { forget } else { 0.0 }),
            "{bias:?}"
        );
    }
    Ok(())
}

/// 12 rows of an input weight are an LSTM of 3 or a GRU of 4. One request cannot tell; a plan can, or a statement.
#[test]
fn gates_that_cannot_be_told() -> Outcome {
    type Build = fn(VarBuilder<'static>) -> candle_core::Result<()>;
    let layers: [(Build, Layer); 2] = [
        (|vb| lstm(2, 3, LSTMConfig::default(), vb).map(|_| ()), Layer::LSTM),
        (|vb| gru(2, 4, GRUConfig::default(), vb).map(|_| ()), Layer::GRU),
    ];
    for (build, layer) in layers {
        let init = Initializer::new(1).defaults(Framework::PyTorch);
        let alone = init.var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
        let text = build(alone.pp("rnn")).err().ok_or("guessed")?.to_string();
        assert!(
            text.contains("`rnn.weight_ih_l0` [12, 2]") && text.contains("an LSTM of 3 or a GRU of 4"),
            "{text}"
        );
        let hidden = if layer == Layer::LSTM { 3.0 } else { 4.0_f64 };
        let right = |std: Option<f64>| std.is_some_and(|s| (s - (1.0 / hidden / 3.0).sqrt()).abs() < 1e-12);
        for init in [init.clone(), init.layer("rnn.*", layer)] {
            let plan = init.plan(DType::F32, |vb| build(vb.pp("rnn")))?;
            assert!(plan.records().iter().all(|record| right(record.expected.map(|m| m.std))), "{plan}");
        }
    }
    Ok(())
}

/// PyTorch's bias bound needs the weight: alone it is an error, and nothing is made.
#[test]
fn a_bias_without_its_weight() -> Outcome {
    let hint = candle_nn::Init::Uniform { lo: -0.5, up: 0.5 };
    let (vars, init) = (VarMap::new(), Initializer::new(1).defaults(Framework::PyTorch));
    let vb = init.var_builder(&vars, DType::F32, &Device::Cpu);
    let error = vb.pp("fc").get_with_hints(4, "bias", hint).err().ok_or("made")?;
    assert!(matches!(InitError::of(&error), Some(InitError::Parameter { .. })));
    assert!(error.to_string().contains("it depends on the weight beside it"), "{error}");
    assert!(candle_init::named_vars(&vars).is_empty());
    // A model's own bias beside a matrix is a linear layer's; beside a vector it is a norm's.
    init.build(&vars, DType::F32, &Device::Cpu, |vb| {
        vb.pp("fc").get(4, "bias")?;
        vb.pp("fc").get((4, 9), "weight")?;
        vb.pp("norm").get_with_hints(4, "weight", candle_nn::Init::Const(1.0))?;
        vb.pp("norm").get(4, "bias")
    })?;
    let report = init.report(&vars)?;
    let rules: Vec<_> = report.records().iter().filter_map(|r| Some(r.rule.as_ref()?.to_string())).collect();
    let third = 1.0 / 3.0;
    assert_eq!(
        rules,
        [&format!("uniform(lo=-{third}, up={third})"), "pytorch_uniform.on(linear)", "zeros", "ones"]
    );
    Ok(())
}

#[test]
fn a_layer_that_the_framework_does_not_have() -> Outcome {
    let init = Initializer::new(1).defaults(Framework::Flax).layer("experts.*", Layer::EXPERTS);
    let hint = candle_nn::init::DEFAULT_KAIMING_NORMAL;
    let error = init.plan(DType::F32, |vb| vb.pp("experts").get_with_hints((4, 3, 2), "w", hint));
    assert!(
        error
            .err()
            .ok_or("known")?
            .to_string()
            .contains("the default of flax cannot be resolved for this parameter: it has no such layer")
    );
    Ok(())
}

/// Rules come first, then the default for weights, then the framework; own hints of a model stay.
#[test]
fn who_speaks_first() -> Outcome {
    let init = Initializer::new(1)
        .defaults(Framework::Keras)
        .weights(init::HE_NORMAL)
        .rule("a.bias", init::ONES)
        .layer("c.*", Layer::conv(2));
    let own = candle_nn::Init::Randn { mean: 0.0, stdev: 0.02 };
    let plan = init.plan(DType::F32, |vb| {
        candle_nn::linear(2, 3, vb.pp("a"))?;
        conv2d(4, 4, 3, Conv2dConfig { groups: 2, ..Default::default() }, vb.pp("c"))?;
        vb.get_with_hints((5, 2), "table", own)
    })?;
    let text = |r: &candle_init::Record| r.rule.as_ref().map(ToString::to_string).unwrap_or_default();
    let texts: Vec<_> = plan.records().iter().map(text).collect();
    let got: Vec<_> = plan
        .records()
        .iter()
        .zip(&texts)
        .map(|(r, text)| (text.as_str(), r.reason.clone(), r.layer))
        .collect();
    let conv = Layer::conv(2);
    assert_eq!(
        got,
        [
            ("he_normal", Reason::Weights, Layer::Linear),
            ("ones", Reason::Rule { pattern: "a.bias".into() }, Layer::Linear),
            ("he_normal", Reason::Weights, conv),
            ("zeros", Reason::Framework(Framework::Keras), conv),
            ("normal(mean=0, std=0.02)", Reason::Hint, Layer::Embedding),
        ]
    );
    assert_eq!(plan.records()[2].fans, Some(candle_init::Fans { fan_in: 18.0, fan_out: 18.0 }));
    Ok(())
}

/// What only looks like a slope, a bias or a weight keeps its hint.
#[test]
fn what_is_alike_keeps_its_hint() -> Outcome {
    let uniform = candle_nn::Init::Uniform { lo: -0.1, up: 0.1 };
    for framework in DIALECTS {
        let init = Initializer::new(1).defaults(framework).weights(init::ONES);
        let plan = init.plan(DType::F32, |vb| {
            vb.get_with_hints((2, 3, 4), "noise", candle_nn::Init::Randn { mean: 0.0, stdev: 1.0 })?;
            vb.get_with_hints((2, 3), "slopes", candle_nn::Init::Const(0.25))?;
            vb.get_with_hints(8, "scale", uniform)?;
            vb.get_with_hints((8, 2), "bias", uniform)?;
            vb.get_with_hints((8, 2), "weight", uniform)
        })?;
        let text = |r: &candle_init::Record| r.rule.as_ref().map(ToString::to_string).unwrap_or_default();
        for record in plan.records() {
            let due = match record.name.as_str() {
                "noise" => "normal(mean=0, std=1)",
                "slopes" => "const(value=0.25)",
                _ => "uniform(lo=-0.1, up=0.1)",
            };
            assert_eq!(
                (text(record).as_str(), &record.reason),
                (due, &Reason::Hint),
                "{framework} {record:?}"
            );
        }
    }
    Ok(())
}

/// A bias of a layer whose kind is stated needs no plan: it is the layer's own.
#[test]
fn a_stated_kind_needs_no_plan_for_a_zero_bias() -> Outcome {
    let init = Initializer::new(1).defaults(Framework::PyTorch);
    let bias = |init: &Initializer| {
        let vb = init.var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
        vb.get_with_hints(8, "fc.bias", candle_nn::Init::Const(0.0))
    };
    assert!(bias(&init).is_err());
    assert_eq!(bias(&init.layer("fc.*", Layer::Linear))?.to_vec1::<f32>()?, [0.0; 8]);
    Ok(())
}

/// Twelve rows are three gates or four: a rule by fan-out must know, one without a fan need not.
#[test]
fn gates_matter_to_fans_alone() -> Outcome {
    let asked = |rule: &str| {
        let init = Initializer::new(1).weights(rule);
        let vb = init.var_builder(&VarMap::new(), DType::F32, &Device::Cpu);
        vb.get_with_hints((12, 5), "weight_ih_l0", candle_nn::init::DEFAULT_KAIMING_UNIFORM).map(drop)
    };
    asked("normal(std=0.02)")?;
    asked("he_normal")?;
    let error = asked("glorot_uniform").err().ok_or("three gates or four?")?.to_string();
    assert!(error.contains("an LSTM of 3 or a GRU of 4"), "{error}");
    Ok(())
}

#[test]
fn dialects_and_kinds_as_text() -> Outcome {
    for framework in DIALECTS {
        assert_eq!(framework.to_string().to_uppercase().parse::<Framework>()?, framework);
    }
    let error = "pytroch".parse::<Framework>().err().ok_or("read")?;
    assert_eq!(error.to_string(), "`pytroch` is not a framework: did you mean `pytorch`?");
    let kinds = [
        ("linear", Layer::Linear),
        ("conv", Layer::conv(1)),
        ("conv(groups=32)", Layer::conv(32)),
        ("conv(groups=2, stride=3)", Layer::Conv { groups: 2, stride: 3 }),
        ("conv_transpose(groups=2, stride=3)", Layer::ConvTranspose { groups: 2, stride: 3 }),
        ("gates(5)", Layer::Gates { gates: 5 }),
        ("embedding", Layer::Embedding),
        ("as_pytorch", Layer::AsPyTorch),
        ("input_first", Layer::INPUT_FIRST),
        ("experts", Layer::EXPERTS),
        ("axes(kkio)", Layer::Axes("kkio".parse()?)),
    ];
    for (text, layer) in kinds {
        assert_eq!((text.parse::<Layer>()?, layer.to_string()), (layer, text.to_string()));
    }
    assert_eq!("LSTM".parse::<Layer>()?, Layer::LSTM);
    for (text, part) in [
        ("conf", "did you mean `conv`?"),
        ("gates", "`gates` is missing"),
        ("axes(ixo)", "`x` is not a role"),
        ("axes(ii)", "no axis is an output"),
        ("conv(strides=2)", "it has no argument `strides`"),
        ("lstm(2)", "takes no arguments"),
    ] {
        let error = text.parse::<Layer>().err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains(part), "{text}: {error}");
    }
    assert!("he_normal.on(conf)".parse::<Rule>().is_err());
    Ok(())
}
