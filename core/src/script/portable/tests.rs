//! What is portable SQL, what is not, and how it is read.

mod laws;
mod namespaces;
mod refusals;
mod shortcut;
mod statements;

use std::collections::BTreeMap;

use expect_test::Expect;

use super::*;

/// Reads SQL for a backend with namespaces.
fn read(sql: &str) -> Result<Vec<PortableStatement>, Vec<PortableError>> {
    parse(sql, &NamespaceMap::Native, &NamingConvention::default())
}

/// Reads SQL for a backend without namespaces. `audit` has a prefix of its own,
/// `main` has none.
fn read_prefixed(sql: &str) -> Result<Vec<PortableStatement>, Vec<PortableError>> {
    let overrides = BTreeMap::from([("audit", "log$"), ("main", "")]);
    let overrides =
        overrides.into_iter().map(|(name, prefix)| (name.to_owned(), prefix.to_owned())).collect();
    parse(sql, &NamespaceMap::Prefix { overrides }, &NamingConvention::default())
}

/// Reads SQL and shows what came out: the operations in the one way that
/// Retort writes them, or the errors with what they point at.
fn check(sql: &str, expected: Expect) {
    expected.assert_eq(&show(sql, read(sql)));
}

/// Reads texts one by one and shows what came out of each.
fn check_each(texts: &[&str], expected: Expect) {
    let shown: String =
        texts.iter().map(|sql| format!("{}\n  {}", sql.escape_debug(), show(sql, read(sql)))).collect();
    expected.assert_eq(&shown);
}

fn show(sql: &str, result: Result<Vec<PortableStatement>, Vec<PortableError>>) -> String {
    let mut lines = Vec::new();
    match result {
        Ok(statements) => {
            let operations = statements.iter().flat_map(|statement| &statement.operations);
            lines.extend(operations.map(write));
        }
        Err(errors) => {
            for PortableError { span, message, hint } in errors {
                let at = sql.get(span.clone()).expect("the span is within the text");
                let hint = match hint.as_deref() {
                    None => String::new(),
                    Some("put the statement under `-- @only <backend>`") => " (@only)".to_owned(),
                    Some(hint) if hint.starts_with("portable SQL is a part of") => " (@only)".to_owned(),
                    Some(hint) => format!(" ({hint})"),
                };
                lines.push(format!("{}: {at:?}: {message}{hint}", span.start));
            }
        }
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The operations of SQL that is right.
fn operations(sql: &str) -> Vec<Operation> {
    let statements = read(sql).unwrap_or_else(|errors| panic!("{sql}: {errors:?}"));
    statements.into_iter().flat_map(|statement| statement.operations).collect()
}
