//! Asking the server for the form of definitions, without a trace.
//!
//! A clause of a table is given to a temporary table, which no other session
//! sees and which ends with the session; what the server shows of it is its
//! form. Views cannot be temporary: the form of a query is what EXPLAIN says
//! that the server made of it.

mod query;

use retort_core::{
    backend::{BackendError, BackendErrorKind, Definition},
    operation::Operation,
    schema::{Constraint, Name, Schema, Table},
};

use self::query::Queries;
use crate::{
    option, render,
    server::Server,
    session::{Facts, Rows, Wire},
    syntax::SYNTAX,
};

/// What the check and the index of a temporary table are called.
const CLAUSE: &str = "retort_clause";

/// Finds the form of each definition.
///
/// # Errors
///
/// Fails if the connection broke, or if the session cannot be set up for it.
pub(crate) async fn canonicalize(
    wire: &mut Wire,
    facts: &Facts,
    definitions: &[Definition],
) -> Result<Vec<Result<String, BackendError>>, BackendError> {
    let mut session = Asking { wire, facts };
    let mut queries = Queries::default();
    let mut forms = Vec::with_capacity(definitions.len());
    let mut outcome = session.begin().await;
    for definition in definitions {
        if outcome.is_err() {
            break;
        }
        let form = match definition {
            Definition::Column(table, column) => session.clause(table, Some(column)).await,
            Definition::Check(table) | Definition::Index(table) => session.clause(table, None).await,
            Definition::View(view) => queries.form(&mut session, view).await,
        };
        match form {
            Err(error) if error.kind() == BackendErrorKind::Connect => outcome = Err(error),
            form => forms.push(form),
        }
    }
    queries.end(&mut session).await?;
    session.end().await?;
    outcome.map(|()| forms)
}

/// A session that asks.
struct Asking<'a> {
    wire: &'a mut Wire,
    facts: &'a Facts,
}

impl Asking<'_> {
    fn server(&self) -> Server {
        self.facts.server
    }

    /// Temporary tables count as writing.
    async fn begin(&mut self) -> Result<(), BackendError> {
        self.run("SET SESSION TRANSACTION READ WRITE").await
    }

    async fn end(&mut self) -> Result<(), BackendError> {
        for setting in self.facts.further_settings() {
            self.run(setting).await?;
        }
        Ok(())
    }

    async fn run(&mut self, sql: &str) -> Result<(), BackendError> {
        self.facts.run(self.wire, sql, Rows::Drop).await.map(drop)
    }

    async fn fetch(&mut self, sql: &str) -> Result<Vec<retort_core::backend::Row>, BackendError> {
        self.facts.run(self.wire, sql, Rows::Keep).await
    }

    /// What the server shows of a clause: of a column, or the one clause beside
    /// the columns and the primary key.
    async fn clause(&mut self, table: &Table, column: Option<&Name>) -> Result<String, BackendError> {
        let table = temporary(table, column);
        let operation = Operation::CreateTable { table: table.clone(), if_not_exists: false };
        let name = SYNTAX.quote_identifier(table.name.name.as_str());
        let shown = match self.create(&operation).await {
            Ok(()) => self.fetch(&format!("SHOW CREATE TABLE {name}")).await,
            Err(error) => Err(error),
        };
        self.run(&format!("DROP TEMPORARY TABLE IF EXISTS {name}")).await?;
        let shown = shown?;
        let text = shown.first().and_then(|row| row.text(1)).unwrap_or_default();
        let is_clause = |line: &&str| match column {
            Some(column) => line.starts_with(&SYNTAX.quote_identifier(column.as_str())),
            None => !line.starts_with('`') && line.contains(&SYNTAX.quote_identifier(CLAUSE)),
        };
        // The server writes a clause a line, and escapes the ends of lines in it.
        let clause = text.lines().map(str::trim).find(is_clause);
        clause.map(|line| line.trim_end_matches(',').to_owned()).ok_or_else(nothing)
    }

    async fn create(&mut self, operation: &Operation) -> Result<(), BackendError> {
        let statements = render::render(std::slice::from_ref(operation), &Schema::default(), self.server())?;
        for statement in statements {
            let Some(rest) = statement.sql.strip_prefix("CREATE TABLE ") else {
                return Err(nothing());
            };
            let sql = format!("CREATE TEMPORARY TABLE {rest}");
            query::require_one(&sql)?;
            self.run(&sql).await?;
        }
        Ok(())
    }
}

/// The table as a temporary one has it, under its own name: the clause may
/// mention it.
fn temporary(table: &Table, asked: Option<&Name>) -> Table {
    let mut table = table.clone();
    table.options.retain(|option, _| matches!(option.as_str(), option::COLLATION | option::CHARSET));
    for column in &mut table.columns {
        column.options.retain(|option, _| option == option::CHARSET || option == option::SRID);
        // The server shows it together with what is asked for.
        column.nullable |= asked == Some(&column.name);
    }
    let is_key = |constraint: &Constraint| {
        matches!(constraint.kind, retort_core::schema::ConstraintKind::PrimaryKey(_))
    };
    for constraint in table.constraints.iter_mut().filter(|constraint| !is_key(constraint)) {
        constraint.name = Some(Name::new(CLAUSE));
    }
    for index in &mut table.indexes {
        index.name = Name::new(CLAUSE);
        index.options.clear();
    }
    table
}

/// The server does not show what it should.
fn nothing() -> BackendError {
    BackendError::new(BackendErrorKind::Introspect, "the server shows nothing of the definition")
}
