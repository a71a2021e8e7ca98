//! What a finding says of each fault: name, severity, figure, limit, words and way out, a function each.

use crate::findings::fault::{Basis, Fault, Operation, Side, Way};
use crate::findings::limit::Limit;
use crate::findings::severity::Severity;
use crate::text::number::{percent, short};

/// Where the limits of a signal's size come from.
const SIZES: &str = "a thousandfold, or six standard deviations of a net of this width and depth where that is more (Hanin and Rolnick 2018)";

/// The way out of a signal that grows or shrinks with depth.
const GAINS: &str = "Use weights of variance gain²/fan_in, the gain that of the net's activation: .weights(\"lecun_normal.gain(relu)\"), or tanh, gelu, silu and others in place of relu";

/// Everything a finding states.
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    pub(crate) measured: f64,
    pub(crate) limit: Limit,
    pub(crate) what: String,
    pub(crate) advice: String,
}

impl Facts {
    pub(crate) fn new(fault: &Fault, place: &str) -> Self {
        match fault {
            Fault::NotFinite { nan, infinite } => not_finite(*nan, *infinite, place),
            Fault::Uninitialised { vector } => uninitialised(*vector, place),
            Fault::ZeroStart { gradient } => zero_start(*gradient),
            Fault::ZeroByRule { rule } => zero_by_rule(rule),
            Fault::ZeroProduct { other } => zero_product(other, place),
            Fault::Constant { value } => constant(*value, place),
            Fault::Symmetric { side, pair, count, of, stay } => {
                symmetric(*side, *pair, (*count, *of), *stay, place)
            }
            Fault::MisScaled { measured, expected, interval, basis } => {
                mis_scaled(*measured, *expected, *interval, basis)
            }
            Fault::MisCentred { measured, expected, interval, basis } => {
                mis_centred(*measured, *expected, *interval, basis)
            }
            Fault::SwappedFans { measured, expected, fans, basis } => {
                swapped_fans(*measured, *expected, *fans, basis)
            }
            Fault::Copied { other } => copied(other, place),
            Fault::Tied { other } => tied(other),
            Fault::Shared { places } => shared(*places),
            Fault::RankDeficient { rank, of } => rank_deficient(*rank, *of, place),
            Fault::Overflow { count } => overflow(*count),
            Fault::Vanishing { way, ratio, limit } => vanishing(*way, *ratio, *limit),
            Fault::Exploding { way, ratio, limit } => exploding(*way, *ratio, *limit),
            Fault::Dead { share, limit } => dead(*share, *limit),
            Fault::Saturated { share, units, activation } => saturated(*share, *units, activation),
            Fault::Collapsed { spread, inputs } => collapsed(*spread, *inputs),
            Fault::UnscaledResidual { growth, blocks, branch } => unscaled(*growth, *blocks, *branch, place),
            Fault::NoGradient { operation, count, of, .. } => no_gradient(*operation, *count, *of, place),
            Fault::ZeroGradient => zero_gradient(),
            Fault::FarAnswer { ratio, limit } => far_answer(*ratio, *limit, place),
            Fault::FirstLoss { loss, classes, logits } => first_loss(*loss, *classes, *logits, place),
        }
    }

    fn say(self, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into(), ..self }
    }
}

fn facts(name: &'static str, severity: Severity, measured: f64, limit: (f64, &'static str)) -> Facts {
    let limit = Limit { value: limit.0, source: limit.1 };
    Facts { name, severity, measured, limit, what: String::new(), advice: String::new() }
}

fn not_finite(nan: u64, infinite: u64, place: &str) -> Facts {
    let limit = (0.0, "every weight must be finite");
    facts("not finite", Severity::Fault, (nan + infinite) as f64, limit).say(
        format!("{nan} values are NaN and {infinite} are infinite, and they make everything computed from them NaN"),
        format!("Load or draw `{place}` again; a value beyond the dtype's range becomes infinite, so check its scale"),
    )
}

fn uninitialised(vector: bool, place: &str) -> Facts {
    let init = if vector { "ONES" } else { "HE_NORMAL" };
    facts("uninitialised", Severity::Fault, 0.0, (0.0, "nothing passes what is zero throughout")).say(
        "all values are zero, so no signal passes forward and no gradient back",
        format!("Give it an initializer: .rule(\"{place}\", init::{init}); candle leaves at zero what a model requests without a hint"),
    )
}

fn zero_start(gradient: f64) -> Facts {
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

fn zero_by_rule(rule: &str) -> Facts {
    facts("zero by rule", Severity::Warning, 0.0, (0.0, "nothing passes through a weight of zeros")).say(
        format!("all values are zero, as the rule `{rule}` says, so nothing passes through it until it has moved"),
        "Right for the last weight of a residual branch, a head or a low-rank factor whose other factor is not zero; anywhere else, give it an initializer that is not zero",
    )
}

fn zero_product(other: &str, place: &str) -> Facts {
    let source =
        "the gradient of each of two factors is proportional to the other, so one of them must not be zero";
    facts("zero product", Severity::Fault, 0.0, (0.0, source)).say(
        format!("it and `{other}`, the next factor, are both zero, so neither ever gets a gradient"),
        format!("Leave one at zero and give the other an initializer: .rule(\"{place}\", init::HE_NORMAL)"),
    )
}

fn constant(value: f64, place: &str) -> Facts {
    let source = "equal neurons get equal gradients and stay equal";
    facts("symmetric", Severity::Fault, value, (0.0, source)).say(
        format!("all values are {}, so all of its neurons are the same neuron", short(value)),
        format!("Draw it at random: .rule(\"{place}\", init::HE_NORMAL)"),
    )
}

fn symmetric(
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

fn mis_scaled(measured: f64, expected: f64, interval: (f64, f64), basis: &Basis) -> Facts {
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

fn mis_centred(measured: f64, expected: f64, interval: (f64, f64), basis: &Basis) -> Facts {
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

fn swapped_fans(measured: f64, expected: f64, (fan_in, fan_out): (f64, f64), basis: &Basis) -> Facts {
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

fn copied(other: &str, place: &str) -> Facts {
    let limit = (0.0, "no two tensors drawn from a continuous distribution are equal");
    facts("copied", Severity::Warning, 1.0, limit).say(
        format!("its values equal those of `{other}` to the bit, though it is a different variable"),
        format!("Share one variable to tie the two, or draw `{place}` under its own name"),
    )
}

fn tied(other: &str) -> Facts {
    let limit = (0.0, "tied weights are shared on purpose");
    facts("tied", Severity::Note, 1.0, limit).say(
        format!("it is the same variable as `{other}`, so the two are trained as one"),
        "Nothing to fix where the two are meant to be shared",
    )
}

fn shared(places: usize) -> Facts {
    facts("shared", Severity::Note, places as f64, (1.0, "a weight of a layer of its own is used once")).say(
        format!("it is used at {places} places of the pass or more: they are one layer, and learn as one"),
        "Right in recurrent and Siamese nets; where several layers are meant, give each a path of its own with vb.pp(..)",
    )
}

fn rank_deficient(rank: usize, of: usize, place: &str) -> Facts {
    let limit = (of as f64, "a random matrix has full rank with probability 1");
    facts("rank-deficient", Severity::Warning, rank as f64, limit).say(
        format!("its rank is {rank} of {of}, so it loses part of its input"),
        format!("Draw it at random, or as an orthogonal matrix: .rule(\"{place}\", init::ORTHOGONAL)"),
    )
}

fn overflow(count: u64) -> Facts {
    let limit = (0.0, "every value of a signal must be finite");
    facts("overflow", Severity::Fault, count as f64, limit).say(
        format!("{count} of its values, or of its gradient's, are NaN or infinite"),
        "Start with the first layer named here: use smaller weights, a wider dtype, or a batch without NaN",
    )
}

fn way_text(way: Way) -> (&'static str, &'static str, &'static str) {
    match way {
        Way::Forward => ("signal", "forward", "the net's input"),
        Way::Backward => ("error signal", "back", "the last layer"),
    }
}

fn vanishing(way: Way, ratio: f64, limit: f64) -> Facts {
    let (what, direction, start) = way_text(way);
    facts("vanishing", Severity::Fault, ratio, (limit, SIZES)).say(
        format!("going {direction}, the {what} is {} of its size at {start}", short(ratio)),
        format!("{GAINS}; beyond its trainable depth add residual connections or norms"),
    )
}

fn exploding(way: Way, ratio: f64, limit: f64) -> Facts {
    let (what, direction, start) = way_text(way);
    facts("exploding", Severity::Fault, ratio, (limit, SIZES))
        .say(format!("going {direction}, the {what} is {} times its size at {start}", short(ratio)), GAINS)
}

fn dead(share: f64, limit: f64) -> Facts {
    let limit =
        (limit, "half of ReLU's units are off for any one sample; none should be off for all of them");
    facts("dead", Severity::Fault, share, limit).say(
        format!(
            "{} of its units are off for every sample: they pass nothing on and get no gradient",
            percent(share)
        ),
        "Start its biases at 0, check the scale of its weights, or use a leaky activation",
    )
}

fn saturated(share: f64, units: f64, activation: &str) -> Facts {
    let (severity, measured, what, limit) = if units >= 0.5 {
        let limit =
            "share of units whose slope is under 2 % of its largest for every sample: they do not move";
        (
            Severity::Fault,
            units,
            format!("{} of its units lie where {activation} is flat for every sample", percent(units)),
            limit,
        )
    } else {
        let limit = "share of outputs where the slope is under 2 % of its largest";
        (
            Severity::Warning,
            share,
            format!("{} of its outputs lie where {activation} is flat", percent(share)),
            limit,
        )
    };
    facts("saturated", severity, measured, (0.5, limit)).say(
        format!("{what}, so hardly any gradient passes"),
        "Make its weights smaller, such as init::GLOROT_NORMAL, start its biases at 0, and scale the inputs to a std of 1",
    )
}

fn collapsed(spread: f64, inputs: f64) -> Facts {
    let limit = (
        1e-4,
        "share in which samples must differ to be told apart in f32; ordered phase (Schoenholz et al. 2017)",
    );
    facts("collapsed", Severity::Fault, spread, limit).say(
        format!(
            "samples differ in {} of the signal's mean square from here on, and in {} of it at the input",
            short(spread),
            short(inputs)
        ),
        "Use a larger weight variance or smaller biases (candle_init::critical gives both), or fewer layers",
    )
}

fn unscaled(growth: f64, blocks: usize, branch: f64, place: &str) -> Facts {
    let limit = (10.0, "variance ratio of layers (SageMaker Debugger's PoorWeightInitialization)");
    let factor = (blocks.max(1) as f64).sqrt().recip();
    facts("unscaled residual", Severity::Fault, growth, limit).say(
        format!(
            "the variance of the stream grows by a factor of {} over {blocks} blocks, as each branch adds {} times the stream's own variance",
            short(growth),
            short(branch)
        ),
        format!("Multiply the last weight of each branch, such as `{place}`, by 1/√{blocks} = {}", short(factor)),
    )
}

/// One line at the top of a model's file.
const CURE: &str = "Put `use candle_init::differentiable as candle_nn;` where the model is: the same names and values, with gradients";

fn no_gradient(operation: Option<Operation>, count: usize, of: usize, place: &str) -> Facts {
    let fused = |norm: &str| {
        let cause = "has no backward pass: it cuts off all that stands before it";
        (Severity::Fault, format!("candle's fused {norm} at `{place}` {cause}"), CURE)
    };
    let (severity, cause, cure) = match operation {
        Some(Operation::LayerNorm) => fused("layer_norm"),
        Some(Operation::RmsNorm) => fused("rms_norm"),
        Some(Operation::Attention) => (
            Severity::Fault,
            "candle's fused softmax_last_dim and rope have no backward pass: they cut off queries and keys"
                .into(),
            CURE,
        ),
        None if count == of => (
            Severity::Fault,
            "the loss does not depend on the model".into(),
            "Compute the loss from the model's output, without `detach` and without values read back from tensors",
        ),
        None => (
            Severity::Note,
            "the loss does not use them, or they were detached".into(),
            "Nothing to fix where that is on purpose: idle experts, averages, the other player; Probe::frozen and Probe::only say so",
        ),
    };
    let limit = (0.0, "a parameter without a gradient does not train");
    facts("no gradient", severity, count as f64, limit)
        .say(format!("no gradient reaches {count} of {of} parameters: {cause}"), cure)
}

fn zero_gradient() -> Facts {
    facts("zero gradient", Severity::Fault, 0.0, (0.0, "a zero gradient moves nothing")).say(
        "its gradient is zero everywhere",
        "Look at the layers after it: a zero weight, dead units or a saturated activation stops the gradient there",
    )
}

fn far_answer(ratio: f64, limit: f64, place: &str) -> Facts {
    let source = "ten times the target: the error is a hundred times that of the answer 0";
    facts("far answer", Severity::Fault, ratio, (limit, source)).say(
        format!("the answer is {} times as large as its target", short(ratio)),
        format!(
            "Make the weights before it smaller, or start the head at zero: .rule(\"{place}\", init::ZEROS)"
        ),
    )
}

/// Beyond this multiple of `ln(classes)` the softmax is saturated: a loss of `10·ln C` means a probability of `C⁻¹⁰`.
const LOST: f64 = 10.0;

fn first_loss(loss: f64, classes: usize, logits: Option<f64>, place: &str) -> Facts {
    let chance = (classes as f64).ln();
    let lost = loss > LOST * chance;
    let (severity, limit) = if lost {
        (Severity::Fault, (LOST * chance, "ten times ln(classes): the softmax is saturated on wrong answers"))
    } else {
        (Severity::Warning, (2.0 * chance, "twice ln(classes), the loss of a net that guesses"))
    };
    let std = logits.map_or_else(String::new, |std| format!("; the std of the logits is {}", short(std)));
    facts("first loss", severity, loss, limit).say(
        format!(
            "the loss before training is {} where ln({classes}) = {} is expected{std}",
            short(loss),
            short(chance)
        ),
        format!("Start the head smaller: .rule(\"{place}\", \"normal(std=0.02)\"), or at zero"),
    )
}
