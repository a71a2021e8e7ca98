//! Models of pictures made from noise, and what encodes pictures for them.

use candle_core::{DType, Device, Result, Tensor};
use candle_transformers::models::flux::{self, WithForward};
use candle_transformers::models::mmdit::model::{Config as MmditConfig, MMDiT};
use candle_transformers::models::wuerstchen::{diffnext::WDiffNeXt, paella_vq::PaellaVQ, prior::WPrior};
use candle_transformers::models::z_image;
use serde_json::json;

use super::entry::{Entry, built, image, tokens};
use crate::models::recipes::config;

const CPU: Device = Device::Cpu;

pub(super) fn entries() -> Vec<Entry> {
    let flux = Entry::small("flux", None, |vb, run| {
        built(flux::model::Flux::new(&flux_config(), vb), run, |model| noise(model))
    });
    let vae = Entry::small("vae of flux", None, |vb, run| {
        built(flux::autoencoder::AutoEncoder::new(&vae_config(), vb), run, |model| {
            model.decode(&Tensor::ones((1, 4, 8, 8), DType::F32, &CPU)?)
        })
    });
    // It makes an embedding of the step in f16, whatever its own dtype is.
    let mmdit = Entry::small("mmdit", None, |vb, run| {
        built(MMDiT::new(&mmdit_config(), false, vb.to_dtype(DType::F16)), run, |model| {
            let ones = |dims: &[usize]| Tensor::ones(dims, DType::F16, &CPU);
            let step = Tensor::new(&[0.5_f32], &CPU)?;
            model.forward(&ones(&[1, 4, 8, 8])?, &step, &ones(&[1, 24])?, &ones(&[1, 5, 32])?, None)
        })
    });
    let mut all = vec![flux, vae, mmdit];
    all.extend(wuerstchen());
    all.extend(z_image());
    all
}

/// The three stages, the last one first.
fn wuerstchen() -> Vec<Entry> {
    let prior = Entry::small("prior of wuerstchen", None, |vb, run| {
        built(WPrior::new(4, 32, 24, 8, 2, 4, false, vb), run, |model| {
            let (noise, words) = (image(4)?, Tensor::ones((1, 5, 24), DType::F32, &CPU)?);
            model.forward(
                &Tensor::cat(&[&noise, &noise.narrow(1, 0, 1)?], 1)?,
                &Tensor::new(&[0.5_f32], &CPU)?,
                &words,
            )
        })
    });
    let decoder = Entry::small("decoder of wuerstchen", None, |vb, _| {
        WDiffNeXt::new(4, 4, 64, 1024, 1024, 2, false, vb).map(|_| None)
    });
    let codec = Entry::small("vq of wuerstchen", None, |vb, run| {
        built(PaellaVQ::new(vb), run, |model| model.decode(&Tensor::ones((1, 4, 4, 4), DType::F32, &CPU)?))
    });
    vec![prior, decoder.full_size(), codec]
}

fn z_image() -> Vec<Entry> {
    let transformer = Entry::small("transformer of z_image", None, |vb, run| {
        built(z_image::ZImageTransformer2DModel::new(&z_image_config()?, vb), run, |model| {
            let (step, mask) = (Tensor::new(&[0.5_f32], &CPU)?, Tensor::ones((1, 5), DType::U8, &CPU)?);
            let ones = |dims: &[usize]| Tensor::ones(dims, DType::F32, &CPU);
            model.forward(&ones(&[1, 4, 1, 8, 8])?, &step, &ones(&[1, 5, 24])?, &mask)
        })
    });
    let words = Entry::small(
        "text encoder of z_image",
        Some(("qwen3", r#"{"tie_word_embeddings": true}"#)),
        |vb, run| {
            built(
                z_image::ZImageTextEncoder::new(&config(json!({"hidden_act": "silu"}))?, vb),
                run,
                |model| model.forward(&tokens()?),
            )
        },
    );
    let vae = Entry::small("vae of z_image", Some(("diffusers", "{}")), |vb, run| {
        let config = config(json!({
            "latent_channels": 4, "block_out_channels": [16, 32], "layers_per_block": 1, "norm_num_groups": 4,
        }))?;
        built(z_image::AutoEncoderKL::new(&config, vb), run, |model| {
            model.decode(&Tensor::ones((1, 4, 8, 8), DType::F32, &CPU)?)
        })
    });
    vec![transformer, words, vae]
}

fn z_image_config() -> Result<z_image::Config> {
    config(json!({
        "in_channels": 4, "dim": 64, "n_layers": 1, "n_refiner_layers": 1, "n_heads": 4, "n_kv_heads": 4,
        "cap_feat_dim": 24, "axes_dims": [4, 6, 6], "axes_lens": [32, 16, 16], "use_accelerated_attn": false,
    }))
}

fn mmdit_config() -> MmditConfig {
    MmditConfig {
        patch_size: 2,
        in_channels: 4,
        out_channels: 4,
        depth: 2,
        head_size: 16,
        adm_in_channels: 24,
        pos_embed_max_size: 8,
        context_embed_size: 32,
        frequency_embedding_size: 16,
    }
}

fn flux_config() -> flux::model::Config {
    flux::model::Config {
        in_channels: 16,
        vec_in_dim: 24,
        context_in_dim: 32,
        hidden_size: 64,
        mlp_ratio: 2.0,
        num_heads: 4,
        depth: 2,
        depth_single_blocks: 2,
        axes_dim: vec![4, 6, 6],
        theta: 10_000,
        qkv_bias: true,
        guidance_embed: false,
    }
}

fn vae_config() -> flux::autoencoder::Config {
    flux::autoencoder::Config {
        resolution: 32,
        in_channels: 3,
        ch: 32,
        out_ch: 3,
        ch_mult: vec![1, 2],
        num_res_blocks: 1,
        z_channels: 4,
        scale_factor: 0.3611,
        shift_factor: 0.1159,
    }
}

/// One step of a picture of six patches and a text of five words.
fn noise(model: &flux::model::Flux) -> Result<Tensor> {
    let ones = |dims: &[usize]| Tensor::ones(dims, DType::F32, &CPU);
    let step = Tensor::new(&[0.5_f32], &CPU)?;
    model.forward(
        &ones(&[1, 6, 16])?,
        &ones(&[1, 6, 3])?,
        &ones(&[1, 5, 32])?,
        &ones(&[1, 5, 3])?,
        &step,
        &ones(&[1, 24])?,
        None,
    )
}
