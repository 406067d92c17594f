//! What statements set for the session, and what takes that back.
//!
//! The server can start a session anew (`COM_RESET_CONNECTION`), but that frees
//! the lock of the run. So the names of what was set are kept, and each gets
//! the value that a new session has.

use std::collections::BTreeSet;

use mysql_async::Error;
use retort_core::{
    backend::BackendError,
    sql::{Token, TokenKind, lex},
};

use super::{Facts, Rows, Wire};
use crate::{error, server::Flavor, syntax::SYNTAX};

/// What statements said they set for the session.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// System variables, in lower case.
    system: BTreeSet<String>,
    /// The user's own variables, as the text refers to them.
    user: BTreeSet<String>,
    role: bool,
    transactions: bool,
}

impl Changes {
    /// Notes what a statement may set, before it runs.
    pub(crate) fn note(&mut self, sql: &str) {
        let first = lex(sql, &SYNTAX).find(|token| token.kind == TokenKind::Word);
        let is_set = first.is_some_and(|token| sql[token.span].eq_ignore_ascii_case("SET"));
        if !is_set && !sql.contains('@') {
            return;
        }
        let is_code = |token: &Token| {
            !token.kind.is_trivia()
                && !matches!(token.kind, TokenKind::ConditionalOpen | TokenKind::ConditionalClose)
        };
        let tokens: Vec<Token> = lex(sql, &SYNTAX).filter(is_code).collect();
        self.note_user_variables(sql, &tokens);
        if is_set {
            let mut depth = 0_usize;
            let parts = tokens[1..].split(|token| {
                match &sql[token.span.clone()] {
                    "(" => depth += 1,
                    ")" => depth = depth.saturating_sub(1),
                    "," => return depth == 0,
                    _ => {}
                }
                false
            });
            for part in parts {
                let words: Vec<&str> = part.iter().map(|token| &sql[token.span.clone()]).collect();
                self.note_assignment(&words);
            }
        }
    }

    /// Notes each `@name` and ``@`name` ``, wherever it stands: several
    /// statements can assign to it.
    fn note_user_variables(&mut self, sql: &str, tokens: &[Token]) {
        let is_at = |token: &Token| &sql[token.span.clone()] == "@";
        for (at, token) in tokens.iter().enumerate() {
            let is_doubled = |neighbor: Option<&Token>| neighbor.is_some_and(is_at);
            if !is_at(token)
                || is_doubled(tokens.get(at + 1))
                || is_doubled(at.checked_sub(1).map(|before| &tokens[before]))
            {
                continue;
            }
            let Some(next) = tokens.get(at + 1).filter(|next| next.span.start == token.span.end) else {
                continue;
            };
            let end = match next.kind {
                TokenKind::String | TokenKind::QuotedIdentifier => next.span.end,
                _ => {
                    let rest = &sql[next.span.start..];
                    let is_end = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.'));
                    next.span.start + rest.find(is_end).unwrap_or(rest.len())
                }
            };
            if end > next.span.start {
                self.user.insert(sql[token.span.start..end].to_owned());
            }
        }
    }

    /// Notes what one of the assignments of a SET is about.
    fn note_assignment(&mut self, mut words: &[&str]) {
        const SCOPES: [&str; 2] = ["session", "local"];
        const OTHER_SCOPES: [&str; 3] = ["global", "persist", "persist_only"];
        let is_one_of =
            |scopes: &[&str], word: &str| scopes.iter().any(|scope| word.eq_ignore_ascii_case(scope));
        let is_scope = |word: &str| is_one_of(&SCOPES, word);
        // What is set for all sessions is not set for this one.
        let scope = words.iter().find(|word| **word != "@");
        if scope.is_some_and(|word| is_one_of(&OTHER_SCOPES, word)) {
            return;
        }
        if let ["@", "@", rest @ ..] = words {
            words = match rest {
                [scope, ".", rest @ ..] if is_scope(scope) => rest,
                rest => rest,
            };
        } else if let [scope, rest @ ..] = words
            && is_scope(scope)
        {
            words = rest;
        }
        let is_assigned = |at: usize| words.get(at).is_some_and(|word| matches!(*word, "=" | ":"));
        let name = match words {
            [first, ..] if !is_assigned(1) && first.eq_ignore_ascii_case("ROLE") => {
                self.role = true;
                return;
            }
            [first, ..] if !is_assigned(1) && first.eq_ignore_ascii_case("TRANSACTION") => {
                self.transactions = true;
                return;
            }
            [name, ..] if is_assigned(1) => (*name).to_owned(),
            [component, ".", name, ..] if is_assigned(3) => format!("{component}.{name}"),
            // NAMES and CHARACTER SET are among what a session sets anyway.
            _ => return,
        };
        let name = name.replace('`', "").to_ascii_lowercase();
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')) {
            self.system.insert(name);
        }
    }

    /// The statements that take it all back.
    fn undo(&self, facts: &Facts) -> Vec<String> {
        let mut undo = self.undo_own(facts.server.flavor, &facts.role);
        undo.push(facts.settings.clone());
        undo.extend(facts.further_settings.iter().cloned());
        undo
    }

    /// Those that take back what is not set anew. The session had that role.
    pub(crate) fn undo_own(&self, flavor: Flavor, role: &str) -> Vec<String> {
        let mut undo: Vec<String> = self.system.iter().map(|name| unset(name)).collect();
        if self.transactions {
            let prefix = match flavor {
                Flavor::MySql => "transaction",
                Flavor::MariaDb => "tx",
            };
            undo.push(unset(&format!("{prefix}_isolation")));
            undo.push(unset(&format!("{prefix}_read_only")));
        }
        undo.extend(self.user.iter().map(|variable| format!("SET {variable} = NULL")));
        if self.role {
            undo.push(format!("SET ROLE {role}"));
        }
        undo
    }
}

/// Gives a variable the value that it has in a new session.
fn unset(name: &str) -> String {
    let value = match name {
        // These have no default everywhere.
        "gtid_next" => "'AUTOMATIC'",
        "identity" | "insert_id" | "last_insert_id" | "rand_seed1" | "rand_seed2" => "0",
        _ => "DEFAULT",
    };
    format!("SET SESSION {name} = {value}")
}

/// Takes back what was set since the session was opened, in one round trip
/// unless something is not there to be taken back.
pub(super) async fn reset(wire: &mut Wire, facts: &Facts, changes: &Changes) -> Result<(), BackendError> {
    let undo = changes.undo(facts);
    let mut rest = &undo[..];
    while !rest.is_empty() {
        let mut answers = Vec::new();
        match wire.send(&rest.join(";\n"), Rows::Drop, &mut answers).await {
            Ok(()) => return Ok(()),
            Err(Error::Server(refusal)) if wire.is_usable() => {
                let Some((refused, later)) = rest.get(answers.len()..).and_then(<[String]>::split_first)
                else {
                    return Err(error::of_server(&refusal));
                };
                if !error::is_of_no_session_variable(&refusal) {
                    let why = error::of_server(&refusal);
                    let message = format!(
                        "what a revision set for the session cannot be taken back by `{refused}`; the next run begins \
                         with a new session"
                    );
                    return Err(BackendError::new(why.kind(), message).with_source(why));
                }
                rest = later;
            }
            Err(error) => return Err(error::lost(error, &facts.place, " between two revisions")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(sql: &str, expected: Expect) {
        let mut changes = Changes::default();
        changes.note(sql);
        let Changes { system, user, role, transactions } = changes;
        let mut found: Vec<String> = system.into_iter().chain(user).collect();
        found.extend(role.then(|| "role".to_owned()));
        found.extend(transactions.then(|| "transactions".to_owned()));
        expected.assert_eq(&found.join(" "));
    }

    #[test]
    fn what_a_statement_sets_is_noted() {
        check("SET foreign_key_checks=0", expect!["foreign_key_checks"]);
        check("set session sql_mode := '', @@time_zone = '+05:00'", expect!["sql_mode time_zone"]);
        check(
            "SET @@LOCAL.`Sort_Buffer_Size` = (SELECT max(a, b) FROM t), x = 1",
            expect!["sort_buffer_size x"],
        );
        check("/*!40101 SET @old=@@SQL_MODE, SQL_MODE='A,B' */", expect!["sql_mode @old"]);
        check("SET NAMES latin1", expect![""]);
        check("SET CHARACTER SET latin1", expect![""]);
        check("SET GLOBAL event_scheduler = ON, @@persist.x = 1, y = 2", expect!["y"]);
        check("SET ROLE ALL EXCEPT a, b", expect!["role"]);
        check("SET DEFAULT ROLE a TO b@c", expect!["@c"]);
        check("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE", expect!["transactions"]);
        check("SELECT 1 INTO @a.b", expect!["@a.b"]);
        check("UPDATE t SET a = (@`my var` := @'n' + 1) WHERE b = 'x@y'", expect!["@'n' @`my var`"]);
        check("UPDATE t SET sql_mode = 1", expect![""]);
        check("SET", expect![""]);
        check("SELECT @", expect![""]);
    }
}
