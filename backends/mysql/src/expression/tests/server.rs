//! Real servers, and what they make of expressions.

use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable};
use retort_test_servers::{Database, Engine};

use super::columns;
use crate::{
    server::{Flavor, Server},
    syntax::SYNTAX,
};

/// A server of each product.
pub(super) const SERVERS: [Server; 2] = [Server::OLDEST_MYSQL, Server::OLDEST_MARIADB];

/// A database of its own on a server.
pub(super) struct Trial {
    pub(super) database: Database,
    server: Server,
}

impl Trial {
    pub(super) fn new(server: Server) -> Self {
        let engine = match server.flavor {
            Flavor::MySql => Engine::Mysql,
            Flavor::MariaDb => Engine::Mariadb,
        };
        Self { database: Database::create(engine), server }
    }

    /// The rows of a query, as text.
    pub(super) fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, mysql_async::Error> {
        let url = self.database.url().replacen("mariadb://", "mysql://", 1);
        let options = OptsBuilder::from_opts(Opts::from_url(&url).expect("is a URL")).prefer_socket(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
        runtime.block_on(async {
            let mut connection = Conn::new(options).await?;
            connection.query_drop("SET NAMES utf8mb4").await?;
            let rows: Vec<mysql_async::Row> = connection.query(sql).await?;
            let rows = rows
                .into_iter()
                .map(|row| row.unwrap().into_iter().map(mysql_async::from_value::<Option<String>>).collect());
            let rows = rows.collect();
            connection.disconnect().await?;
            Ok(rows)
        })
    }

    /// What the catalog says of checks with these conditions.
    pub(super) fn checks(&self, conditions: &[String]) -> Vec<String> {
        let checks: Vec<String> = conditions
            .iter()
            .enumerate()
            .map(|(at, condition)| format!("CONSTRAINT c{at:03} CHECK ({condition})"))
            .collect();
        self.create(&checks);
        self.read(
            "SELECT check_clause FROM information_schema.check_constraints \
             WHERE constraint_schema = database() AND constraint_name LIKE 'c___' ORDER BY constraint_name",
        )
    }

    /// What the catalog says of generated columns with these values.
    pub(super) fn generated(&self, values: &[String]) -> Vec<String> {
        let columns: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(at, value)| format!("g{at:03} VARCHAR(100) AS ({value}) VIRTUAL"))
            .collect();
        self.create(&columns);
        self.read(
            "SELECT generation_expression FROM information_schema.columns \
             WHERE table_schema = database() AND column_name LIKE 'g___' ORDER BY ordinal_position",
        )
    }

    /// What the catalog says of indexes over these values.
    pub(super) fn parts(&self, values: &[String]) -> Vec<String> {
        let indexes: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("INDEX i{at:03} (({value}))")).collect();
        self.create(&indexes);
        self.read(
            "SELECT expression FROM information_schema.statistics \
             WHERE table_schema = database() AND index_name LIKE 'i___' ORDER BY index_name",
        )
    }

    /// What the catalog says of columns with these defaults.
    pub(super) fn defaults(&self, values: &[String]) -> Vec<String> {
        let columns: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(at, value)| format!("d{at:03} VARCHAR(100) DEFAULT ({value})"))
            .collect();
        self.create(&columns);
        self.read(
            "SELECT column_default FROM information_schema.columns \
             WHERE table_schema = database() AND column_name LIKE 'd___' ORDER BY ordinal_position",
        )
    }

    fn read(&self, sql: &str) -> Vec<String> {
        let rows = self.rows(sql).expect("runs");
        rows.into_iter().map(|row| row.into_iter().flatten().collect()).collect()
    }

    fn create(&self, parts: &[String]) {
        let columns: Vec<String> = columns()
            .iter()
            .map(|column| {
                let ty = match &column.ty {
                    retort_core::schema::Type::Timestamp(_) => "DATETIME(6)".to_owned(),
                    ty => ty.to_string(),
                };
                format!("{} {ty}", SYNTAX.quote_identifier(column.name.as_str()))
            })
            .collect();
        self.database.run("DROP TABLE IF EXISTS t");
        let table =
            |parts: &[String]| format!("CREATE TABLE t (\n{},\n{})", columns.join(",\n"), parts.join(",\n"));
        if self.rows(&table(parts)).is_ok() {
            return;
        }
        for part in parts {
            self.database.run("DROP TABLE IF EXISTS t");
            if let Err(error) = self.rows(&table(std::slice::from_ref(part))) {
                panic!("{:?} refuses {part}: {error}", self.server.flavor);
            }
        }
        panic!("{:?} refuses all of {parts:?}", self.server.flavor);
    }
}
