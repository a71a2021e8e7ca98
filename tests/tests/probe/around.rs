//! What goes round a layer, what is no answer, and what is read as a constant: each beside the net where it is a fault.

#![allow(clippy::unwrap_used, reason = "a test that fails by panicking says where")]

use acceptance::corpus::subjects;
use candle_core::{Result, Tensor};
use candle_init::{Init, Initializer, init};
use candle_nn::{Linear, linear, loss};

use crate::start::{Loss, faults, he};

/// A branch of small weights beside the input itself, and the same alone.
#[test]
fn an_error_that_comes_back_to_the_input() {
    let of = |around: bool| {
        let init = he(1).rule("{first,mid,last}.weight", init::HE_NORMAL.times(0.03));
        faults(&init, Some(4), &[64, 16], |vb| {
            let layers = ["first", "mid", "last"].map(|name| linear(16, 16, vb.pp(name)));
            let layers = layers.into_iter().collect::<Result<Vec<Linear>>>()?;
            let head = linear(16, 4, vb.pp("head"))?;
            Ok(Box::new(move |x: &Tensor| {
                let y = layers.iter().try_fold(x.clone(), |y, layer| y.apply(layer)?.relu())?;
                let y = if around { (x + y)?.tanh()? } else { y };
                loss::cross_entropy(&y.apply(&head)?, &x.narrow(1, 0, 4)?.argmax(1)?)
            }))
        })
    };
    assert_eq!(of(true), [""; 0]);
    assert_eq!(of(false), ["vanishing · last"]);
}

/// Answers thirty times too large: of vectors whose length is taken away, and of those that are answers.
#[test]
fn an_answer_whose_length_is_taken_away() {
    let of = |unit: bool| {
        faults(&he(1).rule("head.weight", init::HE_NORMAL.times(30.0)), None, &[64, 16], |vb| {
            let (first, head) = (linear(16, 32, vb.pp("first"))?, linear(32, 8, vb.pp("head"))?);
            Ok(Box::new(move |x: &Tensor| {
                let y = x.apply(&first)?.relu()?.apply(&head)?;
                let y = if unit { y.broadcast_div(&y.sqr()?.sum_keepdim(1)?.sqrt()?)? } else { y };
                (y.narrow(1, 0, 1)? * x.narrow(1, 0, 1)?.detach())?.mean_all()
            }))
        })
    };
    assert_eq!(of(true), [""; 0]);
    assert_eq!(of(false), ["exploding · head"]);
}

/// A tower that reads what the loss has made of the batch, as constants.
#[test]
fn layers_that_read_constants_are_seen() {
    let of = |bias: f64| {
        let init = Initializer::new(1).rule("item.bias", Init::Const(bias)).rule("*.bias", init::ZEROS);
        faults(&init.weights(init::HE_NORMAL), Some(64), &[64, 16], |vb| {
            let user = linear(16, 8, vb.pp("user"))?;
            let (item, last) = (linear(6, 32, vb.pp("item"))?, linear(32, 8, vb.pp("last"))?);
            Ok(Box::new(move |x: &Tensor| {
                let b = x.detach().narrow(1, 0, 6)?.contiguous()?.apply(&item)?.relu()?.apply(&last)?;
                let scores = (x.apply(&user)?.matmul(&b.t()?)? * 0.1)?;
                loss::cross_entropy(&scores, &Tensor::arange(0u32, 64, x.device())?)
            }))
        })
    };
    assert_eq!(of(0.0), [""; 0]);
    assert_eq!(of(-100.0), ["dead · item"]);
}

/// Centres that are one stay one where one output reads them.
#[test]
fn neurons_that_are_one_before_one_output() {
    let of = |centres: Init, head: Init| {
        let init = Initializer::new(1).rule("centres", centres).rule("head.weight", head);
        faults(&init.rule("*.bias", init::ZEROS), None, &[64, 2], |vb| {
            let (centres, head) = (vb.get((24, 2), "centres")?, linear(24, 1, vb.pp("head"))?);
            Ok(Box::new(move |x: &Tensor| {
                let far = x.unsqueeze(1)?.broadcast_sub(&centres.unsqueeze(0)?)?.sqr()?.sum(2)?;
                loss::mse(&far.neg()?.exp()?.apply(&head)?, &x.detach().narrow(1, 0, 1)?)
            }) as Loss)
        })
    };
    let normal = Init::Randn { mean: 0.0, stdev: 0.3 };
    assert_eq!(of(normal, normal), [""; 0]);
    assert_eq!(of(normal, Init::Const(0.0)), [""; 0]);
    assert_eq!(of(Init::Const(0.0), Init::Const(0.0)), ["symmetric · head.weight"]);
}

/// Tasks that are weighed are no samples, and equal things part where what reads them is one weight.
#[test]
fn nets_of_the_corpus_that_are_sound_for_a_reason() {
    let sound = |name: &str, plant: Option<&str>, seed: u64| {
        let subjects = subjects();
        let subject = subjects.iter().find(|subject| subject.name.starts_with(name)).unwrap();
        let trial = subject.planted(plant.and_then(|plant| subject.plant(plant)), seed).unwrap();
        assert!(trial.verdict(false).unwrap().is_trainable(), "{name} {plant:?}");
    };
    // Two losses of nearly one size.
    sound("multiplied gates", None, 2);
    // A large table is no answer, and no answer is large.
    sound("pairwise ranking", Some("one weight × 30"), 0);
    // The users' gradient is zero until the items have parted.
    sound("pairwise ranking", Some("one weight one number"), 0);
    // A norm of neurons that are one passes no error until they have parted.
    sound("classes frame", Some("one weight one number"), 0);
    // A head of zeros behind gates of zeros reads the input.
    sound("simple recurrent", Some("all weights zero"), 0);
}
