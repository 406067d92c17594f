//! The URL of a database, which may hold a password.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// The URL of a database. `Debug` and `Display` hide the password; the whole
/// text leaves through [`expose`](Self::expose) only.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    /// The length of the scheme with its driver: `postgresql+psycopg2`.
    scheme: usize,
}

/// A text that is not a URL.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("database URL has no scheme such as `sqlite://`")]
pub struct InvalidUrl;

impl DatabaseUrl {
    /// The scheme without a driver: `postgresql` of `postgresql+psycopg2://…`,
    /// in lower case.
    pub fn scheme(&self) -> String {
        let scheme = &self.text[..self.scheme];
        scheme.split('+').next().unwrap_or(scheme).to_ascii_lowercase()
    }

    /// What follows the scheme and its colon, password included.
    pub fn rest(&self) -> &str {
        &self.text[self.scheme + 1..]
    }

    /// The whole URL, password included.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The URL with `***` in place of a password, in the authority and in
    /// query parameters that hold secrets.
    pub fn redacted(&self) -> String {
        let rest = self.rest();
        let Some(after_slashes) = rest.strip_prefix("//") else {
            return self.text.clone();
        };
        let (before_query, query) = match after_slashes.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (after_slashes, None),
        };
        // The last `@` ends the user part: an unescaped `@` in a password must
        // not leave half of it visible.
        let authority_and_path = match before_query.rsplit_once('@') {
            Some((user, host)) => match user.split_once(':') {
                Some((user, _)) => format!("{user}:***@{host}"),
                None => format!("{user}@{host}"),
            },
            None => before_query.to_owned(),
        };
        let query = query.map(|query| {
            let pairs: Vec<String> = query.split('&').map(redact_parameter).collect();
            format!("?{}", pairs.join("&"))
        });
        format!("{}://{authority_and_path}{}", &self.text[..self.scheme], query.unwrap_or_default())
    }
}

/// Hides the value of a query parameter whose name speaks of a secret.
fn redact_parameter(pair: &str) -> String {
    match pair.split_once('=') {
        Some((key, _)) if ["password", "passwd", "sslpassword", "token", "secret", "key"].contains(&key) => {
            format!("{key}=***")
        }
        _ => pair.to_owned(),
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.trim();
        let scheme = text.find(':').ok_or(InvalidUrl)?;
        let is_scheme =
            text[..scheme].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte))
                && text.starts_with(|first: char| first.is_ascii_alphabetic());
        if !is_scheme {
            return Err(InvalidUrl);
        }
        Ok(Self { text: text.to_owned(), scheme })
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.redacted())
    }
}
