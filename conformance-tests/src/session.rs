//! A connection to a database, with what laws do to it.

use std::sync::Arc;

use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Connection, DatabaseUrl,
        Executed, Row, Scope, Statement,
    },
    operation::Operation,
    schema::Schema,
};

use crate::{
    case::{Stop, Verdict, chain},
    context::Context,
    harness::{Database, Harness, Witness},
};

/// A connection to a database that it keeps alive.
pub(crate) struct Session {
    // The connection goes before its database does.
    pub(crate) connection: Box<dyn Connection>,
    /// The backend as the server narrowed it.
    pub(crate) backend: Arc<dyn Backend>,
    harness: Arc<dyn Harness>,
    database: Arc<Database>,
}

/// Why operations were not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The backend does not do that. Nothing was tried.
    Unsupported(BackendError),
    /// It failed with another error before anything was tried.
    Render(BackendError),
    /// The database refused one of these statements.
    Run(Vec<String>, BatchError),
}

impl Session {
    /// A session with a new database.
    pub(crate) async fn new(context: &Context) -> Verdict<Self> {
        Self::open(Arc::clone(&context.harness), Arc::new(context.database()), Access::Write).await
    }

    async fn open(harness: Arc<dyn Harness>, database: Arc<Database>, access: Access) -> Verdict<Self> {
        let connection = harness.backend().connect(database.url(), access).await?;
        let backend = connection.backend();
        Ok(Self { connection, backend, harness, database })
    }

    /// Another session with the same database.
    pub(crate) async fn another(&self, access: Access) -> Verdict<Self> {
        Self::open(Arc::clone(&self.harness), Arc::clone(&self.database), access).await
    }

    /// The URL of the database.
    pub(crate) fn url(&self) -> &DatabaseUrl {
        self.database.url()
    }

    /// Another driver on the same database, if there is one.
    pub(crate) fn witness(&self) -> Option<Box<dyn Witness>> {
        self.harness.witness(self.database.url())
    }

    /// The identifier in the quotes of the backend.
    pub(crate) fn quote(&self, identifier: &str) -> String {
        self.backend.syntax().quote_identifier(identifier)
    }

    /// The text as a literal of the backend.
    pub(crate) fn literal(&self, text: &str) -> String {
        self.backend.syntax().quote_literal(text)
    }

    /// Everything in the namespaces that the schema has.
    pub(crate) async fn introspect(&mut self, model: &Schema) -> Verdict<Schema> {
        let scope = Scope { namespaces: model.namespaces.iter().cloned().collect(), ..Scope::default() };
        Ok(self.connection.introspect(&scope).await?)
    }

    /// Runs statements as one atomic batch.
    pub(crate) async fn execute(&mut self, statements: &[&str]) -> Result<Executed, BatchError> {
        let statements = statements.iter().map(|sql| Statement::new(*sql)).collect();
        self.connection.execute(&Batch::atomic(statements)).await
    }

    /// Runs a change of the schema, in a transaction if that is possible.
    pub(crate) async fn change(&mut self, sql: &str) -> Result<Executed, BatchError> {
        let atomic = self.backend.capabilities().transactional_ddl;
        let batch = Batch { atomic, ..Batch::atomic(vec![Statement::new(sql)]) };
        self.connection.execute(&batch).await
    }

    /// Runs statements of the laws themselves, which must not fail.
    pub(crate) async fn run(&mut self, statements: &[&str]) -> Verdict {
        match self.execute(statements).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Stop::from(error).while_doing(|| statements.join(";\n"))),
        }
    }

    /// The rows of a query, in a fixed order.
    pub(crate) async fn rows(&mut self, query: &str) -> Verdict<Vec<Row>> {
        let rows = self.connection.fetch(&Statement::new(query)).await;
        let mut rows = rows.map_err(|error| Stop::from(error).while_doing(|| query.to_owned()))?;
        rows.sort_by_key(|row| format!("{row:?}"));
        Ok(rows)
    }

    /// Renders operations, and runs what comes of them.
    pub(crate) async fn carry_out(
        &mut self,
        operations: &[Operation],
        before: &Schema,
    ) -> Result<Vec<String>, Refusal> {
        let statements = match self.backend.render(operations, before) {
            Ok(statements) => statements,
            Err(error) if error.kind() == BackendErrorKind::Unsupported => {
                return Err(Refusal::Unsupported(error));
            }
            Err(error) => return Err(Refusal::Render(error)),
        };
        let written: Vec<String> = statements.iter().map(|statement| statement.sql.clone()).collect();
        match self.run_rendered(statements).await {
            Ok(()) => Ok(written),
            Err(error) => Err(Refusal::Run(written, error)),
        }
    }

    /// Runs statements in transactions as far as they may be in one.
    pub(crate) async fn run_rendered(&mut self, statements: Vec<Statement>) -> Result<(), BatchError> {
        for run in statements.chunk_by(|left, right| left.transactional == right.transactional) {
            let atomic = run.iter().all(|statement| statement.transactional);
            self.connection.execute(&Batch { guard: None, statements: run.to_vec(), atomic }).await?;
        }
        Ok(())
    }

    /// Ends the session in good order.
    pub(crate) async fn close(self) -> Verdict {
        Ok(self.connection.close().await?)
    }
}

impl From<Refusal> for Stop {
    /// What a backend does not do is skipped.
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unsupported(error) => Self::skipped(format!("unsupported: {error}")),
            Refusal::Render(error) => {
                Self::failed(format!("it cannot be rendered ({:?}): {}", error.kind(), chain(&error)))
            }
            Refusal::Run(statements, error) => {
                Self::failed(format!("{}\nof\n{}", chain(&error), statements.join(";\n")))
            }
        }
    }
}
