//! `retort ensure-version`

use clap::Args;
use retort_core::{backend::Access, migrate::Migrator};
use serde_json::json;

use super::{
    Context,
    offline::{self, OfflineArgs},
};
use crate::{command_error::CommandError, database::block_on};

/// Create the version table and the journal, if they are not there
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort ensure-version        create what is missing
  retort ensure-version --sql  a script that does")]
pub(crate) struct EnsureVersionArgs {
    #[command(flatten)]
    offline: OfflineArgs,
}

pub(crate) fn run(args: &EnsureVersionArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    if args.offline.sql {
        return offline::ensure_version(&args.offline, context);
    }
    let project = context.project_without_revisions()?;
    let backend = project.select_backend(context)?;
    let settings = project.migrate_settings(context, &*backend)?;
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    let created = block_on(async {
        let mut connection = project.connect(&*backend, Access::Write).await?;
        let created = migrator.ensure_version(&mut *connection).await;
        let created = created.map_err(|error| project.migrate_error(&error))?;
        connection.close().await.map_err(|error| project.backend_error(&error))?;
        Ok(created)
    })?;
    if !created {
        context.ui.say("nothing to do: the version table and the journal are there");
    }
    if context.ui.is_json() {
        return context.ui.json(&json!({ "created": created }));
    }
    Ok(())
}
