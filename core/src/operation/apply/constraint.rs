//! Constraints of tables.

use super::{
    ApplyError, SchemaObject, Touched,
    find::{self, Others},
};
use crate::schema::{
    Constraint, ConstraintKind, Deferrable, ForeignKey, IndexKey, Name, QualifiedName, ReferentialAction,
    Schema, Table,
};

pub(super) fn add(
    schema: &mut Schema,
    table: &QualifiedName,
    constraint: &Constraint,
    others: Others,
) -> Result<Touched, ApplyError> {
    require_fits(schema, find::table(schema, table)?, constraint, others)?;
    push(find::table_mut(schema, table)?, constraint);
    Ok(Touched::from([table.clone()]))
}

/// The constraint can be added to the table, which may not be part of the
/// schema yet.
pub(super) fn require_fits(
    schema: &Schema,
    table: &Table,
    constraint: &Constraint,
    others: Others,
) -> Result<(), ApplyError> {
    if let Some(name) = &constraint.name {
        require_free(schema, table, constraint, name, others)?;
    }
    for column in constraint.columns() {
        find::column(table, column)?;
    }
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => {
            if table.primary_key().is_some() {
                return Err(ApplyError::MultiplePrimaryKeys(table.name.clone()));
            }
            require_distinct(table, &key.columns)
        }
        ConstraintKind::Unique(unique) => require_distinct(table, &unique.columns),
        ConstraintKind::ForeignKey(key) => {
            require_actions(table, key)?;
            require_target(schema, table, key)
        }
        ConstraintKind::Check(_) => Ok(()),
    }
}

fn require_free(
    schema: &Schema,
    table: &Table,
    constraint: &Constraint,
    name: &Name,
    others: Others,
) -> Result<(), ApplyError> {
    if table.constraint(name).is_some() {
        return Err(ApplyError::ConstraintExists { table: table.name.clone(), constraint: name.clone() });
    }
    if find::is_relation(constraint) {
        if *name == table.name.name {
            return Err(ApplyError::TableExists(table.name.clone()));
        }
        find::require_free_in_table(table, name)?;
        find::require_free_relation(schema, &table.name.with_name(name.clone()), others)?;
    }
    Ok(())
}

fn require_distinct(table: &Table, columns: &[Name]) -> Result<(), ApplyError> {
    for (at, column) in columns.iter().enumerate() {
        if columns.iter().take(at).any(|other| other == column) {
            return Err(ApplyError::ColumnTwice { table: table.name.clone(), column: column.clone() });
        }
    }
    Ok(())
}

/// The foreign key changes no generated column.
fn require_actions(table: &Table, key: &ForeignKey) -> Result<(), ApplyError> {
    use ReferentialAction::{Cascade, NoAction, Restrict, SetDefault, SetNull};
    let event = match (key.on_delete, key.on_update) {
        (SetNull | SetDefault, _) => "ON DELETE",
        (NoAction | Restrict | Cascade, SetNull | SetDefault | Cascade) => "ON UPDATE",
        (NoAction | Restrict | Cascade, NoAction | Restrict) => return Ok(()),
    };
    let mut columns = key.columns.iter().filter_map(|name| table.column(name));
    match columns.find(|column| column.generated.is_some()) {
        Some(column) => {
            let (table, column) = (table.name.clone(), column.name.clone());
            Err(ApplyError::ActionOnGenerated { table, column, event })
        }
        None => Ok(()),
    }
}

/// What the foreign key references exists and is a key.
fn require_target(schema: &Schema, table: &Table, key: &ForeignKey) -> Result<(), ApplyError> {
    let target = if key.references == table.name { table } else { find::table(schema, &key.references)? };
    let columns =
        referenced_columns(target, key).ok_or_else(|| ApplyError::NoPrimaryKey(target.name.clone()))?;
    if columns.len() != key.columns.len() || columns.is_empty() {
        return Err(ApplyError::KeyLengthsDisagree);
    }
    for column in columns {
        find::column(target, column)?;
    }
    if !has_key(target, columns) {
        return Err(ApplyError::NoUniqueKey(target.name.clone()));
    }
    Ok(())
}

/// The columns that the foreign key references, if it names them or the table
/// has a primary key.
pub(super) fn referenced_columns<'a>(target: &'a Table, key: &'a ForeignKey) -> Option<&'a [Name]> {
    if key.referenced_columns.is_empty() {
        target.primary_key().map(|primary| primary.columns.as_slice())
    } else {
        Some(&key.referenced_columns)
    }
}

/// Whether a foreign key can reference the columns: some primary key, unique
/// constraint or unique index has exactly these, in any order, by their own
/// collations, and is checked at once.
fn has_key(table: &Table, columns: &[Name]) -> bool {
    let wanted = sorted(columns);
    let by_constraint = table.constraints.iter().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => sorted(&key.columns) == wanted,
        ConstraintKind::Unique(unique) => {
            unique.deferrable == Deferrable::No && sorted(&unique.columns) == wanted
        }
        ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => false,
    });
    by_constraint
        || table.indexes.iter().any(|index| {
            let mut columns: Vec<&Name> = Vec::new();
            for part in &index.key {
                match &part.key {
                    // What is unique by another collation may not be by the column's.
                    IndexKey::Column(column) if part.collation.is_none() => columns.push(column),
                    IndexKey::Column(_) | IndexKey::Expression(_) => return false,
                }
            }
            columns.sort_unstable();
            index.unique && index.predicate.is_none() && columns == wanted
        })
}

fn sorted(columns: &[Name]) -> Vec<&Name> {
    let mut columns: Vec<_> = columns.iter().collect();
    columns.sort_unstable();
    columns
}

/// The first foreign key that would no longer reference a key if the table
/// became the other one.
pub(super) fn key_lost(schema: &Schema, before: &Table, after: &Table) -> Option<SchemaObject> {
    let holds = |target: &Table, key: &ForeignKey| {
        referenced_columns(target, key).is_some_and(|columns| has_key(target, columns))
    };
    let (from, constraint, _) = schema
        .foreign_keys_to(&before.name)
        .filter(|(from, constraint, _)| from.name != before.name || after.constraints.contains(constraint))
        .find(|(_, _, key)| holds(before, key) && !holds(after, key))?;
    Some(SchemaObject::constraint(&from.name, constraint))
}

/// Adds the constraint without asking. Columns of a primary key stop allowing
/// NULL.
pub(super) fn push(table: &mut Table, constraint: &Constraint) {
    if let ConstraintKind::PrimaryKey(key) = &constraint.kind {
        for column in table.columns.iter_mut().filter(|column| key.columns.contains(&column.name)) {
            column.nullable = false;
        }
    }
    table.constraints.push(constraint.clone());
}

/// Drops a constraint. Columns of a primary key go on refusing NULL.
pub(super) fn drop(
    schema: &mut Schema,
    table: &QualifiedName,
    name: &Name,
    if_exists: bool,
) -> Result<Touched, ApplyError> {
    let before = find::table(schema, table)?;
    let dropped = match find::constraint(before, name) {
        Ok(constraint) => constraint,
        Err(_) if if_exists => return Ok(Touched::new()),
        Err(missing) => return Err(missing),
    };
    let mut after = before.clone();
    after.constraints.retain(|constraint| !constraint.has_name(name));
    if let Some(by) = key_lost(schema, before, &after) {
        return Err(SchemaObject::constraint(table, dropped).needed_by(by));
    }
    schema.tables.insert(table.clone(), after);
    Ok(Touched::from([table.clone()]))
}

pub(super) fn rename(
    schema: &mut Schema,
    table: &QualifiedName,
    from: &Name,
    to: &Name,
) -> Result<Touched, ApplyError> {
    let on = find::table(schema, table)?;
    require_free(schema, on, find::constraint(on, from)?, to, Others::MayHave)?;
    for constraint in &mut find::table_mut(schema, table)?.constraints {
        if constraint.has_name(from) {
            constraint.name = Some(to.clone());
        }
    }
    Ok(Touched::from([table.clone()]))
}

pub(super) fn validate(
    schema: &mut Schema,
    table: &QualifiedName,
    name: &Name,
) -> Result<Touched, ApplyError> {
    find::constraint(find::table(schema, table)?, name)?;
    let constraints = &mut find::table_mut(schema, table)?.constraints;
    let validated =
        constraints.iter_mut().filter(|constraint| constraint.has_name(name)).find_map(|constraint| {
            match &mut constraint.kind {
                ConstraintKind::ForeignKey(key) => Some(&mut key.validated),
                ConstraintKind::Check(check) => Some(&mut check.validated),
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => None,
            }
        });
    match validated {
        Some(true) => Ok(Touched::new()),
        Some(validated) => {
            *validated = true;
            Ok(Touched::from([table.clone()]))
        }
        None => Err(ApplyError::NotValidatable { table: table.clone(), constraint: name.clone() }),
    }
}
