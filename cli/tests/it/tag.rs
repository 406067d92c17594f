//! `--tag`: what a run is called.

use expect_test::expect;
use rusqlite::Connection;

use crate::environment::{TestEnvironment, without_actor};

#[test]
fn the_journal_and_scripts_keep_the_tag() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.revisions("aaaa: first\nbbbb <- aaaa: second");
    environment.run("retort upgrade aaaa --tag \"release 7 -x 1 --tag\"");
    environment.run("retort upgrade head");
    environment.run("retort downgrade -1 --tag back");
    environment.run("retort stamp head --tag by-hand");
    let db = Connection::open(environment.path().join("dev.db")).unwrap();
    let mut statement = db
        .prepare("SELECT revision || ' ' || direction || ': ' || tool FROM retort_journal ORDER BY id")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    let rows: Vec<String> = rows.collect::<Result<_, _>>().unwrap();
    expect![[r#"
        aaaa upgrade: retort 0.1.0 --tag release 7 -x 1 --tag
        bbbb upgrade: retort 0.1.0
        bbbb downgrade: retort 0.1.0 --tag back
        bbbb stamp: retort 0.1.0 --tag by-hand"#]]
    .assert_eq(&rows.join("\n"));
    let script = without_actor(&environment.run("retort upgrade head --sql --tag nightly").stdout);
    let shown: Vec<&str> =
        script.lines().filter(|line| line.starts_with("-- ") || line.contains("nightly")).collect();
    expect![[r#"
        -- upgrade base -> bbbb on sqlite, written by retort 0.1.0
        -- Tag: nightly
        -- It runs no revision on a database that is not at base.
        -- For the sqlite3 command. Let it stop at the first error, or half of a revision may be committed:
        -- sqlite3 -bail DATABASE < FILE
        -- Retort's own tables
        -- Running upgrade  -> aaaa
        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('aaaa', 'upgrade', 'done', 0, 0, '$ACTOR', 'retort 0.1.0 --sql --tag nightly', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);
        -- Running upgrade aaaa -> bbbb
        INSERT INTO "retort_journal" (revision, direction, outcome, statements_done, statements, actor, tool, started_at, finished_at, error) VALUES ('bbbb', 'upgrade', 'done', 0, 0, '$ACTOR', 'retort 0.1.0 --sql --tag nightly', strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now'), NULL);"#]].assert_eq(&shown.join("\n"));
}

#[test]
fn an_interrupted_run_is_shown_with_its_tag() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write(
        "migrations/aaaa_.sql",
        "-- a\n--\n-- @revision aaaa\n-- @no-transaction\n\n-- @upgrade\nCREATE TABLE t (a TEXT);\n\
         INSERT INTO nope VALUES (1);\n",
    );
    environment.run("retort upgrade head --tag nightly");
    environment.check(
        "retort downgrade base\nretort stamp aaaa\nretort upgrade head --tag x",
        expect![[r#"
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: revision aaaa was interrupted during its upgrade
            ! hint: 1 of its 2 statements ran (by $ACTOR, at $TIME UTC), tagged nightly
            ! hint: `retort upgrade aaaa` goes on with the rest
            [exit status: 1]
            $ retort stamp aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running stamp_revision  -> aaaa
            $ retort upgrade head --tag x
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! nothing to do: the database is at aaaa
        "#]],
    );
}

#[test]
fn a_tag_is_one_short_line() {
    let environment = TestEnvironment::new();
    let long = "x".repeat(101);
    let run = |tag: &str| {
        environment.run_arguments(["retort", "upgrade", "head", "--tag", tag].map(Into::into).to_vec())
    };
    for (tag, told) in
        [("a\nDROP TABLE t;", "one line"), ("", "not empty"), (&long, "at most 100 characters")]
    {
        let refused = run(tag);
        assert_eq!(refused.status, 2);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
}
