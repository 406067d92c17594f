//! Errors of runs.

use retort_core::{
    backend::{BackendErrorKind, BatchError},
    journal::Interrupted,
    migrate::MigrateError,
    plan::{Direction, PlanError, PlanErrorKind},
    revision::RevisionId,
    script::SourceError,
};

use super::{
    CommandError, Excerpt,
    backend::{ADVICE_ON_LOCKS, ADVICE_ON_RIGHTS, ADVICE_ON_STORAGE, backend_code, show_statement},
};
use crate::{project::Project, reporter::places};

impl Project {
    /// Why a run failed, with the advice that the settings allow.
    pub(crate) fn migrate_error(&self, error: &MigrateError) -> CommandError {
        match error {
            MigrateError::Target(error) => self.target_error(error),
            MigrateError::HeadMove(error) => CommandError::new("version-table", error.to_string())
                .hint("`retort current` and `retort history -i` show where the database is"),
            MigrateError::Directory(error) => CommandError::from(error),
            MigrateError::Plan { revision, direction, error } => self.plan_error(revision, *direction, error),
            MigrateError::Statement { source: BatchError::Statement { source, .. }, earlier_remain: false, .. }
                if is_of_database(source.kind()) =>
            {
                self.backend_error(source)
            }
            MigrateError::Statement { revision, direction, place, sql, total, earlier_remain, index, source } => {
                let described = describe_statement(revision, *direction, place.as_deref(), sql, source);
                let described = match kind_of(source) {
                    Some(BackendErrorKind::Storage) => described.hint(ADVICE_ON_STORAGE),
                    Some(BackendErrorKind::LockTimeout) => described.hint(ADVICE_ON_LOCKS),
                    Some(BackendErrorKind::Permission) => described.hint(ADVICE_ON_RIGHTS),
                    // Neither recording the revision nor recording less would
                    // be true of one that is half done.
                    _ if *earlier_remain => described,
                    Some(BackendErrorKind::AlreadyExists) => {
                        self.advise(described, revision, *direction, Clash::Exists)
                    }
                    Some(BackendErrorKind::Missing) => {
                        self.advise(described, revision, *direction, Clash::Missing)
                    }
                    _ => described,
                };
                if !*earlier_remain {
                    return described;
                }
                let goes_on = match kind_of(source).is_some_and(is_of_environment) {
                    true => format!("; `retort {direction} {revision}` goes on with the rest"),
                    false => format!("; correct the rest, in as many statements as before, and `retort {direction} {revision}` goes on with it"),
                };
                described.hint(format!(
                    "its first {index} of {total} statements remain in effect, and the journal knows{goes_on}"
                ))
            }
            MigrateError::Interrupted { interrupted, place } => self.interrupted_error(error, interrupted, place.as_deref()),
            MigrateError::Edited { interrupted, .. } => CommandError::new("interrupted-revision", error.to_string())
                .hint(format!(
                    "let it have {} statements again, of which the first {} ran; or finish it by hand, then record where the database is: `retort stamp {}`",
                    interrupted.total, interrupted.done, interrupted.revision
                )),
            MigrateError::OtherValues { interrupted, keys } => {
                let Interrupted { revision, done, total, actor, started_at, .. } = &**interrupted;
                let wanted: Vec<String> = keys.iter().map(|key| format!("-x {key}=VALUE")).collect();
                let wanted = if keys.is_empty() { "nothing with `-x`".to_owned() } else { format!("`{}`", wanted.join(" ")) };
                CommandError::new("interrupted-revision", error.to_string())
                    .hint(format!("{done} of its {total} statements ran with them (by {actor}, at {started_at} UTC): give {wanted}, the same as then, and it goes on with the rest"))
                    .hint(format!("or finish it by hand, then record where the database is: `retort stamp {revision}`"))
            }
            MigrateError::DdlCommits { .. } => CommandError::new("one-transaction", error.to_string())
                .hint("set `transaction = \"per-revision\"` for this environment, or `RETORT_TRANSACTION=per-revision`: what ran is known to the statement"),
            MigrateError::HalfDone { interrupted } => {
                let Interrupted { revision, direction, .. } = &**interrupted;
                CommandError::new("one-transaction", error.to_string())
                    .hint(format!("finish it first: `RETORT_TRANSACTION=per-revision retort {direction} {revision}`"))
            }
            MigrateError::Moved { .. } => CommandError::new("moved", error.to_string())
                .hint("`retort history -i` shows what is left to do"),
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

    fn interrupted_error(
        &self,
        error: &MigrateError,
        interrupted: &Interrupted,
        place: Option<&SourceError>,
    ) -> CommandError {
        let Interrupted {
            row: _,
            revision,
            direction,
            done,
            total,
            in_doubt,
            actor,
            started_at,
            values: _,
            tag,
        } = interrupted;
        let described = match place {
            Some(place) => CommandError::source("interrupted-revision", place),
            None => CommandError::new("interrupted-revision", error.to_string()),
        };
        let tag = tag.as_ref().map_or_else(String::new, |tag| format!(", tagged {tag}"));
        let before = if *in_doubt { " before it" } else { "" };
        let described = described.hint(format!(
            "{done} of its {total} statements ran{before} (by {actor}, at {started_at} UTC){tag}"
        ));
        if !in_doubt {
            return described.hint(format!("`retort {direction} {revision}` goes on with the rest"));
        }
        let parents = self.graph.get(revision.as_str()).map(|revision| revision.parents.as_slice());
        let below = match parents.unwrap_or_default() {
            [] => "base".to_owned(),
            parents => parents.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(" "),
        };
        let (finished, undone) = match direction {
            Direction::Upgrade => (revision.as_str(), below.as_str()),
            Direction::Downgrade => (below.as_str(), revision.as_str()),
        };
        described
            .hint(format!("look whether it took effect; finish the rest by hand, and record it: `retort stamp {finished}`"))
            .hint(format!("or undo by hand what ran, and record that: `retort stamp {undone}`"))
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
            PlanErrorKind::ValueMissing => "missing-value",
        };
        let described = CommandError::source(code, error.source_error());
        match error.kind() {
            PlanErrorKind::AlreadyExists => self.advise(described, revision, direction, Clash::Exists),
            PlanErrorKind::Missing => self.advise(described, revision, direction, Clash::Missing),
            PlanErrorKind::Source
            | PlanErrorKind::Unsupported
            | PlanErrorKind::Conflict
            | PlanErrorKind::Unknown
            | PlanErrorKind::Irreversible
            | PlanErrorKind::ValueMissing => described,
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
        None => described.hint(show_statement(sql)),
    }
}

/// Whether the failure is one of the database as a whole, whichever statement
/// it came upon.
fn is_of_database(kind: BackendErrorKind) -> bool {
    matches!(
        kind,
        BackendErrorKind::Connect
            | BackendErrorKind::NotADatabase
            | BackendErrorKind::ReadOnly
            | BackendErrorKind::Storage
    )
}

/// Whether the failure lies in the database, its rights or another session: no
/// statement is at fault.
fn is_of_environment(kind: BackendErrorKind) -> bool {
    is_of_database(kind)
        || matches!(
            kind,
            BackendErrorKind::LockTimeout | BackendErrorKind::Permission | BackendErrorKind::Interrupted
        )
}

fn kind_of(error: &BatchError) -> Option<BackendErrorKind> {
    match error {
        BatchError::Statement { source, .. } | BatchError::Backend(source) => Some(source.kind()),
        BatchError::Guard { .. } | BatchError::Rows { .. } => None,
    }
}
