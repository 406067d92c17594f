//! Sessions with the database that the settings name.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    sync::Arc,
};

use retort_core::{
    backend::{Access, Backend, BackendErrorKind, Connection, Scope},
    journal::{Interrupted, Journal},
    migrate,
    plan::PlanSettings,
    revision::RevisionId,
    schema::{Name, NamingConvention, QualifiedName, Type},
    script::portable::{self, NamespaceMap},
    version_table::VersionTable,
};
use tokio::runtime;

use crate::{command_error::CommandError, commands::Context, project::Project, ui::Ui};

impl Project {
    /// The backend of the database. Says which database it is: nothing acts on
    /// one unnoticed.
    pub(crate) fn select_backend(&self, context: &mut Context<'_>) -> Result<Arc<dyn Backend>, CommandError> {
        let database = self.database()?;
        let backend = context.backends.select(&database.url)?;
        let environment = self.settings.environment.as_deref().unwrap_or("default");
        context.ui.say(format_args!(
            "environment {environment}, database {} (from {})",
            database.url, database.origin
        ));
        if let Some(place) = &database.instead_of {
            context.ui.warn(format_args!(
                "{} overrides the database of environment {environment}, which {place} names",
                database.origin
            ));
        }
        Ok(backend)
    }

    /// Opens a session.
    pub(crate) async fn connect(
        &self,
        backend: &dyn Backend,
        access: Access,
    ) -> Result<Box<dyn Connection>, CommandError> {
        let database = self.database()?;
        backend.connect(&database.url, access).await.map_err(|error| self.backend_error(&error))
    }

    /// Opens a session for reading, if the database is there. One that writing
    /// would create may be missing: then nothing is applied.
    pub(crate) async fn connect_to_read(
        &self,
        ui: &mut Ui,
        backend: &dyn Backend,
    ) -> Result<Option<Box<dyn Connection>>, CommandError> {
        match backend.connect(&self.database()?.url, Access::Read).await {
            Ok(connection) => Ok(Some(connection)),
            Err(error)
                if error.kind() == BackendErrorKind::DatabaseMissing
                    && backend.capabilities().creates_database =>
            {
                ui.say(format_args!("{error}; nothing is applied"));
                Ok(None)
            }
            Err(error) => Err(self.backend_error(&error)),
        }
    }

    /// Reads the rows of the version table, and writes nothing. Warns of what
    /// they don't show: a revision that is half done.
    pub(crate) fn rows(&self, context: &mut Context<'_>) -> Result<Vec<RevisionId>, CommandError> {
        let backend = self.select_backend(context)?;
        let table = self.version_table(&*backend);
        let journal = self.journal(context.variables, &*backend);
        block_on(async {
            let Some(mut connection) = self.connect_to_read(context.ui, &*backend).await? else {
                return Ok(Vec::new());
            };
            let rows = table.read(&mut *connection).await.map_err(|error| self.backend_error(&error))?;
            let found = journal.find(&mut *connection).await.map_err(|error| self.backend_error(&error))?;
            if let Some(interrupted) = found.and_then(|found| found.interrupted) {
                let Interrupted { revision, direction, done, total, .. } = interrupted;
                context.ui.warn(format_args!(
                    "revision {revision} was interrupted during its {direction}, after {done} of {total} \
                     statements; `retort {direction} {revision}` says how to go on"
                ));
            }
            connection.close().await.map_err(|error| self.backend_error(&error))?;
            Ok(rows.unwrap_or_default())
        })
    }

    /// What shapes a run.
    pub(crate) fn migrate_settings(
        &self,
        context: &Context<'_>,
        backend: &dyn Backend,
    ) -> Result<migrate::Settings, CommandError> {
        Ok(migrate::Settings {
            plan: self.plan_settings(context, backend)?,
            version_table: self.version_table(backend),
            journal: self.journal(context.variables, backend),
            lock_timeout: self.settings.lock_timeout,
            parameters: self.settings.parameters.clone(),
            transactions: self.settings.transactions,
        })
    }

    /// What shapes plans, and the reading of models.
    pub(crate) fn plan_settings(
        &self,
        context: &Context<'_>,
        backend: &dyn Backend,
    ) -> Result<PlanSettings, CommandError> {
        Ok(PlanSettings {
            namespaces: self.namespace_map(backend),
            naming: NamingConvention::default(),
            types: self.types_for(backend)?,
            backends: context.backends.names(),
        })
    }

    /// What introspection of the user's own tables looks at.
    pub(crate) fn scope(&self, context: &Context<'_>, backend: &dyn Backend) -> Scope {
        let version_table = self.version_table(backend).name().clone();
        let journal = self.journal(context.variables, backend).name().clone();
        Scope { exclude: vec![version_table, journal], ..Scope::default() }
    }

    /// What the settings put in place of types that the backend does not have.
    fn types_for(&self, backend: &dyn Backend) -> Result<BTreeMap<String, Type>, CommandError> {
        // The closest name comes last, so that it wins.
        let names = backend.family().iter().rev().copied().chain([backend.name()]);
        names
            .filter_map(|name| self.settings.types.get(name))
            .flatten()
            .map(|(native, text)| match portable::parse_type(text) {
                Ok(ty) => Ok((native.to_lowercase(), ty)),
                Err(error) => Err(CommandError::new(
                    "config",
                    format!(
                        "`{native}` in `[types.{}]` is given as `{text}`, which is no portable type",
                        backend.name()
                    ),
                )
                .caused_by(&error)),
            })
            .collect()
    }

    /// The version table that the settings name.
    pub(crate) fn version_table(&self, backend: &dyn Backend) -> VersionTable {
        let (_, name) = self.version_table_parts();
        VersionTable::new(self.own_table(name, backend))
    }

    /// The journal, which is beside the version table.
    pub(crate) fn journal(&self, variables: &BTreeMap<OsString, OsString>, backend: &dyn Backend) -> Journal {
        let journal = Journal::new(None, &actor(variables), concat!("retort ", env!("CARGO_PKG_VERSION")));
        let name = self.own_table(journal.name().name.as_str(), backend);
        journal.named(name).tagged(self.settings.tag.as_deref())
    }

    /// The namespace of Retort's own tables, as the settings say it.
    pub(crate) fn own_namespace(&self) -> Option<Name> {
        self.version_table_parts().0.map(Name::from)
    }

    /// A table of Retort, as the backend has it: namespaces are mapped as those
    /// of revisions are.
    fn own_table(&self, name: &str, backend: &dyn Backend) -> QualifiedName {
        let namespace = self.version_table_parts().0.map(Name::from);
        self.namespace_map(backend).apply(&QualifiedName { namespace, name: name.into() })
    }

    /// The namespace and the name of the version table. Without a setting for
    /// the former, it stands before a dot.
    fn version_table_parts(&self) -> (Option<&str>, &str) {
        let name = self.settings.version_table.as_str();
        match (&self.settings.version_table_namespace, name.split_once('.')) {
            (Some(namespace), _) => (Some(namespace), name),
            (None, Some((namespace, name))) => (Some(namespace), name),
            (None, None) => (None, name),
        }
    }

    /// How the namespaces of revisions appear on the backend.
    fn namespace_map(&self, backend: &dyn Backend) -> NamespaceMap {
        match backend.capabilities().namespaces {
            true => NamespaceMap::Native,
            false => NamespaceMap::Prefix { overrides: self.settings.namespaces.clone() },
        }
    }
}

/// Who runs: `user@host`.
fn actor(variables: &BTreeMap<OsString, OsString>) -> String {
    let variable =
        |name: &str| variables.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned());
    let user = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(variable);
    let host = fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|name| name.trim().to_owned());
    let host = host.or_else(|| ["HOSTNAME", "COMPUTERNAME"].into_iter().find_map(variable));
    let unknown = || "unknown".to_owned();
    format!("{}@{}", user.unwrap_or_else(unknown), host.unwrap_or_else(unknown))
}

/// Runs a future on a runtime that begins and ends with it: a command that
/// asks no database pays for none.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::new("runtime", "cannot start").caused_by(&error))?;
    runtime.block_on(future)
}
