//! A revision of which a statement fails: what remains, what is recorded, and
//! that the next run goes on from exactly there.

use retort_core::{
    migrate::{Failure, MigrateError},
    plan::Direction,
    schema::QualifiedName,
};

use crate::{
    case::{Case, Stop, Verdict, case, ensure, same},
    context::Context,
    project::Project,
    session::Session,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        case!("run::failure_at_every_statement::of_rows", of_rows),
        case!("run::failure_at_every_statement::of_the_schema", of_the_schema),
        case!("run::failure_at_every_statement::of_verbatim_statements", of_verbatim_statements),
        case!("run::failure_at_every_statement::without_transaction", without_transaction),
    ]
}

/// How many statements the revision has that fails.
const STATEMENTS: usize = 4;

/// What the journal says.
const JOURNAL: &str =
    "SELECT id, revision, direction, outcome, statements_done, statements, error FROM retort_journal";

/// What comes before it.
const FIRST: &str = "-- @upgrade
CREATE TABLE seed (id INTEGER PRIMARY KEY);
INSERT INTO seed (id) VALUES (1);
";

/// A revision that fails at a statement, and the same after it was corrected.
struct Broken {
    directives: &'static str,
    /// One that works, by its number, from zero.
    fine: fn(usize) -> String,
    /// The one that fails.
    failing: String,
    /// What stands in its place later.
    corrected: String,
}

impl Broken {
    fn text(&self, position: usize, statement: &str) -> String {
        let mut text = format!("{}\n-- @upgrade\n", self.directives);
        for at in 0..STATEMENTS {
            let sql = if at == position { statement.to_owned() } else { (self.fine)(at) };
            text.push_str(&format!("{sql};\n"));
        }
        text
    }
}

fn create(at: usize) -> String {
    format!("CREATE TABLE t{at} (id INTEGER PRIMARY KEY)")
}

fn insert(at: usize) -> String {
    format!("INSERT INTO seed (id) VALUES ({})", at + 10)
}

/// Rows are changed in one transaction everywhere.
async fn of_rows(context: &Context) -> Verdict {
    let broken = Broken {
        directives: "",
        fine: insert,
        failing: "INSERT INTO seed (id) VALUES (1)".to_owned(),
        corrected: "INSERT INTO seed (id) VALUES (2)".to_owned(),
    };
    each_position(context, &broken, true).await
}

async fn of_the_schema(context: &Context) -> Verdict {
    let broken = Broken {
        directives: "",
        fine: create,
        failing: "INSERT INTO seed (id) VALUES (1)".to_owned(),
        corrected: "INSERT INTO seed (id) VALUES (2)".to_owned(),
    };
    each_position(context, &broken, context.backend().capabilities().transactional_ddl).await
}

/// What the database refuses of a statement under `@only` is known not to have
/// run.
async fn of_verbatim_statements(context: &Context) -> Verdict {
    let name = context.backend().name();
    let only = |sql: &str| format!("-- @only {name}\n{sql};\n-- @all\nINSERT INTO seed (id) VALUES (3)");
    let broken = Broken {
        directives: "",
        fine: create,
        failing: only("CREATE TABLE seed (id INTEGER)"),
        corrected: only("CREATE TABLE other (id INTEGER)"),
    };
    each_position(context, &broken, context.backend().capabilities().transactional_ddl).await
}

async fn without_transaction(context: &Context) -> Verdict {
    let broken = Broken {
        directives: "-- @no-transaction",
        fine: create,
        failing: "INSERT INTO seed (id) VALUES (1)".to_owned(),
        corrected: "INSERT INTO seed (id) VALUES (2)".to_owned(),
    };
    each_position(context, &broken, false).await
}

async fn each_position(context: &Context, broken: &Broken, atomic: bool) -> Verdict {
    for position in 0..STATEMENTS {
        at_position(context, broken, atomic, position)
            .await
            .map_err(|stop| stop.while_doing(|| format!("when statement {position} fails")))?;
    }
    Ok(())
}

async fn at_position(context: &Context, broken: &Broken, atomic: bool, position: usize) -> Verdict {
    let project = Project::new(&[]);
    project.write("r1", None, FIRST);
    project.write("r2", Some("r1"), &broken.text(position, &broken.failing));
    let mut session = Session::new(context).await?;
    let Err(Failure { error, progress }) = project.upgrade(&mut *session.connection, "head").await else {
        return Err(Stop::failed("the revision ran"));
    };
    let MigrateError::Statement { revision, index, earlier_remain, .. } = &error else {
        return Err(error.into());
    };
    ensure!(revision.as_str() == "r2", "revision {revision} failed");
    ensure!(progress.ran.len() == 1, "{:?} ran", progress.ran);
    let remain = if atomic { 0 } else { position };
    ensure!(*index == position || atomic, "the error is about statement {index}: {error}");
    ensure!(*earlier_remain == (remain > 0), "earlier statements remain: {earlier_remain}");
    // The journal says exactly as much as the database.
    ran(&mut session, broken, position, remain).await?;
    let current = project.current(&mut *session.connection).await?;
    same(&current, &vec!["r1".to_owned()], || "the version table".to_owned())?;
    match project.interrupted(&mut *session.connection).await? {
        None => ensure!(remain == 0, "{remain} statements remain, but the journal does not say so"),
        Some(interrupted) => {
            ensure!(
                interrupted.done == remain,
                "{remain} statements remain, but the journal says {interrupted:?}"
            );
            ensure!(
                interrupted.direction == Direction::Upgrade && !interrupted.in_doubt && remain > 0,
                "the journal says {interrupted:?}"
            );
        }
    }
    // Nothing else runs before the revision is finished, and it goes on from
    // there once it is corrected.
    let again = project.upgrade(&mut *session.connection, "head").await;
    ensure!(again.is_err(), "the revision ran as it is");
    ran(&mut session, broken, position, remain).await?;
    project.write("r2", Some("r1"), &broken.text(position, &broken.corrected));
    project
        .upgrade(&mut *session.connection, "head")
        .await
        .map_err(|failure| Stop::from(failure.error).while_doing(|| "after it was corrected".to_owned()))?;
    ran(&mut session, broken, position, STATEMENTS).await?;
    let current = project.current(&mut *session.connection).await?;
    same(&current, &vec!["r2".to_owned()], || "the version table after all".to_owned())?;
    let interrupted = project.interrupted(&mut *session.connection).await?;
    let journal = session.rows(JOURNAL).await?;
    ensure!(interrupted.is_none(), "the journal says {interrupted:?} after all: {journal:?}");
    session.close().await
}

/// So many statements ran, and no others.
async fn ran(session: &mut Session, broken: &Broken, failing: usize, remain: usize) -> Verdict {
    let found = session.introspect(&Default::default()).await?;
    let ids: Vec<i64> =
        session.rows("SELECT id FROM seed").await?.iter().filter_map(|row| row.integer(0)).collect();
    for at in (0..STATEMENTS).filter(|at| *at != failing) {
        let sql = (broken.fine)(at);
        let is_there = match sql.starts_with("CREATE") {
            true => found.tables.contains_key(&QualifiedName::unqualified(format!("t{at}"))),
            false => ids.contains(&(i64::try_from(at).unwrap_or_default() + 10)),
        };
        ensure!(
            is_there == (at < remain),
            "of {remain} statements that remain, this one ran: {is_there}: `{sql}`"
        );
    }
    Ok(())
}
