//! The lines in candle-init are what the page says of them; `scripts/lesson-peers` runs those of Keras and PyTorch.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};
use candle_init::activation::critical;
use candle_init::{Activation, Framework, Initializer, Rule, depth, init};
use candle_init_examples::lesson::tongues;
use candle_nn::VarBuilder;
use candle_nn::init::DEFAULT_KAIMING_NORMAL;

/// Each line as the page has it, and what it makes.
macro_rules! lines {
    ($($name:literal => $code:expr;)*) => {
        fn lines() -> Result<BTreeMap<&'static str, (&'static str, Initializer)>, candle_init::Error> {
            Ok(BTreeMap::from([$(($name, (stringify!($code), $code))),*]))
        }
    };
}

lines! {
    "zeros" => Initializer::new(42).rule("*.bias", init::ZEROS);
    "small" => Initializer::new(42).weights(init::normal(0.0, 0.01));
    "glorot" => Initializer::new(42).weights(init::GLOROT_UNIFORM);
    "he" => Initializer::new(42).weights(init::HE_NORMAL);
    "he_uniform" => Initializer::new(42).weights(init::HE_UNIFORM);
    "default" => Initializer::new(42).defaults(Framework::PyTorch);
    "gelu" => Initializer::new(42).weights(init::LECUN_NORMAL.gain(Activation::Gelu));
    "gpt2" => Initializer::new(42).weights(init::normal(0.0, 0.02)).rule("*.c_proj.weight", init::normal(0.0, 0.02).times(depth::gpt2(12)?));
    "edge" => Initializer::new(42).weights(init::LECUN_NORMAL.times(critical(Activation::Tanh, 0.5)?.weight_std()));
    "orthogonal" => Initializer::new(42).weights(init::ORTHOGONAL);
}

/// Without blanks and without a remark at the end.
fn dense(code: &str) -> String {
    code.split(" //").next().unwrap_or_default().split_whitespace().collect()
}

#[test]
fn lines_are_what_the_page_says() -> Result<(), Box<dyn std::error::Error>> {
    let lines = lines()?;
    let tongues = tongues()?;
    assert_eq!(tongues.len(), lines.len());
    for tongue in tongues {
        let (code, initializer) = &lines[tongue.name.as_str()];
        assert_eq!(dense(code), dense(&tongue.candle), "{}", tongue.name);
        let plan = if tongue.name == "zeros" {
            initializer.plan(DType::F32, |vb| vb.get(tongue.shape.0, "block.c_proj.bias"))?
        } else {
            initializer.plan(DType::F32, |vb| hinted(&vb, tongue.shape))?
        };
        let initializer: Rule = tongue.text.parse()?;
        let alone =
            Initializer::new(42).rule("w", initializer).plan(DType::F32, |vb| vb.get(tongue.shape, "w"))?;
        for plan in [plan, alone] {
            let expected = plan.records()[0].expected.ok_or("no std")?;
            assert!(
                (expected.std - tongue.std).abs() < 1e-6 * tongue.std + 1e-12,
                "{}: {expected:?}",
                tongue.name
            );
        }
    }
    Ok(())
}

/// The weight as a linear layer asks for it.
fn hinted(vb: &VarBuilder, shape: (usize, usize)) -> candle_core::Result<Tensor> {
    vb.get_with_hints(shape, "block.c_proj.weight", DEFAULT_KAIMING_NORMAL)
}
