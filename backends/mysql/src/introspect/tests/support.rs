//! A database to read, and its schema as lines.

use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable};
use retort_core::{
    backend::Scope,
    schema::{
        Column, Constraint, ConstraintKind, ForeignKey, GeneratedStorage, Index, IndexKey, IndexKeyPart,
        Schema, SortOrder,
    },
};
use retort_test_servers::{Database, Engine};
use tokio::runtime::{Builder, Runtime};

use crate::{
    introspect::introspect,
    server::{Flavor, Server},
};

/// Both servers.
pub(crate) const ENGINES: [Engine; 2] = [Engine::Mysql, Engine::Mariadb];

/// A database of its own with a connection to it.
pub(crate) struct TestDatabase {
    database: Database,
    runtime: Runtime,
    conn: Conn,
    pub(crate) server: Server,
}

impl TestDatabase {
    pub(crate) fn create(engine: Engine) -> Self {
        let database = Database::create(engine);
        let runtime = Builder::new_current_thread().enable_all().build().expect("builds");
        let url = database.url().replacen("mariadb://", "mysql://", 1);
        let options = OptsBuilder::from_opts(Opts::from_url(&url).expect("is a URL")).prefer_socket(false);
        let conn = runtime.block_on(Conn::new(options)).expect("connects");
        let flavor = match engine {
            Engine::Mariadb => Flavor::MariaDb,
            Engine::Mysql | Engine::Postgresql => Flavor::MySql,
        };
        let server = Server { flavor, version: conn.server_version(), lower_case_tables: false };
        Self { database, runtime, conn, server }
    }

    pub(crate) fn is_mysql(&self) -> bool {
        self.server.flavor == Flavor::MySql
    }

    pub(crate) fn name(&self) -> &str {
        self.database.name()
    }

    /// Runs a script.
    pub(crate) fn run(&mut self, sql: &str) {
        if let Err(error) = self.try_run(sql) {
            panic!("{:?}: {error}\n{sql}", self.server);
        }
    }

    pub(crate) fn try_run(&mut self, sql: &str) -> Result<(), mysql_async::Error> {
        self.runtime.block_on(self.conn.query_drop(sql))
    }

    pub(crate) fn number(&mut self, sql: &str) -> u64 {
        let row: Option<(String, u64)> = self.runtime.block_on(self.conn.query_first(sql)).expect("is valid");
        row.expect("has a row").1
    }

    pub(crate) fn read(&mut self) -> Schema {
        self.read_scope(&Scope::default())
    }

    pub(crate) fn read_scope(&mut self, scope: &Scope) -> Schema {
        self.runtime.block_on(introspect(&mut self.conn, scope, self.server)).expect("introspects")
    }
}

/// What a schema holds, one line a thing.
pub(crate) fn describe(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for table in schema.tables.values() {
        let mut line = format!("table {}", table.name);
        line.extend(table.options.iter().map(|(word, value)| format!(" {word}={value}")));
        line.extend(table.comment.as_ref().map(|comment| format!(" -- {comment}")));
        lines.push(line);
        lines.extend(table.columns.iter().map(column));
        // Their order says nothing.
        let mut keys: Vec<_> = table.constraints.iter().map(constraint).collect();
        keys.extend(table.indexes.iter().map(index));
        keys.sort();
        lines.extend(keys);
    }
    for view in schema.views.values() {
        let columns: Vec<_> = view.columns.iter().map(ToString::to_string).collect();
        lines.push(format!("view {} ({}) {}", view.name, columns.join(", "), view.query));
    }
    for item in &schema.unmanaged {
        let table = item.table.as_ref().map(|table| format!(" of {table}")).unwrap_or_default();
        let definition = item.definition.as_deref().unwrap_or("(unknown)");
        lines.push(format!("unmanaged {} {}{table}: {definition}", item.kind, item.name));
    }
    lines.join("\n") + "\n"
}

fn column(column: &Column) -> String {
    let mut line = format!("  {} {}", column.name, column.ty);
    line.extend((!column.nullable).then_some(" not null"));
    line.extend(column.default.as_ref().map(|default| format!(" default {default}")));
    line.extend(column.identity.as_ref().map(|_| " identity"));
    line.extend(column.generated.as_ref().map(|generated| {
        let storage = match generated.storage {
            GeneratedStorage::Stored => "stored",
            GeneratedStorage::Virtual => "virtual",
        };
        format!(" as ({}) {storage}", generated.expression)
    }));
    line.extend(column.collation.as_ref().map(|collation| format!(" collate {collation}")));
    line.extend(column.options.iter().map(|(word, value)| format!(" {word}={value}")));
    line.extend(column.comment.as_ref().map(|comment| format!(" -- {comment}")));
    line
}

fn constraint(constraint: &Constraint) -> String {
    let name = constraint.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let columns: Vec<_> = constraint.columns().iter().map(ToString::to_string).collect();
    let mut line = format!("  {}{name} ({})", constraint.kind.noun(), columns.join(", "));
    match &constraint.kind {
        ConstraintKind::Check(check) => line = format!("  check{name}: {}", check.expression),
        ConstraintKind::ForeignKey(ForeignKey {
            references,
            referenced_columns,
            on_update,
            on_delete,
            ..
        }) => {
            let columns: Vec<_> = referenced_columns.iter().map(ToString::to_string).collect();
            line = format!(
                "{line} to {references} ({}) update {} delete {}",
                columns.join(", "),
                on_update.as_sql(),
                on_delete.as_sql()
            );
        }
        ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) => {}
    }
    line
}

fn index(index: &Index) -> String {
    let part = |part: &IndexKeyPart| {
        let mut text = match &part.key {
            IndexKey::Column(name) => name.to_string(),
            IndexKey::Expression(expression) => format!("[{expression}]"),
        };
        text.extend(part.prefix.map(|size| format!("({size})")));
        text.extend((part.order == SortOrder::Descending).then_some(" desc"));
        text
    };
    let parts: Vec<_> = index.key.iter().map(part).collect();
    let mut line =
        format!("  {}index {} ({})", if index.unique { "unique " } else { "" }, index.name, parts.join(", "));
    line.extend(index.method.as_ref().map(|method| format!(" using {method}")));
    line.extend(index.options.iter().map(|(word, value)| format!(" {word}={value}")));
    line
}
