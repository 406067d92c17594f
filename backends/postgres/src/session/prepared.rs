//! Bookkeeping that the server plans once.
//!
//! Each revision comes with the same few statements: the guard, the move of the
//! version table, the row of the journal. Reading and planning them costs the
//! server more than running them, and a third of the time of a small revision.
//! So a text that came before, but for its strings, is prepared, and executed
//! from then on.
//!
//! This is never needed for the result. Behind a pooler, or after a DEALLOCATE in
//! a revision, the server may not know what was prepared: the session then
//! [gives up](Prepared::give_up) on it and sends the texts themselves.

use std::fmt::Write as _;

use retort_core::{
    backend::Statement,
    sql::{Token, TokenKind, lex},
};

use crate::syntax::SYNTAX;

/// After how many runs a text is prepared: one revision alone is not worth it.
const WORTH_PREPARING: u32 = 2;

/// The longest text that is looked at, in bytes.
const LONGEST: usize = 1 << 12;

/// How many texts are kept. Bookkeeping has about five.
const MOST: usize = 16;

/// The statements that a session prepared, and those that it might.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    known: Vec<Known>,
    given_up: bool,
}

#[derive(Debug)]
struct Known {
    template: String,
    runs: u32,
    is_ready: bool,
}

/// A statement with its strings taken out.
#[derive(Debug, PartialEq, Eq)]
struct Template<'a> {
    /// The text, with a parameter for each string.
    text: String,
    strings: Vec<&'a str>,
}

impl Prepared {
    /// Counts a run of each of these statements, and returns the text that
    /// prepares those that are worth it by now, if there are any.
    pub(super) fn note<'a>(&mut self, statements: impl Iterator<Item = &'a str>) -> Option<String> {
        if self.given_up {
            return None;
        }
        let mut text = String::new();
        for sql in statements {
            let Some(template) = Template::of(sql) else { continue };
            let Some(at) = self.known.iter().position(|known| known.template == template.text) else {
                if self.known.len() < MOST {
                    self.known.push(Known { template: template.text, runs: 1, is_ready: false });
                }
                continue;
            };
            let known = &mut self.known[at];
            known.runs += 1;
            if known.runs > WORTH_PREPARING && !known.is_ready {
                known.is_ready = true;
                let _ = writeln!(text, "PREPARE {} AS {};", name(at), known.template);
            }
        }
        Some(text).filter(|text| !text.is_empty())
    }

    /// The text that executes the statement, if it is prepared.
    pub(super) fn execution(&self, sql: &str) -> Option<String> {
        if self.given_up || self.known.is_empty() {
            return None;
        }
        let template = Template::of(sql)?;
        let at = self.known.iter().position(|known| known.is_ready && known.template == template.text)?;
        let strings = template.strings.join(", ");
        let list = if strings.is_empty() { strings } else { format!(" ({strings})") };
        Some(format!("EXECUTE {}{list}", name(at)))
    }

    /// Whether anything is sent as an execution.
    pub(super) fn is_used(&self) -> bool {
        !self.given_up && self.known.iter().any(|known| known.is_ready)
    }

    /// Prepares and executes nothing any more.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }
}

/// Whether the statement is one of Retort's own that may be prepared.
pub(super) fn is_bookkeeping(statement: &Statement) -> bool {
    statement.span.is_none()
}

impl<'a> Template<'a> {
    /// Takes the strings out of a plain statement.
    fn of(sql: &'a str) -> Option<Self> {
        if sql.is_empty() || sql.len() > LONGEST {
            return None;
        }
        let mut template = Self { text: String::with_capacity(sql.len()), strings: Vec::new() };
        for (at, Token { kind, span, .. }) in lex(sql, &SYNTAX).enumerate() {
            let text = &sql[span];
            match kind {
                TokenKind::Word if at == 0 => {
                    const VERBS: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
                    if !VERBS.contains(&text) {
                        return None;
                    }
                    template.text.push_str(text);
                }
                _ if at == 0 => return None,
                TokenKind::String if text.starts_with('\'') => {
                    template.strings.push(text);
                    let _ = write!(template.text, "${}", template.strings.len());
                }
                TokenKind::String | TokenKind::DollarString | TokenKind::Parameter => return None,
                TokenKind::Punctuation if text == ";" => return None,
                _ => template.text.push_str(text),
            }
        }
        Some(template)
    }
}

/// The name of a prepared statement. Nobody else's begins like that.
fn name(at: usize) -> String {
    format!("retort_bookkeeping_{at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(prepared: &mut Prepared, sql: &str) -> (Option<String>, Option<String>) {
        (prepared.note([sql].into_iter()), prepared.execution(sql))
    }

    #[test]
    fn a_text_that_comes_again_and_again_is_prepared() {
        let mut prepared = Prepared::default();
        let sql = |id: &str| format!("UPDATE v SET id = '{id}' WHERE id = 'it''s' AND n = 1");
        assert_eq!(run(&mut prepared, &sql("a")), (None, None));
        assert_eq!(run(&mut prepared, &sql("b")), (None, None));
        assert!(!prepared.is_used());
        let text = "PREPARE retort_bookkeeping_0 AS UPDATE v SET id = $1 WHERE id = $2 AND n = 1;\n";
        let execution = |id: &str| Some(format!("EXECUTE retort_bookkeeping_0 ('{id}', 'it''s')"));
        assert_eq!(run(&mut prepared, &sql("c")), (Some(text.to_owned()), execution("c")));
        assert_eq!(run(&mut prepared, &sql("d")), (None, execution("d")));
        assert!(prepared.is_used());
        prepared.give_up();
        assert_eq!(run(&mut prepared, &sql("e")), (None, None));
    }

    #[test]
    fn a_text_without_strings_has_no_arguments() {
        let mut prepared = Prepared::default();
        for _ in 0..2 {
            run(&mut prepared, "SELECT id FROM v");
        }
        let (_, execution) = run(&mut prepared, "SELECT id FROM v");
        assert_eq!(execution.as_deref(), Some("EXECUTE retort_bookkeeping_0"));
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        for sql in [
            "CREATE TABLE t ()",
            "SELECT $1",
            "SELECT $$a$$",
            "SELECT E'a'",
            "SELECT 1; SELECT 2",
            "-- a\nSELECT 1",
            "(SELECT 1)",
            "",
        ] {
            assert_eq!(Template::of(sql), None, "{sql}");
        }
        assert_eq!(Template::of(&format!("SELECT '{}'", "a".repeat(LONGEST))), None);
    }
}
