//! A schema as JSON. The shape is part of the interface: `docs/models.md` says
//! what each key means, and keys are added, never changed.

use std::collections::BTreeMap;

use retort_core::schema::{
    Check, Column, Constraint, ConstraintKind, Deferrable, EnumType, ForeignKey, GeneratedStorage, Identity,
    IdentityMode, Index, IndexKey, IndexKeyPart, MatchKind, Name, NullsOrder, QualifiedName, Schema,
    SortOrder, Table, Unmanaged, View,
};
use serde::Serialize;

/// The whole document.
#[derive(Serialize)]
pub(crate) struct SchemaDocument<'a> {
    backend: &'a str,
    namespaces: Vec<&'a str>,
    enums: Vec<EnumEntry<'a>>,
    tables: Vec<TableEntry<'a>>,
    views: Vec<ViewEntry<'a>>,
    /// What the model does not hold.
    outside: Vec<OutsideEntry<'a>>,
}

impl<'a> SchemaDocument<'a> {
    pub(crate) fn new(schema: &'a Schema, backend: &'a str) -> Self {
        Self {
            backend,
            namespaces: schema.namespaces.iter().map(Name::as_str).collect(),
            enums: schema.enums.values().map(EnumEntry::new).collect(),
            tables: schema.tables.values().map(TableEntry::new).collect(),
            views: schema.views.values().map(ViewEntry::new).collect(),
            outside: schema.unmanaged.iter().map(OutsideEntry::new).collect(),
        }
    }
}

/// The name of an object.
#[derive(Serialize)]
struct ObjectName<'a> {
    /// Null for the default one.
    namespace: Option<&'a str>,
    name: &'a str,
}

impl<'a> ObjectName<'a> {
    fn new(name: &'a QualifiedName) -> Self {
        Self { namespace: name.namespace.as_ref().map(Name::as_str), name: name.name.as_str() }
    }
}

#[derive(Serialize)]
struct EnumEntry<'a> {
    #[serde(flatten)]
    name: ObjectName<'a>,
    values: &'a [String],
    comment: Option<&'a str>,
}

impl<'a> EnumEntry<'a> {
    fn new(enum_type: &'a EnumType) -> Self {
        Self {
            name: ObjectName::new(&enum_type.name),
            values: &enum_type.values,
            comment: enum_type.comment.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct TableEntry<'a> {
    #[serde(flatten)]
    name: ObjectName<'a>,
    comment: Option<&'a str>,
    columns: Vec<ColumnEntry<'a>>,
    primary_key: Option<KeyEntry<'a>>,
    unique: Vec<UniqueEntry<'a>>,
    foreign_keys: Vec<ForeignKeyEntry<'a>>,
    checks: Vec<CheckEntry<'a>>,
    indexes: Vec<IndexEntry<'a>>,
    options: &'a BTreeMap<String, String>,
}

impl<'a> TableEntry<'a> {
    fn new(table: &'a Table) -> Self {
        let mut entry = Self {
            name: ObjectName::new(&table.name),
            comment: table.comment.as_deref(),
            columns: table.columns.iter().map(ColumnEntry::new).collect(),
            primary_key: None,
            unique: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: table.indexes.iter().map(IndexEntry::new).collect(),
            options: &table.options,
        };
        for Constraint { name, kind } in &table.constraints {
            let name = name.as_ref().map(Name::as_str);
            match kind {
                ConstraintKind::PrimaryKey(key) => {
                    entry.primary_key = Some(KeyEntry { name, columns: texts(&key.columns) });
                }
                ConstraintKind::Unique(unique) => entry.unique.push(UniqueEntry {
                    name,
                    columns: texts(&unique.columns),
                    nulls_not_distinct: unique.nulls_not_distinct,
                    deferrable: deferrable(unique.deferrable),
                }),
                ConstraintKind::ForeignKey(key) => entry.foreign_keys.push(ForeignKeyEntry::new(name, key)),
                ConstraintKind::Check(Check { expression, validated }) => entry.checks.push(CheckEntry {
                    name,
                    expression: expression.as_str(),
                    validated: *validated,
                }),
            }
        }
        entry.unique.sort_by_key(|unique| unique.name);
        entry.foreign_keys.sort_by_key(|key| key.name);
        entry.checks.sort_by_key(|check| check.name);
        entry.indexes.sort_by_key(|index| index.name);
        entry
    }
}

#[derive(Serialize)]
struct ColumnEntry<'a> {
    name: &'a str,
    /// As portable SQL.
    #[serde(rename = "type")]
    ty: String,
    nullable: bool,
    default: Option<&'a str>,
    identity: Option<IdentityEntry>,
    generated: Option<GeneratedEntry<'a>>,
    collation: Option<&'a str>,
    comment: Option<&'a str>,
    options: &'a BTreeMap<String, String>,
}

impl<'a> ColumnEntry<'a> {
    fn new(column: &'a Column) -> Self {
        Self {
            name: column.name.as_str(),
            ty: column.ty.to_string(),
            nullable: column.nullable,
            default: column.default.as_ref().map(|default| default.as_str()),
            identity: column.identity.as_ref().map(IdentityEntry::new),
            generated: column.generated.as_ref().map(|generated| GeneratedEntry {
                expression: generated.expression.as_str(),
                stored: generated.storage == GeneratedStorage::Stored,
            }),
            collation: column.collation.as_ref().map(Name::as_str),
            comment: column.comment.as_deref(),
            options: &column.options,
        }
    }
}

#[derive(Serialize)]
struct IdentityEntry {
    /// Whether an INSERT cannot give a value.
    always: bool,
    start: Option<i64>,
    increment: Option<i64>,
    min: Option<i64>,
    max: Option<i64>,
    cache: Option<i64>,
    cycle: bool,
}

impl IdentityEntry {
    fn new(identity: &Identity) -> Self {
        let sequence = &identity.sequence;
        Self {
            always: identity.mode == IdentityMode::Always,
            start: sequence.start,
            increment: sequence.increment,
            min: sequence.min,
            max: sequence.max,
            cache: sequence.cache,
            cycle: sequence.cycle,
        }
    }
}

#[derive(Serialize)]
struct GeneratedEntry<'a> {
    expression: &'a str,
    stored: bool,
}

#[derive(Serialize)]
struct KeyEntry<'a> {
    name: Option<&'a str>,
    columns: Vec<&'a str>,
}

#[derive(Serialize)]
struct UniqueEntry<'a> {
    name: Option<&'a str>,
    columns: Vec<&'a str>,
    nulls_not_distinct: bool,
    deferrable: &'static str,
}

#[derive(Serialize)]
struct ForeignKeyEntry<'a> {
    name: Option<&'a str>,
    columns: Vec<&'a str>,
    references: ObjectName<'a>,
    /// Empty for its primary key.
    referenced_columns: Vec<&'a str>,
    on_delete: &'static str,
    on_update: &'static str,
    #[serde(rename = "match")]
    match_kind: &'static str,
    deferrable: &'static str,
    validated: bool,
}

impl<'a> ForeignKeyEntry<'a> {
    fn new(name: Option<&'a str>, key: &'a ForeignKey) -> Self {
        Self {
            name,
            columns: texts(&key.columns),
            references: ObjectName::new(&key.references),
            referenced_columns: texts(&key.referenced_columns),
            on_delete: key.on_delete.as_sql(),
            on_update: key.on_update.as_sql(),
            match_kind: match key.match_kind {
                MatchKind::Simple => "SIMPLE",
                MatchKind::Full => "FULL",
            },
            deferrable: deferrable(key.deferrable),
            validated: key.validated,
        }
    }
}

#[derive(Serialize)]
struct CheckEntry<'a> {
    name: Option<&'a str>,
    expression: &'a str,
    validated: bool,
}

#[derive(Serialize)]
struct IndexEntry<'a> {
    name: &'a str,
    unique: bool,
    key: Vec<KeyPartEntry<'a>>,
    #[serde(rename = "where")]
    predicate: Option<&'a str>,
    include: Vec<&'a str>,
    method: Option<&'a str>,
    nulls_not_distinct: bool,
    options: &'a BTreeMap<String, String>,
}

impl<'a> IndexEntry<'a> {
    fn new(index: &'a Index) -> Self {
        Self {
            name: index.name.as_str(),
            unique: index.unique,
            key: index.key.iter().map(KeyPartEntry::new).collect(),
            predicate: index.predicate.as_ref().map(|predicate| predicate.as_str()),
            include: texts(&index.include),
            method: index.method.as_ref().map(Name::as_str),
            nulls_not_distinct: index.nulls_not_distinct,
            options: &index.options,
        }
    }
}

/// Either a column or an expression; the other is null.
#[derive(Serialize)]
struct KeyPartEntry<'a> {
    column: Option<&'a str>,
    expression: Option<&'a str>,
    collation: Option<&'a str>,
    operator_class: Option<&'a str>,
    descending: bool,
    /// Null for the usual place.
    nulls: Option<&'static str>,
    prefix: Option<u32>,
}

impl<'a> KeyPartEntry<'a> {
    fn new(part: &'a IndexKeyPart) -> Self {
        let (column, expression) = match &part.key {
            IndexKey::Column(name) => (Some(name.as_str()), None),
            IndexKey::Expression(expression) => (None, Some(expression.as_str())),
        };
        Self {
            column,
            expression,
            collation: part.collation.as_ref().map(Name::as_str),
            operator_class: part.operator_class.as_ref().map(Name::as_str),
            descending: part.order == SortOrder::Descending,
            nulls: part.nulls.map(|nulls| match nulls {
                NullsOrder::First => "FIRST",
                NullsOrder::Last => "LAST",
            }),
            prefix: part.prefix,
        }
    }
}

#[derive(Serialize)]
struct ViewEntry<'a> {
    #[serde(flatten)]
    name: ObjectName<'a>,
    /// Empty where the query names them.
    columns: Vec<&'a str>,
    query: &'a str,
    comment: Option<&'a str>,
}

impl<'a> ViewEntry<'a> {
    fn new(view: &'a View) -> Self {
        Self {
            name: ObjectName::new(&view.name),
            columns: texts(&view.columns),
            query: view.query.as_str(),
            comment: view.comment.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct OutsideEntry<'a> {
    kind: &'a str,
    #[serde(flatten)]
    name: ObjectName<'a>,
    /// The table or view that it belongs to.
    table: Option<ObjectName<'a>>,
    /// What creates it, where the database tells.
    definition: Option<&'a str>,
}

impl<'a> OutsideEntry<'a> {
    fn new(object: &'a Unmanaged) -> Self {
        Self {
            kind: &object.kind,
            name: ObjectName::new(&object.name),
            table: object.table.as_ref().map(ObjectName::new),
            definition: object.definition.as_deref(),
        }
    }
}

fn texts(names: &[Name]) -> Vec<&str> {
    names.iter().map(Name::as_str).collect()
}

fn deferrable(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "NOT DEFERRABLE",
        Deferrable::InitiallyImmediate => "INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => "INITIALLY DEFERRED",
    }
}
