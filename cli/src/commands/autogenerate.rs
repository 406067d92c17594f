//! What `revision --autogenerate` and `check` share: what the database lacks of
//! the models.

mod desired;
mod observe;
mod settle;
mod sides;

use std::{mem, sync::Arc};

use clap::Args;
use retort_core::{
    autogenerate::{self, Comparison, Side, Spelling, detected},
    backend::Backend,
    diff::{Diff, RenameCandidate, Renames},
    migrate::{self, Implied, Migrator},
    models::{ModelObject, Places},
    plan::PlanSettings,
    revision::RevisionId,
    schema::{QualifiedName, Schema, Unmanaged},
    script::portable::NamespaceMap,
};
use serde::Serialize;
use serde_json::{Value, json};

use self::desired::Desired;
use super::Context;
use crate::{command_error::CommandError, project::Project, ui::Ui};
pub(super) use observe::{Limit, Observed};
pub(super) use settle::{Origin, Referee};
use sides::{Gathered, Schemas, Sides, free};

/// What is the model, where it is not the directory of models.
#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// Take another database for the model, instead of the directory of models
    #[arg(long, value_name = "URL", conflicts_with = "from_env")]
    from_url: Option<String>,

    /// Take the database of another environment for the model
    #[arg(long, value_name = "NAME")]
    from_env: Option<String>,
}

impl ModelArgs {
    /// Whether the directory of models is the model.
    fn is_directory(&self) -> bool {
        self.from_url.is_none() && self.from_env.is_none()
    }

    /// Refuses the options where nothing is compared.
    pub(super) fn refuse_alone(&self) -> Result<(), CommandError> {
        let given = match self {
            Self { from_url: Some(_), .. } => "--from-url",
            Self { from_env: Some(_), .. } => "--from-env",
            Self { from_url: None, from_env: None } => return Ok(()),
        };
        Err(CommandError::new("usage", format!("{given} is about what `--autogenerate` compares"))
            .with_status(crate::ExitStatus::Usage)
            .hint("add `--autogenerate`, or leave it out"))
    }
}

/// What differs, and what is needed to write it down.
pub(super) struct Pending {
    backend: Arc<dyn Backend>,
    settings: PlanSettings,
    start: Schema,
    before: Side,
    after: Side,
    spelling: Spelling,
    limit: Limit,
    upgrade: Diff,
    /// What may be a rename and is not taken for one.
    candidates: Vec<RenameCandidate>,
    places: Places,
    /// What is in the database and outside the model.
    outside: Vec<Unmanaged>,
    /// What the models say of that and the database does not have.
    missing: Vec<Unmanaged>,
    /// What only its text could be compared of.
    unsettled: Vec<String>,
}

/// Compares the database with the models. Asks what is a rename, if that is
/// wanted.
pub(super) fn find(
    project: &Project,
    args: &ModelArgs,
    ask: bool,
    context: &mut Context<'_>,
) -> Result<Pending, CommandError> {
    let Gathered { observed, implied, desired } = Gathered::read(project, args, context)?;
    observed.require_up_to_date(project)?;
    let Observed { backend, rows, schema: start } = observed;
    let settings = project.plan_settings(context, &*backend)?;
    let implied = implied.map_err(|error| project.migrate_error(&error))?;
    let desired = match desired {
        Some(read) => read.map_err(|error| desired::model_error(project, &error))?,
        None => Desired::of_database(args, &*backend, context)?,
    };
    let is_spelled_otherwise = implied.may_name_namespaces || desired.may_name_namespaces();
    let spelling = match &settings.namespaces {
        NamespaceMap::Prefix { .. } if is_spelled_otherwise => {
            let native = PlanSettings { namespaces: NamespaceMap::Native, ..settings.clone() };
            let made = self::implied(project, context, &*backend, &native, &rows)?.schema;
            Spelling::new(&made, &desired.files, &settings.namespaces)
        }
        NamespaceMap::Prefix { .. } | NamespaceMap::Native | NamespaceMap::Relative { .. } => {
            Spelling::default()
        }
    };
    let Desired { schema: wanted, files: _, mut renames, places } = desired;
    let mut implied = implied.schema;
    if !args.is_directory() {
        // The other database writes queries out as this one does.
        implied.views.clear();
    }

    let mut limit = Limit::new(project, &context.own_namespaces(project));
    limit.add(&start);
    limit.add(&wanted);
    limit.add(&implied);
    limit.keep(&wanted);
    let sides =
        Sides::new(project, &backend, &settings, &limit, Schemas { start, implied, wanted: &wanted })?;
    let Sides { start, before, after, unsettled } = sides;
    let is_bare = |schema: &Schema| schema.tables.is_empty() && schema.views.is_empty();
    if is_bare(&after.normal) && !is_bare(&before.normal) {
        return Err(desired::nothing(project, "no table and no view"));
    }
    require_comparable(&before.normal, &after.normal)?;

    let compare = |renames: &Renames| {
        autogenerate::compare(&before, &after, renames, &*backend).map_err(|error| {
            CommandError::new("models", error.to_string())
                .with_sources_of(&error)
                .hint("correct the models, or write this part of the revision by hand")
        })
    };
    let mut upgrade = compare(&renames)?;
    let mut declined: Vec<RenameCandidate> = Vec::new();
    let open = |upgrade: &Diff, declined: &[RenameCandidate]| {
        let mut candidates = upgrade.candidates.iter();
        candidates.find(|candidate| ask && !declined.contains(candidate)).cloned()
    };
    while let Some(candidate) = open(&upgrade, &declined) {
        if context.ui.confirm(format_args!("{candidate}. Is it renamed?"))? {
            candidate.accept(&mut renames);
            upgrade = compare(&renames)?;
        } else {
            declined.push(candidate);
        }
    }
    let candidates = if ask { Vec::new() } else { upgrade.candidates.clone() };
    let outside: Vec<Unmanaged> = before.normal.unmanaged.clone();
    let missing = missing(&wanted, &start, &before, &after);
    Ok(Pending {
        backend,
        settings,
        start,
        before,
        after,
        spelling,
        limit,
        upgrade,
        candidates,
        places,
        outside,
        missing,
        unsettled,
    })
}

/// What the models say of objects outside the model, and the database lacks.
fn missing(wanted: &Schema, start: &Schema, before: &Side, after: &Side) -> Vec<Unmanaged> {
    let is_in = |list: &[Unmanaged], object: &Unmanaged| {
        list.iter().any(|other| other.kind == object.kind && other.name == object.name)
    };
    // What a new table brings along is created with it.
    let comes_along = |object: &Unmanaged| {
        let is_new = |table| !before.normal.tables.contains_key(table);
        is_in(&after.own, object) && object.table.as_ref().is_some_and(is_new)
    };
    let missing = wanted.unmanaged.iter();
    missing.filter(|object| !is_in(&start.unmanaged, object) && !comes_along(object)).cloned().collect()
}

/// Refuses models of what is in the database, but outside of what can be
/// compared: to create it would fail.
fn require_comparable(before: &Schema, after: &Schema) -> Result<(), CommandError> {
    // Some are about a view that can be compared, such as its options.
    let is_known = |name: &QualifiedName| before.tables.contains_key(name) || before.views.contains_key(name);
    let is_relation = |object: &&Unmanaged| {
        object.table.is_none()
            && !is_known(&object.name)
            && (object.kind.ends_with("table") || object.kind.ends_with("view"))
    };
    let mut relations = before.unmanaged.iter().filter(is_relation);
    let is_wanted = |object: &&Unmanaged| {
        after.tables.contains_key(&object.name) || after.views.contains_key(&object.name)
    };
    match relations.find(is_wanted) {
        None => Ok(()),
        Some(Unmanaged { kind, name, .. }) => Err(CommandError::new(
            "not-comparable",
            format!("{name} is in the models, and in the database as {kind}, which cannot be compared"),
        )
        .hint(format!("if the user lacks a right to see it, such as SHOW VIEW, grant that; or leave it out: `exclude = [\"{name}\"]`"))),
    }
}

impl Pending {
    /// Whether there is nothing that a revision could do.
    pub(super) fn is_empty(&self) -> bool {
        self.upgrade.changes.is_empty()
    }

    /// Whether the database is what the models say.
    pub(super) fn is_equal(&self) -> bool {
        self.upgrade.is_empty()
    }

    /// What was found, a line each.
    pub(super) fn detected(&self) -> Vec<String> {
        detected(&self.upgrade, &self.before.normal)
    }

    /// Says what was found, and what must be looked at.
    pub(super) fn report(&self, ui: &mut Ui) {
        for line in self.detected() {
            ui.say(line);
        }
        self.warn(ui);
    }

    /// Says what must be looked at.
    pub(super) fn warn(&self, ui: &mut Ui) {
        for warning in &self.unsettled {
            ui.warn(warning);
        }
        for risk in self.upgrade.changes.iter().filter_map(|change| change.risk.as_ref()) {
            ui.warn(risk);
        }
        for by_hand in &self.upgrade.by_hand {
            ui.warn(format_args!("no revision can be written for this: {by_hand}"));
        }
        for candidate in &self.candidates {
            let (from, to) = match candidate {
                RenameCandidate::Table { from, to, .. } => {
                    (from.name.to_string(), ModelObject::Table(to.clone()))
                }
                RenameCandidate::Column { table, from, to, .. } => {
                    (from.to_string(), ModelObject::Column(table.clone(), to.clone()))
                }
            };
            let place = self.places.get(&to).map(|place| format!(" in {place}")).unwrap_or_default();
            ui.warn(format_args!(
                "{candidate}; it is dropped and added, which loses what it holds; if it was renamed, write \
                 `-- @renamed-from {from}` above {to}{place}"
            ));
        }
        for object in &self.missing {
            ui.warn(format_args!(
                "the models define what only a revision written by hand can create: {}",
                shown(object)
            ));
        }
        for object in &self.outside {
            ui.say(format_args!("outside the models, and left as it is: {}", shown(object)));
        }
    }

    /// The text of the revision.
    pub(super) fn write(&self) -> Result<autogenerate::Revision, CommandError> {
        let Self { upgrade, before, after, start, spelling, limit, backend, settings, .. } = self;
        let comparison = Comparison::new(upgrade.clone(), before, &**backend).map_err(|error| {
            CommandError::new("models", "no statements lead back to what the database is now")
                .caused_by(&error)
                .hint("write the revision by hand, with a `-- @downgrade` section: `retort revision -m \"...\"`")
        })?;
        let limit = |schema: &mut Schema| limit.apply(schema);
        autogenerate::write(&comparison, before, after, start, spelling, &limit, backend, settings).map_err(
            |error| CommandError::new("models", "cannot write what leads to the models").caused_by(&error),
        )
    }

    /// Everything for scripts, with the revision that was written.
    pub(super) fn document(&self, revision: Option<impl Serialize>) -> Value {
        let changes = self.upgrade.changes.iter().map(|change| {
            json!({
                "change": change.operation.describe(),
                "risk": change.risk.as_ref().map(ToString::to_string),
                "loses_data": change.risk.as_ref().is_some_and(retort_core::diff::Risk::loses_data),
            })
        });
        json!({
            "revisions": revision.into_iter().collect::<Vec<_>>(),
            "detected": self.detected(),
            "changes": changes.collect::<Vec<_>>(),
            "by_hand": self.upgrade.by_hand.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "may_be_renamed": self.candidates.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "outside": self.outside.iter().map(shown).collect::<Vec<_>>(),
            "compared_as_text": self.unsettled,
            "missing": self.missing.iter().map(shown).collect::<Vec<_>>(),
        })
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Self { start, before, after, places, .. } = self;
        free((mem::take(start), mem::take(before), mem::take(after), mem::take(places)));
    }
}

/// An object outside the model.
fn shown(object: &Unmanaged) -> String {
    let on = object.table.as_ref().filter(|table| **table != object.name);
    let on = on.map(|table| format!(" on {table}")).unwrap_or_default();
    format!("{} {}{on}", object.kind, object.name)
}

/// The schema that the applied revisions make, as they are written.
pub(super) fn implied(
    project: &Project,
    context: &Context<'_>,
    backend: &dyn Backend,
    plan: &PlanSettings,
    rows: &[RevisionId],
) -> Result<Implied, CommandError> {
    let settings = migrate::Settings { plan: plan.clone(), ..project.migrate_settings(context, backend)? };
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    migrator.implied(backend, rows).map_err(|error| project.migrate_error(&error))
}
