//! What happens during a run, as lines of talk.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use retort_core::{
    event::Event,
    plan::Direction,
    revision::{Revision, RevisionId, graph::RevisionGraph, target::Target},
};

use crate::{locale, ui::Ui};

/// Writes events as lines of talk, in Alembic's words where it has them.
pub(crate) struct Reporter<'a> {
    ui: &'a mut Ui,
}

impl<'a> Reporter<'a> {
    pub(crate) fn new(ui: &'a mut Ui) -> Self {
        Self { ui }
    }

    /// Writes an event of a run, which a terminal shows while it lasts.
    pub(crate) fn of_run(ui: &'a mut Ui, variables: &BTreeMap<OsString, OsString>) -> Self {
        let is_dumb = variables.get(OsStr::new("TERM")).is_some_and(|terminal| terminal == "dumb");
        ui.begin_run(locale::is_utf8(variables), is_dumb);
        Self { ui }
    }

    /// Writes an event.
    pub(crate) fn report(&mut self, event: Event<'_>) {
        match event {
            Event::Replanned { rows } => self.ui.say(format_args!(
                "another run came first: the database is at {}; going on from there",
                places(rows)
            )),
            Event::Resumed { revision, done, total } => self.ui.say(format_args!(
                "revision {} was interrupted after {done} of {total} statements; going on with the next",
                revision.id
            )),
            Event::DoubtSettled { revision, statement, took_effect } => {
                let did = if took_effect { "took effect before" } else { "did not take effect when" };
                let first = statement.lines().next().unwrap_or_default();
                self.ui.say(format_args!("`{first}` {did} revision {} was interrupted", revision.id));
            }
            Event::PathFound { revisions } => self.ui.expect(revisions),
            Event::RevisionStarted { revision, direction, statements: _ } => {
                let (id, parents) = (&revision.id, parents(revision));
                let (from, to) = match direction {
                    Direction::Upgrade => (&*parents, id.as_str()),
                    Direction::Downgrade => (id.as_str(), &*parents),
                };
                let message = revision.message.lines().next().unwrap_or_default();
                self.ui.start_step(&format!("Running {direction} {from} -> {to}"), message);
            }
            Event::RevisionFinished { revision: _, direction: _, elapsed } => {
                self.ui.finish_step(elapsed);
            }
            Event::Stamped { from, to } => {
                self.ui.say(format_args!("Running stamp_revision {} -> {}", join(from), join(to)));
            }
        }
    }

    /// Warns of a downgrade that could mean several branches.
    pub(crate) fn warn_if_ambiguous(&mut self, graph: &RevisionGraph, rows: &[RevisionId], target: &Target) {
        let rows = graph.ambiguous_downgrade(rows, target);
        if let [first, ..] = &*rows {
            self.ui.warn(format_args!(
                "downgrade {target} from multiple heads is ambiguous: the database is at {}; `{first}@{target}` names one",
                join(&rows)
            ));
        }
    }
}

impl Drop for Reporter<'_> {
    fn drop(&mut self) {
        self.ui.end_run();
    }
}

/// The parents of a revision; empty for a base, as Alembic writes it.
pub(crate) fn parents(revision: &Revision) -> String {
    join(&revision.parents)
}

/// Where a database is.
pub(crate) fn places(rows: &[RevisionId]) -> String {
    if rows.is_empty() { "base".to_owned() } else { join(rows) }
}

fn join(ids: &[RevisionId]) -> String {
    ids.iter().map(RevisionId::as_str).collect::<Vec<_>>().join(", ")
}
