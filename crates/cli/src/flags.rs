//! What to add, in the words of the command line: errors of the library say it in those of the library.

use std::collections::BTreeSet;
use std::path::Path;

use candle_init::{Error as Init, Uncovered};
use candle_init_checkpoint::{Error as Checkpoint, Glob, shown};
use candle_init_models::Error;

/// What is wrong and which flags would be right, where the library's own text names its functions.
pub(crate) fn in_flags(error: &Error) -> Option<String> {
    match error {
        Error::Init(error) => of_rules(error),
        Error::Checkpoint(error) => of_shards(error),
        Error::NoBlueprint { asked, nearest } => Some(format!(
            "there is no blueprint for {}{}: give a checkpoint of it (`--like CHECKPOINT`), its names and shapes \
             (`--shapes FILE`) or a blueprint of your own (`--blueprint FILE`)",
            shown(asked),
            did_you_mean(nearest.as_deref())
        )),
        _ => None,
    }
}

/// Files of ranks are no checkpoint of their own: that a tensor lies in two of them is as it should be.
fn of_shards(error: &Checkpoint) -> Option<String> {
    let Checkpoint::Duplicate { first, second, .. } = error else { return None };
    let is_shard =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("shard-"));
    (is_shard(first) && is_shard(second)).then(|| {
        format!(
            "{}: the files there are ranks' parts of one model. Give one of them, or join them first, as torch's \
             `consolidate_safetensors_files` does",
            shown(first.parent().unwrap_or(Path::new(".")))
        )
    })
}

fn of_rules(error: &Init) -> Option<String> {
    match error {
        Init::Uncovered { parameters } => {
            Some(format!("no rule covers {}. Say how they start:{}", names(parameters), rules(parameters)))
        }
        Init::NotLoaded { parameters } => Some(lacking(parameters)),
        Init::NoRecipe { asked, nearest } => {
            let near = did_you_mean(nearest.as_deref());
            let way_out =
                "`candle-init families` lists them; without one, give rules: `--rule`, `--rules FILE`";
            Some(format!("there is no recipe for {}{near}: {way_out}", shown(asked)))
        }
        Init::UnusedRule { pattern, parameters, nearest, .. } => Some(format!(
            "the pattern `{}` of a `--rule`, a `--grow` or a file of rules matches none of the {parameters} parameters{}: \
             correct it or leave it out",
            shown(pattern),
            did_you_mean(nearest.as_deref())
        )),
        Init::NothingLoaded { tensors, tensor, parameter } => Some(format!(
            "the model asks for none of the {tensors} tensors of the checkpoint, such as `{}`, but for `{}` and the like: \
             rename them (`--rename 'bert.*=model.*'`)",
            shown(tensor),
            shown(parameter)
        )),
        Init::Parameter { parameter, shape, cause } => match &**cause {
            Init::FileShape { file, tensor, found, .. } => {
                let more_rows = found.len() == shape.rank()
                    && found.iter().skip(1).eq(shape.dims().iter().skip(1))
                    && found.first() < shape.dims().first();
                let grow = match more_rows {
                    true => format!("to keep its rows and add new ones: --grow '{parameter}=mean'; "),
                    false => String::new(),
                };
                Some(format!(
                    "`{}` {shape:?}: {} has it as {found:?}; {grow}to make it anew: --skip '{}' and a rule, such as \
                     --rule '{parameter}=normal(std=0.02)'",
                    shown(parameter),
                    shown(file),
                    shown(tensor)
                ))
            }
            _ => None,
        },
        _ => None,
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(" (did you mean `{}`?)", shown(name))).unwrap_or_default()
}

/// What a checkpoint lacks, and the ways out, each as it can be copied.
fn lacking(parameters: &[Uncovered]) -> String {
    let renamed = renaming(parameters).map_or_else(String::new, |(old, pair)| {
        format!(
            "\nIf it has them under other names, such as `{}`:\n    --rename '{}'",
            shown(&old),
            shown(&pair)
        )
    });
    format!(
        "the checkpoint lacks {}.{renamed}\nIf they are new, say how they start:{}\nor let all of it start as its family \
         does, with `--recipe NAME` (`candle-init families` lists them)",
        names(parameters),
        rules(parameters)
    )
}

/// A tensor whose name differs from a parameter's in nothing but its beginning, and what would give it that name. Another
/// layer's tensor is not what was meant.
fn renaming(parameters: &[Uncovered]) -> Option<(String, String)> {
    let letters = |name: &str| name.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    let pair = |parameter: &Uncovered| {
        let (old, new) = (parameter.nearest.clone()?, &parameter.name);
        let same = old.rsplit('.').zip(new.rsplit('.')).take_while(|(old, new)| old == new);
        let same: usize = same.map(|(part, _)| part.len() + 1).sum();
        let head = |name: &str| Some(Glob::escaped(name.get(..(name.len() + 1).checked_sub(same)?)?));
        let other = same > 0 && letters(&old) != letters(new);
        other.then(|| Some((format!("{}*={}*", head(&old)?, head(new)?), old)))?
    };
    parameters.iter().find_map(pair).map(|(pair, old)| (old, pair))
}

/// As many as can be read at a glance.
const SHOWN: usize = 4;

fn names(parameters: &[Uncovered]) -> String {
    let name = |parameter: &Uncovered| format!("`{}` {:?}", shown(&parameter.name), parameter.shape);
    let more = parameters.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    parameters.iter().take(SHOWN).map(name).collect::<Vec<_>>().join(", ") + &more
}

/// A rule for each, once, a line each. Longer patterns stand first, so that none is in the shadow of another.
fn rules(parameters: &[Uncovered]) -> String {
    let all: BTreeSet<_> = parameters.iter().map(|parameter| &parameter.text).collect();
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(pattern, _)| {
        (std::cmp::Reverse(pattern.matches('.').count()), pattern.matches('*').count())
    });
    let flag = |(pattern, rule): &&(String, String)| {
        // A rule may have a name between single quotes.
        let quote = if rule.contains('\'') { '"' } else { '\'' };
        format!("\n    --rule {quote}{}={rule}{quote}", shown(pattern))
    };
    // Line after line, as a shell takes them.
    all.iter().map(flag).collect::<Vec<_>>().join(" \\")
}
