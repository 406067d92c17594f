//! The changes of tables, in an order in which each has what it needs.

mod alter;
mod likely;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    DiffError, Risk,
    expression::{index_name, referenced, same_columns},
    indirect,
    names::Names,
    script::Script,
    table::TableDiff,
};
use crate::{
    operation::Operation,
    schema::{Constraint, ConstraintKind, Deferrable, ForeignKey, Index, Name, QualifiedName, Schema, Table},
};

/// The tables that are created and altered.
#[derive(Debug)]
pub(super) struct Tables<'a> {
    before: &'a Schema,
    after: &'a Schema,
    diffs: &'a BTreeMap<&'a QualifiedName, TableDiff<'a>>,
    new: BTreeMap<&'a QualifiedName, &'a Table>,
    /// The constraints that are gone or renamed before their table has its
    /// turn.
    cleared_constraints: BTreeSet<(&'a QualifiedName, &'a Name)>,
    /// Likewise the indexes.
    cleared_indexes: BTreeSet<(&'a QualifiedName, &'a Name)>,
    /// The keys that go, with the names that they have until then.
    aside: BTreeMap<(&'a QualifiedName, &'a Name), Name>,
    /// The tables that had their turn.
    done: BTreeSet<&'a QualifiedName>,
    /// Foreign keys that wait for another table.
    waiting: Vec<(Operation, Option<Risk>)>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(
        before: &'a Schema,
        after: &'a Schema,
        diffs: &'a BTreeMap<&'a QualifiedName, TableDiff<'a>>,
        new: &[&'a Table],
    ) -> Self {
        Self {
            before,
            after,
            diffs,
            new: new.iter().map(|table| (&table.name, *table)).collect(),
            cleared_constraints: BTreeSet::new(),
            cleared_indexes: BTreeSet::new(),
            aside: BTreeMap::new(),
            done: BTreeSet::new(),
            waiting: Vec::new(),
        }
    }

    /// Takes away what stands in the way of other tables: foreign keys on what
    /// goes or changes there, the tables that go, and names that others get.
    ///
    /// # Errors
    ///
    /// Fails if a change does not fit.
    pub(super) fn clear(&mut self, gone: &[&Table], script: &mut Script) -> Result<(), DiffError> {
        let mut wanted = None;
        let after = self.after;
        let mut is_wanted = |table: &QualifiedName, name: &Name| {
            wanted.get_or_insert_with(|| Names::new(after)).is_elsewhere(table, name)
        };
        for (table, diff) in self.diffs {
            // A key cannot go before what references it does.
            let loses_key = diff.constraints.dropped.iter().any(|constraint| {
                let name = constraint.name.as_ref();
                constraint.kind.references().is_none() && name.is_some_and(|name| is_wanted(table, name))
            }) || diff.indexes.dropped.iter().any(|index| is_wanted(table, &index.name));
            for constraint in &diff.constraints.dropped {
                let (ConstraintKind::ForeignKey(key), Some(name)) = (&constraint.kind, &constraint.name)
                else {
                    continue;
                };
                let is_in_the_way = !after.tables.contains_key(&key.references)
                    || indirect::is_cut_off(table, key, self.diffs)
                    || (loses_key && key.references == **table)
                    || is_wanted(table, name);
                if is_in_the_way {
                    self.cleared_constraints.insert((table, name));
                    script.push(drop_constraint(table, name))?;
                }
            }
        }
        drop(gone, script)?;
        for (table, diff) in self.diffs {
            for constraint in &diff.constraints.dropped {
                if let Some(name) = &constraint.name
                    && constraint.kind.references().is_none()
                    && is_wanted(table, name)
                {
                    // A column that numbers the rows needs its key.
                    if numbers_rows(constraint, diff.before) {
                        let to = spare(name, table, [self.before, after]);
                        script.push(rename_constraint(table, name, &to))?;
                        self.aside.insert((table, name), to);
                    } else {
                        script.push(drop_constraint(table, name))?;
                        self.cleared_constraints.insert((table, name));
                    }
                }
            }
            for kept in &diff.constraints.kept {
                if let (Some(from), Some(to)) = (&kept.before.name, &kept.after.name)
                    && from != to
                    && is_wanted(table, from)
                {
                    self.cleared_constraints.insert((table, from));
                    script.push(rename_constraint(table, from, to))?;
                }
            }
            for index in &diff.indexes.dropped {
                if is_wanted(table, &index.name) {
                    self.cleared_indexes.insert((table, &index.name));
                    script.push(drop_index(table, index))?;
                }
            }
            for kept in &diff.indexes.kept {
                let (from, to) = (&kept.before.name, &kept.after.name);
                if from != to && is_wanted(table, from) {
                    self.cleared_indexes.insert((table, from));
                    script.push(rename_index(table, kept.before, to))?;
                }
            }
        }
        Ok(())
    }

    /// Alters and creates the tables.
    ///
    /// # Errors
    ///
    /// Fails if a change does not fit.
    pub(super) fn change(&mut self, script: &mut Script) -> Result<(), DiffError> {
        let names: BTreeSet<&QualifiedName> = self.new.keys().chain(self.diffs.keys()).copied().collect();
        for name in names {
            self.visit(name, &mut BTreeSet::new(), script)?;
        }
        for (operation, risk) in std::mem::take(&mut self.waiting) {
            script.push_risky(operation, risk)?;
        }
        Ok(())
    }

    /// Changes a table after those that its new foreign keys reference.
    fn visit(
        &mut self,
        name: &'a QualifiedName,
        path: &mut BTreeSet<&'a QualifiedName>,
        script: &mut Script,
    ) -> Result<(), DiffError> {
        if self.done.contains(name) || !path.insert(name) {
            return Ok(());
        }
        let constraints: Vec<&Constraint> = match (self.new.get(name), self.diffs.get(name)) {
            (Some(table), _) => table.constraints.iter().collect(),
            (None, Some(diff)) => diff.constraints.added.iter().map(|added| added.item).collect(),
            (None, None) => return Ok(()),
        };
        for other in constraints.iter().filter_map(|constraint| constraint.kind.references()) {
            let other = self
                .new
                .get_key_value(other)
                .map(|(name, _)| *name)
                .or_else(|| self.diffs.get_key_value(other).map(|(name, _)| *name));
            if let Some(other) = other {
                self.visit(other, path, script)?;
            }
        }
        match (self.new.get(name).copied(), self.diffs.get(name)) {
            (Some(table), _) => self.create(table, script)?,
            (None, Some(diff)) => self.alter(diff, script)?,
            (None, None) => {}
        }
        self.done.insert(name);
        Ok(())
    }

    /// Whether what the foreign key references is there already.
    fn is_ready(&self, table: &QualifiedName, key: &ForeignKey) -> bool {
        let other = &key.references;
        let is_pending =
            (self.new.contains_key(other) || self.diffs.contains_key(other)) && !self.done.contains(other);
        other == table || !is_pending
    }

    fn create(&mut self, table: &'a Table, script: &mut Script) -> Result<(), DiffError> {
        let mut created = Table { stored: None, ..table.clone() };
        let later: Vec<Constraint> = created
            .constraints
            .extract_if(.., |constraint| match &constraint.kind {
                // A table without rows cannot say NOT VALID.
                ConstraintKind::Check(check) => !check.validated,
                ConstraintKind::ForeignKey(key) => {
                    !key.validated || !self.is_ready(&table.name, key) || needs_index(table, key)
                }
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => false,
            })
            .collect();
        script.push(Operation::CreateTable { table: created, if_not_exists: false })?;
        for constraint in later {
            let is_ready = match &constraint.kind {
                ConstraintKind::ForeignKey(key) => self.is_ready(&table.name, key),
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => true,
            };
            let operation = Operation::AddConstraint { table: table.name.clone(), constraint };
            if is_ready {
                script.push(operation)?;
            } else {
                self.waiting.push((operation, None));
            }
        }
        Ok(())
    }
}

/// Whether the foreign key references its own table by an index, which comes
/// after the table.
fn needs_index(table: &Table, key: &ForeignKey) -> bool {
    let columns = referenced(&key.referenced_columns, table);
    key.references == table.name
        && !table.constraints.iter().any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => same_columns(&key.columns, columns),
            ConstraintKind::Unique(unique) => {
                unique.deferrable == Deferrable::No && same_columns(&unique.columns, columns)
            }
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
        })
}

/// Drops tables, each before those that it references. In a circle a foreign
/// key goes first.
///
/// # Errors
///
/// Fails if something else needs one of them.
fn drop(gone: &[&Table], script: &mut Script) -> Result<(), DiffError> {
    let mut referring: BTreeMap<&QualifiedName, BTreeSet<&QualifiedName>> =
        gone.iter().map(|table| (&table.name, BTreeSet::new())).collect();
    for table in gone {
        for other in table.constraints.iter().filter_map(|constraint| constraint.kind.references()) {
            if let Some(referring) = referring.get_mut(other).filter(|_| *other != table.name) {
                referring.insert(&table.name);
            }
        }
    }
    let by_name: BTreeMap<&QualifiedName, &Table> = gone.iter().map(|table| (&table.name, *table)).collect();
    let mut free: BTreeSet<&QualifiedName> =
        referring.iter().filter(|(_, from)| from.is_empty()).map(|(name, _)| *name).collect();
    while let Some(name) = free.pop_first().or_else(|| referring.keys().next().copied()) {
        let Some(table) = by_name.get(name) else { return Ok(()) };
        for from in referring.remove(name).unwrap_or_default() {
            let Some(from) = by_name.get(from) else { continue };
            for constraint in &from.constraints {
                if constraint.kind.references() == Some(name)
                    && let Some(key) = &constraint.name
                {
                    script.push(drop_constraint(&from.name, key))?;
                }
            }
        }
        let with = unmanaged_on(name, &script.schema);
        let risk = Risk::RowsLost { table: name.clone(), with };
        script.push_risky(Operation::DropTable { name: name.clone(), if_exists: false }, Some(risk))?;
        for other in table.constraints.iter().filter_map(|constraint| constraint.kind.references()) {
            if let Some((other, from)) = referring
                .get_key_value(other)
                .map(|(other, _)| *other)
                .and_then(|other| Some((other, referring.get_mut(other)?)))
            {
                from.remove(name);
                if from.is_empty() {
                    free.insert(other);
                }
            }
        }
    }
    Ok(())
}

/// What is on the table or view and outside the model.
pub(super) fn unmanaged_on(relation: &QualifiedName, schema: &Schema) -> Vec<String> {
    let on = schema.unmanaged.iter().filter(|object| object.table.as_ref() == Some(relation));
    on.map(|object| format!("{} {}", object.kind, object.name)).collect()
}

/// Whether a column of the key numbers the rows.
fn numbers_rows(constraint: &Constraint, table: &Table) -> bool {
    let is_identity = |name: &Name| table.column(name).is_some_and(|column| column.identity.is_some());
    constraint.columns().iter().any(is_identity)
}

/// A name for a part of a table that nothing has.
fn spare(name: &Name, table: &QualifiedName, schemas: [&Schema; 2]) -> Name {
    let names = schemas.map(Names::new);
    let is_taken = |name: &Name| names.iter().any(|names| names.count(table, name) > 0);
    let mut spare = Name::new(format!("{name}_old"));
    let mut number = 1_u64;
    while is_taken(&spare) && number < u64::MAX {
        number += 1;
        spare = Name::new(format!("{name}_old{number}"));
    }
    spare
}

/// Foreign keys go first, and come last.
fn rank(kind: &ConstraintKind) -> u8 {
    match kind {
        ConstraintKind::ForeignKey(_) => 0,
        ConstraintKind::Check(_) => 1,
        ConstraintKind::Unique(_) => 2,
        ConstraintKind::PrimaryKey(_) => 3,
    }
}

fn drop_constraint(table: &QualifiedName, name: &Name) -> Operation {
    Operation::DropConstraint { table: table.clone(), name: name.clone(), if_exists: false }
}

fn rename_constraint(table: &QualifiedName, from: &Name, to: &Name) -> Operation {
    Operation::RenameConstraint { table: table.clone(), from: from.clone(), to: to.clone() }
}

fn drop_index(table: &QualifiedName, index: &Index) -> Operation {
    Operation::DropIndex { name: index_name(table, index), concurrently: false, if_exists: false }
}

fn rename_index(table: &QualifiedName, index: &Index, to: &Name) -> Operation {
    Operation::RenameIndex { from: index_name(table, index), to: to.clone() }
}
