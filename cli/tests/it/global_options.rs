//! The options that every command takes, in every place, and those that
//! Alembic has under the same letters.

use expect_test::expect;

use crate::environment::TestEnvironment;

#[test]
fn global_options_stand_before_or_after_the_command() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.write("x.toml", "[env.dev]\nurl = \"sqlite://dev.db\"\n");
    let command = ["heads"];
    for option in [
        ["-c", "x.toml"].as_slice(),
        &["--config", "x.toml"],
        &["--config=x.toml"],
        &["-cx.toml"],
        &["-c", "x.toml", "-n", "dev"],
        &["-c", "x.toml", "--name", "dev"],
        &["-c", "x.toml", "--env", "dev"],
        &["-c", "x.toml", "-ndev"],
        &["--url", "sqlite://dev.db"],
        &["--format", "human"],
        &["-q"],
        &["--quiet"],
        &["--color", "never"],
    ] {
        for words in [[option, &command].concat(), [&command, option].concat()] {
            let run = environment.run(&format!("retort {}", words.join(" ")));
            assert_eq!(run.to_string(), "aaaa (head)\n", "{words:?}");
        }
    }
}

#[test]
fn n_is_the_environment() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    environment.write("retort.toml", "[env.dev]\nurl = \"sqlite://dev.db\"\n");
    environment.check(
        "retort -n dev current
        retort current --name dev
        retort current -n prod",
        expect![[r#"
            $ retort -n dev current
            ! environment dev, database sqlite://dev.db (from [env.dev] of retort.toml)
            ! there is no database `dev.db`; nothing is applied
            $ retort current --name dev
            ! environment dev, database sqlite://dev.db (from [env.dev] of retort.toml)
            ! there is no database `dev.db`; nothing is applied
            $ retort current -n prod
            ! error: there is no environment `prod`
            ! hint: the environments are: dev
            [exit status: 1]
        "#]],
    );
}

#[test]
fn c_after_current_is_a_file_or_asks_for_the_heads() {
    let mut environment = TestEnvironment::new();
    environment.revisions("aaaa : one\nbbbb <- aaaa : two");
    environment.write("x.toml", "");
    environment.use_database("dev.db");
    assert_eq!(environment.run("retort upgrade aaaa --quiet").status, 0);
    environment.check(
        "retort current -c
        retort current -c x.toml
        retort current -c --quiet
        retort -c x.toml current -c
        retort current -c missing.toml",
        expect![[r#"
            $ retort current -c
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Target database is not up to date. Database is not on all head revisions
            ! hint: it is at aaaa; `retort upgrade heads` brings it to the heads
            [exit status: 1]
            $ retort current -c x.toml
            aaaa
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort current -c --quiet
            ! error: Target database is not up to date. Database is not on all head revisions
            ! hint: it is at aaaa; `retort upgrade heads` brings it to the heads
            [exit status: 1]
            $ retort -c x.toml current -c
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Target database is not up to date. Database is not on all head revisions
            ! hint: it is at aaaa; `retort --config x.toml upgrade heads` brings it to the heads
            [exit status: 1]
            $ retort current -c missing.toml
            ! error: configuration file missing.toml does not exist
            ! hint: create it with `retort --config missing.toml init`, or leave out `--config`
            [exit status: 1]
        "#]],
    );
    assert_eq!(environment.run("retort upgrade head --quiet").status, 0);
    environment.check(
        "retort current -c
        retort current -v -c
        retort current -vc
        retort current -c -c x.toml
        retort heads -c
        retort current -c --nonsense",
        expect![[r#"
            $ retort current -c
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort current -v -c
            Current revision(s) for sqlite://dev.db:
            Rev: bbbb (head)
            Parent: aaaa
            Path: migrations/bbbb_.sql

                two
                $
                Revision ID: bbbb
                Revises: aaaa
                Create Date: 2026-11-22 15:02:01+00:00

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort current -vc
            Current revision(s) for sqlite://dev.db:
            Rev: bbbb (head)
            Parent: aaaa
            Path: migrations/bbbb_.sql

                two
                $
                Revision ID: bbbb
                Revises: aaaa
                Create Date: 2026-11-22 15:02:01+00:00

            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort current -c -c x.toml
            bbbb (head)
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            $ retort heads -c
            ! error: a value is required for '--config <FILE>' but none was supplied
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort current -c --nonsense
            ! error: unexpected argument '--nonsense' found
            ! 
            ! Usage: retort current [OPTIONS]
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
        "#]],
    );
}
