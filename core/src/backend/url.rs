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
    ///
    /// A password may hold each character that ends it elsewhere, unescaped.
    /// Where it is not clear what belongs to it, more is hidden: up to the last
    /// `@` of the whole text, be it in a path or a parameter.
    pub fn redacted(&self) -> String {
        let rest = self.rest();
        let (slashes, rest) = rest.split_at(rest.len() - rest.trim_start_matches('/').len());
        let hidden = match rest.rsplit_once('@') {
            // What was taken for the scheme may be a user.
            Some((_, host)) if slashes.len() < 2 => format!("***@{host}"),
            Some((user, host)) => match user.split_once(':') {
                Some((user, _)) => format!("{user}:***@{host}"),
                None => rest.to_owned(),
            },
            None => rest.to_owned(),
        };
        let hidden = match hidden.split_once('?') {
            Some((before, query)) => format!("{before}?{}", redact_query(query)),
            None => hidden,
        };
        format!("{}:{slashes}{hidden}", &self.text[..self.scheme])
    }
}

/// Hides the values of query parameters whose names speak of a secret.
fn redact_query(query: &str) -> String {
    let mut shown = Vec::new();
    let mut in_secret = false;
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some((key, _)) if speaks_of_secret(key) => {
                in_secret = true;
                shown.push(format!("{key}=***"));
            }
            // What has no name of its own is the rest of a value with an `&`.
            None if in_secret => {}
            _ => {
                in_secret = false;
                shown.push(pair.to_owned());
            }
        }
    }
    shown.join("&")
}

fn speaks_of_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    // An escape may hide any of the words.
    key == "key" || ["pass", "pwd", "secret", "token", "%"].iter().any(|word| key.contains(word))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What people, and generators of passwords, put into one.
    const ODD: &str = "?@:/#&=%+ \\'\"`;,!$^*()[]{}<>|~.-_äß🦀";

    #[track_caller]
    fn check(url: &str, expected: &str) {
        let url: DatabaseUrl = url.parse().unwrap();
        assert_eq!(url.redacted(), expected);
        assert_eq!(url.to_string(), expected);
        assert_eq!(format!("{url:?}"), format!("DatabaseUrl({expected})"));
    }

    #[test]
    fn urls_without_a_secret_are_shown_as_they_are() {
        for url in [
            "sqlite://dev.db",
            "sqlite:///srv/who@home.db?mode=ro",
            "sqlite::memory:",
            "postgresql://db.example.com:5432/app?sslmode=require",
            "postgresql+psycopg2://ada@db.example.com/app",
            "postgresql:///app?host=/run/postgresql&user=ada@example",
            "mysql://[::1]:3306/app",
        ] {
            check(url, url);
        }
    }

    #[test]
    fn passwords_are_hidden() {
        check(
            "mysql://ada:pw@db:3306/app?ssl-mode=REQUIRED",
            "mysql://ada:***@db:3306/app?ssl-mode=REQUIRED",
        );
        check("postgresql://:pw@db/app", "postgresql://:***@db/app");
        check("postgresql://ada:p?w@db/app", "postgresql://ada:***@db/app");
        check("postgresql://ada:p?a=b&c=d@db/app?x=y", "postgresql://ada:***@db/app?x=y");
        check(
            "postgresql://db/app?user=ada&password=pw&sslmode=require",
            "postgresql://db/app?user=ada&password=***&sslmode=require",
        );
        check(
            "postgresql://db/app?PassWord=p&w&sslmode=require",
            "postgresql://db/app?PassWord=***&sslmode=require",
        );
        check("postgresql://db/app?password=p:w@x", "postgresql://db/app?password=***");
        check("postgresql://db/app?pass%77ord=pw", "postgresql://db/app?pass%77ord=***");
    }

    #[test]
    fn urls_with_slips_hide_passwords_too() {
        check("ada:pw@db/app", "ada:***@db/app");
        check("mysql:ada:pw@db/app", "mysql:***@db/app");
        check("mysql:/ada:pw@db/app", "mysql:/***@db/app");
        check("mysql:///ada:pw@db/app", "mysql:///ada:***@db/app");
    }

    #[test]
    fn no_odd_character_ends_a_password() {
        for odd in ODD.chars() {
            for password in [
                format!("Alpha{odd}Bravo{odd}Charlie"),
                format!("Alpha{odd}Bravo=Charlie"),
                format!("{odd}Alpha"),
            ] {
                for url in [
                    format!("postgresql://ada:{password}@db:5432/app?sslmode=require"),
                    format!("mysql:ada:{password}@db/app"),
                    format!("ada:{password}@db/app"),
                ] {
                    let shown = url.parse::<DatabaseUrl>().unwrap().redacted();
                    let leaks = ["Alpha", "Bravo", "Charlie"].iter().any(|part| shown.contains(part));
                    assert!(!leaks && shown.contains("***@db"), "{url}: {shown}");
                }
            }
        }
    }
}
