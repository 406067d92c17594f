//! The catalog of the current database, as rows.
//!
//! However many tables there are, each kind of object is one query. None of
//! them has an ORDER BY, a join or a column of statistics: those are what makes
//! these views slow. MariaDB opens each table for each of them.

use std::collections::HashMap;

use mysql_async::{Conn, Error, prelude::Queryable};
use retort_core::backend::{BackendError, BackendErrorKind, Scope};

use super::{
    fields::Fields,
    rights,
    rows::{
        CheckRow, ColumnRow, EventRow, ForeignKeyColumnRow, ForeignKeyRow, KeyPartRow, ParameterRow,
        PartitionRow, RoutineRow, TableRow, TriggerRow, ViewRow,
    },
};
use crate::{
    error,
    server::{Flavor, Server},
    syntax::SYNTAX,
};

/// All rows that a schema is made of.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    pub(super) tables: Vec<TableRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) key_parts: Vec<KeyPartRow>,
    pub(super) foreign_keys: Vec<ForeignKeyRow>,
    pub(super) foreign_key_columns: Vec<ForeignKeyColumnRow>,
    pub(super) checks: Vec<CheckRow>,
    pub(super) views: Vec<ViewRow>,
    pub(super) triggers: Vec<TriggerRow>,
    pub(super) routines: Vec<RoutineRow>,
    pub(super) parameters: Vec<ParameterRow>,
    pub(super) events: Vec<EventRow>,
    pub(super) partitions: Vec<PartitionRow>,
}

impl Catalog {
    /// Reads all that is in scope.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Introspect`] if a query does.
    pub(super) async fn read(conn: &mut Conn, scope: &Scope, server: Server) -> Result<Self, BackendError> {
        let mut reader = Reader { conn, only: only(scope) };
        let mut catalog = Self::default();
        if reader.only.as_ref().is_some_and(Vec::is_empty) {
            return Ok(catalog);
        }
        if reader.only.is_none() {
            reader.require_all_tables().await?;
        }
        let mysql = server.flavor == Flavor::MySql;
        catalog.tables = reader.tables().await?;
        if !catalog.tables.is_empty() {
            catalog.columns = reader.columns(mysql).await?;
            catalog.key_parts = reader.key_parts(mysql).await?;
            catalog.foreign_keys = reader.foreign_keys().await?;
            if !catalog.foreign_keys.is_empty() {
                catalog.foreign_key_columns = reader.foreign_key_columns().await?;
            }
            catalog.checks =
                if mysql { reader.checks_mysql().await? } else { reader.checks_mariadb().await? };
            if catalog.tables.iter().any(|table| table.kind == "VIEW") {
                catalog.views = reader.views().await?;
            }
            if catalog.tables.iter().any(|table| table.options.contains("partitioned")) {
                catalog.partitions = reader.partitions().await?;
            }
        }
        reader.programs(&mut catalog).await?;
        if !catalog.routines.is_empty() {
            catalog.parameters = reader.parameters().await?;
        }
        Ok(catalog)
    }
}

/// The names of the tables to read, if not all are.
fn only(scope: &Scope) -> Option<Vec<&str>> {
    let names = scope.only.as_ref()?.iter().filter(|name| name.namespace.is_none());
    Some(names.map(|name| name.name.as_str()).collect())
}

struct Reader<'a> {
    conn: &'a mut Conn,
    only: Option<Vec<&'a str>>,
}

impl Reader<'_> {
    async fn tables(&mut self) -> Result<Vec<TableRow>, BackendError> {
        let sql = "SELECT DATABASE(), @@collation_database, @@lower_case_table_names, TABLE_NAME, TABLE_TYPE, \
                   ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT FROM information_schema.TABLES \
                   WHERE TABLE_SCHEMA = DATABASE()";
        let sql = self.restricted(sql, "TABLE_NAME");
        self.rows(&sql, |fields| TableRow {
            database: fields.text(),
            database_collation: fields.text(),
            case_matters: fields.text() == "0",
            name: fields.text(),
            kind: fields.text(),
            engine: fields.optional(),
            collation: fields.optional(),
            options: fields.text(),
            comment: fields.text(),
        })
        .await
    }

    async fn columns(&mut self, mysql: bool) -> Result<Vec<ColumnRow>, BackendError> {
        let srid = if mysql { "SRS_ID" } else { "NULL" };
        let sql = format!(
            "SELECT TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, EXTRA, \
             COLLATION_NAME, GENERATION_EXPRESSION, COLUMN_COMMENT, {srid} FROM information_schema.COLUMNS \
             WHERE TABLE_SCHEMA = DATABASE()"
        );
        let sql = self.restricted(&sql, "TABLE_NAME");
        self.rows(&sql, |fields| ColumnRow {
            table: fields.text(),
            position: fields.number(),
            name: fields.text(),
            ty: fields.text(),
            nullable: fields.text() == "YES",
            default: fields.optional(),
            extra: fields.text(),
            collation: fields.optional(),
            generated: fields.optional().filter(|text| !text.is_empty()),
            comment: fields.text(),
            srid: fields.optional(),
        })
        .await
    }

    async fn key_parts(&mut self, mysql: bool) -> Result<Vec<KeyPartRow>, BackendError> {
        let own = if mysql { "EXPRESSION, IS_VISIBLE = 'NO'" } else { "NULL, IGNORED = 'YES'" };
        let sql = format!(
            "SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, NON_UNIQUE, COLUMN_NAME, COLLATION, SUB_PART, \
             INDEX_TYPE, INDEX_COMMENT, {own} FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()"
        );
        let sql = self.restricted(&sql, "TABLE_NAME");
        self.rows(&sql, |fields| KeyPartRow {
            table: fields.text(),
            index: fields.text(),
            position: fields.number(),
            unique: fields.text() == "0",
            column: fields.optional(),
            descending: fields.text() == "D",
            prefix: fields.optional().and_then(|size| size.parse().ok()),
            method: fields.text(),
            comment: fields.text(),
            expression: fields.optional(),
            hidden: fields.text() == "1",
        })
        .await
    }

    async fn foreign_keys(&mut self) -> Result<Vec<ForeignKeyRow>, BackendError> {
        let sql = "SELECT TABLE_NAME, CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE \
                   FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()";
        let sql = self.restricted(sql, "TABLE_NAME");
        self.rows(&sql, |fields| ForeignKeyRow {
            table: fields.text(),
            name: fields.text(),
            on_update: fields.text(),
            on_delete: fields.text(),
        })
        .await
    }

    async fn foreign_key_columns(&mut self) -> Result<Vec<ForeignKeyColumnRow>, BackendError> {
        let sql = "SELECT TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, \
                   REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE \
                   WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL";
        let sql = self.restricted(sql, "TABLE_NAME");
        self.rows(&sql, |fields| ForeignKeyColumnRow {
            table: fields.text(),
            name: fields.text(),
            position: fields.number(),
            column: fields.text(),
            referenced_database: fields.text(),
            referenced_table: fields.text(),
            referenced_column: fields.text(),
        })
        .await
    }

    /// MySQL says in one view whose a constraint is, in another one what it
    /// checks. The name is unique within the database. To join the views takes
    /// as many steps as there are pairs of rows.
    async fn checks_mysql(&mut self) -> Result<Vec<CheckRow>, BackendError> {
        let sql = "SELECT TABLE_NAME, CONSTRAINT_NAME, ENFORCED, NULL FROM information_schema.TABLE_CONSTRAINTS \
                   WHERE CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_TYPE = 'CHECK'";
        let sql = self.restricted(sql, "TABLE_NAME");
        let sql = format!(
            "{sql} UNION ALL SELECT NULL, CONSTRAINT_NAME, NULL, CHECK_CLAUSE \
             FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()"
        );
        let mut expressions = HashMap::new();
        let mut checks = Vec::new();
        let rows = self.rows(&sql, |fields| {
            let (table, name) = (fields.optional(), fields.text());
            (table, name, fields.text(), fields.text())
        });
        for (table, name, enforced, expression) in rows.await? {
            match table {
                Some(table) => checks.push((table, name, enforced != "NO")),
                None => {
                    expressions.insert(name, expression);
                }
            }
        }
        let check = |(table, name, enforced): (String, String, bool)| {
            let expression = expressions.remove(&name)?;
            Some(CheckRow { table, name, expression, of_column: false, enforced })
        };
        Ok(checks.into_iter().filter_map(check).collect())
    }

    async fn checks_mariadb(&mut self) -> Result<Vec<CheckRow>, BackendError> {
        let sql = "SELECT TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, LEVEL = 'Column' \
                   FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE()";
        let sql = self.restricted(sql, "TABLE_NAME");
        self.rows(&sql, |fields| CheckRow {
            table: fields.text(),
            name: fields.text(),
            expression: fields.text(),
            of_column: fields.text() == "1",
            enforced: true,
        })
        .await
    }

    async fn views(&mut self) -> Result<Vec<ViewRow>, BackendError> {
        let sql = "SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE FROM information_schema.VIEWS \
                   WHERE TABLE_SCHEMA = DATABASE()";
        let sql = self.restricted(sql, "TABLE_NAME");
        self.rows(&sql, |fields| ViewRow {
            name: fields.text(),
            query: fields.text(),
            check_option: fields.text(),
            security: fields.text(),
        })
        .await
    }

    async fn partitions(&mut self) -> Result<Vec<PartitionRow>, BackendError> {
        let sql = "SELECT TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_ORDINAL_POSITION, \
                   SUBPARTITION_ORDINAL_POSITION, PARTITION_METHOD, PARTITION_EXPRESSION, SUBPARTITION_METHOD, \
                   SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION FROM information_schema.PARTITIONS \
                   WHERE TABLE_SCHEMA = DATABASE() AND PARTITION_METHOD IS NOT NULL";
        let sql = self.restricted(sql, "TABLE_NAME");
        self.rows(&sql, |fields| PartitionRow {
            table: fields.text(),
            name: fields.text(),
            part: fields.optional(),
            position: fields.number(),
            part_position: fields.number(),
            method: fields.text(),
            expression: fields.optional(),
            part_method: fields.optional(),
            part_expression: fields.optional(),
            values: fields.optional(),
        })
        .await
    }

    /// What is outside the model: triggers, and, where the whole database is
    /// read, routines and events.
    async fn programs(&mut self, catalog: &mut Catalog) -> Result<(), BackendError> {
        let triggers = "SELECT 'trigger', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, \
                        ACTION_STATEMENT, NULL, NULL, NULL FROM information_schema.TRIGGERS \
                        WHERE TRIGGER_SCHEMA = DATABASE()";
        let mut sql = self.restricted(triggers, "EVENT_OBJECT_TABLE");
        if self.only.is_none() {
            sql.push_str(
                " UNION ALL SELECT 'routine', ROUTINE_NAME, ROUTINE_TYPE, IS_DETERMINISTIC, SQL_DATA_ACCESS, \
                 SECURITY_TYPE, ROUTINE_COMMENT, ROUTINE_DEFINITION, NULL FROM information_schema.ROUTINES \
                 WHERE ROUTINE_SCHEMA = DATABASE() \
                 UNION ALL SELECT 'event', EVENT_NAME, EXECUTE_AT, CONCAT(INTERVAL_VALUE, ' ', INTERVAL_FIELD), \
                 STARTS, ENDS, CONCAT(ON_COMPLETION, ' ', STATUS), EVENT_COMMENT, EVENT_DEFINITION \
                 FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE()",
            );
        }
        let programs = self.rows(&sql, |fields| match fields.text().as_str() {
            "trigger" => Program::Trigger(TriggerRow {
                name: fields.text(),
                table: fields.text(),
                time: fields.text(),
                event: fields.text(),
                body: fields.text(),
            }),
            "routine" => Program::Routine(RoutineRow {
                name: fields.text(),
                kind: fields.text(),
                deterministic: fields.text() == "YES",
                data_access: fields.text(),
                security: fields.text(),
                comment: fields.text(),
                body: fields.optional(),
            }),
            _ => Program::Event(EventRow {
                name: fields.text(),
                at: fields.optional(),
                every: fields.optional(),
                starts: fields.optional(),
                ends: fields.optional(),
                state: fields.text(),
                comment: fields.text(),
                body: fields.text(),
            }),
        });
        for program in programs.await? {
            match program {
                Program::Trigger(row) => catalog.triggers.push(row),
                Program::Routine(row) => catalog.routines.push(row),
                Program::Event(row) => catalog.events.push(row),
            }
        }
        Ok(())
    }

    async fn parameters(&mut self) -> Result<Vec<ParameterRow>, BackendError> {
        let sql = "SELECT SPECIFIC_NAME, ROUTINE_TYPE, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, \
                   DTD_IDENTIFIER FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = DATABASE()";
        self.rows(sql, |fields| ParameterRow {
            routine: fields.text(),
            routine_kind: fields.text(),
            position: fields.number(),
            mode: fields.optional(),
            name: fields.optional(),
            ty: fields.text(),
        })
        .await
    }

    /// The query for the tables in scope.
    fn restricted(&self, sql: &str, column: &str) -> String {
        let Some(only) = &self.only else { return sql.to_owned() };
        let names: Vec<String> = only.iter().map(|name| SYNTAX.quote_literal(name)).collect();
        format!("{sql} AND {column} IN ({})", names.join(", "))
    }

    /// Fails if the user does not see all tables.
    async fn require_all_tables(&mut self) -> Result<(), BackendError> {
        let Some(database) = self.conn.opts().db_name().map(str::to_owned) else { return Ok(()) };
        match self.conn.query::<String, _>("SHOW GRANTS").await {
            Ok(grants) => rights::require_all_tables(&grants, &database),
            // A server that checks no privileges has none to list.
            Err(Error::Server(_)) => Ok(()),
            Err(error) => Err(error::lost_while_reading(error)),
        }
    }

    async fn rows<T>(
        &mut self,
        sql: &str,
        mut read: impl FnMut(&mut Fields) -> T,
    ) -> Result<Vec<T>, BackendError> {
        let rows = self.conn.query::<mysql_async::Row, _>(sql).await.map_err(|error| match error {
            Error::Server(error) => {
                BackendError::new(BackendErrorKind::Introspect, "cannot read the catalog")
                    .with_statement(sql)
                    .with_source(error)
            }
            error => error::lost_while_reading(error),
        })?;
        Ok(rows.into_iter().map(|row| read(&mut Fields::new(row))).collect())
    }
}

/// A row of the query for what is outside the model.
enum Program {
    Trigger(TriggerRow),
    Routine(RoutineRow),
    Event(EventRow),
}
