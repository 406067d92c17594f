//! What changes on a table that stays.

use std::collections::BTreeSet;

use super::{
    ByHand,
    columns::ColumnDiff,
    expression::{self, computes, constrains, indexes, mentions, referenced, same_columns},
    matching::Matching,
};
use crate::schema::{Column, Constraint, ConstraintKind, ForeignKey, Index, Name, Table};

/// A table before, under its new name and with the new names of its columns,
/// and after.
#[derive(Debug)]
pub(super) struct TableDiff<'a> {
    pub(super) before: &'a Table,
    pub(super) after: &'a Table,
    /// Columns that stay.
    pub(super) columns: Vec<ColumnDiff<'a>>,
    /// Columns that come.
    pub(super) added: Vec<&'a Column>,
    /// Columns that go.
    pub(super) dropped: Vec<&'a Column>,
    pub(super) constraints: Matching<'a, Constraint>,
    pub(super) indexes: Matching<'a, Index>,
}

impl<'a> TableDiff<'a> {
    /// Compares the tables. `is_free` says whether nothing has or gets a name,
    /// so that a constraint or an index can be renamed to it.
    pub(super) fn new(before: &'a Table, after: &'a Table, is_free: impl Fn(&Name) -> bool) -> Self {
        let mut columns: Vec<ColumnDiff<'_>> = Vec::new();
        let mut added = Vec::new();
        for column in &after.columns {
            match before.column(&column.name) {
                Some(old) => columns.push(ColumnDiff::new(old, column)),
                None => added.push(column),
            }
        }
        let dropped: Vec<&Column> =
            before.columns.iter().filter(|column| after.column(&column.name).is_none()).collect();
        let mut diff = Self {
            before,
            after,
            columns,
            added,
            dropped,
            constraints: Matching::new(&before.constraints, &after.constraints, &is_free),
            indexes: Matching::new(&before.indexes, &after.indexes, &is_free),
        };
        diff.compute_again();
        diff.renew_dependents();
        diff
    }

    /// What no operation can change.
    pub(super) fn by_hand(&self) -> impl Iterator<Item = ByHand> {
        let Self { before, after, .. } = self;
        let table = (before.options != after.options).then(|| ByHand::TableOptions {
            table: after.name.clone(),
            found: before.options.clone(),
            wanted: after.options.clone(),
        });
        let columns = self.columns.iter().filter_map(|column| column.by_hand(&after.name));
        table.into_iter().chain(columns)
    }

    /// Columns whose values do not stay: those that go, and those that are
    /// dropped and added again.
    pub(super) fn lost(&self) -> impl Iterator<Item = &Name> {
        let again = self.columns.iter().filter(|column| column.again.is_some());
        self.dropped.iter().map(|column| &column.name).chain(again.map(|column| &column.after.name))
    }

    /// Whether the column goes, is made again or gets another type.
    fn is_touched(&self, name: &Name) -> bool {
        let stays = self.columns.iter().find(|column| column.after.name == *name);
        stays.is_none_or(|column| column.again.is_some() || column.is_retyped())
    }

    /// Makes computed columns again that depend on others which change.
    fn compute_again(&mut self) {
        loop {
            let is_other = |name: &Name| self.is_touched(name);
            let dependent = self.columns.iter().position(|column| {
                // What stops being computed keeps its values; its expression goes first.
                let stays = column.again.is_none() && column.after.generated.is_some();
                let generated = column.before.generated.as_ref();
                stays
                    && generated
                        .is_some_and(|generated| mentions(&generated.expression, self.before, is_other))
            });
            match dependent.and_then(|at| self.columns.get_mut(at)) {
                Some(column) => column.again = Some(None),
                None => return,
            }
        }
    }

    /// Drops constraints and indexes before their columns, and makes those again
    /// that stay.
    fn renew_dependents(&mut self) {
        let lost: BTreeSet<Name> = self.lost().cloned().collect();
        let is_lost = |name: &Name| lost.contains(name);
        let other: BTreeSet<&Name> = self
            .columns
            .iter()
            .filter(|column| column.changes_meaning())
            .map(|column| &column.after.name)
            .collect();
        let is_other = |name: &Name| other.contains(name) || lost.contains(name);
        let before = self.before;
        self.constraints.renew(|constraint| {
            constrains(constraint, before, is_lost)
                || (matches!(constraint.kind, ConstraintKind::Check(_))
                    && constrains(constraint, before, is_other))
        });
        self.indexes.renew(|index| indexes(index, before, is_lost) || computes(index, before, is_other));
    }

    /// Whether a foreign key that stays must be made again because of what
    /// happens to its own columns.
    pub(super) fn disturbs_own(&self, key: &ForeignKey) -> bool {
        key.columns.iter().any(|column| self.is_touched(column))
    }

    /// Whether a foreign key that references this table must be dropped before
    /// the table changes.
    pub(super) fn disturbs_target(&self, key: &ForeignKey) -> bool {
        let columns = referenced(&key.referenced_columns, self.before);
        let key_goes = self.constraints.dropped.iter().any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {
                same_columns(constraint.columns(), columns)
            }
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
        });
        let index_goes =
            self.indexes.dropped.iter().any(|index| {
                expression::key_of(index).is_some_and(|of_index| same_columns(&of_index, columns))
            });
        key_goes || index_goes || columns.iter().any(|column| self.is_touched(column))
    }

    /// Whether the column joins a primary key that is added.
    pub(super) fn joins_key(&self, column: &Name) -> bool {
        self.constraints.added.iter().any(|added| match &added.item.kind {
            ConstraintKind::PrimaryKey(key) => key.columns.contains(column),
            ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
        })
    }
}
