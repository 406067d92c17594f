//! Sends the queries, and takes their rows.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use retort_core::backend::{BackendError, Scope};
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage, types::Type};

use super::{
    failed,
    queries::{self, Reach},
    rows::{
        ColumnRow, ConstraintRow, EnumRow, FromRow, IndexRow, NamespaceRow, RelationRow, SequenceRow,
        UnmanagedRow,
    },
    unmanaged_queries,
};
use crate::server::Server;

/// What the catalog has.
pub(super) struct Catalog {
    pub(super) namespaces: Vec<NamespaceRow>,
    pub(super) enums: Vec<EnumRow>,
    pub(super) relations: Vec<RelationRow>,
    pub(super) columns: Vec<ColumnRow>,
    pub(super) constraints: Vec<ConstraintRow>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) sequences: Vec<SequenceRow>,
    pub(super) unmanaged: Vec<UnmanagedRow>,
}

impl Catalog {
    /// Reads the catalog in one snapshot.
    ///
    /// Within a transaction of the session, the snapshots are those of that
    /// transaction, and its settings are what they were afterwards.
    ///
    /// # Errors
    ///
    /// Fails with [`BackendErrorKind::Introspect`] if a query does.
    ///
    /// [`BackendErrorKind::Introspect`]: retort_core::backend::BackendErrorKind::Introspect
    pub(super) async fn read(client: &Client, scope: &Scope, server: Server) -> Result<Self, BackendError> {
        let (begin, end) = match is_idle(client).await.map_err(failed)? {
            true => (queries::BEGIN, queries::COMMIT),
            false => (queries::SAVEPOINT, queries::ROLLBACK),
        };
        let tables = Tables::of(scope);
        let reach = tables.reach();
        let texts = [
            queries::NAMESPACES.to_owned(),
            queries::ENUMS.to_owned(),
            queries::relations(reach),
            queries::columns(reach, server),
            queries::constraints(reach, server),
            queries::indexes(reach, server),
            queries::sequences(reach),
            unmanaged_queries::unmanaged(reach),
        ];
        let mut answers: Vec<Answer<'_>> = vec![
            Box::pin(done(client.batch_execute(begin))),
            Box::pin(done(client.batch_execute(queries::SETTINGS))),
        ];
        for text in &texts {
            let parameters = if text.contains("$1") { tables.parameters() } else { Vec::new() };
            answers.push(Box::pin(async move { client.query_typed(text, &parameters).await }));
        }
        answers.push(Box::pin(done(client.batch_execute(end))));
        let mut answers = all(answers).await.into_iter();
        for _ in [begin, queries::SETTINGS] {
            next(&mut answers)?;
        }
        let catalog = Self {
            namespaces: rows(next(&mut answers)?)?,
            enums: rows(next(&mut answers)?)?,
            relations: rows(next(&mut answers)?)?,
            columns: rows(next(&mut answers)?)?,
            constraints: rows(next(&mut answers)?)?,
            indexes: rows(next(&mut answers)?)?,
            sequences: rows(next(&mut answers)?)?,
            unmanaged: rows(next(&mut answers)?)?,
        };
        next(&mut answers)?;
        Ok(catalog)
    }
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>> + Send + 'a>>;

/// Sends all statements before the first answer is awaited: the client sends
/// when a future is first polled. The transaction ends even if nobody waits.
async fn all(mut answers: Vec<Answer<'_>>) -> Vec<Result<Vec<Row>, Error>> {
    let mut early = Vec::new();
    for answer in &mut answers {
        early.push(poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await);
    }
    let mut results = Vec::new();
    for (answer, early) in answers.into_iter().zip(early) {
        results.push(match early {
            Poll::Ready(result) => result,
            Poll::Pending => answer.await,
        });
    }
    results
}

/// The answer to a statement that returns no rows.
async fn done(statement: impl Future<Output = Result<(), Error>>) -> Result<Vec<Row>, Error> {
    statement.await.map(|()| Vec::new())
}

fn next(answers: &mut impl Iterator<Item = Result<Vec<Row>, Error>>) -> Result<Vec<Row>, BackendError> {
    answers.next().unwrap_or_else(|| Ok(Vec::new())).map_err(failed)
}

fn rows<T: FromRow>(rows: Vec<Row>) -> Result<Vec<T>, BackendError> {
    rows.iter().map(T::from_row).collect::<Result<_, _>>().map_err(failed)
}

/// Whether the session is in no transaction.
async fn is_idle(client: &Client) -> Result<bool, Error> {
    let messages = client.simple_query(queries::PROBE).await?;
    Ok(messages.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0) == Some("t"),
        _ => false,
    }))
}

/// The tables that are read, as parameters.
struct Tables<'a>(Option<(Vec<Option<&'a str>>, Vec<&'a str>)>);

impl<'a> Tables<'a> {
    fn of(scope: &'a Scope) -> Self {
        Self(scope.only.as_ref().map(|only| {
            let namespaces = only.iter().map(|name| name.namespace.as_ref().map(|name| name.as_str()));
            (namespaces.collect(), only.iter().map(|name| name.name.as_str()).collect())
        }))
    }

    fn reach(&self) -> Reach {
        if self.0.is_some() { Reach::Tables } else { Reach::Everything }
    }

    fn parameters(&self) -> Vec<(&(dyn tokio_postgres::types::ToSql + Sync), Type)> {
        match &self.0 {
            Some((namespaces, names)) => vec![(namespaces, Type::TEXT_ARRAY), (names, Type::TEXT_ARRAY)],
            None => Vec::new(),
        }
    }
}
