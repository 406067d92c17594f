//! Where databases differ in what becomes of one revision, as data.
//!
//! The same history gives the same logical schema on every backend, but for
//! these differences. Each says how what the revisions imply has to be rewritten
//! to be what is introspected there. A test goes through all of them: what is
//! not in this list is a fault, and what is never needed does not belong here.

use retort_core::{
    expression::{self, Dialect},
    schema::{
        Column, ConstraintKind, Expression, Identity, IndexKey, Name, QualifiedName, Schema, Table, Type,
    },
};

/// One way in which some backends differ.
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    /// The backends, by name.
    pub backends: &'static [&'static str],
    /// What is different: `TIMESTAMPTZ is TIMESTAMP`.
    pub what: &'static str,
    /// Why it has to be.
    pub why: &'static str,
    /// Rewrites a schema that revisions imply, and says whether there was
    /// anything to rewrite.
    rewrite: fn(&mut Schema) -> bool,
}

/// All differences, in the order in which they are applied.
pub const DIFFERENCES: &[Difference] = &[
    Difference {
        backends: &["sqlite", "mysql", "mariadb"],
        what: "a namespace is a prefix of the names of its tables",
        why: "there are no namespaces within a database",
        rewrite: |schema| {
            let changed = !std::mem::take(&mut schema.namespaces).is_empty();
            for table in std::mem::take(&mut schema.tables).into_values() {
                let table = Table { name: prefixed(&table.name), ..with_references(table, prefixed) };
                schema.tables.insert(table.name.clone(), table);
            }
            changed
        },
    },
    Difference {
        backends: &["postgresql"],
        what: "BINARY and VARBINARY are BLOB",
        why: "there is one type for bytes, without a length",
        rewrite: |schema| {
            types(schema, |ty| matches!(ty, Type::Binary(_) | Type::VarBinary(_)).then_some(Type::Blob))
        },
    },
    Difference {
        backends: &["mysql", "mariadb"],
        what: "TIMESTAMPTZ is TIMESTAMP, in UTC by convention",
        why: "the one type with a zone ends in 2038",
        rewrite: |schema| {
            types(schema, |ty| match ty {
                Type::TimestampTz(precision) => Some(Type::Timestamp(*precision)),
                _ => None,
            })
        },
    },
    Difference {
        backends: &["mysql", "mariadb"],
        what: "JSONB is JSON",
        why: "there is one type for JSON",
        rewrite: |schema| types(schema, |ty| (*ty == Type::Jsonb).then_some(Type::Json)),
    },
    Difference {
        backends: &["mysql", "mariadb"],
        what: "VARCHAR without a length is TEXT",
        why: "VARCHAR has a length there",
        rewrite: |schema| types(schema, |ty| (*ty == Type::VarChar(None)).then_some(Type::Text)),
    },
    Difference {
        backends: &["mysql", "mariadb"],
        what: "an enum type is a list of labels in each column",
        why: "there are no types that have a name",
        rewrite: |schema| {
            let enums = std::mem::take(&mut schema.enums);
            types(schema, |ty| match ty {
                Type::Enum(name) => {
                    let labels = enums.get(name)?.values.iter();
                    let labels: Vec<String> =
                        labels.map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
                    Some(Type::Native(format!("enum({})", labels.join(","))))
                }
                _ => None,
            })
        },
    },
    Difference {
        backends: &["mysql", "mariadb"],
        what: "a primary key has no name",
        why: "it is called PRIMARY whatever its statement says",
        rewrite: |schema| {
            let mut changed = false;
            for constraint in schema.tables.values_mut().flat_map(|table| &mut table.constraints) {
                if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) {
                    changed |= constraint.name.take().is_some();
                }
            }
            changed
        },
    },
    Difference {
        backends: &["mysql", "mariadb"],
        what: "a unique index on columns is a unique constraint",
        why: "both are the same there",
        rewrite: |schema| {
            let mut changed = false;
            for table in schema.tables.values_mut() {
                let unique: Vec<_> = table
                    .indexes
                    .extract_if(.., |index| {
                        let is_column = |key: &IndexKey| matches!(key, IndexKey::Column(_));
                        index.unique && index.key.iter().all(|part| is_column(&part.key))
                    })
                    .collect();
                changed |= !unique.is_empty();
                table.constraints.extend(unique.into_iter().map(as_constraint));
            }
            changed
        },
    },
    Difference {
        backends: &["sqlite"],
        what: "an identity column is INTEGER",
        why: "only a column declared so numbers rows; it holds 64 bits",
        rewrite: |schema| {
            columns(schema, |column| {
                let changes = column.identity.is_some() && column.ty != Type::Integer;
                if changes {
                    column.ty = Type::Integer;
                }
                changes
            })
        },
    },
    Difference {
        backends: &["sqlite"],
        what: "an enum type without columns is not there, and none has a comment",
        why: "a type exists in the columns that use it",
        rewrite: |schema| {
            let used: Vec<QualifiedName> = schema
                .tables
                .values()
                .flat_map(|table| &table.columns)
                .filter_map(
                    |column| if let Type::Enum(name) = &column.ty { Some(name.clone()) } else { None },
                )
                .collect();
            let before = schema.enums.clone();
            schema.enums.retain(|name, _| used.contains(name));
            schema.enums.values_mut().for_each(|enum_type| enum_type.comment = None);
            schema.enums != before
        },
    },
];

/// What a schema that revisions imply is on a backend, and the differences that
/// made a difference.
pub fn expected(backend: &str, schema: Schema) -> (Schema, Vec<&'static Difference>) {
    let mut schema = logical(schema);
    let mut used = Vec::new();
    for difference in DIFFERENCES.iter().filter(|difference| difference.backends.contains(&backend)) {
        if (difference.rewrite)(&mut schema) {
            used.push(difference);
        }
    }
    (schema, used)
}

/// A schema in a form that says the same on every backend: expressions in one
/// spelling, references to primary keys by their columns, and no text that only
/// one database understands.
pub fn logical(mut schema: Schema) -> Schema {
    let keys: Vec<(QualifiedName, Vec<Name>)> = schema
        .tables
        .values()
        .filter_map(|table| Some((table.name.clone(), table.primary_key()?.columns.clone())))
        .collect();
    for table in schema.tables.values_mut() {
        table.stored = None;
        for column in &mut table.columns {
            column.default = column
                .default
                .take()
                .map(|default| spelled(&default))
                .filter(|default| !default.as_str().eq_ignore_ascii_case("NULL"));
            if let Some(generated) = &mut column.generated {
                generated.expression = spelled(&generated.expression);
            }
            if let Some(identity) = &mut column.identity {
                *identity = Identity { sequence: Default::default(), ..identity.clone() };
            }
        }
        for constraint in &mut table.constraints {
            match &mut constraint.kind {
                ConstraintKind::Check(check) => check.expression = spelled(&check.expression),
                ConstraintKind::ForeignKey(key) if key.referenced_columns.is_empty() => {
                    let found = keys.iter().find(|(name, _)| *name == key.references);
                    key.referenced_columns = found.map(|(_, columns)| columns.clone()).unwrap_or_default();
                }
                ConstraintKind::ForeignKey(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {
                }
            }
        }
        table.constraints.sort_by_key(|constraint| format!("{constraint:?}"));
        table.indexes.sort_by(|left, right| left.name.cmp(&right.name));
        for index in &mut table.indexes {
            index.predicate = index.predicate.take().map(|predicate| spelled(&predicate));
            for part in &mut index.key {
                if let IndexKey::Expression(expression) = &mut part.key {
                    *expression = spelled(expression);
                }
            }
        }
    }
    for view in schema.views.values_mut() {
        view.query = Expression::new("");
        view.columns.clear();
    }
    schema
}

/// The expression in the spelling of portable SQL, if it is one.
fn spelled(expression: &Expression) -> Expression {
    match expression::parse(expression.as_str(), &Dialect::PORTABLE) {
        Ok(parsed) => expression::canonical(&parsed).into(),
        Err(_) => expression.clone(),
    }
}

fn columns(schema: &mut Schema, mut rewrite: impl FnMut(&mut Column) -> bool) -> bool {
    let columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
    columns.fold(false, |changed, column| rewrite(column) | changed)
}

fn types(schema: &mut Schema, rewrite: impl Fn(&Type) -> Option<Type>) -> bool {
    columns(schema, |column| match rewrite(&column.ty) {
        Some(ty) => {
            column.ty = ty;
            true
        }
        None => false,
    })
}

fn prefixed(name: &QualifiedName) -> QualifiedName {
    match &name.namespace {
        Some(namespace) => QualifiedName::unqualified(format!("{namespace}_{}", name.name)),
        None => name.clone(),
    }
}

fn with_references(mut table: Table, rename: fn(&QualifiedName) -> QualifiedName) -> Table {
    for constraint in &mut table.constraints {
        if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
            key.references = rename(&key.references);
        }
    }
    table
}

fn as_constraint(index: retort_core::schema::Index) -> retort_core::schema::Constraint {
    use retort_core::schema::{Constraint, Deferrable, Unique};
    let column = |key: IndexKey| match key {
        IndexKey::Column(name) => Some(name),
        IndexKey::Expression(_) => None,
    };
    let columns = index.key.into_iter().filter_map(|part| column(part.key)).collect();
    let unique = Unique { columns, nulls_not_distinct: index.nulls_not_distinct, deferrable: Deferrable::No };
    Constraint::named(index.name, ConstraintKind::Unique(unique))
}
