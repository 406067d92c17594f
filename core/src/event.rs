//! What happens during a run, as values.
//!
//! [`migrate`](crate::migrate) reports through these; it never prints.

use std::time::Duration;

use crate::{
    backend::Statement,
    plan::Direction,
    revision::{Revision, RevisionId},
};

/// One thing that happened during a run.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Another run came first; this one goes on from where the database is now.
    Replanned {
        /// The rows of the version table now.
        rows: &'a [RevisionId],
    },
    /// An interrupted revision goes on where it stopped.
    Resumed {
        /// The revision.
        revision: &'a Revision,
        /// How many of its statements had run.
        done: usize,
        /// How many it has.
        total: usize,
    },
    /// It was not known whether a statement of an interrupted revision had taken
    /// effect; the catalog of the database told.
    DoubtSettled {
        /// The revision.
        revision: &'a Revision,
        /// The text of the statement.
        statement: &'a str,
        /// Whether all of it had.
        took_effect: bool,
    },
    /// It is known what runs. Comes again where another run came first.
    PathFound {
        /// How many revisions are still to run.
        revisions: usize,
    },
    /// A revision is about to run.
    RevisionStarted {
        /// The revision.
        revision: &'a Revision,
        /// Which way.
        direction: Direction,
        /// Its statements.
        statements: &'a [Statement],
    },
    /// A revision has run and is recorded.
    RevisionFinished {
        /// The revision.
        revision: &'a Revision,
        /// Which way.
        direction: Direction,
        /// How long it took.
        elapsed: Duration,
    },
    /// The version table was set without running anything.
    Stamped {
        /// The rows before.
        from: &'a [RevisionId],
        /// The rows after.
        to: &'a [RevisionId],
    },
}

/// Where events go.
pub type Observer<'a> = dyn FnMut(Event<'_>) + Send + 'a;
