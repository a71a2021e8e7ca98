//! What a store refuses, in words, and what to set. Of what it answers only a code is shown: the rest may have keys in it.

use std::error::Error as _;
use std::io;

use object_store::Error;

use crate::address::Scheme;

/// What is wrong, as an error of the system.
pub(crate) fn refusal(error: &Error, scheme: Scheme) -> io::Error {
    let kind = match error {
        Error::NotFound { .. } => io::ErrorKind::NotFound,
        Error::AlreadyExists { .. } | Error::Precondition { .. } => io::ErrorKind::AlreadyExists,
        Error::NotImplemented { .. } | Error::NotSupported { .. } => io::ErrorKind::Unsupported,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, in_words(error, scheme))
}

/// What is wrong and what to set.
pub(crate) fn in_words(error: &Error, scheme: Scheme) -> String {
    let (set, cause) = (to_set(scheme), cause(error));
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            format!(
                "the store refuses the credentials ({cause}): those are required that may list, read and write there; {set}"
            )
        }
        Error::NotImplemented { .. } | Error::NotSupported { .. } => {
            "the store cannot write only what is not there yet, so two runs could write over each other: if nobody else \
             writes there, say so (`--force`)"
                .into()
        }
        // A list of no bucket has no error of its own.
        _ if cause.contains("404") => {
            format!("there is no such bucket or object ({cause}): make the bucket, or correct its name; {set}")
        }
        _ => format!("{cause}; {set}"),
    }
}

fn to_set(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Amazon => {
            "credentials are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the machine's role; the \
             region is AWS_REGION, and AWS_ENDPOINT a server that is not Amazon's (AWS_ALLOW_HTTP=true without TLS)"
        }
        Scheme::Google => {
            "credentials are GOOGLE_SERVICE_ACCOUNT, a file, or GOOGLE_APPLICATION_CREDENTIALS, or the machine's account"
        }
        Scheme::Azure => {
            "the account is AZURE_STORAGE_ACCOUNT_NAME, and credentials are AZURE_STORAGE_ACCOUNT_KEY or \
             AZURE_STORAGE_SAS_TOKEN, or the machine's identity"
        }
    }
}

/// The innermost cause up to where it could quote a request or an answer, and the code of an answer.
fn cause(error: &Error) -> String {
    let mut innermost = error.source();
    while let Some(next) = innermost.and_then(|error| error.source()) {
        innermost = Some(next);
    }
    let text = innermost.map_or_else(|| error.to_string(), ToString::to_string);
    let shown = text.split(['<', '{', '?', '\n']).next().unwrap_or_default().trim_end_matches([' ', ':']);
    let code =
        text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    match code.filter(|code| code.chars().all(|c| c.is_ascii_alphanumeric())) {
        Some(code) => format!("{shown}: {code}"),
        None => shown.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_answer_is_shown_but_its_code() {
        let answer = "Server returned non-2xx status code: 403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code>\
                      <AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>";
        let denied = Error::PermissionDenied { path: "p".into(), source: answer.into() };
        let text = in_words(&denied, Scheme::Amazon);
        assert!(
            text.contains("403 Forbidden: SignatureDoesNotMatch") && text.contains("AWS_ACCESS_KEY_ID"),
            "{text}"
        );
        assert!(!text.contains("AKIASECRET"), "{text}");
        let url = "error for url https://a.blob.core.windows.net/c/p?sig=SECRET";
        let text = in_words(&Error::Generic { store: "Azure", source: url.into() }, Scheme::Azure);
        assert!(text.contains("c/p") && !text.contains("SECRET"), "{text}");
    }
}
