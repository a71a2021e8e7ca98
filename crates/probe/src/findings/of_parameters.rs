//! What is stated of a parameter as it stands: name, severity, figure, limit, words and way out, a function each.

use crate::findings::facts::{Facts, facts};
use crate::findings::fault::{Basis, Side};
use crate::findings::severity::Severity;
use crate::text::number::short;

pub(crate) fn not_finite(nan: u64, infinite: u64, place: &str) -> Facts {
    let limit = (0.0, "every weight must be finite");
    facts("not finite", Severity::Fault, (nan + infinite) as f64, limit).say(
        format!("{nan} values are NaN and {infinite} are infinite, and they make everything computed from them NaN"),
        format!("Load or draw `{place}` again; a value beyond the dtype's range becomes infinite, so check its scale"),
    )
}

pub(crate) fn uninitialised(vector: bool, place: &str) -> Facts {
    let init = if vector { "ONES" } else { "HE_NORMAL" };
    facts("uninitialised", Severity::Fault, 0.0, (0.0, "nothing passes what is zero throughout")).say(
        "all values are zero, so no signal passes forward and no gradient back",
        format!("Give it an initializer: .rule(\"{place}\", init::{init}); candle leaves at zero what a model requests without a hint"),
    )
}

pub(crate) fn zero_start(gradient: f64) -> Facts {
    let moves = if gradient > 0.0 {
        format!(
            "the rms of its gradient is {}: it contributes nothing at first and moves with the first step",
            short(gradient)
        )
    } else {
        "it moves once the zeros before or behind it have moved".into()
    };
    facts("zero start", Severity::Note, gradient, (0.0, "zero weights are sound where a gradient still passes")).say(
        format!("all values are zero; {moves}"),
        "Nothing to fix: heads, LoRA's second factor and the last weight of a residual branch are started at zero on purpose",
    )
}

pub(crate) fn zero_by_rule(rule: &str) -> Facts {
    facts("zero by rule", Severity::Warning, 0.0, (0.0, "nothing passes through a weight of zeros")).say(
        format!("all values are zero, as the rule `{rule}` says, so nothing passes through it until it has moved"),
        "Right for the last weight of a residual branch, a head or a low-rank factor whose other factor is not zero; anywhere else, give it an initializer that is not zero",
    )
}

pub(crate) fn zero_product(other: &str, place: &str) -> Facts {
    let source =
        "the gradient of each of two factors is proportional to the other, so one of them must not be zero";
    facts("zero product", Severity::Fault, 0.0, (0.0, source)).say(
        format!("it and `{other}`, the next factor, are both zero, so neither ever gets a gradient"),
        format!("Leave one at zero and give the other an initializer: .rule(\"{place}\", init::HE_NORMAL)"),
    )
}

pub(crate) fn constant(value: f64, place: &str) -> Facts {
    let source = "equal neurons get equal gradients and stay equal";
    facts("symmetric", Severity::Fault, value, (0.0, source)).say(
        format!("all values are {}, so all of its neurons are the same neuron", short(value)),
        format!("Draw it at random: .rule(\"{place}\", init::HE_NORMAL)"),
    )
}

pub(crate) fn symmetric(
    side: Side,
    (a, b): (usize, usize),
    (count, of): (usize, usize),
    stay: Option<bool>,
    place: &str,
) -> Facts {
    let (side, are) = match side {
        Side::Rows => ("rows", "neurons"),
        Side::Columns => ("columns", "inputs"),
    };
    let (severity, follows) = match stay {
        Some(true) => (Severity::Fault, "their gradients are equal too, so they stay equal"),
        Some(false) => (Severity::Note, "their gradients differ, so they part with the first step"),
        None => (
            Severity::Warning,
            "no gradient tells them apart yet: they stay equal unless what reads them differs",
        ),
    };
    let limit = (0.0, "no two neurons drawn from a continuous distribution are equal");
    facts("symmetric", severity, count as f64, limit).say(
        format!(
            "{side} {a} and {b} are equal to the bit; {count} of {of} {are} repeat an earlier one; {follows}"
        ),
        format!("Draw it again: .rule(\"{place}\", init::HE_NORMAL)"),
    )
}

fn basis_text(basis: &Basis) -> String {
    match basis {
        Basis::Rule(rule) => format!("its rule is {rule}"),
        Basis::Others(others) => format!("the other weights follow {others}"),
    }
}

pub(crate) fn mis_scaled(measured: f64, expected: f64, interval: (f64, f64), basis: &Basis) -> Facts {
    let value = if measured < expected { interval.0 } else { interval.1 };
    let limit = (value, "7.1 standard errors of a std: one false alarm in 10¹²");
    facts("mis-scaled", Severity::Warning, measured, limit).say(
        format!(
            "its std is {} where {} is expected: {}",
            short(measured),
            short(expected),
            basis_text(basis)
        ),
        format!("Multiply it by {}, or correct the rule that draws it", short(expected / measured)),
    )
}

pub(crate) fn mis_centred(measured: f64, expected: f64, interval: (f64, f64), basis: &Basis) -> Facts {
    let value = if measured < expected { interval.0 } else { interval.1 };
    let limit = (value, "7.1 standard errors of a mean: one false alarm in 10¹²");
    facts("mis-centred", Severity::Warning, measured, limit).say(
        format!(
            "its mean is {} where {} is expected: {}",
            short(measured),
            short(expected),
            basis_text(basis)
        ),
        format!("Add {} to it, or correct the rule that draws it", short(expected - measured)),
    )
}

pub(crate) fn swapped_fans(
    measured: f64,
    expected: f64,
    (fan_in, fan_out): (f64, f64),
    basis: &Basis,
) -> Facts {
    let source = "the variance is preserved over the initializer's own fan (He et al. 2015, eqs. 10 and 14)";
    let limit = (expected, source);
    facts("swapped fans", Severity::Warning, measured, limit).say(
        format!(
            "its std is {} where {} is expected: {}; it is right with fan_in = {fan_in} and fan_out = {fan_out} swapped",
            short(measured),
            short(expected),
            basis_text(basis)
        ),
        "Draw it with the other fan, or state its layout: init.on(Layer::INPUT_FIRST) for (in, out) weights",
    )
}

pub(crate) fn copied(other: &str, place: &str) -> Facts {
    let limit = (0.0, "no two tensors drawn from a continuous distribution are equal");
    facts("copied", Severity::Warning, 1.0, limit).say(
        format!("its values equal those of `{other}` to the bit, though it is a different variable"),
        format!("Share one variable to tie the two, or draw `{place}` under its own name"),
    )
}

pub(crate) fn tied(other: &str) -> Facts {
    let limit = (0.0, "tied weights are shared on purpose");
    facts("tied", Severity::Note, 1.0, limit).say(
        format!("it is the same variable as `{other}`, so the two are trained as one"),
        "Nothing to fix where the two are meant to be shared",
    )
}

pub(crate) fn shared(places: usize) -> Facts {
    facts("shared", Severity::Note, places as f64, (1.0, "a weight of a layer of its own is used once")).say(
        format!("it is used at {places} places of the pass or more: they are one layer, and learn as one"),
        "Right in recurrent and Siamese nets; where several layers are meant, give each a path of its own with vb.pp(..)",
    )
}

pub(crate) fn rank_deficient(rank: usize, of: usize, place: &str) -> Facts {
    let limit = (of as f64, "a random matrix has full rank with probability 1");
    facts("rank-deficient", Severity::Warning, rank as f64, limit).say(
        format!("its rank is {rank} of {of}, so it loses part of its input"),
        format!("Draw it at random, or as an orthogonal matrix: .rule(\"{place}\", init::ORTHOGONAL)"),
    )
}
