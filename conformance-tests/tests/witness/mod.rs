//! The witness: sqlx, a driver that Retort does not use.

use async_trait::async_trait;
use retort_conformance::{Witness, WitnessError};
use retort_core::backend::{DatabaseUrl, Row, Value};
use sqlx::{
    AssertSqlSafe, Column, Connection, MySqlConnection, PgConnection, Row as _, SqliteConnection, TypeInfo,
    ValueRef, mysql::MySqlRow, postgres::PgRow, raw_sql, sqlite::SqliteRow,
};

/// Reads a database through sqlx, with a connection for each look.
#[derive(Debug, Clone)]
pub(crate) struct Sqlx {
    engine: Engine,
    url: String,
}

#[derive(Debug, Clone, Copy)]
enum Engine {
    Sqlite,
    Postgresql,
    Mysql,
}

impl Sqlx {
    /// A witness of the database at that URL.
    pub(crate) fn of(url: &DatabaseUrl) -> Self {
        let engine = match &*url.scheme() {
            "sqlite" => Engine::Sqlite,
            "postgresql" => Engine::Postgresql,
            "mysql" | "mariadb" => Engine::Mysql,
            other => panic!("sqlx has no `{other}`"),
        };
        Self { engine, url: url.expose().replacen("mariadb:", "mysql:", 1) }
    }

    async fn names(&mut self, query: &str) -> Result<Vec<String>, WitnessError> {
        let rows = self.rows(query).await?;
        Ok(rows.iter().filter_map(|row| row.text(0)).map(str::to_owned).collect())
    }
}

#[async_trait]
impl Witness for Sqlx {
    async fn tables(&mut self) -> Result<Vec<String>, WitnessError> {
        self.names(match self.engine {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
            }
            Engine::Postgresql => {
                "SELECT table_name FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
            }
            Engine::Mysql => {
                "SELECT CAST(table_name AS CHAR) FROM information_schema.tables \
                 WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
            }
        })
        .await
    }

    async fn columns(&mut self, table: &str) -> Result<Vec<String>, WitnessError> {
        let quoted = table.replace('\'', "''");
        let query = match self.engine {
            Engine::Sqlite => format!("SELECT name FROM pragma_table_xinfo('{quoted}') ORDER BY cid"),
            Engine::Postgresql => format!(
                "SELECT column_name FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = '{quoted}' ORDER BY ordinal_position"
            ),
            Engine::Mysql => format!(
                "SELECT CAST(column_name AS CHAR) FROM information_schema.columns \
                 WHERE table_schema = DATABASE() AND table_name = '{}' ORDER BY ordinal_position",
                quoted.replace('\\', "\\\\")
            ),
        };
        self.names(&query).await
    }

    async fn rows(&mut self, query: &str) -> Result<Vec<Row>, WitnessError> {
        let sql = raw_sql(AssertSqlSafe(query.to_owned()));
        match self.engine {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await?;
                let rows = sql.fetch_all(&mut connection).await?;
                connection.close().await?;
                rows.iter().map(sqlite_row).collect()
            }
            Engine::Postgresql => {
                let mut connection = PgConnection::connect(&self.url).await?;
                let rows = sql.fetch_all(&mut connection).await?;
                connection.close().await?;
                rows.iter().map(postgresql_row).collect()
            }
            Engine::Mysql => {
                let mut connection = MySqlConnection::connect(&self.url).await?;
                let rows = sql.fetch_all(&mut connection).await?;
                // The server may hang up before it has heard all of the farewell.
                connection.close().await.ok();
                rows.iter().map(mysql_row).collect()
            }
        }
    }
}

fn sqlite_row(row: &SqliteRow) -> Result<Row, WitnessError> {
    let value = |at: usize| -> Result<Value, WitnessError> {
        let found = row.try_get_raw(at)?;
        if found.is_null() {
            return Ok(Value::Null);
        }
        Ok(match found.type_info().name() {
            "INTEGER" => Value::Integer(row.try_get_unchecked(at)?),
            "REAL" => Value::Real(row.try_get_unchecked(at)?),
            "BLOB" => Value::Blob(row.try_get_unchecked(at)?),
            _ => Value::Text(row.try_get_unchecked(at)?),
        })
    };
    Ok(Row(row.columns().iter().map(|column| value(column.ordinal())).collect::<Result<_, _>>()?))
}

/// A row in the text format, as the simple query protocol has it.
fn postgresql_row(row: &PgRow) -> Result<Row, WitnessError> {
    let value = |at: usize| -> Result<Value, WitnessError> {
        let found = row.try_get_raw(at)?;
        if found.is_null() {
            return Ok(Value::Null);
        }
        let text = found.as_str()?;
        Ok(match found.type_info().name() {
            "INT2" | "INT4" | "INT8" => Value::Integer(text.parse()?),
            "FLOAT4" | "FLOAT8" => Value::Real(text.parse()?),
            "BYTEA" => Value::Blob(hex(text.strip_prefix("\\x").ok_or("bytes in another format")?)?),
            _ => Value::Text(text.to_owned()),
        })
    };
    Ok(Row(row.columns().iter().map(|column| value(column.ordinal())).collect::<Result<_, _>>()?))
}

fn mysql_row(row: &MySqlRow) -> Result<Row, WitnessError> {
    let value = |at: usize| -> Result<Value, WitnessError> {
        let found = row.try_get_raw(at)?;
        if found.is_null() {
            return Ok(Value::Null);
        }
        let ty = found.type_info().into_owned();
        Ok(match ty.name() {
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "BIGINT UNSIGNED" => {
                Value::Integer(row.try_get_unchecked(at)?)
            }
            "FLOAT" => Value::Real(f64::from(row.try_get_unchecked::<f32, _>(at)?)),
            "DOUBLE" => Value::Real(row.try_get_unchecked(at)?),
            "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => {
                Value::Blob(row.try_get_unchecked(at)?)
            }
            _ => Value::Text(row.try_get_unchecked(at)?),
        })
    };
    Ok(Row(row.columns().iter().map(|column| value(column.ordinal())).collect::<Result<_, _>>()?))
}

fn hex(digits: &str) -> Result<Vec<u8>, WitnessError> {
    let pair = |pair: &[u8]| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?);
    digits.as_bytes().chunks(2).map(pair).collect()
}
