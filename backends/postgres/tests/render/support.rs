//! What the tests share: a database that portable SQL is carried out on, past
//! the code that Retort itself connects with.

use std::fmt::Write as _;

use expect_test::Expect;
use retort_core::{
    backend::{Access, Backend, BackendError, Scope, Statement},
    operation::Operation,
    schema::{NamingConvention, Schema},
    script::portable::{self, NamespaceMap},
};
use retort_postgres::Postgres;
use retort_test_servers::{Database, Engine};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

/// A database, and the schema that the operations so far give.
pub(crate) struct Server {
    client: Client,
    pub(crate) schema: Schema,
    database: Database,
}

impl Server {
    /// A database after these statements in portable SQL.
    pub(crate) async fn new(setup: &str) -> Self {
        let database = Database::create(Engine::Postgresql);
        let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let mut server = Self { client, schema: Schema::default(), database };
        server.apply(&read(setup, &server.schema)).await;
        server
    }

    /// Runs SQL as it is.
    pub(crate) async fn run(&self, sql: &str) {
        self.try_run(sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Runs SQL as it is; an error is the server's message.
    pub(crate) async fn try_run(&self, sql: &str) -> Result<(), String> {
        match self.client.batch_execute(sql).await {
            Ok(()) => Ok(()),
            Err(error) => Err(error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string)),
        }
    }

    /// The rows of a query, a line each.
    pub(crate) async fn rows(&self, query: &str) -> String {
        let messages = self
            .client
            .simple_query(query)
            .await
            .unwrap_or_else(|error| panic!("{:?}\n{query}", error.as_db_error()));
        let mut lines = String::new();
        for message in messages {
            if let SimpleQueryMessage::Row(row) = message {
                let values: Vec<&str> = (0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect();
                writeln!(lines, "{}", values.join("|")).unwrap();
            }
        }
        lines
    }

    /// Carries out operations as planning would, and returns the statements and
    /// what undoes each operation, the last one first. The database then has the
    /// tables and types that the operations give the model.
    pub(crate) async fn apply(&mut self, operations: &[Operation]) -> (Vec<Statement>, Vec<Vec<Operation>>) {
        let applied = self.apply_unchecked(operations).await;
        let url = self.database.url().parse().unwrap();
        let mut connection = Postgres::default().connect(&url, Access::Read).await.unwrap();
        let found = connection.introspect(&Scope::default()).await.unwrap();
        let expected = connection.backend().normalize(self.schema.clone()).unwrap();
        for (name, table) in &found.tables {
            assert_eq!(expected.tables.get(name), Some(table));
        }
        let counts = |schema: &Schema| (schema.tables.len(), schema.views.len());
        assert_eq!(counts(&found), counts(&expected));
        assert_eq!((found.enums, found.namespaces), (expected.enums, expected.namespaces));
        applied
    }

    /// As [`apply`](Self::apply), for what the server does not tell apart.
    pub(crate) async fn apply_unchecked(
        &mut self,
        operations: &[Operation],
    ) -> (Vec<Statement>, Vec<Vec<Operation>>) {
        let statements = self.render(operations).unwrap_or_else(|error| panic!("{error}\n{operations:#?}"));
        self.try_statements(&statements)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", show(&statements)));
        let mut undo = Vec::new();
        for operation in operations {
            undo.insert(0, operation.reverse(&self.schema).unwrap_or_default());
            operation.apply_to(&mut self.schema).unwrap();
        }
        (statements, undo)
    }

    /// The statements for operations on this database.
    pub(crate) fn render(&self, operations: &[Operation]) -> Result<Vec<Statement>, BackendError> {
        render(operations, &self.schema)
    }

    /// Runs statements in a transaction, but for those that cannot be in one.
    pub(crate) async fn try_statements(&self, statements: &[Statement]) -> Result<(), String> {
        for part in statements.chunk_by(|one, next| one.transactional && next.transactional) {
            match part {
                [alone] if !alone.transactional => self.try_run(&alone.sql).await?,
                part => {
                    self.run("BEGIN").await;
                    for statement in part {
                        if let Err(error) = self.try_run(&statement.sql).await {
                            self.run("ROLLBACK").await;
                            return Err(error);
                        }
                    }
                    self.run("COMMIT").await;
                }
            }
        }
        Ok(())
    }

    /// Everything in the database that a schema can show, as the server
    /// describes it.
    pub(crate) async fn catalog(&self) -> String {
        self.rows(CATALOG).await
    }
}

/// Carries out portable SQL after a setup in portable SQL, compares the
/// statements, and undoes it: then everything is as before.
#[track_caller]
pub(crate) fn check(setup: &str, sql: &str, expected: Expect) {
    run(async {
        let mut server = Server::new(setup).await;
        let before = server.catalog().await;
        let operations = read(sql, &server.schema);
        let (statements, undo) = server.apply(&operations).await;
        let mut shown = show(&statements);
        for operations in undo {
            let (statements, _) = server.apply(&operations).await;
            if !statements.is_empty() {
                write!(shown, "-- undone by\n{}", show(&statements)).unwrap();
            }
        }
        expected.assert_eq(&shown);
        assert_eq!(server.catalog().await, before);
    });
}

/// Refuses portable SQL after a setup in portable SQL.
#[track_caller]
pub(crate) fn check_refused(setup: &str, sql: &str, expected: Expect) {
    let mut schema = Schema::default();
    for operation in read(setup, &schema) {
        operation.apply_to(&mut schema).unwrap();
    }
    match render(&read(sql, &schema), &schema) {
        Ok(statements) => panic!("{sql} became\n{}", show(&statements)),
        Err(error) => expected.assert_eq(&format!("{error}\n")),
    }
}

/// The statements for operations, runs on one table rendered together.
fn render(operations: &[Operation], schema: &Schema) -> Result<Vec<Statement>, BackendError> {
    let mut schema = schema.clone();
    let mut statements = Vec::new();
    for run in operations
        .chunk_by(|one, next| one.altered_table().is_some() && one.altered_table() == next.altered_table())
    {
        statements.extend(Postgres::default().render(run, &schema)?);
        for operation in run {
            operation.apply_to(&mut schema).unwrap_or_else(|error| panic!("{error}\n{operation:?}"));
        }
    }
    Ok(statements)
}

/// Runs a test with a runtime of its own.
pub(crate) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

/// The operations that portable SQL says.
pub(crate) fn read(sql: &str, schema: &Schema) -> Vec<Operation> {
    let statements = portable::parse(sql, &NamespaceMap::Native, &NamingConvention::default())
        .unwrap_or_else(|errors| panic!("{errors:?}\n{sql}"));
    let mut schema = schema.clone();
    let mut operations = Vec::new();
    for mut operation in statements.into_iter().flat_map(|statement| statement.operations) {
        portable::resolve_enum_types(&mut operation, |name| schema.enums.contains_key(name));
        operation.apply_to(&mut schema).unwrap_or_else(|error| panic!("{error}\n{operation:?}"));
        operations.push(operation);
    }
    operations
}

/// The statements, without most of what sets views aside.
pub(crate) fn show(statements: &[Statement]) -> String {
    statements
        .iter()
        .map(|statement| {
            let alone = if statement.transactional { "" } else { " -- in no transaction" };
            let mut sql = statement.sql.clone();
            if let Some((start, end)) = sql.find("UNION\n").zip(sql.find("LOOP;")) {
                sql.replace_range(start..end, "… END ");
            }
            format!("{sql};{alone}\n")
        })
        .collect()
}

const CATALOG: &str = "
    SELECT 'schema', nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$' ORDER BY 2;
    SELECT 'relation', oid::regclass, relkind, reloptions, relacl, obj_description(oid, 'pg_class'),
        CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END
    FROM pg_class WHERE oid >= 16384 AND relkind <> 'c' AND relnamespace::regnamespace::text !~ '^pg_'
    ORDER BY oid::regclass::text;
    SELECT 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
        attgenerated, (SELECT collname FROM pg_collation WHERE pg_collation.oid = attcollation),
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum), attacl,
        row_number() OVER (PARTITION BY attrelid ORDER BY attnum)
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped AND relkind IN ('r', 'v')
    ORDER BY attrelid::regclass::text, attname;
    SELECT 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid >= 16384 ORDER BY conrelid::regclass::text, conname;
    SELECT 'index', indexrelid::regclass, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid >= 16384 AND indrelid::regclass::text !~ '^pg_toast'
    ORDER BY indexrelid::regclass::text;
    SELECT 'sequence', seqrelid::regclass, seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache,
        seqcycle
    FROM pg_sequence ORDER BY seqrelid::regclass::text;
    SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname;
    SELECT 'rule', rulename, pg_get_ruledef(oid) FROM pg_rewrite
    WHERE ev_class >= 16384 AND rulename <> '_RETURN' ORDER BY rulename;
    SELECT 'enum', oid::regtype, (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum
        WHERE enumtypid = pg_type.oid), obj_description(oid, 'pg_type')
    FROM pg_type WHERE typtype = 'e' ORDER BY oid::regtype::text";
