//! A recipe with its numbers filled in: what users hold.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use candle_init_checkpoint::shown;

use crate::error::{Error, Result};
use crate::policy::pattern::Pattern;
use crate::policy::prescription::Prescription;
use crate::recipe::config::{Config, refuse};
use crate::recipe::file::File;
use crate::recipe::library;
use crate::recipe::numbers::Numbers;

/// How the models of a family start: an ordered list of patterns and rules, with the numbers of one config.
///
/// Its rules decide after one's own and before all defaults and hints. Unlike one's own they may match nothing, since a
/// family has members with and without a bias.
///
/// ```
/// use candle_init::{Initializer, Recipe, init};
/// let config = r#"{"model_type": "gpt2", "n_layer": 12, "initializer_range": 0.02}"#;
/// let init = Initializer::new(42)
///     .recipe(Recipe::from_config(config)?)
///     .rule("lm_head.weight", init::ZEROS);
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// Printed, it is what it says:
///
/// ```
/// # use candle_init::Recipe;
/// let recipe = Recipe::named("llama")?.to_string();
/// assert!(recipe.contains(r#"["*norm.weight", "ones"]"#));
/// assert!(recipe.contains(r#"["*", "normal(mean=0, std=0.02)"]"#));
/// # Ok::<(), candle_init::Error>(())
/// ```
///
/// # A recipe of one's own
///
/// [`parse`](Self::parse) reads a file of this form. Numbers in braces are products of powers of `numbers`, which name
/// their keys in a `config.json`, dotted for nested ones; a rule whose number is `optional` and missing is left out; a
/// third text is the flag that must be set, or with `!` must not; `defaults(pytorch)` leaves a parameter to the
/// [defaults](crate::Framework) of a framework.
///
/// ```
/// use candle_init::Recipe;
/// let text = r#"
/// family = "mine"
/// numbers.std = { keys = ["initializer_range"], default = 0.02 }
/// numbers.layers = { keys = ["num_hidden_layers", "n_layer"] }
/// numbers.pad = { keys = ["pad_token_id"], optional = true }
/// flags.tied = { keys = ["tie_word_embeddings"], default = true }
/// rules = [
///     ["*norm.weight", "ones"],
///     ["*.wte.weight", "normal(std={std}).zero_row({pad})"],
///     ["*.c_proj.weight", "normal(std={std * 2^-0.5 * layers^-0.5})"],
///     ["*", "normal(std={std})"],
/// ]
/// exists = [["lm_head.weight", "!tied"]]
/// ties = [["lm_head.weight", "wte.weight", "tied"]]
/// "#;
/// let recipe = Recipe::parse(text, r#"{"n_layer": 8, "pad_token_id": null}"#)?;
/// assert!(recipe.to_string().contains(r#"["*.c_proj.weight", "normal(mean=0, std=0.005)"]"#));
/// # Ok::<(), candle_init::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Recipe {
    family: Arc<str>,
    source: String,
    prescriptions: Vec<Prescription>,
    exists: Vec<(Pattern, bool)>,
    ties: Vec<(String, String)>,
    /// A path that is no pattern, and why: reported by the initializer that takes the recipe.
    refused: Option<(String, String)>,
}

impl Recipe {
    /// The recipe for a model by the text of its `config.json`: by `model_type`, else by `architectures`.
    ///
    /// # Errors
    /// [`Error::NoRecipe`](crate::Error::NoRecipe) for a model without one; [`Error::Config`](crate::Error::Config) for
    /// what is no JSON, and for numbers that are missing, contradict each other or are none.
    ///
    /// ```
    /// # use candle_init::Recipe;
    /// let recipe = Recipe::from_config(r#"{"model_type": "mistral", "initializer_range": 0.01}"#)?;
    /// assert_eq!(recipe.family(), "llama");
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    pub fn from_config(json: &str) -> Result<Self> {
        let config = Config::read(json)?;
        Self::of(library::of_config(&config)?, &config, DEPTH)
    }

    /// The recipe of a family, or of a `model_type`, with the numbers that its models have where a config is silent.
    ///
    /// # Errors
    /// [`Error::NoRecipe`](crate::Error::NoRecipe) for an unknown name; [`Error::Config`](crate::Error::Config) for a
    /// family that needs a number which has no default, such as the layers of GPT-2.
    pub fn named(family: &str) -> Result<Self> {
        Self::of(library::family(family)?, &Config::default(), DEPTH)
    }

    /// The recipe of a family with the numbers of a config, for a config that does not say its family: part of a larger
    /// one, or one's own.
    ///
    /// # Errors
    /// As [`from_config`](Self::from_config).
    ///
    /// ```
    /// # use candle_init::Recipe;
    /// let gpt2 = Recipe::configured("gpt2", r#"{"n_layer": 2}"#)?;
    /// assert!(gpt2.to_string().contains(r#"["*.c_proj.weight", "normal(mean=0, std=0.01)"]"#));
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    pub fn configured(family: &str, json: &str) -> Result<Self> {
        Self::of(library::family(family)?, &Config::read(json)?, DEPTH)
    }

    /// A recipe of one's own, with the numbers of a config (`"{}"` for none).
    ///
    /// # Errors
    /// [`Error::RecipeText`](crate::Error::RecipeText) with line and column of a mistake in the recipe;
    /// [`Error::Config`](crate::Error::Config) as [`from_config`](Self::from_config).
    pub fn parse(toml: &str, json: &str) -> Result<Self> {
        Self::of(&File::read(toml)?, &Config::read(json)?, DEPTH)
    }

    /// The families that have a recipe, by name.
    #[must_use]
    pub fn families() -> Vec<&'static str> {
        let mut names: Vec<_> = library::library().iter().map(|file| file.family.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The family's name.
    #[must_use]
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The same for a part of a larger model: every pattern below this path, which is a pattern itself.
    ///
    /// ```
    /// use candle_init::{Initializer, Recipe};
    /// let tower = Recipe::configured("clip_vision", r#"{"hidden_size": 64, "num_hidden_layers": 2}"#)?;
    /// let llava = Initializer::new(42).recipe(tower.at("*vision_tower")).recipe(Recipe::named("llama")?);
    /// # Ok::<(), candle_init::Error>(())
    /// ```
    ///
    /// A path that cannot be read is reported by the next call of the initializer that can fail.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        if let Err(Error::Text { text, reason, .. }) = self.move_below(path) {
            self.refused.get_or_insert((text, reason));
        }
        self
    }

    fn move_below(&mut self, path: &str) -> Result<()> {
        let below = |pattern: &Pattern| Pattern::new(&format!("{path}.{}", pattern.text));
        for prescription in &mut self.prescriptions {
            prescription.pattern = below(&prescription.pattern)?;
        }
        for (pattern, _) in &mut self.exists {
            *pattern = below(pattern)?;
        }
        if let Some((name, same)) = self.ties.first().filter(|_| path.contains(WILDCARDS)) {
            let reason =
                format!("this recipe ties `{name}` to `{same}`, so a path without wildcards is required");
            return Err(Error::Text { kind: "a pattern", text: path.into(), reason });
        }
        for (name, same) in &mut self.ties {
            (*name, *same) = (format!("{path}.{name}"), format!("{path}.{same}"));
        }
        Ok(())
    }

    /// Its rules in order.
    ///
    /// # Errors
    /// [`Error::Text`] for a path that could not be read.
    pub(crate) fn into_prescriptions(self) -> Result<Vec<Prescription>> {
        match self.refused {
            Some((text, reason)) => Err(Error::Text { kind: "a pattern", text, reason }),
            None => Ok(self.prescriptions),
        }
    }

    /// The parameters that a model asks for before it takes them, and whether it has them.
    pub(crate) fn exists(&self) -> &[(Pattern, bool)] {
        &self.exists
    }

    /// Two names of one tensor: a head that is its embedding.
    pub(crate) fn ties(&self) -> &[(String, String)] {
        &self.ties
    }

    fn of(file: &File, config: &Config, depth: usize) -> Result<Self> {
        let File { family, numbers, flags, .. } = file;
        let numbers = Numbers { family, numbers, flags, config, known: RefCell::default() };
        let mut recipe = Self {
            family: family.as_str().into(),
            source: file.source.clone(),
            prescriptions: Vec::new(),
            exists: Vec::new(),
            ties: Vec::new(),
            refused: None,
        };
        recipe.own(file, &numbers)?;
        for part in &file.parts {
            let config = part.config.as_ref().map_or_else(|| Ok(config.clone()), |key| config.part(key))?;
            let file = match config.text("model_type").filter(|_| part.config.is_some()) {
                Some(_) => library::of_config(&config)?,
                None => library::family(&part.family)?,
            };
            let mut whole = Self::of(file, &config, deeper(depth)?)?;
            if part.at.as_ref().is_some_and(|path| path.contains(WILDCARDS)) {
                whole.ties.clear(); // a tower, which has no head
            }
            recipe.take(part.at.as_ref().map_or_else(|| whole.clone(), |path| whole.clone().at(path)));
        }
        Ok(recipe)
    }

    /// What the file says itself: before its parts, so that it may say otherwise.
    fn own(&mut self, file: &File, numbers: &Numbers<'_>) -> Result<()> {
        for entry in &file.rules {
            if !entry.condition.as_ref().map_or(Ok(true), |condition| numbers.holds(condition))? {
                continue;
            }
            if let Some(text) = entry.rule.filled(&mut |name| numbers.value(name))? {
                let (family, pattern) = (self.family.clone(), entry.pattern.clone());
                self.prescriptions.push(Prescription { family, pattern, gives: text.parse()? });
            }
        }
        for exists in &file.exists {
            let holds = exists.condition.as_ref().map_or(Ok(true), |condition| numbers.holds(condition))?;
            self.exists.push((exists.pattern.clone(), holds));
        }
        for tie in &file.ties {
            if tie.condition.as_ref().map_or(Ok(true), |condition| numbers.holds(condition))? {
                self.ties.push((tie.name.clone(), tie.same.clone()));
            }
        }
        Ok(())
    }

    fn take(&mut self, part: Self) {
        self.refused = self.refused.take().or(part.refused);
        self.prescriptions.extend(part.prescriptions);
        self.exists.extend(part.exists);
        self.ties.extend(part.ties);
    }
}

/// What stands for other letters in a pattern: no name of a tie may have it.
const WILDCARDS: [char; 4] = ['*', '?', '[', '{'];

/// How deep parts may have parts: more is a circle.
const DEPTH: usize = 4;

fn deeper(depth: usize) -> Result<usize> {
    let circle = || refuse("nests too deep".into(), "parts within parts, at most four deep, are required");
    depth.checked_sub(1).ok_or_else(circle)
}

impl fmt::Display for Recipe {
    /// Its rules as a file has them, under a comment that says where they come from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = if self.source.is_empty() { "one's own" } else { &self.source };
        writeln!(f, "# {}: {}", shown(&*self.family), shown(source))?;
        writeln!(f, "rules = [")?;
        for Prescription { pattern, gives, .. } in &self.prescriptions {
            writeln!(f, "    [{}, \"{gives}\"],", quoted(&pattern.text))?;
        }
        write!(f, "]")?;
        for (pattern, exists) in self.exists() {
            let exists = if *exists { "exists" } else { "does not exist" };
            write!(f, "\n# {} {exists}", shown(&pattern.text))?;
        }
        for (name, same) in self.ties() {
            write!(f, "\n# {} is {}", shown(name), shown(same))?;
        }
        Ok(())
    }
}

/// A text as TOML has it between quotes: JSON's escapes are TOML's, which wants one more.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
