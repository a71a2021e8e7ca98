//! Models that ask whether a parameter exists, go on where they are refused, or work on what they fetched: nothing that they
//! have is hidden from plan and report, and one seed makes one model.

use std::error::Error;

use acceptance::pasted::{message, pasted};
use acceptance::values::{all_bits, values};
use candle_core::{DType, Device, Module, Result, Tensor};
use candle_init::{Error as InitError, Initializer, init};
use candle_nn::{Activation, VarBuilder, VarMap};
use candle_transformers::models::{clip, convnext, mimi, mobilenetv4, qwen2, rwkv_v7, segment_anything, t5};

type Outcome = std::result::Result<(), Box<dyn Error>>;

const CPU: Device = Device::Cpu;

fn noise(dims: &[usize]) -> Result<Tensor> {
    Ok(Initializer::new(9).tensor("input", dims, init::normal(0.0, 1.0), DType::F32, &CPU)?)
}

fn run_clip(vb: VarBuilder<'static>) -> Result<Tensor> {
    let text_config = clip::text_model::ClipTextConfig {
        vocab_size: 50,
        embed_dim: 16,
        intermediate_size: 32,
        max_position_embeddings: 8,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        projection_dim: 16,
        ..clip::text_model::ClipTextConfig::vit_base_patch32()
    };
    let vision_config = clip::vision_model::ClipVisionConfig {
        embed_dim: 16,
        intermediate_size: 32,
        num_hidden_layers: 1,
        num_attention_heads: 2,
        projection_dim: 16,
        image_size: 16,
        patch_size: 8,
        ..clip::vision_model::ClipVisionConfig::vit_base_patch32()
    };
    let config = clip::ClipConfig { text_config, vision_config, ..clip::ClipConfig::vit_base_patch32() };
    let model = clip::ClipModel::new(vb, &config)?;
    model.get_image_features(&noise(&[1, 3, 16, 16])?)
}

fn run_qwen2(vb: VarBuilder<'static>) -> Result<Tensor> {
    let config = qwen2::Config {
        vocab_size: 50,
        hidden_size: 32,
        intermediate_size: 64,
        num_hidden_layers: 1,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        max_position_embeddings: 32,
        sliding_window: 32,
        max_window_layers: 2,
        tie_word_embeddings: false,
        rope_theta: 1e4,
        rms_norm_eps: 1e-6,
        use_sliding_window: false,
        hidden_act: Activation::Silu,
    };
    qwen2::ModelForCausalLM::new(&config, vb)?.forward(&Tensor::new(&[[1_u32, 2, 3]], &CPU)?, 0)
}

fn run_t5(vb: VarBuilder<'static>) -> Result<Tensor> {
    let (vocab_size, d_model, d_kv, d_ff, num_layers, num_heads) = (50, 32, 8, 64, 1, 4);
    let config = t5::Config { vocab_size, d_model, d_kv, d_ff, num_layers, num_heads, ..Default::default() };
    t5::T5EncoderModel::load(vb, &config)?.forward(&Tensor::new(&[[1_u32, 2, 3]], &CPU)?)
}

fn run_convnext(vb: VarBuilder<'static>) -> Result<Tensor> {
    convnext::convnext(&convnext::Config::atto(), 10, vb)?.forward(&noise(&[1, 3, 32, 32])?)
}

fn run_mobilenet(vb: VarBuilder<'static>) -> Result<Tensor> {
    mobilenetv4::mobilenetv4(&mobilenetv4::Config::small(), 10, vb)?.forward(&noise(&[1, 3, 64, 64])?)
}

fn run_sam(vb: VarBuilder<'static>) -> Result<Tensor> {
    // Its image encoder wants 1024² pixels: it is built, not run.
    segment_anything::sam::Sam::new_tiny(vb)?;
    noise(&[1])
}

fn run_mimi(vb: VarBuilder<'static>) -> Result<Tensor> {
    let mut config = mimi::Config::v0_1(Some(2));
    (config.seanet.n_filters, config.seanet.dimension, config.transformer.d_model) = (4, 32, 32);
    (config.transformer.num_layers, config.transformer.dim_feedforward) = (1, 64);
    (config.quantizer_dim, config.quantizer_bins) = (16, 32);
    mimi::Model::new(config, vb)?;
    noise(&[1])
}

fn run_rwkv(vb: VarBuilder<'static>) -> Result<Tensor> {
    let config = rwkv_v7::Config {
        version: rwkv_v7::ModelVersion::V7,
        vocab_size: 50,
        hidden_size: 64,
        num_hidden_layers: 2,
        head_size: 32,
        intermediate_size: None,
        rescale_every: 0,
    };
    let mut state = rwkv_v7::State::new(&config, &CPU)?;
    rwkv_v7::Model::new(&config, vb)?.forward_seq(&[1, 2, 3], &mut state)
}

/// A model, what it must be told, and parameters that it has then.
struct Model {
    name: &'static str,
    run: fn(VarBuilder<'static>) -> Result<Tensor>,
    told: fn(Initializer) -> Initializer,
    has: &'static [&'static str],
    /// What it asks about, if it is told nothing.
    denied: &'static [&'static str],
}

fn rwkv_shapes(init: Initializer) -> Initializer {
    ["w1", "a1", "v1", "g1"]
        .iter()
        .fold(init, |init, last| init.shape(&format!("blocks.0.att.{last}"), (64, 8)))
}

const MODELS: [Model; 8] = [
    Model {
        name: "clip",
        run: run_clip,
        told: |init| {
            init.rule("vision_model.embeddings.class_embedding", init::normal(0.0, 0.25))
                .rule("logit_scale", init::constant(2.6592))
        },
        has: &["vision_model.embeddings.class_embedding", "logit_scale"],
        denied: &["logit_scale", "vision_model.embeddings.class_embedding"],
    },
    Model {
        name: "qwen2, untied",
        run: run_qwen2,
        told: |init| init.rule("lm_head.weight", init::normal(0.0, 0.02)),
        has: &["lm_head.weight", "model.embed_tokens.weight"],
        denied: &["lm_head.weight"],
    },
    Model {
        name: "t5",
        run: run_t5,
        told: |init| init.rule("shared.weight", init::normal(0.0, 1.0)),
        has: &["shared.weight"],
        denied: &["decoder.embed_tokens", "shared.weight"],
    },
    Model { name: "sam, tiny", run: run_sam, told: |init| init, has: &[], denied: &[] },
    Model {
        name: "convnextv2",
        run: run_convnext,
        told: |init| init.absent("*blocks.*.gamma"),
        has: &[],
        denied: &[],
    },
    Model {
        name: "mobilenetv4",
        run: run_mobilenet,
        told: |init| init.absent("*.gamma"),
        has: &[],
        denied: &[],
    },
    Model { name: "mimi", run: run_mimi, told: |init| init, has: &[], denied: &[] },
    Model { name: "rwkv_v7", run: run_rwkv, told: rwkv_shapes, has: &["blocks.0.att.w1"], denied: &[] },
];

/// What the model is told, and the lines that the error then proposes, as they stand there.
fn covered(model: &Model) -> std::result::Result<Initializer, Box<dyn Error>> {
    let told = (model.told)(Initializer::new(7));
    match told.plan(DType::F32, model.run) {
        Ok(_) => Ok(told),
        Err(InitError::Uncovered { parameters }) => Ok(pasted(told, &message(parameters))?),
        Err(other) => Err(format!("{}: {other}", model.name).into()),
    }
}

/// Built twice from one seed they are equal, and all that they have stands in the plan and in the report.
#[test]
fn one_seed_makes_one_model_and_all_of_it_is_told() -> Outcome {
    for model in &MODELS {
        let init = covered(model)?;
        let plan = init.plan(DType::F32, model.run).map_err(|e| format!("{}: {e}", model.name))?;
        let init = init.with_plan(&plan);
        let build = || -> std::result::Result<_, Box<dyn Error>> {
            let vars = VarMap::new();
            let output = (model.run)(init.var_builder(&vars, DType::F32, &CPU))?;
            Ok((values(&output)?, vars))
        };
        let ((first, vars), (second, others)) = (build()?, build()?);
        assert!(first == second && first.iter().all(|value| value.is_finite()), "{}", model.name);
        assert!(all_bits(&vars)? == all_bits(&others)?, "{}", model.name);
        let report = init.report(&vars).map_err(|e| format!("{}: {e}", model.name))?;
        let mut planned: Vec<_> = plan.records().iter().map(|record| &record.name).collect();
        planned.sort();
        let reported: Vec<_> = report.records().iter().map(|record| &record.name).collect();
        assert_eq!(planned, reported, "{}", model.name);
        for name in model.has {
            assert!(planned.iter().any(|planned| planned == name), "{} lacks {name}", model.name);
        }
    }
    Ok(())
}

/// A question that is answered with no is told: by the plan, by the report, and as text with the line that would say yes.
#[test]
fn what_a_model_asks_about_is_told() -> Outcome {
    for model in MODELS.iter().filter(|model| !model.denied.is_empty()) {
        let silent = Model { told: |init| init, ..*model };
        let init = covered(&silent)?;
        let plan = init.plan(DType::F32, model.run)?;
        assert_eq!(plan.denied().collect::<Vec<_>>(), model.denied, "{}", model.name);
        let vars = VarMap::new();
        (model.run)(init.var_builder(&vars, DType::F32, &CPU))?;
        let report = init.report(&vars)?;
        assert_eq!(report.denied().collect::<Vec<_>>(), model.denied, "{}", model.name);
        assert!(plan.to_string().contains(&format!("`.rule({:?}, …)`", model.denied[0])), "{plan}");
    }
    Ok(())
}

/// ConvNeXt goes on without its 12 layer scales where it is refused them: that is an error of the report, with the way out.
#[test]
fn what_a_model_was_refused_is_not_forgotten() -> Outcome {
    let all_but = Initializer::new(7)
        .rule("*grn*", init::ZEROS)
        .rule("*{norm,downsample.0,stem.1}.weight", init::ONES)
        .rule("*.bias", init::ZEROS);
    let vars = VarMap::new();
    run_convnext(all_but.var_builder(&vars, DType::F32, &CPU))?;
    let Err(InitError::Refused { parameters }) = all_but.report(&vars) else {
        return Err("the report says nothing of what the model was refused".into());
    };
    assert_eq!(parameters.len(), 12, "{parameters:?}");
    assert!(parameters.iter().all(|refusal| refusal.parameter.ends_with(".gamma")), "{parameters:?}");
    let text = InitError::Refused { parameters }.to_string();
    assert!(text.contains("init::constant(1e-6)") && text.contains(".absent(\"stages."), "{text}");
    let without = all_but.absent("*blocks.*.gamma");
    let vars = VarMap::new();
    run_convnext(without.var_builder(&vars, DType::F32, &CPU))?;
    without.report(&vars)?;
    Ok(())
}
