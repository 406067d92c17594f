//! Schemas and operations that the model takes, generated. Not every database
//! takes them: an expression may compare text with a number.
//!
//! A schema grows by operations from nothing, so that whatever can be built can
//! come up, and so that it is valid by construction.

use proptest::prelude::*;
use retort_core::{
    backend::Feature,
    operation::{ColumnChange, CommentTarget, EnumValuePosition, Operation},
    schema::{
        Check, Column, Constraint, ConstraintKind, Deferrable, EnumType, Expression, ForeignKey, Generated,
        GeneratedStorage, Identity, Index, IndexKey, IndexKeyPart, Name, PrimaryKey, QualifiedName,
        ReferentialAction, Schema, SortOrder, Stored, Table, Type, Unique, Unmanaged, View,
    },
};

use super::{
    choices::{Choices, choices},
    world::World,
};

const PLAIN_TYPES: &[Type] = &[
    Type::Integer,
    Type::SmallInt,
    Type::Boolean,
    Type::Double,
    Type::Numeric { precision: Some(10), scale: Some(2) },
    Type::Blob,
    Type::Timestamp(None),
    Type::Json,
];

const ACTIONS: &[ReferentialAction] = &[
    ReferentialAction::NoAction,
    ReferentialAction::Cascade,
    ReferentialAction::SetNull,
    ReferentialAction::NoAction,
];

/// A schema, and an operation that often fits it.
pub fn schema_and_operation(world: World) -> impl Strategy<Value = (Schema, Operation)> {
    (schema(world), choices(world, 40)).prop_map(|(schema, mut choices)| {
        if choices.once_in(4)
            && let Some(rename) = rename_referenced(&schema, &mut choices)
        {
            return (schema, rename);
        }
        let mut made = operation(&schema, &mut choices);
        for _ in 0..choices.below(4) {
            if made.apply_to(&mut schema.clone()).is_err() {
                made = operation(&schema, &mut choices);
            }
        }
        (schema, made)
    })
}

/// A valid schema.
pub fn schema(world: World) -> impl Strategy<Value = Schema> {
    (choices(world, 1_500), choices(world, 20)).prop_map(move |(mut choices, mut extras)| {
        let mut schema = Schema::default();
        if world.capabilities.namespaces {
            schema.namespaces.extend(world.namespaces.first().copied().map(Name::new));
        }
        while !choices.is_empty() {
            let operation = operation(&schema, &mut choices);
            // A rename may leave the text of a view behind, which then names what
            // is not there.
            if !leaves_views_behind(&operation) && !left_out(&operation, &mut choices) {
                // An operation that does not fit changes nothing.
                let _fits = operation.apply_to(&mut schema);
            }
        }
        for table in schema.tables.values_mut() {
            table.stored = extras.once_in(2).then(|| Stored::new("stored"));
        }
        if extras.once_in(2) {
            schema.unmanaged.extend(unmanaged(&schema, &mut extras));
        }
        schema
    })
}

fn leaves_views_behind(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::RenameTable { .. }
            | Operation::RenameView { .. }
            | Operation::RenameColumn { .. }
            | Operation::RenameNamespace { .. }
    )
}

/// Whether a drop is left out, as most are: schemas are to grow.
fn left_out(operation: &Operation, choices: &mut Choices) -> bool {
    matches!(
        operation,
        Operation::DropTable { .. }
            | Operation::DropColumn { .. }
            | Operation::DropView { .. }
            | Operation::DropEnum { .. }
            | Operation::DropNamespace { .. }
            | Operation::DropConstraint { .. }
            | Operation::DropIndex { .. }
    ) && !choices.once_in(4)
}

fn unmanaged(schema: &Schema, choices: &mut Choices) -> Option<Unmanaged> {
    let table = choices.one_of(&keys(schema.tables.keys()))?;
    Some(Unmanaged {
        kind: "trigger".to_owned(),
        name: table.with_name("tr"),
        definition: Some("CREATE TRIGGER tr AFTER INSERT ON elsewhere BEGIN SELECT 1; END".to_owned()),
        table: Some(table),
    })
}

/// Any operation, mostly on what is there.
pub fn operation(schema: &Schema, choices: &mut Choices) -> Operation {
    let fine = choices.once_in(4);
    let kind = match choices.below(38) {
        // Columns are altered where there are no namespaces.
        kind @ 15..=17 if !choices.world.capabilities.namespaces => kind + 12,
        kind => kind,
    };
    match kind {
        0..=4 => Operation::CreateTable { table: new_table(schema, choices), if_not_exists: fine },
        5..=7 => {
            let table = table(schema, choices);
            let column = column(schema, schema.tables.get(&table), choices);
            Operation::AddColumn { table, column, if_not_exists: fine }
        }
        8..=10 => {
            let table = table(schema, choices);
            let kind = constraint(schema, schema.tables.get(&table), choices).kind;
            let constraint = Constraint::named(pick(choices, choices.world.names), kind);
            Operation::AddConstraint { table, constraint }
        }
        11 | 12 => {
            let table = table(schema, choices);
            let index = index(schema.tables.get(&table), choices);
            Operation::CreateIndex { table, index, concurrently: choices.once_in(4), if_not_exists: fine }
        }
        13 => Operation::CreateView { view: view(schema, choices), or_replace: fine },
        14 => Operation::CreateEnum {
            enum_type: EnumType {
                comment: comment(choices),
                ..EnumType::new(
                    new_name(choices, choices.world.relations),
                    choices.some_of(choices.world.labels, 4),
                )
            },
        },
        15 => {
            Operation::CreateNamespace { name: pick(choices, choices.world.namespaces), if_not_exists: fine }
        }
        16 => Operation::DropNamespace { name: pick(choices, choices.world.namespaces), if_exists: fine },
        17 => Operation::RenameNamespace {
            from: pick(choices, choices.world.namespaces),
            to: pick(choices, choices.world.namespaces),
        },
        18 => Operation::DropEnum { name: enum_name(schema, choices), if_exists: fine },
        19 => Operation::RenameEnum {
            from: enum_name(schema, choices),
            to: pick(choices, choices.world.relations),
        },
        20 => add_enum_value(schema, choices, fine),
        21 => Operation::RenameEnumValue {
            name: enum_name(schema, choices),
            from: label(choices),
            to: label(choices),
        },
        22 => Operation::DropEnumValue { name: enum_name(schema, choices), value: label(choices) },
        23 => Operation::DropTable { name: table(schema, choices), if_exists: fine },
        24 => Operation::RenameTable {
            from: table(schema, choices),
            to: pick(choices, choices.world.relations),
        },
        25 => Operation::SetTableComment { table: table(schema, choices), comment: comment(choices) },
        26 | 27 => {
            let table = table(schema, choices);
            let column = column_of(schema.tables.get(&table), choices);
            Operation::DropColumn { table, column, if_exists: fine }
        }
        28 => {
            let table = table(schema, choices);
            let from = column_of(schema.tables.get(&table), choices);
            Operation::RenameColumn { table, from, to: pick(choices, choices.world.columns) }
        }
        29 | 30 => {
            let table = table(schema, choices);
            let column = column_of(schema.tables.get(&table), choices);
            let change = change(schema, schema.tables.get(&table), choices);
            Operation::AlterColumn { table, column, change }
        }
        31 => {
            let table = table(schema, choices);
            let name = constraint_of(schema.tables.get(&table), choices);
            Operation::DropConstraint { table, name, if_exists: fine }
        }
        32 => {
            let table = table(schema, choices);
            let from = constraint_of(schema.tables.get(&table), choices);
            Operation::RenameConstraint { table, from, to: pick(choices, choices.world.names) }
        }
        33 => {
            let table = table(schema, choices);
            let name = constraint_of(schema.tables.get(&table), choices);
            Operation::ValidateConstraint { table, name }
        }
        34 => {
            let name = index_name(schema, choices);
            Operation::DropIndex { name, concurrently: choices.once_in(4), if_exists: fine }
        }
        35 => Operation::RenameIndex {
            from: index_name(schema, choices),
            to: pick(choices, choices.world.names),
        },
        36 => {
            let name = choices
                .one_of(&keys(schema.views.keys()))
                .unwrap_or_else(|| new_name(choices, choices.world.relations));
            match choices.below(3) {
                0 => Operation::DropView { name, if_exists: fine },
                1 => Operation::RenameView { from: name, to: pick(choices, choices.world.relations) },
                _ => Operation::SetComment { on: CommentTarget::View(name), comment: comment(choices) },
            }
        }
        _ => Operation::SetComment {
            on: CommentTarget::Enum(enum_name(schema, choices)),
            comment: comment(choices),
        },
    }
}

/// A rename of a table or a column that a foreign key references.
fn rename_referenced(schema: &Schema, choices: &mut Choices) -> Option<Operation> {
    let constraints = schema.tables.values().flat_map(|table| &table.constraints);
    let keys: Vec<&ForeignKey> = constraints
        .filter_map(|constraint| match &constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::Check(_) => None,
        })
        .collect();
    let key = choices.one_of(&keys)?;
    let table = key.references.clone();
    Some(match choices.one_of(&key.referenced_columns) {
        Some(from) if choices.once_in(2) => Operation::RenameColumn { table, from, to: Name::new("other") },
        Some(_) | None => Operation::RenameTable { from: table, to: Name::new("other") },
    })
}

fn add_enum_value(schema: &Schema, choices: &mut Choices, if_not_exists: bool) -> Operation {
    let position = match choices.below(3) {
        0 => EnumValuePosition::End,
        1 => EnumValuePosition::Before(label(choices)),
        _ => EnumValuePosition::After(label(choices)),
    };
    let (name, value) = (enum_name(schema, choices), label(choices));
    Operation::AddEnumValue { name, value, position, if_not_exists }
}

fn change(schema: &Schema, table: Option<&Table>, choices: &mut Choices) -> ColumnChange {
    match choices.below(6) {
        0 => ColumnChange::Type {
            ty: ty(schema, choices),
            collation: collation(choices),
            using: choices.once_in(3).then(|| {
                let column = column_of(table, choices);
                Expression::new(format!("{} || '1'", spelled(&column)))
            }),
        },
        1 => ColumnChange::Nullable(choices.once_in(2)),
        2 => ColumnChange::Default(choices.once_in(2).then(|| Expression::new("0"))),
        3 => ColumnChange::Identity(choices.once_in(2).then(Identity::by_default)),
        4 => ColumnChange::Generated(choices.once_in(2).then(|| generated("1", choices))),
        _ => ColumnChange::Comment(comment(choices)),
    }
}

fn new_table(schema: &Schema, choices: &mut Choices) -> Table {
    let name = new_name(choices, choices.world.relations);
    let mut table = Table::new(name, Vec::new());
    if choices.once_in(3) {
        // The one form of a numbered column that every backend has.
        let id = pick(choices, choices.world.columns);
        let identity = choices.once_in(2).then(Identity::by_default);
        table.columns.push(Column { identity, ..Column::new(id.clone(), Type::BigInt).not_null() });
        let kind = ConstraintKind::PrimaryKey(PrimaryKey { columns: vec![id] });
        table.constraints.push(Constraint::named(pick(choices, choices.world.names), kind));
    }
    for _ in 0..=choices.below(5) {
        let column = column(schema, Some(&table), choices);
        if table.column(&column.name).is_none() {
            table.columns.push(column);
        }
    }
    for _ in 0..choices.below(4) {
        let constraint = constraint(schema, Some(&table), choices);
        table.constraints.push(constraint);
    }
    for _ in 0..choices.below(2) {
        let index = index(Some(&table), choices);
        table.indexes.push(index);
    }
    table.comment = comment(choices);
    table
}

fn column(schema: &Schema, table: Option<&Table>, choices: &mut Choices) -> Column {
    let mut column = Column::new(pick(choices, choices.world.columns), ty(schema, choices));
    column.nullable = choices.once_in(2);
    column.comment = comment(choices);
    column.collation = collation(choices);
    match choices.below(6) {
        0 => {
            let label = label(choices).replace('\'', "''");
            column.default = Some(Expression::new(format!("'{label}'")));
        }
        1 if choices.once_in(3) => {
            column.ty = Type::BigInt;
            column.identity = Some(Identity::by_default());
        }
        2 => {
            let others = table.map(column_names).unwrap_or_default();
            if let Some(mentioned) = choices.one_of(&others) {
                column.generated = Some(generated(&format!("{} || 'x'", spelled(&mentioned)), choices));
            }
        }
        _ => {}
    }
    column
}

fn generated(expression: &str, choices: &mut Choices) -> Generated {
    let storage = match choices.feature(Feature::GeneratedVirtual, 2) {
        true => GeneratedStorage::Virtual,
        false => GeneratedStorage::Stored,
    };
    Generated { expression: Expression::new(expression), storage }
}

fn ty(schema: &Schema, choices: &mut Choices) -> Type {
    match choices.below(8) {
        0 => Type::BigInt,
        1 => Type::VarChar(Some(20)),
        2 | 3 => Type::Text,
        4 => choices.one_of(PLAIN_TYPES).unwrap_or(Type::Integer),
        5 | 6 => Type::Enum(enum_name(schema, choices)),
        _ if choices.feature(Feature::Array, 1) => {
            Type::Array(Box::new(Type::Enum(enum_name(schema, choices))))
        }
        _ => Type::Integer,
    }
}

fn constraint(schema: &Schema, table: Option<&Table>, choices: &mut Choices) -> Constraint {
    let own: Vec<Name> = table.map(column_names).unwrap_or_default();
    let columns = choices.some_of(&own, 2);
    let kind = match choices.below(6) {
        _ if columns.is_empty() => {
            ConstraintKind::Check(Check { expression: expression(table, choices), validated: true })
        }
        0 | 4 => ConstraintKind::PrimaryKey(PrimaryKey { columns }),
        1 => ConstraintKind::Unique(Unique {
            columns,
            nulls_not_distinct: choices.feature(Feature::NullsNotDistinct, 4),
            deferrable: if choices.feature(Feature::DeferrableUnique, 4) {
                Deferrable::InitiallyDeferred
            } else {
                Deferrable::No
            },
        }),
        2 => ConstraintKind::Check(Check {
            expression: expression(table, choices),
            validated: !choices.feature(Feature::NotValid, 2),
        }),
        _ => ConstraintKind::ForeignKey(foreign_key(schema, table, columns, choices)),
    };
    if choices.once_in(8) {
        return Constraint { name: None, kind };
    }
    Constraint::named(pick(choices, choices.world.names), kind)
}

/// A foreign key, mostly to columns that are a key.
fn foreign_key(
    schema: &Schema,
    own: Option<&Table>,
    columns: Vec<Name>,
    choices: &mut Choices,
) -> ForeignKey {
    let others: Vec<&Table> = schema.tables.values().chain(own).collect();
    let Some(target) = choices.one_of(&others) else {
        return ForeignKey::new(columns, new_name(choices, choices.world.relations), Vec::new());
    };
    let keys: Vec<Vec<Name>> = target
        .constraints
        .iter()
        .filter_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => Some(key.columns.clone()),
            ConstraintKind::Unique(unique) => Some(unique.columns.clone()),
            ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => None,
        })
        .filter(|columns| own.is_none_or(|own| columns.len() <= own.columns.len()))
        .collect();
    let referenced = choices.one_of(&keys).unwrap_or_else(|| choices.some_of(&column_names(target), 2));
    let own = own.map(column_names).unwrap_or_default();
    let start = choices.below(own.len());
    let columns = own.iter().cycle().skip(start).take(referenced.len().min(own.len())).cloned().collect();
    let referenced = if choices.once_in(4) { Vec::new() } else { referenced };
    let mut key = ForeignKey::new(columns, target.name.clone(), referenced);
    key.on_delete = choices.one_of(ACTIONS).unwrap_or_default();
    key.on_update = choices.one_of(ACTIONS).unwrap_or_default();
    if choices.feature(Feature::DeferrableForeignKey, 4) {
        key.deferrable = Deferrable::InitiallyDeferred;
    }
    key
}

fn index(table: Option<&Table>, choices: &mut Choices) -> Index {
    let own = table.map(column_names).unwrap_or_default();
    let columns = choices.some_of(&own, 2);
    let mut index = Index::on_columns(pick(choices, choices.world.names), columns);
    index.unique = choices.once_in(3);
    for part in &mut index.key {
        if choices.once_in(4) {
            part.order = SortOrder::Descending;
        }
        part.collation = collation(choices);
    }
    if choices.once_in(3) || index.key.is_empty() {
        let key = IndexKey::Expression(expression(table, choices));
        index.key.push(IndexKeyPart { key, ..IndexKeyPart::column(Name::new("")) });
    }
    if choices.once_in(3) {
        index.predicate = Some(expression(table, choices));
    }
    if choices.feature(Feature::IndexInclude, 4) {
        index.include = choices.some_of(&own, 1);
    }
    index
}

/// An expression over columns of the table.
fn expression(table: Option<&Table>, choices: &mut Choices) -> Expression {
    let columns = table.map(column_names).unwrap_or_default();
    let column =
        |choices: &mut Choices| choices.one_of(&columns).map_or("1".to_owned(), |name| spelled(&name));
    let (left, right) = (column(choices), column(choices));
    let qualifier = match table {
        Some(table) if !columns.is_empty() && choices.once_in(3) => format!("{}.", spelled(&table.name.name)),
        Some(_) | None => String::new(),
    };
    Expression::new(format!("lower({qualifier}{left}) <> 'email' OR {right} > 0"))
}

fn view(schema: &Schema, choices: &mut Choices) -> View {
    let name = new_name(choices, choices.world.relations);
    let tables: Vec<&Table> = schema.tables.values().collect();
    let query = match (choices.one_of(&tables), choices.below(4)) {
        (None, _) => "SELECT 1 AS one".to_owned(),
        (Some(table), 0) => format!("SELECT * FROM {}", qualified(&table.name)),
        (Some(table), 1) => {
            let mut items = vec!["count(*)".to_owned()];
            items.extend(table.columns.iter().map(|column| spelled(&column.name)));
            format!("SELECT {} FROM {} AS t", items.join(", "), qualified(&table.name))
        }
        (Some(table), 2) => {
            let other = choices.one_of(&tables).unwrap_or(table);
            let column = choices.one_of(&column_names(table)).unwrap_or(Name::new("rowid"));
            let (left, right) = (qualified(&table.name), qualified(&other.name));
            format!("SELECT l.{} FROM {left} AS l, {right} AS r", spelled(&column))
        }
        (Some(_), _) => {
            let views = keys(schema.views.keys());
            choices.one_of(&views).map_or("SELECT 2".to_owned(), |view| {
                if view == name {
                    "SELECT 3".to_owned()
                } else {
                    format!("SELECT * FROM {}", qualified(&view))
                }
            })
        }
    };
    View { name, columns: Vec::new(), query: Expression::new(query), comment: comment(choices) }
}

fn column_names(table: &Table) -> Vec<Name> {
    table.columns.iter().map(|column| column.name.clone()).collect()
}

fn keys<'a>(keys: impl Iterator<Item = &'a QualifiedName>) -> Vec<QualifiedName> {
    keys.cloned().collect()
}

fn table(schema: &Schema, choices: &mut Choices) -> QualifiedName {
    let tables = keys(schema.tables.keys());
    existing(choices, &tables).unwrap_or_else(|| new_name(choices, choices.world.relations))
}

fn enum_name(schema: &Schema, choices: &mut Choices) -> QualifiedName {
    let enums = keys(schema.enums.keys());
    existing(choices, &enums).unwrap_or_else(|| new_name(choices, &["mood"]))
}

fn index_name(schema: &Schema, choices: &mut Choices) -> QualifiedName {
    let of = |table: &Table| {
        let names = table.indexes.iter().map(|index| table.name.with_name(index.name.clone()));
        names.collect::<Vec<_>>()
    };
    let indexes: Vec<_> = schema.tables.values().flat_map(of).collect();
    existing(choices, &indexes).unwrap_or_else(|| new_name(choices, choices.world.names))
}

fn column_of(table: Option<&Table>, choices: &mut Choices) -> Name {
    let columns = table.map(column_names).unwrap_or_default();
    existing(choices, &columns).unwrap_or_else(|| pick(choices, choices.world.columns))
}

fn constraint_of(table: Option<&Table>, choices: &mut Choices) -> Name {
    let constraints = table.map(|table| table.constraints.as_slice()).unwrap_or_default();
    let names: Vec<Name> = constraints.iter().filter_map(|constraint| constraint.name.clone()).collect();
    existing(choices, &names).unwrap_or_else(|| pick(choices, choices.world.names))
}

/// Mostly one of the items.
fn existing<T: Clone>(choices: &mut Choices, items: &[T]) -> Option<T> {
    if choices.once_in(10) { None } else { choices.one_of(items) }
}

fn new_name(choices: &mut Choices, names: &[&str]) -> QualifiedName {
    let name = pick(choices, names);
    if choices.feature(Feature::Namespaces, 4) {
        QualifiedName::qualified(pick(choices, choices.world.namespaces), name)
    } else {
        QualifiedName::unqualified(name)
    }
}

fn pick(choices: &mut Choices, names: &[&str]) -> Name {
    Name::new(choices.one_of(names).unwrap_or_default())
}

fn label(choices: &mut Choices) -> String {
    choices.one_of(choices.world.labels).unwrap_or_default().to_owned()
}

fn collation(choices: &mut Choices) -> Option<Name> {
    choices.once_in(4).then(|| pick(choices, choices.world.collations))
}

fn comment(choices: &mut Choices) -> Option<String> {
    choices.once_in(4).then(|| "said".to_owned())
}

/// The name in quotes. What becomes of the quotes in a rename is not a matter
/// of these laws.
fn spelled(name: &Name) -> String {
    format!("\"{}\"", name.as_str().replace('"', "\"\""))
}

fn qualified(name: &QualifiedName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", spelled(namespace), spelled(&name.name)),
        None => spelled(&name.name),
    }
}
