//! What undoes an operation.

use thiserror::Error;

use super::{
    ApplyError, ColumnChange, CommentTarget, EnumValuePosition, Operation,
    apply::{DroppedWithColumn, dropped_with_column},
};
use crate::schema::{
    Column, Constraint, ConstraintKind, EnumType, Generated, Name, QualifiedName, Schema, Table, Unmanaged,
    View,
};

/// Why nothing undoes an operation.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("cannot undo `{description}`: {reason}")]
pub struct Irreversible {
    /// The operation, as [`Operation::describe`] puts it.
    pub description: String,
    /// Why, as a clause.
    pub reason: String,
}

impl Operation {
    /// The operations that undo this one, given the schema before it.
    ///
    /// Applied in turn to the schema after this operation, they give back the
    /// schema before it, with three exceptions: a column that was dropped comes
    /// back as the last one, a constraint that was validated stays so, and a
    /// definition of an unmanaged object that a rename made stale stays
    /// forgotten. An operation that changes nothing, such as `DROP TABLE IF EXISTS` without
    /// the table, is undone by no operations at all.
    ///
    /// Lost rows do not count: what was in a dropped table is gone.
    ///
    /// # Errors
    ///
    /// Fails for raw SQL, when something outside the model goes with the
    /// object, and when the operation does not fit the schema.
    pub fn reverse(&self, before: &Schema) -> Result<Vec<Self>, Irreversible> {
        self.undo(before).map_err(|reason| Irreversible { description: self.describe(), reason })
    }

    /// [`reverse`](Self::reverse), failing with just the reason.
    fn undo(&self, before: &Schema) -> Result<Vec<Self>, String> {
        let undone = match self {
            Self::CreateNamespace { name, if_not_exists: _ } => {
                if before.namespaces.contains(name) {
                    return Ok(Vec::new());
                }
                Self::DropNamespace { name: name.clone(), if_exists: false }
            }
            Self::DropNamespace { name, if_exists } => {
                if !before.namespaces.contains(name) {
                    return absent(*if_exists, ApplyError::NamespaceMissing(name.clone()));
                }
                Self::CreateNamespace { name: name.clone(), if_not_exists: false }
            }
            Self::RenameNamespace { from, to } => {
                Self::RenameNamespace { from: to.clone(), to: from.clone() }
            }
            Self::CreateEnum { enum_type } => {
                Self::DropEnum { name: enum_type.name.clone(), if_exists: false }
            }
            Self::DropEnum { name, if_exists } => match before.enums.get(name) {
                Some(enum_type) => Self::CreateEnum { enum_type: enum_type.clone() },
                None => return absent(*if_exists, ApplyError::TypeMissing(name.clone())),
            },
            Self::RenameEnum { from, to } => {
                Self::RenameEnum { from: from.with_name(to.clone()), to: from.name.clone() }
            }
            Self::AddEnumValue { name, value, position: _, if_not_exists: _ } => {
                if enum_type(before, name)?.values.contains(value) {
                    return Ok(Vec::new());
                }
                Self::DropEnumValue { name: name.clone(), value: value.clone() }
            }
            Self::RenameEnumValue { name, from, to } => {
                Self::RenameEnumValue { name: name.clone(), from: to.clone(), to: from.clone() }
            }
            Self::DropEnumValue { name, value } => Self::AddEnumValue {
                name: name.clone(),
                value: value.clone(),
                position: position_of(enum_type(before, name)?, value)?,
                if_not_exists: false,
            },
            Self::CreateTable { table, if_not_exists: _ } => {
                if before.tables.contains_key(&table.name) {
                    return Ok(Vec::new());
                }
                Self::DropTable { name: table.name.clone(), if_exists: false }
            }
            Self::DropTable { name, if_exists } => match before.tables.get(name) {
                Some(table) => {
                    require_modelled(before, name)?;
                    Self::CreateTable { table: Table { stored: None, ..table.clone() }, if_not_exists: false }
                }
                None => return absent(*if_exists, ApplyError::TableMissing(name.clone())),
            },
            Self::RenameTable { from, to } => {
                Self::RenameTable { from: from.with_name(to.clone()), to: from.name.clone() }
            }
            Self::SetTableComment { table: name, comment } => {
                let old = &table(before, name)?.comment;
                if old == comment {
                    return Ok(Vec::new());
                }
                Self::SetTableComment { table: name.clone(), comment: old.clone() }
            }
            Self::AddColumn { table: name, column, if_not_exists: _ } => {
                if table(before, name)?.column(&column.name).is_some() {
                    return Ok(Vec::new());
                }
                Self::DropColumn { table: name.clone(), column: column.name.clone(), if_exists: false }
            }
            Self::DropColumn { table: name, column, if_exists } => {
                let table = table(before, name)?;
                return match table.column(column) {
                    Some(column) => Ok(re_add(table, column)),
                    None => absent(*if_exists, column_missing(name, column)),
                };
            }
            Self::RenameColumn { table, from, to } => {
                Self::RenameColumn { table: table.clone(), from: to.clone(), to: from.clone() }
            }
            Self::AlterColumn { table: name, column: column_name, change } => {
                let table = table(before, name)?;
                let column =
                    table.column(column_name).ok_or_else(|| column_missing(name, column_name).to_string())?;
                if let (ColumnChange::Generated(None), Some(generated)) = (change, &column.generated) {
                    return self.generate_again(before, table, column, generated);
                }
                let old = change_back(column, change);
                if old == without_using(change) {
                    return Ok(Vec::new());
                }
                Self::AlterColumn { table: name.clone(), column: column_name.clone(), change: old }
            }
            Self::AddConstraint { table: name, constraint } => {
                return drop_again(table(before, name)?, constraint);
            }
            Self::DropConstraint { table: name, name: constraint, if_exists } => {
                match table(before, name)?.constraint(constraint) {
                    Some(constraint) => {
                        Self::AddConstraint { table: name.clone(), constraint: constraint.clone() }
                    }
                    None => return absent(*if_exists, constraint_missing(name, constraint)),
                }
            }
            Self::RenameConstraint { table, from, to } => {
                Self::RenameConstraint { table: table.clone(), from: to.clone(), to: from.clone() }
            }
            Self::ValidateConstraint { table: _, name: _ } => return Ok(Vec::new()),
            Self::CreateIndex { table, index, concurrently, if_not_exists: _ } => {
                let name = table.with_name(index.name.clone());
                if before.table_of_index(&name).is_some() {
                    return Ok(Vec::new());
                }
                Self::DropIndex { name, concurrently: *concurrently, if_exists: false }
            }
            Self::DropIndex { name, concurrently, if_exists } => {
                let table = before.table_of_index(name);
                match table.and_then(|table| Some((table, table.index(&name.name)?))) {
                    Some((table, index)) => Self::CreateIndex {
                        table: table.name.clone(),
                        index: index.clone(),
                        concurrently: *concurrently,
                        if_not_exists: false,
                    },
                    None => return absent(*if_exists, ApplyError::IndexMissing(name.clone())),
                }
            }
            Self::RenameIndex { from, to } => {
                Self::RenameIndex { from: from.with_name(to.clone()), to: from.name.clone() }
            }
            Self::CreateView { view, or_replace: _ } => match before.views.get(&view.name) {
                Some(old) => return Ok(replace_back(old, view)),
                None => Self::DropView { name: view.name.clone(), if_exists: false },
            },
            Self::DropView { name, if_exists } => match before.views.get(name) {
                Some(view) => {
                    require_modelled(before, name)?;
                    Self::CreateView { view: view.clone(), or_replace: false }
                }
                None => return absent(*if_exists, ApplyError::ViewMissing(name.clone())),
            },
            Self::RenameView { from, to } => {
                Self::RenameView { from: from.with_name(to.clone()), to: from.name.clone() }
            }
            Self::SetComment { on, comment } => {
                let old = match on {
                    CommentTarget::View(name) => match before.views.get(name) {
                        Some(view) => &view.comment,
                        None => return Err(ApplyError::ViewMissing(name.clone()).to_string()),
                    },
                    CommentTarget::Enum(name) => &enum_type(before, name)?.comment,
                };
                if old == comment {
                    return Ok(Vec::new());
                }
                Self::SetComment { on: on.clone(), comment: old.clone() }
            }
            Self::Dml { sql: _ } | Self::Raw { sql: _ } => {
                return Err("nothing says what undoes raw SQL".to_owned());
            }
        };
        Ok(vec![undone])
    }

    /// Undoes `DROP EXPRESSION`. No statement makes a plain column generated,
    /// but as its values are computed, dropping and adding it loses nothing.
    fn generate_again(
        &self,
        before: &Schema,
        table: &Table,
        column: &Column,
        generated: &Generated,
    ) -> Result<Vec<Self>, String> {
        let drop =
            Self::DropColumn { table: table.name.clone(), column: column.name.clone(), if_exists: false };
        let mut after = before.clone();
        self.apply_to(&mut after)
            .and_then(|()| drop.apply_to(&mut after))
            .map_err(|error| error.to_string())?;
        let column = Column { generated: Some(generated.clone()), ..column.clone() };
        Ok([drop].into_iter().chain(re_add(table, &column)).collect())
    }
}

/// The operation has nothing to do, if it says that this is fine.
fn absent(fine: bool, error: ApplyError) -> Result<Vec<Operation>, String> {
    if fine { Ok(Vec::new()) } else { Err(error.to_string()) }
}

fn table<'a>(schema: &'a Schema, name: &QualifiedName) -> Result<&'a Table, String> {
    schema.tables.get(name).ok_or_else(|| ApplyError::TableMissing(name.clone()).to_string())
}

fn enum_type<'a>(schema: &'a Schema, name: &QualifiedName) -> Result<&'a EnumType, String> {
    schema.enums.get(name).ok_or_else(|| ApplyError::TypeMissing(name.clone()).to_string())
}

fn column_missing(table: &QualifiedName, column: &Name) -> ApplyError {
    ApplyError::ColumnMissing { table: table.clone(), column: column.clone() }
}

fn constraint_missing(table: &QualifiedName, constraint: &Name) -> ApplyError {
    ApplyError::ConstraintMissing { table: table.clone(), constraint: constraint.clone() }
}

/// Nothing outside the model belongs to the table or view.
fn require_modelled(schema: &Schema, relation: &QualifiedName) -> Result<(), String> {
    match schema.unmanaged.iter().find(|object| object.table.as_ref() == Some(relation)) {
        None => Ok(()),
        Some(Unmanaged { kind, name, .. }) => {
            Err(format!("{kind} \"{name}\" goes with it, which only hand-written SQL can bring back"))
        }
    }
}

/// Where the label has to be added to stand where it stood.
fn position_of(enum_type: &EnumType, label: &str) -> Result<EnumValuePosition, String> {
    let mut after = enum_type.values.iter().skip_while(|value| *value != label);
    match (after.next(), after.next()) {
        (None, _) => {
            let (ty, label) = (enum_type.name.clone(), label.to_owned());
            Err(ApplyError::EnumLabelMissing { ty, label }.to_string())
        }
        (Some(_), Some(next)) => Ok(EnumValuePosition::Before(next.clone())),
        (Some(_), None) => Ok(EnumValuePosition::End),
    }
}

/// Adds the column with all that goes when it is dropped. Keys come before the
/// foreign keys that may reference them.
fn re_add(table: &Table, column: &Column) -> Vec<Operation> {
    let DroppedWithColumn { constraints, indexes } = dropped_with_column(table, &column.name);
    let (last, first): (Vec<&Constraint>, Vec<&Constraint>) = constraints
        .into_iter()
        .partition(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_)));
    let add_constraint = |constraint: &Constraint| Operation::AddConstraint {
        table: table.name.clone(),
        constraint: constraint.clone(),
    };
    let mut operations = vec![Operation::AddColumn {
        table: table.name.clone(),
        column: column.clone(),
        if_not_exists: false,
    }];
    operations.extend(first.into_iter().map(add_constraint));
    operations.extend(indexes.into_iter().map(|index| Operation::CreateIndex {
        table: table.name.clone(),
        index: index.clone(),
        concurrently: false,
        if_not_exists: false,
    }));
    operations.extend(last.into_iter().map(add_constraint));
    operations
}

/// The change that restores what the other changes.
fn change_back(column: &Column, change: &ColumnChange) -> ColumnChange {
    match change {
        ColumnChange::Type { .. } => {
            ColumnChange::Type { ty: column.ty.clone(), collation: column.collation.clone(), using: None }
        }
        ColumnChange::Nullable(_) => ColumnChange::Nullable(column.nullable),
        ColumnChange::Default(_) => ColumnChange::Default(column.default.clone()),
        ColumnChange::Identity(_) => ColumnChange::Identity(column.identity.clone()),
        ColumnChange::Generated(_) => ColumnChange::Generated(column.generated.clone()),
        ColumnChange::Comment(_) => ColumnChange::Comment(column.comment.clone()),
    }
}

/// The change as far as the schema shows it. A conversion that keeps the type
/// still rewrites the rows, which is not undone.
fn without_using(change: &ColumnChange) -> ColumnChange {
    match change {
        ColumnChange::Type { ty, collation, using: _ } => {
            ColumnChange::Type { ty: ty.clone(), collation: collation.clone(), using: None }
        }
        ColumnChange::Nullable(_)
        | ColumnChange::Default(_)
        | ColumnChange::Identity(_)
        | ColumnChange::Generated(_)
        | ColumnChange::Comment(_) => change.clone(),
    }
}

/// Drops the constraint, and lets columns allow NULL that did so before a
/// primary key took it from them.
fn drop_again(table: &Table, constraint: &Constraint) -> Result<Vec<Operation>, String> {
    let Some(name) = &constraint.name else {
        return Err("the constraint has no name to drop it by".to_owned());
    };
    let mut operations =
        vec![Operation::DropConstraint { table: table.name.clone(), name: name.clone(), if_exists: false }];
    if let ConstraintKind::PrimaryKey(key) = &constraint.kind {
        let nullable =
            table.columns.iter().filter(|column| column.nullable && key.columns.contains(&column.name));
        operations.extend(nullable.map(|column| Operation::AlterColumn {
            table: table.name.clone(),
            column: column.name.clone(),
            change: ColumnChange::Nullable(true),
        }));
    }
    Ok(operations)
}

/// Puts the old view in place of the new one, and its comment in place of a
/// comment that came with the new one.
fn replace_back(old: &View, new: &View) -> Vec<Operation> {
    let mut operations = vec![Operation::CreateView { view: old.clone(), or_replace: true }];
    if old.comment.is_none() && new.comment.is_some() {
        operations.push(Operation::SetComment { on: CommentTarget::View(old.name.clone()), comment: None });
    }
    operations
}
