//! What new revision files begin with.

use std::fs;

use expect_test::expect;

use crate::environment::TestEnvironment;

fn project() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.revisions("");
    environment.use_database("dev.db");
    environment
}

/// The text of a file after `@created`.
fn body(environment: &TestEnvironment, path: &str) -> String {
    let text = fs::read_to_string(environment.path().join(path)).unwrap();
    text.split_once("-- @created ").unwrap().1.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn templates_are_listed() {
    let environment = project();
    environment.check(
        "retort list-templates
        retort list_templates --quiet",
        expect![[r#"
            $ retort list-templates
            Available templates:

            concurrent-index - an index that is built while others write (built in)
            data - changes of rows: batches, and the way back (built in)
            generic - SQL for every database (built in, the default)
            native - what each database has of its own: triggers, functions, extensions (built in)

            Templates are used via the 'revision' command, e.g.:

              retort revision --template data -m "..."
            $ retort list_templates --quiet
            Available templates:

            concurrent-index - an index that is built while others write (built in)
            data - changes of rows: batches, and the way back (built in)
            generic - SQL for every database (built in, the default)
            native - what each database has of its own: triggers, functions, extensions (built in)
        "#]],
    );
    environment.write("retort.toml", "templates = \"db/templates\"\ntemplate = \"ours\"\n");
    environment.write("db/templates/ours.sql", "-- as we write them\n-- @upgrade\n");
    environment.write("db/templates/generic.sql", "-- @upgrade\n");
    environment.write("db/templates/README.md", "no template");
    environment.check(
        "retort list-templates
        retort list-templates --format json",
        expect![[r#"
            $ retort list-templates
            Available templates:

            concurrent-index - an index that is built while others write (built in)
            data - changes of rows: batches, and the way back (built in)
            generic (db/templates/generic.sql)
            native - what each database has of its own: triggers, functions, extensions (built in)
            ours - as we write them (db/templates/ours.sql, the default)

            Templates are used via the 'revision' command, e.g.:

              retort revision --template data -m "..."
            $ retort list-templates --format json
            {"templates":[{"name":"concurrent-index","synopsis":"an index that is built while others write","built_in":true,"path":null,"is_default":false},{"name":"data","synopsis":"changes of rows: batches, and the way back","built_in":true,"path":null,"is_default":false},{"name":"generic","synopsis":"","built_in":false,"path":"db/templates/generic.sql","is_default":false},{"name":"native","synopsis":"what each database has of its own: triggers, functions, extensions","built_in":true,"path":null,"is_default":false},{"name":"ours","synopsis":"as we write them","built_in":false,"path":"db/templates/ours.sql","is_default":true}]}
        "#]],
    );
}

#[test]
fn built_in_templates_run_and_roll_back_as_they_are() {
    let environment = project();
    let names: Vec<String> = environment
        .run("retort list-templates --quiet")
        .stdout
        .lines()
        .filter_map(|line| Some(line.split_once(" - ")?.0.to_owned()))
        .collect();
    assert_eq!(names, ["concurrent-index", "data", "generic", "native"]);
    for name in &names {
        let id = name.replace('-', "_");
        let run = environment.run(&format!("retort revision --template {name} --rev-id {id}"));
        assert_eq!(run.status, 0, "{run}");
    }
    environment.check(
        "retort upgrade head\nretort downgrade base\nretort upgrade head",
        expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade  -> concurrent_index, empty message
        ! Running upgrade concurrent_index -> data, empty message
        ! Running upgrade data -> generic, empty message
        ! Running upgrade generic -> native, empty message
        $ retort downgrade base
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running downgrade native -> generic, empty message
        ! Running downgrade generic -> data, empty message
        ! Running downgrade data -> concurrent_index, empty message
        ! Running downgrade concurrent_index -> , empty message
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! Running upgrade  -> concurrent_index, empty message
        ! Running upgrade concurrent_index -> data, empty message
        ! Running upgrade data -> generic, empty message
        ! Running upgrade generic -> native, empty message
    "#]],
    );
}

#[test]
fn what_the_templates_show_runs() {
    let environment = project();
    environment.write(
        "migrations/a.sql",
        "-- @revision aaaa\n-- @upgrade\nCREATE TABLE account (id INTEGER PRIMARY KEY, email TEXT, name TEXT, currency TEXT, changed TIMESTAMP);\n",
    );
    for name in ["concurrent-index", "data", "native"] {
        let id = name.replace('-', "_");
        assert_eq!(environment.run(&format!("retort revision --template {name} --rev-id {id}")).status, 0);
        // What is shown is indented.
        let path = format!("migrations/{id}_.sql");
        let text = fs::read_to_string(environment.path().join(&path)).unwrap();
        let taken_up = text.lines().map(|line| line.strip_prefix("--     ").unwrap_or(line));
        environment.write(&path, &taken_up.collect::<Vec<_>>().join("\n"));
    }
    environment.check(
        "retort upgrade head
        retort downgrade data
        retort downgrade base",
        expect![[r#"
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! Running upgrade  -> aaaa, $
            ! Running upgrade aaaa -> concurrent_index, empty message
            ! Running upgrade concurrent_index -> data, empty message
            ! Running upgrade data -> native, empty message
            $ retort downgrade data
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the revision has no `-- @downgrade` section and none can be computed: cannot undo `run CREATE TRIGGER account_changed AFTER UPDATE ON account WHEN…`: nothing says what undoes raw SQL
            !   --> migrations/native_.sql:23:1
            !    |
            ! 23 | CREATE TRIGGER account_changed AFTER UPDATE ON account WHEN NEW.changed IS OLD.changed BEGIN
            !    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: add a `-- @downgrade` section that undoes the revision; an empty one means that there is nothing to undo
            ! hint: nothing of revision native ran; the database is at native, and `retort downgrade data` goes on from there
            [exit status: 1]
            $ retort downgrade base
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: the revision has no `-- @downgrade` section and none can be computed: cannot undo `run CREATE TRIGGER account_changed AFTER UPDATE ON account WHEN…`: nothing says what undoes raw SQL
            !   --> migrations/native_.sql:23:1
            !    |
            ! 23 | CREATE TRIGGER account_changed AFTER UPDATE ON account WHEN NEW.changed IS OLD.changed BEGIN
            !    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            ! hint: add a `-- @downgrade` section that undoes the revision; an empty one means that there is nothing to undo
            ! hint: nothing of revision native ran; the database is at native, and `retort downgrade base` goes on from there
            [exit status: 1]
        "#]],
    );
}

#[test]
fn a_template_gives_the_comment_and_the_sections() {
    let environment = project();
    environment.write("retort.toml", "template = \"ours\"\n");
    environment.write(
        "templates/ours.sql",
        "-- as we write them\n--\n-- Reviewed by:\n-- @no-transaction\n\n-- @upgrade\n\n-- @only sqlite\nSELECT 1;\n\n-- @downgrade\n-- nothing\n",
    );
    environment.write("templates/merge.sql", "-- merges\n-- Ask who wrote them.\n");
    environment.check(
        "retort revision -m one --rev-id aaaa
        retort revision -m two --rev-id bbbb --template generic
        retort revision -m three --rev-id cccc --head aaaa --splice --template ours.sql
        retort merge heads --rev-id dddd",
        expect![[r#"
            $ retort revision -m one --rev-id aaaa
            Generating migrations/aaaa_one.sql ...  done
            $ retort revision -m two --rev-id bbbb --template generic
            Generating migrations/bbbb_two.sql ...  done
            $ retort revision -m three --rev-id cccc --head aaaa --splice --template ours.sql
            Generating migrations/cccc_three.sql ...  done
            $ retort merge heads --rev-id dddd
            Generating migrations/dddd_.sql ...  done
        "#]],
    );
    expect![[r#"
        -- @no-transaction

        -- Reviewed by:

        -- @upgrade
        -- @only sqlite
        SELECT 1;

        -- @downgrade
        -- nothing
    "#]]
    .assert_eq(&body(&environment, "migrations/aaaa_one.sql"));
    expect![[r#"

        -- @upgrade
        -- Write SQL here. What undoes it is worked out where that is possible; to write
        -- it yourself, begin a section below with the line: -- @downgrade
    "#]]
    .assert_eq(&body(&environment, "migrations/bbbb_two.sql"));
    assert_eq!(
        body(&environment, "migrations/cccc_three.sql"),
        body(&environment, "migrations/aaaa_one.sql")
    );
    expect![[r#"

        -- Ask who wrote them.

        -- @upgrade
    "#]]
    .assert_eq(&body(&environment, "migrations/dddd_.sql"));
    environment.remove("templates/merge.sql");
    assert_eq!(environment.run("retort merge dddd aaaa --splice --rev-id eeee").status, 0);
    assert_eq!(body(&environment, "migrations/eeee_.sql"), "\n-- @upgrade\n");
}

#[test]
fn what_autogenerate_finds_takes_the_place_of_the_sections() {
    let environment = project();
    environment
        .write("templates/ours.sql", "-- x\n-- Reviewed by:\n-- @no-transaction\n-- @upgrade\nSELECT 1;\n");
    environment.write("models/t.sql", "CREATE TABLE t (id INTEGER PRIMARY KEY);\n");
    let run = environment.run("retort revision --autogenerate -m t --rev-id aaaa --template ours");
    assert_eq!(run.status, 0, "{run}");
    expect![[r#"

        -- Reviewed by:

        -- @upgrade
        CREATE TABLE t (
            id INTEGER PRIMARY KEY
        );

        -- @downgrade
        DROP TABLE t;
    "#]]
    .assert_eq(&body(&environment, "migrations/aaaa_t.sql"));
}

#[test]
fn what_is_no_template_is_refused_before_anything_is_written() {
    let environment = project();
    environment.write("templates/own.sql", "-- ours\n-- @revision aaaa\n");
    environment.write("templates/typo.sql", "-- ours\n-- @upgrade\n-- @onyl sqlite\n");
    environment.write("templates/merge.sql", "-- ours\nSELECT 1;\n");
    environment.write("templates/latin.sql", "-- ours\n");
    fs::write(environment.path().join("templates/latin.sql"), b"-- caf\xe9\n").unwrap();
    environment.check(
        "retort revision --template own
        retort revision --template typo
        retort revision --template latin
        retort revision --template generik
        retort revision --template nothing.like.it
        retort revision --template ../own
        retort revision --template typo --format json
        retort merge heads",
        expect![[r#"
            $ retort revision --template own
            ! error: `@revision` is written for each new revision
            !  --> templates/own.sql:2:4
            !   |
            ! 2 | -- @revision aaaa
            !   |    ^^^^^^^^^
            ! hint: leave it out: a template has a comment, perhaps `-- @no-transaction`, and the sections
            [exit status: 1]
            $ retort revision --template typo
            ! error: unknown directive `@onyl`
            !  --> templates/typo.sql:3:4
            !   |
            ! 3 | -- @onyl sqlite
            !   |    ^^^^^
            ! hint: known here: `@upgrade`, `@downgrade`, `@only`, `@all`
            [exit status: 1]
            $ retort revision --template latin
            ! error: not UTF-8 at byte 6
            !  --> templates/latin.sql:1:7
            !   |
            ! 1 | -- caf�
            !   |       ^
            ! hint: save the file as UTF-8
            [exit status: 1]
            $ retort revision --template generik
            ! error: there is no template `generik`
            ! hint: did you mean `generic`?
            ! hint: one of your own is a file templates/generik.sql
            [exit status: 1]
            $ retort revision --template nothing.like.it
            ! error: there is no template `nothing.like.it`
            ! hint: the templates are: concurrent-index, data, generic, latin, merge, native, own, typo
            ! hint: one of your own is a file templates/nothing.like.it.sql
            [exit status: 1]
            $ retort revision --template ../own
            ! error: there is no template `../own`
            ! hint: the templates are: concurrent-index, data, generic, latin, merge, native, own, typo
            ! hint: one of your own is a file NAME.sql in templates
            [exit status: 1]
            $ retort revision --template typo --format json
            ! {"error":{"code":"invalid-template","message":"templates/typo.sql:3:4: unknown directive `@onyl`","hint":"known here: `@upgrade`, `@downgrade`, `@only`, `@all`"}}
            [exit status: 1]
            $ retort merge heads
            ! error: there is no revision to merge
            ! hint: `retort heads` lists the candidates
            [exit status: 1]
        "#]],
    );
    environment.write("migrations/a.sql", "-- @revision aaaa\n");
    environment.write("migrations/b.sql", "-- @revision bbbb\n");
    environment.write("retort.toml", "template = \"ours\"\n");
    let before = environment.files();
    environment.check(
        "retort merge heads
        retort revision --head aaaa
        retort list-templates",
        expect![[r#"
            $ retort merge heads
            ! error: SQL before `-- @upgrade`
            !  --> templates/merge.sql:2:1
            !   |
            ! 2 | SELECT 1;
            !   | ^^^^^^
            ! hint: write `-- @upgrade` on a line of its own above it
            [exit status: 1]
            $ retort revision --head aaaa
            ! error: there is no template `ours`, which retort.toml gives
            ! hint: the templates are: concurrent-index, data, generic, latin, merge, native, own, typo
            ! hint: one of your own is a file templates/ours.sql
            [exit status: 1]
            $ retort list-templates
            ! error: not UTF-8 at byte 6
            !  --> templates/latin.sql:1:7
            !   |
            ! 1 | -- caf�
            !   |       ^
            ! hint: save the file as UTF-8
            [exit status: 1]
        "#]],
    );
    assert_eq!(environment.files(), before);
}

#[test]
fn init_takes_a_template_for_the_configuration() {
    let environment = TestEnvironment::new();
    environment.check(
        "retort init --template multidb db
        retort init -t async
        retort init -t generik
        retort init --package -t data db
        retort revision --rev-id aaaa",
        expect![[r#"
            $ retort init --template multidb db
            ! error: `multidb` is a template of Alembic's environments, which are code; Retort has settings instead
            ! hint: leave out `--template`, and write a section [env.NAME] in retort.toml for each database
            [exit status: 1]
            $ retort init -t async
            ! error: `async` is a template of Alembic's environments, which are code; Retort has settings instead
            ! hint: no connection needs code here: leave out `--template`
            [exit status: 1]
            $ retort init -t generik
            ! error: there is no template `generik`
            ! hint: did you mean `generic`?
            ! hint: one of your own is a file templates/generik.sql
            [exit status: 1]
            $ retort init --package -t data db
            Creating directory db ...  done
            Generating retort.toml ...  done
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            ! `--package` is for modules of Python: there is nothing to do for it
            $ retort revision --rev-id aaaa
            Generating db/aaaa_.sql ...  done
        "#]],
    );
    let text = fs::read_to_string(environment.path().join("retort.toml")).unwrap();
    assert!(text.contains("\ntemplate = \"data\"\n"), "{text}");
    assert!(body(&environment, "db/aaaa_.sql").contains("batches"));
}
