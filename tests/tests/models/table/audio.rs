//! Codecs of sound, and a transformer of noise.

use candle_core::{DType, Device, Result, Tensor};
use candle_transformers::models::flux::{self, WithForward};
use candle_transformers::models::{dac, encodec, snac};

use super::entry::{Entry, built};

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
    let flux = Entry::small("flux", None, |vb, run| {
        built(flux::model::Flux::new(&flux_config(), vb), run, |model| noise(model))
    });
    let vae = Entry::small("vae of flux", None, |vb, run| {
        built(flux::autoencoder::AutoEncoder::new(&vae_config(), vb), run, |model| {
            model.decode(&Tensor::ones((1, 4, 8, 8), DType::F32, &CPU)?)
        })
    });
    vec![encodec, Entry { large: true, ..dac }, snac, flux, vae]
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
