//! Operations on one table that one ALTER TABLE can carry out.
//!
//! ALTER TABLE goes from one definition of a table to another; it has no steps
//! between. A segment holds both definitions and what became of what, as long
//! as nothing depends on a step between.

use std::collections::{BTreeMap, BTreeSet};

use retort_core::{
    backend::BackendError,
    operation::{ColumnChange, Operation},
    schema::{Column, Constraint, ConstraintKind, ForeignKey, Name, QualifiedName, Schema, Table},
};

use super::{apply, column, constraint, convert::Conversion, keys, translate::Site, unknown};
use crate::server::Server;

/// Operations that one ALTER TABLE can carry out.
#[derive(Debug)]
pub(super) struct Segment {
    /// The name of the table.
    table: QualifiedName,
    server: Server,
    /// What is known of the table and its neighbours before.
    pub(super) start: Schema,
    /// The same with the new names of columns, and nothing else.
    pub(super) renamed: Schema,
    /// The same after all operations.
    pub(super) now: Schema,
    /// Columns that were not there, by their names now.
    added: BTreeSet<Name>,
    /// Added columns with a default that differs from row to row.
    pub(super) scattered: BTreeSet<Name>,
    /// Columns that have another type, by their names now.
    retyped: BTreeSet<Name>,
    /// For each constraint that was there, by its name now, its name before.
    pub(super) constraints: BTreeMap<Name, Name>,
    /// Likewise for each index.
    pub(super) indexes: BTreeMap<Name, Name>,
    /// How the values of a column become others.
    pub(super) conversion: Option<Conversion>,
    /// Whether writers go on meanwhile.
    pub(super) concurrently: bool,
    is_empty: bool,
    /// Whether nothing may follow.
    closed: bool,
    /// Whether the table cannot be copied.
    pub(super) in_place: bool,
}

impl Segment {
    /// Nothing yet.
    ///
    /// # Errors
    ///
    /// Fails if there is no such table.
    pub(super) fn new(table: &QualifiedName, start: Schema, server: Server) -> Result<Self, BackendError> {
        let Some(before) = start.tables.get(table) else {
            return Err(unknown("table", table));
        };
        let itself = |name: &Name| (name.clone(), name.clone());
        let constraints =
            before.constraints.iter().filter_map(|constraint| constraint.name.as_ref()).map(itself).collect();
        let indexes = before.indexes.iter().map(|index| itself(&index.name)).collect();
        Ok(Self {
            table: table.clone(),
            server,
            renamed: start.clone(),
            now: start.clone(),
            start,
            added: BTreeSet::new(),
            scattered: BTreeSet::new(),
            retyped: BTreeSet::new(),
            constraints,
            indexes,
            conversion: None,
            concurrently: false,
            is_empty: true,
            closed: false,
            in_place: false,
        })
    }

    /// Takes the next operation, unless it must begin another segment.
    ///
    /// # Errors
    ///
    /// Fails if the operation does not fit, or needs what the server lacks.
    pub(super) fn take(&mut self, operation: &Operation) -> Result<bool, BackendError> {
        if self.closed || !(self.is_empty || self.joins(operation)?) {
            return Ok(false);
        }
        self.note(operation)?;
        self.is_empty = false;
        Ok(true)
    }

    /// Whether the operation can be carried out together with those before it.
    fn joins(&self, operation: &Operation) -> Result<bool, BackendError> {
        let [start, renamed, now] = self.tables()?;
        if self.needs_place(operation) {
            return Ok(false);
        }
        Ok(match operation {
            // The old column of that name may still be in the way.
            Operation::AddColumn { column, .. } => {
                now.column(&column.name).is_some()
                    || (start.column(&column.name).is_none() && renamed.column(&column.name).is_none())
            }
            Operation::RenameColumn { from, to, .. } => {
                self.added.contains(from) || renamed.column(to).is_none()
            }
            Operation::AlterColumn { column, change, .. } => self.joins_change(column, change, start, now),
            Operation::AddConstraint { constraint, .. } => {
                let on_scattered = constraint.columns().iter().any(|name| self.scattered.contains(name));
                !on_scattered && self.joins_constraint(constraint, constraint.name.as_ref(), start)
            }
            Operation::RenameConstraint { from, to, .. } => match now.constraint(from) {
                Some(constraint) => self.joins_constraint(constraint, Some(to), start),
                None => true,
            },
            Operation::CreateIndex { concurrently, .. } | Operation::DropIndex { concurrently, .. } => {
                self.concurrently == *concurrently
            }
            Operation::SetTableComment { .. }
            | Operation::DropColumn { .. }
            | Operation::DropConstraint { .. }
            | Operation::ValidateConstraint { .. }
            | Operation::RenameIndex { .. } => true,
            Operation::CreateNamespace { .. }
            | Operation::DropNamespace { .. }
            | Operation::RenameNamespace { .. }
            | Operation::CreateEnum { .. }
            | Operation::DropEnum { .. }
            | Operation::RenameEnum { .. }
            | Operation::AddEnumValue { .. }
            | Operation::RenameEnumValue { .. }
            | Operation::DropEnumValue { .. }
            | Operation::CreateTable { .. }
            | Operation::DropTable { .. }
            | Operation::RenameTable { .. }
            | Operation::CreateView { .. }
            | Operation::DropView { .. }
            | Operation::RenameView { .. }
            | Operation::SetComment { .. }
            | Operation::Dml { .. }
            | Operation::Raw { .. } => false,
        })
    }

    fn joins_change(&self, column: &Name, change: &ColumnChange, start: &Table, now: &Table) -> bool {
        match change {
            // What fills the rows of a new column is its first default, and its
            // first type decides what that is.
            ColumnChange::Type { .. }
            | ColumnChange::Default(_)
            | ColumnChange::Identity(_)
            | ColumnChange::Generated(_)
                if self.added.contains(column) =>
            {
                false
            }
            ColumnChange::Type { using, .. } => {
                let Some(old) = now.column(column) else { return true };
                let converts = using.is_some() || self.converts(old, change, now);
                !self.retyped.contains(column) && !converts
            }
            // NULL would become a number instead of being refused.
            ColumnChange::Identity(Some(_)) => {
                let old = start.columns.iter().find(|old| old.name == *column);
                old.is_none_or(|old| !old.nullable)
            }
            ColumnChange::Nullable(_) if self.scattered.contains(column) => false,
            ColumnChange::Nullable(_)
            | ColumnChange::Default(_)
            | ColumnChange::Identity(None)
            | ColumnChange::Generated(_)
            | ColumnChange::Comment(_) => true,
        }
    }

    fn converts(&self, old: &Column, change: &ColumnChange, now: &Table) -> bool {
        let site = Site::new(now, &self.now, self.server);
        // What cannot be converted fails when its turn comes.
        !matches!(Conversion::of(old, change, site), Ok(None))
    }

    /// No constraint can have the name of a foreign key that goes, and a foreign
    /// key that references the table itself stands alone: MySQL 9.7 crashes
    /// where the same statement makes the key that it references.
    fn joins_constraint(&self, constraint: &Constraint, name: Option<&Name>, start: &Table) -> bool {
        let taken = name.and_then(|name| start.constraint(name));
        let is_taken = taken.is_some_and(|taken| matches!(taken.kind, ConstraintKind::ForeignKey(_)));
        !is_taken && constraint.kind.references() != Some(&self.table)
    }

    /// Whether the servers refuse to copy the table for the operation, because
    /// it is about a column in a foreign key. What makes them copy it must be
    /// another statement.
    fn needs_place(&self, operation: &Operation) -> bool {
        let in_key = |column: &Name| self.foreign_key_with(column).is_some();
        let is_nullable = |column: &&Name| {
            let column = self.now.tables.get(&self.table).and_then(|table| table.column(column));
            column.is_some_and(|column| column.nullable)
        };
        match operation {
            Operation::RenameColumn { from, .. } => in_key(from),
            Operation::AlterColumn { column, change: ColumnChange::Nullable(false), .. } => in_key(column),
            Operation::AddConstraint { constraint, .. } => match &constraint.kind {
                ConstraintKind::PrimaryKey(key) => key.columns.iter().filter(is_nullable).any(in_key),
                ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
            },
            _ => false,
        }
    }

    /// Notes what the operation does.
    fn note(&mut self, operation: &Operation) -> Result<(), BackendError> {
        self.in_place |= self.needs_place(operation);
        self.closed |= self.in_place;
        let on = &self.table;
        match operation {
            Operation::AddColumn { column, .. } => {
                if table_in(&self.now, on)?.column(&column.name).is_none() {
                    self.added.insert(column.name.clone());
                    let site = Site::new(table_in(&self.now, on)?, &self.now, self.server);
                    if let Some(default) = &column.default
                        && column::is_scattered(default, site)?
                    {
                        self.scattered.insert(column.name.clone());
                    }
                }
            }
            Operation::DropColumn { column, .. } => {
                self.added.remove(column);
                self.scattered.remove(column);
                self.retyped.remove(column);
            }
            Operation::RenameColumn { from, to, .. } => {
                for names in [&mut self.added, &mut self.scattered, &mut self.retyped] {
                    if names.remove(from) {
                        names.insert(to.clone());
                    }
                }
                if !self.added.contains(to) {
                    apply(operation, &mut self.renamed)?;
                }
            }
            Operation::AlterColumn { column, change, .. } => {
                if let ColumnChange::Type { .. } = change {
                    let site = Site::new(table_in(&self.now, on)?, &self.now, self.server);
                    if let Some(old) = site.table.column(column)
                        && let Some(conversion) = Conversion::of(old, change, site)?
                    {
                        self.conversion = Some(conversion);
                    }
                    self.retyped.insert(column.clone());
                }
            }
            Operation::AddConstraint { constraint, .. } => {
                self.closed |= constraint.kind.references() == Some(on);
            }
            Operation::DropConstraint { name, .. } => {
                self.constraints.remove(name);
            }
            Operation::RenameConstraint { from, to, .. } => {
                let constraint = table_in(&self.now, on)?.constraint(from);
                self.closed |= constraint.is_some_and(|constraint| constraint.kind.references() == Some(on));
                if let Some(original) = self.constraints.remove(from) {
                    self.constraints.insert(to.clone(), original);
                }
            }
            Operation::CreateIndex { concurrently, .. } => self.concurrently = *concurrently,
            Operation::DropIndex { name, concurrently, .. } => {
                self.concurrently = *concurrently;
                self.indexes.remove(&name.name);
            }
            Operation::RenameIndex { from, to } => {
                if let Some(original) = self.indexes.remove(&from.name) {
                    self.indexes.insert(to.clone(), original);
                }
            }
            Operation::SetTableComment { .. }
            | Operation::ValidateConstraint { .. }
            | Operation::CreateNamespace { .. }
            | Operation::DropNamespace { .. }
            | Operation::RenameNamespace { .. }
            | Operation::CreateEnum { .. }
            | Operation::DropEnum { .. }
            | Operation::RenameEnum { .. }
            | Operation::AddEnumValue { .. }
            | Operation::RenameEnumValue { .. }
            | Operation::DropEnumValue { .. }
            | Operation::CreateTable { .. }
            | Operation::DropTable { .. }
            | Operation::RenameTable { .. }
            | Operation::CreateView { .. }
            | Operation::DropView { .. }
            | Operation::RenameView { .. }
            | Operation::SetComment { .. }
            | Operation::Dml { .. }
            | Operation::Raw { .. } => {}
        }
        apply(operation, &mut self.now)?;
        self.forget_dropped()
    }

    /// A foreign key that was there and stays, on the column of this name or
    /// referencing it.
    pub(super) fn foreign_key_with(&self, column: &Name) -> Option<(&Table, &Constraint)> {
        let now = self.now.tables.get(&self.table)?;
        let stays = |constraint: &Constraint| {
            constraint.name.as_ref().is_none_or(|name| self.constraints.contains_key(name))
        };
        let own = keys::foreign_keys(now)
            .find(|(constraint, key)| stays(constraint) && key.columns.contains(column))
            .map(|(constraint, _)| (now, constraint));
        own.or_else(|| {
            let references = |key: &ForeignKey| {
                constraint::referenced_columns(key, now, &self.now)
                    .is_ok_and(|columns| columns.contains(column))
            };
            self.now
                .foreign_keys_to(&self.table)
                .find(|(from, constraint, key)| {
                    (from.name != self.table || stays(constraint)) && references(key)
                })
                .map(|(from, constraint, _)| (from, constraint))
        })
    }

    /// Forgets constraints and indexes that went with a column.
    fn forget_dropped(&mut self) -> Result<(), BackendError> {
        let now = table_in(&self.now, &self.table)?;
        self.constraints.retain(|name, _| now.constraint(name).is_some());
        self.indexes.retain(|name, _| now.index(name).is_some());
        Ok(())
    }

    /// The table before, with the new names of columns, and after.
    ///
    /// # Errors
    ///
    /// Fails if it is gone, which no operation of a segment brings about.
    pub(super) fn tables(&self) -> Result<[&Table; 3], BackendError> {
        let [start, renamed, now] = [&self.start, &self.renamed, &self.now];
        Ok([table_in(start, &self.table)?, table_in(renamed, &self.table)?, table_in(now, &self.table)?])
    }
}

fn table_in<'a>(schema: &'a Schema, name: &QualifiedName) -> Result<&'a Table, BackendError> {
    schema.tables.get(name).ok_or_else(|| unknown("table", name))
}
