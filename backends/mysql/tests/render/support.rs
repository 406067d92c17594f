//! What the tests share: servers to run the statements on, and everything that
//! must hold afterwards, whatever the operation.

use std::{collections::BTreeMap, sync::Arc};

use expect_test::Expect;
use mysql_async::{Conn, OptsBuilder, Row, prelude::Queryable};
use retort_core::{
    backend::{Access, Backend, DatabaseUrl, Scope, Statement},
    operation::{ColumnChange, Operation},
    schema::{NamingConvention, Schema},
    script::portable::{self, NamespaceMap},
};
use retort_mysql::MySql;
use retort_test_servers::{Database, Engine};
use tokio::runtime::{Builder, Runtime};

/// Both flavours of the backend.
pub(crate) const FLAVORS: [Flavor; 2] = [Flavor::MySql, Flavor::MariaDb];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavor {
    MySql,
    MariaDb,
}

impl Flavor {
    pub(crate) fn backend(self) -> MySql {
        match self {
            Self::MySql => MySql::default(),
            Self::MariaDb => MySql::mariadb(),
        }
    }

    fn engine(self) -> Engine {
        match self {
            Self::MySql => Engine::Mysql,
            Self::MariaDb => Engine::Mariadb,
        }
    }
}

/// The operations that portable SQL says.
pub(crate) fn read(sql: &str) -> Vec<Operation> {
    let statements = portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default());
    let statements = statements.unwrap_or_else(|errors| panic!("{errors:?}\n{sql}"));
    statements.into_iter().flat_map(|statement| statement.operations).collect()
}

/// Settles what the text leaves open, as planning does.
fn settle(operation: &mut Operation, schema: &Schema) {
    portable::resolve_enum_types(operation, |name| schema.enums.contains_key(name));
    if let Operation::AlterColumn { table, column, change: ColumnChange::Generated(Some(generated)) } =
        operation
        && let Some(before) = schema.tables.get(table).and_then(|table| table.column(column))
        && let Some(before) = &before.generated
    {
        generated.storage = before.storage;
    }
}

/// A database, and the schema that it has in the model.
pub(crate) struct Live {
    pub(crate) flavor: Flavor,
    pub(crate) schema: Schema,
    /// What writes the statements.
    backend: Arc<dyn Backend>,
    runtime: Runtime,
    connection: Option<Conn>,
    database: Database,
}

impl Live {
    pub(crate) fn new(flavor: Flavor) -> Self {
        let database = Database::create(flavor.engine());
        let url = database.url().replacen("mariadb://", "mysql://", 1);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(async {
            let options = mysql_async::Opts::from_url(&url).unwrap();
            Conn::new(OptsBuilder::from_opts(options).prefer_socket(false)).await.unwrap()
        });
        let connection = Some(connection);
        let backend = Arc::new(flavor.backend());
        Self { flavor, schema: Schema::default(), backend, runtime, connection, database }
    }

    /// Runs SQL as it is.
    pub(crate) fn run(&mut self, sql: &str) -> Result<(), String> {
        let connection = self.connection.as_mut().unwrap();
        self.runtime.block_on(connection.query_drop(sql)).map_err(|error| match error {
            mysql_async::Error::Server(error) => format!("{} {}", error.code, error.message),
            error => error.to_string(),
        })
    }

    /// Runs statements as they are, each of which must succeed.
    pub(crate) fn run_all(&mut self, script: &str) {
        for sql in script.split(';').map(str::trim).filter(|sql| !sql.is_empty()) {
            self.run(sql).unwrap_or_else(|error| panic!("{:?}: {error}\n{sql}", self.flavor));
        }
    }

    /// The rows of a query, a line each.
    pub(crate) fn rows(&mut self, query: &str) -> String {
        let connection = self.connection.as_mut().unwrap();
        let rows: Vec<Row> = self.runtime.block_on(connection.query(query)).unwrap();
        let lines: Vec<String> = rows
            .into_iter()
            .map(|row| {
                let values: Vec<String> = row.unwrap().iter().map(show).collect();
                values.join("|")
            })
            .collect();
        lines.join("\n")
    }

    /// Whether the model and the backend accept the operations.
    pub(crate) fn accepts(&self, operations: &[Operation]) -> bool {
        render_on(&*self.backend, operations, &mut self.schema.clone()).is_ok()
    }

    /// Carries out operations here and in the model. Says which statements
    /// ran, or which of them failed.
    pub(crate) fn apply(&mut self, operations: &[Operation]) -> Result<Vec<Statement>, String> {
        let mut schema = self.schema.clone();
        let statements = render_on(&*self.backend, operations, &mut schema)?;
        for statement in &statements {
            self.run(&statement.sql).map_err(|error| format!("{error}\n{}", statement.sql))?;
        }
        self.schema = schema;
        Ok(statements)
    }

    /// Everything that the database says of itself.
    pub(crate) fn definitions(&mut self) -> String {
        let tables = self.rows(
            "SELECT TABLE_NAME FROM information_schema.TABLES \
             WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME COLLATE utf8mb3_bin",
        );
        tables.lines().map(|table| self.definition(table)).collect::<Vec<_>>().join("\n")
    }

    /// The definition of a table or view, with its indexes and constraints in a
    /// fixed order.
    fn definition(&mut self, table: &str) -> String {
        let shown = self.rows(&format!("SHOW CREATE TABLE `{}`", table.replace('`', "``")));
        let shown = shown.split_once('|').map_or("", |(_, shown)| shown);
        let mut lines: Vec<String> = shown
            .lines()
            .map(|line| line.trim_end_matches(',').to_owned())
            .map(|line| match line.split_once(" AUTO_INCREMENT=") {
                Some((start, rest)) => {
                    format!("{start}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
                }
                None => line,
            })
            .collect();
        let keys = lines.iter().position(|line| {
            ["  PRIMARY", "  UNIQUE", "  KEY", "  CONSTRAINT", "  FULLTEXT"]
                .iter()
                .any(|key| line.starts_with(key))
        });
        if let Some(keys) = keys {
            let end = lines.len() - 1;
            lines[keys..end].sort();
        }
        lines.join("\n")
    }

    /// The database is what the model would make of nothing.
    pub(crate) fn check_model(&mut self) {
        let mut fresh = Self::new(self.flavor);
        fresh.schema.enums = self.schema.enums.clone();
        fresh.run("SET foreign_key_checks = 0").unwrap();
        let backend = self.flavor.backend();
        for table in self.schema.tables.values() {
            let operation = Operation::CreateTable { table: table.clone(), if_not_exists: false };
            for statement in backend.render(&[operation], &self.schema_without(table)).unwrap() {
                fresh.run(&statement.sql).unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
            }
        }
        let mut views: Vec<_> = self.schema.views.values().collect();
        while let Some(at) = views.iter().position(|view| !views.iter().any(|other| view.reads(&other.name)))
        {
            let operation = Operation::CreateView { view: views.remove(at).clone(), or_replace: false };
            for statement in backend.render(&[operation], &self.schema).unwrap() {
                fresh.run(&statement.sql).unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
            }
        }
        let here = self.definitions();
        pretty_assert(&here, &fresh.definitions(), self.flavor);
        let found = self.introspect();
        let expected = backend.normalize(self.schema.clone()).unwrap();
        for (name, table) in &found.tables {
            assert_eq!(Some(table), expected.tables.get(name), "{:?}", self.flavor);
        }
        assert_eq!(found.tables.len(), expected.tables.len());
    }

    fn introspect(&mut self) -> Schema {
        self.look().1
    }

    /// Goes on from what is in the database, as the server's own version
    /// allows.
    pub(crate) fn adopt(&mut self) {
        (self.backend, self.schema) = self.look();
    }

    fn look(&mut self) -> (Arc<dyn Backend>, Schema) {
        let url: DatabaseUrl = self.database.url().parse().unwrap();
        self.runtime.block_on(async {
            let mut connection = self.backend.connect(&url, Access::Read).await.unwrap();
            let schema = connection.introspect(&Scope::default()).await.unwrap();
            let backend = connection.backend();
            connection.close().await.unwrap();
            (backend, schema)
        })
    }

    fn schema_without(&self, table: &retort_core::schema::Table) -> Schema {
        let mut schema = self.schema.clone();
        schema.tables.remove(&table.name);
        schema
    }

    /// The operations that undo these.
    pub(crate) fn reverse(&self, operations: &[Operation]) -> Vec<Operation> {
        let mut schema = self.schema.clone();
        let mut undo = Vec::new();
        for operation in operations {
            let mut operation = operation.clone();
            settle(&mut operation, &schema);
            undo.splice(0..0, operation.reverse(&schema).unwrap());
            operation.apply_to(&mut schema).unwrap();
        }
        undo
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.runtime.block_on(connection.disconnect()).ok();
        }
    }
}

/// What operations become, each run on one table together, as planning has it.
fn render_on(
    backend: &dyn Backend,
    operations: &[Operation],
    schema: &mut Schema,
) -> Result<Vec<Statement>, String> {
    let mut operations = operations.to_vec();
    let mut statements = Vec::new();
    let mut at = 0;
    while at < operations.len() {
        let table = operations[at].altered_table().cloned();
        let run = match &table {
            Some(table) => {
                operations[at..].iter().take_while(|next| next.altered_table() == Some(table)).count()
            }
            None => 1,
        };
        let run = &mut operations[at..at + run];
        for operation in run.iter_mut() {
            settle(operation, schema);
        }
        statements.extend(backend.render(run, schema).map_err(|error| error.to_string())?);
        for operation in run.iter() {
            operation.apply_to(schema).map_err(|error| error.to_string())?;
        }
        at += run.len();
    }
    Ok(statements)
}

fn pretty_assert(here: &str, expected: &str, flavor: Flavor) {
    assert!(here == expected, "{flavor:?} has\n{here}\ninstead of\n{expected}");
}

fn show(value: &mysql_async::Value) -> String {
    match value {
        mysql_async::Value::NULL => "NULL".to_owned(),
        mysql_async::Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        value => format!("{value:?}"),
    }
}

/// The statements, one after the other. One that is in a transaction says so.
pub(crate) fn text(statements: &[Statement]) -> String {
    let line = |statement: &Statement| {
        let mark = if statement.transactional { "-- in a transaction\n" } else { "" };
        format!("{mark}{};\n", statement.sql)
    };
    statements.iter().map(line).collect()
}

/// A change to a database, and what it becomes.
pub(crate) struct Case {
    setup: &'static str,
    rows: &'static str,
    operations: Vec<Operation>,
    query: &'static str,
    one_way: bool,
}

/// A case of portable SQL.
pub(crate) fn case(setup: &'static str, change: &str) -> Case {
    Case { setup, rows: "", operations: read(change), query: "", one_way: false }
}

/// A case of operations that portable SQL cannot say.
pub(crate) fn case_of(setup: &'static str, operations: Vec<Operation>) -> Case {
    Case { setup, rows: "", operations, query: "", one_way: false }
}

impl Case {
    /// The same, with rows in the tables, as the server's own SQL puts them
    /// there, and the query for what must be there before the change, after it
    /// and when it is undone.
    pub(crate) fn rows(self, rows: &'static str, query: &'static str) -> Self {
        Self { rows, query, ..self }
    }

    /// The same, not to be undone.
    pub(crate) fn one_way(self) -> Self {
        Self { one_way: true, ..self }
    }

    /// Checks what becomes of the change on both servers, carries it out and
    /// undoes it.
    pub(crate) fn check(self, expected: Expect) {
        let written = FLAVORS.map(|flavor| self.text(flavor));
        expected.assert_eq(&match &written {
            [mysql, mariadb] if mysql == mariadb => mysql.clone(),
            [mysql, mariadb] => format!("-- MySQL\n{mysql}-- MariaDB\n{mariadb}"),
        });
        FLAVORS.into_iter().for_each(|flavor| self.run(flavor));
    }

    /// Likewise, where MariaDB refuses.
    pub(crate) fn check_mysql(self, expected: Expect) {
        expected.assert_eq(&self.text(Flavor::MySql));
        self.run(Flavor::MySql);
    }

    fn text(&self, flavor: Flavor) -> String {
        let mut schema = Schema::default();
        let backend = flavor.backend();
        render_on(&backend, &read(self.setup), &mut schema).unwrap();
        text(&render_on(&backend, &self.operations, &mut schema).unwrap())
    }

    fn run(&self, flavor: Flavor) {
        let mut live = self.live(flavor);
        let before = (!self.query.is_empty()).then(|| live.rows(self.query));
        let undo = (!self.one_way).then(|| live.reverse(&self.operations));
        live.apply(&self.operations).unwrap_or_else(|error| panic!("{flavor:?}: {error}"));
        live.check_model();
        if let Some(undo) = undo {
            live.apply(&undo).unwrap_or_else(|error| panic!("{flavor:?}, undoing: {error}"));
            live.check_model();
        }
        if let Some(before) = before {
            assert_eq!(live.rows(self.query), before, "{flavor:?}");
        }
    }

    fn live(&self, flavor: Flavor) -> Live {
        let mut live = Live::new(flavor);
        live.apply(&read(self.setup)).unwrap_or_else(|error| panic!("{flavor:?}: {error}"));
        live.run_all(self.rows);
        live
    }

    /// Checks that the servers refuse the change, and that nothing of it
    /// remains: what they say comes first, then the statement.
    pub(crate) fn check_fails(self, mysql: &str, mariadb: &str) {
        for (flavor, expected) in FLAVORS.into_iter().zip([mysql, mariadb]) {
            let mut live = self.live(flavor);
            let before = (live.definitions(), live.rows(self.query));
            let error = live.apply(&self.operations).unwrap_err();
            assert!(error.starts_with(expected), "{flavor:?}: {error}");
            assert_eq!((live.definitions(), live.rows(self.query)), before, "{flavor:?}: {error}");
        }
    }
}

/// Checks that planning refuses the change.
pub(crate) fn check_refused(setup: &str, change: &str, expected: Expect) {
    check_refused_of(setup, read(change), expected);
}

/// Checks that planning refuses operations.
pub(crate) fn check_refused_of(setup: &str, operations: Vec<Operation>, expected: Expect) {
    check_refused_with(setup, |_| {}, operations, expected);
}

/// Checks that planning refuses operations on a schema that portable SQL cannot
/// make.
pub(crate) fn check_refused_with(
    setup: &str,
    change: impl Fn(&mut Schema),
    operations: Vec<Operation>,
    expected: Expect,
) {
    let mut messages: Vec<String> = Vec::new();
    for flavor in FLAVORS {
        let message = match refusal(flavor, setup, &change, &operations) {
            Some(message) => message,
            None => "accepted".to_owned(),
        };
        messages.push(format!("{flavor:?}: {message}\n"));
    }
    expected.assert_eq(&messages.concat());
}

fn refusal(
    flavor: Flavor,
    setup: &str,
    change: &dyn Fn(&mut Schema),
    operations: &[Operation],
) -> Option<String> {
    let mut schema = Schema::default();
    let backend = flavor.backend();
    for operation in read(setup) {
        let mut operation = operation;
        settle(&mut operation, &schema);
        operation.apply_to(&mut schema).unwrap();
    }
    change(&mut schema);
    let mut operations = operations.to_vec();
    for operation in &mut operations {
        settle(operation, &schema);
    }
    backend.render(&operations, &schema).err().map(|error| format!("{:?}: {error}", error.kind()))
}

/// Options by their words.
pub(crate) fn options(options: &[(&str, &str)]) -> BTreeMap<String, String> {
    options.iter().map(|(option, value)| ((*option).to_owned(), (*value).to_owned())).collect()
}
