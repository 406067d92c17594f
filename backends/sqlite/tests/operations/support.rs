//! What the tests of operations share: a database to apply them to, and
//! everything that must hold afterwards, whatever the operation.

use retort_core::{
    backend::{Access, Backend, BackendError, Batch, BatchError, Connection, Scope, Statement, Value},
    operation::{ColumnChange, Operation},
    schema::{
        Check, Column, Constraint, ConstraintKind, Deferrable, Expression, ForeignKey, Index, Name,
        PrimaryKey, QualifiedName, Schema, Type, Unique,
    },
};
use retort_sqlite::Sqlite;

/// A database in memory.
pub(crate) struct Database {
    connection: Box<dyn Connection>,
}

impl Database {
    /// A database after these statements.
    pub(crate) async fn new(setup: &str) -> Self {
        let url = "sqlite::memory:".parse().unwrap();
        let mut connection = Sqlite::default().connect(&url, Access::Write).await.unwrap();
        connection.execute(&Batch::atomic(vec![Statement::new(setup)])).await.unwrap();
        Self { connection }
    }

    pub(crate) async fn schema(&mut self) -> Schema {
        self.connection.introspect(&Scope::default()).await.unwrap()
    }

    /// Runs a statement.
    pub(crate) async fn run(&mut self, sql: &str) -> Result<(), BatchError> {
        self.connection.execute(&Batch::atomic(vec![Statement::new(sql)])).await.map(drop)
    }

    /// Runs statements as one batch.
    pub(crate) async fn run_all(&mut self, statements: Vec<Statement>) -> Result<(), BatchError> {
        self.connection.execute(&Batch::atomic(statements)).await.map(drop)
    }

    /// The rows of a query, a line each.
    pub(crate) async fn rows(&mut self, query: &str) -> String {
        let rows = self.connection.fetch(&Statement::new(query)).await.unwrap();
        let lines: Vec<String> =
            rows.iter().map(|row| row.0.iter().map(show).collect::<Vec<_>>().join("|")).collect();
        lines.join("\n")
    }

    /// The definitions in the catalog, one after the other, without those of
    /// the tables that are named.
    pub(crate) async fn definitions(&mut self, without: &[&str]) -> String {
        let names: Vec<String> = without.iter().map(|name| format!("'{name}'")).collect();
        let query = format!(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' \
             AND name NOT IN ({}) ORDER BY type = 'trigger', type = 'view', type = 'index', name",
            names.join(", ")
        );
        self.rows(&query).await
    }

    /// Carries out operations as one batch, and checks what holds after any.
    ///
    /// The database must then have the schema that the operations give the
    /// model, and be sound; if they fail, nothing of them may remain.
    pub(crate) async fn apply(&mut self, operations: &[Operation]) -> Result<Vec<String>, BackendError> {
        let before = self.schema().await;
        let backend = Sqlite::default();
        let statements = backend.render(operations, &before)?;
        let written: Vec<String> = statements.iter().map(|statement| statement.sql.clone()).collect();
        let trace = self.definitions(&[]).await;
        if let Err(error) = self.connection.execute(&Batch::atomic(statements)).await {
            assert_eq!(self.definitions(&[]).await, trace, "a failure left a trace");
            self.check_sound().await;
            return Err(match error {
                BatchError::Statement { source, .. } => source,
                BatchError::Backend(error) => error,
                BatchError::Guard { .. } | BatchError::Rows { .. } => panic!("{error:?}"),
            });
        }
        let mut model = before;
        for operation in operations {
            operation.apply_to(&mut model).unwrap();
        }
        let mut expected = backend.normalize(model).unwrap();
        let mut found = self.schema().await;
        for schema in [&mut expected, &mut found] {
            schema.unmanaged.sort_by(|left, right| left.name.cmp(&right.name));
            schema.unmanaged.iter_mut().for_each(|object| object.definition = None);
            // Only the database knows what a rename makes of the views.
            if operations.iter().any(|operation| matches!(operation, Operation::RenameColumn { .. })) {
                schema.views.values_mut().for_each(|view| view.query = "".into());
            }
        }
        for (name, table) in &found.tables {
            assert_eq!(Some(table), expected.tables.get(name));
        }
        assert_eq!(found, expected);
        self.check_sound().await;
        Ok(written)
    }

    async fn check_sound(&mut self) {
        assert_eq!(self.rows("PRAGMA integrity_check").await, "ok");
        assert_eq!(self.rows("PRAGMA foreign_key_check").await, "");
        assert_eq!(self.rows("PRAGMA foreign_keys").await, "1");
        assert_eq!(self.rows("PRAGMA legacy_alter_table").await, "0");
        assert_eq!(
            self.rows("SELECT name FROM sqlite_schema WHERE name LIKE '!_retort%' ESCAPE '!'").await,
            ""
        );
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(integer) => integer.to_string(),
        Value::Real(real) => format!("{real:?}"),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}

pub(crate) fn table(name: &str) -> QualifiedName {
    QualifiedName::unqualified(name)
}

pub(crate) fn names(columns: &[&str]) -> Vec<Name> {
    columns.iter().copied().map(Name::from).collect()
}

pub(crate) fn add_column(on: &str, column: Column) -> Operation {
    Operation::AddColumn { table: table(on), column, if_not_exists: false }
}

pub(crate) fn drop_column(on: &str, column: &str) -> Operation {
    Operation::DropColumn { table: table(on), column: column.into(), if_exists: false }
}

pub(crate) fn rename_column(on: &str, from: &str, to: &str) -> Operation {
    Operation::RenameColumn { table: table(on), from: from.into(), to: to.into() }
}

pub(crate) fn alter(on: &str, column: &str, change: ColumnChange) -> Operation {
    Operation::AlterColumn { table: table(on), column: column.into(), change }
}

pub(crate) fn retype(on: &str, column: &str, ty: Type, using: Option<&str>) -> Operation {
    alter(on, column, ColumnChange::Type { ty, collation: None, using: using.map(Expression::new) })
}

pub(crate) fn not_null(on: &str, column: &str) -> Operation {
    alter(on, column, ColumnChange::Nullable(false))
}

pub(crate) fn add_constraint(on: &str, name: &str, kind: ConstraintKind) -> Operation {
    Operation::AddConstraint { table: table(on), constraint: Constraint::named(name, kind) }
}

pub(crate) fn drop_constraint(on: &str, name: &str) -> Operation {
    Operation::DropConstraint { table: table(on), name: name.into(), if_exists: false }
}

pub(crate) fn primary_key(columns: &[&str]) -> ConstraintKind {
    ConstraintKind::PrimaryKey(PrimaryKey { columns: names(columns) })
}

pub(crate) fn unique(columns: &[&str]) -> ConstraintKind {
    ConstraintKind::Unique(Unique {
        columns: names(columns),
        nulls_not_distinct: false,
        deferrable: Deferrable::No,
    })
}

pub(crate) fn check(expression: &str) -> ConstraintKind {
    ConstraintKind::Check(Check { expression: expression.into(), validated: true })
}

pub(crate) fn foreign_key(columns: &[&str], references: &str, referenced: &[&str]) -> ConstraintKind {
    ConstraintKind::ForeignKey(ForeignKey::new(names(columns), table(references), names(referenced)))
}

pub(crate) fn create_index(on: &str, index: Index) -> Operation {
    Operation::CreateIndex { table: table(on), index, concurrently: false, if_not_exists: false }
}
