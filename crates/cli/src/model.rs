//! From arguments to a manifest.

use std::fs;
use std::path::Path;

use candle_init::{Initializer, Recipe};
use candle_init_checkpoint::{Glob, nearest, shown};
use candle_init_models::{Blueprint, Dtype, Limit, Manifest, Plan, Tensor, like, shapes};
use serde_json::{Map, Value, json};

use crate::arguments::ModelArguments;
use crate::failure::Failure;

impl ModelArguments {
    /// The manifest that these arguments ask for: read, or planned.
    pub(crate) fn manifest(&self) -> Result<Manifest, Failure> {
        let config = self.input.as_deref().map(read).transpose()?;
        if let Some(text) = config.as_deref().filter(|text| is_manifest(text)) {
            self.plans_nothing()?;
            return with(Manifest::parse(text)?, self.from.as_deref());
        }
        self.says_what()?;
        let config = config.as_deref();
        let (tensors, source) = self.tensors(config)?;
        let tensors = if self.from.is_none() { self.kept(tensors)? } else { tensors };
        let init = self.loading(self.initializer(config)?)?;
        let mut plan = Plan::new(tensors).source(&source).limit(self.limit()?).stem(&self.stem);
        if let Some(config) = config {
            plan = plan.config(&self.with_dtype(config)?)?;
        }
        Ok(plan.manifest(&init)?)
    }

    /// That names and shapes come from somewhere.
    fn says_what(&self) -> Result<(), Failure> {
        if self.input.is_some() || self.like.is_some() || self.shapes.is_some() {
            return Ok(());
        }
        let same = self.from.as_deref().map(|from| {
            format!(
                "; for a model with the names and shapes of the checkpoint itself, `--like {}`",
                from.display()
            )
        });
        Err(Failure::Usage(format!(
            "of which model? Give a config.json, a plan, `--like CHECKPOINT` or `--shapes FILE`{}",
            same.unwrap_or_default()
        )))
    }

    /// A plan says everything; what would contradict it is refused.
    fn plans_nothing(&self) -> Result<(), Failure> {
        let given = [
            (self.seed.is_some(), "--seed"),
            (self.recipe.is_some(), "--recipe"),
            (self.rules.is_some(), "--rules"),
            (!self.rule.is_empty(), "--rule"),
            (self.dtype.is_some(), "--dtype"),
            (!self.skip.is_empty(), "--skip"),
            (!self.rename.is_empty(), "--rename"),
            (!self.grow.is_empty(), "--grow"),
            (self.max_file_size.is_some(), "--max-file-size"),
            (self.files.is_some(), "--files"),
            (self.like.is_some(), "--like"),
            (self.shapes.is_some(), "--shapes"),
            (self.blueprint.is_some(), "--blueprint"),
        ];
        match given.into_iter().find(|(given, _)| *given) {
            Some((_, name)) => Err(Failure::Usage(format!(
                "a plan is given, which says everything: leave out `{name}`, or plan again with it"
            ))),
            None => Ok(()),
        }
    }

    fn tensors(&self, config: Option<&str>) -> Result<(Vec<Tensor>, String), Failure> {
        let dtype = self.dtype.as_deref().map(dtype).transpose()?;
        if let Some(path) = &self.like {
            let mut tensors = like(path)?;
            if let Some(dtype) = dtype {
                let float = |tensor: &&mut Tensor| is_float(tensor.dtype);
                tensors.iter_mut().filter(float).for_each(|tensor| tensor.dtype = dtype);
            }
            return Ok((tensors, format!("names and shapes of {}", name(path))));
        }
        if let Some(path) = &self.shapes {
            let tensors = shapes(&read(path)?, dtype.unwrap_or(Dtype::F32))?;
            return Ok((tensors, format!("names and shapes of {}", name(path))));
        }
        let config = config.unwrap_or_default();
        let mut blueprint = match &self.blueprint {
            Some(path) => Blueprint::parse(&read(path)?, config)?,
            None => Blueprint::from_config(config)?,
        };
        if let Some(dtype) = dtype {
            blueprint = blueprint.dtype(dtype);
        }
        let blueprint = self.ignore.iter().fold(blueprint, |blueprint, field| blueprint.ignore(field));
        let version = blueprint.source().split(',').next().unwrap_or_default().to_string();
        let source = format!("{}, names as in {version}", blueprint.family());
        Ok((blueprint.tensors()?, source))
    }

    /// The config with the dtype of the files: readers convert to what it says.
    fn with_dtype(&self, config: &str) -> Result<String, Failure> {
        let Some(dtype) = self.dtype.as_deref().map(dtype).transpose()? else { return Ok(config.into()) };
        let name = match dtype {
            Dtype::BF16 => "bfloat16",
            Dtype::F16 => "float16",
            Dtype::F64 => "float64",
            _ => "float32",
        };
        let mut config: Value = serde_json::from_str(config)?;
        // Older readers know the longer key alone, newer ones both.
        let key = if config.get("dtype").is_some() { "dtype" } else { "torch_dtype" };
        if let Some(config) = config.as_object_mut() {
            config.insert(key.into(), name.into());
        }
        Ok(config.to_string())
    }

    fn kept(&self, mut tensors: Vec<Tensor>) -> Result<Vec<Tensor>, Failure> {
        for pattern in &self.skip {
            let glob = Glob::new(pattern)
                .map_err(|reason| Failure::Usage(format!("`--skip {pattern}` is no pattern: {reason}")))?;
            let before = tensors.len();
            tensors.retain(|tensor| !glob.matches(&tensor.name));
            if tensors.len() == before {
                return Err(Failure::Refused(format!(
                    "`--skip {pattern}` matches none of the {before} tensors: correct or remove it"
                )));
            }
        }
        Ok(tensors)
    }

    /// The seed and the rules: one's own first, then those of the file, then the recipe's.
    fn initializer(&self, config: Option<&str>) -> Result<Initializer, Failure> {
        let mut file = self.rules.as_deref().map_or_else(|| Ok(Map::new()), rules_of)?;
        let seed = match (self.seed, file.get("seed").cloned()) {
            (Some(seed), Some(said)) if said != seed => {
                let what =
                    format!("`--seed {seed}` and the file of rules, which has {said}: one seed is required");
                return Err(Failure::Usage(what));
            }
            (Some(seed), _) => seed.into(),
            (None, Some(said)) => said,
            (None, None) => return Err(Failure::Usage("a seed is required: `--seed 42`".into())),
        };
        file.insert("seed".into(), seed);
        let mut rules = self.rule.iter().map(|rule| own_rule(rule)).collect::<Result<Vec<_>, _>>()?;
        rules.extend(file.get("rules").and_then(Value::as_array).into_iter().flatten().cloned());
        file.insert("rules".into(), rules.into());
        let init = serde_json::from_value::<Initializer>(file.into());
        let init = init.map_err(|error| Failure::Refused(format!("the rules: {error}")))?;
        Ok(match self.recipe(config)? {
            Some(recipe) => init.recipe(recipe),
            None => init,
        })
    }

    fn recipe(&self, config: Option<&str>) -> Result<Option<Recipe>, Failure> {
        Ok(match (&self.recipe, config) {
            (Some(name), Some(config)) => Some(Recipe::configured(name, config)?),
            (Some(name), None) => Some(Recipe::named(name)?),
            // Of a recipe `*` has all: what a checkpoint lacks would be drawn, unsaid.
            (None, _) if self.from.is_some() => None,
            (None, Some(config)) => Some(Recipe::from_config(config)?),
            (None, None) => None,
        })
    }

    fn limit(&self) -> Result<Limit, Failure> {
        Ok(match (self.files, &self.max_file_size) {
            (Some(files), _) => Limit::Files(files),
            (None, Some(size)) => Limit::Bytes(bytes(size)?),
            (None, None) => Limit::Bytes(5_000_000_000),
        })
    }
}

fn is_float(dtype: Dtype) -> bool {
    matches!(dtype, Dtype::F64 | Dtype::F32 | Dtype::F16 | Dtype::BF16)
}

/// A plan by its text, with the checkpoint that it loads from.
pub(crate) fn planned(plan: &str, from: Option<&Path>) -> Result<Manifest, Failure> {
    with(Manifest::parse(plan)?, from)
}

fn with(manifest: Manifest, from: Option<&Path>) -> Result<Manifest, Failure> {
    Ok(match from {
        Some(path) => manifest.with_checkpoint(path)?,
        None => manifest,
    })
}

/// A file's text; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        fs::read_to_string(path)
    };
    text.map_err(|error| {
        let near =
            beside(path).map_or_else(String::new, |name| format!(" (did you mean `{}`?)", shown(&name)));
        Failure::System(format!("{}: cannot be read: {error}{near}", shown(path)))
    })
}

/// The file whose name is nearest, where there is none of this one.
fn beside(path: &Path) -> Option<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).ok().filter(|_| !path.exists())?.flatten();
    let names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    nearest(&name(path), names.iter().map(String::as_str)).map(String::from)
}

/// The last part of a path, without the folders of the machine.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// What a config never has, and every manifest.
fn is_manifest(text: &str) -> bool {
    let value: Option<Value> = serde_json::from_str(text).ok();
    value.is_some_and(|value| value.get("digest").is_some() && value.get("files").is_some())
}

fn rules_of(path: &Path) -> Result<Map<String, Value>, Failure> {
    let text = read(path)?;
    let read = match path.extension().is_some_and(|end| end == "json") {
        true => serde_json::from_str(&text).map_err(|error| error.to_string()),
        false if candle_init::too_deep(&text).is_some() => {
            Err("lists and tables stand in one another more than 64 deep".into())
        }
        false => basic_toml::from_str(&text).map_err(|error| error.to_string()),
    };
    read.map_err(|error| Failure::Refused(format!("{}: {error}", path.display())))
}

/// A pattern and a rule as a file has them. No rule has a `=` before its first bracket, so the pattern ends at the last one
/// there.
fn own_rule(text: &str) -> Result<Value, Failure> {
    let end = text.find('(').unwrap_or(text.len());
    let at = text.get(..end).and_then(|head| head.rfind('='));
    match at.and_then(|at| text.split_at_checked(at)) {
        Some((pattern, rule)) => Ok(json!([pattern.trim(), rule.get(1..).unwrap_or_default().trim()])),
        None => Err(Failure::Usage(format!(
            "`--rule {text}`: a pattern, `=` and a rule are required: `--rule '*.bias=zeros'`"
        ))),
    }
}

fn dtype(text: &str) -> Result<Dtype, Failure> {
    Ok(match text.to_ascii_lowercase().as_str() {
        "f32" | "float32" => Dtype::F32,
        "bf16" | "bfloat16" => Dtype::BF16,
        "f16" | "float16" => Dtype::F16,
        "f64" | "float64" => Dtype::F64,
        _ => return Err(Failure::Usage(format!("`--dtype {text}`: F32, BF16, F16 or F64 is required"))),
    })
}

/// A size in bytes, with or without a unit of powers of ten.
fn bytes(text: &str) -> Result<u64, Failure> {
    let letters = text.trim().find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.trim().len());
    let (number, unit) = text.trim().split_at(letters);
    let factor = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => Some(1.0),
        "KB" => Some(1e3),
        "MB" => Some(1e6),
        "GB" => Some(1e9),
        "TB" => Some(1e12),
        _ => None,
    };
    let size = number.trim().parse::<f64>().ok().zip(factor).map(|(number, factor)| number * factor);
    let size = size.filter(|size| (1.0..=9e18).contains(size)).map(|size| size as u64);
    size.ok_or_else(|| {
        Failure::Usage(format!("`--max-file-size {text}`: a size such as 5GB, 500MB or 1000000 is required"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_model_hubs_write_them() {
        for (text, expected) in
            [("5GB", 5_000_000_000), ("1.5 mb", 1_500_000), ("1000", 1000), ("2TB", 2_000_000_000_000)]
        {
            assert_eq!(bytes(text).ok(), Some(expected), "{text}");
        }
        for text in ["", "GB", "-1GB", "5 GiB", "nan", "1e400GB", "0"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
