//! The changes of one table that stays, one after another.

use std::cmp::Reverse;

use super::{Tables, drop_constraint, drop_index, likely, rank, rename_constraint, rename_index};
use crate::{
    diff::{
        DiffError, Loss, Risk, expression::mentions, matching::validates, script::Script, table::TableDiff,
    },
    operation::{ColumnChange, Operation},
    schema::{Column, Constraint, ConstraintKind, Name, QualifiedName, Table},
};

impl<'a> Tables<'a> {
    /// Alters a table: indexes and constraints go before their columns, and come
    /// after them. What one statement can do is kept together.
    pub(super) fn alter(&mut self, diff: &TableDiff<'a>, script: &mut Script) -> Result<(), DiffError> {
        let name = &diff.after.name;
        self.take_apart(diff, script)?;
        change_columns(diff, (self.before, self.after), script)?;
        self.put_together(diff, script)?;
        if diff.before.comment != diff.after.comment {
            let (table, comment) = (name.clone(), diff.after.comment.clone());
            script.push(Operation::SetTableComment { table, comment })?;
        }
        for added in &diff.indexes.added {
            let risk = added.is_new.then(|| likely::index_risk(added.item, diff)).flatten();
            let operation = Operation::CreateIndex {
                table: name.clone(),
                index: added.item.clone(),
                concurrently: false,
                if_not_exists: false,
            };
            script.push_risky(operation, risk)?;
        }
        for added in &diff.constraints.added {
            let ConstraintKind::ForeignKey(key) = &added.item.kind else { continue };
            let risk = added.is_new.then(|| likely::constraint_risk(added.item, diff)).flatten();
            let operation = Operation::AddConstraint { table: name.clone(), constraint: added.item.clone() };
            if self.is_ready(name, key) {
                script.push_risky(operation, risk)?;
            } else {
                self.waiting.push((operation, risk));
            }
        }
        Ok(())
    }

    /// Drops and renames indexes and constraints.
    fn take_apart(&self, diff: &TableDiff<'a>, script: &mut Script) -> Result<(), DiffError> {
        let table = &diff.after.name;
        let is_left = |name: &'a Name| !self.cleared_constraints.contains(&(table, name));
        let is_index_left = |name: &'a Name| !self.cleared_indexes.contains(&(table, name));
        let mut dropped = diff.constraints.dropped.clone();
        dropped.sort_by_key(|constraint| rank(&constraint.kind));
        let (foreign_keys, others): (Vec<&Constraint>, Vec<&Constraint>) =
            dropped.into_iter().partition(|constraint| constraint.kind.references().is_some());
        let names = |constraints: Vec<&'a Constraint>| {
            constraints.into_iter().filter_map(|constraint| constraint.name.as_ref())
        };
        for name in names(foreign_keys).filter(|name| is_left(name)) {
            script.push(drop_constraint(table, name))?;
        }
        for index in diff.indexes.dropped.iter().filter(|index| is_index_left(&index.name)) {
            script.push(drop_index(table, index))?;
        }
        for kept in &diff.indexes.kept {
            let (from, to) = (&kept.before.name, &kept.after.name);
            if from != to && is_index_left(from) {
                script.push(rename_index(table, kept.before, to))?;
            }
        }
        for column in diff.columns.iter().filter(|column| column.again.is_none()) {
            if let Some(change) = column.first() {
                script.alter(table, &column.after.name, change, None)?;
            }
        }
        for name in names(others).filter(|name| is_left(name)) {
            let name = self.aside.get(&(table, name)).unwrap_or(name);
            script.push(drop_constraint(table, name))?;
        }
        for kept in &diff.constraints.kept {
            if let (Some(from), Some(to)) = (&kept.before.name, &kept.after.name)
                && from != to
                && is_left(from)
            {
                script.push(rename_constraint(table, from, to))?;
            }
        }
        Ok(())
    }

    /// Adds keys and checks, and what needs them.
    fn put_together(&self, diff: &TableDiff<'a>, script: &mut Script) -> Result<(), DiffError> {
        let table = &diff.after.name;
        let mut added: Vec<_> = diff
            .constraints
            .added
            .iter()
            .filter(|added| !matches!(added.item.kind, ConstraintKind::ForeignKey(_)))
            .collect();
        added.sort_by_key(|added| Reverse(rank(&added.item.kind)));
        for added in added {
            let risk = added.is_new.then(|| likely::constraint_risk(added.item, diff)).flatten();
            let operation = Operation::AddConstraint { table: table.clone(), constraint: added.item.clone() };
            script.push_risky(operation, risk)?;
        }
        for column in diff.columns.iter().filter(|column| column.again.is_none()) {
            if let Some(change) = column.last() {
                script.alter(table, &column.after.name, change, None)?;
            }
        }
        for kept in &diff.constraints.kept {
            if validates(kept.before, kept.after)
                && let Some(name) = &kept.after.name
            {
                let risk = likely::refusal(kept.after, table);
                let operation = Operation::ValidateConstraint { table: table.clone(), name: name.clone() };
                script.push_risky(operation, risk)?;
            }
        }
        Ok(())
    }
}

fn change_columns(
    diff: &TableDiff<'_>,
    schemas: (&crate::schema::Schema, &crate::schema::Schema),
    script: &mut Script,
) -> Result<(), DiffError> {
    let table = &diff.after.name;
    let stays = || diff.columns.iter().filter(|column| column.again.is_none());
    let again = || diff.columns.iter().filter(|column| column.again.is_some());
    let lost: Vec<(&Column, Option<Loss>)> = diff
        .dropped
        .iter()
        .map(|column| (*column, column.generated.is_none().then_some(Loss::Dropped)))
        .chain(again().map(|column| (column.before, column.again.clone().flatten())))
        .collect();
    // A computed column goes, or stops being computed, before what it mentions.
    let computed = lost.iter().map(|(column, _)| *column).filter(|column| column.generated.is_some());
    let detached = stays().filter(|column| column.is_detached()).map(|column| column.before);
    for column in computed_in_order(computed.chain(detached).collect(), diff.before).into_iter().rev() {
        match lost.iter().find(|(lost, _)| lost.name == column.name) {
            Some((_, loss)) => drop_column(table, column, loss.clone(), script)?,
            None => script.alter(table, &column.name, ColumnChange::Generated(None), None)?,
        }
    }
    // Some backends number the rows only beside a key: a column that does so
    // goes right after its key has gone, and comes right before that comes.
    let is_identity = |column: &Column| column.identity.is_some();
    let is_plain = |column: &Column| column.generated.is_none() && !is_identity(column);
    for (column, loss) in lost.iter().filter(|(column, _)| is_identity(column)) {
        drop_column(table, column, loss.clone(), script)?;
    }
    for column in stays() {
        let joins_key = diff.joins_key(&column.after.name);
        for (change, risk) in column.changes(table, joins_key, schemas) {
            script.alter(table, &column.after.name, change, risk)?;
        }
    }
    for column in diff.added.iter().filter(|column| is_plain(column)) {
        add_column(table, column, script)?;
    }
    for (column, loss) in lost.iter().filter(|(column, _)| is_plain(column)) {
        drop_column(table, column, loss.clone(), script)?;
    }
    for column in again().map(|column| column.after).filter(|column| is_plain(column)) {
        add_column(table, column, script)?;
    }
    let comes = |column: &&Column| {
        diff.before.column(&column.name).is_none() || again().any(|again| again.after.name == column.name)
    };
    let (generated, others): (Vec<&Column>, Vec<&Column>) =
        diff.after.columns.iter().filter(comes).partition(|column| column.generated.is_some());
    let last = generated.into_iter().chain(others.into_iter().filter(|column| is_identity(column)));
    for column in computed_in_order(last.collect(), diff.after) {
        add_column(table, column, script)?;
    }
    Ok(())
}

/// Computed columns, each after those that it is computed from.
fn computed_in_order<'a>(mut columns: Vec<&'a Column>, table: &Table) -> Vec<&'a Column> {
    let mut order = Vec::new();
    while !columns.is_empty() {
        let needs_other = |column: &Column| {
            let is_other =
                |name: &Name| *name != column.name && columns.iter().any(|other| other.name == *name);
            column
                .generated
                .as_ref()
                .is_some_and(|generated| mentions(&generated.expression, table, is_other))
        };
        // Columns that are computed from each other come as they are.
        let next = columns.iter().position(|column| !needs_other(column)).unwrap_or_default();
        order.push(columns.remove(next));
    }
    order
}

fn drop_column(
    table: &QualifiedName,
    column: &Column,
    loss: Option<Loss>,
    script: &mut Script,
) -> Result<(), DiffError> {
    let risk =
        loss.map(|because| Risk::ValuesLost { table: table.clone(), column: column.name.clone(), because });
    let operation =
        Operation::DropColumn { table: table.clone(), column: column.name.clone(), if_exists: false };
    script.push_risky(operation, risk)
}

fn add_column(table: &QualifiedName, column: &Column, script: &mut Script) -> Result<(), DiffError> {
    let has_value = column.nullable
        || column.default.is_some()
        || column.identity.is_some()
        || column.generated.is_some();
    let risk = (!has_value).then(|| Risk::NeedsValue { table: table.clone(), column: column.name.clone() });
    let operation =
        Operation::AddColumn { table: table.clone(), column: column.clone(), if_not_exists: false };
    script.push_risky(operation, risk)
}
