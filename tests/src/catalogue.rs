//! Every layer constructor of `candle_nn` that asks a `VarBuilder`, with what each parameter is due.

use candle_core::Result;
use candle_nn::{
    BatchNormConfig, Conv1dConfig, Conv2dConfig, ConvTranspose1dConfig, ConvTranspose2dConfig, GRUConfig,
    LSTMConfig, LayerNormConfig, VarBuilder, batch_norm, conv_transpose1d, conv_transpose1d_no_bias,
    conv_transpose2d, conv_transpose2d_no_bias, conv1d, conv1d_no_bias, conv2d, conv2d_no_bias, embedding,
    group_norm, gru, layer_norm, layer_norm_no_bias, linear, linear_b, linear_no_bias, lstm, prelu, rms_norm,
};

/// Builds a layer under the builder's prefix.
pub type Build = fn(VarBuilder<'static>) -> Result<()>;

/// What a parameter is to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A weight, which the default initializer of weights is for.
    Weight,
    /// Another parameter, which keeps its own initializer.
    Own,
    /// A running statistic, which not even a rule touches.
    Statistic,
}

/// One parameter: name below the prefix, dimensions, initializer without rules, fans, role.
pub type Due = (&'static str, &'static [usize], &'static str, Option<(f64, f64)>, Role);

/// A constructor, its call and its parameters in the order of requests.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The constructor's name.
    pub name: &'static str,
    /// A call of it.
    pub build: Build,
    /// What its parameters are due.
    pub due: &'static [Due],
}

const QUARTER: &str = "uniform(lo=-0.25, up=0.25)";
const UNIT: &str = "normal(mean=0, std=1)";

const fn weight(dims: &'static [usize], fan_in: f64, fan_out: f64) -> Due {
    ("weight", dims, "he_normal", Some((fan_in, fan_out)), Role::Weight)
}

const fn transposed(dims: &'static [usize], fan_in: f64, fan_out: f64) -> Due {
    ("weight", dims, QUARTER, Some((fan_in, fan_out)), Role::Weight)
}

const fn gates(name: &'static str, dims: &'static [usize], fan_in: f64, fan_out: f64) -> Due {
    (name, dims, "he_uniform", Some((fan_in, fan_out)), Role::Weight)
}

const fn own(name: &'static str, dims: &'static [usize], initializer: &'static str) -> Due {
    (name, dims, initializer, None, Role::Own)
}

const fn statistic(name: &'static str, initializer: &'static str) -> Due {
    (name, &[6], initializer, None, Role::Statistic)
}

/// Numbers of channels are squares, so that candle's bounds of biases are short to write: `±1/√16 = ±0.25`.
pub const CATALOGUE: [Entry; 24] = [
    entry("linear", |vb| done(linear(16, 3, vb)), &[weight(&[3, 16], 16.0, 3.0), own("bias", &[3], QUARTER)]),
    entry("linear_b", |vb| done(linear_b(16, 3, false, vb)), &[weight(&[3, 16], 16.0, 3.0)]),
    entry("linear_no_bias", |vb| done(linear_no_bias(5, 7, vb)), &[weight(&[7, 5], 5.0, 7.0)]),
    entry(
        "conv1d",
        |vb| done(conv1d(16, 5, 3, Conv1dConfig::default(), vb)),
        &[weight(&[5, 16, 3], 48.0, 15.0), own("bias", &[5], QUARTER)],
    ),
    entry(
        "conv1d_no_bias",
        |vb| done(conv1d_no_bias(6, 4, 3, Conv1dConfig { groups: 2, ..Default::default() }, vb)),
        &[weight(&[4, 3, 3], 9.0, 12.0)],
    ),
    entry(
        "conv2d",
        |vb| done(conv2d(16, 8, 3, Conv2dConfig::default(), vb)),
        &[weight(&[8, 16, 3, 3], 144.0, 72.0), own("bias", &[8], QUARTER)],
    ),
    entry(
        "conv2d_no_bias",
        |vb| done(conv2d_no_bias(4, 8, 1, Conv2dConfig::default(), vb)),
        &[weight(&[8, 4, 1, 1], 4.0, 8.0)],
    ),
    entry(
        "conv_transpose1d",
        |vb| done(conv_transpose1d(6, 4, 4, ConvTranspose1dConfig::default(), vb)),
        &[transposed(&[6, 4, 4], 24.0, 16.0), own("bias", &[4], QUARTER)],
    ),
    entry(
        "conv_transpose1d_no_bias",
        |vb| done(conv_transpose1d_no_bias(2, 4, 4, ConvTranspose1dConfig::default(), vb)),
        &[transposed(&[2, 4, 4], 8.0, 16.0)],
    ),
    entry(
        "conv_transpose2d",
        |vb| done(conv_transpose2d(6, 4, 2, ConvTranspose2dConfig::default(), vb)),
        &[transposed(&[6, 4, 2, 2], 24.0, 16.0), own("bias", &[4], QUARTER)],
    ),
    entry(
        "conv_transpose2d_no_bias",
        |vb| done(conv_transpose2d_no_bias(3, 4, 2, ConvTranspose2dConfig::default(), vb)),
        &[transposed(&[3, 4, 2, 2], 12.0, 16.0)],
    ),
    entry(
        "embedding",
        |vb| done(embedding(10, 6, vb)),
        &[("weight", &[10, 6], UNIT, Some((6.0, 10.0)), Role::Own)],
    ),
    entry(
        "layer_norm",
        |vb| done(layer_norm(6, LayerNormConfig::default(), vb)),
        &[own("weight", &[6], "ones"), own("bias", &[6], "zeros")],
    ),
    entry(
        "layer_norm, not affine",
        |vb| done(layer_norm(6, LayerNormConfig { affine: false, ..Default::default() }, vb)),
        &[own("weight", &[6], "ones")],
    ),
    entry("layer_norm_no_bias", |vb| done(layer_norm_no_bias(6, 1e-5, vb)), &[own("weight", &[6], "ones")]),
    entry("rms_norm", |vb| done(rms_norm(6, 1e-5, vb)), &[own("weight", &[6], "ones")]),
    entry(
        "group_norm",
        |vb| done(group_norm(2, 6, 1e-5, vb)),
        &[own("weight", &[6], "ones"), own("bias", &[6], "zeros")],
    ),
    entry(
        "batch_norm",
        |vb| done(batch_norm(6, BatchNormConfig::default(), vb)),
        &[
            statistic("running_mean", "zeros"),
            statistic("running_var", "ones"),
            own("weight", &[6], "ones"),
            own("bias", &[6], "zeros"),
        ],
    ),
    entry(
        "batch_norm, not affine",
        |vb| done(batch_norm(6, BatchNormConfig { affine: false, ..Default::default() }, vb)),
        &[statistic("running_mean", "zeros"), statistic("running_var", "ones")],
    ),
    entry(
        "lstm",
        |vb| done(lstm(3, 5, LSTMConfig::default(), vb)),
        &[
            gates("weight_ih_l0", &[20, 3], 3.0, 5.0),
            gates("weight_hh_l0", &[20, 5], 5.0, 5.0),
            own("bias_ih_l0", &[20], "zeros"),
            own("bias_hh_l0", &[20], "zeros"),
        ],
    ),
    entry(
        "lstm without bias",
        |vb| done(lstm(3, 5, LSTMConfig::default_no_bias(), vb)),
        &[gates("weight_ih_l0", &[20, 3], 3.0, 5.0), gates("weight_hh_l0", &[20, 5], 5.0, 5.0)],
    ),
    entry(
        "gru",
        |vb| done(gru(3, 5, GRUConfig::default(), vb)),
        &[
            gates("weight_ih_l0", &[15, 3], 3.0, 5.0),
            gates("weight_hh_l0", &[15, 5], 5.0, 5.0),
            own("bias_ih_l0", &[15], "zeros"),
            own("bias_hh_l0", &[15], "zeros"),
        ],
    ),
    entry("prelu", |vb| done(prelu(Some(6), vb)), &[own("weight", &[6], "const(value=0.25)")]),
    entry("prelu of one slope", |vb| done(prelu(None, vb)), &[own("weight", &[1], "const(value=0.25)")]),
];

const fn entry(name: &'static str, build: Build, due: &'static [Due]) -> Entry {
    Entry { name, build, due }
}

fn done<T>(layer: Result<T>) -> Result<()> {
    layer.map(|_| ())
}

/// All layers of the catalogue in one model, each under its place: `0.weight`, `0.bias`, `1.weight`…
///
/// # Errors
/// What a layer says.
pub fn model(vb: VarBuilder<'static>) -> Result<()> {
    CATALOGUE.iter().enumerate().try_for_each(|(i, entry)| (entry.build)(vb.pp(i)))
}
