//! candle's fused operations with a gradient: candle's values to the bit, the gradient of what is computed, by difference
//! quotients and by candle's composed forms, and every parameter of a transformer block reached.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails by panicking says where")]

use acceptance::values::bits;
use candle_core::{D, DType, Device, Module, Result, Tensor, Var};
use candle_init::differentiable::{self, ops, rotary_emb};
use candle_init::{Initializer, Noise, Plan};
use candle_nn::{LayerNormConfig, VarBuilder, VarMap};

const CPU: Device = Device::Cpu;

/// An operation on some tensors.
type Operation = fn(&[Tensor]) -> Result<Tensor>;

/// One operation: its name, with a gradient, as candle has it, in candle's composed form, and the shapes it takes.
struct Case {
    name: &'static str,
    ours: Operation,
    theirs: Operation,
    composed: Operation,
    shapes: Vec<Vec<usize>>,
}

fn cases() -> Vec<Case> {
    let angles = |length: usize| vec![vec![2, 3, 5, 8], vec![length, 4], vec![length, 4]];
    let case = |name, ours, theirs, composed, shapes| Case { name, ours, theirs, composed, shapes };
    vec![
        case(
            "softmax_last_dim",
            |t| ops::softmax_last_dim(&t[0]),
            |t| candle_nn::ops::softmax_last_dim(&t[0]),
            |t| candle_nn::ops::softmax(&t[0], D::Minus1),
            vec![vec![3, 4, 7]],
        ),
        case(
            "rms_norm",
            |t| ops::rms_norm(&t[0], &t[1], 1e-5),
            |t| candle_nn::ops::rms_norm(&t[0], &t[1], 1e-5),
            |t| candle_nn::ops::rms_norm_slow(&t[0], &t[1], 1e-5),
            vec![vec![40, 2, 6], vec![6]],
        ),
        case(
            "layer_norm",
            |t| ops::layer_norm(&t[0], &t[1], &t[2], 1e-5),
            |t| candle_nn::ops::layer_norm(&t[0], &t[1], &t[2], 1e-5),
            |t| candle_nn::ops::layer_norm_slow(&t[0], &t[1], &t[2], 1e-5),
            vec![vec![4, 2, 6], vec![6], vec![6]],
        ),
        case(
            "rope",
            |t| rotary_emb::rope(&t[0], &t[1], &t[2]),
            |t| candle_nn::rotary_emb::rope(&t[0], &t[1], &t[2]),
            |t| candle_nn::rotary_emb::rope_slow(&t[0], &t[1], &t[2]),
            angles(9), // a table longer than the sequence, as models keep it
        ),
        case(
            "rope_i",
            |t| rotary_emb::rope_i(&t[0], &t[1], &t[2]),
            |t| candle_nn::rotary_emb::rope_i(&t[0], &t[1], &t[2]),
            |t| candle_nn::rotary_emb::rope_i_slow(&t[0], &t[1], &t[2]),
            angles(9),
        ),
        case(
            "rope_thd",
            |t| rotary_emb::rope_thd(&t[0], &t[1], &t[2]),
            |t| candle_nn::rotary_emb::rope_thd(&t[0], &t[1], &t[2]),
            |t| candle_nn::rotary_emb::rope_slow(&t[0].transpose(1, 2)?, &t[1], &t[2])?.transpose(1, 2),
            vec![vec![2, 5, 3, 8], vec![9, 4], vec![9, 4]],
        ),
    ]
}

/// Arbitrary arguments of an operation: normal, with a mean that norms have to take off.
fn arguments(case: &Case, dtype: DType) -> Result<Vec<Var>> {
    let noise = Noise::new(11);
    let draw = |(index, shape): (usize, &Vec<usize>)| {
        let values =
            noise.normal(&format!("{} {index}", case.name), shape.as_slice(), DType::F64, &CPU).unwrap();
        Var::from_tensor(&(values + 0.3)?.to_dtype(dtype)?)
    };
    case.shapes.iter().enumerate().map(draw).collect()
}

/// The tensors behind variables, still variables to candle.
fn tensors(vars: &[Var]) -> Vec<Tensor> {
    vars.iter().map(|var| var.as_tensor().clone()).collect()
}

/// A scalar that depends on every element by a factor of its own, so that no gradient is hidden by a sum that is constant.
fn weighed(y: &Tensor) -> Result<Tensor> {
    let factors = Noise::new(5).normal("factors", y.shape(), DType::F64, &CPU).unwrap();
    (y.to_dtype(DType::F64)? * factors)?.sum_all()
}

/// The gradient of each argument.
fn gradients(operation: Operation, vars: &[Var]) -> Result<Vec<Option<Tensor>>> {
    let store = weighed(&operation(&tensors(vars))?)?.backward()?;
    Ok(vars.iter().map(|var| store.get(var).cloned()).collect())
}

/// The largest difference, of the largest value.
fn distance(a: &Tensor, b: &Tensor) -> Result<f64> {
    let largest = |t: Tensor| t.abs()?.max_all()?.to_scalar::<f64>();
    let (a, b) = (a.to_dtype(DType::F64)?.flatten_all()?, b.to_dtype(DType::F64)?.flatten_all()?);
    Ok(largest((&a - &b)?)? / largest(b)?)
}

#[test]
fn the_values_are_candles() -> Result<()> {
    for case in cases() {
        for dtype in [DType::F32, DType::BF16, DType::F16] {
            let vars = arguments(&case, dtype)?;
            let (ours, theirs) = ((case.ours)(&tensors(&vars))?, (case.theirs)(&tensors(&vars))?);
            assert_eq!(bits(&ours)?, bits(&theirs)?, "{} {dtype:?}", case.name);
            assert!(ours.track_op() && !theirs.track_op(), "{} {dtype:?}", case.name);
            let plain: Vec<_> = tensors(&vars).iter().map(Tensor::detach).collect();
            assert_eq!(bits(&(case.ours)(&plain)?)?, bits(&theirs)?, "{} {dtype:?}", case.name);
        }
        let vars = arguments(&case, DType::F64)?;
        let (ours, composed) = ((case.ours)(&tensors(&vars))?, (case.composed)(&tensors(&vars))?);
        assert!(distance(&ours, &composed)? < 1e-14, "{}", case.name);
    }
    Ok(())
}

/// Central differences of f64 with a step of 1e-5 are right to about 1e-10.
#[test]
fn gradients_are_what_differences_say() -> Result<()> {
    for case in cases() {
        let vars = arguments(&case, DType::F64)?;
        for (which, gradient) in gradients(case.ours, &vars)?.into_iter().enumerate() {
            let gradient = gradient.unwrap_or_else(|| panic!("{}: none for argument {which}", case.name));
            let due = differences(&case, &tensors(&vars), which)?;
            let away = distance(&gradient, &due)?;
            assert!(away < 1e-8, "{}, argument {which}: {away}", case.name);
        }
    }
    Ok(())
}

/// The difference quotient of each element of one argument.
fn differences(case: &Case, arguments: &[Tensor], which: usize) -> Result<Tensor> {
    let values = arguments[which].flatten_all()?.to_vec1::<f64>()?;
    let at = |index: usize, step: f64| -> Result<f64> {
        let mut moved = values.clone();
        moved[index] += step;
        let mut arguments: Vec<_> = arguments.iter().map(Tensor::detach).collect();
        arguments[which] = Tensor::from_vec(moved, arguments[which].shape(), &CPU)?;
        weighed(&(case.ours)(&arguments)?)?.to_scalar::<f64>()
    };
    let step = 1e-5;
    let quotient = |index| Ok((at(index, step)? - at(index, -step)?) / (2.0 * step));
    Tensor::new((0..values.len()).map(quotient).collect::<Result<Vec<f64>>>()?, &CPU)
}

/// candle's composed forms have gradients of their own; in f32 they agree to rounding, in bf16 and f16 to the dtype's.
#[test]
fn gradients_are_those_of_the_composed_forms() -> Result<()> {
    for case in cases() {
        for (dtype, limit) in [(DType::F32, 2e-6), (DType::F16, 4e-3), (DType::BF16, 3e-2)] {
            let vars = arguments(&case, dtype)?;
            let pairs = gradients(case.ours, &vars)?.into_iter().zip(gradients(case.composed, &vars)?);
            for (which, (ours, composed)) in pairs.enumerate() {
                let (ours, composed) = (ours.unwrap(), composed.unwrap());
                assert_eq!(ours.dtype(), dtype);
                let away = distance(&ours, &composed)?;
                assert!(away < limit, "{}, argument {which}, {dtype:?}: {away}", case.name);
            }
        }
    }
    Ok(())
}

/// What a caller froze gets nothing, and what is asked for gets the same as before.
#[test]
fn only_what_is_tracked_gets_a_gradient() -> Result<()> {
    for case in cases() {
        let vars = arguments(&case, DType::F32)?;
        let whole = gradients(case.ours, &vars)?;
        for which in 0..vars.len() {
            let mut arguments: Vec<_> = tensors(&vars).iter().map(Tensor::detach).collect();
            arguments[which] = vars[which].as_tensor().clone();
            let store = weighed(&(case.ours)(&arguments)?)?.backward()?;
            let alone = store.get(&vars[which]).unwrap();
            assert_eq!(bits(alone)?, bits(whole[which].as_ref().unwrap())?, "{} {which}", case.name);
            let given = arguments.iter().filter(|argument| store.get(argument).is_some()).count();
            assert_eq!(given, 1, "{} {which}", case.name);
        }
    }
    Ok(())
}

/// Angles for each of the batch.
#[test]
fn tables_of_each_batch_have_gradients() -> Result<()> {
    for (mut case, at) in cases().into_iter().filter(|case| case.name.starts_with("rope")).zip([2, 2, 1]) {
        let length = case.shapes[0][at];
        case.shapes[1..].fill(vec![2, length, 4]);
        let vars = arguments(&case, DType::F64)?;
        for (which, gradient) in gradients(case.ours, &vars)?.into_iter().enumerate() {
            let due = differences(&case, &tensors(&vars), which)?;
            assert!(distance(&gradient.unwrap(), &due)? < 1e-8, "{} {which}", case.name);
        }
    }
    Ok(())
}

/// What candle refuses is refused with candle's words; where it panics, for want of elements, there is a result of none.
#[test]
fn bad_input_is_an_error() -> Result<()> {
    let ones = |shape: &[usize]| Tensor::ones(shape, DType::F32, &CPU);
    for case in cases() {
        let vars = arguments(&case, DType::F32)?;
        let mut turned = tensors(&vars);
        turned[0] = turned[0].transpose(0, 1)?;
        let mut mixed = tensors(&vars);
        mixed[0] = mixed[0].to_dtype(DType::U32)?;
        for bad in [turned, mixed] {
            let [ours, theirs] =
                [case.ours, case.theirs].map(|operation| operation(&bad).unwrap_err().to_string());
            assert_eq!(ours.lines().next(), theirs.lines().next(), "{}", case.name); // below may stand the calls
        }
    }
    assert!(ops::softmax_last_dim(&Tensor::new(1f32, &CPU)?).is_err());
    assert_eq!(ops::softmax_last_dim(&ones(&[3, 0])?)?.dims(), [3, 0]);
    assert_eq!(ops::rms_norm(&ones(&[3, 0])?, &ones(&[0])?, 1e-5)?.dims(), [3, 0]);
    assert_eq!(ops::layer_norm(&ones(&[0])?, &ones(&[0])?, &ones(&[0])?, 1e-5)?.dims(), [0]);
    assert_eq!(
        rotary_emb::rope(&ones(&[1, 1, 3, 0])?, &ones(&[3, 0])?, &ones(&[3, 0])?)?.dims(),
        [1, 1, 3, 0]
    );
    let (nothing, one) = (Var::ones((0, 4), DType::F32, &CPU)?, Var::ones(4, DType::F32, &CPU)?);
    let store = ops::layer_norm(&nothing, &one, &one, 1e-5)?.sum_all()?.backward()?;
    assert_eq!(store.get(&one).unwrap().to_vec1::<f32>()?, [0.0; 4]);
    Ok(())
}

/// A constructor of a layer.
type Layer = fn(VarBuilder<'static>) -> Result<()>;

/// The constructors ask for what candle's ask for: names, shapes and hints, in a plan and of a builder that has the old names.
#[test]
fn constructors_ask_for_the_same() -> Result<()> {
    let init = Initializer::new(1);
    let plan = |layer: Layer| init.plan(DType::F32, layer).map(|plan: Plan| plan.to_string());
    let bare = LayerNormConfig { affine: false, ..Default::default() };
    assert_eq!(bare.eps, 1e-5);
    let pairs: [[Layer; 2]; 3] = [
        [
            |vb| candle_nn::layer_norm(8, 1e-6, vb).map(drop),
            |vb| differentiable::layer_norm(8, 1e-6, vb).map(drop),
        ],
        [
            |vb| candle_nn::layer_norm_no_bias(8, 1e-6, vb).map(drop),
            |vb| differentiable::layer_norm_no_bias(8, 1e-6, vb).map(drop),
        ],
        [
            |vb| candle_nn::rms_norm(8, 1e-6, vb).map(drop),
            |vb| differentiable::rms_norm(8, 1e-6, vb).map(drop),
        ],
    ];
    for [theirs, ours] in pairs {
        assert_eq!(plan(theirs).unwrap(), plan(ours).unwrap());
    }
    let old = [("gamma", 3.0), ("beta", 4.0)].map(|(name, value)| {
        let values = Tensor::new(&[value as f32; 8], &CPU).unwrap();
        (name.to_owned(), values)
    });
    let vb = VarBuilder::from_tensors(old.into(), DType::F32, &CPU);
    let norm = differentiable::layer_norm(8, 1e-6, vb)?;
    assert_eq!(norm.weight().to_vec1::<f32>()?, [3.0; 8]);
    assert_eq!(norm.bias().unwrap().to_vec1::<f32>()?, [4.0; 8]);
    assert!(norm.remove_mean() && norm.eps() == 1e-6);
    Ok(())
}

/// By whichever path candle has a layer or an operation, it is the one with a gradient.
#[test]
fn every_path_leads_to_a_gradient() -> Result<()> {
    let (x, one) = (Var::ones((2, 4), DType::F32, &CPU)?, Tensor::ones(4, DType::F32, &CPU)?);
    let vb = || {
        VarBuilder::from_tensors(
            [("weight".into(), one.clone()), ("bias".into(), one.clone())].into(),
            DType::F32,
            &CPU,
        )
    };
    let layers: [Box<dyn Module>; 6] = [
        Box::new(differentiable::layer_norm::LayerNorm::new(one.clone(), one.clone(), 1e-5)),
        Box::new(differentiable::layer_norm::RmsNorm::new(one.clone(), 1e-5)),
        Box::new(differentiable::layer_norm::layer_norm(4, 1e-5, vb())?),
        Box::new(differentiable::layer_norm::rms_norm(4, 1e-5, vb())?),
        Box::new(differentiable::layer_norm(4, 1e-5, vb())?),
        Box::new(differentiable::rms_norm(4, 1e-5, vb())?),
    ];
    for (which, layer) in layers.iter().enumerate() {
        assert!(layer.forward(&x)?.track_op(), "{which}");
    }
    Ok(())
}

/// Layers of every kind, on contiguous and turned input: candle's values, and what candle's own layer becomes by `from`.
#[test]
fn layers_have_candles_values() -> Result<()> {
    let noise = Noise::new(3);
    // In bf16 the fused and the composed forms round elsewhere, so that it shows which was taken.
    let normal = |name: &str, shape: &[usize]| noise.normal(name, shape, DType::BF16, &CPU).unwrap();
    let (weight, bias) = (normal("weight", &[8]), normal("bias", &[8]));
    let x = normal("x", &[5, 3, 8]);
    for x in [x.clone(), x.transpose(0, 1)?] {
        let theirs = candle_nn::LayerNorm::new(weight.clone(), bias.clone(), 1e-5);
        let ours = differentiable::LayerNorm::new(weight.clone(), bias.clone(), 1e-5);
        assert_eq!(bits(&ours.forward(&x)?)?, bits(&theirs.forward(&x)?)?);
        assert_eq!(
            bits(&differentiable::LayerNorm::from(theirs.clone()).forward(&x)?)?,
            bits(&theirs.forward(&x)?)?
        );
        let theirs = candle_nn::LayerNorm::new_no_bias(weight.clone(), 1e-5);
        let ours = differentiable::LayerNorm::new_no_bias(weight.clone(), 1e-5);
        assert_eq!(bits(&ours.forward(&x)?)?, bits(&theirs.forward(&x)?)?);
        let theirs = candle_nn::RmsNorm::new(weight.clone(), 1e-5);
        let ours = differentiable::RmsNorm::new(weight.clone(), 1e-5);
        assert_eq!(bits(&ours.forward(&x)?)?, bits(&theirs.forward(&x)?)?);
        assert_eq!(bits(&ours.forward_diff(&x)?)?, bits(&theirs.forward_diff(&x)?)?);
        assert_eq!(bits(&ours.into_inner().forward(&x)?)?, bits(&theirs.into_inner().forward(&x)?)?);
    }
    Ok(())
}

/// A transformer block as one is written for `candle_nn`, in a module of its own for each meaning of that name.
macro_rules! block {
    ($($line:item)*) => {
        $($line)*
        use candle_core::{D, Module, Result, Tensor};
        use candle_nn::{VarBuilder, embedding, layer_norm, linear, linear_no_bias, ops, rms_norm, rotary_emb};

        /// The mean negative logarithm of what is given to the next token.
        pub(super) fn loss(vb: VarBuilder, tokens: &Tensor, [cos, sin]: [&Tensor; 2]) -> Result<Tensor> {
            let (length, (heads, size)) = (tokens.dim(0)?, (2, 8));
            let width = heads * size;
            let mut x = embedding(20, width, vb.pp("table"))?.forward(tokens)?;
            for vb in [vb.pp("block.0"), vb.pp("block.1")] {
                let normed = layer_norm(width, 1e-5, vb.pp("norm1"))?.forward(&x)?;
                let part = |name| -> Result<Tensor> {
                    let part = linear_no_bias(width, width, vb.pp(name))?.forward(&normed)?;
                    part.reshape((1, length, heads, size))?.transpose(1, 2)?.contiguous()
                };
                let query = rotary_emb::rope(&part("query")?, cos, sin)?;
                let key = rotary_emb::rope_i(&part("key")?, cos, sin)?;
                let scores = query.matmul(&key.t()?)?.affine((size as f64).powf(-0.5), 0.0)?;
                let mixed = ops::softmax_last_dim(&scores)?.matmul(&part("value")?)?;
                let mixed = mixed.transpose(1, 2)?.reshape((length, width))?;
                x = (x + linear_no_bias(width, width, vb.pp("out"))?.forward(&mixed)?)?;
                let normed = rms_norm(width, 1e-5, vb.pp("norm2"))?.forward(&x)?;
                x = (x + linear(width, width, vb.pp("mlp"))?.forward(&normed)?.gelu()?)?;
            }
            let x = layer_norm(width, 1e-5, vb.pp("norm"))?.forward(&x)?;
            let logits = linear(width, 20, vb.pp("head"))?.forward(&x)?;
            let chosen = ops::log_softmax(&logits, D::Minus1)?.gather(&tokens.unsqueeze(1)?, 1)?;
            chosen.mean_all()?.neg()
        }
    };
}

/// With candle's own operations.
mod plain {
    block! {}
}

/// The same text, with one line before it.
mod swapped {
    block! { use candle_init::differentiable as candle_nn; }
}

/// The loss is the same to the bit; candle's operations leave a gradient for the head alone and for what goes round the norms.
#[test]
fn the_gradient_reaches_every_parameter_of_a_block() -> Result<()> {
    let (vars, tokens) = (VarMap::new(), Tensor::from_vec(vec![3u32, 1, 4, 1, 5, 9], 6, &CPU)?);
    let angles = Noise::new(1).normal("angles", (6, 4), DType::F32, &CPU).unwrap();
    let tables = [&angles.cos()?, &angles.sin()?];
    let init = Initializer::new(2);
    let build = |loss: fn(VarBuilder, &Tensor, [&Tensor; 2]) -> Result<Tensor>| {
        loss(init.var_builder(&vars, DType::F32, &CPU), &tokens, tables)
    };
    let (plain, swapped) = (build(plain::loss)?, build(swapped::loss)?);
    assert_eq!(bits(&plain)?, bits(&swapped)?);
    let reached = |loss: &Tensor| -> Result<usize> {
        let store = loss.backward()?;
        let size = |g: &Tensor| g.sqr()?.max_all()?.to_scalar::<f32>();
        let moves = |var: &&Var| store.get(var).is_some_and(|g| size(g).unwrap() > 0.0);
        Ok(vars.all_vars().iter().filter(moves).count())
    };
    assert_eq!(vars.all_vars().len(), 23);
    assert_eq!(reached(&plain)?, 2, "candle has got backward passes");
    assert_eq!(reached(&swapped)?, 23);
    Ok(())
}
