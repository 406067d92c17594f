//! What the text of a statement tells about running it.

use retort_core::{
    backend::Statement,
    sql::{TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// Whether the statement is one of Retort's own that the server answers with
/// one result: it may share a text with others of its kind.
pub(super) fn is_bookkeeping(statement: &Statement) -> bool {
    statement.span.is_none()
        && statement.transactional
        && begins_with(&statement.sql, &["INSERT", "UPDATE", "DELETE"])
        && is_plain(&statement.sql)
}

/// A guard's query, so that nobody can change what it found before the
/// transaction ends.
///
/// In REPEATABLE READ a plain SELECT looks at a snapshot: two transactions
/// could both find what they expect. What reads with a lock waits for the other
/// transaction to end and sees what it left.
pub(super) fn locking(query: &str) -> String {
    // These clauses have another place for the lock, or none. MySQL denies
    // locks in the schemas that describe the server.
    const OUT_OF_THE_WAY: [&str; 11] = [
        "EXCEPT",
        "FOR",
        "INTERSECT",
        "INTO",
        "LOCK",
        "PROCEDURE",
        "UNION",
        "information_schema",
        "mysql",
        "performance_schema",
        "sys",
    ];
    let can_lock = begins_with(query, &["SELECT"])
        && is_plain(query)
        && !words(query).any(|word| OUT_OF_THE_WAY.iter().any(|other| word.eq_ignore_ascii_case(other)));
    if can_lock { format!("{query} FOR UPDATE") } else { query.to_owned() }
}

/// Why the statement cannot run in a session of Retort's, wherever it stands.
pub(crate) fn refusal(sql: &str) -> Option<String> {
    let mut words = words(sql);
    let first = words.next()?.to_ascii_uppercase();
    match &*first {
        // The bookkeeping that follows would happen over there.
        "USE" => Some(
            "`USE` would lead the rest of the run to another database; write its name before those of the tables"
                .to_owned(),
        ),
        "LOAD" if words.take(4).any(|word| word.eq_ignore_ascii_case("LOCAL")) => Some(
            "`LOAD DATA LOCAL` would read a file of this machine, which is not supported; use INSERT"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The first words of a statement that ends the transaction around it, or
/// begins another: one that can be in no atomic batch.
pub(crate) fn ends_transaction(sql: &str) -> Option<String> {
    let mut words = words(sql).map(str::to_ascii_uppercase);
    let first = words.next()?;
    let second = words.next();
    let second = second.as_deref().unwrap_or_default();
    let ends = match &*first {
        "ALTER" | "ANALYZE" | "CACHE" | "CHANGE" | "CHECK" | "COMMIT" | "FLUSH" | "GRANT" | "IMPORT"
        | "INSTALL" | "LOCK" | "OPTIMIZE" | "PURGE" | "RENAME" | "REPAIR" | "RESET" | "REVOKE" | "START"
        | "STOP" | "TRUNCATE" | "UNINSTALL" | "UNLOCK" | "XA" => true,
        // A block of MariaDB's.
        "BEGIN" => second != "NOT",
        // Temporary tables are the affair of the session alone.
        "CREATE" | "DROP" => {
            second != "TEMPORARY" && !(second == "OR" && words.nth(1).is_some_and(|word| word == "TEMPORARY"))
        }
        "LOAD" => second == "INDEX",
        // `ROLLBACK TO savepoint` stays within the transaction.
        "ROLLBACK" => second != "TO" && !(second == "WORK" && words.next().is_some_and(|word| word == "TO")),
        "SET" => second == "PASSWORD",
        _ => false,
    };
    ends.then(|| format!("{first} {second}").trim_end().to_owned())
}

/// The words of a statement, those in conditional comments included, for the
/// server runs them.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    lex(sql, &SYNTAX).filter(|token| token.kind == TokenKind::Word).map(|token| &sql[token.span])
}

fn begins_with(sql: &str, any: &[&str]) -> bool {
    let first = lex(sql, &SYNTAX).find(|token| !token.kind.is_trivia());
    first.is_some_and(|token| any.iter().any(|word| sql[token.span.clone()].eq_ignore_ascii_case(word)))
}

/// Whether a text is one statement that means what it seems to.
fn is_plain(sql: &str) -> bool {
    lex(sql, &SYNTAX).all(|token| {
        token.terminated
            // One to the end of the line would swallow what is put behind it.
            && token.kind != TokenKind::LineComment
            && token.kind != TokenKind::ConditionalOpen
            && !(token.kind == TokenKind::Punctuation && &sql[token.span] == ";")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_end_the_transaction_are_seen() {
        for (sql, expected) in [
            ("COMMIT", Some("COMMIT")),
            ("-- done\n/* now */ commit", Some("COMMIT")),
            ("START TRANSACTION READ ONLY", Some("START TRANSACTION")),
            ("begin work", Some("BEGIN WORK")),
            ("BEGIN NOT ATOMIC SELECT 1; END", None),
            ("ROLLBACK", Some("ROLLBACK")),
            ("ROLLBACK TO a", None),
            ("rollback work to savepoint a", None),
            ("SAVEPOINT a", None),
            ("CREATE TABLE t (a INT)", Some("CREATE TABLE")),
            ("/*!50003 CREATE*/ /*!50017 DEFINER=`u`@`h`*/ /*!50003 TRIGGER t*/", Some("CREATE DEFINER")),
            ("CREATE OR REPLACE VIEW v AS SELECT 1", Some("CREATE OR")),
            ("CREATE TEMPORARY TABLE t (a INT)", None),
            ("CREATE OR REPLACE TEMPORARY TABLE t (a INT)", None),
            ("DROP TEMPORARY TABLE t", None),
            ("DROP TABLE t", Some("DROP TABLE")),
            ("TRUNCATE t", Some("TRUNCATE T")),
            ("LOAD INDEX INTO CACHE t", Some("LOAD INDEX")),
            ("LOAD DATA INFILE 'f' INTO TABLE t", None),
            ("SET PASSWORD = 'x'", Some("SET PASSWORD")),
            ("SET @a = 1", None),
            ("INSERT INTO t VALUES ('COMMIT')", None),
            ("(SELECT 1)", None),
            ("", None),
            ("-- COMMIT", None),
        ] {
            assert_eq!(ends_transaction(sql).as_deref(), expected, "{sql}");
        }
    }

    #[test]
    fn a_guard_locks_what_it_can() {
        for (query, locks) in [
            ("SELECT `version_num` FROM `alembic_version` ORDER BY `version_num`", true),
            ("select count(*) from t -- all", false),
            ("SELECT 'for', `union` FROM t", true),
            ("SELECT a FROM t FOR SHARE", false),
            ("SELECT a FROM t UNION SELECT a FROM u", false),
            ("SELECT table_name FROM information_schema.tables", false),
            ("SHOW TABLES", false),
            ("SELECT 1; SELECT 2", false),
            ("SELECT /*! a */ FROM t", false),
        ] {
            assert_eq!(locking(query) != query, locks, "{query}");
        }
    }

    #[test]
    fn only_simple_statements_without_a_place_in_a_file_are_bookkeeping() {
        let check = |statement: Statement, expected: bool| {
            assert_eq!(is_bookkeeping(&statement), expected, "{}", statement.sql);
        };
        check(Statement::new("UPDATE t SET a = ';'"), true);
        check(Statement::new("INSERT INTO t VALUES ('it\\'s; fine')"), true);
        check(Statement::new("UPDATE t SET a = 1").at(0..5), false);
        check(Statement { transactional: false, ..Statement::new("DELETE FROM t") }, false);
        check(Statement::new("DELETE FROM t; DELETE FROM u"), false);
        check(Statement::new("DELETE FROM t -- all"), false);
        check(Statement::new("INSERT INTO t VALUES ('open"), false);
        check(Statement::new("CALL p()"), false);
        check(Statement::new("/*!50000 DELETE FROM t */"), false);
    }

    #[test]
    fn what_leads_the_session_astray_is_refused() {
        let refused = |sql: &str| refusal(sql).is_some();
        assert!(refused("USE other"));
        assert!(refused("/*!40000 use `other` */"));
        assert!(refused("LOAD DATA CONCURRENT LOCAL INFILE 'f' INTO TABLE t"));
        assert!(refused("LOAD XML LOCAL INFILE 'f' INTO TABLE t"));
        assert!(!refused("LOAD DATA INFILE 'local' INTO TABLE t"));
        assert!(!refused("SELECT * FROM t USE INDEX (i)"));
    }
}
