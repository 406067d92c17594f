//! A batch as one text for the server, and what belongs to whom in it.
//!
//! The server takes any number of statements in one message. It answers each
//! command with a completion and the first failure with an error, and numbers
//! neither: which statement an answer belongs to is known by counting, so it
//! must be known beforehand how many commands a statement has.

use retort_core::{
    backend::{BackendError, BackendErrorKind, Statement},
    sql::{SplitErrorKind, StatementSpan, Token, TokenKind, lex_from, split},
};

use crate::syntax::SYNTAX;

/// What is between two statements. The line end closes a line comment.
const SEPARATOR: &str = "\n;\n";

/// Statements as one text.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The text.
    pub(super) text: String,
    /// The commands, in order.
    pub(super) commands: Vec<Command>,
    /// Where each statement begins in the text.
    starts: Vec<usize>,
}

/// One command: what the server answers with one completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Command {
    /// The statement that it is in, by its position in the script.
    pub(super) statement: usize,
    /// Whether the number in its completion is that of changed rows.
    pub(super) changes_rows: bool,
}

impl Script {
    /// Adds a statement.
    ///
    /// # Errors
    ///
    /// Fails if it must not be sent: it would swallow what follows it, end
    /// the transaction, or leave the connection waiting for data.
    pub(super) fn push(&mut self, statement: &Statement) -> Result<(), BackendError> {
        let sql = &statement.sql;
        let spans = spans(sql)?;
        let number = self.starts.len();
        for span in spans {
            let mut words = Words::new(&sql[span.clone()]);
            let word = words.next().unwrap_or_default();
            refuse(sql, span.start, &word, words.clone())?;
            let changes_rows = changes_rows(&word, words);
            self.commands.push(Command { statement: number, changes_rows });
        }
        self.push_text(sql);
        Ok(())
    }

    /// Adds the execution of a statement that was prepared.
    pub(super) fn push_execution(&mut self, statement: &Statement, execution: &str) {
        let mut words = Words::new(&statement.sql);
        let word = words.next().unwrap_or_default();
        let changes_rows = changes_rows(&word, words);
        self.commands.push(Command { statement: self.starts.len(), changes_rows });
        self.push_text(execution);
    }

    /// Adds a command of our own.
    pub(super) fn push_own(&mut self, sql: &str) {
        self.commands.push(Command { statement: self.starts.len(), changes_rows: false });
        self.push_text(sql);
    }

    fn push_text(&mut self, sql: &str) {
        self.starts.push(self.text.len());
        self.text.push_str(sql);
        self.text.push_str(SEPARATOR);
    }

    /// The statement at a character of the text, and the byte within it.
    pub(super) fn locate(&self, character: usize) -> Option<(usize, usize)> {
        // Behind the last character: an unexpected end.
        let offset = self.text.char_indices().nth(character).map_or(self.text.len(), |(offset, _)| offset);
        let statement = self.starts.partition_point(|start| *start <= offset).checked_sub(1)?;
        let start = self.starts[statement];
        let end = self.starts.get(statement + 1).map_or(self.text.len(), |next| *next);
        Some((statement, (offset - start).min(end - start - SEPARATOR.len())))
    }
}

/// The commands in a statement, which is most often one.
fn spans(sql: &str) -> Result<Vec<StatementSpan>, BackendError> {
    let failure = |message: String, offset| {
        BackendError::new(BackendErrorKind::Syntax, message).with_statement(sql).at_offset(offset)
    };
    if let Some(offset) = sql.find('\0') {
        return Err(failure("a statement cannot hold a NUL character".to_owned(), offset));
    }
    match split(sql, &SYNTAX) {
        Ok(spans) => Ok(spans),
        Err(error) => match error.kind {
            SplitErrorKind::String
            | SplitErrorKind::DollarString
            | SplitErrorKind::QuotedIdentifier
            | SplitErrorKind::Comment => Err(failure(error.kind.to_string(), error.offset)),
            // The server will say what is wrong, if anything is.
            SplitErrorKind::Body | SplitErrorKind::Parenthesis | SplitErrorKind::Delimiter => {
                let whole: StatementSpan = 0..sql.len();
                Ok(Vec::from([whole]))
            }
        },
    }
}

/// Refuses a command that cannot be sent in a batch.
fn refuse(sql: &str, start: usize, word: &str, mut rest: Words<'_>) -> Result<(), BackendError> {
    let message = match word {
        "COPY" if is_with_client(rest.clone()) => {
            "COPY cannot read from or write to the client here; use INSERT, or a file of the server"
                .to_owned()
        }
        "BEGIN" | "COMMIT" | "END" | "ABORT" | "ROLLBACK" | "START" | "PREPARE" => {
            let second = rest.next();
            let second = second.as_deref();
            let stays = match word {
                "ROLLBACK" => {
                    second == Some("TO") || second == Some("PREPARED") || {
                        matches!(second, Some("WORK" | "TRANSACTION")) && rest.next().as_deref() == Some("TO")
                    }
                }
                "COMMIT" => second == Some("PREPARED"),
                "START" | "PREPARE" => second != Some("TRANSACTION"),
                _ => false,
            };
            if stays {
                return Ok(());
            }
            format!("`{word}` cannot run here: transactions begin and end with the revision")
        }
        _ => return Ok(()),
    };
    Err(BackendError::new(BackendErrorKind::Statement, message).with_statement(sql).at_offset(start))
}

/// Whether a COPY, of which these are the words, waits for data or sends some.
fn is_with_client(words: Words<'_>) -> bool {
    let from_or_to = |word: &str| word == "FROM" || word == "TO";
    words
        .clone()
        .zip(words.skip(1))
        .any(|(before, word)| from_or_to(&before) && (word == "STDIN" || word == "STDOUT"))
}

/// Whether a command's completion counts changed rows. That of a SELECT counts
/// those that were read.
fn changes_rows(word: &str, mut rest: Words<'_>) -> bool {
    const VERBS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "MERGE"];
    match word {
        "WITH" => {
            let verb = rest
                .find(|word| VERBS.contains(&&**word) || ["SELECT", "VALUES", "TABLE"].contains(&&**word));
            verb.is_some_and(|verb| VERBS.contains(&&*verb))
        }
        "COPY" => rest.any(|word| word == "FROM"),
        _ => VERBS.contains(&word),
    }
}

/// The words of a command outside parentheses, in upper case.
#[derive(Clone)]
struct Words<'a> {
    sql: &'a str,
    tokens: retort_core::sql::Lexer<'a>,
    depth: usize,
}

impl<'a> Words<'a> {
    fn new(sql: &'a str) -> Self {
        Self { sql, tokens: lex_from(sql, 0, &SYNTAX), depth: 0 }
    }
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            let Token { kind, span, .. } = self.tokens.next()?;
            let text = &self.sql[span];
            match (kind, text) {
                (TokenKind::Punctuation, "(") => self.depth += 1,
                (TokenKind::Punctuation, ")") => self.depth = self.depth.saturating_sub(1),
                (TokenKind::Word, _) if self.depth == 0 => return Some(text.to_ascii_uppercase()),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(statements: &[&str], expected: Expect) {
        let mut script = Script::default();
        for sql in statements {
            if let Err(error) = script.push(&Statement::new(*sql)) {
                let (kind, offset) = (error.kind(), error.offset().unwrap());
                return expected.assert_eq(&format!("{kind:?} at {offset}: {error}"));
            }
        }
        let commands = script.commands.iter().map(|command| {
            let rows = if command.changes_rows { " rows" } else { "" };
            format!("{}{rows}", command.statement)
        });
        expected.assert_eq(&commands.collect::<Vec<_>>().join(", "));
    }

    #[test]
    fn commands_are_counted() {
        check(&["SELECT 1", "INSERT INTO t VALUES (';')", "CREATE TABLE t ()"], expect!["0, 1 rows, 2"]);
        check(&["", "-- nothing", ";;", "/* x */ ;", "SELECT 1; -- end"], expect!["4"]);
        check(&["UPDATE t SET a = 1; SELECT 1; DELETE FROM t"], expect!["0 rows, 0, 0 rows"]);
        check(
            &["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "SELECT 1"],
            expect!["0, 1"],
        );
        check(&["CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)"], expect!["0"]);
        check(&["DO $$ BEGIN PERFORM 1; END $$"], expect!["0"]);
    }

    #[test]
    fn only_changes_count_rows() {
        check(&["with x as (delete from t returning *) select * from x"], expect!["0"]);
        check(&["WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x"], expect!["0 rows"]);
        check(&["MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE"], expect!["0 rows"]);
        check(
            &[
                "COPY t FROM '/tmp/stdin'",
                "COPY t TO '/tmp/stdout'",
                "(SELECT 1)",
                "VALUES (1)",
                "EXPLAIN DELETE FROM t",
            ],
            expect!["0 rows, 1, 2, 3, 4"],
        );
        check(&["CREATE TABLE u AS SELECT 1"], expect!["0"]);
    }

    #[test]
    fn what_would_break_the_batch_is_refused() {
        check(&["SELECT 'a"], expect!["Syntax at 7: unterminated string"]);
        check(&["SELECT 1 /* a", "SELECT 2 */"], expect!["Syntax at 9: unterminated comment"]);
        check(&["SELECT \"a"], expect!["Syntax at 7: unterminated quoted identifier"]);
        check(&["DO $x$ BEGIN"], expect!["Syntax at 3: unterminated dollar-quoted string"]);
        check(&["SELECT '\0'"], expect!["Syntax at 8: a statement cannot hold a NUL character"]);
        check(
            &["COPY t FROM STDIN"],
            expect![
                "Statement at 0: COPY cannot read from or write to the client here; use INSERT, or a file of the server"
            ],
        );
        check(
            &["/* x */ copy t (a) from stdin with (format csv)"],
            expect![
                "Statement at 8: COPY cannot read from or write to the client here; use INSERT, or a file of the server"
            ],
        );
        check(
            &["COPY (SELECT 1) TO STDOUT"],
            expect![
                "Statement at 0: COPY cannot read from or write to the client here; use INSERT, or a file of the server"
            ],
        );
        check(&["COPY stdin FROM '/tmp/stdin'"], expect!["0 rows"]);
        check(
            &["BEGIN"],
            expect!["Statement at 0: `BEGIN` cannot run here: transactions begin and end with the revision"],
        );
        check(
            &["commit and chain"],
            expect!["Statement at 0: `COMMIT` cannot run here: transactions begin and end with the revision"],
        );
        check(
            &["END"],
            expect!["Statement at 0: `END` cannot run here: transactions begin and end with the revision"],
        );
        check(
            &["ABORT"],
            expect!["Statement at 0: `ABORT` cannot run here: transactions begin and end with the revision"],
        );
        check(
            &["ROLLBACK"],
            expect![
                "Statement at 0: `ROLLBACK` cannot run here: transactions begin and end with the revision"
            ],
        );
        check(
            &["START TRANSACTION"],
            expect!["Statement at 0: `START` cannot run here: transactions begin and end with the revision"],
        );
        check(
            &["SELECT 1; COMMIT"],
            expect![
                "Statement at 10: `COMMIT` cannot run here: transactions begin and end with the revision"
            ],
        );
        check(
            &["PREPARE TRANSACTION 'x'"],
            expect![
                "Statement at 0: `PREPARE` cannot run here: transactions begin and end with the revision"
            ],
        );
        check(
            &[
                "ROLLBACK TO a",
                "ROLLBACK WORK TO SAVEPOINT a",
                "PREPARE p AS SELECT 1",
                "COMMIT PREPARED 'x'",
            ],
            expect!["0, 1, 2, 3"],
        );
    }

    #[test]
    fn characters_are_found_again() {
        let mut script = Script::default();
        script.push_own("BEGIN");
        script.push(&Statement::new("SELECT 'é'")).unwrap();
        script.push(&Statement::new("SELECT 2")).unwrap();
        let at = |text: &str| {
            let byte = script.text.find(text).unwrap();
            script.locate(script.text[..byte].chars().count())
        };
        assert_eq!(at("BEGIN"), Some((0, 0)));
        assert_eq!(at("é"), Some((1, 8)));
        assert_eq!(at("2"), Some((2, 7)));
        assert_eq!(script.locate(10_000), Some((2, 8)));
    }
}
