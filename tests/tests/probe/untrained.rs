//! Checkpoints against a seed and rules, and against each other.

use acceptance::catalogue;
use acceptance::planted::{healthy, layers, net};
use acceptance::scratch::Scratch;
use candle_core::{DType, Device, Tensor};
use candle_init::{Framework, Init, Initializer, Rule, init};
use candle_init_probe::{Unmoved, unmoved, unmoved_since_init, verify};
use candle_nn::{VarBuilder, VarMap};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const CPU: Device = Device::Cpu;

/// A map saved.
fn saved(vars: &VarMap) -> candle_core::Result<Scratch> {
    let file = Scratch::new();
    vars.save(file.path())?;
    Ok(file)
}

/// Changes one variable.
fn set(vars: &VarMap, name: &str, change: impl Fn(&Tensor) -> candle_core::Result<Tensor>) -> Outcome {
    let data = vars.data().lock().map_err(|_| "poisoned")?;
    let var = data.get(name).ok_or("no such variable")?;
    Ok(var.set(&change(var)?)?)
}

/// Every layer of candle, initializers of every kind, three frameworks, four dtypes: exact.
#[test]
fn every_start_is_verified() -> Outcome {
    let inits = [
        Initializer::new(1),
        Initializer::new(2).defaults(Framework::PyTorch),
        Initializer::new(3).weights(init::ORTHOGONAL).rule("0.weight", init::HE_NORMAL.sparse(0.5)),
        Initializer::new(4).weights(init::HE_NORMAL.gain(candle_init::Activation::Gelu)),
    ];
    for init in inits {
        for dtype in [DType::F32, DType::BF16, DType::F16, DType::F64] {
            let (vars, init) = (VarMap::new(), init.clone().lenient());
            init.build(&vars, dtype, &CPU, catalogue::model)?;
            let verification = verify(saved(&vars)?.path(), &init, catalogue::model)?;
            assert!(verification.is_exact(), "seed {} in {dtype:?}\n{verification}", init.seed());
            assert_eq!(verification.equal.len(), vars.all_vars().len());
        }
    }
    Ok(())
}

/// A custom rule is drawn by its function, even if its name is that of an initializer.
#[test]
fn a_custom_rule_is_verified() -> Outcome {
    let shifted = |shift: f64| {
        Rule::custom("ones", move |shape, stream| {
            let distribution =
                candle_init::Distribution::normal(shift, 1.0).map_err(candle_core::Error::wrap)?;
            stream.vec::<f32>(&distribution, 0..shape.elem_count() as u64).map_err(candle_core::Error::wrap)
        })
    };
    let vars = VarMap::new();
    let init = healthy(1).rule("layers.2.weight", shifted(0.0));
    layers(init.var_builder(&vars, DType::F32, &CPU))?;
    let file = saved(&vars)?;
    assert!(verify(file.path(), &init, layers)?.is_exact());
    let other = healthy(1).rule("layers.2.weight", shifted(0.5));
    let names: Vec<_> = verify(file.path(), &other, layers)?.different.into_iter().map(|d| d.name).collect();
    assert_eq!(names, ["layers.2.weight"]);
    Ok(())
}

/// Another seed, initializer, value, name, shape and dtype are each seen, and only where they are.
#[test]
fn what_differs_is_named() -> Outcome {
    let (vars, init) = net(3)?;
    let same = verify(saved(&vars)?.path(), &init, layers)?;
    assert_eq!(same.to_string(), "24 of 24 parameters are what seed and rules give, to the bit");
    let weights = verify(saved(&vars)?.path(), &healthy(4), layers)?.different;
    assert!(weights.len() == 12 && weights.iter().all(|d| d.name.ends_with(".weight") && d.count > d.of / 2));

    let one = Tensor::new(&[[7.5_f32]], &CPU)?;
    set(&vars, "layers.5.weight", |w| w.slice_assign(&[2..3, 9..10], &one))?;
    let verification = verify(saved(&vars)?.path(), &init, layers)?;
    let [different] = verification.different.as_slice() else { return Err("one is expected".into()) };
    assert_eq!(
        (different.name.as_str(), different.index, different.count),
        ("layers.5.weight", 2 * 160 + 9, 1)
    );
    assert_eq!((different.found, different.largest), (7.5, (7.5 - different.expected).abs()));
    assert!(!verification.is_exact() && verification.to_string().contains("layers.5"));

    {
        let mut data = vars.data().lock().map_err(|_| "poisoned")?;
        let var = data.remove("layers.0.bias").ok_or("no bias")?;
        data.insert("other".into(), var);
        data.insert("layers.1.bias".into(), candle_core::Var::zeros(3, DType::F32, &CPU)?);
        data.insert("layers.2.bias".into(), candle_core::Var::zeros(160, DType::U8, &CPU)?);
    }
    let verification = verify(saved(&vars)?.path(), &init, layers)?;
    assert_eq!(
        (verification.missing, verification.extra),
        (vec!["layers.0.bias".into()], vec!["other".into()])
    );
    let mismatched: Vec<_> = verification
        .mismatched
        .iter()
        .map(|m| (m.name.as_str(), m.found.as_slice(), m.dtype.as_str()))
        .collect();
    assert_eq!(mismatched, [("layers.1.bias", &[3][..], "f32"), ("layers.2.bias", &[160][..], "u8")]);
    Ok(())
}

/// Index and count are those of the whole, which is read in more pieces than one.
#[test]
fn a_difference_is_placed_in_the_whole() -> Outcome {
    let (vars, init) = (VarMap::new(), Initializer::new(2).rule("*", init::HE_NORMAL));
    let build = |vb: VarBuilder<'static>| vb.get((1500, 400), "big").map(|_| ());
    build(init.var_builder(&vars, DType::F32, &CPU))?;
    let one = Tensor::new(&[[7.5_f32]], &CPU)?;
    set(&vars, "big", |w| {
        w.slice_assign(&[1499..1500, 7..8], &one)?.slice_assign(&[1250..1251, 3..4], &one)
    })?;
    let verification = verify(saved(&vars)?.path(), &init, build)?;
    let [different] = verification.different.as_slice() else { return Err("one is expected".into()) };
    assert_eq!((different.index, different.count, different.of), (1250 * 400 + 3, 2, 600_000));
    Ok(())
}

/// A rule that decides for nothing is an error here as in a plan.
#[test]
fn an_unused_rule_is_an_error() -> Outcome {
    let (vars, init) = net(3)?;
    let said = verify(saved(&vars)?.path(), &init.rule("hed.weight", init::ZEROS), layers).err();
    assert!(said.is_some_and(|error| error.to_string().contains("`hed.weight`")));
    Ok(())
}

/// Trained for some steps with one layer frozen, one cut off and decayed, one zero and cut off.
#[test]
fn what_never_moved_is_found() -> Outcome {
    for dtype in [DType::F32, DType::BF16] {
        let (vars, init) =
            (VarMap::new(), Initializer::new(5).rule("*", Init::Randn { mean: 0.0, stdev: 1.0 }));
        let build = |vb: VarBuilder<'static>| {
            ["decayed", "frozen", "gone", "trained"]
                .iter()
                .try_for_each(|name| vb.get((24, 40), name).map(|_| ()))
        };
        build(init.var_builder(&vars, dtype, &CPU))?;
        vars.data()
            .lock()
            .map_err(|_| "poisoned")?
            .insert("zero".into(), candle_core::Var::zeros(9, dtype, &CPU)?);
        let before = saved(&vars)?;
        set(&vars, "decayed", |w| w.affine(0.75, 0.0))?;
        let noise = init.tensor("noise", (24, 40), Init::Randn { mean: 0.0, stdev: 0.01 }, dtype, &CPU)?;
        set(&vars, "trained", |w| w.affine(0.75, 0.0)? + &noise)?;
        vars.data().lock().map_err(|_| "poisoned")?.remove("gone");
        let after = saved(&vars)?;
        let found = unmoved(before.path(), after.path())?;
        let Unmoved { unmoved, decayed, moved, missing, .. } = &found;
        assert_eq!(unmoved, &["frozen", "zero"], "{found}");
        assert!(decayed.len() == 1 && decayed[0].name == "decayed", "{found}");
        assert!((decayed[0].factor - 0.75).abs() < 0.01, "{found}");
        assert_eq!(
            (moved.as_slice(), missing.as_slice()),
            (&["trained".to_string()][..], &["gone".to_string()][..])
        );
        let still = unmoved_since_init(after.path(), &init, build)?;
        assert_eq!(still.equal, ["frozen"]);
        assert!(found.to_string().ends_with("3 of 4 tensors were not trained"), "{found}");
    }
    Ok(())
}
