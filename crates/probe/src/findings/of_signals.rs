//! What is stated of a pass: name, severity, figure, limit, words and way out, a function each.

use crate::findings::facts::{Facts, facts};
use crate::findings::fault::{Operation, Way};
use crate::findings::severity::Severity;
use crate::text::number::{percent, short};

/// Where the limits of a signal's size come from.
const SIZES: &str = "a thousandfold, or six standard deviations of a net of this width and depth where that is more (its variance grows with depth over width: Hanin and Rolnick 2018)";

/// The way out of a signal that grows or shrinks with depth.
const GAINS: &str = "Use weights of variance gain²/fan_in, the gain that of the net's activation: .weights(\"lecun_normal.gain(relu)\"), or tanh, gelu, silu and others in place of relu; a rule that made them goes first: put it there";

pub(crate) fn overflow(count: u64) -> Facts {
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

pub(crate) fn vanishing(way: Way, ratio: f64, limit: f64) -> Facts {
    let (what, direction, start) = way_text(way);
    facts("vanishing", Severity::Fault, ratio, (limit, SIZES)).say(
        format!("going {direction}, the {what} is {} of its size at {start}", short(ratio)),
        format!("{GAINS}; beyond its trainable depth add residual connections or norms"),
    )
}

pub(crate) fn exploding(way: Way, ratio: f64, limit: f64) -> Facts {
    let (what, direction, start) = way_text(way);
    facts("exploding", Severity::Fault, ratio, (limit, SIZES))
        .say(format!("going {direction}, the {what} is {} times its size at {start}", short(ratio)), GAINS)
}

pub(crate) fn dead(share: f64, limit: f64) -> Facts {
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

pub(crate) fn saturated(share: f64, units: f64, activation: &str) -> Facts {
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

pub(crate) fn collapsed(spread: f64, inputs: f64) -> Facts {
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

pub(crate) fn unscaled(growth: f64, blocks: usize, branch: f64, place: &str) -> Facts {
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

pub(crate) fn no_gradient(operation: Option<Operation>, count: usize, of: usize, place: &str) -> Facts {
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
            "the loss depends on nothing in this `VarMap`".into(),
            "Give the `VarMap` that the model was built in, and compute the loss from its output, without `detach` and without values read back from tensors",
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

pub(crate) fn zero_gradient() -> Facts {
    facts("zero gradient", Severity::Fault, 0.0, (0.0, "a zero gradient moves nothing")).say(
        "its gradient is zero everywhere",
        "Look at the layers after it: a zero weight, dead units or a saturated activation stops the gradient there",
    )
}

pub(crate) fn far_answer(ratio: f64, limit: f64, place: &str) -> Facts {
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

pub(crate) fn first_loss(
    (loss, members): (f64, Option<usize>),
    classes: usize,
    (logits, width): (Option<f64>, Option<usize>),
    place: &str,
) -> Facts {
    let chance = (classes as f64).ln();
    let lost = loss > LOST * chance;
    let (severity, limit) = if lost {
        (Severity::Fault, (LOST * chance, "ten times ln(classes): the softmax is saturated on wrong answers"))
    } else {
        (Severity::Warning, (2.0 * chance, "twice ln(classes), the loss of a net that guesses"))
    };
    let which = members.map_or_else(
        || "the loss".into(),
        |members| format!("the largest of the {members} losses that the loss is the mean of"),
    );
    // What a net that guesses among all that its last layer gives has at the most.
    let guessed = width.filter(|&width| width > classes && loss <= 2.0 * (width as f64).ln());
    let cure = match guessed {
        Some(width) => {
            format!("`{place}` gives {width} numbers: if each is a class, state .classes({width})")
        }
        None => format!("Start the head smaller: .rule(\"{place}\", \"normal(std=0.02)\"), or at zero"),
    };
    let std = logits.map_or_else(String::new, |std| format!("; the std of the logits is {}", short(std)));
    facts("first loss", severity, loss, limit).say(
        format!(
            "{which} before training is {} where ln({classes}) = {} is expected{std}",
            short(loss),
            short(chance)
        ),
        cure,
    )
}
