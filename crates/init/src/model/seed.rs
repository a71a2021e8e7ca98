//! The seed in a file.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A seed; TOML has no integers of 64 bits without a sign, so a large one is text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed(pub(crate) u64);

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if i64::try_from(self.0).is_ok() {
            serializer.serialize_u64(self.0)
        } else {
            serializer.collect_str(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeedVisitor)
    }
}

struct SeedVisitor;

impl Visitor<'_> for SeedVisitor {
    type Value = Seed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a seed, which is an integer from 0 to 2^64 − 1 (as text if a format cannot hold it)")
    }

    fn visit_u64<E: Error>(self, seed: u64) -> Result<Seed, E> {
        Ok(Seed(seed))
    }

    fn visit_i64<E: Error>(self, seed: i64) -> Result<Seed, E> {
        let negative = |_| E::invalid_value(serde::de::Unexpected::Signed(seed), &self);
        u64::try_from(seed).map(Seed).map_err(negative)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Seed, E> {
        let refuse = |_| E::invalid_value(serde::de::Unexpected::Str(text), &self);
        text.trim().parse().map(Seed).map_err(refuse)
    }
}
