//! What the start itself shows: answers far from their targets, softmaxes of one weight, units that a bias holds off,
//! zeros beside what is read, and one lost member of several. Each beside the net that is sound.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use acceptance::pasted::pasted;
use candle_core::{D, DType, Device, Result, Tensor};
use candle_init::{Init, Initializer, Rule, init};
use candle_init_probe::{Finding, Probe, Severity, noise};
use candle_nn::{Linear, VarBuilder, VarMap, linear, loss, ops};

const CPU: Device = Device::Cpu;

/// A loss of a batch.
pub(super) type Loss = Box<dyn Fn(&Tensor) -> Result<Tensor>>;

pub(super) fn he(seed: u64) -> Initializer {
    Initializer::new(seed).rule("*.bias", init::ZEROS).weights(init::HE_NORMAL)
}

/// Names and places of the faults of a net.
pub(super) fn faults(
    init: &Initializer,
    classes: Option<usize>,
    shape: &[usize],
    build: impl FnOnce(VarBuilder<'static>) -> Result<Loss>,
) -> Vec<String> {
    let found = findings(init, classes, shape, build);
    found.iter().map(|finding| format!("{} · {}", finding.name(), finding.place)).collect()
}

/// The faults of a net.
fn findings(
    init: &Initializer,
    classes: Option<usize>,
    shape: &[usize],
    build: impl FnOnce(VarBuilder<'static>) -> Result<Loss>,
) -> Vec<Finding> {
    let vars = VarMap::new();
    let loss = build(init.var_builder(&vars, DType::F32, &CPU)).unwrap();
    let probe = Probe::new(&vars);
    let probe = classes.map_or(probe.clone(), |classes| probe.classes(classes));
    let verdict = probe.check(&noise(shape.to_vec(), 7, &CPU).unwrap(), loss).unwrap();
    verdict.findings.into_iter().filter(|finding| finding.severity() == Severity::Fault).collect()
}

/// Two tables of which the answer is the product: no input stands beside whose size an answer could be compared.
#[test]
fn an_answer_far_from_its_target() {
    let of = |stdev: f64| {
        let init = Initializer::new(1).weights(Init::Randn { mean: 0.0, stdev });
        faults(&init, None, &[64, 8], |vb| {
            let (a, b) = (linear(8, 4, vb.pp("a"))?, linear(8, 4, vb.pp("b"))?);
            Ok(Box::new(move |x: &Tensor| {
                let score = (x.apply(&a)? * x.apply(&b)?)?.sum(D::Minus1)?;
                loss::mse(&score, &x.detach().narrow(1, 0, 1)?.squeeze(1)?)
            }))
        })
    };
    assert_eq!(of(0.3), [""; 0]);
    assert_eq!(of(2.0), ["far answer · b.weight"]);
}

#[test]
fn attention_to_one_position_whatever_the_sample() {
    let of = |scale: f64| {
        let init = he(1).rule("q.weight", init::HE_NORMAL.times(scale));
        faults(&init, Some(4), &[16, 6, 16], |vb| {
            let layers: [Linear; 4] = [
                linear(16, 16, vb.pp("q"))?,
                linear(16, 16, vb.pp("k"))?,
                linear(16, 16, vb.pp("v"))?,
                linear(16, 4, vb.pp("head"))?,
            ];
            Ok(Box::new(move |x: &Tensor| {
                let [q, k, v, head] = &layers;
                let scores = (x.apply(q)?.matmul(&x.apply(k)?.t()?)? / 4.0)?;
                let y = ops::softmax(&scores, D::Minus1)?.matmul(&x.apply(v)?)?.mean(1)?;
                loss::cross_entropy(&y.apply(head)?, &Tensor::zeros(16, DType::U32, &CPU)?)
            }))
        })
    };
    assert_eq!(of(1.0), [""; 0]);
    // The last of the two that make the scores is named.
    assert_eq!(of(900.0), ["saturated · k"]);
}

/// Three of four units are off by chance in some nets, but not by a hundred.
#[test]
fn few_units_that_a_bias_holds_off() {
    let of = |bias: f64| {
        let (on, off) = (Init::Const(0.0), Init::Const(bias));
        let code = Rule::blocks([on, off, off, off]);
        let init = Initializer::new(1).rule("code.bias", code).rule("*.bias", init::ZEROS);
        let init = init.weights(init::HE_NORMAL);
        faults(&init, None, &[64, 8], |vb| {
            let first = linear(8, 32, vb.pp("first"))?;
            let (code, out) = (linear(32, 4, vb.pp("code"))?, linear(4, 8, vb.pp("out"))?);
            Ok(Box::new(move |x: &Tensor| {
                let y = x.apply(&first)?.relu()?.apply(&code)?.relu()?;
                loss::mse(&y.apply(&out)?, &x.detach())
            }))
        })
    };
    assert_eq!(of(0.0), [""; 0]);
    assert_eq!(of(-6.0), [""; 0]);
    assert_eq!(of(-100.0), ["dead · code"]);
}

/// A head of zeros moves by what is beside a layer of zeros, and never reads the layer; of a sum it reads both.
#[test]
fn zeros_beside_what_a_head_of_zeros_reads() {
    let of = |side_by_side: bool| {
        faults(&he(1).weights(init::ZEROS), Some(4), &[16, 8], |vb| {
            let f = linear(8, 8, vb.pp("f"))?;
            let head = linear(if side_by_side { 16 } else { 8 }, 4, vb.pp("head"))?;
            Ok(Box::new(move |x: &Tensor| {
                let y = x.apply(&f)?;
                let y = if side_by_side { Tensor::cat(&[x, &y], 1)? } else { (x + y)? };
                loss::cross_entropy(&y.apply(&head)?, &x.narrow(1, 0, 4)?.argmax(1)?)
            }))
        })
    };
    assert_eq!(of(false), [""; 0]);
    assert_eq!(of(true), ["uninitialised · f.weight"]);
}

/// Variables that are no layer: the largest is named, and the line that is proposed can be pasted and makes it small.
#[test]
fn what_decides_where_there_is_no_layer() {
    let behind = |init: Initializer| {
        let init = init.rule("small", Init::Randn { mean: 0.0, stdev: 1.0 });
        init.rule("large", Init::Randn { mean: 0.0, stdev: 60.0 })
    };
    let of = |init: &Initializer, classes: Option<usize>| {
        findings(init, classes, &[8, 8], |vb| {
            let (large, small) = (vb.get(8, "large")?, vb.get(8, "small")?);
            Ok(Box::new(move |x: &Tensor| {
                let answer = (&large + &small)?;
                if classes.is_none() {
                    return loss::mse(&answer, &x.detach().narrow(1, 0, 1)?.squeeze(1)?);
                }
                let rows = answer.broadcast_as((8, 8))?.contiguous()?;
                loss::cross_entropy(&rows, &Tensor::arange(0u32, 8, &CPU)?)
            }))
        })
    };
    for (classes, name) in [(None, "far answer"), (Some(8), "first loss")] {
        let found = of(&behind(Initializer::new(1)), classes);
        assert_eq!(found.iter().map(Finding::name).collect::<Vec<_>>(), [name]);
        assert_eq!(found[0].place, "large");
        let vars = VarMap::new();
        let healed = behind(pasted(Initializer::new(1), &found[0].advice()).unwrap());
        let large = healed.var_builder(&vars, DType::F32, &CPU).get(64, "large").unwrap();
        assert!(large.abs().unwrap().max(0).unwrap().to_scalar::<f32>().unwrap() < 0.1);
    }
}

/// The mean of three hides what one of them says.
#[test]
fn a_lost_member_of_several() {
    let of = |scale: f64| {
        let init = he(1).rule("first.weight", init::HE_NORMAL.times(scale));
        findings(&init, Some(4), &[64, 16], |vb| {
            let nets = ["first", "second", "third", "fourth"].map(|name| linear(16, 4, vb.pp(name)));
            let nets = nets.into_iter().collect::<Result<Vec<_>>>()?;
            Ok(Box::new(move |x: &Tensor| {
                let labels = x.narrow(1, 0, 4)?.argmax(1)?;
                let losses = nets.iter().map(|net| loss::cross_entropy(&x.apply(net)?, &labels));
                Tensor::stack(&losses.collect::<Result<Vec<_>>>()?, 0)?.mean_all()
            }))
        })
    };
    assert_eq!(of(1.0), []);
    let found = of(20.0);
    assert_eq!((found.len(), found[0].name(), found[0].place.as_str()), (1, "first loss", "first.weight"));
    assert!(
        found[0].what().starts_with("the largest of the 4 losses that the loss is the mean of"),
        "{found:?}"
    );
}
