//! Models of pictures with words, and of text by what it is like.

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_init::init;
use candle_transformers::models::clip::{
    text_model::Activation as ClipActivation, vision_model::ClipVisionConfig,
};
use candle_transformers::models::stella_en_v5::{self as stella, ModelVariant};
use candle_transformers::models::{
    colpali, fastvit, gemma4, llama, llava, mobileclip, moondream, nvembed_v2, openclip, paddleocr_vl,
    paligemma, pixtral, qwen3_vl,
};
use serde_json::json;

use super::entry::{Entry, built, image, tokens};
use crate::models::recipes::config;

const CPU: Device = Device::Cpu;

pub(super) fn entries() -> Vec<Entry> {
    let mut all = vec![gemma4(), llava(), moondream(), paddleocr_vl(), pixtral(), qwen3_vl()];
    all.extend(encoders());
    all.extend(embeddings());
    all
}

/// Its norms of text and pictures multiply by one more than their weight, those of transformers by the weight.
fn gemma4() -> Entry {
    let entry = Entry::small("gemma4", Some(("gemma4", "{}")), |vb, run| {
        let config = gemma4_config()?;
        built(gemma4::Model::new(&config, vb), run, |model| {
            let (pixels, frames) = (image(16)?, Tensor::ones((1, 16, 16), DType::F32, &CPU)?);
            model.forward_multimodal(
                &tokens()?,
                Some(&[pixels]),
                Some(&frames),
                Some(&Tensor::zeros((1, 16), DType::F32, &CPU)?),
                0,
            )
        })
    });
    entry.language().told(|init| init.rule("*{language_model,vision_tower}*norm.weight", init::ZEROS))
}

fn gemma4_config() -> Result<gemma4::config::Gemma4Config> {
    Ok(gemma4::config::Gemma4Config {
        text_config: config(json!({
            "layer_types": ["sliding_attention", "full_attention"], "global_head_dim": 8, "query_pre_attn_scalar": 8,
            "tie_word_embeddings": true,
        }))?,
        vision_config: config(json!({
            "num_key_value_heads": 4, "patch_size": 4, "position_embedding_size": 16, "pooling_kernel_size": 2,
        }))?,
        audio_config: Some(config(json!({
            "input_feat_size": 16, "output_proj_dims": 32, "sscp_conv_channel_size": [8, 4],
        }))?),
        image_token_id: 3,
        audio_token_id: 5,
        video_token_id: 63,
    })
}

fn llava() -> Entry {
    let recipe =
        r#"{"text_config": {"model_type": "llama"}, "vision_config": {"model_type": "clip_vision_model"}}"#;
    let entry = Entry::small("llava", Some(("llava", recipe)), |vb, run| {
        let config: llava::config::LLaVAConfig = config(json!({
            "architectures": [], "image_crop_resolution": 16, "image_grid_pinpoints": [], "image_split_resolution": 16,
            "mm_hidden_size": 32, "mm_projector_type": "mlp2x_gelu", "mm_use_im_start_end": false,
            "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2, "model_type": "llava",
            "torch_dtype": "float32", "hf": true, "image_token_index": 3,
        }))?;
        built(llava::LLaVA::load(vb, &config, Some(clip_config())), run, |model| {
            let words = tokens()?.to_dtype(DType::I64)?;
            let all = model.prepare_inputs_labels_for_multimodal(&words, &[image(16)?], &[(16, 16)])?;
            model.forward(
                &all,
                0,
                &mut llama::Cache::new(false, DType::F32, &config.to_llama_config(), &CPU)?,
            )
        })
    });
    // Of LLaVA-NeXT: transformers 5.24.0, models/llava_next/modeling_llava_next.py.
    entry.language().told(|init| init.rule("image_newline", init::normal(0.0, 0.176_776_7)))
}

fn clip_config() -> ClipVisionConfig {
    ClipVisionConfig {
        embed_dim: 32,
        activation: ClipActivation::QuickGelu,
        intermediate_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        projection_dim: 32,
        num_channels: 3,
        image_size: 16,
        patch_size: 8,
    }
}

/// The width of its patches is fixed.
fn moondream() -> Entry {
    let entry = Entry::small("moondream", None, |vb, run| {
        built(moondream::Model::new(&moondream_config()?, vb), run, |model| {
            let seen = model.vision_encoder().forward(&image(28)?)?;
            let words = tokens()?;
            model.text_model().forward_with_img(&words.narrow(1, 0, 1)?, &words, &seen)
        })
    });
    entry.language()
}

fn moondream_config() -> Result<moondream::Config> {
    Ok(moondream::Config {
        phi_config: config(json!({
            "n_positions": 32, "n_embd": 32, "n_layer": 2, "n_inner": 64, "n_head": 4, "rotary_dim": 4,
            "activation_function": "gelu", "layer_norm_epsilon": 1e-5, "pad_vocab_size_multiple": 8,
        }))?,
        vision_config: config(json!({
            "image_embedding_dim": 1152, "model_dim": 32, "hidden_dim": 64, "hidden_features": 64, "embed_len": 4,
            "embed_dim": 1152, "num_blocks": 1, "num_heads": 16, "act": "gelu",
        }))?,
    })
}

fn paddleocr_vl() -> Entry {
    let entry = Entry::small("paddleocr_vl", Some(("paddleocr_vl", "{}")), |vb, run| {
        let mut config: paddleocr_vl::Config = config(
            json!({"hidden_act": "silu", "image_token_id": 3, "rope_scaling": {"mrope_section": [2, 1, 1]}, "layer_norm_eps": null}),
        )?;
        config.vision_config = crate::models::recipes::config(json!({"num_channels": 3, "image_size": 56}))?;
        built(paddleocr_vl::PaddleOCRVLModel::new(&config, vb), run, |model| {
            model.forward(&tokens()?, Some(&image(28)?), Some(&Tensor::new(&[[1_u32, 2, 2]], &CPU)?), 0)
        })
    });
    entry.language()
}

fn pixtral() -> Entry {
    let entry = Entry::small("pixtral", Some(("llava", PIXTRAL)), |vb, run| {
        let config = pixtral::Config {
            projector_hidden_act: candle_nn::Activation::Gelu,
            text_config: config(json!({"hidden_act": "silu"}))?,
            vision_config: config(json!({"image_size": 16, "patch_size": 4, "head_dim": null}))?,
            image_token_index: 3,
            image_seq_length: 16,
        };
        built(pixtral::Model::new(&config, vb), run, |model| {
            let seen = model.encode_image(&image(16)?)?;
            let words = model.language_model.embed_tokens().forward(&tokens()?)?;
            model.lm_forward_embeds(&Tensor::cat(&[seen, words], 1)?)
        })
    });
    entry.language().told(|init| init.rule("vision_tower.ln_pre.weight", init::ONES))
}

const PIXTRAL: &str =
    r#"{"text_config": {"model_type": "mistral"}, "vision_config": {"model_type": "pixtral"}}"#;

fn qwen3_vl() -> Entry {
    let entry = Entry::small("qwen3_vl", Some(("qwen3_vl", "{}")), |vb, run| {
        let config = qwen3_vl::Config {
            text_config: config(json!({"hidden_act": "silu"}))?,
            vision_config: config(json!({
                "depth": 2, "out_hidden_size": 32, "num_heads": 4, "patch_size": 4, "num_position_embeddings": 16,
                "deepstack_visual_indexes": [0],
            }))?,
            image_token_id: 3,
            video_token_id: 4,
            vision_start_token_id: 5,
            vision_end_token_id: 6,
        };
        built(qwen3_vl::Qwen3VLModel::new(&config, vb), run, |model| {
            let patches = Tensor::ones((4, 96), DType::F32, &CPU)?;
            let grid = Tensor::new(&[[1_u32, 2, 2]], &CPU)?;
            let at = vec![vec![(2, 3)]];
            model.forward(&tokens()?, Some(patches), None, Some(grid), None, vec![7], at, vec![], &[0])
        })
    });
    entry.language()
}

fn encoders() -> Vec<Entry> {
    let colpali = Entry::small("colpali", Some(("paligemma", "{}")), |vb, _| {
        colpali::Model::new(&paligemma::Config::paligemma_3b_224(), vb).map(|_| None)
    });
    let openclip = Entry::small("openclip, text", None, |vb, run| {
        built(openclip::text_model::OpenClipTextTransformer::new(vb, &words_config()), run, |model| {
            model.forward(&tokens()?)
        })
    });
    let mobileclip = Entry::small("mobileclip s0", None, |vb, run| {
        let config = mobileclip::MobileClipConfig {
            text_config: words_config(),
            vision_config: fastvit::Config::mci0(),
            image_size: 256,
        };
        built(mobileclip::MobileClipModel::new(vb, &config), run, |model| {
            Ok(model.forward(&image(64)?.repeat((2, 1, 1, 1))?, &tokens()?)?.0)
        })
    });
    vec![colpali.full_size(), openclip, mobileclip.told(super::vision::fused)]
}

fn words_config() -> openclip::text_model::Config {
    openclip::text_model::Config {
        vocab_size: 64,
        embed_dim: 32,
        intermediate_size: 64,
        max_position_embeddings: 16,
        pad_with: None,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        projection_dim: 512, // that of the pictures
    }
}

/// Models of what a text is like.
fn embeddings() -> Vec<Entry> {
    let nvembed = Entry::small("nvembed_v2", Some(("mistral", "{}")), |vb, _| {
        nvembed_v2::model::Model::new(vb).map(|_| None)
    });
    let stella = |name, variant| {
        Entry::small(name, None, move |vb, run| {
            built(stella::EmbeddingModel::new(&stella_config(variant), vb.clone(), vb), run, |model| {
                model.forward(&tokens()?, &Tensor::ones((1, 7), DType::U8, &CPU)?)
            })
        })
    };
    vec![
        nvembed.full_size(),
        stella("stella_en_v5, large", ModelVariant::Large),
        stella("stella_en_v5, small", ModelVariant::Small),
    ]
}

fn stella_config(variant: ModelVariant) -> stella::Config {
    stella::Config {
        variant,
        vocab_size: 64,
        hidden_size: 32,
        intermediate_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        max_position_embeddings: 32,
        type_vocab_size: 2,
        norm_eps: 1e-6,
        rope_theta: 1e4,
        embed_head: stella::EmbedHead { in_features: 32, out_features: 16 },
        ..Default::default()
    }
}
