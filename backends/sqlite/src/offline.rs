//! Scripts for the `sqlite3` command.
//!
//! `PRAGMA foreign_keys` does nothing within a transaction, and the command has
//! no other way to switch them. A transaction with a rebuild has them off from
//! before its beginning; one that both rebuilds and changes rows where they are
//! on cannot be written.

use retort_core::{
    backend::{BackendError, Batch, Condition, Piece, Statement, inserts_at},
    sql::{Token, TokenKind, lex},
};

use crate::{
    pragmas,
    rebuild::NEW_PREFIX,
    render::literal,
    session::ends_transaction,
    switch::{FOREIGN_KEYS_OFF, FOREIGN_KEYS_ON, LEGACY_ALTER_OFF, Switch},
    syntax::SYNTAX,
};

/// A table that no row can be in when a transaction commits: a row refers to
/// one that never comes.
const GUARD: &str = "CREATE TEMP TABLE IF NOT EXISTS _retort_guard (\n    \
                     id INTEGER PRIMARY KEY,\n    \
                     other INTEGER NOT NULL REFERENCES _retort_guard (id) DEFERRABLE INITIALLY DEFERRED\n)";

const OPENING: &str = "-- For the sqlite3 command. Let it stop at the first error, or half of a revision may be committed:\n\
                       -- sqlite3 -bail DATABASE < FILE\n\n";

/// Rows that refer to none.
const VIOLATIONS: &str = r#"SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check"#;

/// Writes a piece of a script.
///
/// # Errors
///
/// Fails if the piece cannot be in a script.
pub(crate) fn write(piece: Piece<'_>) -> Result<String, BackendError> {
    let mut text = String::new();
    match piece {
        Piece::Opening => {
            text.push_str(OPENING);
            // As long as a session waits for another.
            end(&mut text, "PRAGMA busy_timeout = 5000");
            end(&mut text, FOREIGN_KEYS_ON);
            end(&mut text, GUARD);
            text.push('\n');
        }
        Piece::Batch { batch, conditions, cascades, inserts } => {
            write_batch(&mut text, batch, conditions, cascades, inserts)?;
        }
        Piece::Reset(statements) => {
            for reset in pragmas::resets(statements.iter().map(|statement| &*statement.sql)) {
                end(&mut text, &reset);
            }
            end(&mut text, FOREIGN_KEYS_ON);
            end(&mut text, LEGACY_ALTER_OFF);
            text.push('\n');
        }
        Piece::Closing => end(&mut text, "DROP TABLE temp._retort_guard"),
    }
    Ok(text)
}

fn write_batch(
    text: &mut String,
    batch: &Batch,
    conditions: &[Condition],
    cascades: bool,
    inserts: &[(usize, String)],
) -> Result<(), BackendError> {
    let statements: Vec<String> =
        batch.statements.iter().map(|it| for_shell(it, batch.atomic)).collect::<Result<_, _>>()?;
    if !batch.atomic {
        for (statement, text_of) in batch.statements.iter().zip(&statements) {
            end(text, text_of);
            // As a session does between two batches.
            if Switch::recognize(&statement.sql).is_none() {
                text.push('\n');
            }
        }
        return Ok(());
    }
    let foreign_keys_off = needs_foreign_keys_off(batch, cascades)?;
    if foreign_keys_off {
        if !conditions.is_empty() {
            // A guard that fails keeps its transaction from ever committing, but
            // only where foreign keys are on.
            text.push_str("BEGIN IMMEDIATE;\n\n");
            conditions.iter().for_each(|condition| require(text, condition));
            text.push_str("COMMIT;\n\n");
        }
        end(text, FOREIGN_KEYS_OFF);
    }
    text.push_str("BEGIN IMMEDIATE;\n\n");
    conditions.iter().for_each(|condition| require(text, condition));
    if foreign_keys_off {
        end(text, &format!("CREATE TEMP TABLE _retort_violations AS {VIOLATIONS}"));
        text.push('\n');
    }
    for (position, (statement, text_of)) in batch.statements.iter().zip(&statements).enumerate() {
        text.extend(inserts_at(inserts, position));
        if !matches!(Switch::recognize(&statement.sql), Some(Switch::ForeignKeys(_))) {
            end(text, text_of);
            text.push('\n');
        }
    }
    if foreign_keys_off {
        refuse(
            text,
            "ROLLBACK",
            "rows refer to rows that do not exist",
            &format!("EXISTS ({VIOLATIONS} EXCEPT SELECT * FROM temp._retort_violations)"),
        );
        end(text, "DROP TABLE temp._retort_violations");
        text.push('\n');
    }
    text.push_str("COMMIT;\n");
    if foreign_keys_off {
        end(text, FOREIGN_KEYS_ON);
    }
    text.push('\n');
    Ok(())
}

/// Whether a transaction needs foreign keys off. Without `cascades` they do
/// nothing but refuse rows, which is made up for before the commit.
///
/// # Errors
///
/// Fails if it also needs them on.
fn needs_foreign_keys_off(batch: &Batch, cascades: bool) -> Result<bool, BackendError> {
    let (mut on, mut is_off_anywhere, mut changes_rows) = (true, false, None);
    for statement in &batch.statements {
        match Switch::recognize(&statement.sql) {
            Some(Switch::ForeignKeys(switched)) => {
                on = switched;
                is_off_anywhere |= !on;
            }
            Some(Switch::LegacyAlterTable(_)) => {}
            // Nothing refers to Retort's own tables.
            None if cascades && on && statement.span.is_some() && changes_row(&statement.sql) => {
                changes_rows = changes_rows.or(Some(statement));
            }
            None => {}
        }
    }
    match changes_rows {
        Some(statement) if is_off_anywhere => Err(BackendError::unsupported(
            "foreign keys must be on for this statement and off for another in the same transaction, which the \
             sqlite3 command cannot do",
        )
        .with_statement(&statement.sql)),
        _ => Ok(is_off_anywhere),
    }
}

/// Whether a statement may change rows, so that foreign keys matter.
fn changes_row(sql: &str) -> bool {
    let words: Vec<String> = lex(sql, &SYNTAX)
        .filter(|token| token.kind == TokenKind::Word)
        .map(|token| sql[token.span].to_ascii_lowercase())
        .collect();
    let is = |at: usize, word: &str| words.get(at).is_some_and(|found| found == word);
    let first = words.first().map(String::as_str).unwrap_or_default();
    match first {
        "alter" | "analyze" | "create" | "explain" | "pragma" | "reindex" | "select" | "values" => false,
        "drop" => is(1, "table"),
        "with" => words.iter().any(|word| ["delete", "insert", "replace", "update"].contains(&&**word)),
        _ => true,
    }
}

/// Fails unless it is so, and keeps the transaction from ever committing: the
/// command goes on after an error, unless it is told not to.
fn require(text: &mut String, condition: &Condition) {
    refuse(text, "FAIL", &condition.refusal, &format!("NOT ({})", condition.sql));
}

/// Fails if it is so. Only triggers can raise errors.
fn refuse(text: &mut String, how: &str, message: &str, when: &str) {
    let message = literal(message);
    end(
        text,
        &format!(
            "CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN\n    \
             SELECT RAISE({how}, {message});\nEND"
        ),
    );
    end(text, &format!("INSERT INTO temp._retort_guard SELECT 1, 2 WHERE {when}"));
    end(text, "DROP TRIGGER temp._retort_refuse");
    text.push('\n');
}

/// A statement as the command takes it, or why it cannot be in a script.
fn for_shell(statement: &Statement, atomic: bool) -> Result<String, BackendError> {
    let sql = &statement.sql;
    let refused = |message: String| Err(BackendError::unsupported(message).with_statement(sql));
    if sql.contains('\0') {
        return refused("a statement cannot hold a NUL character".to_owned());
    }
    if let Some(word) = ends_transaction(sql).filter(|_| atomic) {
        return refused(format!("`{word}` cannot run within the transaction of a revision"));
    }
    let tokens: Vec<Token> = lex(sql, &SYNTAX).collect();
    let has_breaks =
        |token: &&Token| token.kind == TokenKind::String && sql[token.span.clone()].contains("\r\n");
    if let Some(parameter) = tokens.iter().map(|token| &sql[token.span.clone()]).find(|it| is_parameter(it)) {
        return refused(format!("a parameter (`{parameter}`) has no value in a revision"));
    }
    let mut written = String::with_capacity(sql.len() + 1);
    if tokens.iter().any(|token| has_breaks(&token)) {
        if !changes_row(sql) {
            return refused(
                "the sqlite3 command takes the carriage return from a line's end within this text".to_owned(),
            );
        }
        for token in &tokens {
            let piece = &sql[token.span.clone()];
            match has_breaks(&token) {
                true => written.extend(["(", &piece.replace("\r\n", "' || char(13, 10) || '"), ")"]),
                false => written.push_str(piece),
            }
        }
    } else {
        written.push_str(sql);
    }
    if tokens.last().is_some_and(|token| token.kind == TokenKind::LineComment) {
        written.push('\n');
    }
    if sql.starts_with("CREATE TRIGGER") && sql.contains(NEW_PREFIX) {
        written = with_plain_messages(&written);
    }
    Ok(written)
}

/// The trigger of a rebuild, for commands before SQLite 3.47: they take a text
/// for a message, and no expression with the value in it.
fn with_plain_messages(sql: &str) -> String {
    let tokens: Vec<Token> = lex(sql, &SYNTAX).filter(|token| !token.kind.is_trivia()).collect();
    let text_of = |token: &Token| &sql[token.span.clone()];
    let (mut written, mut copied) = (String::with_capacity(sql.len()), 0);
    for (at, token) in tokens.iter().enumerate() {
        // RAISE ( ABORT , message )
        let Some(message) = tokens.get(at + 4).filter(|_| text_of(token) == "RAISE") else { continue };
        let mut depth = 0_usize;
        let mut texts = Vec::new();
        let end = tokens[at + 4..].iter().find(|token| {
            match text_of(token) {
                "(" => depth += 1,
                ")" if depth == 0 => return true,
                ")" => depth -= 1,
                text if depth == 0 && token.kind == TokenKind::String => texts.push(text),
                _ => {}
            }
            false
        });
        if let (Some(end), [first, .., last]) = (end, texts.as_slice()) {
            written.push_str(&sql[copied..message.span.start]);
            written.extend([first.strip_suffix('\'').unwrap_or(first), "a value", &last[1..]]);
            copied = end.span.start;
        }
    }
    written.push_str(&sql[copied..]);
    written
}

fn is_parameter(token: &str) -> bool {
    matches!(token, "?" | ":" | "@" | "$") || (token.len() > 1 && token.starts_with(['?', ':', '@', '$']))
}

/// Adds a statement with what ends it.
fn end(text: &mut String, sql: &str) {
    text.push_str(sql);
    text.push_str(";\n");
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(statements: &[&str], conditions: &[Condition], expected: Expect) {
        check_with(statements, conditions, true, expected);
    }

    fn check_with(statements: &[&str], conditions: &[Condition], cascades: bool, expected: Expect) {
        let statements = statements.iter().map(|sql| Statement::new(*sql).at(0..1)).collect();
        let batch = Batch::atomic(statements);
        expected.assert_eq(
            &match write(Piece::Batch { batch: &batch, conditions, cascades, inserts: &[] }) {
                Ok(text) => text,
                Err(error) => format!(
                    "{:?}: {error}\n{}",
                    error.kind(),
                    error.statement().unwrap_or_default().replace('\r', "\\r")
                ),
            },
        );
    }

    #[test]
    fn batches_are_transactions() {
        let condition = Condition { sql: "x = 1".to_owned(), refusal: "it's not x".to_owned() };
        check(
            &["DELETE FROM t"],
            &[condition],
            expect![[r#"
            BEGIN IMMEDIATE;

            CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
                SELECT RAISE(FAIL, 'it''s not x');
            END;
            INSERT INTO temp._retort_guard SELECT 1, 2 WHERE NOT (x = 1);
            DROP TRIGGER temp._retort_refuse;

            DELETE FROM t;

            COMMIT;

        "#]],
        );
    }

    #[test]
    fn foreign_keys_are_off_around_a_rebuild() {
        check(
            &[
                "WITH t (a) AS (SELECT * FROM main.t) SELECT 1",
                FOREIGN_KEYS_OFF,
                "DROP TABLE t",
                FOREIGN_KEYS_ON,
            ],
            &[],
            expect![[r#"
                PRAGMA foreign_keys = OFF;
                BEGIN IMMEDIATE;

                CREATE TEMP TABLE _retort_violations AS SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check;

                WITH t (a) AS (SELECT * FROM main.t) SELECT 1;

                DROP TABLE t;

                CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
                    SELECT RAISE(ROLLBACK, 'rows refer to rows that do not exist');
                END;
                INSERT INTO temp._retort_guard SELECT 1, 2 WHERE EXISTS (SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check EXCEPT SELECT * FROM temp._retort_violations);
                DROP TRIGGER temp._retort_refuse;

                DROP TABLE temp._retort_violations;

                COMMIT;
                PRAGMA foreign_keys = ON;

            "#]],
        );
        let mixed = [FOREIGN_KEYS_OFF, "DROP TABLE t", FOREIGN_KEYS_ON, "DELETE FROM u"];
        check(
            &mixed,
            &[],
            expect![[r#"
            Unsupported: foreign keys must be on for this statement and off for another in the same transaction, which the sqlite3 command cannot do
            DELETE FROM u"#]],
        );
        check_with(
            &mixed,
            &[],
            false,
            expect![[r#"
            PRAGMA foreign_keys = OFF;
            BEGIN IMMEDIATE;

            CREATE TEMP TABLE _retort_violations AS SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check;

            DROP TABLE t;

            DELETE FROM u;

            CREATE TEMP TRIGGER _retort_refuse AFTER INSERT ON _retort_guard BEGIN
                SELECT RAISE(ROLLBACK, 'rows refer to rows that do not exist');
            END;
            INSERT INTO temp._retort_guard SELECT 1, 2 WHERE EXISTS (SELECT "table", "rowid", "parent" FROM pragma_foreign_key_check EXCEPT SELECT * FROM temp._retort_violations);
            DROP TRIGGER temp._retort_refuse;

            DROP TABLE temp._retort_violations;

            COMMIT;
            PRAGMA foreign_keys = ON;

        "#]],
        );
    }

    #[test]
    fn texts_keep_their_line_ends() {
        check(
            &["INSERT INTO t VALUES ('a\r\nb', 'c')"],
            &[],
            expect![[r#"
            BEGIN IMMEDIATE;

            INSERT INTO t VALUES (('a' || char(13, 10) || 'b'), 'c');

            COMMIT;

        "#]],
        );
        check(
            &["CREATE TABLE t (a DEFAULT 'a\r\nb')"],
            &[],
            expect![[r#"
                Unsupported: the sqlite3 command takes the carriage return from a line's end within this text
                CREATE TABLE t (a DEFAULT 'a\r
                b')"#]],
        );
    }

    #[test]
    fn messages_hold_no_values() {
        let trigger = "CREATE TRIGGER \"_retort_new_t_check\" AFTER INSERT ON \"_retort_new_t\" BEGIN \
                       SELECT RAISE(ABORT, 'column \"a\" holds ' || substr(quote(NEW.a), 1, 60) || ', which is odd') WHERE x; \
                       SELECT RAISE(ABORT, 'it''s plain') WHERE y; END";
        expect![[r#"CREATE TRIGGER "_retort_new_t_check" AFTER INSERT ON "_retort_new_t" BEGIN SELECT RAISE(ABORT, 'column "a" holds a value, which is odd') WHERE x; SELECT RAISE(ABORT, 'it''s plain') WHERE y; END"#]].assert_eq(&with_plain_messages(trigger));
    }

    #[test]
    fn parameters_are_refused() {
        check(
            &["UPDATE t SET a = ?1"],
            &[],
            expect![[r#"
            Unsupported: a parameter (`?`) has no value in a revision
            UPDATE t SET a = ?1"#]],
        );
        check(
            &["UPDATE t SET a = :a"],
            &[],
            expect![[r#"
            Unsupported: a parameter (`:`) has no value in a revision
            UPDATE t SET a = :a"#]],
        );
        check(
            &["UPDATE t SET a = $a"],
            &[],
            expect![[r#"
            Unsupported: a parameter (`$`) has no value in a revision
            UPDATE t SET a = $a"#]],
        );
    }
}
