//! Language models: those whose last output is over a vocabulary.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{Activation, VarBuilder};
use candle_transformers::models::smol::smollm3;
use candle_transformers::models::{
    based, chatglm, codegeex4_9b, deepseek2, distilbert, gemma, gemma2, gemma3, glm4, glm4_new, granite,
    granitemoehybrid, helium, lfm2, llama2_c, mamba2, marian, mixformer, mixtral, modernbert, olmo, olmo2,
    phi, phi3, qwen2_moe, qwen3, qwen3_moe, recurrent_gemma, rwkv_v5, rwkv_v6, rwkv_v7, stable_lm,
    starcoder2, xlm_roberta, yi,
};
use serde_json::json;

use super::entry::{Entry, built, tokens};
use crate::models::catalogue::MODELS;
use crate::models::recipes::config;

const CPU: Device = Device::Cpu;

const LAYERS: &str = r#"{"num_hidden_layers": 2, "pad_token_id": 0}"#;

macro_rules! language {
    ($($name:literal, $recipe:expr, |$vb:ident| $build:expr, |$model:ident| $forward:expr;)*) => {
        vec![$(Entry::small($name, $recipe, |$vb: VarBuilder<'static>, run| {
            built($build, run, |$model| $forward)
        }).language()),*]
    };
}

pub(super) fn entries() -> Vec<Entry> {
    let mut all = decoders();
    all.extend(more_decoders());
    all.extend(masked());
    all.extend(recurrent());
    let yi = Entry::small("yi", Some(("llama", "{}")), |vb, _| {
        yi::Model::new(&yi::Config::config_6b(), vb).map(|_| None)
    });
    all.push(yi.full_size()); // no other crate can make its config
    let catalogue =
        MODELS.iter().filter(|model| !["bert", "resnet18", "vit", "convnext"].contains(&model.name));
    all.extend(catalogue.map(|model| {
        let recipe = match model.name {
            "bigcode" => ("gpt_bigcode", LAYERS),
            "t5" => ("t5", r#"{"d_model": 32, "d_kv": 8}"#),
            family => (family, r#"{"pad_token_id": 0}"#),
        };
        Entry::small(model.name, Some(recipe), model.run).language()
    }));
    all.sort_by_key(|entry| entry.name);
    all
}

fn decoders() -> Vec<Entry> {
    language! {
        "gemma", Some(("gemma", "{}")), |vb| gemma::Model::new(false, &config(json!({}))?, vb), |m| m.forward(&tokens()?, 0);
        "gemma2", Some(("gemma", "{}")), |vb| gemma2::Model::new(false, &config(json!({
            "hidden_activation": "gelu", "query_pre_attn_scalar": 8,
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "gemma3", Some(("gemma3_text", "{}")), |vb| gemma3::Model::new(false, &config(json!({
            "hidden_activation": "gelu", "query_pre_attn_scalar": 8, "rope_local_base_freq": 1e4, "sliding_window_pattern": 2,
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "phi", Some(("phi", "{}")), |vb| phi::Model::new(&config(json!({"qk_layernorm": false}))?, vb), |m| m.forward(&tokens()?);
        "phi3", Some(("phi3", LAYERS)), |vb| phi3::Model::new(&config(json!({"partial_rotary_factor": null}))?, vb), |m| m.forward(&tokens()?, 0);
        "mixtral", Some(("mixtral", "{}")), |vb| mixtral::Model::new(&config(json!({
            "num_experts_per_tok": 2, "num_local_experts": 4,
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "olmo", Some(("olmo", "{}")), |vb| olmo::Model::new(&config(json!({}))?, vb), |m| m.forward(&tokens()?, 0);
        "olmo2", Some(("olmo2", "{}")), |vb| olmo2::Model::new(&config(json!({}))?, vb), |m| m.forward(&tokens()?, 0);
        "stable_lm", Some(("stablelm", "{}")), |vb| stable_lm::Model::new(&config(json!({"use_qkv_bias": true}))?, vb), |m| m.forward(&tokens()?, 0);
        "starcoder2", Some(("starcoder2", "{}")), |vb| starcoder2::Model::new(&config(json!({"use_bias": true}))?, vb), |m| m.forward(&tokens()?, 0);
        "helium", Some(("helium", "{}")), |vb| helium::Model::new(&config(json!({}))?, vb), |m| m.forward(&tokens()?, 0);
        "qwen3", Some(("qwen3", "{}")), |vb| qwen3::ModelForCausalLM::new(&config(json!({
            "max_window_layers": 2, "use_sliding_window": false,
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "qwen3_moe", Some(("qwen3_moe", "{}")), |vb| qwen3_moe::ModelForCausalLM::new(&config(json!({
            "max_window_layers": 2, "use_sliding_window": false, "decoder_sparse_step": 1, "moe_intermediate_size": 16,
            "num_experts_per_tok": 2, "num_experts": 4, "norm_topk_prob": true,
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "granite", Some(("granite", "{}")), |vb| granite::Granite::load(vb, &granite_config()?), |m| {
            m.forward(&tokens()?, 0, &mut granite::Cache::new(false, DType::F32, &granite_config()?, &CPU)?)
        };
        "recurrent_gemma", Some(("recurrent_gemma", LAYERS)), |vb| recurrent_gemma::Model::new(&config(json!({
            "lru_width": 32, "attention_window_size": 8, "conv1d_width": 4, "logits_soft_cap": 30.0,
            "hidden_activation": "gelu", "block_types": ["recurrent", "attention"], "max_seq_len": 16,
        }))?, vb), |m| m.forward(&tokens()?, 0);
    }
}

fn granite_config() -> Result<granite::Config> {
    Ok(config::<granite::GraniteConfig>(json!({}))?.into_config(false))
}

fn more_decoders() -> Vec<Entry> {
    language! {
        "chatglm", None, |vb| chatglm::Model::new(&chatglm_config(), vb), |m| m.forward(&tokens()?);
        "codegeex4_9b", None, |vb| codegeex4_9b::Model::new(&codegeex_config(), vb), |m| m.forward(&tokens()?);
        "based", None, |vb| based::Model::new(&config(json!({
            "n_embd": 32, "n_inner": 64, "n_layer": 3, "n_head": 4, "layer_norm_epsilon": 1e-5, "alt_mixer_layers": [1],
            "alt_mixer_2_layers": [2], "alt_mixer_2": {"num_heads": 4, "window_size": 16},
            "alt_mixer": {"num_heads": 4, "feature_dim": 4, "feature_map": {"input_dim": 4}},
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "glm4", None, |vb| glm4::Model::new(&config(json!({
            "num_layers": 2, "padded_vocab_size": 64, "ffn_hidden_size": 64, "kv_channels": 8, "seq_length": 32,
            "layernorm_epsilon": 1e-5, "rmsnorm": true, "apply_residual_connection_post_layernorm": false,
            "post_layer_norm": true, "add_bias_linear": false, "add_qkv_bias": true, "bias_dropout_fusion": true,
            "multi_query_attention": true, "multi_query_group_num": 2, "apply_query_key_layer_scaling": true,
            "attention_softmax_in_fp32": true, "fp32_residual_connection": false, "eos_token_id": null,
        }))?, vb), |m| m.forward(&tokens()?);
        "glm4_new", Some(("glm4", r#"{"pad_token_id": 0}"#)), |vb| glm4_new::ModelForCausalLM::new(&config(json!({"hidden_act": "silu"}))?, vb), |m| m.forward(&tokens()?, 0);
        "deepseek2", Some(("deepseek_v2", "{}")), |vb| deepseek2::DeepSeekV2::new(&config(json!({
            "moe_intermediate_size": 16, "n_shared_experts": 1, "n_routed_experts": 4, "num_experts_per_tok": 2,
            "q_lora_rank": null, "qk_rope_head_dim": 4, "kv_lora_rank": 8, "v_head_dim": 8, "qk_nope_head_dim": 4,
            "n_group": 1, "topk_group": 1, "hidden_act": "silu", "first_k_dense_replace": 1, "moe_layer_freq": 1,
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "qwen2_moe", Some(("qwen2_moe", "{}")), |vb| qwen2_moe::Model::new(&config(json!({
            "max_window_layers": 2, "use_sliding_window": false, "decoder_sparse_step": 1, "moe_intermediate_size": 16,
            "shared_expert_intermediate_size": 16, "num_experts_per_tok": 2, "num_experts": 4, "norm_topk_prob": true,
            "hidden_act": "silu",
        }))?, vb), |m| m.forward(&tokens()?, 0);
        "smollm3", Some(("smollm3", r#"{"pad_token_id": 0}"#)), |vb| smollm3::ModelForCausalLM::new(&config(json!({"hidden_act": "silu"}))?, vb), |m| m.forward(&tokens()?, 0);
        "mixformer", None, |vb| mixformer::MixFormerSequentialForCausalLM::new(&config(json!({
            "n_positions": 32, "n_embd": 32, "n_layer": 2, "n_inner": 64, "n_head": 4, "rotary_dim": 4,
            "activation_function": "gelu", "layer_norm_epsilon": 1e-5, "pad_vocab_size_multiple": 8,
        }))?, vb), |m| m.forward(&tokens()?);
        "llama2_c", Some(("llama", "{}")), |vb| llama2_c::Llama::load(vb, llama2_c::Config::tiny_260k()), |m| {
            let tables = VarBuilder::zeros(DType::F32, &CPU);
            let mut cache = llama2_c::Cache::new(false, &llama2_c::Config::tiny_260k(), tables)?;
            m.forward(&tokens()?, 0, &mut cache)
        };
        "lfm2", Some(("lfm2", "{}")), |vb| lfm2::Model::new(&lfm2_config(), vb), |m| {
            m.forward(&tokens()?, 0, &mut lfm2::Cache::new(false, DType::F32, &lfm2_config(), &CPU)?)
        };
        "granitemoehybrid", Some(("granite", "{}")), |vb| granitemoehybrid::GraniteMoeHybrid::load(vb, &hybrid_config()?), |m| {
            let mut cache = granitemoehybrid::GraniteMoeHybridCache::new(false, DType::F32, &hybrid_config()?, &CPU)?;
            m.forward(&tokens()?, 0, &mut cache)
        };
        "marian", Some(("marian", r#"{"pad_token_id": 0, "max_position_embeddings": 32, "d_model": 32}"#)), |vb| marian::MTModel::new(&marian_config(), vb), |m| {
            let heard = m.encoder().forward(&tokens()?, 0)?;
            m.decode(&tokens()?, &heard, 0)
        };
    }
}

fn chatglm_config() -> chatglm::Config {
    chatglm::Config {
        num_layers: 2,
        padded_vocab_size: 64,
        hidden_size: 32,
        ffn_hidden_size: 64,
        kv_channels: 8,
        num_attention_heads: 4,
        seq_length: 32,
        ..chatglm::Config::glm3_6b()
    }
}

fn codegeex_config() -> codegeex4_9b::Config {
    codegeex4_9b::Config {
        num_layers: 2,
        padded_vocab_size: 64,
        hidden_size: 32,
        ffn_hidden_size: 64,
        kv_channels: 8,
        num_attention_heads: 4,
        seq_length: 32,
        ..codegeex4_9b::Config::codegeex4()
    }
}

fn hybrid_config() -> Result<granitemoehybrid::GraniteMoeHybridInternalConfig> {
    let config: granitemoehybrid::GraniteMoeHybridConfig =
        config(json!({"layer_types": ["attention", "attention"], "shared_intermediate_size": 64}))?;
    Ok(config.into_config(false))
}

fn lfm2_config() -> lfm2::Config {
    lfm2::Config {
        vocab_size: 64,
        hidden_size: 32,
        intermediate_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        norm_eps: 1e-5,
        rope_theta: 1e4,
        max_position_embeddings: 32,
        conv_l_cache: 3,
        conv_bias: false,
        layer_types: vec![lfm2::LayerType::Conv, lfm2::LayerType::FullAttention],
        tie_embedding: true,
        bos_token_id: None,
        eos_token_id: None,
        use_flash_attn: false,
    }
}

fn marian_config() -> marian::Config {
    marian::Config {
        vocab_size: 64,
        decoder_vocab_size: Some(64),
        max_position_embeddings: 32,
        encoder_layers: 2,
        encoder_ffn_dim: 64,
        encoder_attention_heads: 4,
        decoder_layers: 2,
        decoder_ffn_dim: 64,
        decoder_attention_heads: 4,
        d_model: 32,
        activation_function: Activation::Relu,
        ..marian::Config::opus_mt_tc_big_fr_en()
    }
}

/// Encoders with a head over the vocabulary.
fn masked() -> Vec<Entry> {
    language! {
        "distilbert", Some(("distilbert", "{}")), |vb| distilbert::DistilBertForMaskedLM::load(vb, &config(json!({
            "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "activation": "gelu",
        }))?), |m| m.forward(&tokens()?, &Tensor::zeros((7, 7), DType::U8, &CPU)?);
        "modernbert", Some(("modernbert", LAYERS)), |vb| modernbert::ModernBertForMaskedLM::load(vb, &config(json!({
            "global_attn_every_n_layers": 2, "global_rope_theta": 1e4, "local_attention": 8, "local_rope_theta": 1e4,
        }))?), |m| m.forward(&tokens()?, &Tensor::ones((1, 7), DType::U32, &CPU)?);
        "xlm_roberta", Some(("xlm-roberta", "{}")), |vb| xlm_roberta::XLMRobertaForMaskedLM::new(&config(json!({}))?, vb), |m| {
            let (tokens, ones) = (tokens()?, Tensor::ones((1, 7), DType::F32, &CPU)?);
            m.forward(&tokens, &ones, &tokens.zeros_like()?, None, None, None)
        };
    }
}

fn recurrent() -> Vec<Entry> {
    let mut all = language! {
        "mamba2", Some(("mamba2", LAYERS)), |vb| mamba2::Model::new(&mamba2_config()?, vb.pp("backbone")), |m| {
            m.forward(&Tensor::new(&[1_u32], &CPU)?, &mut mamba2::State::new(1, &mamba2_config()?, DType::F32, &CPU)?)
        };
        "rwkv_v5", None, |vb| rwkv_v5::Model::new(&rwkv_config()?, vb), |m| {
            m.forward(&Tensor::new(&[[1_u32]], &CPU)?, &mut rwkv_v5::State::new(1, &rwkv_config()?, &CPU)?)
        };
        "rwkv_v6", None, |vb| rwkv_v6::Model::new(&rwkv_config()?, vb), |m| {
            m.forward(&Tensor::new(&[[1_u32]], &CPU)?, &mut rwkv_v5::State::new(1, &rwkv_config()?, &CPU)?)
        };
    };
    let seventh = Entry::small("rwkv_v7", None, |vb, run| {
        let mut state = rwkv_v7::State::new(&rwkv7_config(), &CPU)?;
        built(rwkv_v7::Model::new(&rwkv7_config(), vb), run, |m| m.forward_seq(&[1, 2, 3], &mut state))
    });
    all.push(seventh.language().told(|init| {
        let shapes = ["w1", "a1", "v1", "g1"];
        shapes.iter().fold(init, |init, last| init.shape(&format!("blocks.0.att.{last}"), (64, 8)))
    }));
    all
}

fn mamba2_config() -> Result<mamba2::Config> {
    config(
        json!({"d_model": 32, "n_layer": 2, "hidden_size": null, "num_hidden_layers": null, "head_dim": null, "headdim": 16,
        "d_state": 8, "ngroups": 1, "pad_vocab_size_multiple": 8}),
    )
}

fn rwkv_config() -> Result<rwkv_v5::Config> {
    config(
        json!({"attention_hidden_size": 32, "head_size": 8, "num_attention_heads": 8, "layer_norm_epsilon": 1e-5, "rescale_every": 0}),
    )
}

fn rwkv7_config() -> rwkv_v7::Config {
    rwkv_v7::Config {
        version: rwkv_v7::ModelVersion::V7,
        vocab_size: 50,
        hidden_size: 64,
        num_hidden_layers: 2,
        head_size: 32,
        intermediate_size: None,
        rescale_every: 0,
    }
}
