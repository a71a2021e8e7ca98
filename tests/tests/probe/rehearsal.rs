//! The rehearsal: what it says of nets whose fate is known, and that it leaves no trace.

#![allow(clippy::panic, reason = "that is what a closure here does")]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use acceptance::corpus::{Rehearsed, STEPS, rehearsed, subjects};
use acceptance::values::snapshot;
use candle_core::{DType, Device, Module, ModuleT, Result, Tensor};
use candle_init::{Initializer, init, named_vars};
use candle_init_probe::{Error, Outcome, Probe, Rehearsal, Verdict, noise};
use candle_nn::{AdamW, BatchNorm, Linear, Optimizer, SGD, VarMap, batch_norm, linear};

type Done = std::result::Result<(), Box<dyn std::error::Error>>;

const CPU: Device = Device::Cpu;

/// A net with a batch norm, whose statistics move in training.
struct Net {
    vars: VarMap,
    fc: Linear,
    norm: BatchNorm,
    head: Linear,
}

impl Net {
    fn new() -> Result<Self> {
        let vars = VarMap::new();
        let init = Initializer::new(1).weights(init::HE_NORMAL);
        let vb = init.var_builder(&vars, DType::F32, &CPU);
        let (fc, head) = (linear(8, 64, vb.pp("fc"))?, linear(64, 1, vb.pp("head"))?);
        Ok(Self { vars: vars.clone(), fc, norm: batch_norm(64, 1e-5, vb.pp("norm"))?, head })
    }

    /// Its loss on the batch of a step: the square of the first number is to be told.
    fn loss(&self, step: usize) -> Result<Tensor> {
        let x = noise((32, 8), step as u64, &CPU)?;
        let y = self.norm.forward_t(&self.fc.forward(&x)?, true)?.relu()?;
        (self.head.forward(&y)? - x.narrow(1, 0, 1)?.sqr()?)?.sqr()?.mean_all()
    }

    /// Changes one of its parameters.
    fn set(&self, name: &str, change: impl Fn(&Tensor) -> Result<Tensor>) -> Result<()> {
        let named = named_vars(&self.vars).into_iter();
        named.filter(|(other, _)| other == name).try_for_each(|(_, var)| var.set(&change(&var)?))
    }

    fn rehearse(&self, rate: f64) -> std::result::Result<Rehearsal, Error> {
        Probe::new(&self.vars).rehearse(100, |step| self.loss(step), |vars| AdamW::new_lr(vars, rate))
    }
}

#[test]
fn a_sound_net_learns_and_nothing_has_moved() -> Done {
    let net = Net::new()?;
    let before = snapshot(&net.vars)?;
    let rehearsal = net.rehearse(1e-2)?;
    assert_eq!(rehearsal.outcome(), Outcome::Learns, "{rehearsal}");
    assert!(rehearsal.blind.last() > 1.2 && rehearsal.as_is.last() < 1.0, "{rehearsal}");
    // The statistics of the norm too.
    assert_eq!(snapshot(&net.vars)?, before);
    // Asked twice, the same answer.
    assert_eq!(net.rehearse(1e-2)?, rehearsal);
    Ok(())
}

#[test]
fn what_does_not_learn_fails_and_says_how() -> Done {
    let zero = |w: &Tensor| w.zeros_like();
    let off = |b: &Tensor| b - 100.0;
    let net = Net::new()?;
    net.set("head.weight", zero)?;
    // A head of zeros moves with the first step.
    assert_eq!(net.rehearse(1e-2)?.outcome(), Outcome::Learns);
    let net = Net::new()?;
    net.set("norm.bias", off)?;
    let dead = net.rehearse(1e-2)?;
    assert_eq!(
        (dead.outcome(), &dead.stuck[..]),
        (Outcome::Fails, &["fc.weight".to_owned(), "head.weight".into()][..])
    );
    assert_eq!(dead.headline(), "a part of it does not learn: `fc.weight`, `head.weight` are stuck");
    let net = Net::new()?;
    for name in ["fc.weight", "fc.bias", "head.weight"] {
        net.set(name, |w| w.ones_like())?;
    }
    // Equal neurons: what reads them moves along what it is alone.
    assert_eq!(net.rehearse(1e-2)?.stuck, ["fc.weight", "head.weight"]);
    let net = Net::new()?;
    net.set("head.weight", |w| w * 1000.0)?;
    let far = net.rehearse(1e-2)?;
    assert!(far.outcome() == Outcome::Fails && far.stuck.is_empty(), "{far}");
    assert!(far.headline().starts_with("it does not learn: in 200 steps it gains 0 %"), "{far}");
    Ok(())
}

#[test]
fn a_learning_rate_that_is_too_large_or_too_small_is_told_from_weights() -> Done {
    let net = Net::new()?;
    let by_descent =
        |rate| Probe::new(&net.vars).rehearse(50, |step| net.loss(step), |vars| SGD::new(vars, rate));
    let fast = by_descent(1e30)?;
    let advice = "as weights drawn anew do: give a smaller learning rate";
    assert!(fast.outcome() == Outcome::Fails && fast.headline().ends_with(advice), "{fast}");
    let slow = by_descent(1e-9)?;
    assert!(
        slow.outcome() == Outcome::Undecided && slow.headline().contains("another learning rate"),
        "{slow}"
    );
    // No verdict says of it that it will train.
    let headline = Verdict::default().rehearsed(slow).headline();
    assert!(headline.starts_with("no fault was found; undecided: in 100 steps"), "{headline}");
    Ok(())
}

/// Twice the steps where it does not learn in these, and no step more where it does, or where its loss is lost.
#[test]
fn it_goes_on_where_it_does_not_learn() -> Done {
    let net = Net::new()?;
    let calls = Cell::new(0);
    let by = |steps, rate| {
        calls.set(0);
        let loss = |step| {
            calls.set(calls.get() + 1);
            net.loss(step)
        };
        Probe::new(&net.vars).rehearse(steps, loss, |vars| AdamW::new_lr(vars, rate))
    };
    // Three starts, each with its steps and two measurements on eight batches.
    let cost = |steps: usize| 3 * (steps + 16);
    let decided = by(100, 1e-2)?;
    assert_eq!(
        (decided.outcome(), decided.steps, calls.get()),
        (Outcome::Learns, 100, cost(100)),
        "{decided}"
    );
    let open = by(10, 1e-30)?;
    let all = cost(10) + cost(20);
    assert_eq!((open.outcome(), open.steps, calls.get()), (Outcome::Undecided, 20, all), "{open}");
    // Too few steps for any start to learn.
    let late = by(12, 1e-2)?;
    assert!(
        late.outcome() == Outcome::Learns && late.steps == 24 && calls.get() == cost(12) + cost(24),
        "{late}"
    );
    let diverged = by(50, 1e30)?;
    assert_eq!((diverged.outcome(), diverged.steps), (Outcome::Fails, 50), "{diverged}");
    net.set("norm.bias", |b| b - 100.0)?;
    let dead = by(10, 1e-2)?;
    assert_eq!((dead.outcome(), dead.steps, calls.get()), (Outcome::Fails, 20, all), "{dead}");
    Ok(())
}

/// It would have to gain half of what other weights gain.
#[test]
fn what_lags_is_not_trainable() {
    let mut lagging = Rehearsal::default();
    for (course, after) in [(&mut lagging.as_is, 1.7), (&mut lagging.anew, 1.0), (&mut lagging.blind, 2.0)] {
        (course.before, course.after) = (vec![2.0; 8], vec![after; 8]);
    }
    lagging.steps = 200;
    let verdict = Verdict::default().rehearsed(lagging);
    assert!(!verdict.is_trainable());
    assert_eq!(
        verdict.headline(),
        "it lags behind: in 200 steps it gains 30 % of what weights drawn anew gain"
    );
}

/// What does not train is not drawn anew, and is no fault.
#[test]
fn what_is_frozen_stays() -> Done {
    let net = Net::new()?;
    let frozen = Probe::new(&net.vars).frozen("fc.*");
    let weight = named_vars(&net.vars).into_iter().find(|(name, _)| name == "fc.weight").ok_or("none")?.1;
    let (before, seen) = (weight.flatten_all()?.to_vec1::<f32>()?, Cell::new(0));
    let loss = |step| {
        let now = weight.flatten_all()?.to_vec1::<f32>()?;
        seen.set(seen.get() + usize::from(now == before));
        net.loss(step)
    };
    let rehearsal = frozen.rehearse(60, loss, |vars| AdamW::new_lr(vars, 1e-2))?;
    // In two of three starts; in the third all weights are zero. Each has 60 steps and two measurements on 8 batches.
    assert_eq!((seen.get(), rehearsal.stuck.len()), (2 * 76, 0), "{rehearsal}");
    Ok(())
}

/// Whatever fails, the parameters are as they were and the error says what it was.
#[test]
fn what_fails_changes_nothing() -> Done {
    let net = Net::new()?;
    let (before, probe) = (snapshot(&net.vars)?, Probe::new(&net.vars));
    let adam = |vars| AdamW::new_lr(vars, 1e-2);
    let calls = Cell::new(0);
    // In each start, while it trains and while it is measured.
    for last in [1, 8, 12, 20, 40, 60, 70] {
        calls.set(0);
        let loss = |step| {
            calls.set(calls.get() + 1);
            if calls.get() == last { candle_core::bail!("in call {last}") } else { net.loss(step) }
        };
        let error = probe.rehearse(10, loss, adam).err().ok_or("no error")?;
        assert!(matches!(error, Error::Forward { .. }) && error.to_string().contains("in call"), "{error}");
        assert_eq!(snapshot(&net.vars)?, before);
    }
    let error = probe.rehearse(10, |step| noise((2, 3), step as u64, &CPU).map_err(Into::into), adam);
    assert!(matches!(error, Err(Error::NoLoss { .. })));
    assert!(matches!(probe.rehearse(0, |step| net.loss(step), adam), Err(Error::Number { .. })));
    let refused =
        probe.rehearse(1, |step| net.loss(step), |_| -> Result<SGD> { candle_core::bail!("no optimizer") });
    assert!(matches!(refused, Err(Error::Candle(_))));
    let nothing = VarMap::new();
    let empty = Probe::new(&nothing).rehearse(1, |step| net.loss(step), adam);
    assert!(matches!(empty, Err(Error::NoParameters { .. })));
    let panics = |step| if step == 5 { panic!("in step 5") } else { net.loss(step) };
    assert!(catch_unwind(AssertUnwindSafe(|| probe.rehearse(10, panics, adam))).is_err());
    assert_eq!(snapshot(&net.vars)?, before);
    Ok(())
}

/// The rehearsal decides where it is sure, and stands in all forms of the verdict.
#[test]
fn a_verdict_takes_it_up() -> Done {
    let net = Net::new()?;
    let check = || -> std::result::Result<Verdict, Error> {
        let batch = noise((32, 8), 7, &CPU)?;
        Probe::new(&net.vars).check(&batch, |x| {
            let y = net.norm.forward_t(&net.fc.forward(x)?, true)?.relu()?;
            (net.head.forward(&y)? - x.narrow(1, 0, 1)?.sqr()?)?.sqr()?.mean_all()
        })
    };
    let sound = check()?.rehearsed(net.rehearse(1e-2)?);
    assert!(sound.is_trainable() && sound.headline() == "healthy: it will train", "{sound}");
    let diverged = check()?.rehearsed(net.rehearse(1e30)?);
    assert!(!diverged.is_trainable(), "{diverged}");
    assert!(diverged.headline().starts_with("it will not train as it stands: it diverges"), "{diverged}");
    net.set("norm.bias", |b| b - 100.0)?;
    let dead = check()?;
    let spite = dead.clone().rehearsed(sound.rehearsal.clone().ok_or("none")?);
    assert!(
        spite.is_trainable() && spite.headline().starts_with("it will train, in spite of 1 fault"),
        "{spite}"
    );
    let dead = dead.rehearsed(net.rehearse(1e-2)?);
    let headline = "it will not train as it stands: 1 fault; a part of it does not learn";
    assert!(dead.headline().starts_with(headline), "{dead}");
    let json: serde_json::Value = serde_json::from_str(&dead.to_json()?)?;
    assert_eq!(json["rehearsal"]["outcome"], "fails");
    assert_eq!(json["rehearsal"]["stuck"][0], "fc.weight");
    let html = dead.to_html("net");
    assert!(html.contains("The rehearsal") && html.contains("rehearsed for 200 steps"));
    Ok(())
}

/// candle's fused layer norm cuts the first layer off, and the loss falls all the same: that it falls is no pardon.
#[test]
fn what_is_cut_off_stays_a_fault() -> Done {
    let vars = VarMap::new();
    let init = Initializer::new(1).weights(init::HE_NORMAL);
    let vb = init.var_builder(&vars, DType::F32, &CPU);
    let (fc, head) = (linear(8, 64, vb.pp("fc"))?, linear(64, 1, vb.pp("head"))?);
    let norm = candle_nn::layer_norm(64, 1e-5, vb.pp("norm"))?;
    let loss = |x: &Tensor| {
        let y = head.forward(&norm.forward(&fc.forward(x)?)?.relu()?)?;
        (y - x.narrow(1, 0, 1)?.sqr()?)?.sqr()?.mean_all()
    };
    let probe = Probe::new(&vars);
    let batch = |step: usize| noise((256, 8), step as u64, &CPU);
    let rehearsal = probe.rehearse(100, |step| loss(&batch(step)?), |vars| AdamW::new_lr(vars, 1e-2))?;
    assert_eq!(rehearsal.outcome(), Outcome::Learns, "{rehearsal}");
    let verdict = probe.check(&batch(0)?, loss)?.rehearsed(rehearsal);
    assert!(!verdict.is_trainable(), "{verdict}");
    assert!(verdict.headline().starts_with("it will not train as it stands: 1 fault"), "{verdict}");
    assert!(verdict.to_html("net").contains("It will not train as it stands"));
    Ok(())
}

/// The record is what rehearsals give: small nets are rehearsed again.
#[test]
fn the_record_is_what_rehearsals_give() -> anyhow::Result<()> {
    let recorded: Vec<Rehearsed> = serde_json::from_str(include_str!("../../data/rehearsals.json"))?;
    for subject in subjects().iter().filter(|subject| subject.name.starts_with("tutorial")) {
        let again = rehearsed(subject, 0, STEPS)?;
        let of_net = recorded.iter().filter(|one| one.net == subject.name && one.seed == 0);
        let what = |one: &Rehearsed| (one.plant.clone(), one.outcome.clone(), one.stuck);
        assert_eq!(again.iter().map(what).collect::<Vec<_>>(), of_net.map(what).collect::<Vec<_>>());
    }
    Ok(())
}
