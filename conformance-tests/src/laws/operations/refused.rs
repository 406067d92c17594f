//! Operations that rows stand against: they fail, and leave everything as it
//! was.

use crate::{
    case::{Case, Stop, Verdict, ensure, same},
    context::Context,
    session::Refusal,
    site::{Site, parse, runs, same_schema},
};

pub(super) fn cases() -> Vec<Case> {
    let case = |attempt: &'static Attempt| {
        let name = format!("operation_that_rows_stand_against::{}", attempt.name);
        Case::with_database(name, move |context| Box::pin(refused(context, attempt)))
    };
    ATTEMPTS.iter().map(case).collect()
}

/// An operation that cannot succeed.
struct Attempt {
    name: &'static str,
    /// What is there before, in portable SQL.
    before: &'static str,
    /// The rows, in SQL that every database takes.
    rows: &'static [&'static str],
    change: &'static str,
}

const T: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s VARCHAR(50))";

const ROWS: &[&str] =
    &["INSERT INTO t (id, a, s) VALUES (1, 10, 'x')", "INSERT INTO t (id, a, s) VALUES (2, NULL, 'x')"];

const ATTEMPTS: &[Attempt] = &[
    Attempt {
        name: "set_not_null",
        before: T,
        rows: ROWS,
        change: "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    },
    Attempt {
        name: "add_column_not_null",
        before: T,
        rows: ROWS,
        change: "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL",
    },
    Attempt {
        name: "add_unique",
        before: T,
        rows: ROWS,
        change: "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (s)",
    },
    Attempt { name: "create_unique_index", before: T, rows: ROWS, change: "CREATE UNIQUE INDEX ux ON t (s)" },
    Attempt {
        name: "add_check",
        before: T,
        rows: ROWS,
        change: "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 10)",
    },
    Attempt {
        name: "add_foreign_key",
        before: "CREATE TABLE p (id INTEGER PRIMARY KEY);
                 CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s VARCHAR(50))",
        rows: ROWS,
        change: "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES p (id)",
    },
    Attempt {
        name: "add_primary_key",
        before: "CREATE TABLE t (id INTEGER, a INTEGER, s VARCHAR(50) NOT NULL)",
        rows: ROWS,
        change: "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (s)",
    },
    Attempt {
        name: "text_as_number",
        before: T,
        rows: ROWS,
        change: "ALTER TABLE t ALTER COLUMN s TYPE INTEGER USING CAST(s AS INTEGER)",
    },
    Attempt {
        name: "text_too_long",
        before: T,
        rows: &["INSERT INTO t (id, a, s) VALUES (1, 10, 'a text that is long')"],
        change: "ALTER TABLE t ALTER COLUMN s TYPE VARCHAR(5)",
    },
    Attempt {
        name: "drop_enum_value",
        before: "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id INTEGER PRIMARY KEY, a mood, s VARCHAR(50))",
        rows: &["INSERT INTO t (id, a, s) VALUES (1, 'ok', 'x')"],
        change: "ALTER TYPE mood DROP VALUE 'ok'",
    },
    Attempt {
        name: "second_of_two_changes",
        before: T,
        rows: ROWS,
        change: "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 1; ALTER TABLE t ADD CONSTRAINT ck CHECK (a > b + 100)",
    },
];

async fn refused(context: &Context, attempt: &Attempt) -> Verdict {
    let mut site = Site::with(context, attempt.before).await?;
    site.session.run(attempt.rows).await?;
    let schema = site.session.introspect(&site.model).await?;
    let rows = site.session.rows("SELECT id, a, s FROM t").await?;
    for mut run in runs(parse(attempt.change)?) {
        site.resolve(&mut run);
        match site.apply(&run).await {
            Ok(written) => {
                return Err(Stop::failed(format!(
                    "rows stand against `{}`, but it ran\n{}",
                    attempt.change,
                    written.join(";\n")
                )));
            }
            Err(refusal @ Refusal::Unsupported(_)) => return Err(refusal.into()),
            Err(Refusal::Render(error)) => {
                ensure!(false, "it cannot be rendered: {error}");
            }
            Err(Refusal::Run(..)) => {}
        }
    }
    let found = site.session.introspect(&site.model).await?;
    same_schema(&found, &schema, || format!("after `{}` failed", attempt.change))?;
    let kept = site.session.rows("SELECT id, a, s FROM t").await?;
    same(&kept, &rows, || format!("rows after `{}` failed", attempt.change))?;
    site.session.close().await
}
