//! Runs that die: whenever it happens, the next run ends where an undisturbed
//! one would have.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use retort_core::{
    backend::{
        Access, Backend, BackendError, BackendErrorKind, Batch, BatchError, Connection, Definition, Executed,
        Row, Scope, Statement,
    },
    schema::Schema,
};

use super::{HISTORY, is_complete};
use crate::{
    case::{Case, Stop, Verdict, case, ensure},
    context::Context,
    project::Project,
    session::Session,
};

pub(super) fn cases() -> Vec<Case> {
    vec![case!("crash::before_each_batch", before), case!("crash::after_each_batch", after)]
}

async fn before(context: &Context) -> Verdict {
    each_batch(context, false).await
}

/// The database did it, but the answer is lost.
async fn after(context: &Context) -> Verdict {
    each_batch(context, true).await
}

async fn each_batch(context: &Context, after: bool) -> Verdict {
    for batches in 0.. {
        let project = Project::new(HISTORY);
        let mut session = Session::new(context).await?;
        let mut mortal = Mortal {
            inner: Some(context.connect(session.url(), Access::Write).await?),
            backend: Arc::clone(&session.backend),
            batches,
            after,
        };
        let died = project.upgrade(&mut mortal, "head").await.is_err();
        let told = |stop: Stop| stop.while_doing(|| format!("after a run that died at batch {batches}"));
        ensure!(died == mortal.inner.is_none(), "the run ended well although it died");
        drop(mortal);
        let finished = project.upgrade(&mut *session.connection, "head").await;
        finished.map_err(|failure| told(failure.error.into()))?;
        is_complete(&mut session, &project).await.map_err(told)?;
        session.close().await?;
        if !died {
            // It came to its end.
            ensure!(batches > HISTORY.len(), "a run of {} revisions has {batches} batches", HISTORY.len());
            return Ok(());
        }
    }
    Ok(())
}

/// A connection that ends at a batch, as if the process was killed.
#[derive(Debug)]
struct Mortal {
    inner: Option<Box<dyn Connection>>,
    backend: Arc<dyn Backend>,
    /// How many batches it lives through.
    batches: usize,
    /// Whether the last one still happens.
    after: bool,
}

impl Mortal {
    fn alive(&mut self) -> Result<&mut Box<dyn Connection>, BackendError> {
        self.inner.as_mut().ok_or_else(killed)
    }
}

#[async_trait]
impl Connection for Mortal {
    fn backend(&self) -> Arc<dyn Backend> {
        Arc::clone(&self.backend)
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError> {
        self.alive()?.introspect(scope).await
    }

    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError> {
        self.alive()?.canonicalize(definitions).await
    }

    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError> {
        if self.batches > 0 {
            self.batches -= 1;
            return self.alive()?.execute(batch).await;
        }
        if self.after
            && let Some(inner) = &mut self.inner
        {
            inner.execute(batch).await?;
        }
        // Nothing is said to the database.
        self.inner = None;
        Err(killed().into())
    }

    async fn begin(&mut self) -> Result<(), BackendError> {
        self.alive()?.begin().await
    }

    async fn commit(&mut self) -> Result<(), BatchError> {
        self.alive()?.commit().await
    }

    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError> {
        self.alive()?.fetch(query).await
    }

    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError> {
        self.alive()?.lock(name, wait).await
    }

    async fn reset(&mut self) -> Result<(), BackendError> {
        self.alive()?.reset().await
    }

    async fn close(mut self: Box<Self>) -> Result<(), BackendError> {
        match self.inner.take() {
            Some(inner) => inner.close().await,
            None => Ok(()),
        }
    }
}

fn killed() -> BackendError {
    BackendError::new(BackendErrorKind::Connect, "the process was killed")
}
