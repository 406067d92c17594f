//! The seam that a database implements: [`Backend`] and [`Connection`].
//!
//! Neither trait has default bodies: a method that is forgotten must not
//! compile. A difference between databases is data ([`Syntax`],
//! [`Capabilities`]) or lives in a backend's `render` and `normalize`; nothing
//! in this crate matches on a backend's name.

mod batch;
mod capabilities;
mod definition;
mod error;
mod piece;
mod row;
mod url;

use std::{fmt::Debug, sync::Arc, time::Duration};

use async_trait::async_trait;

pub use batch::{Batch, BatchError, Executed, Guard, Statement};
pub use capabilities::{Capabilities, Feature};
pub use definition::Definition;
pub use error::{BackendError, BackendErrorKind};
pub use piece::{Condition, Piece, inserts_at};
pub use row::{Row, Value};
pub use url::{DatabaseUrl, InvalidUrl};

use crate::{
    operation::Operation,
    schema::{Name, QualifiedName, Schema},
    sql::Syntax,
};

/// What a database is, without a connection: pure and cheap. All offline work
/// needs only this.
#[async_trait]
pub trait Backend: Debug + Send + Sync + 'static {
    /// The name: `sqlite`. It is also the name in `@only`, and a lower-case
    /// word.
    fn name(&self) -> &'static str;

    /// Further names in `@only` that select it, the closest one first: `mysql`
    /// for MariaDB.
    fn family(&self) -> &'static [&'static str];

    /// The URL schemes that select this backend, the preferred one first.
    fn schemes(&self) -> &'static [&'static str];

    /// The lexical rules of its SQL.
    fn syntax(&self) -> &Syntax;

    /// What planning may ask of [`render`](Self::render).
    fn capabilities(&self) -> Capabilities;

    /// The namespace of names without one, where the session knows it: in a
    /// revision, `public.t` and `t` are then one table.
    fn default_namespace(&self) -> Option<Name>;

    /// Brings a schema into exactly the form that
    /// [`introspect`](Connection::introspect) would report after creating it.
    /// Only texts of which the server alone knows what it makes of them, such as
    /// queries of views, may stay as they are: those are up to
    /// [`canonicalize`](Connection::canonicalize).
    ///
    /// # Behavior
    ///
    /// - Normalizing twice is normalizing once.
    /// - Two schemas that the backend cannot tell apart normalize to equal ones.
    fn normalize(&self, schema: Schema) -> Result<Schema, BackendError>;

    /// Writes the statements that carry out one or more operations.
    ///
    /// `operations` is either a single operation or a run of operations that
    /// [alter the same table](Operation::altered_table), which a backend may
    /// carry out together. `before` is the schema before them, as far as it is
    /// known. The method does not change it; the caller applies the operations
    /// afterwards.
    ///
    /// # Behavior
    ///
    /// - An operation that the backend cannot carry out with the same effect as
    ///   elsewhere is [`BackendErrorKind::Unsupported`], never something near.
    /// - [`Operation::Raw`] is returned as it is, [`Operation::Dml`] as what means
    ///   the same here.
    fn render(&self, operations: &[Operation], before: &Schema) -> Result<Vec<Statement>, BackendError>;

    /// Applies what a statement under `@only` does to the schema, as far as its
    /// text tells.
    ///
    /// # Behavior
    ///
    /// - With [`Effect::Unknown`] the schema is unchanged; planning then refuses
    ///   to touch what the statement names until the database can be read again.
    fn interpret(&self, sql: &str, schema: &mut Schema) -> Effect;

    /// What takes back what a statement under `@only` sets for the session, so
    /// that no revision depends on which ones ran before it in the same one.
    fn resetting(&self, sql: &str) -> Option<Reset>;

    /// The backend as it is taken to be where there is no session to ask: of this
    /// version, as users write it, or of the oldest that is supported.
    fn offline(&self, version: Option<&str>) -> Result<Arc<dyn Backend>, BackendError>;

    /// Writes a piece of a script that the database's own client runs, with line
    /// ends.
    ///
    /// # Behavior
    ///
    /// - What the script leaves in the database is what a session would that ran
    ///   the same batches.
    /// - A condition that does not hold makes the script fail, and keeps what
    ///   follows in its batch from taking effect.
    /// - A batch that no client can run as one transaction is
    ///   [`BackendErrorKind::Unsupported`].
    fn write(&self, piece: Piece<'_>) -> Result<String, BackendError>;

    /// Opens a session.
    ///
    /// # Behavior
    ///
    /// - [`Access::Read`] creates nothing, not even an empty database file. A
    ///   missing database is [`BackendErrorKind::DatabaseMissing`].
    async fn connect(&self, url: &DatabaseUrl, access: Access) -> Result<Box<dyn Connection>, BackendError>;
}

/// One session with a database: all the I/O.
#[async_trait]
pub trait Connection: Debug + Send {
    /// The backend, narrowed to the real version and flavour of the server.
    fn backend(&self) -> Arc<dyn Backend>;

    /// Reads the schema with a fixed number of queries, however large it is.
    async fn introspect(&mut self, scope: &Scope) -> Result<Schema, BackendError>;

    /// Asks the server for the form of each definition: equal forms say that it
    /// takes two definitions for the same, in whatever words they are. What the
    /// words mean follows from the database as it is. Where texts are kept as
    /// they are, their [text](Definition::text) is their form.
    ///
    /// # Behavior
    ///
    /// - It leaves no trace, even if the process is killed, and needs a session
    ///   for [reading](Access::Read) only.
    /// - A definition that the server does not accept, or of which it cannot
    ///   tell the form, fails for itself. The call fails if none can be asked
    ///   for.
    async fn canonicalize(
        &mut self,
        definitions: &[Definition],
    ) -> Result<Vec<Result<String, BackendError>>, BackendError>;

    /// Runs a batch.
    ///
    /// # Behavior
    ///
    /// - If the batch is atomic, either all of it happens or nothing.
    /// - If not, the error says which statement failed; those before it stay.
    /// - The guard is checked in the same transaction, before the first
    ///   statement; a guard that fails means that nothing ran.
    async fn execute(&mut self, batch: &Batch) -> Result<Executed, BatchError>;

    /// Begins a transaction that lasts over the atomic batches that follow,
    /// until [`commit`](Self::commit). Without that, nothing of it happens.
    ///
    /// # Behavior
    ///
    /// - Batches within it see what those before them did. If one fails, the
    ///   transaction ends, and nothing of it remains.
    /// - It is [`BackendErrorKind::Unsupported`] where a change of the schema
    ///   commits by itself.
    async fn begin(&mut self) -> Result<(), BackendError>;

    /// Makes all that happened since [`begin`](Self::begin) last.
    async fn commit(&mut self) -> Result<(), BatchError>;

    /// Runs one query and returns its rows. Within a transaction that was begun
    /// it need not be able to.
    async fn fetch(&mut self, query: &Statement) -> Result<Vec<Row>, BackendError>;

    /// Keeps other runs out, until the session ends. There is no unlock to
    /// forget.
    ///
    /// # Behavior
    ///
    /// - A lock that is held elsewhere for longer than `wait` is
    ///   [`BackendErrorKind::LockTimeout`].
    /// - The lock of a process that died is free at once.
    /// - A backend whose lock has a gap between two batches relies on each
    ///   batch's [`Guard`] to notice that another run came in between.
    async fn lock(&mut self, name: &str, wait: Duration) -> Result<(), BackendError>;

    /// Brings the settings of the session back to what they were when it was
    /// opened. A run calls it between two revisions of which the first may have
    /// changed them: what a revision does must not depend on what ran before it
    /// in the same session.
    ///
    /// # Behavior
    ///
    /// - The [lock](Self::lock) stays.
    async fn reset(&mut self) -> Result<(), BackendError>;

    /// Ends the session.
    async fn close(self: Box<Self>) -> Result<(), BackendError>;
}

/// A statement that ends a setting of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// The statement.
    pub sql: String,
    /// Whether names mean something else until then. Such a setting ends with
    /// its block, any other with its revision.
    pub of_names: bool,
}

/// What is known of the effect of a statement under `@only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The schema shows it, or there is none to show.
    Known,
    /// The text does not tell.
    Unknown,
}

/// What a session is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading only; nothing is created.
    Read,
    /// Reading and writing; the database is created where the backend does
    /// that on connecting.
    Write,
}

/// What [`Connection::introspect`] looks at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Namespaces to read beside the default one.
    pub namespaces: Vec<Name>,
    /// Tables to leave out: Retort's own.
    pub exclude: Vec<QualifiedName>,
    /// The tables to read, with what is on them; none for everything. What
    /// they refer to may come with them.
    pub only: Option<Vec<QualifiedName>>,
}
