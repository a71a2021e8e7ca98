//! The recipes that come with the crate.

use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::recipe::config::Config;
use crate::recipe::file::File;

macro_rules! files {
    ($($name:literal)*) => {
        /// Each file by its name, without `.toml`.
        pub(crate) const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../recipes/", $name, ".toml")))),*];
    };
}

files! {
    "bamba"
    "bart"
    "beit"
    "bert"
    "blenderbot"
    "blip"
    "chinese_clip"
    "clip"
    "clip_text"
    "clip_vision"
    "cohere"
    "controlnet"
    "convnext"
    "convnextv2"
    "csm"
    "dac"
    "deit"
    "detr"
    "diffusers"
    "dinov2"
    "dinov3_vit"
    "distilbert"
    "dpt"
    "efficientnet"
    "encodec"
    "falcon"
    "funnel"
    "gemma"
    "gemma3"
    "gemma4"
    "glm4"
    "gpt2"
    "gpt_neo"
    "gpt_neox"
    "gpt_oss"
    "gptj"
    "helium"
    "hiera"
    "hubert"
    "jamba"
    "lfm2"
    "llama"
    "llava"
    "mamba"
    "mamba2"
    "marian"
    "mimi"
    "mobilenet_v2"
    "modernbert"
    "mpt"
    "musicgen_decoder"
    "nemotron"
    "nomic_bert"
    "olmo"
    "opt"
    "paligemma"
    "pegasus"
    "phi3"
    "qwen3_next"
    "qwen3_vl"
    "recurrent_gemma"
    "regnet"
    "resnet"
    "roberta"
    "rwkv"
    "sam"
    "segformer"
    "siglip"
    "siglip_text"
    "siglip_vision"
    "smollm3"
    "starcoder2"
    "swin"
    "swinv2"
    "t5"
    "timm_beit"
    "timm_convnext"
    "timm_deit3"
    "timm_efficientnet"
    "timm_eva"
    "timm_mixer"
    "timm_regnet"
    "timm_repvgg"
    "timm_resnet_basic"
    "timm_resnet_bottleneck"
    "timm_swin"
    "timm_vit"
    "towers"
    "trocr"
    "vision_encoder_decoder"
    "vit"
    "vits"
    "voxtral"
    "wav2vec2"
    "whisper"
    "xlnet"
    "yolos"
}

/// All recipes, read once. A test reads each by itself, so none is left out here.
pub(crate) fn library() -> &'static [File] {
    static LIBRARY: OnceLock<Vec<File>> = OnceLock::new();
    LIBRARY.get_or_init(|| FILES.iter().filter_map(|(_, text)| File::read(text).ok()).collect())
}

/// The recipe of a family.
pub(crate) fn family(name: &str) -> Result<&'static File> {
    let found = library().iter().find(|file| file.family == name);
    found.or_else(|| of_type(name)).ok_or_else(|| unknown(format!("`{name}`"), name))
}

fn of_type(model_type: &str) -> Option<&'static File> {
    library().iter().find(|file| file.model_types.iter().any(|known| known == model_type))
}

/// The recipe for a model by its config: by `model_type`, else by `architectures`, else by timm's `architecture` or diffusers'
/// `_class_name`.
pub(crate) fn of_config(config: &Config) -> Result<&'static File> {
    let model_type = config.text("model_type");
    if let Some(found) = model_type.and_then(of_type) {
        return Ok(found);
    }
    let listed = config.get("architectures").and_then(serde_json::Value::as_array);
    let listed = listed.into_iter().flatten().filter_map(serde_json::Value::as_str);
    let alone = ["architecture", "_class_name"].into_iter().filter_map(|key| config.text(key));
    let names: Vec<_> = listed.chain(alone).collect();
    let matches =
        |file: &&File| file.architectures.iter().any(|known| names.iter().any(|name| known.matches(name)));
    library().iter().find(matches).ok_or_else(|| match (model_type, names.first()) {
        (Some(name), _) => unknown(format!("the model_type `{name}`"), name),
        (None, Some(name)) => unknown(format!("the architecture `{name}`"), name),
        (None, None) => unknown("a config without `model_type` and `architectures`".into(), ""),
    })
}

fn unknown(asked: String, name: &str) -> Error {
    let names = library().iter().flat_map(|file| [&file.family].into_iter().chain(&file.model_types));
    Error::NoRecipe { asked, nearest: nearest(name, names.map(String::as_str)).map(String::from) }
}
