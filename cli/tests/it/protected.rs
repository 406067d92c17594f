//! Environments that are protected.

use expect_test::expect;

use crate::environment::TestEnvironment;

/// An environment `prod` that is protected, and `dev` that is not; both at the
/// second of four revisions, of which the last two drop something.
fn project() -> TestEnvironment {
    let environment = TestEnvironment::new();
    let url = |file: &str| format!("url = \"sqlite://{}\"", environment.path().join(file).display());
    let config = format!("[env.prod]\nprotected = true\n{}\n[env.dev]\n{}\n", url("prod.db"), url("dev.db"));
    environment.write("retort.toml", &config);
    let mut parent = String::new();
    for (id, sql) in [
        ("aaaa", "CREATE TABLE t (a INTEGER, b TEXT);\nCREATE TABLE u (a INTEGER);"),
        ("bbbb", "ALTER TABLE t ADD COLUMN c INTEGER;\nALTER TABLE t DROP COLUMN b;"),
        ("cccc", "ALTER TABLE t DROP COLUMN c;\nDROP TABLE u;"),
        ("dddd", "-- @only sqlite\nDROP TABLE t;"),
    ] {
        let text =
            format!("-- about {id}\n--\n-- @revision {id}\n{parent}\n-- @upgrade\n{sql}\n-- @downgrade\n");
        environment.write(&format!("migrations/{id}_.sql"), &text);
        parent = format!("-- @revises {id}\n");
    }
    for name in ["prod", "dev"] {
        let run = environment.run(&format!("retort --env {name} upgrade bbbb"));
        assert_eq!(run.status, 0, "a database without tables has nothing to lose: {run}");
    }
    environment
}

#[test]
fn what_takes_something_is_refused() {
    let environment = project();
    environment.check(
        "retort -q --env prod upgrade heads
        retort -q --env prod upgrade cccc
        retort -q --env prod downgrade base
        retort -q --env prod downgrade -1
        retort -q --env prod stamp --purge head
        retort --env prod upgrade head --format json
        retort -q --env prod current",
        expect![[r#"
            $ retort -q --env prod upgrade heads
            ! error: environment prod is protected, and the upgrade drops what may hold data
            ! hint: revision cccc: the values of t.c are lost
            ! hint: revision cccc: the rows of u are lost
            ! hint: revision dddd: `DROP TABLE t` may lose rows or values
            ! hint: nothing was done; type the name of the environment at a terminal, or go on with `--yes`
            [exit status: 1]
            $ retort -q --env prod upgrade cccc
            ! error: environment prod is protected, and the upgrade drops what may hold data
            ! hint: revision cccc: the values of t.c are lost
            ! hint: revision cccc: the rows of u are lost
            ! hint: nothing was done; type the name of the environment at a terminal, or go on with `--yes`
            [exit status: 1]
            $ retort -q --env prod downgrade base
            ! error: environment prod is protected, and the downgrade undoes 2 revisions, bbbb to aaaa
            ! hint: nothing was done; type the name of the environment at a terminal, or go on with `--yes`
            [exit status: 1]
            $ retort -q --env prod downgrade -1
            ! error: environment prod is protected, and the downgrade undoes revision bbbb
            ! hint: nothing was done; type the name of the environment at a terminal, or go on with `--yes`
            [exit status: 1]
            $ retort -q --env prod stamp --purge head
            ! error: environment prod is protected, and `stamp --purge` forgets which revisions are recorded
            ! hint: nothing was done; type the name of the environment at a terminal, or go on with `--yes`
            [exit status: 1]
            $ retort --env prod upgrade head --format json
            ! {"error":{"code":"protected","message":"environment prod is protected, and the upgrade drops what may hold data","hint":"revision cccc: the values of t.c are lost\nrevision cccc: the rows of u are lost\nrevision dddd: `DROP TABLE t` may lose rows or values\nnothing was done; type the name of the environment at a terminal, or go on with `--yes`"}}
            [exit status: 1]
            $ retort -q --env prod current
            bbbb
        "#]],
    );
}

#[test]
fn what_takes_nothing_is_not() {
    let environment = project();
    assert_eq!(environment.run("retort --env prod downgrade bbbb:aaaa --sql").status, 0);
    environment.check(
        "retort --env prod upgrade bbbb
        retort --env prod downgrade bbbb
        retort -q --env prod upgrade heads --dry-run
        retort -q --env prod stamp --purge base --yes
        retort -q --env prod stamp bbbb
        retort --env prod upgrade cccc --yes
        retort --env prod downgrade -1 -y
        retort --env dev upgrade head
        retort --env dev downgrade base
        retort --env dev stamp --purge head",
        expect![[r#"
            $ retort --env prod upgrade bbbb
            ! environment prod, database sqlite://prod.db (from [env.prod] of retort.toml)
            ! nothing to do: the database is at bbbb
            $ retort --env prod downgrade bbbb
            ! environment prod, database sqlite://prod.db (from [env.prod] of retort.toml)
            ! nothing to do: the database is at bbbb
            $ retort -q --env prod upgrade heads --dry-run
            -- Running upgrade bbbb -> cccc

            ALTER TABLE "t" DROP COLUMN "c";

            DROP TABLE "u";

            UPDATE "alembic_version" SET "version_num" = 'cccc' WHERE "version_num" = 'bbbb';

            -- Running upgrade cccc -> dddd

            DROP TABLE t;

            UPDATE "alembic_version" SET "version_num" = 'dddd' WHERE "version_num" = 'cccc';

            $ retort -q --env prod stamp --purge base --yes
            $ retort -q --env prod stamp bbbb
            $ retort --env prod upgrade cccc --yes
            ! environment prod, database sqlite://prod.db (from [env.prod] of retort.toml)
            ! Running upgrade bbbb -> cccc, about cccc
            $ retort --env prod downgrade -1 -y
            ! environment prod, database sqlite://prod.db (from [env.prod] of retort.toml)
            ! Running downgrade cccc -> bbbb, about cccc
            $ retort --env dev upgrade head
            ! environment dev, database sqlite://dev.db (from [env.dev] of retort.toml)
            ! Running upgrade bbbb -> cccc, about cccc
            ! Running upgrade cccc -> dddd, about dddd
            $ retort --env dev downgrade base
            ! environment dev, database sqlite://dev.db (from [env.dev] of retort.toml)
            ! Running downgrade dddd -> cccc, about dddd
            ! Running downgrade cccc -> bbbb, about cccc
            ! Running downgrade bbbb -> aaaa, about bbbb
            ! Running downgrade aaaa -> , about aaaa
            $ retort --env dev stamp --purge head
            ! environment dev, database sqlite://dev.db (from [env.dev] of retort.toml)
            ! Running stamp_revision  -> dddd
        "#]],
    );
}

#[test]
fn the_whole_project_may_be_protected() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment
        .write("retort.toml", "protected = true\nurl = \"sqlite::memory:\"\n[env.dev]\nprotected = false\n");
    environment.check(
        "retort -q stamp --purge aaaa
        retort -q stamp --purge aaaa --env dev",
        expect![[r#"
            $ retort -q stamp --purge aaaa
            ! error: environment default is protected, and `stamp --purge` forgets which revisions are recorded
            ! hint: nothing was done; type the name of the environment at a terminal, or go on with `--yes`
            [exit status: 1]
            $ retort -q stamp --purge aaaa --env dev
        "#]],
    );
    environment.write("retort.toml", "protected = \"yes\"\n");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: a setting has a value of the wrong kind
        !  --> retort.toml:1:13
        !   |
        ! 1 | protected = "yes"
        !   |             ^^^^^ expected true or false
        [exit status: 1]
    "#]],
    );
}
