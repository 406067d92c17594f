//! What a backend gives to the suite.

use std::{any::Any, error::Error, fmt, sync::Arc};

use async_trait::async_trait;
use retort_core::backend::{Backend, DatabaseUrl, Row};

/// A backend, and databases to try it on.
///
/// It is all that an author writes: [`run`](crate::run) does the rest.
pub trait Harness: Send + Sync + 'static {
    /// The backend under test.
    fn backend(&self) -> Arc<dyn Backend>;

    /// A database that is new and empty. Where connecting
    /// [creates](retort_core::backend::Capabilities::creates_database) the
    /// database, there is none yet at the URL.
    ///
    /// # Panics
    ///
    /// May panic where none can be had: the case then fails.
    fn database(&self) -> Database;

    /// Another driver on the database at that URL, to see with other eyes what
    /// the backend did. Without one, the cases that need it are skipped.
    fn witness(&self, url: &DatabaseUrl) -> Option<Box<dyn Witness>>;
}

/// A database that goes away with the value.
pub struct Database {
    url: DatabaseUrl,
    _keep: Box<dyn Any + Send + Sync>,
}

impl Database {
    /// The database at a URL, kept as long as the other value is not dropped.
    pub fn new(url: DatabaseUrl, keep: impl Any + Send + Sync) -> Self {
        Self { url, _keep: Box::new(keep) }
    }

    /// Its URL.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Database").field(&self.url).finish()
    }
}

/// What a witness cannot do.
pub type WitnessError = Box<dyn Error + Send + Sync>;

/// Another driver that reads a database.
#[async_trait]
pub trait Witness: Send {
    /// The names of all tables in the default namespace, in any order.
    async fn tables(&mut self) -> Result<Vec<String>, WitnessError>;

    /// The names of the columns of a table in the default namespace, in order.
    async fn columns(&mut self, table: &str) -> Result<Vec<String>, WitnessError>;

    /// The rows of a query. What is neither a number nor bytes comes as the
    /// text that the database writes for it.
    async fn rows(&mut self, query: &str) -> Result<Vec<Row>, WitnessError>;
}
