//! Setting the version table without running anything.

use std::collections::BTreeSet;

use super::{LOCK, MigrateError, Migrator, Outcome};
use crate::{
    backend::{BatchError, Connection},
    event::{Event, Observer},
    revision::{RevisionId, target::Target},
};

impl Migrator<'_> {
    /// Creates Retort's own tables where they are not there. Reports whether one
    /// was missing.
    pub async fn ensure_version(&self, connection: &mut dyn Connection) -> Result<bool, MigrateError> {
        if self.has_bookkeeping(connection).await? {
            return Ok(false);
        }
        connection.lock(LOCK, self.settings.lock_timeout).await?;
        // Another run may have come first.
        if self.has_bookkeeping(connection).await? {
            return Ok(false);
        }
        self.create_bookkeeping(connection).await?;
        Ok(true)
    }

    async fn has_bookkeeping(&self, connection: &mut dyn Connection) -> Result<bool, MigrateError> {
        let version_table = self.settings.version_table.read(connection).await?;
        Ok(version_table.is_some() && self.settings.journal.find(connection).await?.is_some())
    }

    /// Sets the version table to the targets. With `purge`, what it holds now
    /// is dropped first, even revisions that no file has.
    ///
    /// A revision that was interrupted counts as settled afterwards.
    pub async fn stamp(
        &self,
        connection: &mut dyn Connection,
        targets: &[Target],
        purge: bool,
        observer: &mut Observer<'_>,
    ) -> Result<Outcome, MigrateError> {
        connection.lock(LOCK, self.settings.lock_timeout).await?;
        loop {
            let found = self.settings.version_table.read(connection).await?;
            let journal_found = self.settings.journal.find(connection).await?;
            let rows = found.clone().unwrap_or_default();
            let from = if purge { Vec::new() } else { rows.clone() };
            // Everything that can be wrong with the targets is found before the
            // first write.
            let moves = self.graph.stamp_moves(&from, targets)?;
            let mut rows_after: BTreeSet<RevisionId> = from.into_iter().collect();
            for head_move in &moves {
                head_move.apply(&mut rows_after);
            }
            let rows_after: Vec<RevisionId> = rows_after.into_iter().collect();
            if found.is_none() || journal_found.is_none() {
                self.create_bookkeeping(connection).await?;
            }
            let batch = self.stamping(&*connection.backend(), &rows, &moves, &rows_after, purge);
            match connection.execute(&batch).await {
                Ok(_) => {
                    observer(Event::Stamped { from: &rows, to: &rows_after });
                    return Ok(Outcome { rows: rows_after, ..Outcome::default() });
                }
                // Another run came in between: look again.
                Err(BatchError::Guard { .. }) => {}
                Err(error) => return Err(MigrateError::Batch(error)),
            }
        }
    }
}
