//! The blueprints that come with the crate.

use std::sync::{Arc, OnceLock};

use candle_init_checkpoint::nearest;
use serde::Deserialize;

use crate::blueprint::file::File;
use crate::error::{Error, Result};

macro_rules! files {
    ($($name:literal)*) => {
        /// Each file by its name, without `.toml`.
        const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../blueprints/", $name, ".toml")))),*];
    };
}

files! {
    "albert"
    "bart"
    "bert"
    "bloom"
    "clip"
    "cohere"
    "convnext"
    "convnextv2"
    "deepseek_v2"
    "deepseek_v3"
    "deit"
    "dinov2"
    "dinov2_with_registers"
    "distilbert"
    "electra"
    "falcon"
    "gemma"
    "gemma2"
    "gemma3_text"
    "glm4"
    "gpt2"
    "gpt_bigcode"
    "gpt_neo"
    "gpt_neox"
    "gpt_oss"
    "gptj"
    "granite"
    "helium"
    "llama"
    "mamba"
    "mamba2"
    "mistral"
    "mixtral"
    "modernbert"
    "mt5"
    "nemotron"
    "olmo"
    "olmo2"
    "olmo3"
    "olmoe"
    "opt"
    "phi"
    "phi3"
    "qwen2"
    "qwen2_moe"
    "qwen3"
    "qwen3_moe"
    "resnet"
    "roberta"
    "siglip"
    "smollm3"
    "stablelm"
    "starcoder2"
    "t5"
    "umt5"
    "vit"
    "whisper"
    "xlm_roberta"
}

/// All blueprints, read once. A test reads each by itself, so none is left out here.
fn library() -> &'static [Arc<File>] {
    static LIBRARY: OnceLock<Vec<Arc<File>>> = OnceLock::new();
    LIBRARY.get_or_init(|| FILES.iter().filter_map(|(_, text)| File::read(text).ok()).map(Arc::new).collect())
}

/// The blueprint for a `model_type`.
pub(crate) fn of_type(model_type: &str) -> Result<Arc<File>> {
    let has = |file: &&Arc<File>| file.model_types.iter().any(|known| known == model_type);
    library().iter().find(has).cloned().ok_or_else(|| {
        let nearest = nearest(model_type, model_types().into_iter()).map(String::from);
        Error::NoBlueprint { asked: format!("the model_type `{model_type}`"), nearest }
    })
}

/// Every `model_type`, by name.
pub(crate) fn model_types() -> Vec<&'static str> {
    let mut types: Vec<_> = library().iter().flat_map(|file| &file.model_types).map(String::as_str).collect();
    types.sort_unstable();
    types
}

/// Fields that any config may have, and that change no tensor.
pub(crate) fn common() -> &'static [String] {
    #[derive(Default, Deserialize)]
    struct Common {
        ignored: Vec<String>,
    }
    static COMMON: OnceLock<Common> = OnceLock::new();
    let read = || basic_toml::from_str(include_str!("../../blueprints/common.toml")).unwrap_or_default();
    &COMMON.get_or_init(read).ignored
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_is_listed_and_can_be_read() {
        let mut types = BTreeSet::new();
        for (name, text) in FILES {
            let file = File::read(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(file.family, *name);
            for model_type in &file.model_types {
                assert!(types.insert(model_type.clone()), "{model_type} has two blueprints");
            }
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints");
        let files =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<_> = files.filter(|name| name != "common.toml").collect();
        assert_eq!(files, FILES.iter().map(|(name, _)| format!("{name}.toml")).collect());
        assert!(common().iter().any(|field| field == "architectures"));
    }
}
