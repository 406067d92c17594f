//! The five errors that users of Alembic search for. Each says what to do
//! next, and doing exactly that leads to a healthy state.

use expect_test::{Expect, expect};

use crate::{
    content::assert_sound,
    project::{Project, hinted_commands},
};

/// Runs a command that fails, compares its message, and runs what the hints
/// say: `advised` is the list of those commands, which must end in health.
#[track_caller]
fn check(project: &mut Project, line: &str, message: Expect, advised: &[&str]) {
    let stderr = project.fails(line, 1);
    message.assert_eq(&stderr);
    let hinted = hinted_commands(&stderr);
    for command in advised {
        assert!(hinted.iter().any(|hinted| hinted == command), "{command} is not among {hinted:?}");
        project.ok(command);
    }
    project.ok("retort upgrade head");
    project.ok("retort current --check-heads");
    project.ok("retort downgrade base");
    project.ok("retort upgrade head");
    assert_sound(&project.open("dev.db"), line);
}

const CHAIN: [(&str, &str, Option<&str>); 3] = [
    ("aaa1", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);", None),
    ("bbb2", "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER);", None),
    ("ccc3", "ALTER TABLE orders ADD COLUMN total NUMERIC(10, 2);", None),
];

#[test]
fn cannot_locate_the_revision_that_the_database_is_at() {
    let mut project = Project::with_chain(&CHAIN);
    project.ok("retort upgrade head");
    // The database is at the last revision; a colleague calls it differently.
    project.open("dev.db").execute("UPDATE alembic_version SET version_num = '27c6a30d7c24'", []).unwrap();
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Can't locate revision identified by '27c6a30d7c24'
        hint: the table alembic_version of sqlite://dev.db is at 27c6a30d7c24, which no file in migrations has
        hint: restore the file of 27c6a30d7c24; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
    "#]],
        &["retort stamp --purge head"],
    );
}

#[test]
fn target_database_is_not_up_to_date() {
    let mut project = Project::with_chain(&CHAIN);
    project.ok("retort upgrade +1");
    check(
        &mut project,
        "retort current --check-heads",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Target database is not up to date. Database is not on all head revisions
        hint: it is at aaa1; `retort upgrade heads` brings it to the heads
    "#]],
        &["retort upgrade heads"],
    );
}

#[test]
fn multiple_heads() {
    let branches = || {
        let project = Project::with_chain(&CHAIN);
        project.revision("ddd4", "bbb2", "-- @upgrade\nCREATE TABLE theirs (id INTEGER PRIMARY KEY);\n");
        project
    };
    let message = expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: Multiple head revisions are present for given argument 'head'; please specify a specific target revision, '<branchname>@head' to narrow to a specific head, or 'heads' for all heads
        hint: join them: `retort merge -m "merge branches" ccc3 ddd4`
        hint: or go to all of them: `retort upgrade heads`
    "#]];
    check(&mut branches(), "retort upgrade head", message, &["retort merge -m \"merge branches\" ccc3 ddd4"]);
    check(
        &mut branches(),
        "retort revision -m next",
        expect![[r#"
            error: Multiple heads are present; please specify the head revision on which the new revision should be based, or perform a merge.
            hint: follow one of them with `--head ccc3`
            hint: or join them first: `retort merge -m "merge branches" ccc3 ddd4`
        "#]],
        &["retort merge -m \"merge branches\" ccc3 ddd4"],
    );
    let mut project = branches();
    let stderr = project.fails("retort upgrade head", 1);
    assert!(hinted_commands(&stderr).contains(&"retort upgrade heads".to_owned()), "{stderr}");
    project.ok("retort upgrade heads");
    project.ok("retort current --check-heads");
}

#[test]
fn table_already_exists() {
    let mut project = Project::with_chain(&CHAIN);
    project.open("dev.db").execute_batch("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)").unwrap();
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: table "users" already exists
         --> migrations/aaa1_.sql:5:1
          |
        5 | CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: `retort current` and `retort history -i` show where the database is recorded to be
        hint: if the database has all that revision aaa1 makes, record that: `retort stamp aaa1`; otherwise take what exists out of the revision
        hint: nothing of revision aaa1 ran; the database is at base, and `retort upgrade head` goes on from there
    "#]],
        &["retort stamp aaa1"],
    );
}

#[test]
fn column_already_exists() {
    let mut project = Project::with_chain(&CHAIN);
    project.ok("retort upgrade bbb2");
    project.open("dev.db").execute_batch("ALTER TABLE orders ADD COLUMN total NUMERIC(10, 2)").unwrap();
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: column "total" of relation "orders" already exists
         --> migrations/ccc3_.sql:6:1
          |
        6 | ALTER TABLE orders ADD COLUMN total NUMERIC(10, 2);
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: `retort current` and `retort history -i` show where the database is recorded to be
        hint: if the database has all that revision ccc3 makes, record that: `retort stamp ccc3`; otherwise take what exists out of the revision
        hint: nothing of revision ccc3 ran; the database is at bbb2, and `retort upgrade head` goes on from there
    "#]],
        &["retort stamp ccc3"],
    );
}

#[test]
fn column_does_not_exist() {
    let mut project = Project::with_chain(&CHAIN);
    project.revision("ddd4", "ccc3", "-- @upgrade\nALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;\n");
    // Recorded one revision too far: the column of ccc3 is not there.
    project.ok("retort upgrade bbb2");
    project.ok("retort stamp ccc3");
    check(
        &mut project,
        "retort upgrade head",
        expect![[r#"
        environment default, database sqlite://dev.db (from retort.toml)
        error: column "total" of relation "orders" does not exist
         --> migrations/ddd4_.sql:6:1
          |
        6 | ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0;
          | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        hint: `retort current` and `retort history -i` show where the database is recorded to be
        hint: if the database is without revision ccc3 too, record that: `retort stamp bbb2`; otherwise add what is missing to revision ddd4, before the statement that needs it
        hint: nothing of revision ddd4 ran; the database is at ccc3, and `retort upgrade head` goes on from there
    "#]],
        &["retort stamp bbb2"],
    );
}
