//! Models of images, and encoders without a vocabulary.

use std::sync::Arc;

use candle_core::{Module, ModuleT};
use candle_init::Initializer;
use candle_nn::VarBuilder;
use candle_transformers::models::depth_anything_v2::{DepthAnythingV2, DepthAnythingV2Config};
use candle_transformers::models::segment_anything::sam::Sam;
use candle_transformers::models::{
    beit, convmixer, debertav2, dinov2, dinov2reg4, efficientnet, efficientvit, eva2, fastvit, hiera,
    jina_bert, mobilenetv4, mobileone, nomic_bert, repvgg, vgg,
};
use serde_json::json;

use super::entry::{Entry, built, image, tokens};
use crate::models::catalogue::MODELS;
use crate::models::recipes::{self, config};

macro_rules! images {
    ($($name:literal, $side:literal, |$vb:ident| $build:expr;)*) => {
        vec![$(Entry::small($name, None, |$vb: VarBuilder<'static>, run| {
            built($build, run, |model| model.forward(&image($side)?))
        })),*]
    };
}

pub(super) fn entries() -> Vec<Entry> {
    let mut all = images! {
        "beit", 384, |vb| beit::BeitVisionTransformer::new(vb, 2, 32, 4);
        "convmixer", 64, |vb| convmixer::c1024_20(10, vb);
        "dinov2", 518, |vb| dinov2::DinoVisionTransformer::new(vb, 2, 32, 4);
        "dinov2reg4", 518, |vb| dinov2reg4::DinoVisionTransformer::new(vb, 2, 32, 4);
        "efficientnet b0", 64, |vb| efficientnet::EfficientNet::new(vb, efficientnet::MBConvConfig::b0(), 10);
        "efficientvit m0", 224, |vb| efficientvit::efficientvit(&efficientvit::Config::m0(), 10, vb);
        "eva2", 448, |vb| eva2::EVA2VisionTransformer::new(vb, 2, 128, 2);
        "hiera tiny", 224, |vb| hiera::hiera(&hiera::Config::tiny(), 10, vb);
        "mobileone s0", 64, |vb| mobileone::mobileone(&mobileone::Config::s0(), 10, vb);
        "repvgg a0", 64, |vb| repvgg::repvgg(&repvgg::Config::a0(), 10, vb);
    };
    all.push(Entry::small("vgg13", None, |vb, run| {
        let forward = |model: &mut vgg::Vgg<'_>| model.forward_t(&image(224)?.squeeze(0)?, false);
        built(vgg::Vgg::new(vb, vgg::Models::Vgg13), run, forward)
    }));
    let mobilenet = Entry::small("mobilenetv4 small", None, |vb, run| {
        let model = mobilenetv4::mobilenetv4(&mobilenetv4::Config::small(), 10, vb);
        built(model, run, |model| model.forward(&image(64)?))
    });
    all.push(mobilenet.told(|init| init.absent("*.gamma")));
    let fastvit = Entry::small("fastvit t8", None, |vb, run| {
        built(fastvit::fastvit(&fastvit::Config::t8(), 10, vb), run, |model| model.forward(&image(256)?))
    });
    all.push(fastvit.told(fused));
    all.push(depth_anything());
    all.extend(segment_anything());
    all.extend(encoders());
    all.extend(large());
    let catalogue =
        MODELS.iter().filter(|model| ["bert", "resnet18", "vit", "convnext"].contains(&model.name));
    all.extend(catalogue.map(|model| {
        let family = ["bert", "vit"].into_iter().find(|family| *family == model.name);
        let recipe = family.map(|family| (family, r#"{"pad_token_id": 0}"#));
        Entry::small(model.name, recipe, model.run)
    }));
    all
}

/// The branches that a FastViT does without: it takes each that it can fetch, and timm makes these nowhere.
pub(super) fn fused(init: Initializer) -> Initializer {
    let denied = [
        "*stem.{0,1}.identity.*",
        "*{stem.2,proj.1}.conv_scale.*",
        "*{stem,blocks,proj.1}*.se.*",
        "*stages.{0,1}.downsample.proj.0.se.*",
        "*stages.0.downsample.*",
        "*token_mixer.norm.conv_{kxk,scale}.*",
        "*stages.{0,1,2}.pos_emb.*",
        "*final_conv.identity.*",
    ];
    denied.iter().fold(init, |init, pattern| init.absent(pattern))
}

fn depth_anything() -> Entry {
    Entry::small("depth_anything_v2", None, |vb, run| {
        let eyes = dinov2::DinoVisionTransformer::new(vb.pp("pretrained"), 4, 32, 4)?;
        let config = DepthAnythingV2Config::new([8, 8, 8, 8], 32, 8, false, false, vec![0, 1, 2, 3], 518, 37);
        built(DepthAnythingV2::new(Arc::new(eyes), config, vb), run, |model| model.forward(&image(518)?))
    })
}

/// The smaller one has but one size.
fn segment_anything() -> [Entry; 2] {
    let whole = Entry::small("segment_anything", None, |vb, run| {
        built(Sam::new(32, 2, 4, &[], vb), run, |model| {
            Ok(model.forward(&image(1024)?.squeeze(0)?, &[(0.5, 0.5, true)], false)?.0)
        })
    });
    let tiny = Entry::small("segment_anything, tiny", None, |vb, _| Sam::new_tiny(vb).map(|_| None));
    [whole, tiny]
}

/// Encoders of text, small.
fn encoders() -> Vec<Entry> {
    vec![
        Entry::small("jina_bert", Some(("bert", r#"{"pad_token_id": 0}"#)), |vb, run| {
            let config = config(json!({"position_embedding_type": "alibi"}))?;
            built(jina_bert::BertModel::new(vb, &config), run, |model| model.forward(&tokens()?))
        }),
        Entry::small("debertav2", Some(("deberta-v2", "{}")), |vb, run| {
            let config = config(json!({
                "relative_attention": true, "max_relative_positions": -1, "position_biased_input": false,
                "pos_att_type": ["p2c", "c2p"], "position_buckets": 8, "share_att_key": true,
                "norm_rel_ebd": "layer_norm",
            }))?;
            built(debertav2::DebertaV2Model::load(vb, &config), run, |model| {
                model.forward(&tokens()?, None, None)
            })
        }),
        Entry::small("nomic_bert", Some(("nomic_bert", "{}")), |vb, run| {
            let config = config(json!({
                "n_embd": 32, "n_head": 4, "n_layer": 2, "n_inner": 64, "n_positions": 16, "layer_norm_epsilon": 1e-6,
                "rotary_emb_fraction": 1.0, "rotary_emb_base": 1e4, "rotary_emb_interleaved": false,
                "qkv_proj_bias": true, "mlp_fc1_bias": true, "mlp_fc2_bias": true, "activation_function": "swiglu",
                "prenorm": false,
            }))?;
            built(nomic_bert::NomicBertModel::load(vb, &config), run, |model| {
                model.forward(&tokens()?, None, None)
            })
        }),
    ]
}

/// Models of published sizes.
fn large() -> Vec<Entry> {
    let chosen = [
        "mpt",
        "trocr",
        "segformer",
        "clip",
        "chinese_clip",
        "siglip",
        "blip",
        "paligemma",
        "vae of stable_diffusion",
        "unet of stable_diffusion",
    ];
    let all = recipes::built().into_iter().filter(|(name, ..)| chosen.contains(name));
    let entry = |(name, family, config, build): recipes::Built| Entry {
        large: true,
        ..Entry::small(name, Some((family, config)), move |vb, _| build(vb).map(|()| None))
    };
    all.map(entry).collect()
}
