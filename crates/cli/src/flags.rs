//! What to add, in the words of the command line: errors of the library say it in those of the library.

use std::collections::BTreeSet;

use candle_init::{Error as Init, Uncovered};
use candle_init_checkpoint::{Glob, shown};
use candle_init_models::Error;

/// What is wrong and which flags would be right, where the library's own text names its functions.
pub(crate) fn in_flags(error: &Error) -> Option<String> {
    let Error::Init(error) = error else { return None };
    match error {
        Init::Uncovered { parameters } => {
            Some(format!("no rule covers {}. Add{}", names(parameters), rules(parameters)))
        }
        Init::NotLoaded { parameters } => Some(format!(
            "the checkpoint has no {}: rename its tensors (`--rename '{}'`), or say what is new:{}, or a `--recipe` for \
             all of it",
            names(parameters),
            renaming(parameters),
            rules(parameters)
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

/// What would give the first of them the name that is nearest, if only the beginning differs.
fn renaming(parameters: &[Uncovered]) -> String {
    let pair = |parameter: &Uncovered| {
        let (old, new) = (parameter.nearest.clone()?, &parameter.name);
        let same = old.rsplit('.').zip(new.rsplit('.')).take_while(|(old, new)| old == new);
        let same: usize = same.map(|(part, _)| part.len() + 1).sum();
        let head = |name: &str| Some(Glob::escaped(name.get(..(name.len() + 1).checked_sub(same)?)?));
        (same > 0).then(|| Some(format!("{}*={}*", head(&old)?, head(new)?)))?
    };
    let found = parameters.iter().find_map(pair);
    found.map_or_else(|| "bert.*=model.*".into(), |found| shown(&found).to_string())
}

/// As many as stay on a screen.
const SHOWN: usize = 8;

fn names(parameters: &[Uncovered]) -> String {
    let name = |parameter: &Uncovered| {
        let near = parameter.nearest.as_ref().map(|near| format!(" (the nearest is `{}`)", shown(near)));
        format!("`{}` {:?}{}", shown(&parameter.name), parameter.shape, near.unwrap_or_default())
    };
    let more = parameters.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    parameters.iter().take(SHOWN).map(name).collect::<Vec<_>>().join(", ") + &more
}

/// A rule for each, once, in the order of the model. Longer patterns stand first, so that none is in the shadow of another.
fn rules(parameters: &[Uncovered]) -> String {
    let all: BTreeSet<_> = parameters.iter().map(|parameter| &parameter.text).collect();
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(pattern, _)| {
        (std::cmp::Reverse(pattern.matches('.').count()), pattern.matches('*').count())
    });
    let flag = |(pattern, rule): &&(String, String)| {
        // A rule may have a name between single quotes.
        let quote = if rule.contains('\'') { '"' } else { '\'' };
        format!(" --rule {quote}{}={rule}{quote}", shown(pattern))
    };
    all.iter().map(flag).collect()
}
