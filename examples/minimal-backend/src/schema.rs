//! The schema as it is read, and as it would be read.
//!
//! Both must come to the same: `introspect` after creating a schema is
//! `normalize` of it. That is the first law of the suite.

use std::collections::BTreeSet;

use retort_core::{
    backend::{BackendError, Scope},
    schema::{
        Column, Constraint, ConstraintKind, Deferrable, Identity, Index, IndexKey, PrimaryKey, QualifiedName,
        Schema, SortOrder, Table, Type, Unique, Unmanaged,
    },
    script::portable,
};
use rusqlite::Connection;

use crate::{
    render::{check, default_text, unsupported},
    session::failed,
};

/// All columns of all tables, in one query however many there are.
const COLUMNS: &str = "
    SELECT t.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, instr(upper(t.sql), 'AUTOINCREMENT') > 0
    FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    ORDER BY t.name, c.cid";

/// All columns of all indexes but those that SQLite makes by itself.
const INDEXES: &str = "
    SELECT t.name, i.name, i.\"unique\", k.name, k.\"desc\"
    FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) k
    WHERE t.type = 'table' AND i.origin = 'c' AND k.key
    ORDER BY t.name, i.name, k.seqno";

/// What is there that the backend knows nothing of.
const OTHERS: &str =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name";

/// Reads the schema.
pub(crate) fn introspect(db: &Connection, scope: &Scope) -> Result<Schema, BackendError> {
    read(db, scope).map_err(failed)
}

fn read(db: &Connection, scope: &Scope) -> rusqlite::Result<Schema> {
    let mut schema = Schema::default();
    let wanted = |name: &QualifiedName| {
        !scope.exclude.contains(name) && scope.only.as_ref().is_none_or(|only| only.contains(name))
    };
    let mut query = db.prepare(COLUMNS)?;
    let mut rows = query.query([])?;
    let mut keys: Vec<(QualifiedName, i64, String)> = Vec::new();
    while let Some(row) = rows.next()? {
        let name = QualifiedName::unqualified(row.get::<_, String>(0)?);
        if !wanted(&name) {
            continue;
        }
        let mut column = Column::new(row.get::<_, String>(1)?, logical_type(&row.get::<_, String>(2)?));
        column.nullable = !row.get::<_, bool>(3)?;
        column.default = row.get::<_, Option<String>>(4)?.map(Into::into);
        // A default that somebody else wrote may be anything.
        if let Ok(default) = default_text(&column) {
            column.default = default;
        }
        let place = row.get::<_, i64>(5)?;
        if place > 0 {
            keys.push((name.clone(), place, row.get(1)?));
            column.identity = row.get::<_, bool>(6)?.then(Identity::by_default);
            column.nullable = false;
        }
        match schema.tables.get_mut(&name) {
            Some(table) => table.columns.push(column),
            None => drop(schema.tables.insert(name.clone(), Table::new(name, vec![column]))),
        }
    }
    keys.sort();
    for (name, _, column) in keys {
        if let Some(table) = schema.tables.get_mut(&name) {
            add_to_key(table, column);
        }
    }
    read_indexes(db, &mut schema)?;
    let mut query = db.prepare(OTHERS)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        schema.unmanaged.push(Unmanaged {
            kind: row.get(0)?,
            name: QualifiedName::unqualified(row.get::<_, String>(1)?),
            table: Some(QualifiedName::unqualified(row.get::<_, String>(2)?)),
            definition: row.get(3)?,
        });
    }
    Ok(schema)
}

fn add_to_key(table: &mut Table, column: String) {
    for constraint in &mut table.constraints {
        if let ConstraintKind::PrimaryKey(key) = &mut constraint.kind {
            key.columns.push(column.into());
            return;
        }
    }
    let kind = ConstraintKind::PrimaryKey(PrimaryKey { columns: vec![column.into()] });
    table.constraints.push(Constraint { name: None, kind });
}

fn read_indexes(db: &Connection, schema: &mut Schema) -> rusqlite::Result<()> {
    let mut query = db.prepare(INDEXES)?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let table = QualifiedName::unqualified(row.get::<_, String>(0)?);
        let Some(table) = schema.tables.get_mut(&table) else { continue };
        let name: String = row.get(1)?;
        if table.indexes.last().is_none_or(|index| index.name.as_str() != name) {
            table.indexes.push(Index { unique: row.get(2)?, ..Index::on_columns(name, []) });
        }
        let column: Option<String> = row.get(3)?;
        let mut part = retort_core::schema::IndexKeyPart::column(column.unwrap_or_default().into());
        part.order = if row.get(4)? { SortOrder::Descending } else { SortOrder::Ascending };
        if let Some(index) = table.indexes.last_mut() {
            index.key.push(part);
        }
    }
    schema.tables.values_mut().for_each(unique_as_constraints);
    Ok(())
}

/// The type that a column was declared with: portable SQL, unless somebody else
/// wrote it.
fn logical_type(declared: &str) -> Type {
    portable::parse_type(declared).unwrap_or_else(|_| Type::Native(declared.to_lowercase()))
}

/// A unique index and a unique constraint are one thing here.
fn unique_as_constraints(table: &mut Table) {
    let unique: Vec<Index> = table.indexes.extract_if(.., |index| index.unique).collect();
    for index in unique {
        let column = |key| if let IndexKey::Column(name) = key { Some(name) } else { None };
        let columns = index.key.into_iter().filter_map(|part| column(part.key)).collect();
        let kind = Unique { columns, nulls_not_distinct: false, deferrable: Deferrable::No };
        table.constraints.push(Constraint::named(index.name, ConstraintKind::Unique(kind)));
    }
}

/// Brings a schema into the form that [`introspect`] reports after creating it.
pub(crate) fn normalize(mut schema: Schema) -> Result<Schema, BackendError> {
    if !schema.enums.is_empty() || !schema.views.is_empty() {
        return Err(unsupported("enum types and views"));
    }
    schema.namespaces = BTreeSet::new();
    for table in schema.tables.values_mut() {
        check(table)?;
        let key = table.primary_key().map(|key| key.columns.clone()).unwrap_or_default();
        for column in &mut table.columns {
            column.nullable &= !key.contains(&column.name);
            column.default = default_text(column)?;
            // Only a column declared so can number rows.
            if column.identity.is_some() {
                column.ty = Type::Integer;
            }
            column.ty = logical_type(&column.ty.to_string());
        }
        for constraint in &mut table.constraints {
            if let ConstraintKind::PrimaryKey(_) = constraint.kind {
                constraint.name = None;
            }
        }
        unique_as_constraints(table);
        for index in &mut table.indexes {
            index.method = None;
        }
    }
    Ok(schema)
}
