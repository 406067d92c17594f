//! INSERT, UPDATE and DELETE.

use retort_core::{
    backend::BackendError,
    expression::{Expr, write},
};

use super::{Names, Result, Translator};
use crate::{expression::dialect::DIALECT, server::Flavor, syntax::SYNTAX};

/// A column that an UPDATE changes, and its new value.
struct Assignment {
    column: String,
    value: Expr,
}

impl Translator<'_> {
    /// Passes a statement that changes rows.
    pub(super) fn change(&mut self) -> Result<()> {
        let mut with = None;
        if self.cursor.words_at(0, &["WITH"]) {
            self.with()?;
            with = Some(std::mem::take(&mut self.out));
        }
        if self.cursor.words_at(0, &["INSERT"]) {
            return self.insert(with);
        }
        if let Some(with) = with {
            if self.context.server.flavor == Flavor::MariaDb {
                return Err(self.lacks("WITH in front of UPDATE and DELETE"));
            }
            self.out = with;
        }
        if self.cursor.words_at(0, &["UPDATE"]) {
            self.update()
        } else if self.cursor.words_at(0, &["DELETE"]) {
            self.delete()
        } else {
            Err(self.unexpected())
        }
    }

    fn insert(&mut self, with: Option<String>) -> Result<()> {
        self.expect(&["INSERT", "INTO"])?;
        self.relation()?;
        if self.cursor.words_at(0, &["AS"]) {
            return Err(self.lacks("another name for the table of an INSERT"));
        }
        if self.cursor.words_at(0, &["DEFAULT", "VALUES"]) {
            self.cursor.skip(2);
            self.push("() VALUES ()");
            return self.after_change("INSERT");
        }
        if self.cursor.text_at(0) == Some("(") && !self.at_query() {
            self.names()?;
        }
        if self.cursor.words_at(0, &["OVERRIDING"]) {
            // Here a value that is given always counts, as in OVERRIDING SYSTEM
            // VALUE.
            if !self.cursor.words_at(1, &["SYSTEM", "VALUE"]) {
                return Err(self.lacks("OVERRIDING USER VALUE"));
            }
            self.cursor.skip(3);
        }
        if self.cursor.words_at(0, &["VALUES"]) {
            self.values("")?;
        } else {
            if let Some(with) = with {
                self.push(&with);
            }
            self.query(Names::DontMatter)?;
        }
        self.after_change("INSERT")
    }

    fn update(&mut self) -> Result<()> {
        self.expect(&["UPDATE"])?;
        self.relation()?;
        self.alias()?;
        self.expect(&["SET"])?;
        let mut assignments = Vec::new();
        loop {
            self.assignment(&mut assignments)?;
            if !self.cursor.skip_text(",") {
                break;
            }
        }
        self.assignments(assignments)?;
        if self.cursor.words_at(0, &["FROM"]) {
            return Err(
                self.lacks("UPDATE … FROM; in portable SQL a subquery in SET and WHERE does the same")
            );
        }
        if self.accept(&["WHERE"]) {
            self.expression()?;
        }
        self.after_change("UPDATE")
    }

    /// `a = 1`, `(a, b) = (1, 2)`
    fn assignment(&mut self, assignments: &mut Vec<Assignment>) -> Result<()> {
        let is_list = self.cursor.skip_text("(");
        let mut columns = vec![self.read_name()?];
        while is_list && self.cursor.skip_text(",") {
            columns.push(self.read_name()?);
        }
        if is_list && !self.cursor.skip_text(")") {
            return Err(self.unexpected());
        }
        if !self.cursor.skip_text("=") {
            return Err(self.unexpected());
        }
        let value = self.read_expression()?;
        match (value, is_list) {
            (Expr::Row(values), true) if values.len() == columns.len() => {
                let each = columns.into_iter().zip(values);
                assignments.extend(each.map(|(column, value)| Assignment { column, value }));
            }
            (value, false) => {
                let column = columns.pop().unwrap_or_default();
                assignments.push(Assignment { column, value });
            }
            (value, true) if columns.len() == 1 => {
                let column = columns.pop().unwrap_or_default();
                assignments.push(Assignment { column, value });
            }
            (_, true) => return Err(self.lacks("several columns set to a query")),
        }
        Ok(())
    }

    /// Writes assignments in an order in which none sees what another one did:
    /// MySQL carries them out one after the other.
    fn assignments(&mut self, mut assignments: Vec<Assignment>) -> Result<()> {
        let mut is_first = true;
        while !assignments.is_empty() {
            // The first that no other one needs the old value of.
            let free = (0..assignments.len()).find(|at| {
                let mut others = assignments.iter().enumerate().filter(|(other, _)| other != at);
                !others.any(|(_, other)| mentions(&other.value, &assignments[*at].column))
            });
            let Some(free) = free else {
                let columns: Vec<String> =
                    assignments.iter().map(|assignment| format!("`{}`", assignment.column)).collect();
                return Err(BackendError::unsupported(format!(
                    "{} sets the columns {} one after the other, so that one would get the new value of \
                     another; write this under `@only`",
                    self.context.product(),
                    columns.join(", ")
                )));
            };
            let Assignment { column, value } = assignments.remove(free);
            if !is_first {
                self.out.push(',');
            }
            is_first = false;
            let value = write(&self.context.translate_tree(value)?, &DIALECT);
            self.push(&format!("{} = {value}", SYNTAX.quote_identifier(&column)));
        }
        Ok(())
    }

    fn delete(&mut self) -> Result<()> {
        self.expect(&["DELETE"])?;
        let before_from = self.out.len();
        self.expect(&["FROM"])?;
        self.relation()?;
        if let Some(alias) = self.alias()? {
            // MariaDB knows other names only where it can delete from several
            // tables.
            self.out.insert_str(before_from, &format!(" {}", SYNTAX.quote_identifier(&alias)));
        }
        if self.cursor.words_at(0, &["USING"]) {
            return Err(self.lacks("DELETE … USING; in portable SQL a subquery in WHERE does the same"));
        }
        if self.accept(&["WHERE"]) {
            self.expression()?;
        }
        self.after_change("DELETE")
    }

    /// Refuses what may follow a change.
    fn after_change(&mut self, statement: &str) -> Result<()> {
        if self.cursor.words_at(0, &["ON", "CONFLICT"]) {
            return Err(self.lacks(
                "ON CONFLICT; in portable SQL `INSERT … SELECT … WHERE NOT EXISTS (…)` leaves out rows that are there",
            ));
        }
        if self.cursor.words_at(0, &["RETURNING"]) {
            return Err(self.lacks(&format!("RETURNING behind {statement}")));
        }
        Ok(())
    }
}

/// Whether an expression may use the column of that name.
fn mentions(expr: &Expr, column: &str) -> bool {
    let mut found = false;
    expr.visit(&mut |part| match part {
        Expr::Column(path) => {
            found |= path.last().is_some_and(|name| name.as_str().eq_ignore_ascii_case(column));
        }
        // Not looked into: it may.
        Expr::Query { sql, .. } => found |= sql.to_lowercase().contains(&column.to_lowercase()),
        _ => {}
    });
    found
}
