//! Initializers, rules and whole policies in files: everything that has a text form is a string there.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::activation::Activation;
use crate::initializers::Init;
use crate::layer::{Axes, Layer};
use crate::model::initializer::Initializer;
use crate::model::seed::Seed;
use crate::policy::Framework;
use crate::policy::pattern::Pattern;
use crate::policy::prescription::Prescription;
use crate::rule::{Base, Rule};

macro_rules! as_text {
    ($($type:ty),*) => {
        $(impl Serialize for $type {
            /// As the text form.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            /// From the text form.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
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
    /// A closure has none: name the parameters of such a rule in code.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.closure() {
            Some(name) => Err(S::Error::custom(format!(
                "`{name}` is a closure, which no file can hold; add its rule in code"
            ))),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Rule {
    /// From the text form.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Rule {
    /// The name of the closure in it, if there is one.
    fn closure(&self) -> Option<&str> {
        match &self.base {
            Base::Custom(custom) => Some(&custom.name),
            Base::Blocks(blocks) => blocks.iter().find_map(|block| block.rule.closure()),
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rules: Vec<(String, Rule)>,
    /// What recipes say: family, pattern and rule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recipe: Vec<Prescription>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layers: Vec<(String, Layer)>,
}

impl Serialize for Prescription {
    /// As three texts.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&*self.family, &self.pattern.text, self.gives.to_string()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Prescription {
    /// From three texts.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (family, pattern, gives) = <(String, String, String)>::deserialize(deserializer)?;
        let pattern = Pattern::new(&pattern).map_err(D::Error::custom)?;
        Ok(Self { family: family.into(), pattern, gives: gives.parse().map_err(D::Error::custom)? })
    }
}

impl Serialize for Initializer {
    /// As `seed`, `defaults`, `weights`, `lenient`, `rules`, `recipe` and `layers`, the last three as lists in order.
    ///
    /// # Errors
    /// A rule that was refused, and a closure.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.check().map_err(S::Error::custom)?;
        let policy = self.policy();
        File {
            seed: Seed(policy.seed),
            defaults: policy.framework,
            weights: policy.weights.clone(),
            lenient: policy.lenient,
            rules: policy.rules.iter().map(|(p, rule)| (p.text.clone(), rule.clone())).collect(),
            recipe: policy.recipe.clone(),
            layers: policy.layers.iter().map(|(p, layer)| (p.text.clone(), *layer)).collect(),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Initializer {
    /// From `seed`, `defaults`, `weights`, `lenient`, `rules`, `recipe` and `layers`; each but the seed may be missing.
    ///
    /// # Errors
    /// What is wrong with a text or a pattern, with the nearest known name.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file = File::deserialize(deserializer)?;
        let mut init = Self::new(file.seed.0);
        init = file.defaults.into_iter().fold(init, Self::defaults);
        init = file.weights.into_iter().fold(init, |init, rule| init.weights(rule));
        init = file.rules.into_iter().fold(init, |init, (pattern, rule)| init.rule(&pattern, rule));
        init = init.prescribed(file.recipe);
        init = file.layers.into_iter().fold(init, |init, (pattern, layer)| init.layer(&pattern, layer));
        let init = if file.lenient { init.lenient() } else { init };
        init.check().map_err(D::Error::custom)?;
        Ok(init)
    }
}
