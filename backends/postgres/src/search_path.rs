//! What names without a namespace mean in a session.

use retort_core::{
    backend::{BackendError, BackendErrorKind},
    operation::Operation,
    schema::Name,
    sql::{TokenKind, lex},
};

use crate::{interpret, syntax::SYNTAX};

/// The query for what [`SearchPath::new`] takes, in that order.
pub(crate) const QUERY: &str =
    "SELECT pg_catalog.current_schema(), pg_catalog.current_setting('search_path'), current_user";

/// The `search_path` of a session.
#[derive(Debug, Clone, Default)]
pub(crate) struct SearchPath {
    /// The namespace of names without one: the first that exists.
    pub(crate) default: Option<Name>,
    /// Those before it, which do not exist.
    absent: Vec<Name>,
}

impl SearchPath {
    pub(crate) fn new(default: Option<&str>, setting: &str, user: &str) -> Self {
        let default = default.map(Name::from);
        let names = lex(setting, &SYNTAX).filter_map(|token| match token.kind {
            TokenKind::Word => Some(setting[token.span].to_ascii_lowercase()),
            TokenKind::QuotedIdentifier => {
                let name = setting[token.span].trim_matches('"').replace("\"\"", "\"");
                Some(if name == "$user" { user.to_owned() } else { name })
            }
            _ => None,
        });
        let names = names.map(Name::new).take_while(|name| Some(name) != default.as_ref());
        let absent = names.filter(|name| !name.as_str().starts_with("pg_")).collect();
        Self { default, absent }
    }

    /// Refuses to create a namespace that would become the default one: what a
    /// revision does would depend on whether it runs with that one or after it.
    pub(crate) fn keep(&self, operations: &[Operation]) -> Result<(), BackendError> {
        for operation in operations {
            let created = match operation {
                Operation::CreateNamespace { name, .. } | Operation::RenameNamespace { to: name, .. } => {
                    Some(name.clone())
                }
                Operation::Raw { sql } => interpret::created_namespace(sql),
                _ => None,
            };
            if let Some(name) = created.filter(|name| self.absent.contains(name)) {
                let now = match &self.default {
                    Some(default) => format!("in `{default}`"),
                    None => "nowhere".to_owned(),
                };
                let message = format!(
                    "the schema `{name}` is in the search_path of this session: names without a schema, which are {now} \
                     so far, would be in it from here on; create it before the run, or take it out of the search_path"
                );
                return Err(BackendError::new(BackendErrorKind::Statement, message));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(default: Option<&str>, setting: &str, expected: &[&str]) {
        let path = SearchPath::new(default, setting, "Ada");
        let absent: Vec<&str> = path.absent.iter().map(Name::as_str).collect();
        assert_eq!(absent, expected, "{setting}");
    }

    #[test]
    fn what_comes_before_the_default_is_known() {
        check(Some("public"), "\"$user\", public", &["Ada"]);
        check(Some("public"), "public, other", &[]);
        check(Some("public"), "App, \"App\", \"a\"\"b\", pg_temp, public", &["app", "App", "a\"b"]);
        check(Some("Ada"), "\"$user\", public", &[]);
        check(None, "app", &["app"]);
        check(None, "\"\"", &[""]);
        check(None, "", &[]);
    }
}
