//! The rule to propose for a parameter that nothing covers: what parameters of this name usually start at.

use std::collections::HashMap;

use candle_core::Shape;
use candle_init_checkpoint::Glob;

use crate::policy::request::last;
use crate::uncovered::Uncovered;

/// The parameter with the line that would cover it.
pub(crate) fn uncovered(name: &str, shape: &Shape) -> Uncovered {
    let init = proposed(name, shape.rank());
    let (rule, text) = lines(folded(name, usize::MAX), init);
    Uncovered { name: name.into(), shape: shape.clone(), rule, text, nearest: None }
}

/// Unfolds numbers, the last first, until no line is over a parameter that has something else: the entries of one
/// `Sequential` are numbered too, and a norm stands beside convolutions that have their hints. `decided` are the
/// parameters that a new rule would take from what they have.
pub(crate) fn narrow(parameters: &mut [Uncovered], decided: &[&str]) {
    let proposals =
        parameters.iter().map(|parameter| (parameter.name.clone(), parameter.text.1.clone())).collect();
    let mut others = Others { decided, proposals, known: HashMap::new(), left: MOST };
    for parameter in parameters {
        let numbers = parameter.name.split('.').filter(|part| is_number(part)).count();
        let patterns = (1..=numbers).rev().map(|count| folded(&parameter.name, count));
        let fits = patterns.into_iter().find(|pattern| !others.are_under(pattern, &parameter.text.1));
        // Without a wildcard it is its own name's alone.
        let pattern = fits.unwrap_or_else(|| folded(&parameter.name, 0));
        (parameter.rule, parameter.text) = lines(pattern, proposed(&parameter.name, parameter.shape.rank()));
    }
}

/// Most names that patterns are held against, a second's work: beyond it every line is for its own name alone. Where each of
/// 100,000 parameters has a pattern of its own, the others would be looked through for each.
const MOST: usize = 1 << 24;

/// What a line must not be over.
struct Others<'a> {
    decided: &'a [&'a str],
    /// The parameters without a rule, with what each is to get.
    proposals: Vec<(String, String)>,
    /// What was found of a pattern with an initializer.
    known: HashMap<(String, String), bool>,
    /// How many names may still be looked at.
    left: usize,
}

impl Others<'_> {
    /// Whether a pattern is over parameters that are to have something else.
    fn are_under(&mut self, pattern: &str, init: &str) -> bool {
        let (decided, proposals, left) = (self.decided, &self.proposals, &mut self.left);
        *self.known.entry((pattern.into(), init.into())).or_insert_with(|| {
            let Some(less) = left.checked_sub(decided.len() + proposals.len()) else { return true };
            *left = less;
            let Ok(glob) = Glob::new(pattern) else { return true };
            let differs = |(name, other): &(String, String)| other != init && glob.matches(name);
            decided.iter().any(|name| glob.matches(name)) || proposals.iter().any(differs)
        })
    }
}

/// A line as code has it, and as text.
fn lines(pattern: String, init: &str) -> (String, (String, String)) {
    let value = if init.starts_with('"') { init.into() } else { format!("init::{init}") };
    // As a Rust literal, in which backslashes are doubled.
    (format!(".rule({pattern:?}, {value})"), (pattern, text(init)))
}

/// Words of a parameter's own name, with what it starts at: an item of `init`, or a text form in quotes. The first that
/// occurs decides, so the narrower stand first.
///
/// The values are those that the models' own code gives them: Mamba's, CLIP's, ConvNeXt's, ViT's, Swin's, SAM's, CSM's,
/// Würstchen's, the norms of speech in Gemma.
const BY_NAME: [(&[&str], &str); 15] = [
    (&["a_log"], "mamba_a_log()"),
    (&["dt_bias"], "mamba_dt_bias(0.001, 0.1, 1e-4)?"),
    (&["logit_scale"], "constant(2.6592)"),
    (&["bias_table", "rel_pos", "attention_biases", "mask_token", "reg_token", "register_token"], "ZEROS"),
    (&["gammas", "per_dim_scale"], "ZEROS"),
    (&["gaussian_matrix"], "normal(0.0, 1.0)"),
    (&["time_mix", "time_maa"], "uniform(0.0, 1.0)"),
    (&["layer_scale", "lambda_1", "lambda_2"], "constant(1e-6)"),
    (
        &["pos_emb", "position_emb", "positional_emb", "embed_positions", "token", "class_emb", "latents"],
        NORMAL,
    ),
    (&["query", "probe", "newline", "audio_head"], NORMAL),
    (&["in_proj_weight"], "GLOROT_UNIFORM"),
    (&["weight_g"], "\"norm_of('weight_v')\""),
    (&["original0"], "\"norm_of('original1')\""),
    (&["alpha"], "ONES"),
    (&["weight_v", "original1"], "PYTORCH_UNIFORM"),
];

/// Of transformers: GPT-2's and BERT's, which nearly all have kept.
const NORMAL: &str = "normal(0.0, 0.02)";

/// Of CLIP, for a matrix that has its inputs first.
const BY_WIDTH: &str = "\"variance_scaling(scale=1, fan=out, distribution=normal)\"";

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
        _ if layer(&path) == "grn" => "ZEROS",
        "gamma" if rank == 4 => "ZEROS", // of all channels at once: a response norm, too
        "gamma" if layer(&path).contains("layer_scale") => "constant(1e-5)", // timm's, of FastViT and EfficientFormer
        // Of a norm written by hand: a scale of ConvNeXt's stands in a block.
        "gamma" if path == own => "ONES",
        "gamma" if !is_norm(&path) => "constant(1e-6)",
        "scale" if layer(&path).contains("layer_scale") => "constant(0.01)",
        "text_projection" => BY_WIDTH,
        "beta" => "ZEROS",
        "cls" | "pos" if rank > 1 => NORMAL,
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

/// The pattern of a path, with the first so many of its numbers folded into `*`.
fn folded(name: &str, count: usize) -> String {
    let mut left = count;
    let fold = |part: &str| match left.checked_sub(usize::from(is_number(part))) {
        Some(rest) if is_number(part) => {
            left = rest;
            "*".into()
        }
        _ => Glob::escaped(part),
    };
    name.split('.').map(fold).collect::<Vec<_>>().join(".")
}

fn is_number(part: &str) -> bool {
    part.parse::<u64>().is_ok()
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
            ("norm.beta", &[16], "ZEROS"),
            ("decoder.rel_pos_bias.weight", &[32, 8], "ZEROS"),
            ("encoder.pos_emb.weight", &[16], "ONES"),
            ("attn.in_proj_weight", &[48, 16], "GLOROT_UNIFORM"),
            ("cls_token", &[1, 1, 16], NORMAL),
            ("pos_embed", &[1, 5, 16], NORMAL),
            ("cls", &[1, 1, 16], NORMAL),
            ("cls", &[16], "ONES"),
            ("pos", &[1, 5, 16], NORMAL),
            ("encoder.embed_positions.weight", &[10, 16], NORMAL),
            ("blocks.0.attn.relative_position_bias_table", &[9, 4], "ZEROS"),
            ("blocks.0.attn.rel_pos_h", &[9, 4], "ZEROS"),
            ("stages.0.blocks.0.gamma", &[16], "constant(1e-6)"),
            ("stages.0.blocks.0.mlp.grn.gamma", &[1, 1, 1, 16], "ZEROS"),
            ("gamma", &[16], "ONES"),
            ("blocks.0.layer_scale_1.gamma", &[16, 1, 1], "constant(1e-5)"),
            ("encoder.layer.0.attention.output.LayerNorm.gamma", &[16], "ONES"),
            ("logit_scale", &[], "constant(2.6592)"),
            ("encoder.conv1.weight", &[16, 3, 3], "HE_NORMAL"),
            ("model.layers.3.mlp.gate.weight", &[8, 16], NORMAL),
            ("model.decoder.weight_g", &[16, 1, 1], "\"norm_of('weight_v')\""),
            ("fc.weight", &[16, 3], "HE_NORMAL"),
            ("img_in.query_norm.scale", &[16], "ONES"),
            ("stages.0.blocks.0.mlp.grn.weight", &[16], "ZEROS"),
            ("blocks.0.channelwise.2.gamma", &[1, 1, 1, 16], "ZEROS"),
            ("up_blocks.1.gammas", &[6], "ZEROS"),
            ("layers.0.self_attn.per_dim_scale", &[8], "ZEROS"),
            ("transformer.layers.0.mlp_layer_scale.scale", &[16], "constant(0.01)"),
            ("text.text_projection", &[32, 16], BY_WIDTH),
            ("audio_head", &[3, 16, 64], NORMAL),
        ] {
            assert_eq!(proposed(name, shape.len()), due, "{name}");
        }
        let all = BY_NAME.iter().map(|(_, init)| *init).chain([
            "HE_NORMAL",
            "constant(1e-6)",
            "constant(1e-5)",
            "constant(0.01)",
            BY_WIDTH,
        ]);
        for init in all {
            assert!(text(init).parse::<crate::rule::Rule>().is_ok(), "{init}: {}", text(init));
        }
    }

    /// Norms beside convolutions with hints, and a weight beside a norm of the same name: no line is over another's.
    #[test]
    fn a_line_is_over_what_it_is_for() {
        let narrowed = |names: &[(&str, &[usize])], decided: &[&str]| {
            let mut all: Vec<_> =
                names.iter().map(|(name, dims)| uncovered(name, &Shape::from(*dims))).collect();
            narrow(&mut all, decided);
            all.into_iter().map(|parameter| parameter.rule).collect::<Vec<_>>()
        };
        let norms: [(&str, &[usize]); 2] = [("b.0.up.1.weight", &[8]), ("b.1.up.1.weight", &[8])];
        assert_eq!(narrowed(&norms, &["c.0.up.0.weight"])[0], ".rule(\"b.*.up.*.weight\", init::ONES)");
        assert_eq!(narrowed(&norms, &["b.0.up.0.weight"])[1], ".rule(\"b.*.up.1.weight\", init::ONES)");
        assert_eq!(narrowed(&norms, &["b.2.up.1.weight"])[1], ".rule(\"b.1.up.1.weight\", init::ONES)");
        let both: [(&str, &[usize]); 2] = [("up.0.weight", &[8, 8, 3]), ("up.1.weight", &[8])];
        let due = [".rule(\"up.0.weight\", init::HE_NORMAL)", ".rule(\"up.1.weight\", init::ONES)"];
        assert_eq!(narrowed(&both, &[]), due);
    }
}
