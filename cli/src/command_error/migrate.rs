//! Errors of runs.

use retort_core::{
    backend::{BackendErrorKind, BatchError},
    migrate::MigrateError,
    plan::{Direction, PlanError, PlanErrorKind},
    revision::RevisionId,
    script::SourceError,
};

use super::{CommandError, Excerpt, backend::backend_code};
use crate::{project::Project, reporter::places};

/// How much of a statement is shown.
const LONGEST_STATEMENT: usize = 300;

impl Project {
    /// Why a run failed, with the advice that the settings allow.
    pub(crate) fn migrate_error(&self, error: &MigrateError) -> CommandError {
        match error {
            MigrateError::Target(error) => self.target_error(error),
            MigrateError::HeadMove(error) => CommandError::new("version-table", error.to_string())
                .hint("`retort current` and `retort history -i` show where the database is"),
            MigrateError::Directory(error) => CommandError::from(error),
            MigrateError::Plan { revision, direction, error } => self.plan_error(revision, *direction, error),
            MigrateError::Statement { revision, direction, place, sql, total, earlier_remain, index, source } => {
                let described = describe_statement(revision, *direction, place.as_deref(), sql, source);
                let described = match kind_of(source) {
                    Some(BackendErrorKind::AlreadyExists) => {
                        self.advise(described, revision, *direction, Clash::Exists)
                    }
                    Some(BackendErrorKind::Missing) => {
                        self.advise(described, revision, *direction, Clash::Missing)
                    }
                    _ => described,
                };
                if *earlier_remain {
                    described.hint(format!(
                        "its first {index} of {total} statements remain in effect, and the journal knows; correct the rest, and `retort {direction} {revision}` goes on with it"
                    ))
                } else {
                    described
                }
            }
            MigrateError::Interrupted(interrupted) => {
                let state = if interrupted.in_doubt {
                    format!(
                        "{} of its {} statements ran, and nobody knows about the next: look whether it took effect",
                        interrupted.done, interrupted.total
                    )
                } else {
                    format!("{} of its {} statements ran", interrupted.done, interrupted.total)
                };
                CommandError::new("interrupted-revision", error.to_string())
                    .hint(format!("{state} (by {}, at {} UTC)", interrupted.actor, interrupted.started_at))
                    .hint(if interrupted.in_doubt {
                        format!(
                            "finish it by hand, then record where the database is: `retort stamp {}`",
                            interrupted.revision
                        )
                    } else {
                        format!("`retort {} {}` goes on with the rest", interrupted.direction, interrupted.revision)
                    })
            }
            MigrateError::Edited { interrupted, .. } => CommandError::new("interrupted-revision", error.to_string())
                .hint(format!(
                    "restore its file; or finish it by hand, then record where the database is: `retort stamp {}`",
                    interrupted.revision
                )),
            MigrateError::Moved { rows } => CommandError::new("moved", error.to_string()).hint(format!(
                "the database is at {}; `retort history -i` shows what is left to do",
                places(rows)
            )),
            MigrateError::Batch(error) => match error {
                BatchError::Statement { source, .. } | BatchError::Backend(source) => self.backend_error(source),
                BatchError::Guard { .. } | BatchError::Rows { .. } => {
                    CommandError::new("version-table", error.to_string())
                        .hint("`retort current` shows where the database is")
                }
            },
            MigrateError::Backend(error) => self.backend_error(error),
        }
    }

    fn plan_error(&self, revision: &RevisionId, direction: Direction, error: &PlanError) -> CommandError {
        let code = match error.kind() {
            PlanErrorKind::Source => "invalid-revision-file",
            PlanErrorKind::Unsupported => "unsupported",
            PlanErrorKind::AlreadyExists => "already-exists",
            PlanErrorKind::Missing => "missing",
            PlanErrorKind::Conflict => "conflict",
            PlanErrorKind::Unknown => "unknown-definition",
            PlanErrorKind::Irreversible => "irreversible",
        };
        let described = CommandError::source(code, error.source_error());
        match error.kind() {
            PlanErrorKind::AlreadyExists => self.advise(described, revision, direction, Clash::Exists),
            PlanErrorKind::Missing => self.advise(described, revision, direction, Clash::Missing),
            PlanErrorKind::Source
            | PlanErrorKind::Unsupported
            | PlanErrorKind::Conflict
            | PlanErrorKind::Unknown
            | PlanErrorKind::Irreversible => described,
        }
    }

    /// Says how to bring a database and its revisions together again.
    fn advise(
        &self,
        described: CommandError,
        revision: &RevisionId,
        direction: Direction,
        clash: Clash,
    ) -> CommandError {
        let described = described
            .hint("`retort current` and `retort history -i` show where the database is recorded to be");
        match (direction, clash) {
            (Direction::Upgrade, Clash::Exists) => described.hint(format!(
                "if the database has all that revision {revision} makes, record that: `retort stamp {revision}`; \
                 otherwise take what exists out of the revision"
            )),
            (Direction::Upgrade, Clash::Missing) => match self.parents(revision) {
                [] => described.hint("add what is missing to the revision, before the statement that needs it"),
                parents @ [first, ..] => described.hint(format!(
                    "if the database is without revision {} too, record that: `retort stamp {}`; otherwise add what \
                     is missing to revision {revision}, before the statement that needs it",
                    places(parents),
                    self.stamp_before(first)
                )),
            },
            (Direction::Downgrade, Clash::Exists | Clash::Missing) => described.hint(format!(
                "if the database is without revision {revision} already, record that: `retort stamp {}`",
                self.stamp_before(revision)
            )),
        }
    }

    /// What `stamp` takes for a database that is just without the revision.
    fn stamp_before(&self, revision: &RevisionId) -> String {
        let parents: Vec<&str> = self.parents(revision).iter().map(RevisionId::as_str).collect();
        if parents.is_empty() { "base".to_owned() } else { parents.join(" ") }
    }

    fn parents(&self, revision: &RevisionId) -> &[RevisionId] {
        self.graph.get(revision.as_str()).map(|revision| &*revision.parents).unwrap_or_default()
    }
}

/// How the database differs from what a revision expects.
enum Clash {
    Exists,
    Missing,
}

/// A statement that failed: what the database said, with the place in the file
/// or the text of the statement.
fn describe_statement(
    revision: &RevisionId,
    direction: Direction,
    place: Option<&SourceError>,
    sql: &str,
    error: &BatchError,
) -> CommandError {
    let code = kind_of(error).map_or("row-count", backend_code);
    let message = format!("{direction} of revision {revision} failed: {}", error.root());
    let described = CommandError::new(code, message).with_sources_of(error.root());
    match place {
        Some(place) => described.at(Some(Excerpt::of(place))),
        None if sql.is_empty() => described,
        None => {
            let end = sql.floor_char_boundary(LONGEST_STATEMENT);
            let more = if end < sql.len() { " …" } else { "" };
            described.hint(format!("the statement is: {}{more}", &sql[..end]))
        }
    }
}

fn kind_of(error: &BatchError) -> Option<BackendErrorKind> {
    match error {
        BatchError::Statement { source, .. } | BatchError::Backend(source) => Some(source.kind()),
        BatchError::Guard { .. } | BatchError::Rows { .. } => None,
    }
}
