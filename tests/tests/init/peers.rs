//! What the peers assert of their own initializers, asserted of these.
//!
//! Left the peer's test, right ours; the versions are at the head of each module. Where a peer's check is too weak to
//! fail, ours is tighter: samples of four million values, whose standard deviation off by 1 % is refused, and which
//! a right sampler fails with a probability of 1e-12 a check, below 1e-9 over the suite. Seeds are fixed.
//!
//! | PyTorch `test/nn/test_init.py` | here |
//! |---|---|
//! | calculate_gain_linear, _nonlinear, _leaky_relu | `torch::gains` |
//! | …_leaky_relu_only_accepts_numbers | `torch::slopes_are_numbers` |
//! | …_only_accepts_valid_nonlinearities | `torch::nonlinearities_have_known_names` |
//! | uniform, normal | `torch::uniform_and_normal` |
//! | trunc_normal_generator | `torch::truncated_from_a_seed` |
//! | constant, ones_and_zeros, eye | `torch::constants_and_eye` |
//! | eye_only_works_on_2d_inputs, dirac_only_works_on_3_4_5d_inputs | `torch::eye_and_dirac_are_one_initializer` |
//! | dirac_properties | `torch::dirac_properties` |
//! | dirac_identity | `torch::dirac_identity` |
//! | xavier_*_errors, kaiming_*_errors on 0 and 1 dimensions | `torch::fan_initializers_need_two_axes` |
//! | sparse_only_works_on_2d_inputs | `torch::sparse_needs_a_matrix` |
//! | xavier_uniform, xavier_normal | `torch::xavier` |
//! | kaiming_uniform, kaiming_normal | `torch::kaiming` |
//! | kaiming_*_warning_on_0element_tensor | `torch::kaiming_of_nothing` |
//! | sparse_default_std | `torch::sparse` |
//! | orthogonal | `torch::orthogonal` |
//! | deprecation | none: no function here is deprecated |
//! | trunc_normal_all_dtypes | `torch::truncated_in_wide_dtypes` |
//! | trunc_normal_low_precision, _narrow_interval | `torch::truncated_in_narrow_dtypes` |
//! | trunc_normal_unique_values | `torch::truncated_values_differ` |
//! | trunc_normal_no_boundary_values_small_std | `torch::far_bounds_hold_no_values` |
//!
//! | Keras `initializers/*_test.py`, tf.keras `initializers_test.py` | here |
//! |---|---|
//! | RandomNormal, its seeds and clones | `keras::normal_and_seeds` |
//! | RandomUniform | `keras::uniform` |
//! | VarianceScaling | `keras::variance_scaling` |
//! | VarianceScaling by axes, MultiHeadAttention kernels | `keras::scaling_by_axes` |
//! | compute_fans by axes | `keras::fans_by_axes` |
//! | Orthogonal | `keras::orthogonal` |
//! | get("typo"), test_get_method | `keras::names` |
//! | get(tensor) | `keras::tensors_are_initializers` |
//! | invalid scale, mode, distribution, side, scaling, window | `keras::bad_arguments` |
//! | Zeros, Ones, Constant, array, Identity | `keras::constants` |
//! | STFT tables | `transforms_are_keras_transforms` of `init_structures`; a window given as an array is written as `values` |
//! | truncated_normal bounds | `keras::truncated_bounds` |
//! | serialization, tf.keras same seed made again | `keras::made_again_from_a_file`; configurations of Python classes have no other counterpart |
//! | tf.keras "normal" is truncated | `keras::normal_is_not_truncated` |
//! | tf.keras test_stateless, test_seed_stateless, partition offsets | `keras::values_depend_on_nothing_else`; nothing warns, for nothing is unseeded |
//! | tf.keras Identity of (3, 4, 5) | `torch::eye_and_dirac_are_one_initializer`: a Dirac kernel here |
//! | tf.keras Orthogonal and Identity reject partitions | none: whole parameters are made, and sliced |
//! | tf.keras defaults ±0.05 | none: no initializer here has a default width; the `keras` framework gives embeddings theirs |
//! | sharding layouts | none: candle has no sharded tensor |
//!
//! | JAX, flax, haiku | here |
//! |---|---|
//! | testInitializer, haiku shapes and dtypes | `jax::every_initializer_at_every_shape` |
//! | testVarianceScalingError, haiku errors | `jax::fan_initializers_of_vectors` |
//! | testOrthogonalZeroSize, random testOrthogonal | `jax::orthogonal_of_any_size` |
//! | testVarianceScalingMultiAxis, …BatchAxis | `jax::many_axes` |
//! | random uniform, normal, truncated normal | `jax::initializers_in_every_float` |
//! | flax zeros_init, ones_init, Dense kernel | `jax::zeros_ones_and_a_dense_layer` |
//! | haiku `_compute_fans` | `jax::haiku_fans` |
//! | haiku Identity | `jax::identity_cuts` |
//! | `delta_orthogonal` | `jax::delta_orthogonal` |
//! | testAccidentalUpcasting | none: numbers of an initializer are f64 and no tensors; the dtype asked for is checked in `jax::every_initializer_at_every_shape` |
//! | complex dtypes | none: candle has none |
//!
//! | burn, tch, dfdx, Lux | here |
//! |---|---|
//! | burn uniform, normal, constant, zeros, ones | `rust::burn_plain_initializers` |
//! | burn kaiming_*, xavier_* | `rust::burn_fan_initializers` |
//! | burn kaiming and xavier without fans, of a bias | `rust::burn_without_fans` |
//! | burn orthogonal | `rust::burn_orthogonal` |
//! | burn layers, groups | `rust::burn_layers` |
//! | burn lazy parameters, clones that share state, `initializer_memory.rs` | none: values are drawn when they are asked for |
//! | burn fan_out does not panic | `rust::burn_fan_initializers` |
//! | tch init_test | `rust::tch_init` |
//! | dfdx test_linear_initialize | `rust::dfdx_linear` |
//! | candle | none there; its words are read in `rust::candle_words` |
//! | Lux sizes, types, closures | `jax::every_initializer_at_every_shape` |
//! | Lux kaiming_uniform range | `rust::lux_kaiming_uniform` |
//! | Lux kaiming_normal, glorot variances | `rust::lux_variances`, `torch::kaiming` |
//! | Lux orthogonal | `rust::lux_orthogonal` |
//! | Lux sparse_init | `rust::lux_sparse` |
//! | Lux identity_init | `rust::lux_identity` |
//! | Lux nfan | `rust::lux_fans` |
//! | Lux truncated_normal with a far mean | `rust::lux_far_mean` |
//!
//! | schemes | here |
//! |---|---|
//! | transformers test_initialization | `models::a_policy_reaches_every_parameter` |
//! | transformers test_can_init_all_missing_weights | `schemes::missing_keys_get_what_a_new_model_has` |
//! | transformers test_init_weights_can_init_buffers | `no_rule_reaches_a_running_statistic` of `init_policy`: candle's buffers are these |
//! | mup base width, other widths | `schemes::mup_at_base_width_and_beyond` |
//! | mup CoordCheck | `schemes::mup_coordinates_keep_their_size` |
//! | mup loss monotone in width | none: it needs µP's learning rates, which are an optimizer's |
//! | AllenNLP regexes, first match, unused | `schemes::allennlp_patterns` |
//! | AllenNLP prevent_regex | `schemes::allennlp_prevented` |
//! | AllenNLP block_orthogonal | `schemes::allennlp_block_orthogonal` |
//! | AllenNLP uniform_unit_scaling | `schemes::allennlp_unit_scaling` |
//! | mmengine init_cfg, override, dump | `schemes::mmengine_precedence_and_dump` |
//! | dks norm ratios, taps | `schemes::dks_norm_ratio` |
//! | keras-contrib ConvolutionAware, DeadReluDetector | none: neither exists here |
//! | LSUV, Fixup, T-Fixup, SIREN, ZerO, AutoInit, GradInit, timm | have no tests of their starts |
//!
//! Golden values of shapes are in `golden_values_come_out` of `init_fans`, gains in `init_gains`, factors by depth in
//! `factors_of_the_papers` of `init_modifiers`. Here are the standard deviations of cut normals, and the fans in
//! the layout of Keras and JAX.

mod jax;
mod keras;
mod rust;
mod schemes;
mod torch;

use std::error::Error;

use acceptance::stats::{FALSE_ALARM, check_mean_std, ks};
use acceptance::values::singles;
use candle_core::{DType, Device, Shape};
use candle_init::{Axes, Fans, Initializer, Layer, Rule, STD_CUT_AT_TWO_SIGMAS};
use reference::Distribution;

type Outcome = Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

/// Four million elements in so many axes.
fn cube(rank: usize) -> Vec<usize> {
    match rank {
        1 => vec![1 << 22],
        2 => vec![1024, 4096],
        _ => vec![256, 512, 8, 4],
    }
}

/// That a rule's values at a shape follow a distribution, and would not with a standard deviation 1 % larger.
fn follows(rule: impl Into<Rule>, dims: &[usize], distribution: Distribution) -> Outcome {
    let rule = rule.into();
    let tensor = Initializer::new(1).tensor("w", dims, rule.clone(), DType::F32, &CPU)?;
    sample_follows(&singles(&tensor)?, distribution, &rule.to_string());
    Ok(())
}

/// The same of a sample: mean and standard deviation, and the whole form by Kolmogorov's test.
fn sample_follows(sample: &[f32], distribution: Distribution, what: &str) {
    let [mean, std, kurtosis] = distribution.moments();
    let moments = check_mean_std(sample, mean, std, kurtosis);
    assert!(moments.is_ok(), "{what}: {moments:?}");
    assert!(check_mean_std(sample, mean, std * 1.01, kurtosis).is_err(), "{what}: blind to 1 %");
    let p = ks(sample, distribution.cdf());
    assert!(p > FALSE_ALARM, "{what}: p = {p:e}");
}

/// Kolmogorov's test alone sees 1 % too, at this size: once for each form.
#[test]
fn the_check_sees_one_percent() -> Outcome {
    for (text, distribution) in [
        ("uniform(lo=-1, up=1)", Distribution::Uniform(-1.0, 1.0)),
        ("normal", Distribution::Normal(0.0, 1.0)),
        ("truncated_normal", Distribution::TruncatedNormal(0.0, 1.0, -2.0, 2.0)),
    ] {
        let tensor = Initializer::new(1).tensor("w", cube(1), text.parse::<Rule>()?, DType::F32, &CPU)?;
        let cdf = distribution.cdf();
        let wider = ks(&singles(&tensor)?, |x| cdf(x / 1.01));
        assert!(wider < FALSE_ALARM, "{text}: {wider:e}");
    }
    Ok(())
}

/// Every test that the tables name exists.
#[test]
fn no_test_of_the_tables_is_missing() {
    let modules = [
        ("torch", include_str!("peers/torch.rs")),
        ("keras", include_str!("peers/keras.rs")),
        ("jax", include_str!("peers/jax.rs")),
        ("models", include_str!("models/peers.rs")),
        ("rust", include_str!("peers/rust.rs")),
        ("schemes", include_str!("peers/schemes.rs")),
    ];
    let tables = include_str!("peers.rs");
    for (module, text) in modules {
        let head = format!("`{module}::");
        let named: Vec<_> = tables.split(&head).skip(1).filter_map(|rest| rest.split('`').next()).collect();
        let exists = |name: &str| text.contains(&format!("fn {name}("));
        assert!(!named.is_empty() && named.iter().all(|name| exists(name)), "{module}: {named:?}");
        let tests = text.split("#[test]\n").skip(1).filter_map(|rest| rest.trim().strip_prefix("fn "));
        for test in tests.filter_map(|rest| rest.split('(').next()) {
            assert!(named.contains(&test), "{module}::{test} is in no table");
        }
    }
}

/// The standard deviations of cut normals that peers have as constants.
#[test]
fn constants_of_the_cut_normal() -> Outcome {
    assert_eq!(STD_CUT_AT_TWO_SIGMAS, 0.879_625_661_034_239_8);
    for (sigmas, std) in [
        (1.0, 0.539_560_1),
        (1.5, 0.742_646_9),
        (2.0, 0.879_625_661_034_239_8),
        (2.5, 0.954_597_5),
        (3.0, 0.986_578_4),
    ] {
        let distribution = candle_init::Distribution::truncated_normal(0.0, 1.0, -sigmas, sigmas)?;
        assert!((distribution.std() - std).abs() < 6e-8, "{sigmas}: {}", distribution.std());
    }
    Ok(())
}

/// The golden shapes turned round to (…, in, out) have the same fans.
#[test]
fn golden_fans_in_the_layout_of_keras() -> Outcome {
    let cases: [(&[usize], &str, f64, f64); 3] = [
        (&[128, 64], "io", 128.0, 64.0),
        (&[3, 3, 16, 32], "kkio", 144.0, 288.0),
        (&[5, 4, 8], "kio", 20.0, 40.0),
    ];
    for (dims, axes, fan_in, fan_out) in cases {
        let axes: Axes = axes.parse()?;
        assert_eq!(Fans::new(&Shape::from(dims), Layer::Axes(axes))?, Fans { fan_in, fan_out });
    }
    Ok(())
}
