//! What a script is made of that the database's own client runs.

use super::{
    batch::{Batch, Guard, Statement},
    row::Value,
};
use crate::sql::Syntax;

/// A piece of a script for the database's own client: see
/// [`Backend::write`](super::Backend::write).
#[derive(Debug, Clone, Copy)]
pub enum Piece<'a> {
    /// What comes first: how to run the script, as comments, and what a session
    /// is set to.
    Opening,
    /// What a session would run.
    Batch {
        /// It. Its guard is among the conditions.
        batch: &'a Batch,
        /// What must hold before its first statement.
        conditions: &'a [Condition],
        /// Whether a change of rows may reach rows of other tables by foreign
        /// keys.
        cascades: bool,
        /// Texts that stand before statements, each with the position of its
        /// statement, in order: comments, and other pieces.
        inserts: &'a [(usize, String)],
    },
    /// What takes back what these statements may have set for the session.
    Reset(&'a [Statement]),
    /// What comes last.
    Closing,
}

/// The texts that stand before the statement at this position.
pub fn inserts_at(inserts: &[(usize, String)], position: usize) -> impl Iterator<Item = &str> {
    inserts.iter().filter(move |(at, _)| *at == position).map(|(_, text)| text.as_str())
}

/// What must hold for a part of a script to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// An expression that is true then.
    pub sql: String,
    /// What the error says otherwise.
    pub refusal: String,
}

impl Guard {
    /// The guard of the version table as a condition: the query returns the rows
    /// that it must, of one column and all different.
    pub(crate) fn condition(&self, syntax: &Syntax) -> Condition {
        let query = &self.query;
        let mut conditions = vec![format!("(SELECT count(*) FROM ({query}) AS found) = {}", self.rows.len())];
        let mut places = Vec::new();
        for row in &self.rows {
            if let Some(Value::Text(text)) = row.0.first() {
                conditions.push(format!("{} IN ({query})", syntax.quote_literal(text)));
                places.push(text.as_str());
            }
        }
        let place = if places.is_empty() { "base".to_owned() } else { places.join(", ") };
        Condition { sql: conditions.join(" AND "), refusal: format!("the database is not at {place}") }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::backend::Row;

    fn check(ids: &[&str], expected: Expect) {
        let rows = ids.iter().map(|id| Row(vec![Value::Text((*id).to_owned())])).collect();
        let guard = Guard { query: "SELECT v FROM t".to_owned(), rows };
        let Condition { sql, refusal } = guard.condition(&Syntax::PORTABLE);
        expected.assert_eq(&format!("{sql}\n{refusal}"));
    }

    #[test]
    fn guards_are_conditions() {
        check(
            &[],
            expect![[r"
                (SELECT count(*) FROM (SELECT v FROM t) AS found) = 0
                the database is not at base"]],
        );
        check(
            &["a", "b'"],
            expect![[r"
                (SELECT count(*) FROM (SELECT v FROM t) AS found) = 2 AND 'a' IN (SELECT v FROM t) AND 'b''' IN (SELECT v FROM t)
                the database is not at a, b'"]],
        );
    }
}
