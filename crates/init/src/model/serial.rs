//! Initializers, rules and whole policies in files: everything that has a text form is a string there.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::activation::Activation;
use crate::error::Result;
use crate::initializers::Init;
use crate::layer::{Axes, Layer};
use crate::model::initializer::Initializer;
use crate::model::pairs::pairs;
use crate::model::seed::Seed;
use crate::policy::Framework;
use crate::policy::pattern::Pattern;
use crate::policy::prescription::Prescription;
use crate::rule::{Base, Rule};

macro_rules! as_text {
    ($($type:ty),*) => {
        $(impl Serialize for $type {
            /// As the text form.
            fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            /// From the text form.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        })*
    };
}

as_text!(Activation, Axes, Framework, Init, Layer);

impl Serialize for Rule {
    /// As the text form.
    ///
    /// # Errors
    /// A closure has none, and neither have blocks in blocks that stand too deep: name the parameters of such a rule in
    /// code.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self.unwritable() {
            Some(what) => {
                Err(S::Error::custom(format!("{what}, which no file can hold; add its rule in code")))
            }
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    /// From the text form.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Rule {
    /// What in it has no text form, if there is something.
    fn unwritable(&self) -> Option<String> {
        match &self.base {
            Base::Custom(custom) => Some(format!("`{}` is a closure", custom.name)),
            Base::Blocks(blocks) => blocks.iter().find_map(|block| block.rule.unwritable()),
            Base::Norm(norm) => norm.other.as_ref().and_then(|other| other.rule.unwritable()),
            Base::TooDeep => Some("these are blocks in blocks that stand too deep".into()),
            Base::Init(_) | Base::Values(_) => None,
        }
    }
}

/// An initializer as a file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    seed: Seed,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    defaults: Option<Framework>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<Rule>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    lenient: bool,
    #[serde(default, deserialize_with = "pairs", skip_serializing_if = "Vec::is_empty")]
    rules: Vec<(String, Rule)>,
    /// What recipes say: family, pattern and rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recipe: Vec<Prescription>,
    /// Whether there is what they speak of, and what is another name.
    #[serde(default, deserialize_with = "pairs", skip_serializing_if = "Vec::is_empty")]
    recipe_exists: Vec<(String, bool)>,
    #[serde(default, deserialize_with = "pairs", skip_serializing_if = "Vec::is_empty")]
    recipe_ties: Vec<(String, String)>,
    #[serde(default, deserialize_with = "pairs", skip_serializing_if = "Vec::is_empty")]
    layers: Vec<(String, Layer)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absent: Vec<String>,
    #[serde(default, deserialize_with = "pairs", skip_serializing_if = "Vec::is_empty")]
    shapes: Vec<(String, Vec<usize>)>,
    #[serde(default, deserialize_with = "pairs", skip_serializing_if = "Vec::is_empty")]
    ties: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    frozen: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// What has keys, from keys alone: a list, which the formats of `serde` would take for the fields in order, is none.
struct OfMap<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMap<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys with their values, such as `seed = 42`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

impl Serialize for Prescription {
    /// As three texts.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        (&*self.family, &self.pattern.text, self.gives.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Prescription {
    /// From three texts.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let (family, pattern, gives) = <(String, String, String)>::deserialize(deserializer)?;
        let pattern = Pattern::new(&pattern).map_err(D::Error::custom)?;
        Ok(Self { family: family.into(), pattern, gives: gives.parse().map_err(D::Error::custom)? })
    }
}

impl Serialize for Initializer {
    /// As `seed`, `defaults`, `weights`, `lenient`, `rules`, `recipe`, `layers`, `absent`, `shapes`, `ties`, `frozen` and `scope`: what
    /// has a pattern or name on its left as pairs, in order.
    ///
    /// # Errors
    /// A rule that was refused, a closure, and a loaded checkpoint.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.understood().map_err(S::Error::custom)?;
        match self.unwritable() {
            Some(what) => Err(S::Error::custom(what)),
            None => File::of(self).serialize(serializer),
        }
    }
}

// What follows knows no format: it is compiled here, not wherever a format is read or written.
impl Initializer {
    /// What of it no file holds, if there is something, and the way out.
    fn unwritable(&self) -> Option<String> {
        let loading = &self.policy().loading;
        if let Some(checkpoint) = loading.checkpoints.first() {
            return Some(format!("{checkpoint:?} is loaded, and no file holds that: call `load` in code"));
        }
        let (pattern, growth) = loading.grown.first()?;
        Some(format!("how `{}` grows (by {growth}) goes with a checkpoint: say it in code", pattern.text))
    }
}

impl File {
    fn of(init: &Initializer) -> Self {
        let policy = init.policy();
        let existence = &policy.existence;
        Self {
            seed: Seed(policy.seed),
            defaults: policy.framework,
            weights: policy.weights.clone(),
            lenient: policy.lenient,
            rules: policy.rules.iter().map(|(p, rule)| (p.text.clone(), rule.clone())).collect(),
            recipe: policy.recipe.clone(),
            recipe_exists: existence.family.iter().map(|(p, exists)| (p.text.clone(), *exists)).collect(),
            recipe_ties: existence.family_ties.clone(),
            layers: policy.layers.iter().map(|(p, layer)| (p.text.clone(), *layer)).collect(),
            absent: existence.absent.iter().map(|(p, ())| p.text.clone()).collect(),
            shapes: existence.shapes.iter().map(|(p, shape)| (p.text.clone(), shape.dims().into())).collect(),
            ties: existence.ties.clone(),
            frozen: policy.frozen.iter().map(|(p, ())| p.text.clone()).collect(),
            scope: policy.scope.clone(),
        }
    }

    fn initializer(self) -> Result<Initializer> {
        let mut init = Initializer::new(self.seed.0);
        init = self.defaults.into_iter().fold(init, Initializer::defaults);
        init = self.weights.into_iter().fold(init, |init, rule| init.weights(rule));
        init = self.rules.into_iter().fold(init, |init, (pattern, rule)| init.rule(&pattern, rule));
        init = init.prescribed(self.recipe);
        for (pattern, exists) in self.recipe_exists {
            init.policy.existence.family.push((Pattern::new(&pattern)?, exists));
        }
        init.policy.existence.family_ties = self.recipe_ties;
        init = self.layers.into_iter().fold(init, |init, (pattern, layer)| init.layer(&pattern, layer));
        init = self.absent.iter().fold(init, |init, pattern| init.absent(pattern));
        init = self.shapes.into_iter().fold(init, |init, (pattern, shape)| init.shape(&pattern, shape));
        init = self.ties.iter().fold(init, |init, (name, of)| init.tie(name, of));
        init = self.frozen.iter().fold(init, |init, pattern| init.frozen(pattern));
        init = self.scope.iter().fold(init, |init, path| init.scope(path));
        let init = if self.lenient { init.lenient() } else { init };
        init.understood()?;
        Ok(init)
    }
}

impl<'de> Deserialize<'de> for Initializer {
    /// From the keys above; each but the seed may be missing.
    ///
    /// # Errors
    /// What is wrong with a text or a pattern, with the nearest known name.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let file: File = deserializer.deserialize_map(OfMap(PhantomData))?;
        file.initializer().map_err(D::Error::custom)
    }
}
