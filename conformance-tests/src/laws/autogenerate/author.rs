//! Somebody who writes models, and has the revisions written.

use std::{collections::BTreeSet, sync::Arc};

use retort_core::{
    autogenerate::{self, Comparison, Doubts, Side, Spelling},
    backend::Scope,
    migrate::{self, MigrateError},
    models::{self, ModelError, Models},
    plan::{PlanErrorKind, PlanSettings},
    revision::RevisionId,
    schema::{Name, Schema},
    script::{NewRevision, Source},
};

use crate::{
    case::{Stop, Verdict, chain, ensure},
    laws::diffs::{sorted, with_texts},
    project::Project,
    session::Session,
    site::{plan_settings, same_schema},
};

/// Why a step was not made.
pub(super) enum Failure {
    /// The backend does not do what the revision says, and said so before.
    Unsupported(String),
    /// The law does not hold.
    Stopped(Stop),
}

impl<T: Into<Stop>> From<T> for Failure {
    fn from(stop: T) -> Self {
        Self::Stopped(stop.into())
    }
}

/// A database, the revisions that moved it, and models that it should follow.
pub(super) struct Author {
    pub(super) session: Session,
    project: Project,
    settings: PlanSettings,
    namespaces: Vec<Name>,
    /// The last revision.
    head: Option<String>,
    /// All files that were written.
    written: String,
}

/// What differs, and what was compared.
struct Found {
    start: Schema,
    before: Side,
    after: Side,
    comparison: Comparison,
}

/// How two schemas are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The one came to be by the other.
    Own,
    /// They have nothing to do with each other.
    Foreign,
}

impl Author {
    /// A project without revisions, for a database that may have these schemas.
    pub(super) fn new(session: Session, schemas: [&Schema; 2]) -> Self {
        let settings = plan_settings(&*session.backend);
        let namespaces: BTreeSet<&Name> = schemas.iter().flat_map(|schema| &schema.namespaces).collect();
        Self {
            session,
            project: Project::new(&[]),
            settings,
            namespaces: namespaces.into_iter().cloned().collect(),
            head: None,
            written: String::new(),
        }
    }

    /// Writes the next revision, which makes the database what models of the
    /// schema say.
    pub(super) async fn write(&mut self, id: &str, schema: &Schema) -> Verdict<Comparison> {
        let Found { start, before, after, comparison } = self.find(schema).await?;
        let (spelling, everything) = (Spelling::default(), |_: &mut Schema| {});
        let backend = &self.session.backend;
        let revision = autogenerate::write(
            &comparison,
            &before,
            &after,
            &start,
            &spelling,
            &everything,
            backend,
            &self.settings,
        )?;
        let new = NewRevision {
            parents: self.head.iter().map(|head| RevisionId::new(head.clone())).collect(),
            upgrade_sql: revision.upgrade,
            downgrade_sql: Some(revision.downgrade),
            ..NewRevision::new(RevisionId::new(id), "")
        };
        let text = new.render()?;
        let entry = format!("== {id}: {:?}\n{text}\n", revision.notes);
        self.written.push_str(&entry);
        self.project.put(id, &text);
        self.head = Some(id.to_owned());
        Ok(comparison)
    }

    /// What differs between the database and models of the schema.
    pub(super) async fn compare(&mut self, schema: &Schema) -> Verdict<Comparison> {
        Ok(self.find(schema).await?.comparison)
    }

    async fn find(&mut self, schema: &Schema) -> Verdict<Found> {
        let models = self.models(schema)?;
        let mut start = self.introspect().await?;
        let rows = self.head_rows().await?;
        let backend = Arc::clone(&self.session.backend);
        let implied = self.project.implied(&*backend, &rows)?;
        let wanted = Schema { unmanaged: Vec::new(), ..models.schema };
        let made = backend.normalize(implied.clone())?;
        self.settle(&mut start, &made, Origin::Own).await?;
        let found = backend.normalize(start.clone())?;
        let form = backend.normalize(wanted.clone())?;
        let mut aim = form.clone();
        self.settle(&mut aim, &found, Origin::Foreign).await?;
        let before = Side::new(found, implied.clone(), &made, &backend, &self.settings);
        let after = Side::new(aim, wanted, &form, &backend, &self.settings);
        let start = Side::new(start, implied, &made, &backend, &self.settings).normal;
        let upgrade = autogenerate::compare(&before, &after, &models.renames, &*backend)?;
        let comparison = Comparison::new(upgrade, &before, &*backend)?;
        Ok(Found { start, before, after, comparison })
    }

    /// Puts the words of one schema in the place of those of another in which
    /// the server says the same.
    async fn settle(&mut self, schema: &mut Schema, words: &Schema, origin: Origin) -> Verdict {
        let doubts = Doubts::between(schema, words);
        if self.session.backend.capabilities().verbatim_definitions || doubts.is_empty() {
            return Ok(());
        }
        let forms = self.session.connection.canonicalize(&doubts.definitions()).await?;
        for unsettled in doubts.settle(forms, schema, words) {
            if origin == Origin::Own {
                unsettled.settle_written_out(schema, words, self.session.backend.syntax());
            }
        }
        Ok(())
    }

    /// The schema as models, read from their text.
    fn models(&self, schema: &Schema) -> Verdict<Models> {
        let backend = &*self.session.backend;
        let written = models::write(schema, backend, &self.settings)?;
        ensure!(written.lost.is_empty(), "{:?} is lost in the models\n{written}", written.lost);
        let text = written.to_string();
        models::read(vec![Source::new("models.sql", text.clone())], backend, &self.settings).map_err(
            |error| {
                let told = match &error {
                    ModelError::Invalid(errors) => errors.iter().map(|error| chain(error)).collect(),
                    other => vec![chain(other)],
                };
                Stop::failed(format!("{}\n{text}", told.join("\n")))
            },
        )
    }

    async fn introspect(&mut self) -> Verdict<Schema> {
        let exclude = self.project.bookkeeping().to_vec();
        let scope = Scope { namespaces: self.namespaces.clone(), exclude, ..Scope::default() };
        Ok(self.session.connection.introspect(&scope).await?)
    }

    async fn head_rows(&mut self) -> Verdict<Vec<RevisionId>> {
        let rows = self.project.current(&mut *self.session.connection).await?;
        Ok(rows.into_iter().map(RevisionId::new).collect())
    }

    pub(super) async fn upgrade(&mut self) -> Result<(), Failure> {
        let ran = self.project.upgrade(&mut *self.session.connection, "head").await;
        ran.map(drop).map_err(failure)
    }

    pub(super) async fn downgrade(&mut self, target: &str) -> Result<(), Failure> {
        let ran = self.project.downgrade(&mut *self.session.connection, target).await;
        ran.map(drop).map_err(failure)
    }

    /// The law: the database has the schema, and nothing differs from its
    /// models.
    pub(super) async fn require_settled(&mut self, schema: &Schema) -> Result<(), Failure> {
        self.require(schema).await?;
        let left = self.compare(schema).await?.upgrade;
        if left.is_empty() {
            return Ok(());
        }
        Err(Stop::failed(format!("this is left: {:#?}, {:#?}", left.changes, left.by_hand)).into())
    }

    /// The law: the database has the schema.
    pub(super) async fn require(&mut self, schema: &Schema) -> Result<(), Failure> {
        let expected = self.session.backend.normalize(schema.clone())?;
        let found = with_texts(self.introspect().await?, &expected);
        Ok(same_schema(&sorted(&found), &sorted(&expected), || "another schema".to_owned())?)
    }

    /// The files so far.
    pub(super) fn told(&self) -> String {
        self.written.clone()
    }

    /// Ends the session in good order.
    pub(super) async fn close(self) -> Verdict {
        self.session.close().await
    }
}

fn failure(failure: migrate::Failure) -> Failure {
    match &failure.error {
        MigrateError::Plan { error, .. } if error.kind() == PlanErrorKind::Unsupported => {
            Failure::Unsupported(chain(&failure.error))
        }
        MigrateError::Statement { sql, .. } => {
            Stop::failed(format!("{}\nof\n{sql}", chain(&failure.error))).into()
        }
        other => Stop::failed(chain(other)).into(),
    }
}
