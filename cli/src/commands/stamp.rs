//! `retort stamp`

use clap::Args;
use retort_core::{backend::Access, migrate::Migrator, revision::target::Target};
use serde_json::json;

use super::{
    Context,
    consent::{self, ConsentArgs},
    offline::{self, OfflineArgs},
    tag::TagArgs,
};
use crate::{command_error::CommandError, database::block_on, reporter::Reporter};

/// Record revisions as current, and run nothing
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort stamp head          the database has everything already
  retort stamp 3f0c          it has that much
  retort stamp --purge base  forget all that is recorded")]
pub(crate) struct StampArgs {
    /// The revisions that the database is at: ids, `head`, `heads`, `base`, …; with `--sql` also `FROM:TO`
    #[arg(value_name = "REVISION", required = true, allow_negative_numbers = true)]
    revisions: Vec<String>,

    /// Forget what was recorded before, even revisions that no file has
    #[arg(long)]
    purge: bool,

    #[command(flatten)]
    consent: ConsentArgs,

    #[command(flatten)]
    tag: TagArgs,

    #[command(flatten)]
    offline: OfflineArgs,
}

pub(crate) fn run(args: &StampArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    if args.offline.sql {
        return match args.purge {
            true => Err(offline::usage("Can't use --purge with --sql mode")
                .hint("name the revisions that are recorded: `retort stamp FROM:TO --sql`")),
            false => offline::stamp(&args.revisions, &args.tag, &args.offline, context),
        };
    }
    let project = context.project()?.tagged(&args.tag.tag);
    let targets = args.revisions.iter().map(|text| text.parse());
    let targets: Vec<Target> =
        targets.collect::<Result<_, _>>().map_err(|error| project.target_error(&error))?;
    let backend = project.select_backend(context)?;
    if args.purge {
        consent::confirm_purge(&project, &args.consent, context)?;
    }
    let settings = project.migrate_settings(context, &*backend)?;
    let migrator = Migrator { graph: &project.graph, directory: &project.directory, settings: &settings };
    let mut reporter = Reporter::new(context.ui);
    let outcome = block_on(async {
        let mut connection = project.connect(&*backend, Access::Write).await?;
        let outcome = migrator
            .stamp(&mut *connection, &targets, args.purge, &mut |event| reporter.report(event))
            .await
            .map_err(|error| project.migrate_error(&error))?;
        connection.close().await.map_err(|error| project.backend_error(&error))?;
        Ok(outcome)
    });
    drop(reporter);
    let outcome = outcome?;
    if context.ui.is_json() {
        let rows: Vec<&str> = outcome.rows.iter().map(|row| row.as_str()).collect();
        return context.ui.json(&json!({ "current": rows }));
    }
    Ok(())
}
