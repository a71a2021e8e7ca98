//! Arbitrary initializers, weights and numbers for property tests.

use candle_core::{DType, Shape};
use candle_init::{Activation, Cut, Family, Fan, Init, Layer, NAMED, Rule, VarianceScaling, init};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// The usual number of cases from a fixed seed: for statistics, whose false alarms must not depend on the run.
#[must_use]
pub fn fixed() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(20_151), ..ProptestConfig::default() }
}

/// Every dtype that weights can have.
pub const DTYPES: [DType; 5] = [DType::F32, DType::F64, DType::BF16, DType::F16, DType::F8E4M3];

/// A shape and what it is a weight of.
#[derive(Clone, Debug)]
pub struct Weight {
    /// The shape as its layer wants it.
    pub dims: Vec<usize>,
    /// The layer.
    pub layer: Layer,
}

impl Weight {
    /// The shape in candle's type.
    #[must_use]
    pub fn shape(&self) -> Shape {
        Shape::from(self.dims.clone())
    }

    /// The fans that the oracle finds for it.
    ///
    /// # Panics
    /// Where the oracle knows none: the strategies make weights that have them.
    #[must_use]
    pub fn oracle_fans(&self) -> reference::Fans {
        let fans = oracle_fans(&self.dims, self.layer);
        assert!(fans.is_some(), "{self:?} has no fans");
        fans.unwrap_or(reference::Fans { fan_in: f64::NAN, fan_out: f64::NAN })
    }
}

/// The oracle's fans of a shape in a layer of ours.
#[must_use]
pub fn oracle_fans(dims: &[usize], layer: Layer) -> Option<reference::Fans> {
    let kernel_axes = dims.len().saturating_sub(2);
    match layer {
        Layer::Conv { groups, stride } => {
            reference::fans(dims, reference::Layer::Conv(groups, &vec![stride; kernel_axes]))
        }
        Layer::ConvTranspose { groups, stride } => {
            reference::fans(dims, reference::Layer::TransposedConv(groups, &vec![stride; kernel_axes]))
        }
        Layer::Embedding => reference::fans(dims, reference::Layer::Embedding),
        Layer::Gates { gates } => reference::fans(dims, reference::Layer::Gates(gates)),
        _ => reference::fans(dims, reference::Layer::Linear),
    }
}

/// A weight of any layer, with channels of up to `size`.
pub fn weight(size: usize) -> impl Strategy<Value = Weight> {
    let matrix = (1..=size, 1..=size);
    let linear = matrix.clone().prop_map(|(o, i)| Weight { dims: vec![o, i], layer: Layer::Linear });
    let embedding = matrix.clone().prop_map(|(o, i)| Weight { dims: vec![o, i], layer: Layer::Embedding });
    let gates = (1..=5_usize, matrix.clone())
        .prop_map(|(gates, (h, i))| Weight { dims: vec![gates * h, i], layer: Layer::Gates { gates } });
    let kernel = || proptest::collection::vec(1..=5_usize, 1..=3);
    let conv =
        (1..=4_usize, 1..=3_usize, matrix.clone(), kernel()).prop_map(|(groups, stride, (o, i), k)| {
            let dims = [vec![o * groups, i], k].concat();
            Weight { dims, layer: Layer::Conv { groups, stride } }
        });
    let transposed = (1..=4_usize, 1..=3_usize, matrix, kernel()).prop_map(|(groups, stride, (i, o), k)| {
        let dims = [vec![i * groups, o], k].concat();
        Weight { dims, layer: Layer::ConvTranspose { groups, stride } }
    });
    prop_oneof![linear, embedding, gates, conv, transposed]
}

/// Any fan.
pub fn fan() -> impl Strategy<Value = Fan> {
    select(vec![Fan::In, Fan::Out, Fan::Average, Fan::GeometricAverage, Fan::InSquared, Fan::Spectral])
}

/// Any form.
pub fn distribution() -> impl Strategy<Value = Family> {
    let cut = |sigmas| Family::TruncatedNormal { sigmas };
    let normals = [Family::Normal, Family::TRUNCATED_NORMAL, cut(1.5), cut(3.0)];
    select([&normals[..], &[Family::Uniform]].concat())
}

/// Variance scaling by any fan and form, with scales from 1/16 to 16.
pub fn scaling() -> impl Strategy<Value = VarianceScaling> {
    ((-4.0..4.0_f64).prop_map(f64::exp2), fan(), distribution())
        .prop_map(|(scale, fan, family)| VarianceScaling { scale, fan, family })
}

/// An initializer with bounds of its own: uniform, or a normal cut in either unit, at least 0.3 wide and with a
/// probability that can be drawn.
pub fn bounded() -> impl Strategy<Value = Init> {
    let window = (-1.0..1.0_f64, 0.3..2.0_f64);
    let uniform = window.clone().prop_map(|(lo, width)| Init::Uniform { lo, up: lo + width });
    let absolute = (window, -0.5..1.5_f64, 0.2..3.0_f64).prop_map(|((lo, width), at, spread)| {
        let cut = Cut::Absolute { lo, up: lo + width };
        Init::TruncatedNormal { mean: lo + at * width, stdev: spread * width, cut }
    });
    let sigmas =
        (-1.0..1.0_f64, 0.2..1.0_f64, -3.0..1.0_f64, 2.0..4.0_f64).prop_map(|(mean, stdev, lo, width)| {
            Init::TruncatedNormal { mean, stdev, cut: Cut::Sigmas { lo, up: lo + width } }
        });
    prop_oneof![uniform, absolute, sigmas]
}

/// Any random distribution in the range of ordinary weights, named ones included.
pub fn random_initializer() -> impl Strategy<Value = Init> {
    let normal = (-1.0..1.0_f64, 0.05..1.0_f64).prop_map(|(mean, stdev)| Init::Randn { mean, stdev });
    let named: Vec<Init> =
        NAMED.iter().map(|(_, initializer)| *initializer).filter(Init::needs_fans).collect();
    prop_oneof![scaling().prop_map(Init::VarianceScaling), select(named), normal, bounded()]
}

/// A chain of up to four modifiers on any start.
pub fn any_rule() -> impl Strategy<Value = Rule> {
    let named: Vec<Init> = NAMED.iter().map(|(_, initializer)| *initializer).collect();
    let start = prop_oneof![
        random_initializer().prop_map(Rule::from),
        select(named).prop_map(Rule::from),
        Just(init::mamba_a_log()),
        prop::collection::vec(random_initializer(), 1..4).prop_map(Rule::blocks),
        prop::collection::vec((1..5_usize, random_initializer()), 1..4).prop_map(Rule::shares),
        (-2.0..2.0_f64).prop_map(init::forget_gate_bias),
    ];
    (start, prop::collection::vec((0..14_u8, 0.0..3.0_f64, 0..9_usize), 0..5)).prop_map(|(start, chain)| {
        chain.into_iter().fold(start, |rule, (kind, number, index)| match kind {
            0 => rule.times(number),
            1 => rule.gain(Activation::LeakyRelu(number)),
            2 => rule.by_depth(),
            3 => rule.mup((index + 1, 7)),
            4 => rule.sparse(number / 3.0),
            5 => rule.zero_row(index),
            6 => rule.round(DType::BF16),
            7 => rule.exp(),
            8 => rule.ln(),
            9 => rule.inverse_softplus(),
            10 => rule.at_least(number),
            11 => rule.at_most(number),
            12 => rule.plus(number),
            _ => rule.on(Layer::conv(index + 2)),
        })
    })
}
