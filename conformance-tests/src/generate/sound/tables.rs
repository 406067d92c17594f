//! New tables, and what is on them.

use retort_core::{
    backend::Feature,
    operation::Operation,
    schema::{
        Check, Column, Constraint, ConstraintKind, Deferrable, Expression, ForeignKey, Generated,
        GeneratedStorage, Identity, Index, IndexKey, IndexKeyPart, Name, PrimaryKey, QualifiedName,
        ReferentialAction, Schema, SortOrder, Table, Type, Unique,
    },
};

use super::{
    Choices, NUMBER, comment, expressions, is_key_type, is_linked, is_mentioned, is_unused, new_column_name,
    new_name, new_object, some_table,
};

const TYPES: &[Type] = &[
    Type::Integer,
    Type::BigInt,
    Type::VarChar(Some(40)),
    Type::Text,
    Type::Integer,
    Type::VarChar(Some(20)),
    Type::Numeric { precision: Some(10), scale: Some(2) },
    Type::SmallInt,
    Type::Boolean,
    Type::Date,
    Type::Timestamp(None),
    Type::Timestamp(Some(0)),
    Type::TimestampTz(None),
    Type::Time(Some(0)),
    Type::Double,
    Type::Uuid,
    Type::Json,
    Type::Jsonb,
    Type::Blob,
    Type::Char(8),
    Type::Binary(8),
    Type::VarBinary(16),
];

/// A new table.
pub(super) fn table(schema: &Schema, choices: &mut Choices) -> Table {
    let name = new_name(schema, choices, choices.world.relations);
    let mut table = Table::new(name, vec![Column::new(NUMBER, Type::Integer).not_null()]);
    primary_key(schema, &mut table, choices);
    for _ in 0..=choices.below(5) {
        let column = column(schema, &table, choices);
        table.columns.push(column);
    }
    for _ in 0..choices.below(3) {
        add_link(schema, &mut table, choices);
    }
    for _ in 0..choices.below(3) {
        if let Some(constraint) = constraint(schema, &table, choices, false) {
            table.constraints.push(constraint);
        }
    }
    if let Some(index) = (choices.once_in(3)).then(|| index(schema, &table, choices)).flatten() {
        table.indexes.push(index);
    }
    table.comment = comment(choices);
    table
}

fn primary_key(schema: &Schema, table: &mut Table, choices: &mut Choices) {
    let first = new_column_name(table, choices);
    let columns = match choices.below(5) {
        0 => return,
        1 => {
            let ty = if choices.once_in(2) { Type::BigInt } else { Type::Integer };
            let identity = Some(Identity::by_default());
            table.columns.push(Column { identity, ..Column::new(first.clone(), ty).not_null() });
            vec![first]
        }
        2 => {
            table.columns.push(Column::new(first.clone(), Type::VarChar(Some(20))).not_null());
            vec![first]
        }
        3 => {
            table.columns.push(Column::new(first.clone(), Type::Integer).not_null());
            vec![first, NUMBER.into()]
        }
        _ => {
            table.columns.push(Column::new(first.clone(), Type::Integer).not_null());
            vec![first]
        }
    };
    let name = new_constraint(schema, table, choices);
    table.constraints.push(Constraint::named(name, ConstraintKind::PrimaryKey(PrimaryKey { columns })));
}

/// A name that no object has, in the schema or in the table that is not part of
/// it yet.
fn new_constraint(schema: &Schema, table: &Table, choices: &mut Choices) -> Name {
    let mut with_table = schema.clone();
    with_table.tables.insert(table.name.clone(), table.clone());
    new_object(&with_table, choices, choices.world.names)
}

/// A column for the table, whatever rows that has.
pub(super) fn column(schema: &Schema, table: &Table, choices: &mut Choices) -> Column {
    let mut column = Column::new(new_column_name(table, choices), ty(schema, choices));
    column.comment = comment(choices);
    if choices.once_in(5)
        && let Some((expression, ty)) = expressions::computed(schema, table, choices)
        && let Some(storage) = storage(choices)
    {
        column.ty = ty;
        column.generated = Some(Generated { expression, storage });
        return column;
    }
    if choices.once_in(3) {
        column.default = default(schema, &column.ty, choices);
    }
    // A column without a default that refuses NULL does not go with rows.
    column.nullable = column.default.is_none() || choices.once_in(2);
    column
}

fn storage(choices: &mut Choices) -> Option<GeneratedStorage> {
    if choices.feature(Feature::GeneratedVirtual, 2) {
        return Some(GeneratedStorage::Virtual);
    }
    choices.feature(Feature::GeneratedStored, 1).then_some(GeneratedStorage::Stored)
}

fn ty(schema: &Schema, choices: &mut Choices) -> Type {
    let enums: Vec<QualifiedName> = schema.enums.keys().cloned().collect();
    if choices.once_in(5)
        && let Some(name) = choices.one_of(&enums)
    {
        return Type::Enum(name);
    }
    if choices.feature(Feature::Array, 12) {
        return Type::Array(Box::new(Type::Integer));
    }
    choices.one_of(TYPES).unwrap_or(Type::Integer)
}

/// A default for a column of the type, if every database takes one.
pub(super) fn default(schema: &Schema, ty: &Type, choices: &mut Choices) -> Option<Expression> {
    let forms: &[&str] = match ty {
        Type::SmallInt | Type::Integer | Type::BigInt => &["0", "-1", "42"],
        Type::VarChar(_) | Type::Text => &["'new'", "'it''s'", "'back\\slash'", "''", "'two\nlines'", "'0'"],
        Type::Char(_) => &["'abc'"],
        Type::Numeric { .. } => &["0", "1.50", "-2.25"],
        Type::Double => &["0.5", "1"],
        Type::Boolean => &["TRUE", "FALSE"],
        Type::Date => &["'2024-02-29'"],
        Type::Timestamp(_) => &["CURRENT_TIMESTAMP", "'2024-02-29 12:30:45'"],
        Type::Enum(name) => {
            let labels: Vec<&String> =
                schema.enums.get(name)?.values.iter().filter(|label| !is_unused(label)).collect();
            let label = choices.one_of(&labels)?.replace('\'', "''");
            return Some(format!("'{label}'").into());
        }
        _ => return None,
    };
    choices.one_of(forms).map(Expression::new)
}

/// Adds columns that reference a key of another table, and the foreign key.
fn add_link(schema: &Schema, table: &mut Table, choices: &mut Choices) {
    let Some(target) = some_table(schema, choices) else { return };
    let Some(referenced) = choices.one_of(&keys(target)) else { return };
    let nullable = choices.once_in(2);
    let mut columns = Vec::new();
    for name in &referenced {
        let Some(column) = target.column(name) else { return };
        let name = new_column_name(table, choices);
        table.columns.push(Column { nullable, ..Column::new(name.clone(), column.ty.clone()) });
        columns.push(name);
    }
    let key = foreign_key(table, columns, target, referenced, choices);
    let name = new_constraint(schema, table, choices);
    table.constraints.push(Constraint::named(name, ConstraintKind::ForeignKey(key)));
}

fn foreign_key(
    table: &Table,
    columns: Vec<Name>,
    target: &Table,
    referenced: Vec<Name>,
    choices: &mut Choices,
) -> ForeignKey {
    let nullable = columns.iter().all(|name| table.column(name).is_some_and(|column| column.nullable));
    let mut key = ForeignKey::new(columns, target.name.clone(), referenced);
    key.on_delete = match choices.below(4) {
        0 => ReferentialAction::Cascade,
        1 if nullable => ReferentialAction::SetNull,
        2 => ReferentialAction::Restrict,
        _ => ReferentialAction::NoAction,
    };
    if choices.once_in(4) {
        key.on_update = ReferentialAction::Cascade;
    }
    if choices.feature(Feature::DeferrableForeignKey, 4) {
        key.deferrable = Deferrable::InitiallyDeferred;
        // PostgreSQL does not defer RESTRICT.
        key.on_delete = ReferentialAction::NoAction;
    }
    key
}

/// The columns of each key of the table that can be referenced, and that no row
/// leaves empty.
fn keys(table: &Table) -> Vec<Vec<Name>> {
    let of = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some(key.columns.clone()),
        ConstraintKind::Unique(unique) if unique.deferrable == Deferrable::No => Some(unique.columns.clone()),
        ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
    };
    let is_stored =
        |name: &Name| table.column(name).is_some_and(|column| column.generated.is_none() && !column.nullable);
    table.constraints.iter().filter_map(of).filter(|columns| columns.iter().all(is_stored)).collect()
}

pub(super) fn add_constraint(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let table = some_table(schema, choices)?;
    let constraint = constraint(schema, table, choices, true)?;
    Some(Operation::AddConstraint { table: table.name.clone(), constraint })
}

/// A constraint that the rows of the table do not stand against.
fn constraint(schema: &Schema, table: &Table, choices: &mut Choices, later: bool) -> Option<Constraint> {
    let kind = match choices.below(if later { 6 } else { 4 }) {
        0 | 1 => ConstraintKind::Unique(Unique {
            columns: key_columns(table, choices)?,
            nulls_not_distinct: choices.feature(Feature::NullsNotDistinct, 6),
            deferrable: match choices.feature(Feature::DeferrableUnique, 6) {
                true => Deferrable::InitiallyDeferred,
                false => Deferrable::No,
            },
        }),
        2 | 3 => ConstraintKind::Check(Check {
            expression: expressions::condition(schema, table, choices)?,
            validated: !(later && choices.feature(Feature::NotValid, 5)),
        }),
        4 => {
            let columns = key_columns(table, choices)?;
            let not_null = |name: &Name| table.column(name).is_some_and(|column| !column.nullable);
            if table.primary_key().is_some() || !columns.iter().all(not_null) {
                return None;
            }
            ConstraintKind::PrimaryKey(PrimaryKey { columns })
        }
        _ => ConstraintKind::ForeignKey(link(schema, table, choices)?),
    };
    Some(Constraint::named(new_constraint(schema, table, choices), kind))
}

/// Columns that can be in a key and differ by row.
fn key_columns(table: &Table, choices: &mut Choices) -> Option<Vec<Name>> {
    let fit = table.columns.iter().filter(|column| is_key_type(&column.ty) && column.generated.is_none());
    let names: Vec<Name> = fit.map(|column| column.name.clone()).collect();
    let columns = choices.some_of(&names, 2);
    // Some databases take two keys on the same columns for one.
    let is_same = |other: &Constraint| {
        let key = matches!(other.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_));
        key && other.columns() == columns
    };
    (!columns.is_empty() && !table.constraints.iter().any(is_same)).then_some(columns)
}

/// A foreign key of columns that are there.
fn link(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<ForeignKey> {
    let target = some_table(schema, choices)?;
    if reaches(schema, target, &table.name) && target.name != table.name {
        return None;
    }
    let referenced = choices.one_of(&keys(target))?;
    let mut columns = Vec::new();
    for name in &referenced {
        let ty = &target.column(name)?.ty;
        let fits: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| {
                column.ty == *ty
                    && column.generated.is_none()
                    && column.identity.is_none()
                    && column.default.is_none()
                    && !columns.contains(&column.name)
                    && !is_linked(schema, table, &column.name)
                    && !is_mentioned(table, &column.name)
                    && (column.name.as_str() != NUMBER)
            })
            .collect();
        columns.push(choices.one_of(&fits)?.name.clone());
    }
    Some(foreign_key(table, columns, target, referenced, choices))
}

/// Whether foreign keys lead from the table to the other.
fn reaches(schema: &Schema, table: &Table, other: &QualifiedName) -> bool {
    let mut seen = vec![&table.name];
    let mut at = 0;
    while let Some(name) = seen.get(at).copied() {
        at += 1;
        let Some(table) = schema.tables.get(name) else { continue };
        for constraint in &table.constraints {
            if let ConstraintKind::ForeignKey(key) = &constraint.kind
                && !seen.contains(&&key.references)
            {
                seen.push(&key.references);
            }
        }
    }
    seen.contains(&other)
}

/// An index on the table.
pub(super) fn index(schema: &Schema, table: &Table, choices: &mut Choices) -> Option<Index> {
    let columns = key_columns(table, choices)?;
    let name = new_constraint(schema, table, choices);
    let mut index = Index::on_columns(name, columns.clone());
    index.unique = choices.once_in(4);
    for part in &mut index.key {
        if choices.once_in(4) {
            part.order = SortOrder::Descending;
        }
    }
    if !index.unique
        && choices.feature(Feature::ExpressionIndex, 4)
        && let Some(expression) = expressions::key(schema, table, choices)
    {
        let key = IndexKey::Expression(expression);
        index.key.push(IndexKeyPart { key, ..IndexKeyPart::column(Name::new("")) });
    }
    if choices.feature(Feature::PartialIndex, 4) {
        index.predicate = expressions::condition(schema, table, choices);
    }
    if choices.feature(Feature::IndexInclude, 4) {
        let others: Vec<Name> = table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .filter(|name| !columns.contains(name))
            .collect();
        index.include = choices.some_of(&others, 1);
    }
    Some(index)
}
