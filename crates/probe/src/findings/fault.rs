//! Everything that can be found wrong.
//!
//! To add one: a variant here, its function in `facts.rs`, and the check that finds it.

use serde::Serialize;

/// What neurons of a weight run along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Rows: the neurons that a layer has.
    Rows,
    /// Columns: the inputs that a layer reads.
    Columns,
}

/// Which way a signal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// From the input to the loss.
    Forward,
    /// From the loss to the input.
    Backward,
}

/// An operation of candle's without a backward pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `candle_nn::ops::layer_norm`, which a `LayerNorm` with a bias uses.
    LayerNorm,
    /// `candle_nn::ops::rms_norm`, which `RmsNorm::forward` uses.
    RmsNorm,
    /// `candle_nn::ops::softmax_last_dim` of attention scores, or `candle_nn::rotary_emb::rope` of queries and keys.
    Attention,
}

/// Where an expected standard deviation comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The rule that an initializer drew the parameter by, in text form.
    Rule(String),
    /// What the net's other weights agree on, in words: `√(2/fan_in), as 11 of 12 weights`.
    Others(String),
}

/// What is wrong, with the figures that say so.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// Values that are not finite.
    NotFinite {
        /// How many are NaN.
        nan: u64,
        /// How many are infinite.
        infinite: u64,
    },
    /// A parameter that is zero throughout: nothing passes it, either way.
    Uninitialised {
        /// Whether it is a vector, such as a norm's scale, and no matrix or kernel.
        vector: bool,
    },
    /// A weight that is zero throughout and gets a gradient all the same, while the layers before it train by
    /// another way or are none: it adds nothing at first and moves with the first step.
    ZeroStart {
        /// Root mean square of its gradient.
        gradient: f64,
    },
    /// A matrix that is zero throughout because a rule says so.
    ZeroByRule {
        /// The rule's pattern.
        rule: String,
    },
    /// Two factors in a row are both zero, so neither ever gets a gradient.
    ZeroProduct {
        /// The other factor's name.
        other: String,
    },
    /// A matrix or kernel whose values are all equal: every neuron is the same.
    Constant {
        /// That value.
        value: f64,
    },
    /// Neurons that are equal to the bit. They part at once where what reads them, or what they read, differs.
    Symmetric {
        /// Whether rows or columns are equal.
        side: Side,
        /// The first two that are equal.
        pair: (usize, usize),
        /// How many have an equal before them.
        count: usize,
        /// How many there are in all.
        of: usize,
        /// Whether their gradients are equal too, so that they stay equal; none where no pass was made, or they have none.
        stay: Option<bool>,
    },
    /// The standard deviation is not what it should be.
    MisScaled {
        /// What it is.
        measured: f64,
        /// What it should be.
        expected: f64,
        /// The interval around `expected` in which a right weight of this size falls, but for one in 10¹².
        interval: (f64, f64),
        /// Reason it should be that.
        basis: Basis,
    },
    /// The mean is not what it should be.
    MisCentred {
        /// What it is.
        measured: f64,
        /// What it should be.
        expected: f64,
        /// The interval around `expected` in which a right weight's mean falls, but for one in 10¹².
        interval: (f64, f64),
        /// Reason it should be that.
        basis: Basis,
    },
    /// The standard deviation is the right one for the other fan.
    SwappedFans {
        /// What it is.
        measured: f64,
        /// What it should be.
        expected: f64,
        /// The layer's fans, in and out.
        fans: (f64, f64),
        /// What the right scale is, in words.
        basis: Basis,
    },
    /// Two parameters hold the same values, and are not the same variable.
    Copied {
        /// The other's name.
        other: String,
    },
    /// A parameter is another one too: one variable under two names, or an embedding saved again as its head.
    Tied {
        /// The other's name.
        other: String,
    },
    /// A weight is used at several places of one pass: as in recurrent and Siamese nets, or by layers under one path.
    Shared {
        /// How many places, at least.
        places: usize,
    },
    /// A matrix has fewer dimensions than its size, so it loses part of what it is given.
    RankDeficient {
        /// Its numerical rank.
        rank: usize,
        /// Its shorter side.
        of: usize,
    },
    /// The loss or a layer's output is not finite.
    Overflow {
        /// How many values of the layer's output are NaN or infinite.
        count: u64,
    },
    /// A signal shrinks to nothing.
    Vanishing {
        /// Which way it goes.
        way: Way,
        /// Its size here over its size where it starts, as root mean squares.
        ratio: f64,
        /// Below which a net of this width and depth is not healthy.
        limit: f64,
    },
    /// A signal grows without bound.
    Exploding {
        /// Which way it goes.
        way: Way,
        /// Its size here over its size where it starts, as root mean squares.
        ratio: f64,
        /// Above which a net of this width and depth is not healthy.
        limit: f64,
    },
    /// Units that are off for every sample.
    Dead {
        /// Which share of the layer's units.
        share: f64,
        /// Which share is still healthy at this layer.
        limit: f64,
    },
    /// Outputs where the activation is flat.
    Saturated {
        /// Which share of the layer's outputs.
        share: f64,
        /// Which share of its units lies there for every sample.
        units: f64,
        /// The activation.
        activation: String,
    },
    /// All inputs look the same here.
    Collapsed {
        /// The share of the signal's mean square in which samples differ.
        spread: f64,
        /// That of the net's inputs.
        inputs: f64,
    },
    /// The stream of a residual net grows by a factor at each block.
    UnscaledResidual {
        /// By how much the stream's variance grows over the net.
        growth: f64,
        /// How many blocks there are.
        blocks: usize,
        /// The median over blocks of the branch's variance over the stream's.
        branch: f64,
    },
    /// No gradient reaches some parameters: the loss does not use them, or the graph is cut behind them.
    NoGradient {
        /// The operation of candle's that cuts it, where one does.
        operation: Option<Operation>,
        /// How many parameters get none.
        count: usize,
        /// How many there are.
        of: usize,
        /// Their names.
        parameters: Vec<String>,
    },
    /// A gradient that is zero throughout.
    ZeroGradient,
    /// The answer of a regression is far larger than what it is asked for, so that nothing is learned before it is
    /// unlearned.
    FarAnswer {
        /// Root mean square of the answer over that of the target.
        ratio: f64,
        /// Above which it is a fault.
        limit: f64,
    },
    /// The loss at the start, or one of those that it is the mean of, is not that of a net that knows nothing.
    FirstLoss {
        /// The loss.
        loss: f64,
        /// Where it is one of several that the loss is the mean of: how many there are.
        members: Option<usize>,
        /// How many classes there are.
        classes: usize,
        /// The standard deviation of the logits, where they are known.
        logits: Option<f64>,
        /// How many numbers the last layer gives for a sample or a position, where it gives no planes of them.
        width: Option<usize>,
    },
}
