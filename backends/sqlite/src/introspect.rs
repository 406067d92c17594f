//! Reads the schema of a database.
//!
//! SQLite's catalog is one table that holds the text of every definition. One
//! query fetches it; the rest is reading text.

use std::collections::{BTreeSet, HashMap, HashSet};

use retort_core::{
    backend::{BackendError, BackendErrorKind, Scope},
    schema::{ConstraintKind, Name, QualifiedName, Schema, Table, Unmanaged},
};
use rusqlite::Connection;

use crate::{expression::ColumnNames, index_text::IndexText, table_text::TableText, view_text::ViewText};

/// The catalog, and which of its tables belong to a virtual table. The names
/// of the latter are collected once, not for each row.
const QUERY_CATALOG: &str = "\
    SELECT type, name, tbl_name, sql, \
           name IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow') \
    FROM main.sqlite_schema ORDER BY rowid";

/// The same for some tables. They are known to be ordinary ones, and the list
/// of all tables would make SQLite look at each of them.
const QUERY_TABLES: &str = "SELECT type, name, tbl_name, sql, FALSE FROM main.sqlite_schema";

/// More tables than this are not read one by one: a statement has only so many
/// parameters.
const MOST_NAMES: usize = 1000;

/// Reads the schema of the database that the connection is to.
///
/// # Errors
///
/// Fails with [`BackendErrorKind::Introspect`] if the catalog cannot be read,
/// or has a definition that cannot be taken apart.
pub(crate) fn introspect(connection: &Connection, scope: &Scope) -> Result<Schema, BackendError> {
    let Some(only) = scope.only.as_ref().filter(|only| only.len() <= MOST_NAMES) else {
        return schema_of(&catalog(connection, None)?, scope);
    };
    let names: BTreeSet<String> = only.iter().map(|name| name.name.as_str().to_ascii_lowercase()).collect();
    let mut rows = catalog(connection, Some(&names))?;
    // A foreign key takes the spelling of what it refers to, and perhaps its
    // columns.
    let schema = schema_of(&rows, scope)?;
    let constraints = schema.tables.values().flat_map(|table| &table.constraints);
    let referenced = constraints.filter_map(|constraint| constraint.kind.references());
    let referenced: BTreeSet<String> = referenced
        .map(|name| name.name.as_str().to_ascii_lowercase())
        .filter(|name| !names.contains(name))
        .collect();
    if referenced.is_empty() {
        return Ok(schema);
    }
    rows.extend(catalog(connection, Some(&referenced))?);
    schema_of(&rows, scope)
}

/// Reads the catalog, or what it has of tables whose names in lower case are
/// given.
fn catalog(
    connection: &Connection,
    tables: Option<&BTreeSet<String>>,
) -> Result<Vec<CatalogRow>, BackendError> {
    let failed = |error: rusqlite::Error| {
        BackendError::new(BackendErrorKind::Introspect, "cannot read the catalog").with_source(error)
    };
    let query = match tables {
        Some(tables) => {
            let names = vec!["?"; tables.len()].join(", ");
            format!("{QUERY_TABLES} WHERE lower(tbl_name) IN ({names}) ORDER BY rowid")
        }
        None => QUERY_CATALOG.to_owned(),
    };
    let mut statement = connection.prepare(&query).map_err(failed)?;
    statement
        .query_map(rusqlite::params_from_iter(tables.into_iter().flatten()), |row| {
            Ok(CatalogRow {
                kind: row.get(0)?,
                name: row.get(1)?,
                table: row.get(2)?,
                sql: row.get(3)?,
                is_shadow: row.get(4)?,
            })
        })
        .and_then(Iterator::collect)
        .map_err(failed)
}

/// A row of the catalog.
#[derive(Debug, Clone)]
pub(crate) struct CatalogRow {
    /// `table`, `index`, `view` or `trigger`.
    pub(crate) kind: String,
    /// The name of the object.
    pub(crate) name: String,
    /// The table or view that it belongs to.
    pub(crate) table: String,
    /// The definition; indexes that belong to a constraint have none.
    pub(crate) sql: Option<String>,
    /// Whether it is a table that belongs to a virtual one.
    pub(crate) is_shadow: bool,
}

/// The schema that a catalog describes.
///
/// # Errors
///
/// Fails with [`BackendErrorKind::Introspect`] if a definition cannot be taken
/// apart.
pub(crate) fn schema_of(rows: &[CatalogRow], scope: &Scope) -> Result<Schema, BackendError> {
    let mut reader = Reader::new(rows, scope);
    let (tables, others): (Vec<_>, Vec<_>) =
        rows.iter().filter(|row| !reader.is_left_out(row)).partition(|row| row.kind == "table");
    for row in tables.into_iter().chain(others) {
        reader.read(row)?;
    }
    reader.resolve_foreign_keys();
    Ok(reader.schema)
}

struct Reader<'a> {
    schema: Schema,
    excluded: HashSet<String>,
    /// The virtual tables, in lower case.
    virtual_tables: HashMap<String, &'a str>,
    /// The tables of the schema and their columns, by their name in lower case.
    tables: HashMap<String, (QualifiedName, ColumnNames)>,
}

impl<'a> Reader<'a> {
    fn new(rows: &'a [CatalogRow], scope: &Scope) -> Self {
        let virtual_tables = rows
            .iter()
            .filter(|row| row.kind == "table" && row.sql.as_deref().is_some_and(is_virtual))
            .map(|row| (row.name.to_ascii_lowercase(), row.name.as_str()))
            .collect();
        let excluded = scope
            .exclude
            .iter()
            .filter(|name| name.namespace.is_none())
            .map(|name| name.name.as_str().to_ascii_lowercase())
            .collect();
        Self { schema: Schema::default(), excluded, virtual_tables, tables: HashMap::new() }
    }

    /// Whether it is SQLite's own, or belongs to a table outside the scope.
    fn is_left_out(&self, row: &CatalogRow) -> bool {
        let is_internal =
            |name: &str| name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_"));
        is_internal(&row.name)
            || is_internal(&row.table)
            || self.excluded.contains(&row.table.to_ascii_lowercase())
    }

    fn read(&mut self, row: &'a CatalogRow) -> Result<(), BackendError> {
        // An index without a definition belongs to a constraint.
        let Some(sql) = &row.sql else { return Ok(()) };
        let read = match row.kind.as_str() {
            "table" => self.table(row, sql),
            "index" => self.index(row, sql),
            "view" => self.view(sql),
            _ => {
                self.unmanaged(&row.kind, row, Some(&row.table));
                Ok(())
            }
        };
        read.map_err(|error| {
            let message = format!("cannot read the definition of {} `{}`", row.kind, row.name);
            let failed =
                BackendError::new(BackendErrorKind::Introspect, message).with_statement(sql.as_str());
            failed.with_source(error)
        })
    }

    fn table(&mut self, row: &CatalogRow, sql: &str) -> Result<(), BackendError> {
        if is_virtual(sql) {
            self.unmanaged("virtual table", row, None);
            return Ok(());
        }
        if row.is_shadow {
            let owner = self.owner_of_shadow(&row.name);
            self.unmanaged("virtual table", row, owner);
            return Ok(());
        }
        let model = TableText::parse(sql)?.to_model_beside(&self.schema.enums);
        for enum_type in model.enums {
            self.schema.enums.entry(enum_type.name.clone()).or_insert(enum_type);
        }
        let table = model.table;
        let columns = ColumnNames::new(table.columns.iter().map(|column| &column.name));
        self.tables.insert(row.name.to_ascii_lowercase(), (table.name.clone(), columns));
        self.schema.tables.insert(table.name.clone(), table);
        Ok(())
    }

    /// The virtual table whose name, and an underscore, the name of a shadow
    /// table begins with.
    fn owner_of_shadow(&self, name: &str) -> Option<&'a str> {
        let name = name.to_ascii_lowercase();
        let prefixes = name.rmatch_indices('_').map(|(at, _)| &name[..at]);
        prefixes.filter_map(|prefix| self.virtual_tables.get(prefix)).next().copied()
    }

    fn index(&mut self, row: &CatalogRow, sql: &str) -> Result<(), BackendError> {
        let found = self.tables.get(&row.table.to_ascii_lowercase());
        let Some((table, columns)) =
            found.and_then(|(name, columns)| Some((self.schema.tables.get_mut(name)?, columns)))
        else {
            self.unmanaged("index", row, Some(&row.table));
            return Ok(());
        };
        let index = IndexText::parse(sql)?.to_model(table, columns);
        table.indexes.push(index);
        Ok(())
    }

    fn view(&mut self, sql: &str) -> Result<(), BackendError> {
        let view = ViewText::parse(sql)?.to_model();
        self.schema.views.insert(view.name.clone(), view);
        Ok(())
    }

    fn unmanaged(&mut self, kind: &str, row: &CatalogRow, table: Option<&str>) {
        let name = |name: &str| QualifiedName::unqualified(Name::new(name));
        self.schema.unmanaged.push(Unmanaged {
            kind: kind.to_owned(),
            name: name(&row.name),
            table: table.map(name),
            definition: row.sql.clone(),
        });
    }

    /// Spells what foreign keys refer to as it is defined, and says which
    /// columns those are that refer to a primary key.
    fn resolve_foreign_keys(&mut self) {
        let primary_keys = primary_keys(&self.schema);
        for constraint in self.schema.tables.values_mut().flat_map(|table| &mut table.constraints) {
            let ConstraintKind::ForeignKey(key) = &mut constraint.kind else { continue };
            let Some((table, columns)) = self.tables.get(&key.references.name.as_str().to_ascii_lowercase())
            else {
                continue;
            };
            key.references = table.clone();
            for column in &mut key.referenced_columns {
                if let Some(name) = columns.resolve(column.as_str()) {
                    *column = name.clone();
                }
            }
            if key.referenced_columns.is_empty() {
                key.referenced_columns = primary_keys.get(table).cloned().unwrap_or_default();
            }
        }
    }
}

/// The columns of the primary key of each table that has one.
pub(crate) fn primary_keys(schema: &Schema) -> HashMap<QualifiedName, Vec<Name>> {
    let key = |table: &Table| Some((table.name.clone(), table.primary_key()?.columns.clone()));
    schema.tables.values().filter_map(key).collect()
}

/// SQLite writes the first words of a definition itself.
fn is_virtual(sql: &str) -> bool {
    sql.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("CREATE VIRTUAL"))
}

#[cfg(test)]
pub(crate) mod tests;
