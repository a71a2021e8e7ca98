//! Models of candle-transformers by the recipes of their families: nothing is left uncovered, and nothing to a hint.

use std::error::Error;

use candle_core::{DType, Result};
use candle_init::{Initializer, Plan, Reason, Recipe};
use candle_nn::VarBuilder;
use candle_transformers::models::{
    bigcode, blip, chinese_clip, clip, debertav2, distilbert, falcon, gemma, gemma2, gemma3, granite, helium,
    mixtral, modernbert, mpt, nomic_bert, olmo, olmo2, paligemma, phi, phi3, qwen3, qwen3_moe,
    recurrent_gemma, segformer, siglip, stable_diffusion, stable_lm, starcoder2, trocr, vit, xlm_roberta,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::models::catalogue::MODELS;

type Outcome = std::result::Result<(), Box<dyn Error>>;

/// What most configs ask for.
fn common() -> Value {
    json!({
        "vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
        "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": 32, "attention_bias": false,
        "mlp_bias": false, "rms_norm_eps": 1e-6, "layer_norm_eps": 1e-6, "norm_epsilon": 1e-6, "rope_theta": 1e4,
        "tie_word_embeddings": false, "use_cache": false, "use_flash_attn": false, "sliding_window": 16,
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "gelu", "qk_layernorm": true,
        "partial_rotary_factor": 0.5, "type_vocab_size": 2, "initializer_range": 0.02,
        "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0, "position_embedding_type": "absolute",
    })
}

/// The common config with more keys; `null` takes one away.
pub(crate) fn config<C: DeserializeOwned>(more: Value) -> Result<C> {
    let mut all = common();
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        for (key, value) in more {
            if value.is_null() {
                all.remove(&key)
            } else {
                all.insert(key, value)
            };
        }
    }
    serde_json::from_value(all).map_err(candle_core::Error::wrap)
}

/// A model: its name, the family of its recipe, the config for that, and how it is built.
pub(crate) type Built = (&'static str, &'static str, &'static str, fn(VarBuilder<'static>) -> Result<()>);

const LAYERS: &str = r#"{"num_hidden_layers": 2, "pad_token_id": 0}"#;

pub(crate) fn built() -> Vec<Built> {
    macro_rules! built {
        ($($name:literal, $family:literal, $config:expr, |$vb:ident| $build:expr;)*) => {
            vec![$(($name, $family, $config, |$vb| $build.map(|_| ()))),*]
        };
    }
    built! {
        "gemma", "gemma", "{}", |vb| gemma::Model::new(false, &config(json!({}))?, vb);
        "gemma2", "gemma", "{}", |vb| gemma2::Model::new(false, &config(json!({"hidden_activation": "gelu", "query_pre_attn_scalar": 8}))?, vb);
        "gemma3", "gemma3_text", "{}", |vb| gemma3::Model::new(false, &config(json!({
            "hidden_activation": "gelu", "query_pre_attn_scalar": 8, "rope_local_base_freq": 1e4, "sliding_window_pattern": 2,
        }))?, vb);
        "phi", "phi", "{}", |vb| phi::Model::new(&config(json!({}))?, vb);
        "phi3", "phi3", LAYERS, |vb| phi3::Model::new(&config(json!({"partial_rotary_factor": null}))?, vb);
        "mixtral", "mixtral", "{}", |vb| mixtral::Model::new(&config(json!({"num_experts_per_tok": 2, "num_local_experts": 4}))?, vb);
        "olmo", "olmo", "{}", |vb| olmo::Model::new(&config(json!({}))?, vb);
        "olmo2", "olmo2", "{}", |vb| olmo2::Model::new(&config(json!({}))?, vb);
        "stable_lm", "stablelm", "{}", |vb| stable_lm::Model::new(&config(json!({"use_qkv_bias": true}))?, vb);
        "starcoder2", "starcoder2", "{}", |vb| starcoder2::Model::new(&config(json!({"use_bias": true}))?, vb);
        "helium", "helium", "{}", |vb| helium::Model::new(&config(json!({}))?, vb);
        "granite", "granite", "{}", |vb| granite::Granite::load(vb, &config::<granite::GraniteConfig>(json!({}))?.into_config(false));
        "qwen3", "qwen3", "{}", |vb| qwen3::ModelForCausalLM::new(&config(json!({"max_window_layers": 2, "use_sliding_window": false}))?, vb);
        "qwen3_moe", "qwen3_moe", "{}", |vb| qwen3_moe::ModelForCausalLM::new(&config(json!({
            "max_window_layers": 2, "use_sliding_window": false, "decoder_sparse_step": 1, "moe_intermediate_size": 16,
            "num_experts_per_tok": 2, "num_experts": 4, "norm_topk_prob": true,
        }))?, vb);
        "mpt", "mpt", "{}", |vb| mpt::Model::new(&mpt::Config::replit_code_v1_5_3b(), vb);
        "recurrent_gemma", "recurrent_gemma", LAYERS, |vb| recurrent_gemma::Model::new(&config(json!({
            "lru_width": 32, "attention_window_size": 8, "conv1d_width": 4, "logits_soft_cap": 30.0,
            "hidden_activation": "gelu", "block_types": ["recurrent", "attention"], "max_seq_len": 16,
        }))?, vb);
        "distilbert", "distilbert", "{}", |vb| distilbert::DistilBertForMaskedLM::load(vb, &config(json!({
            "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "activation": "gelu",
        }))?);
        "debertav2", "deberta-v2", "{}", |vb| debertav2::DebertaV2Model::load(vb, &config(json!({
            "relative_attention": true, "max_relative_positions": -1, "position_biased_input": false,
            "pos_att_type": ["p2c", "c2p"], "position_buckets": 8, "share_att_key": true, "norm_rel_ebd": "layer_norm",
        }))?);
        "modernbert", "modernbert", LAYERS, |vb| modernbert::ModernBertForMaskedLM::load(vb, &config(json!({
            "global_attn_every_n_layers": 2, "global_rope_theta": 1e4, "local_attention": 8, "local_rope_theta": 1e4,
        }))?);
        "nomic_bert", "nomic_bert", "{}", |vb| nomic_bert::NomicBertModel::load(vb, &config(json!({
            "n_embd": 32, "n_head": 4, "n_layer": 2, "n_inner": 64, "n_positions": 16, "layer_norm_epsilon": 1e-6,
            "rotary_emb_fraction": 1.0, "rotary_emb_base": 1e4, "rotary_emb_interleaved": false, "qkv_proj_bias": true,
            "mlp_fc1_bias": true, "mlp_fc2_bias": true, "activation_function": "swiglu", "prenorm": false,
        }))?);
        "xlm_roberta", "xlm-roberta", "{}", |vb| xlm_roberta::XLMRobertaForMaskedLM::new(&config(json!({}))?, vb);
        "trocr", "vision-encoder-decoder", "{}", |vb| trocr::TrOCRModel::new(&vit::Config::vit_base_patch16_224(), &config(json!({
            "d_model": 32, "cross_attention_hidden_size": 768, "decoder_layers": 2, "decoder_attention_heads": 4,
            "decoder_ffn_dim": 64, "activation_function": "gelu", "dropout": 0.0, "attention_dropout": 0.0,
            "activation_dropout": 0.0, "decoder_start_token_id": 2, "init_std": 0.02, "decoder_layerdrop": 0.0,
            "scale_embedding": true,
        }))?, vb);
        "segformer", "segformer", "{}", |vb| segformer::SemanticSegmentationModel::new(&config(json!({
            "id2label": {}, "num_channels": 3, "num_encoder_blocks": 2, "depths": [1, 1], "sr_ratios": [2, 1],
            "hidden_sizes": [8, 16], "patch_sizes": [7, 3], "strides": [4, 2], "num_attention_heads": [1, 2],
            "mlp_ratios": [2, 2], "decoder_hidden_size": 16,
        }))?, 5, vb);
        "clip", "clip", "{}", |vb| clip::ClipModel::new(vb, &clip::ClipConfig::vit_base_patch32());
        "chinese_clip", "chinese_clip", "{}", |vb| chinese_clip::ChineseClipModel::new(vb, &chinese_clip::ChineseClipConfig::clip_vit_base_patch16());
        "siglip", "siglip", "{}", |vb| siglip::Model::new(&siglip::Config::base_patch16_224(), vb);
        "blip", "blip", "{}", |vb| blip::BlipForConditionalGeneration::new(&blip::Config::image_captioning_large(), vb);
        "paligemma", "paligemma", "{}", |vb| paligemma::Model::new(&paligemma::Config::paligemma_3b_224(), vb);
        "bigcode", "gpt_bigcode", LAYERS, |vb| bigcode::GPTBigCode::load(vb, bigcode::Config::starcoder_1b());
        "falcon", "falcon", "{}", |vb| falcon::Falcon::load(vb, falcon::Config::falcon7b());
        "vae of stable_diffusion", "diffusers", "{}", |vb| stable_diffusion::vae::AutoEncoderKL::new(vb, 3, 3, Default::default());
        "unet of stable_diffusion", "diffusers", "{}", |vb| stable_diffusion::unet_2d::UNet2DConditionModel::new(vb, 4, 4, false, Default::default());
    }
}

fn plan(
    family: &str,
    config: &str,
    build: impl FnOnce(VarBuilder<'static>) -> Result<()>,
) -> candle_init::Result<Plan> {
    Initializer::new(1).recipe(Recipe::configured(family, config)?).plan(DType::F32, build)
}

/// Norms and biases that a catch-all drew, since their names here are not those of transformers. Drawn there too are
/// CLIP's class and SigLIP's `fc` biases.
fn drawn(plan: &Plan) -> Vec<String> {
    let due = |name: &str| {
        name.ends_with("class_embedding") || name.ends_with("fc1.bias") || name.ends_with("fc2.bias")
    };
    let vectors = plan.records().iter().filter(|record| record.shape.rank() < 2 && !due(&record.name));
    let random = vectors.filter(|record| record.expected.is_some_and(|moments| moments.std > 0.0));
    random.map(|record| format!("{} is drawn", record.name)).collect()
}

/// The parameters that no recipe decides.
fn left(plan: &Plan) -> Vec<String> {
    let by_recipe = |reason: &Reason| matches!(reason, Reason::Recipe { .. } | Reason::RunningStatistic);
    let left = plan.records().iter().filter(|record| !by_recipe(&record.reason));
    left.map(|record| format!("{} by {}", record.name, record.reason)).collect()
}

#[test]
fn recipes_cover_models() -> Outcome {
    let mut lines = Vec::new();
    for (name, family, config, build) in built() {
        match plan(family, config, build) {
            // Of diffusers a norm's hint is PyTorch's own start, and right.
            Ok(plan) if family == "diffusers" => assert!(!plan.records().is_empty()),
            Ok(plan) => {
                let wrong = left(&plan).into_iter().chain(drawn(&plan));
                lines.extend(wrong.map(|line| format!("{name}: {line}")));
            }
            Err(error) => lines.push(format!("{name}: {error}")),
        }
    }
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    Ok(())
}

/// Those models of the catalogue whose names are those of transformers.
#[test]
fn recipes_cover_the_catalogue() -> Outcome {
    let families = ["bert", "llama", "mistral", "qwen2", "t5", "whisper", "mamba", "falcon", "vit"];
    for model in MODELS.iter().filter(|model| families.contains(&model.name)) {
        let plan = plan(model.name, r#"{"pad_token_id": 0}"#, |vb| (model.run)(vb, false).map(|_| ()))?;
        assert_eq!([left(&plan), drawn(&plan)].concat(), Vec::<String>::new(), "{}", model.name);
    }
    Ok(())
}
