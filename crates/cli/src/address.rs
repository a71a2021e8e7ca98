//! An address of an object store: `s3://bucket/prefix`.

use std::fmt;
use std::path::Path;

use crate::failure::Failure;

/// Whose protocol a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Amazon,
    Google,
    Azure,
}

/// A place in an object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) scheme: Scheme,
    pub(crate) bucket: String,
    /// What the names of all objects begin with, without `/` at its ends; may be empty.
    pub(crate) prefix: String,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            Scheme::Amazon => "s3",
            Scheme::Google => "gs",
            Scheme::Azure => "az",
        };
        let slash = if self.prefix.is_empty() { "" } else { "/" };
        write!(f, "{scheme}://{}{slash}{}", self.bucket, self.prefix)
    }
}

impl Address {
    /// What a path says, if it is an address and no path.
    pub(crate) fn of(path: &Path) -> Result<Option<Self>, Failure> {
        let Some((scheme, rest)) = path.to_str().and_then(|text| text.split_once("://")) else {
            return Ok(None);
        };
        let wrong = || {
            Failure::Usage(format!(
                "{}: a folder is required, or `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`",
                path.display()
            ))
        };
        let scheme = match scheme {
            "s3" => Scheme::Amazon,
            "gs" => Scheme::Google,
            "az" => Scheme::Azure,
            _ => return Err(wrong()),
        };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['?', '#', '@', '\\']);
        if !plain(bucket) || !(prefix.is_empty() || prefix.split('/').all(plain)) {
            return Err(wrong());
        }
        Ok(Some(Self { scheme, bucket: bucket.into(), prefix: prefix.into() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_path() {
        let of = |text: &str| Address::of(Path::new(text));
        for path in ["out", "out/s3", "/s3:/out", "C:\\out", "-"] {
            assert!(matches!(of(path), Ok(None)), "{path}");
        }
        for (text, scheme, bucket, prefix) in [
            ("s3://b/p/q", Scheme::Amazon, "b", "p/q"),
            ("gs://b/p/", Scheme::Google, "b", "p"),
            ("az://b", Scheme::Azure, "b", ""),
        ] {
            let expected = Address { scheme, bucket: bucket.into(), prefix: prefix.into() };
            assert!(matches!(of(text), Ok(Some(found)) if found == expected), "{text}");
            assert_eq!(expected.to_string(), text.trim_end_matches('/'));
        }
        for text in
            ["http://b/p", "s3://", "s3:///p", "s3://b/../p", "s3://b//p", "az://c@account/p", "s3://b/p?x=1"]
        {
            assert!(matches!(of(text), Err(Failure::Usage(_))), "{text}");
        }
    }
}
