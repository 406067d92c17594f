//! Scripts for the command-line clients of MySQL and MariaDB.

use retort_core::{
    backend::{BackendError, Batch, Condition, Piece, Statement, inserts_at},
    migrate::LOCK,
    sql::{Token, TokenKind, lex},
};

use crate::{
    server::{Flavor, Server},
    session::{Changes, RESTRICTED, ends_transaction, refusal, scripted_settings},
    syntax::SYNTAX,
};

/// The longest name of a database of which the lock has the whole name.
const LONGEST_IN_LOCK: usize = 64 - LOCK.len() - 1;

/// Writes a piece of a script.
///
/// # Errors
///
/// Fails if a statement cannot be in a script.
pub(crate) fn write(piece: Piece<'_>, server: Server) -> Result<String, BackendError> {
    let mut text = String::new();
    match piece {
        Piece::Opening => {
            let client = match server.flavor {
                Flavor::MySql => "mysql",
                Flavor::MariaDb => "mariadb",
            };
            text.push_str(
                "-- For the command-line client. Without the options it changes line ends within texts, and drops\n\
                 -- comments within programs. A schema change commits by itself: if the script fails, `retort upgrade`\n\
                 -- or `retort downgrade` goes on from there.\n",
            );
            text.extend(["-- ", client, " --binary-mode --comments DATABASE < FILE\n\n"]);
            settings(&mut text, server);
            let lock = format!("CONCAT('{LOCK}:', DATABASE())");
            let sql = format!("CHAR_LENGTH(DATABASE()) > {LONGEST_IN_LOCK} OR GET_LOCK({lock}, 0) = 1");
            require(&mut text, &sql, "another run is at work in the database");
            text.push('\n');
        }
        Piece::Batch { batch, conditions, cascades: _, inserts } => {
            write_batch(&mut text, batch, conditions, inserts)?;
        }
        Piece::Reset(statements) => {
            let mut changes = Changes::default();
            statements.iter().for_each(|statement| changes.note(&statement.sql));
            let role = match server.flavor {
                Flavor::MySql => "DEFAULT",
                Flavor::MariaDb => "NONE",
            };
            for statement in changes.undo_own(server.flavor, role) {
                end(&mut text, &statement);
            }
            settings(&mut text, server);
        }
        Piece::Closing => {
            let lock = format!("IF(CHAR_LENGTH(DATABASE()) > {LONGEST_IN_LOCK}, 0, ");
            end(&mut text, &format!("DO {lock}RELEASE_LOCK(CONCAT('{LOCK}:', DATABASE())))"));
        }
    }
    Ok(text)
}

/// What the session is set to.
fn settings(text: &mut String, server: Server) {
    end(text, &scripted_settings(server));
    for (name, wanted, setting) in RESTRICTED {
        let is_of_mysql = name == "sql_generate_invisible_primary_key";
        if is_of_mysql && server.flavor != Flavor::MySql {
            continue;
        }
        let wanted = if wanted == "ON" { "1" } else { "0" };
        run_unless(text, &format!("@@SESSION.{name} = {wanted}"), &format!("SET SESSION {setting}"));
    }
    text.push('\n');
}

/// Fails unless it is so: what is asked for instead is a column that nothing
/// has. Only programs can raise errors with a text of their own.
fn require(text: &mut String, condition: &str, refusal: &str) {
    run_unless(text, condition, &format!("SELECT {}", SYNTAX.quote_identifier(refusal)));
}

/// Runs a statement unless a condition holds.
fn run_unless(text: &mut String, condition: &str, statement: &str) {
    let statement = SYNTAX.quote_literal(statement);
    end(text, &format!("SET @retort = IF({condition}, 'DO 0', {statement})"));
    for step in ["PREPARE retort FROM @retort", "EXECUTE retort", "DEALLOCATE PREPARE retort"] {
        end(text, step);
    }
}

fn write_batch(
    text: &mut String,
    batch: &Batch,
    conditions: &[Condition],
    inserts: &[(usize, String)],
) -> Result<(), BackendError> {
    for Condition { sql, refusal } in conditions {
        require(text, sql, refusal);
        text.push('\n');
    }
    let in_transaction = batch.atomic && batch.statements.len() > 1;
    if in_transaction {
        text.push_str("START TRANSACTION;\n\n");
    }
    for (position, statement) in batch.statements.iter().enumerate() {
        text.extend(inserts_at(inserts, position));
        check(batch, statement)?;
        end(text, &for_client(statement));
        text.push('\n');
    }
    if in_transaction {
        text.push_str("COMMIT;\n\n");
    }
    Ok(())
}

/// Refuses what a session would refuse.
fn check(batch: &Batch, statement: &Statement) -> Result<(), BackendError> {
    let ends = ends_transaction(&statement.sql).filter(|_| batch.atomic);
    let ends = ends.map(|words| format!("`{words}` would end the transaction of the revision"));
    match ends.or_else(|| refusal(&statement.sql)) {
        Some(message) => Err(BackendError::unsupported(message).with_statement(&statement.sql)),
        None => Ok(()),
    }
}

/// A statement whose texts the client leaves as they are: without
/// `--binary-mode` it takes a carriage return from a line's end.
fn for_client(statement: &Statement) -> String {
    let sql = &statement.sql;
    if !sql.contains(['\r', '\0']) {
        return sql.clone();
    }
    let mut written = String::with_capacity(sql.len());
    for token in lex(sql, &SYNTAX) {
        let piece = &sql[token.span];
        match token.kind {
            TokenKind::String => written.push_str(&piece.replace('\r', "\\r").replace('\0', "\\0")),
            _ => written.push_str(piece),
        }
    }
    written
}

/// Adds a statement with what ends it. To the client, a semicolon within a
/// program ends the statement.
fn end(text: &mut String, sql: &str) {
    let tokens: Vec<Token> = lex(sql, &SYNTAX).collect();
    let is_quoted = |token: &Token| matches!(token.kind, TokenKind::String | TokenKind::QuotedIdentifier);
    let ends_early = tokens.iter().any(|token| !is_quoted(token) && sql[token.span.clone()].contains(';'));
    let line =
        if tokens.last().is_some_and(|token| token.kind == TokenKind::LineComment) { "\n" } else { "" };
    if !ends_early {
        text.push_str(sql);
        text.push_str(line);
        text.push_str(";\n");
        return;
    }
    let mut delimiter = "//".to_owned();
    while sql.contains(&delimiter) {
        delimiter.push('/');
        delimiter.insert(0, '$');
    }
    text.extend(["DELIMITER ", &delimiter, "\n", sql, line, "\n", &delimiter, "\nDELIMITER ;\n"]);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(sql: &str, expected: Expect) {
        let mut text = String::new();
        end(&mut text, &for_client(&Statement::new(sql)));
        expected.assert_eq(&text);
    }

    #[test]
    fn statements_end_where_they_should() {
        check(
            "UPDATE t SET a = 'x;y', `b;` = 1",
            expect![[r"
            UPDATE t SET a = 'x;y', `b;` = 1;
        "]],
        );
        check(
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = '//'; END",
            expect![[r"
            DELIMITER $///
            CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = '//'; END
            $///
            DELIMITER ;
        "]],
        );
        check("SELECT 'a\r\nb'\r\n", expect!["SELECT 'a\\r\nb'\r\n;\n"]);
        check(
            "SELECT 1 -- one",
            expect![[r"
            SELECT 1 -- one
            ;
        "]],
        );
    }

    #[test]
    fn guards_are_prepared_statements() {
        let conditions =
            [Condition { sql: "x = 'y'".to_owned(), refusal: "the database is not at `y`".to_owned() }];
        let batch = Batch::atomic(vec![Statement::new("DELETE FROM t"), Statement::new("DELETE FROM u")]);
        let written = write(
            Piece::Batch { batch: &batch, conditions: &conditions, cascades: true, inserts: &[] },
            Server::OLDEST_MYSQL,
        );
        expect![[r"
            SET @retort = IF(x = 'y', 'DO 0', 'SELECT `the database is not at ``y```');
            PREPARE retort FROM @retort;
            EXECUTE retort;
            DEALLOCATE PREPARE retort;

            START TRANSACTION;

            DELETE FROM t;

            DELETE FROM u;

            COMMIT;

        "]]
        .assert_eq(&written.unwrap());
    }
}
