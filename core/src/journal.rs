//! The journal: who ran what, when, and how it ended.
//!
//! The row of an atomic revision is written in the revision's own transaction,
//! so it is there exactly when the revision is. A revision that cannot be
//! atomic has a row from before its first statement, which counts the
//! statements that ran: after an interruption the next run knows where it
//! stopped.

use jiff::Timestamp;

use crate::{
    backend::{BackendError, BackendErrorKind, Condition, Connection, Row, Statement},
    operation::Operation,
    plan::Direction,
    revision::RevisionId,
    schema::{Column, Constraint, ConstraintKind, Identity, Name, PrimaryKey, QualifiedName, Table, Type},
    sql::Syntax,
};

/// The longest text that the columns for names hold, in characters.
const MAX_NAME: u32 = 255;

/// What stands between the tool and the fingerprint of the values.
const VALUES: &str = " -x ";

/// What stands before the tag.
const TAG: &str = " --tag ";

/// The journal of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    name: QualifiedName,
    /// Who runs: `user@host`.
    actor: String,
    /// What runs, with its version.
    tool: String,
    /// Whether the statements are for a script, which runs later.
    scripted: bool,
    /// What tells the values of the run from others.
    values: Option<String>,
    /// What the run is called.
    tag: Option<String>,
}

/// What a journal tells about the runs so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The revision whose run was interrupted, if there is one.
    pub interrupted: Option<Interrupted>,
    /// The highest id of a row, or zero. Rows that are written later have
    /// higher ones.
    pub last_row: i64,
}

/// A revision whose run was interrupted between two of its statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The id of its row.
    pub row: i64,
    /// The revision.
    pub revision: RevisionId,
    /// Which way it ran.
    pub direction: Direction,
    /// How many of its statements are known to have run.
    pub done: usize,
    /// How many it had.
    pub total: usize,
    /// Whether the statement after those had been sent, so that nobody knows
    /// whether it took effect.
    pub in_doubt: bool,
    /// Who ran it.
    pub actor: String,
    /// When, in UTC.
    pub started_at: String,
    /// What tells the values that it was given from others.
    pub values: Option<String>,
    /// What that run was called.
    pub tag: Option<String>,
}

impl Journal {
    /// The journal in this namespace, for runs by this actor and tool.
    pub fn new(namespace: Option<Name>, actor: &str, tool: &str) -> Self {
        let cut = |text: &str| text.chars().take(MAX_NAME as usize).collect();
        Self {
            name: QualifiedName { namespace, name: "retort_journal".into() },
            actor: cut(actor),
            tool: cut(tool),
            scripted: false,
            values: None,
            tag: None,
        }
    }

    /// The same journal, for a run that is called so. Rows have it behind the
    /// tool, so that it needs no column that older journals lack.
    #[must_use]
    pub fn tagged(self, tag: Option<&str>) -> Self {
        Self { tag: tag.map(str::to_owned), ..self }
    }

    /// The same journal, for a revision that gets values of this fingerprint.
    #[must_use]
    pub fn with_values(&self, fingerprint: &str) -> Self {
        Self { values: Some(fingerprint.to_owned()), ..self.clone() }
    }

    /// What runs, with what tells this run from others.
    fn tool(&self) -> String {
        let values = self.values.iter().map(|values| format!("{VALUES}{values}"));
        let tag = self.tag.iter().map(|tag| format!("{TAG}{tag}"));
        let text: String = [self.tool.clone()].into_iter().chain(values).chain(tag).collect();
        text.chars().take(MAX_NAME as usize).collect()
    }

    /// The same journal, written by a script that this actor made.
    #[must_use]
    pub fn scripted(&self) -> Self {
        let tool = format!("{} --sql", self.tool);
        Self { tool: tool.chars().take(MAX_NAME as usize).collect(), scripted: true, ..self.clone() }
    }

    /// The same journal, in a table of this name.
    #[must_use]
    pub fn named(self, name: QualifiedName) -> Self {
        Self { name, ..self }
    }

    /// The name of its table.
    pub fn name(&self) -> &QualifiedName {
        &self.name
    }

    /// Creates the table where there is none.
    pub fn create(&self) -> Operation {
        let text = |name: &str, size| Column::new(name, Type::VarChar(Some(size))).not_null();
        let number = |name: &str| Column::new(name, Type::Integer).not_null();
        let id =
            Column { identity: Some(Identity::by_default()), ..Column::new("id", Type::BigInt).not_null() };
        let columns = vec![
            id,
            text("revision", crate::version_table::MAX_REVISION_ID),
            text("direction", 16),
            text("outcome", 16),
            number("statements_done"),
            number("statements"),
            text("actor", MAX_NAME),
            text("tool", MAX_NAME),
            Column::new("started_at", Type::Timestamp(Some(6))).not_null(),
            Column::new("finished_at", Type::Timestamp(Some(6))),
            Column::new("error", Type::Text),
        ];
        let mut table = Table::new(self.name.clone(), columns);
        table.constraints.push(Constraint::named(
            "retort_journal_pkc",
            ConstraintKind::PrimaryKey(PrimaryKey { columns: vec!["id".into()] }),
        ));
        Operation::CreateTable { table, if_not_exists: true }
    }

    /// Records a revision that runs in the same batch: it ends when the batch
    /// does.
    pub fn done(
        &self,
        syntax: &Syntax,
        revision: &RevisionId,
        action: Action,
        statements: usize,
    ) -> Statement {
        self.insert(syntax, revision, action, Outcome::Done, (statements, statements), syntax.utc_now, "NULL")
    }

    /// Records a revision that failed and left nothing behind.
    pub fn failed(
        &self,
        syntax: &Syntax,
        revision: &RevisionId,
        action: Action,
        ran: (usize, usize),
        error: &str,
    ) -> Statement {
        let error = syntax.quote_literal(error);
        self.insert(syntax, revision, action, Outcome::Failed, ran, syntax.utc_now, &error)
    }

    /// Records that a revision begins that is not atomic. With `in_doubt`, its
    /// first statement is about to be sent.
    pub fn begin(
        &self,
        syntax: &Syntax,
        revision: &RevisionId,
        action: Action,
        statements: usize,
        in_doubt: bool,
    ) -> Statement {
        let outcome = if in_doubt { Outcome::InDoubt } else { Outcome::Running };
        self.insert(syntax, revision, action, outcome, (0, statements), "NULL", "NULL")
    }

    /// Records that the running revision got this far. With `in_doubt`, its
    /// next statement is about to be sent.
    ///
    /// Here and below, `row` is the id of its row or a lower one: the journal
    /// is not searched from its beginning.
    pub fn progress(
        &self,
        syntax: &Syntax,
        revision: &RevisionId,
        row: i64,
        done: usize,
        in_doubt: bool,
    ) -> Statement {
        let outcome = if in_doubt { Outcome::InDoubt } else { Outcome::Running };
        let set = format!("outcome = '{}', statements_done = {done}", outcome.as_str());
        self.update(syntax, revision, row, &set)
    }

    /// Records that the running revision ended.
    pub fn end(&self, syntax: &Syntax, revision: &RevisionId, row: i64) -> Statement {
        let set = format!(
            "outcome = '{}', statements_done = statements, finished_at = {}",
            Outcome::Done.as_str(),
            syntax.utc_now
        );
        self.update(syntax, revision, row, &set)
    }

    /// Records that the running revision failed and left nothing behind.
    pub fn abandon(&self, syntax: &Syntax, revision: &RevisionId, row: i64, error: &str) -> Statement {
        let set = format!(
            "outcome = '{}', statements_done = 0, finished_at = {}, error = {}",
            Outcome::Failed.as_str(),
            syntax.utc_now,
            syntax.quote_literal(error)
        );
        self.update(syntax, revision, row, &set)
    }

    /// Records that interrupted revisions were settled by hand.
    pub fn settle(&self, syntax: &Syntax) -> Statement {
        let table = syntax.quote_qualified(&self.name);
        Statement::new(format!(
            "UPDATE {table} SET outcome = '{}', finished_at = {} WHERE outcome IN ('{}', '{}')",
            Outcome::Settled.as_str(),
            syntax.utc_now,
            Outcome::Running.as_str(),
            Outcome::InDoubt.as_str()
        ))
    }

    /// What must hold for a script to begin: no revision is half done.
    pub fn is_settled(&self, syntax: &Syntax) -> Condition {
        let table = syntax.quote_qualified(&self.name);
        let sql = format!(
            "NOT EXISTS (SELECT 1 FROM {table} WHERE outcome IN ('{}', '{}'))",
            Outcome::Running.as_str(),
            Outcome::InDoubt.as_str()
        );
        Condition { sql, refusal: "a revision is half done in the database".to_owned() }
    }

    /// Reads where the runs so far have come to; `None` where there is no
    /// journal.
    pub async fn find(&self, connection: &mut dyn Connection) -> Result<Option<Found>, BackendError> {
        let backend = connection.backend();
        let table = backend.syntax().quote_qualified(&self.name);
        let query = Statement::new(format!(
            "SELECT id, revision, direction, statements_done, statements, outcome, actor, started_at, tool FROM {table} \
             WHERE outcome IN ('{}', '{}') OR id = (SELECT max(id) FROM {table}) ORDER BY id DESC",
            Outcome::Running.as_str(),
            Outcome::InDoubt.as_str()
        ));
        let rows = match connection.fetch(&query).await {
            Ok(rows) => rows,
            Err(error) if error.kind() == BackendErrorKind::Missing => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Found {
            interrupted: rows.iter().find_map(interrupted),
            last_row: rows.first().and_then(|row| row.integer(0)).unwrap_or_default(),
        }))
    }

    #[expect(clippy::too_many_arguments, reason = "one argument for each column that differs")]
    fn insert(
        &self,
        syntax: &Syntax,
        revision: &RevisionId,
        action: Action,
        outcome: Outcome,
        (done, total): (usize, usize),
        finished_at: &str,
        error: &str,
    ) -> Statement {
        let started_at = match self.scripted {
            true => syntax.utc_now.to_owned(),
            false => format!("'{}'", Timestamp::now().strftime("%Y-%m-%d %H:%M:%S.%6f")),
        };
        let literal = |text: &str| syntax.quote_literal(text);
        Statement::new(format!(
            "INSERT INTO {} (revision, direction, outcome, statements_done, statements, actor, tool, started_at, \
             finished_at, error) VALUES ({}, '{}', '{}', {done}, {total}, {}, {}, {started_at}, {finished_at}, {error})",
            syntax.quote_qualified(&self.name),
            literal(revision.as_str()),
            action.as_str(),
            outcome.as_str(),
            literal(&self.actor),
            literal(&self.tool()),
        ))
    }

    fn update(&self, syntax: &Syntax, revision: &RevisionId, row: i64, set: &str) -> Statement {
        Statement::new(format!(
            "UPDATE {} SET {set} WHERE id >= {row} AND revision = {} AND outcome IN ('{}', '{}')",
            syntax.quote_qualified(&self.name),
            syntax.quote_literal(revision.as_str()),
            Outcome::Running.as_str(),
            Outcome::InDoubt.as_str()
        ))
        .expecting_rows(1)
    }
}

/// The interrupted run that a row is about, if it is about one.
fn interrupted(row: &Row) -> Option<Interrupted> {
    let text = |column| row.text(column).unwrap_or_default().to_owned();
    let count =
        |column| row.integer(column).and_then(|count| usize::try_from(count).ok()).unwrap_or_default();
    let in_doubt = match row.text(5)? {
        outcome if outcome == Outcome::InDoubt.as_str() => true,
        outcome if outcome == Outcome::Running.as_str() => false,
        _ => return None,
    };
    let tool = text(8);
    let (tool, tag) = match tool.split_once(TAG) {
        Some((tool, tag)) => (tool, Some(tag)),
        None => (&*tool, None),
    };
    let values = tool.split_once(VALUES);
    let is_downgrade = text(2) == Direction::Downgrade.as_str();
    Some(Interrupted {
        row: row.integer(0)?,
        revision: RevisionId::new(text(1)),
        direction: if is_downgrade { Direction::Downgrade } else { Direction::Upgrade },
        done: count(3),
        total: count(4),
        in_doubt,
        actor: text(6),
        started_at: text(7),
        values: values.map(|(_, values)| values.to_owned()),
        tag: tag.map(str::to_owned),
    })
}

/// What a journal row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The revision ran.
    Run(Direction),
    /// The version table was set to the revision.
    Stamp,
}

impl Action {
    fn as_str(self) -> &'static str {
        match self {
            Self::Run(direction) => direction.as_str(),
            Self::Stamp => "stamp",
        }
    }
}

/// How a journal row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All of it happened.
    Done,
    /// It failed and left nothing behind.
    Failed,
    /// It began, and has not ended.
    Running,
    /// It began, and a statement was sent whose end is not known.
    InDoubt,
    /// It was interrupted, and somebody settled it with `stamp`.
    Settled,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Running => "running",
            Self::InDoubt => "in doubt",
            Self::Settled => "settled",
        }
    }
}
