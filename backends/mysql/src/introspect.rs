//! Database → `Schema`.

mod catalog;
mod column;
mod fields;
mod key;
mod program;
mod rights;
mod rows;
mod table;
mod text;
mod view;

use std::collections::{HashMap, HashSet};

use mysql_async::Conn;
use retort_core::{
    backend::{BackendError, Scope},
    schema::{
        Check, Column, Constraint, ConstraintKind, Expression, Name, QualifiedName, Schema, Table, Type,
    },
    sql::{TokenKind, lex},
};

use self::{
    catalog::Catalog,
    program::unmanaged,
    rows::{CheckRow, ParameterRow, TableRow},
};
pub(crate) use self::{
    program::{PARTITIONING, UNENFORCED},
    view::shown as shown_query,
};
use crate::{expression::Context, option, server::Server, syntax::SYNTAX};

/// Reads the schema of the database that the connection is to.
///
/// # Errors
///
/// Fails with [`BackendErrorKind::Introspect`] if the catalog cannot be read.
///
/// [`BackendErrorKind::Introspect`]: retort_core::backend::BackendErrorKind::Introspect
pub(crate) async fn introspect(
    conn: &mut Conn,
    scope: &Scope,
    server: Server,
) -> Result<Schema, BackendError> {
    let catalog = Catalog::read(conn, scope, server).await?;
    Ok(schema_of(catalog, scope, server))
}

/// The schema that a catalog describes.
fn schema_of(mut catalog: Catalog, scope: &Scope, server: Server) -> Schema {
    catalog.leave_out(scope);
    catalog.find_columns_of_checks();
    let mut builder = Builder::new(server);
    for row in std::mem::take(&mut catalog.tables) {
        builder.table(row);
    }
    builder.columns(&mut catalog);
    builder.foreign_keys(&mut catalog);
    builder.keys(&mut catalog);
    for row in std::mem::take(&mut catalog.checks) {
        builder.check(row);
    }
    for row in std::mem::take(&mut catalog.views) {
        let columns = builder.view_columns.remove(&row.name).unwrap_or_default();
        let (view, further) = view::view(row, columns, &builder.database);
        builder.schema.unmanaged.extend(further);
        builder.schema.views.extend(view.map(|view| (view.name.clone(), view)));
    }
    builder.programs(&mut catalog);
    builder.schema
}

impl Catalog {
    /// Drops what is on tables outside the scope, and puts the rest in order.
    fn leave_out(&mut self, scope: &Scope) {
        let case_matters = self.tables.first().is_none_or(|table| table.case_matters);
        let excluded: Vec<&str> = scope
            .exclude
            .iter()
            .filter(|name| name.namespace.is_none())
            .map(|name| name.name.as_str())
            .collect();
        let is_in = |table: &str| {
            !excluded.iter().any(|name| match case_matters {
                true => *name == table,
                false => name.to_lowercase() == table.to_lowercase(),
            })
        };
        self.tables.retain(|row| is_in(&row.name));
        self.views.retain(|row| is_in(&row.name));
        self.triggers.retain(|row| is_in(&row.table));
        self.tables.sort_by(|one, other| one.name.cmp(&other.name));
        self.columns.sort_by(|one, other| (&one.table, one.position).cmp(&(&other.table, other.position)));
        self.key_parts.sort_by(|one, other| {
            (&one.table, &one.index, one.position).cmp(&(&other.table, &other.index, other.position))
        });
        self.foreign_key_columns.sort_by(|one, other| {
            (&one.table, &one.name, one.position).cmp(&(&other.table, &other.name, other.position))
        });
        self.partitions.sort_by(|one, other| {
            (&one.table, one.position, one.part_position).cmp(&(
                &other.table,
                other.position,
                other.part_position,
            ))
        });
        self.parameters.sort_by_key(|row| row.position);
    }

    /// Gives each check of a column the name of that column. MariaDB goes on to
    /// show the one that the column had when it was made, but shows the new one
    /// in what is checked.
    fn find_columns_of_checks(&mut self) {
        let columns: HashSet<(&str, &str)> =
            self.columns.iter().map(|row| (row.table.as_str(), row.name.as_str())).collect();
        for row in self.checks.iter_mut().filter(|row| row.of_column) {
            if columns.contains(&(row.table.as_str(), row.name.as_str())) {
                continue;
            }
            let mentioned = lex(&row.expression, &SYNTAX)
                .filter(|token| token.kind == TokenKind::QuotedIdentifier)
                .map(|token| row.expression[token.span].trim_matches('`').replace("``", "`"))
                .find(|name| columns.contains(&(row.table.as_str(), name.as_str())));
            if let Some(name) = mentioned {
                row.name = name;
            }
        }
    }
}

impl CheckRow {
    /// Whether it is the check that MariaDB gives to a column of type JSON.
    fn is_json_check(&self) -> bool {
        self.of_column && self.expression == format!("json_valid({})", SYNTAX.quote_identifier(&self.name))
    }
}

struct Builder {
    server: Server,
    schema: Schema,
    database: String,
    /// The collations of the tables.
    collations: HashMap<String, String>,
    view_columns: HashMap<String, Vec<Name>>,
}

impl Builder {
    fn new(server: Server) -> Self {
        Self {
            server,
            schema: Schema::default(),
            database: String::new(),
            collations: HashMap::new(),
            view_columns: HashMap::new(),
        }
    }

    fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.schema.tables.get_mut(&QualifiedName::unqualified(Name::new(name)))
    }

    fn table(&mut self, row: TableRow) {
        self.database.clone_from(&row.database);
        match row.kind.as_str() {
            "BASE TABLE" => {
                self.collations.extend(row.collation.clone().map(|collation| (row.name.clone(), collation)));
                let table = table::table(row);
                self.schema.tables.insert(table.name.clone(), table);
            }
            "VIEW" | "SYSTEM VIEW" => {
                self.view_columns.insert(row.name, Vec::new());
            }
            // Those of the session, which are no part of the database.
            "TEMPORARY" | "LOCAL TEMPORARY" | "TEMPORARY SEQUENCE" => {}
            "SYSTEM VERSIONED" => {
                self.schema.unmanaged.push(unmanaged("system-versioned table", &row.name, None, None));
            }
            kind => self.schema.unmanaged.push(unmanaged(&kind.to_lowercase(), &row.name, None, None)),
        }
    }

    fn columns(&mut self, catalog: &mut Catalog) {
        let server = self.server;
        let json = catalog.checks.iter().filter(|row| row.is_json_check());
        let json: HashSet<(&str, &str)> = json.map(|row| (row.table.as_str(), row.name.as_str())).collect();
        let mut rows = std::mem::take(&mut catalog.columns).into_iter().peekable();
        while let Some(first) = rows.next() {
            let name = first.table.clone();
            let further = std::iter::from_fn(|| rows.next_if(|row| row.table == name));
            let rows = std::iter::once(first).chain(further);
            if let Some(columns) = self.view_columns.get_mut(&name) {
                columns.extend(rows.map(|row| Name::new(row.name)));
                continue;
            }
            let of_table = self.collations.get(&name).cloned();
            let columns = rows.map(|row| {
                let is_json = json.contains(&(name.as_str(), row.name.as_str()));
                column::column(row, is_json, of_table.as_deref(), server)
            });
            let mut columns: Vec<Column> = columns.collect();
            column::read_expressions(&mut columns, server);
            if let Some(table) = self.table_mut(&name) {
                table.columns = columns;
            }
        }
    }

    fn foreign_keys(&mut self, catalog: &mut Catalog) {
        let database = self.database.clone();
        let columns = &catalog.foreign_key_columns;
        let columns = columns.chunk_by(|one, other| (&one.table, &one.name) == (&other.table, &other.name));
        let columns: HashMap<(&str, &str), _> = columns
            .filter_map(|rows| Some(((rows.first()?.table.as_str(), rows.first()?.name.as_str()), rows)))
            .collect();
        for row in &catalog.foreign_keys {
            let Some(columns) = columns.get(&(row.table.as_str(), row.name.as_str())) else { continue };
            if let Some(table) = self.table_mut(&row.table) {
                table.constraints.push(key::foreign_key(row, columns, &database));
            }
        }
    }

    fn keys(&mut self, catalog: &mut Catalog) {
        let server = self.server;
        let mut rows = std::mem::take(&mut catalog.key_parts).into_iter().peekable();
        while let Some(first) = rows.next() {
            let name = first.table.clone();
            let further = std::iter::from_fn(|| rows.next_if(|row| row.table == name));
            let rows = std::iter::once(first).chain(further).collect();
            if let Some(table) = self.table_mut(&name) {
                let further = key::put_keys(table, rows, server);
                self.schema.unmanaged.extend(further);
            }
        }
    }

    fn check(&mut self, row: CheckRow) {
        let server = self.server;
        let Some(table) = self.table_mut(&row.table) else { return };
        let context = Context::new(server).condition().with_columns(&table.columns);
        let expression: Expression = context.read(&text::sql(&row.expression, server)).into();
        if !row.enforced {
            self.schema.unmanaged.push(program::unenforced_check(&row, expression.as_str()));
            return;
        }
        if !row.of_column {
            let kind = ConstraintKind::Check(Check { expression, validated: true });
            table.constraints.push(Constraint::named(row.name, kind));
        } else if let Some(column) = table.column_mut(&Name::new(row.name.as_str()))
            && !(column.ty == Type::Json && row.is_json_check())
        {
            column.options.insert(option::CHECK.to_owned(), row.expression);
        }
    }

    fn programs(&mut self, catalog: &mut Catalog) {
        let unmanaged = &mut self.schema.unmanaged;
        unmanaged.extend(catalog.triggers.iter().map(program::trigger));
        let mut parameters: HashMap<(&str, &str), Vec<&ParameterRow>> = HashMap::new();
        for row in &catalog.parameters {
            parameters.entry((&row.routine, &row.routine_kind)).or_default().push(row);
        }
        unmanaged.extend(catalog.routines.iter().map(|row| {
            let parameters = parameters.get(&(row.name.as_str(), row.kind.as_str()));
            program::routine(row, parameters.map_or(&[], Vec::as_slice))
        }));
        unmanaged.extend(catalog.events.iter().map(program::event));
        let partitions = catalog.partitions.chunk_by(|one, other| one.table == other.table);
        for rows in partitions {
            let Some(first) = rows.first() else { continue };
            if self.schema.tables.contains_key(&QualifiedName::unqualified(first.table.as_str())) {
                self.schema.unmanaged.push(program::partitioning(&first.table, rows));
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
