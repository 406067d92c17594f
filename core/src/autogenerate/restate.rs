//! An operation in the words in which its object was written.

use crate::{
    operation::{ColumnChange, Operation},
    schema::{Column, Constraint, ConstraintKind, Name, QualifiedName, Schema, Table},
};

/// The operation as the author of the models, or of the revisions, would write
/// it. `from` and `to` are the schemas before and after as they were written,
/// with a name for each constraint. What is not found there stays.
pub(super) fn restate(operation: &Operation, from: &Schema, to: &Schema) -> Operation {
    let restated = match operation {
        Operation::CreateEnum { enum_type } => {
            to.enums.get(&enum_type.name).map(|written| Operation::CreateEnum { enum_type: written.clone() })
        }
        Operation::CreateTable { table, if_not_exists } => to.tables.get(&table.name).map(|written| {
            Operation::CreateTable { table: restate_table(table, written), if_not_exists: *if_not_exists }
        }),
        Operation::AddColumn { table, column, if_not_exists } => {
            column_of(to, table, &column.name).map(|written| Operation::AddColumn {
                table: table.clone(),
                column: written.clone(),
                if_not_exists: *if_not_exists,
            })
        }
        Operation::AlterColumn { table, column, change } => {
            column_of(to, table, column).and_then(|written| {
                let change = restate_change(change, written)?;
                Some(Operation::AlterColumn { table: table.clone(), column: column.clone(), change })
            })
        }
        Operation::AddConstraint { table, constraint } => to
            .tables
            .get(table)
            .zip(constraint.name.as_ref())
            .and_then(|(written, name)| match (written.constraint(name), written.index(name)) {
                (Some(constraint), _) => {
                    Some(Operation::AddConstraint { table: table.clone(), constraint: constraint.clone() })
                }
                (None, Some(index)) => Some(Operation::CreateIndex {
                    table: table.clone(),
                    index: index.clone(),
                    concurrently: false,
                    if_not_exists: false,
                }),
                (None, None) => None,
            }),
        // A unique index that the backend takes for a constraint.
        Operation::DropConstraint { table, name, if_exists } => {
            let written = from.tables.get(table).filter(|written| written.constraint(name).is_none());
            written.and_then(|written| written.index(name)).map(|index| Operation::DropIndex {
                name: table.with_name(index.name.clone()),
                concurrently: false,
                if_exists: *if_exists,
            })
        }
        Operation::CreateIndex { table, index, concurrently, if_not_exists } => {
            let written = to.tables.get(table).and_then(|written| written.index(&index.name));
            written.map(|written| Operation::CreateIndex {
                table: table.clone(),
                index: written.clone(),
                concurrently: *concurrently,
                if_not_exists: *if_not_exists,
            })
        }
        Operation::CreateView { view, or_replace } => to
            .views
            .get(&view.name)
            .map(|written| Operation::CreateView { view: written.clone(), or_replace: *or_replace }),
        Operation::CreateNamespace { .. }
        | Operation::DropNamespace { .. }
        | Operation::RenameNamespace { .. }
        | Operation::DropEnum { .. }
        | Operation::RenameEnum { .. }
        | Operation::AddEnumValue { .. }
        | Operation::RenameEnumValue { .. }
        | Operation::DropEnumValue { .. }
        | Operation::DropTable { .. }
        | Operation::RenameTable { .. }
        | Operation::SetTableComment { .. }
        | Operation::DropColumn { .. }
        | Operation::RenameColumn { .. }
        | Operation::RenameConstraint { .. }
        | Operation::ValidateConstraint { .. }
        | Operation::DropIndex { .. }
        | Operation::RenameIndex { .. }
        | Operation::DropView { .. }
        | Operation::RenameView { .. }
        | Operation::SetComment { .. }
        | Operation::Dml { .. }
        | Operation::Raw { .. } => None,
    };
    restated.unwrap_or_else(|| operation.clone())
}

/// The table as it was written, with the foreign keys and indexes that the
/// operation creates with it: others come later.
fn restate_table(table: &Table, written: &Table) -> Table {
    let has = |name: &Name| table.index(name).is_some() || table.constraint(name).is_some();
    let is_now = |constraint: &&Constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => table.constraints.iter().any(|found| match &found.kind {
            ConstraintKind::ForeignKey(found) => {
                found.columns == key.columns && found.references == key.references
            }
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => false,
        }),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => true,
    };
    Table {
        constraints: written.constraints.iter().filter(is_now).cloned().collect(),
        indexes: written.indexes.iter().filter(|index| has(&index.name)).cloned().collect(),
        ..written.clone()
    }
}

fn restate_change(change: &ColumnChange, written: &Column) -> Option<ColumnChange> {
    match change {
        ColumnChange::Type { using, .. } => Some(ColumnChange::Type {
            ty: written.ty.clone(),
            collation: written.collation.clone(),
            using: using.clone(),
        }),
        ColumnChange::Default(Some(_)) => Some(ColumnChange::Default(Some(written.default.clone()?))),
        ColumnChange::Identity(Some(_)) => Some(ColumnChange::Identity(Some(written.identity.clone()?))),
        ColumnChange::Generated(Some(_)) => Some(ColumnChange::Generated(Some(written.generated.clone()?))),
        ColumnChange::Nullable(_)
        | ColumnChange::Default(None)
        | ColumnChange::Identity(None)
        | ColumnChange::Generated(None)
        | ColumnChange::Comment(_) => None,
    }
}

fn column_of<'a>(schema: &'a Schema, table: &QualifiedName, column: &Name) -> Option<&'a Column> {
    schema.tables.get(table)?.column(column)
}
