//! What a law works with: the harness, and settings.

use std::sync::Arc;

use retort_core::backend::{Access, Backend, BackendError, Connection, DatabaseUrl, Feature};
use tokio::runtime::Builder;

use crate::{
    Settings,
    case::{Stop, Verdict},
    harness::{Database, Harness},
};

/// What a law works with.
pub(crate) struct Context {
    pub(crate) harness: Arc<dyn Harness>,
    pub(crate) settings: Settings,
}

impl Context {
    /// The backend, without a connection.
    pub(crate) fn backend(&self) -> Arc<dyn Backend> {
        self.harness.backend()
    }

    /// A new database.
    pub(crate) fn database(&self) -> Database {
        self.harness.database()
    }

    /// A session with a database.
    pub(crate) async fn connect(
        &self,
        url: &DatabaseUrl,
        access: Access,
    ) -> Result<Box<dyn Connection>, BackendError> {
        self.backend().connect(url, access).await
    }

    /// Waits for a future, on this thread and with a runtime of its own.
    pub(crate) fn block_on<F: Future>(&self, future: F) -> F::Output {
        block_on(future)
    }
}

/// Waits for a future, on this thread and with a runtime of its own.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let output = runtime.block_on(future);
    // What a connection left running is not worth waiting for.
    runtime.shutdown_background();
    output
}

/// Skips the case unless the backend has the feature.
pub(crate) fn require(backend: &dyn Backend, feature: Feature) -> Verdict {
    if backend.capabilities().has(feature) {
        return Ok(());
    }
    Err(Stop::skipped(format!("{} has no {feature}", backend.name())))
}
