//! The version table: which revisions a database is at.
//!
//! It is Alembic's own table, so that a database managed by Alembic carries on
//! without conversion: one column, one row for each head of what is applied.

use crate::{
    backend::{BackendError, BackendErrorKind, Connection, Guard, Row, Statement, Value},
    operation::Operation,
    revision::{RevisionId, heads::HeadMove},
    schema::{Column, Constraint, ConstraintKind, Name, PrimaryKey, QualifiedName, Table, Type},
    sql::Syntax,
};

/// The longest revision id that the version table holds, in characters. As in
/// Alembic.
pub const MAX_REVISION_ID: u32 = 32;

const COLUMN: &str = "version_num";

/// The version table of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTable {
    name: QualifiedName,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self::new(QualifiedName::unqualified("alembic_version"))
    }
}

impl VersionTable {
    /// The version table of this name.
    pub fn new(name: QualifiedName) -> Self {
        Self { name }
    }

    /// Its name.
    pub fn name(&self) -> &QualifiedName {
        &self.name
    }

    /// Creates the table where there is none.
    pub fn create(&self) -> Operation {
        let column = Column::new(COLUMN, Type::VarChar(Some(MAX_REVISION_ID))).not_null();
        let mut table = Table::new(self.name.clone(), vec![column]);
        table.constraints.push(Constraint::named(
            format!("{}_pkc", self.name.name),
            ConstraintKind::PrimaryKey(PrimaryKey { columns: vec![Name::from(COLUMN)] }),
        ));
        Operation::CreateTable { table, if_not_exists: true }
    }

    /// Reads the rows, or `None` where there is no such table.
    pub async fn read(
        &self,
        connection: &mut dyn Connection,
    ) -> Result<Option<Vec<RevisionId>>, BackendError> {
        let query = self.ordered_query(connection.backend().syntax());
        let rows = match connection.fetch(&Statement::new(query)).await {
            Ok(rows) => rows,
            Err(error) if error.kind() == BackendErrorKind::Missing => return Ok(None),
            Err(error) => return Err(error),
        };
        let id = |row: &Row| match row.text(0) {
            Some(text) => Ok(RevisionId::new(text)),
            None => Err(BackendError::new(
                BackendErrorKind::Unexpected,
                format!("table {} holds a row that is not a revision id: {row:?}", self.name),
            )),
        };
        rows.iter().map(id).collect::<Result<_, _>>().map(Some)
    }

    /// What must hold for a plan made from these rows to run.
    pub fn guard(&self, syntax: &Syntax, rows: &[RevisionId]) -> Guard {
        let rows = rows.iter().map(|id| Row(vec![Value::Text(id.as_str().to_owned())])).collect();
        Guard { query: self.query(syntax), rows }
    }

    /// Carries out a move of the heads. It changes exactly one row, or fails.
    pub fn statement(&self, syntax: &Syntax, head_move: &HeadMove) -> Statement {
        let (table, column) = (syntax.quote_qualified(&self.name), syntax.quote_identifier(COLUMN));
        let literal = |id: &RevisionId| syntax.quote_literal(id.as_str());
        let sql = match head_move {
            HeadMove::Insert(id) => format!("INSERT INTO {table} ({column}) VALUES ({})", literal(id)),
            HeadMove::Delete(id) => format!("DELETE FROM {table} WHERE {column} = {}", literal(id)),
            HeadMove::Update { from, to } => {
                format!("UPDATE {table} SET {column} = {} WHERE {column} = {}", literal(to), literal(from))
            }
        };
        Statement::new(sql).expecting_rows(1)
    }

    /// Empties the table, whatever it holds.
    pub fn purge(&self, syntax: &Syntax) -> Statement {
        Statement::new(format!("DELETE FROM {}", syntax.quote_qualified(&self.name)))
    }

    fn ordered_query(&self, syntax: &Syntax) -> String {
        format!("{} ORDER BY {}", self.query(syntax), syntax.quote_identifier(COLUMN))
    }

    fn query(&self, syntax: &Syntax) -> String {
        let column = syntax.quote_identifier(COLUMN);
        format!("SELECT {column} FROM {}", syntax.quote_qualified(&self.name))
    }
}
