//! Small models of `candle-transformers`, with what each needs to be built from scratch.
//!
//! Seven of the twelve fetch parameters without a hint, which candle alone would leave zero: dead norms, dead
//! positions, dead convolutions. What each needs is written at its entry in [`MODELS`].

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_init::{Init, Initializer, Layer, init};
use candle_nn::{Activation, VarBuilder};
use candle_transformers::models::{
    bert, bigcode, convnext, falcon, llama, mamba, mistral, qwen2, resnet, t5, vit, whisper,
};

const CPU: Device = Device::Cpu;

/// One model: how it is built and run, what a plan proposes for it, and the rules that it gets here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    /// The module's name.
    pub(crate) name: &'static str,
    /// Builds, and runs if asked to.
    pub(crate) run: fn(VarBuilder<'static>, bool) -> Result<Option<Tensor>>,
    /// The rules that the error proposes, by pattern: what has no initializer.
    pub(crate) uncovered: &'static [&'static str],
    /// Rules that cover it.
    pub(crate) rules: fn(Initializer) -> Initializer,
}

fn tokens(n: u32) -> Result<Tensor> {
    Tensor::arange(1, n + 1, &CPU)?.unsqueeze(0)
}

fn image(side: usize) -> Result<Tensor> {
    let noise = Init::Randn { mean: 0.0, stdev: 1.0 };
    Ok(Initializer::new(5).tensor("image", (1, 3, side, side), noise, DType::F32, &CPU)?)
}

const SMALL: Init = Init::Randn { mean: 0.0, stdev: 0.02 };

/// The models.
pub(crate) const MODELS: [Model; 12] = [
    // All layers are candle's own: nothing to add.
    Model { name: "bert", run: run_bert, uncovered: &[], rules: |init| init },
    Model { name: "llama", run: run_llama, uncovered: &[], rules: |init| init },
    Model { name: "mistral", run: run_mistral, uncovered: &[], rules: |init| init },
    Model { name: "qwen2", run: run_qwen2, uncovered: &[], rules: |init| init },
    Model { name: "resnet18", run: run_resnet, uncovered: &[], rules: |init| init },
    // Norms of its own, fetched bare: one rule.
    Model {
        name: "t5",
        run: run_t5,
        uncovered: &[
            "decoder.block.*.layer.*.layer_norm.weight",
            "decoder.final_layer_norm.weight",
            "encoder.block.*.layer.*.layer_norm.weight",
            "encoder.final_layer_norm.weight",
        ],
        rules: |init| init.rule("*layer_norm.weight", init::ONES),
    },
    // Norms, two convolutions and learned positions, fetched bare.
    Model {
        name: "whisper",
        run: run_whisper,
        uncovered: &[
            "model.decoder.embed_positions.weight",
            "model.decoder.layer_norm.weight",
            "model.decoder.layers.*.encoder_attn_layer_norm.weight",
            "model.decoder.layers.*.final_layer_norm.weight",
            "model.decoder.layers.*.self_attn_layer_norm.weight",
            "model.encoder.conv1.weight",
            "model.encoder.conv2.weight",
            "model.encoder.layer_norm.weight",
            "model.encoder.layers.*.final_layer_norm.weight",
            "model.encoder.layers.*.self_attn_layer_norm.weight",
        ],
        rules: |init| {
            init.rule("*layer_norm.weight", init::ONES)
                .rule("*.embed_positions.weight", SMALL)
                .rule("*.conv?.weight", init::HE_NORMAL)
        },
    },
    // The state matrix `A_log = ln(1..16)` is an initializer of its own; the skip `D` is one; the convolution is depthwise.
    Model {
        name: "mamba",
        run: run_mamba,
        uncovered: &[
            "backbone.layers.*.mixer.A_log",
            "backbone.layers.*.mixer.D",
            "backbone.layers.*.mixer.conv1d.weight",
        ],
        rules: |init| {
            init.rule("*.A_log", init::mamba_a_log())
                .rule("*.D", init::ONES)
                .rule("*.conv1d.weight", init::HE_UNIFORM.on(Layer::conv(64)))
        },
    },
    // Norms, fetched bare.
    Model {
        name: "bigcode",
        run: run_bigcode,
        uncovered: &["transformer.h.*.ln_1.weight", "transformer.h.*.ln_2.weight", "transformer.ln_f.weight"],
        // Its head asks for the table that its embedding has asked for.
        rules: |init| init.rule("*.ln_*.weight", init::ONES).rule("transformer.wte.weight", SMALL),
    },
    Model {
        name: "falcon",
        run: run_falcon,
        uncovered: &["transformer.h.*.input_layernorm.weight", "transformer.ln_f.weight"],
        rules: |init| init.rule("*.input_layernorm.weight", init::ONES).rule("*.ln_f.weight", init::ONES),
    },
    // The class token and the positions, fetched bare.
    Model {
        name: "vit",
        run: run_vit,
        uncovered: &["vit.embeddings.cls_token", "vit.embeddings.position_embeddings"],
        rules: |init| init.rule("vit.embeddings.*{token,embeddings}", init::truncated_normal(0.0, 0.02)),
    },
    // The scale of each branch and of the response normalisation, fetched bare. The constructor takes an error
    // for "this checkpoint has no `gamma`" and goes on without, so only the plan asks for its rule.
    Model {
        name: "convnext",
        run: run_convnext,
        uncovered: &["stages.*.blocks.*.gamma", "stages.*.blocks.*.mlp.grn.weight"],
        rules: |init| init.rule("*.gamma", Init::Const(1e-6)).rule("*.grn.weight", init::ZEROS),
    },
];

fn run_bert(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = bert::Config {
        vocab_size: 50,
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 64,
        max_position_embeddings: 16,
        ..Default::default()
    };
    let model = bert::BertModel::load(vb, &config)?;
    run.then(|| model.forward(&tokens(7)?, &tokens(7)?.zeros_like()?, None)).transpose()
}

fn run_llama(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = llama::Config {
        hidden_size: 32,
        intermediate_size: 64,
        vocab_size: 50,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        max_position_embeddings: 32,
        ..llama::Config::config_7b_v2(false)
    };
    let model = llama::Llama::load(vb, &config)?;
    let mut cache = llama::Cache::new(false, DType::F32, &config, &CPU)?;
    run.then(|| model.forward(&tokens(7)?, 0, &mut cache)).transpose()
}

fn run_mistral(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = mistral::Config {
        vocab_size: 50,
        hidden_size: 32,
        intermediate_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        max_position_embeddings: 32,
        ..mistral::Config::config_7b_v0_1(false)
    };
    let mut model = mistral::Model::new(&config, vb)?;
    run.then(|| model.forward(&tokens(7)?, 0)).transpose()
}

fn run_qwen2(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = qwen2::Config {
        vocab_size: 50,
        hidden_size: 32,
        intermediate_size: 64,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        num_key_value_heads: 2,
        max_position_embeddings: 32,
        sliding_window: 32,
        max_window_layers: 2,
        tie_word_embeddings: true,
        rope_theta: 1e4,
        rms_norm_eps: 1e-6,
        use_sliding_window: false,
        hidden_act: Activation::Silu,
    };
    let mut model = qwen2::ModelForCausalLM::new(&config, vb)?;
    run.then(|| model.forward(&tokens(7)?, 0)).transpose()
}

fn run_resnet(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let model = resnet::resnet18(10, vb)?;
    run.then(|| model.forward(&image(32)?)).transpose()
}

fn run_t5(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = t5::Config {
        vocab_size: 50,
        d_model: 32,
        d_kv: 8,
        d_ff: 64,
        num_layers: 2,
        num_heads: 4,
        ..Default::default()
    };
    let mut model = t5::T5ForConditionalGeneration::load(vb, &config)?;
    run.then(|| model.forward(&tokens(7)?, &tokens(3)?)).transpose()
}

fn run_whisper(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = whisper::Config {
        num_mel_bins: 8,
        max_source_positions: 20,
        d_model: 32,
        encoder_attention_heads: 4,
        encoder_layers: 2,
        vocab_size: 50,
        max_target_positions: 16,
        decoder_attention_heads: 4,
        decoder_layers: 2,
        suppress_tokens: Vec::new(),
    };
    let mut model = whisper::model::Whisper::load(&vb, config)?;
    let forward = || {
        let sound = image(32)?.reshape((3, 8, 128))?.narrow(0, 0, 1)?.narrow(2, 0, 40)?;
        let heard = model.encoder.forward(&sound.contiguous()?, true)?;
        let hidden = model.decoder.forward(&tokens(5)?, &heard, true)?;
        model.decoder.final_linear(&hidden)
    };
    run.then(forward).transpose()
}

fn run_mamba(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = mamba::Config { d_model: 32, n_layer: 2, vocab_size: 50, pad_vocab_size_multiple: 8 };
    let model = mamba::Model::new(&config, vb.pp("backbone"))?;
    let forward = || {
        let mut state = mamba::State::new(1, &config, DType::F32, &CPU)?;
        let token = |t: u32| Tensor::new(&[t], &CPU);
        (0..6).try_fold(token(0)?, |_, t| model.forward(&token(t)?, &mut state))
    };
    run.then(forward).transpose()
}

fn run_bigcode(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = bigcode::Config {
        vocab_size: 50,
        max_position_embeddings: 16,
        num_hidden_layers: 2,
        hidden_size: 32,
        layer_norm_epsilon: 1e-5,
        n_inner: Some(64),
        num_attention_heads: 4,
        multi_query: true,
        use_cache: false,
    };
    let mut model = bigcode::GPTBigCode::load(vb, config)?;
    run.then(|| model.forward(&tokens(7)?, 0)).transpose()
}

fn run_falcon(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = falcon::Config {
        vocab_size: 50,
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        ..Default::default()
    };
    let mut model = falcon::Falcon::load(vb, config)?;
    run.then(|| model.forward(&tokens(7)?)).transpose()
}

fn run_vit(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let config = vit::Config {
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 64,
        image_size: 32,
        patch_size: 8,
        ..vit::Config::vit_base_patch16_224()
    };
    let model = vit::Model::new(&config, 10, vb)?;
    run.then(|| model.forward(&image(32)?)).transpose()
}

fn run_convnext(vb: VarBuilder<'static>, run: bool) -> Result<Option<Tensor>> {
    let model = convnext::convnext(&convnext::Config::atto(), 10, vb)?;
    run.then(|| model.forward(&image(64)?)).transpose()
}
