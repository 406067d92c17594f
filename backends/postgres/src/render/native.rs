//! Statements under `@only postgresql`: which cannot be in a transaction, and
//! what must be out of their way.

use retort_core::{
    schema::{QualifiedName, Schema},
    sql::{TokenKind, lex},
};

use super::index;
use crate::{interpret, syntax::SYNTAX};

/// The statement that removes what the index left behind when it was not built
/// to its end; with IF NOT EXISTS it would stay for good.
pub(super) fn drop_leftover(sql: &str, before: &Schema) -> Option<String> {
    let (mut table, name) = interpret::concurrent_index(sql)?;
    // The default namespace has no name in the schema.
    table.namespace = table.namespace.filter(|namespace| before.namespaces.contains(namespace));
    let name = QualifiedName { namespace: table.namespace.clone(), name };
    index::drop_leftover(&table, &name, true, before)
}

/// Whether the statement may run inside a transaction, by its first words.
pub(super) fn is_transactional(sql: &str) -> bool {
    let words: Vec<String> = lex(sql, &SYNTAX)
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| sql[token.span].to_ascii_lowercase())
        .take(8)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    !matches!(
        words.as_slice(),
        ["vacuum", ..]
            | ["create" | "drop", "database" | "tablespace" | "subscription", ..]
            | ["create", "index", "concurrently", ..]
            | ["create", "unique", "index", "concurrently", ..]
            | ["drop", "index", "concurrently", ..]
            | ["alter", "system", ..]
    ) && !matches!(words.as_slice(), ["reindex", rest @ ..] if rest.contains(&"concurrently"))
        && !matches!(words.as_slice(), ["alter", "table", rest @ ..] if rest.ends_with(&["concurrently"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_in_a_transaction_is_known() {
        let check = |sql: &str, expected: bool| assert_eq!(is_transactional(sql), expected, "{sql}");
        check("CREATE INDEX CONCURRENTLY ix ON t (a)", false);
        check("/* a */ create unique index concurrently ON t (a)", false);
        check("DROP INDEX CONCURRENTLY IF EXISTS ix", false);
        check("REINDEX (VERBOSE) TABLE CONCURRENTLY t", false);
        check("VACUUM t", false);
        check("CREATE DATABASE d", false);
        check("ALTER SYSTEM SET work_mem = '1GB'", false);
        check("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", false);
        check("CREATE INDEX ix ON t (concurrently)", true);
        check("REFRESH MATERIALIZED VIEW CONCURRENTLY v", true);
        check("SELECT 'vacuum'", true);
        check("ALTER TABLE t DETACH PARTITION p", true);
    }
}
