//! Columns of tables.

use super::{ApplyError, SchemaObject, Touched, constraint, enum_type, find};
use crate::{
    operation::ColumnChange,
    schema::{
        Column, Constraint, ConstraintKind, Expression, Identity, Index, IndexKey, Name, QualifiedName,
        Schema, Table, Type, mention,
    },
};

pub(super) fn add(
    schema: &mut Schema,
    table: &QualifiedName,
    column: &Column,
    if_not_exists: bool,
) -> Result<Touched, ApplyError> {
    if find::table(schema, table)?.column(&column.name).is_some() {
        return if if_not_exists { Ok(Touched::new()) } else { Err(exists(table, &column.name)) };
    }
    let added = accepted(schema, table, column)?;
    find::table_mut(schema, table)?.columns.push(added);
    Ok(Touched::from([table.clone()]))
}

/// The column as a table takes it: an identity column never allows NULL.
pub(super) fn accepted(
    schema: &Schema,
    table: &QualifiedName,
    column: &Column,
) -> Result<Column, ApplyError> {
    find::require_type(schema, &column.ty)?;
    enum_type::require_label(schema, &column.ty, column.default.as_ref())?;
    let sources = [column.default.is_some(), column.identity.is_some(), column.generated.is_some()];
    if sources.into_iter().filter(|given| *given).count() > 1 {
        let (table, column) = (table.clone(), column.name.clone());
        return Err(ApplyError::ConflictingDefaults { table, column });
    }
    if column.identity.is_some() {
        require_numbered(table, &column.name, &column.ty)?;
    }
    Ok(Column { nullable: column.nullable && column.identity.is_none(), ..column.clone() })
}

/// What goes from a table together with one of its columns.
pub(in crate::operation) struct DroppedWithColumn<'a> {
    /// Constraints on the column, and checks that mention it.
    pub(in crate::operation) constraints: Vec<&'a Constraint>,
    /// Indexes on the column, in the key, stored, or mentioned.
    pub(in crate::operation) indexes: Vec<&'a Index>,
}

/// What goes from the table together with the column.
pub(in crate::operation) fn dropped_with_column<'a>(
    table: &'a Table,
    column: &Name,
) -> DroppedWithColumn<'a> {
    let mentions = |expression: &Expression| mention::mentions_column(expression, &table.name, column);
    let constraints = table
        .constraints
        .iter()
        .filter(|constraint| match &constraint.kind {
            ConstraintKind::Check(check) => mentions(&check.expression),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {
                constraint.columns().contains(column)
            }
        })
        .collect();
    let indexes = table
        .indexes
        .iter()
        .filter(|index| {
            index.has_column(column)
                || index.predicate.as_ref().is_some_and(mentions)
                || index.key.iter().any(|part| match &part.key {
                    IndexKey::Column(_) => false,
                    IndexKey::Expression(expression) => mentions(expression),
                })
        })
        .collect();
    DroppedWithColumn { constraints, indexes }
}

pub(super) fn drop(
    schema: &mut Schema,
    table: &QualifiedName,
    column: &Name,
    if_exists: bool,
) -> Result<Touched, ApplyError> {
    let before = find::table(schema, table)?;
    if let Err(missing) = find::column(before, column) {
        return if if_exists { Ok(Touched::new()) } else { Err(missing) };
    }
    let dropped = dropped_with_column(before, column);
    let by = referencing_key(schema, before, column, &dropped)
        .or_else(|| generated_from(before, column))
        .or_else(|| find::view_on_column(schema, table, column));
    if let Some(by) = by {
        let object = SchemaObject::Column { table: table.clone(), column: column.clone() };
        return Err(object.needed_by(by));
    }
    let after = Table {
        columns: before.columns.iter().filter(|kept| kept.name != *column).cloned().collect(),
        constraints: before
            .constraints
            .iter()
            .filter(|kept| !dropped.constraints.contains(kept))
            .cloned()
            .collect(),
        indexes: before.indexes.iter().filter(|kept| !dropped.indexes.contains(kept)).cloned().collect(),
        ..before.clone()
    };
    schema.tables.insert(table.clone(), after);
    Ok(Touched::from([table.clone()]))
}

/// The first foreign key that references the column and does not go with it.
fn referencing_key(
    schema: &Schema,
    table: &Table,
    column: &Name,
    dropped: &DroppedWithColumn<'_>,
) -> Option<SchemaObject> {
    schema
        .foreign_keys_to(&table.name)
        .filter(|(from, constraint, _)| from.name != table.name || !dropped.constraints.contains(constraint))
        .find(|(_, _, key)| {
            constraint::referenced_columns(table, key).is_some_and(|columns| columns.contains(column))
        })
        .map(|(from, constraint, _)| SchemaObject::constraint(&from.name, constraint))
}

/// The first other column of the table that is computed from the column.
fn generated_from(table: &Table, column: &Name) -> Option<SchemaObject> {
    let other = table.columns.iter().find(|other| {
        other.name != *column
            && other
                .generated
                .as_ref()
                .is_some_and(|generated| mention::mentions_column(&generated.expression, &table.name, column))
    })?;
    Some(SchemaObject::Column { table: table.name.clone(), column: other.name.clone() })
}

pub(super) fn rename(
    schema: &mut Schema,
    table: &QualifiedName,
    from: &Name,
    to: &Name,
) -> Result<Touched, ApplyError> {
    let on = find::table(schema, table)?;
    find::column(on, from)?;
    if on.column(to).is_some() {
        return Err(exists(table, to));
    }

    let mut touched = Touched::from([table.clone()]);
    rename_own(find::table_mut(schema, table)?, from, to);
    for other in schema.tables.values_mut() {
        for constraint in &mut other.constraints {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *table
                && rename_in(&mut key.referenced_columns, from, to)
            {
                touched.insert(other.name.clone());
            }
        }
    }
    for object in &mut schema.unmanaged {
        let concerns = |text: &str| {
            mention::mentions_anywhere(text, from)
                && (object.table.as_ref() == Some(table) || mention::mentions_anywhere(text, &table.name))
        };
        if object.definition.as_deref().is_some_and(concerns) {
            object.definition = None;
        }
    }
    Ok(touched)
}

fn rename_own(table: &mut Table, from: &Name, to: &Name) {
    edit_expressions(table, |expression, table| mention::rename_column(expression, table, from, to));
    if let Some(column) = table.column_mut(from) {
        column.name = to.clone();
    }
    for constraint in &mut table.constraints {
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(key) => rename_in(&mut key.columns, from, to),
            ConstraintKind::Unique(unique) => rename_in(&mut unique.columns, from, to),
            ConstraintKind::ForeignKey(key) => rename_in(&mut key.columns, from, to),
            ConstraintKind::Check(_) => false,
        };
    }
    for index in &mut table.indexes {
        rename_in(&mut index.include, from, to);
        for part in &mut index.key {
            match &mut part.key {
                IndexKey::Column(column) if column == from => *column = to.clone(),
                IndexKey::Column(_) | IndexKey::Expression(_) => {}
            }
        }
    }
}

/// Replaces the name in the list, and says whether it was there.
fn rename_in(names: &mut [Name], from: &Name, to: &Name) -> bool {
    let mut found = false;
    for name in names.iter_mut().filter(|name| *name == from) {
        *name = to.clone();
        found = true;
    }
    found
}

/// Edits every expression of the table, given its name. Says whether that
/// changed one that is part of the table's definition, as indexes are not.
pub(super) fn edit_expressions(
    table: &mut Table,
    edit: impl Fn(&Expression, &QualifiedName) -> Expression,
) -> bool {
    let Table { name, columns, constraints, indexes, comment: _, options: _, stored: _ } = table;
    let edit = |expression: &mut Expression| {
        let edited = edit(expression, name);
        let changed = edited != *expression;
        *expression = edited;
        changed
    };
    let mut changed = false;
    for column in columns {
        changed |= column.default.as_mut().is_some_and(edit);
        changed |= column.generated.as_mut().is_some_and(|generated| edit(&mut generated.expression));
    }
    for constraint in constraints {
        match &mut constraint.kind {
            ConstraintKind::Check(check) => changed |= edit(&mut check.expression),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {}
        }
    }
    for index in indexes {
        index.predicate.as_mut().map(edit);
        for part in &mut index.key {
            match &mut part.key {
                IndexKey::Column(_) => {}
                IndexKey::Expression(expression) => {
                    edit(expression);
                }
            }
        }
    }
    changed
}

pub(super) fn alter(
    schema: &mut Schema,
    table: &QualifiedName,
    name: &Name,
    change: &ColumnChange,
) -> Result<Touched, ApplyError> {
    let on = find::table(schema, table)?;
    require_change(schema, on, find::column(on, name)?, change)?;
    let column = find::column_mut(schema, table, name)?;
    match change {
        ColumnChange::Type { ty, collation, using: _ } => {
            column.ty = ty.clone();
            column.collation.clone_from(collation);
        }
        ColumnChange::Nullable(nullable) => column.nullable = *nullable,
        ColumnChange::Default(default) => column.default.clone_from(default),
        ColumnChange::Identity(identity) => column.identity.clone_from(identity),
        ColumnChange::Generated(generated) => column.generated.clone_from(generated),
        ColumnChange::Comment(comment) => column.comment.clone_from(comment),
    }
    Ok(Touched::from([table.clone()]))
}

fn require_change(
    schema: &Schema,
    table: &Table,
    column: &Column,
    change: &ColumnChange,
) -> Result<(), ApplyError> {
    let names = || (table.name.clone(), column.name.clone());
    match change {
        ColumnChange::Type { ty, .. } => {
            find::require_type(schema, ty)?;
            if column.identity.is_some() {
                require_numbered(&table.name, &column.name, ty)?;
            }
            enum_type::require_label(schema, ty, column.default.as_ref())?;
            // Views go on working: a backend that cannot change the type under
            // a view creates the view again.
            match generated_from(table, &column.name) {
                None => Ok(()),
                Some(by) => {
                    let (table, column) = names();
                    Err(ApplyError::TypeInUse { table, column, by: Box::new(by) })
                }
            }
        }
        ColumnChange::Nullable(true) => {
            let (table_name, name) = names();
            if table.primary_key().is_some_and(|key| key.columns.contains(&name)) {
                return Err(ApplyError::InPrimaryKey { table: table_name, column: name });
            }
            if column.identity.is_some() {
                return Err(ApplyError::IsIdentity { table: table_name, column: name });
            }
            Ok(())
        }
        ColumnChange::Nullable(false) | ColumnChange::Comment(_) => Ok(()),
        ColumnChange::Default(default) => {
            enum_type::require_label(schema, &column.ty, default.as_ref())?;
            let (table, name) = names();
            if column.identity.is_some() {
                return Err(ApplyError::IsIdentity { table, column: name });
            }
            if column.generated.is_some() {
                return Err(ApplyError::IsGenerated { table, column: name });
            }
            Ok(())
        }
        ColumnChange::Identity(identity) => require_identity_change(&table.name, column, identity.as_ref()),
        ColumnChange::Generated(_) => {
            let (table, name) = names();
            if column.generated.is_none() {
                return Err(ApplyError::NotGenerated { table, column: name });
            }
            Ok(())
        }
    }
}

/// An identity column is an integer. Only the backend knows a native type.
fn require_numbered(table: &QualifiedName, column: &Name, ty: &Type) -> Result<(), ApplyError> {
    match ty {
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Native(_) => Ok(()),
        Type::Boolean
        | Type::Real
        | Type::Double
        | Type::Numeric { .. }
        | Type::Char(_)
        | Type::VarChar(_)
        | Type::Text
        | Type::Binary(_)
        | Type::VarBinary(_)
        | Type::Blob
        | Type::Date
        | Type::Time(_)
        | Type::Timestamp(_)
        | Type::TimestampTz(_)
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Enum(_)
        | Type::Array(_) => Err(ApplyError::IdentityType { table: table.clone(), column: column.clone() }),
    }
}

fn require_identity_change(
    table: &QualifiedName,
    column: &Column,
    identity: Option<&Identity>,
) -> Result<(), ApplyError> {
    let (table, name) = (table.clone(), column.name.clone());
    if column.identity.is_some() {
        return Ok(());
    }
    if identity.is_none() {
        return Err(ApplyError::NotIdentity { table, column: name });
    }
    if column.nullable {
        return Err(ApplyError::IdentityNullable { table, column: name });
    }
    if column.default.is_some() || column.generated.is_some() {
        return Err(ApplyError::ConflictingDefaults { table, column: name });
    }
    require_numbered(&table, &name, &column.ty)
}

fn exists(table: &QualifiedName, column: &Name) -> ApplyError {
    ApplyError::ColumnExists { table: table.clone(), column: column.clone() }
}
