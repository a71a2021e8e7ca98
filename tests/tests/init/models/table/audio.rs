//! Codecs of sound, and models that speak or listen.

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_transformers::models::metavoice::{gpt, speaker_encoder, transformer};
use candle_transformers::models::voxtral::{
    VoxtralCache, VoxtralConfig, VoxtralEncoderConfig, VoxtralForConditionalGeneration, VoxtralLlamaConfig,
};
use candle_transformers::models::{csm, dac, encodec, mimi, parler_tts, snac, t5};
use serde_json::json;

use super::entry::{Entry, built, tokens};
use crate::models::recipes::config;

const CPU: Device = Device::Cpu;

pub(super) fn entries() -> Vec<Entry> {
    let encodec = Entry::small("encodec", Some(("encodec", "{}")), |vb, run| {
        built(encodec::Model::new(&encodec_config(), vb), run, |model| {
            model.decode(&Tensor::ones((1, 2, 7), DType::U32, &CPU)?)
        })
    });
    let dac =
        Entry::small("dac", Some(("dac", "{}")), |vb, _| dac::Model::new(&dac_config(), vb).map(|_| None));
    let snac = Entry::small("snac", None, |vb, run| {
        built(snac::Model::new(&snac_config(), vb), run, |model| {
            let codes = Tensor::ones((1, 4), DType::U32, &CPU)?;
            model.decode(&[&codes.narrow(1, 0, 2)?, &codes])
        })
    });
    let mimi = Entry::small("mimi", None, |vb, run| {
        built(mimi::Model::new(mimi_config(), vb), run, |model| {
            model.decode(&Tensor::ones((1, 2, 3), DType::U32, &CPU)?)
        })
    });
    let mut all = vec![encodec, dac.full_size(), snac, mimi];
    all.extend(speech());
    all
}

fn encodec_config() -> encodec::Config {
    encodec::Config {
        target_bandwidths: vec![1.5],
        num_filters: 4,
        hidden_size: 16,
        codebook_size: 64,
        ..encodec::Config::default()
    }
}

fn dac_config() -> dac::Config {
    dac::Config {
        num_codebooks: 9,
        model_bitrate: 8,
        codebook_size: 1024,
        latent_dim: 1024,
        frame_rate: 86,
        sampling_rate: 44_100,
    }
}

fn snac_config() -> snac::Config {
    snac::Config {
        sampling_rate: 24_000,
        encoder_dim: 8,
        encoder_rates: vec![2, 4],
        decoder_dim: 32,
        decoder_rates: vec![4, 2],
        attn_window_size: None,
        codebook_size: 64,
        codebook_dim: 8,
        vq_strides: vec![2, 1],
        noise: false,
        depthwise: false, // it finds the shape of a depthwise kernel by being refused another
    }
}

fn mimi_config() -> mimi::Config {
    let mut config = mimi::Config::v0_1(Some(2));
    (config.seanet.n_filters, config.seanet.dimension) = (4, 32);
    (config.transformer.d_model, config.transformer.num_heads) = (32, 4);
    (config.transformer.num_layers, config.transformer.dim_feedforward) = (1, 64);
    (config.quantizer_dim, config.quantizer_bins) = (16, 32);
    config
}

/// Models with a vocabulary of words or of sounds.
fn speech() -> Vec<Entry> {
    let csm =
        Entry::small("csm", Some(("csm", "{}")), |vb, _| csm::Model::new(&csm_config(), vb).map(|_| None));
    let first = Entry::small("metavoice, first stage", None, |vb, run| {
        built(transformer::Model::new(&first_stage(), vb), run, |model| {
            model.forward(&tokens()?, &Tensor::ones((1, 8), DType::F32, &CPU)?, 0)
        })
    });
    let second = Entry::small("metavoice, second stage", None, |vb, run| {
        built(gpt::Model::new(second_stage(), vb), run, |model| {
            Tensor::stack(&model.forward(&Tensor::ones((1, 2, 7), DType::U32, &CPU)?)?, 0)
        })
    });
    let speaker = Entry::small("metavoice, speaker encoder", None, |vb, run| {
        built(speaker_encoder::Model::new(speaker_config(), vb), run, |model| {
            model.forward(&Tensor::ones((8, 5), DType::F32, &CPU)?)
        })
    });
    let parler =
        Entry::small("parler_tts", None, |vb, _| parler_tts::Model::new(&parler_config()?, vb).map(|_| None));
    let decoder = Entry::small("decoder of parler_tts", Some(("musicgen_decoder", "{}")), |vb, run| {
        built(parler_tts::Decoder::new(&parler_config()?.decoder, vb), run, |model| {
            let heard = Tensor::ones((1, 5, 32), DType::F32, &CPU)?;
            let sounds = Tensor::ones((1, 9, 3), DType::U32, &CPU)?;
            Tensor::stack(&model.forward(&sounds, None, None, &heard, None, 0)?, 0)
        })
    });
    let voxtral = Entry::small("voxtral", Some(("voxtral", "{}")), |vb, run| {
        built(VoxtralForConditionalGeneration::new(&voxtral_config(), vb), run, |model| heard(model))
    });
    vec![
        csm.full_size(),
        first.language(),
        second.language(),
        speaker,
        parler.full_size(),
        decoder.language(),
        voxtral.language(),
    ]
}

/// Its two transformers come in two sizes; this is the smaller.
fn csm_config() -> csm::Config {
    csm::Config {
        audio_num_codebooks: 4,
        audio_vocab_size: 64,
        backbone_flavor: csm::Flavor::Llama100M,
        decoder_flavor: csm::Flavor::Llama100M,
        text_vocab_size: 64,
    }
}

fn first_stage() -> transformer::Config {
    transformer::Config {
        block_size: 32,
        vocab_size: 64,
        n_layer: 2,
        n_head: 4,
        dim: 32,
        speaker_emb_dim: 8,
        intermediate_size: Some(64),
        n_local_heads: None,
        norm_eps: 1e-5,
    }
}

fn second_stage() -> gpt::Config {
    gpt::Config {
        n_layer: 2,
        n_head: 4,
        n_embd: 32,
        block_size: 32,
        vocab_sizes: vec![64, 64],
        target_vocab_sizes: vec![64, 64],
        ..gpt::Config::cfg1b_v0_1()
    }
}

fn speaker_config() -> speaker_encoder::Config {
    speaker_encoder::Config {
        model_hidden_size: 8,
        model_embedding_size: 8,
        mel_n_channels: 8,
        ..speaker_encoder::Config::cfg()
    }
}

fn parler_config() -> Result<parler_tts::Config> {
    Ok(parler_tts::Config {
        decoder_start_token_id: 2,
        pad_token_id: 0,
        vocab_size: 64,
        decoder: config(json!({
            "ffn_dim": 64, "activation_function": "gelu", "scale_embedding": false, "num_codebooks": 9,
            "rope_embeddings": false, "num_key_value_heads": 4,
        }))?,
        text_encoder: t5::Config {
            vocab_size: 64,
            d_model: 32,
            d_kv: 8,
            d_ff: 64,
            num_layers: 2,
            num_heads: 4,
            ..Default::default()
        },
        audio_encoder: dac_config(),
    })
}

fn voxtral_config() -> VoxtralConfig {
    VoxtralConfig {
        audio_config: VoxtralEncoderConfig {
            hidden_size: 32,
            intermediate_size: 64,
            num_hidden_layers: 1,
            num_attention_heads: 4,
            num_key_value_heads: 4,
            head_dim: 8,
            num_mel_bins: 8,
            max_source_positions: 16,
            ..VoxtralEncoderConfig::default()
        },
        text_config: VoxtralLlamaConfig {
            hidden_size: 32,
            intermediate_size: 64,
            vocab_size: 64,
            num_hidden_layers: 2,
            num_attention_heads: 4,
            num_key_value_heads: 2,
            head_dim: Some(8),
            use_flash_attn: false,
            max_position_embeddings: 32,
            ..VoxtralLlamaConfig::voxtral_3b()
        },
        audio_token_id: 3,
        projector_hidden_act: "gelu".into(),
    }
}

/// Sixteen frames of sound, of which one word is made to stand for the first four.
fn heard(model: &VoxtralForConditionalGeneration) -> Result<Tensor> {
    let mut cache = VoxtralCache::new(false, DType::F32, &voxtral_config().text_config, &CPU)?;
    model.forward(&tokens()?, Some(&Tensor::ones((1, 8, 16), DType::F32, &CPU)?), &mut cache, 0)
}
