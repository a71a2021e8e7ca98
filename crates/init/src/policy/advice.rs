//! The rule to propose for a parameter that nothing covers: what parameters of this name usually start at.

use candle_core::Shape;
use candle_init_checkpoint::Glob;

use crate::policy::request::last;
use crate::uncovered::Uncovered;

/// The parameter with the line that would cover it.
pub(crate) fn uncovered(name: &str, shape: &Shape) -> Uncovered {
    let init = proposed(name, shape.rank());
    let value = if init.starts_with('"') { init.into() } else { format!("init::{init}") };
    // As a Rust literal, in which backslashes are doubled.
    let rule = format!(".rule({:?}, {value})", folded(name));
    let text = (folded(name), text(init));
    Uncovered { name: name.into(), shape: shape.clone(), rule, text, nearest: None }
}

/// Words of a parameter's own name, with what it starts at: an item of `init`, or a text form in quotes. The first that occurs decides, so the narrower stand first.
///
/// The values are those that the models' own code gives them: Mamba's, CLIP's, ConvNeXt's, ViT's, Swin's, SAM's.
const BY_NAME: [(&[&str], &str); 14] = [
    (&["a_log"], "mamba_a_log()"),
    (&["dt_bias"], "mamba_dt_bias(0.001, 0.1, 1e-4)?"),
    (&["logit_scale"], "constant(2.6592)"),
    (&["bias_table", "rel_pos", "attention_biases", "mask_token", "reg_token", "register_token"], "ZEROS"),
    (&["gaussian_matrix"], "normal(0.0, 1.0)"),
    (&["time_mix", "time_maa"], "uniform(0.0, 1.0)"),
    (&["layer_scale", "lambda_1", "lambda_2"], "constant(1e-6)"),
    (
        &["pos_emb", "position_emb", "positional_emb", "embed_positions", "token", "class_emb", "latents"],
        NORMAL,
    ),
    (&["query", "probe", "newline"], NORMAL),
    (&["in_proj_weight"], "GLOROT_UNIFORM"),
    (&["weight_g"], "\"norm_of('weight_v')\""),
    (&["original0"], "\"norm_of('original1')\""),
    (&["alpha"], "ONES"),
    (&["weight_v", "original1"], "PYTORCH_UNIFORM"),
];

/// Of transformers: GPT-2's and BERT's, which nearly all have kept.
const NORMAL: &str = "normal(0.0, 0.02)";

/// A proposal in the text form of rules.
fn text(init: &str) -> String {
    match init {
        "mamba_a_log()" => "mamba_a_log".into(),
        "mamba_dt_bias(0.001, 0.1, 1e-4)?" => "mamba_dt_bias(min=0.001, max=0.1, floor=0.0001)".into(),
        NORMAL => "normal(std=0.02)".into(),
        "normal(0.0, 1.0)" => "normal(std=1)".into(),
        "uniform(0.0, 1.0)" => "uniform(lo=0, up=1)".into(),
        number if number.starts_with("constant(") => number.replace("constant(", "const(value="),
        quoted if quoted.starts_with('"') => quoted.trim_matches('"').into(),
        name => name.to_ascii_lowercase(),
    }
}

fn proposed(name: &str, rank: usize) -> &'static str {
    let (path, own) = (name.to_ascii_lowercase(), last(name).to_ascii_lowercase());
    // A table or a token may be an embedding layer, whose own name says nothing.
    let own_or_layer = if own == "weight" { layer(&path) } else { &own };
    let named = |word: &&str| own_or_layer.contains(word);
    let by_name = BY_NAME.iter().find(|(words, _)| words.iter().any(named));
    if let Some((_, init)) = by_name.filter(|_| rank > 1 || own != "weight") {
        return init;
    }
    match own.as_str() {
        "gamma" if path.contains("grn") => "ZEROS",
        "gamma" if !is_norm(&path) => "constant(1e-6)",
        "beta" => "ZEROS",
        _ if own.ends_with("bias") => "ZEROS",
        _ if rank < 2 || is_norm(layer(&path)) => "ONES",
        _ if rank == 2 && is_transformer(&path) => NORMAL,
        _ => "HE_NORMAL",
    }
}

/// The part of a path before the last.
fn layer(path: &str) -> &str {
    path.rsplit('.').nth(1).unwrap_or("")
}

fn is_norm(text: &str) -> bool {
    ["norm", "ln", "bn"].iter().any(|word| text.contains(word))
}

fn is_transformer(path: &str) -> bool {
    let words =
        ["attn", "attention", "mlp", "embed", "expert", "lm_head", "layers.", "blocks.", "q_proj", "v_proj"];
    words.iter().any(|word| path.contains(word))
}

/// The pattern of a path, with numbered layers folded into `*`.
fn folded(name: &str) -> String {
    let fold = |part: &str| if part.parse::<u64>().is_ok() { "*".into() } else { Glob::escaped(part) };
    name.split('.').map(fold).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parameters that candle-transformers asks for without a hint, and what their own code gives them.
    #[test]
    fn proposals_are_what_the_models_have() {
        for (name, shape, due) in [
            ("layers.0.mixer.A_log", &[16, 4][..], "mamba_a_log()"),
            ("layers.0.mixer.D", &[16], "ONES"),
            ("layers.0.mixer.dt_bias", &[16], "mamba_dt_bias(0.001, 0.1, 1e-4)?"),
            ("model.layers.0.input_layernorm.weight", &[16], "ONES"),
            ("decoder.block.0.layer.0.layer_norm.weight", &[16], "ONES"),
            ("final_logits_bias", &[1, 50], "ZEROS"),
            ("attn.in_proj_bias", &[48], "ZEROS"),
            ("attn.in_proj_weight", &[48, 16], "GLOROT_UNIFORM"),
            ("cls_token", &[1, 1, 16], NORMAL),
            ("pos_embed", &[1, 5, 16], NORMAL),
            ("encoder.embed_positions.weight", &[10, 16], NORMAL),
            ("blocks.0.attn.relative_position_bias_table", &[9, 4], "ZEROS"),
            ("blocks.0.attn.rel_pos_h", &[9, 4], "ZEROS"),
            ("stages.0.blocks.0.gamma", &[16], "constant(1e-6)"),
            ("stages.0.blocks.0.mlp.grn.gamma", &[1, 1, 1, 16], "ZEROS"),
            ("blocks.0.layer_scale_1.gamma", &[16, 1, 1], "constant(1e-6)"),
            ("encoder.layer.0.attention.output.LayerNorm.gamma", &[16], "ONES"),
            ("logit_scale", &[], "constant(2.6592)"),
            ("encoder.conv1.weight", &[16, 3, 3], "HE_NORMAL"),
            ("model.layers.3.mlp.gate.weight", &[8, 16], NORMAL),
            ("model.decoder.weight_g", &[16, 1, 1], "\"norm_of('weight_v')\""),
            ("fc.weight", &[16, 3], "HE_NORMAL"),
            ("img_in.query_norm.scale", &[16], "ONES"),
        ] {
            assert_eq!(proposed(name, shape.len()), due, "{name}");
        }
        let all = BY_NAME.iter().map(|(_, init)| *init).chain(["HE_NORMAL", "constant(1e-6)"]);
        for init in all {
            assert!(text(init).parse::<crate::rule::Rule>().is_ok(), "{init}: {}", text(init));
        }
    }
}
