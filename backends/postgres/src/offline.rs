//! Scripts for psql.

use retort_core::{
    backend::{BackendError, Batch, Condition, Piece, Statement, inserts_at},
    migrate::LOCK,
    schema::Name,
    sql::{Token, TokenKind, lex},
};

use crate::{
    connection::{RESETS, SETTINGS},
    lock, session,
    syntax::SYNTAX,
};

/// What psql assumes of a file is the encoding of its terminal.
const ENCODING: &str = "SET client_encoding = 'UTF8'";

/// Writes a piece of a script that was planned for a session with this default
/// namespace.
///
/// # Errors
///
/// Fails if a statement cannot be in a script.
pub(crate) fn write(piece: Piece<'_>, default: Option<&Name>) -> Result<String, BackendError> {
    let mut text = String::new();
    match piece {
        Piece::Opening => {
            text.push_str(
                "-- For psql. Let it stop at the first error, or what cannot be in a transaction runs all the same:\n\
                 -- psql -X -v ON_ERROR_STOP=1 -f FILE DATABASE\n\n",
            );
            settings(&mut text);
        }
        Piece::Batch { batch, conditions, cascades: _, inserts } => {
            write_batch(&mut text, batch, conditions, inserts, default)?;
        }
        Piece::Reset(_) => {
            for reset in RESETS {
                end(&mut text, reset);
            }
            settings(&mut text);
        }
        Piece::Closing => {}
    }
    Ok(text)
}

fn settings(text: &mut String) {
    for setting in [ENCODING].into_iter().chain(SETTINGS) {
        end(text, setting);
    }
    text.push('\n');
}

fn write_batch(
    text: &mut String,
    batch: &Batch,
    conditions: &[Condition],
    inserts: &[(usize, String)],
    default: Option<&Name>,
) -> Result<(), BackendError> {
    if batch.atomic {
        text.push_str("BEGIN;\n\n");
    }
    if !conditions.is_empty() {
        text.push_str(&guard(conditions, default));
    }
    for (position, statement) in batch.statements.iter().enumerate() {
        text.extend(inserts_at(inserts, position));
        session::check(statement)?;
        end(text, &for_psql(statement)?);
        text.push('\n');
    }
    if batch.atomic {
        text.push_str("COMMIT;\n\n");
    }
    Ok(())
}

/// A statement that fails unless everything is so. In a transaction it also
/// keeps other runs out until the end, as the lock of a run does, and nothing
/// that follows takes effect: psql goes on after an error, the server does not.
fn guard(conditions: &[Condition], default: Option<&Name>) -> String {
    let literal = |text: &str| SYNTAX.quote_literal(text);
    let mut checks = vec![(
        format!("pg_catalog.pg_try_advisory_xact_lock({})", lock::key(LOCK)),
        "another run is at work in the database".to_owned(),
    )];
    if let Some(default) = default {
        let default = default.as_str();
        checks.push((
            format!("pg_catalog.current_schema() IS NOT DISTINCT FROM {}", literal(default)),
            format!("the script was made for a search_path that begins with {default}"),
        ));
    }
    checks.extend(conditions.iter().map(|it| (it.sql.clone(), it.refusal.clone())));
    let mut body = "BEGIN\n".to_owned();
    for (condition, refusal) in &checks {
        let refusal = literal(refusal);
        body.extend(["    IF NOT (", condition, ") THEN\n"]);
        body.extend(["        RAISE EXCEPTION USING MESSAGE = ", &refusal, ";\n    END IF;\n"]);
    }
    body.push_str("END\n");
    let mut tag = "$retort$".to_owned();
    while body.contains(&tag) {
        tag.insert(1, '_');
    }
    format!("DO {tag}\n{body}{tag};\n\n")
}

/// A statement as psql leaves it alone.
fn for_psql(statement: &Statement) -> Result<String, BackendError> {
    let sql = &statement.sql;
    let tokens: Vec<Token> = lex(sql, &SYNTAX).collect();
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| sql[token.span.clone()] == *text);
    let mut written = String::with_capacity(sql.len());
    for (at, token) in tokens.iter().enumerate() {
        written.push_str(&sql[token.span.clone()]);
        if is(at, "\\") {
            let message = "a backslash outside of quotes would be a command of psql";
            return Err(BackendError::unsupported(message).with_statement(sql).at_offset(token.span.start));
        }
        // `a[1:n]`: psql would put in the value of its variable `n`.
        let begins_variable = is(at, ":") && (at == 0 || !is(at - 1, ":"));
        let is_name = |next: &Token| {
            matches!(next.kind, TokenKind::Word | TokenKind::QuotedIdentifier | TokenKind::String)
        };
        if begins_variable && tokens.get(at + 1).is_some_and(is_name) {
            written.push(' ');
        }
    }
    if tokens.last().is_some_and(|token| token.kind == TokenKind::LineComment) {
        written.push('\n');
    }
    Ok(written)
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

    fn check(sql: &str, expected: Expect) {
        expected.assert_eq(&match for_psql(&Statement::new(sql)) {
            Ok(written) => written,
            Err(error) => format!("{:?}: {error}", error.kind()),
        });
    }

    #[test]
    fn psql_leaves_statements_alone() {
        check("SELECT a[1:n], b::text, ':n', $$:n$$", expect!["SELECT a[1: n], b::text, ':n', $$:n$$"]);
        check("SELECT '\\', E'\\'', $$\\$$", expect![r"SELECT '\', E'\'', $$\$$"]);
        check(
            "SELECT 1 \\! rm",
            expect!["Unsupported: a backslash outside of quotes would be a command of psql"],
        );
        check("SELECT 1 -- one", expect!["SELECT 1 -- one\n"]);
    }

    #[test]
    fn batches_are_transactions_with_guards() {
        let condition = Condition { sql: "x = '$retort$'".to_owned(), refusal: "it's not x".to_owned() };
        let batch = Batch::atomic(vec![Statement::new("DROP TABLE t")]);
        let piece = Piece::Batch { batch: &batch, conditions: &[condition], cascades: true, inserts: &[] };
        expect![[r"
            BEGIN;

            DO $_retort$
            BEGIN
                IF NOT (pg_catalog.pg_try_advisory_xact_lock(-7467083838968789986)) THEN
                    RAISE EXCEPTION USING MESSAGE = 'another run is at work in the database';
                END IF;
                IF NOT (pg_catalog.current_schema() IS NOT DISTINCT FROM 'public') THEN
                    RAISE EXCEPTION USING MESSAGE = 'the script was made for a search_path that begins with public';
                END IF;
                IF NOT (x = '$retort$') THEN
                    RAISE EXCEPTION USING MESSAGE = 'it''s not x';
                END IF;
            END
            $_retort$;

            DROP TABLE t;

            COMMIT;

        "]]
        .assert_eq(&write(piece, Some(&"public".into())).unwrap());
    }
}
