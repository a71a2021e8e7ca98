//! Pairs in a file, with a word of what stands in them where one has too few parts or too many.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a list of pairs: a name or a pattern, and what is said of it.
///
/// # Errors
/// What serde says of something else.
pub(crate) fn pairs<'de, D, T>(deserializer: D) -> Result<Vec<(String, T)>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let pairs = Vec::<Pair<T>>::deserialize(deserializer)?;
    Ok(pairs.into_iter().map(|Pair(pair)| pair).collect())
}

struct Pair<T>((String, T));

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pair<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(2, OfTwo(PhantomData)).map(Self)
    }
}

struct OfTwo<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfTwo<T> {
    type Value = (String, T);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(r#"a pair of a name or pattern and what it gets, as in ["*.bias", "zeros"]"#)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let name = parts.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let gets = parts.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
        match parts.next_element::<IgnoredAny>()? {
            Some(_) => Err(A::Error::invalid_length(3, &self)),
            None => Ok((name, gets)),
        }
    }
}
