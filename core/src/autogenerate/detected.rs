//! What was found to differ, in the words of Alembic.

use crate::{
    diff::{Change, Diff},
    operation::{ColumnChange, CommentTarget, Operation},
    schema::{Constraint, ConstraintKind, IndexKey, IndexKeyPart, Name, QualifiedName, Schema},
};

/// One line for each change: `Detected added column 't.c'`.
///
/// What is dropped and made again is one change; nothing is said of what is
/// made again as it was, for the sake of another change.
pub fn detected(diff: &Diff, before: &Schema) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for change in &diff.changes {
        if let Some(line) = line(change, &diff.changes, before).map(|line| format!("Detected {line}"))
            && !lines.contains(&line)
        {
            lines.push(line);
        }
    }
    lines
}

fn line(change: &Change, all: &[Change], before: &Schema) -> Option<String> {
    let any = |is_it: &dyn Fn(&Operation) -> bool| all.iter().any(|other| is_it(&other.operation));
    Some(match &change.operation {
        Operation::CreateNamespace { name, .. } => format!("added schema '{name}'"),
        Operation::DropNamespace { name, .. } => format!("removed schema '{name}'"),
        Operation::RenameNamespace { from, to } => format!("renamed schema '{from}' to '{to}'"),
        Operation::CreateEnum { enum_type } => format!("added type '{}'", enum_type.name),
        Operation::DropEnum { name, .. } => format!("removed type '{name}'"),
        Operation::RenameEnum { from, to } => format!("renamed type '{from}' to '{to}'"),
        Operation::AddEnumValue { name, value, .. } => format!("added value '{value}' of type '{name}'"),
        Operation::RenameEnumValue { name, from, to } => {
            format!("renamed value '{from}' to '{to}' of type '{name}'")
        }
        Operation::DropEnumValue { name, value } => format!("removed value '{value}' of type '{name}'"),
        Operation::CreateTable { table, .. } => format!("added table '{}'", table.name),
        Operation::DropTable { name, .. } => format!("removed table '{name}'"),
        Operation::RenameTable { from, to } => format!("renamed table '{from}' to '{to}'"),
        Operation::SetTableComment { table, .. } => format!("comment on table '{table}'"),
        Operation::AddColumn { table, column, .. } => {
            if any(&|other| is_drop_of_column(other, table, &column.name)) {
                return None;
            }
            format!("added column '{table}.{}'", column.name)
        }
        Operation::DropColumn { table, column, .. } => {
            let again = all.iter().find_map(|other| match &other.operation {
                Operation::AddColumn { table: of, column: added, .. } => {
                    (of == table && added.name == *column).then_some(added)
                }
                _ => None,
            });
            let what = match again {
                Some(added) if before.tables.get(table)?.column(column) == Some(added) => return None,
                Some(_) => "changed",
                None => "removed",
            };
            format!("{what} column '{table}.{column}'")
        }
        Operation::RenameColumn { table, from, to } => {
            format!("renamed column '{table}.{from}' to '{to}'")
        }
        Operation::AlterColumn { table, column, change } => of_column(table, column, change, before),
        Operation::AddConstraint { table, constraint } => {
            let is_again = |other: &Operation| match other {
                Operation::DropConstraint { table: of, name, .. } => of == table && constraint.has_name(name),
                _ => false,
            };
            if any(&is_again) {
                let known = before.tables.get(table).map_or(&[][..], |table| &table.constraints);
                let name = constraint.name.as_ref()?;
                let is_same = known.iter().any(|found| found.has_name(name) && found.kind == constraint.kind);
                return (!is_same).then(|| format!("changed {}", of_constraint(table, constraint)));
            }
            format!("added {}", of_constraint(table, constraint))
        }
        Operation::DropConstraint { table, name, .. } => {
            let is_again = |other: &Operation| match other {
                Operation::AddConstraint { table: of, constraint } => {
                    of == table && constraint.has_name(name)
                }
                _ => false,
            };
            if any(&is_again) {
                return None;
            }
            let found = before.tables.get(table).and_then(|table| table.constraint(name));
            match found {
                Some(found) => format!("removed {}", of_constraint(table, found)),
                None => format!("removed constraint '{name}' on '{table}'"),
            }
        }
        Operation::RenameConstraint { table, from, to } => {
            format!("renamed constraint '{from}' to '{to}' on '{table}'")
        }
        Operation::ValidateConstraint { table, name } => {
            format!("constraint '{name}' on '{table}' that is not validated")
        }
        Operation::CreateIndex { table, index, .. } => {
            let is_again = |other: &Operation| match other {
                Operation::DropIndex { name, .. } => name.name == index.name,
                _ => false,
            };
            let what = if any(&is_again) {
                let known = before.tables.get(table).and_then(|table| table.index(&index.name));
                if known == Some(index) {
                    return None;
                }
                "changed"
            } else {
                "added"
            };
            let keys: Vec<String> = index.key.iter().map(key).collect();
            format!("{what} index '{}' on '({})' of '{table}'", index.name, tuple(&keys))
        }
        Operation::DropIndex { name, .. } => {
            let is_again = |other: &Operation| match other {
                Operation::CreateIndex { index, .. } => index.name == name.name,
                _ => false,
            };
            if any(&is_again) {
                return None;
            }
            match before.table_of_index(name) {
                Some(table) => format!("removed index '{}' on '{}'", name.name, table.name),
                None => format!("removed index '{name}'"),
            }
        }
        Operation::RenameIndex { from, to } => format!("renamed index '{from}' to '{to}'"),
        Operation::CreateView { view, .. } => match before.views.get(&view.name) {
            Some(found) if found == view => return None,
            // Its text may be the same, and what it reads from another.
            Some(_) => format!("changed view '{}'", view.name),
            None => format!("added view '{}'", view.name),
        },
        Operation::DropView { name, .. } => {
            let is_again =
                |other: &Operation| matches!(other, Operation::CreateView { view, .. } if view.name == *name);
            if any(&is_again) {
                return None;
            }
            format!("removed view '{name}'")
        }
        Operation::RenameView { from, to } => format!("renamed view '{from}' to '{to}'"),
        Operation::SetComment { on: CommentTarget::View(name), .. } => format!("comment on view '{name}'"),
        Operation::SetComment { on: CommentTarget::Enum(name), .. } => format!("comment on type '{name}'"),
        Operation::Dml { .. } | Operation::Raw { .. } => change.operation.describe(),
    })
}

fn is_drop_of_column(operation: &Operation, of: &QualifiedName, name: &Name) -> bool {
    matches!(operation, Operation::DropColumn { table, column, .. } if table == of && column == name)
}

fn of_column(table: &QualifiedName, column: &Name, change: &ColumnChange, before: &Schema) -> String {
    let place = format!("on '{table}.{column}'");
    match change {
        ColumnChange::Type { ty, collation, .. } => {
            let found = before.tables.get(table).and_then(|table| table.column(column));
            match found {
                Some(found) if found.ty == *ty => {
                    let name = |name: &Option<Name>| {
                        name.as_ref().map_or_else(|| "the default".to_owned(), Name::to_string)
                    };
                    let (from, to) = (name(&found.collation), name(collation));
                    format!("collation change from {from} to {to} {place}")
                }
                Some(found) => format!("type change from {} to {ty} {place}", found.ty),
                None => format!("type change to {ty} {place}"),
            }
        }
        ColumnChange::Nullable(true) => format!("NULL on column '{table}.{column}'"),
        ColumnChange::Nullable(false) => format!("NOT NULL on column '{table}.{column}'"),
        ColumnChange::Default(_) => format!("server default on column '{table}.{column}'"),
        ColumnChange::Identity(_) => format!("identity on column '{table}.{column}'"),
        ColumnChange::Generated(_) => format!("computed default on column '{table}.{column}'"),
        ColumnChange::Comment(_) => format!("column comment '{table}.{column}'"),
    }
}

fn of_constraint(table: &QualifiedName, constraint: &Constraint) -> String {
    let name = constraint.name.as_ref().map_or_else(String::new, |name| format!(" '{name}'"));
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => {
            format!("primary key{name} on '({})' of '{table}'", tuple(&key.columns))
        }
        ConstraintKind::Unique(unique) => {
            format!("unique constraint{name} on '({})' of '{table}'", tuple(&unique.columns))
        }
        ConstraintKind::ForeignKey(key) => {
            let list = |names: &[Name]| names.iter().map(Name::as_str).collect::<Vec<_>>().join(",");
            let (columns, referenced) = (list(&key.columns), list(&key.referenced_columns));
            format!("foreign key ({columns})({referenced}) on table {table}")
        }
        ConstraintKind::Check(_) => format!("check constraint{name} on '{table}'"),
    }
}

fn key(part: &IndexKeyPart) -> String {
    match &part.key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(expression) => expression.as_str().to_owned(),
    }
}

/// The inside of a tuple as Alembic shows it: one of one thing has a comma.
fn tuple(items: &[impl ToString]) -> String {
    match items {
        [only] => format!("'{}',", only.to_string()),
        items => items.iter().map(|item| format!("'{}'", item.to_string())).collect::<Vec<_>>().join(", "),
    }
}
