//! Where settings come from, and which wins.

use std::fs;

use expect_test::{Expect, expect};

use crate::environment::TestEnvironment;

/// Runs `current` where these places name a database, and returns which one
/// it took.
#[track_caller]
fn check_url(places: &[&str], expected: Expect) {
    let mut environment = TestEnvironment::new();
    environment.revisions("");
    let (mut top, mut section) = (String::new(), String::new());
    let mut command = "retort current".to_owned();
    for place in places {
        match *place {
            "--url" => command.push_str(" --url sqlite://flag.db"),
            "--env" => command.push_str(" --env prod"),
            "RETORT_ENV" => drop(environment.set("RETORT_ENV", "prod")),
            "RETORT_URL" => drop(environment.set("RETORT_URL", "sqlite://retort-url.db")),
            "DATABASE_URL" => drop(environment.set("DATABASE_URL", "sqlite://database-url.db")),
            ".env.prod" => drop(environment.write(".env.prod", "DATABASE_URL=sqlite://dot-env-prod.db\n")),
            ".env" => drop(environment.write(".env", "OTHER=1\nexport DATABASE_URL='sqlite://dot-env.db'\n")),
            "[env.prod]" => section = "[env.prod]\nurl = \"sqlite://section.db\"\n".to_owned(),
            "retort.toml" => top = "url = \"sqlite://top.db\"\n".to_owned(),
            place => panic!("unknown place {place}"),
        }
    }
    environment.write("retort.toml", &(top + &section));
    let run = environment.run(&command);
    expected.assert_eq(run.stderr.lines().next().unwrap_or_default());
}

#[test]
fn a_variable_that_overrides_the_chosen_environment_is_told() {
    let warning = |process: &str, command: &str| {
        let mut environment = TestEnvironment::new();
        environment.revisions("");
        environment.write("retort.toml", "[env.dev]\nurl = \"sqlite://dev.db\"\n");
        environment.set("DATABASE_URL", process);
        let run = environment.run(command);
        run.stderr.lines().find(|line| line.starts_with("warning: ")).unwrap_or_default().to_owned()
    };
    let overrides = "warning: DATABASE_URL overrides the database of environment dev, which [env.dev] of retort.toml names";
    assert_eq!(warning("sqlite://prod.db", "retort --env dev current"), overrides);
    assert_eq!(warning("sqlite://dev.db", "retort --env dev current"), "");
    assert_eq!(warning("sqlite://prod.db", "retort current"), "");
    assert_eq!(warning("sqlite://prod.db", "retort --env dev --url sqlite://other.db current"), "");
}

#[test]
fn the_nearest_url_wins() {
    let all =
        ["--url", "RETORT_URL", "DATABASE_URL", ".env.prod", "[env.prod]", ".env", "retort.toml", "--env"];
    check_url(&all, expect!["environment prod, database sqlite://flag.db (from --url)"]);
    check_url(&all[1..], expect!["environment prod, database sqlite://retort-url.db (from RETORT_URL)"]);
    check_url(&all[2..], expect!["environment prod, database sqlite://database-url.db (from DATABASE_URL)"]);
    check_url(
        &all[3..],
        expect!["environment prod, database sqlite://dot-env-prod.db (from DATABASE_URL in .env.prod)"],
    );
    check_url(
        &all[4..],
        expect!["environment prod, database sqlite://section.db (from [env.prod] of retort.toml)"],
    );
    check_url(
        &[".env.prod", ".env", "retort.toml", "--env"],
        expect!["environment prod, database sqlite://dot-env-prod.db (from DATABASE_URL in .env.prod)"],
    );
    check_url(
        &["[env.prod]", ".env", "retort.toml"],
        expect!["environment default, database sqlite://dot-env.db (from DATABASE_URL in .env)"],
    );
    check_url(
        &["[env.prod]", "retort.toml"],
        expect!["environment default, database sqlite://top.db (from retort.toml)"],
    );
    check_url(
        &["[env.prod]", "retort.toml", "RETORT_ENV"],
        expect!["environment prod, database sqlite://section.db (from [env.prod] of retort.toml)"],
    );
    check_url(&["[env.prod]", ".env.prod"], expect!["error: no database is given"]);
    check_url(
        &["[env.prod]", "--env", "retort.toml"],
        expect!["environment prod, database sqlite://section.db (from [env.prod] of retort.toml)"],
    );
    check_url(&[], expect!["error: no database is given"]);
}

#[test]
fn environments_must_exist() {
    let environment = TestEnvironment::new();
    environment.revisions("");
    environment.check(
        "retort current --env prod",
        expect![[r#"
        $ retort current --env prod
        ! error: there is no environment `prod`
        ! hint: add a section [env.prod] to retort.toml, or a file .env.prod
        [exit status: 1]
    "#]],
    );
    environment.write(".env.prod", "");
    environment.write(".env.example", "");
    environment.write("retort.toml", "[env.dev]\n");
    environment.check(
        "retort current --env prd
        retort current --env ../prod
        retort current --env example --format json
        retort current
        retort current --env dev",
        expect![[r#"
            $ retort current --env prd
            ! error: there is no environment `prd`
            ! hint: the environments are: dev, prod
            ! hint: did you mean `--env prod`?
            [exit status: 1]
            $ retort current --env ../prod
            ! error: there is no environment `../prod`
            ! hint: the environments are: dev, prod
            [exit status: 1]
            $ retort current --env example --format json
            ! {"error":{"code":"no-database","message":"no database is given","hint":"set `url` in [env.example] of retort.toml, or DATABASE_URL in .env.example or in the environment"}}
            [exit status: 1]
            $ retort current
            ! error: no database is given
            ! hint: name the environment, for example `--env dev` (there is dev, prod); or set `url` in retort.toml
            [exit status: 1]
            $ retort current --env dev
            ! error: no database is given
            ! hint: set `url` in [env.dev] of retort.toml, or DATABASE_URL in .env.dev or in the environment
            [exit status: 1]
        "#]],
    );
}

#[test]
fn every_setting_can_be_a_variable() {
    let mut environment = TestEnvironment::new();
    environment.revisions("aaaa : one");
    fs::rename(environment.path().join("migrations"), environment.path().join("schema")).unwrap();
    environment.write("retort.toml", "migrations = \"elsewhere\"\n");
    environment.write(".env", "RETORT_MIGRATIONS=schema\n");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        aaaa (head)
    "#]],
    );
    environment.set("RETORT_LOCK_TIMEOUT", "soon");
    environment.check("retort heads", expect![[r#"
        $ retort heads
        ! error: `soon`, the lock_timeout that RETORT_LOCK_TIMEOUT gives, is not a duration such as `30s` or `2m`
        [exit status: 1]
    "#]]);
    environment.set("RETORT_LOCK_TIMEOUT", "90");
    environment.set("RETORT_MIGRATIONS", "nowhere");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: Path doesn't exist: nowhere.  Please use the 'init' command to create a new scripts folder.
        ! hint: run `retort init`, or set `migrations` in retort.toml to the directory of the revision files
        [exit status: 1]
    "#]],
    );
}

#[test]
fn the_configuration_file_may_lie_elsewhere() {
    let mut environment = TestEnvironment::new();
    environment.write("app/retort.toml", "migrations = \"schema\"\n");
    environment.write("app/schema/a.sql", "-- one\n-- @revision aaaa\n");
    environment.check(
        "retort -c app/retort.toml history
        retort history -c app/retort.toml
        retort -c other.toml history",
        expect![[r#"
            $ retort -c app/retort.toml history
            <base> -> aaaa (head), one
            $ retort history -c app/retort.toml
            <base> -> aaaa (head), one
            $ retort -c other.toml history
            ! error: configuration file other.toml does not exist
            ! hint: create it with `retort --config other.toml init`, or leave out `--config`
            [exit status: 1]
        "#]],
    );
    environment.set("RETORT_CONFIG", "app/retort.toml");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        aaaa (head)
    "#]],
    );
}

#[test]
fn what_a_configuration_file_may_not_say() {
    for (text, expected) in [
        (
            "migration = \"a\"\n",
            expect![[r#"
            error: unknown setting `migration`
             --> retort.toml:1:1
              |
            1 | migration = "a"
              | ^^^^^^^^^
            hint: did you mean `migrations`?
        "#]],
        ),
        (
            "url = \"sqlite://dev.db\"\ncolour = 1\n",
            expect![[r#"
                error: unknown setting `colour`
                 --> retort.toml:2:1
                  |
                2 | colour = 1
                  | ^^^^^^
                hint: the settings are: migrations, models, url, version_table, version_table_namespace, lock_timeout, protected, transaction, namespaces, types, include, exclude, recursive_version_locations, file_template, truncate_slug_length, timezone, templates, template, hooks, env
            "#]],
        ),
        (
            "[env.prod]\nulr = \"sqlite://prod.db\"\n",
            expect![[r#"
            error: unknown setting `ulr`
             --> retort.toml:2:1
              |
            2 | ulr = "sqlite://prod.db"
              | ^^^
            hint: did you mean `url`?
        "#]],
        ),
        (
            "[env.prod.env]\n",
            expect![[r#"
                error: unknown setting `env`
                 --> retort.toml:1:11
                  |
                1 | [env.prod.env]
                  |           ^^^
                hint: the settings are: migrations, models, url, version_table, version_table_namespace, lock_timeout, protected, transaction, namespaces, types, include, exclude, recursive_version_locations, file_template, truncate_slug_length, timezone, templates, template, hooks
            "#]],
        ),
        (
            "url = 1\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:7
              |
            1 | url = 1
              |       ^ expected a string
        "#]],
        ),
        (
            "namespaces = { finance = 1 }\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:26
              |
            1 | namespaces = { finance = 1 }
              |                          ^ expected a string
        "#]],
        ),
        (
            "lock_timeout = true\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:16
              |
            1 | lock_timeout = true
              |                ^^^^ expected a duration such as "30s"
        "#]],
        ),
        (
            "env = 1\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:7
              |
            1 | env = 1
              |       ^ expected a table
        "#]],
        ),
        (
            "url = \"sqlite://dev.db\n",
            expect![[r#"
            error: the configuration is not valid TOML
             --> retort.toml:1:23
              |
            1 | url = "sqlite://dev.db
              |                       ^ invalid basic string, expected `"`
        "#]],
        ),
        (
            "lock_timeout = \"1 fortnight\"\n",
            expect![[r#"
            error: `1 fortnight`, the lock_timeout that retort.toml gives, is not a duration such as `30s` or `2m`
        "#]],
        ),
    ] {
        let environment = TestEnvironment::new();
        environment.write("retort.toml", text);
        let run = environment.run("retort heads");
        assert_eq!(run.status, 1, "{text}");
        expected.assert_eq(&run.stderr);
    }
}

#[test]
fn no_password_is_shown() {
    let mut environment = TestEnvironment::new();
    environment.revisions("");
    environment.write(".env", "A=b\nDATABASE_URL=postgresql://app:secret word@host/db\n");
    environment.check(
        "retort current",
        expect![[r#"
        $ retort current
        ! error: .env:2 is not of the form NAME=value
        ! hint: put quotes around a value with spaces or special characters: NAME='value'
        [exit status: 1]
    "#]],
    );
    environment.write(".env", "");
    environment.set("DATABASE_URL", "nothing:secret@host");
    environment.check(
        "retort current",
        expect![[r#"
        $ retort current
        ! error: no backend for `nothing` is built in
        ! hint: the backends are: sqlite
        [exit status: 1]
    "#]],
    );
    environment.set("DATABASE_URL", "app:secret@host/db");
    environment.check(
        "retort current",
        expect![[r#"
        $ retort current
        ! error: no backend for `app` is built in
        ! hint: the backends are: sqlite
        [exit status: 1]
    "#]],
    );
    environment.set("DATABASE_URL", "://app:secret@host/db");
    environment.check("retort current", expect![[r#"
        $ retort current
        ! error: database URL has no scheme such as `sqlite://`
        ! hint: correct the URL that DATABASE_URL gives; a SQLite database in this directory is `sqlite://dev.db`
        [exit status: 1]
    "#]]);
    environment.set("DATABASE_URL", "sqllite+pysqlite://app:secret@host/db");
    environment.check(
        "retort current",
        expect![[r#"
        $ retort current
        ! error: no backend for `sqllite` is built in
        ! hint: the backends are: sqlite
        ! hint: did you mean `sqlite:`?
        [exit status: 1]
    "#]],
    );
}

#[test]
fn hints_stay_in_the_environment() {
    let environment = TestEnvironment::new();
    environment.revisions("aaaa : one\nbbbb : two");
    environment.write("app.toml", "[env.prod]\nurl = \"sqlite://missing.db\"\n");
    environment.check(
        "retort -c app.toml --env prod current --check-heads",
        expect![[r#"
        $ retort -c app.toml --env prod current --check-heads
        ! environment prod, database sqlite://missing.db (from [env.prod] of app.toml)
        ! there is no database `missing.db`; nothing is applied
        ! error: Target database is not up to date. Database is not on all head revisions
        ! hint: it is at base; `retort --config app.toml --env prod upgrade heads` brings it to the heads
        [exit status: 1]
    "#]],
    );
}

#[test]
fn who_comes_from_alembic_is_told_the_settings() {
    let environment = TestEnvironment::new();
    environment.write(
        "alembic.ini",
        "[alembic]\nscript_location = %(here)s/alembic\nsqlalchemy.url = postgresql+psycopg2://ada:secret@db/app\n",
    );
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! error: Path doesn't exist: migrations.  Please use the 'init' command to create a new scripts folder.
        ! hint: run `retort init`, or set `migrations` in retort.toml to the directory of the revision files
        ! hint: alembic.ini is Alembic's, whose revisions are Python and stay with it; `retort init migrations` makes a directory for revisions in SQL
        ! hint: the database goes on where it is; what alembic.ini says is, in retort.toml:
        ! migrations = "migrations"
        ! url = "postgresql+psycopg2://ada:***@db/app"
        [exit status: 1]
    "#]]);
    environment.write("migrations/env.py", "");
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! error: no database is given
        ! hint: set `url` in retort.toml, or DATABASE_URL, or pass `--url`: for example `--url sqlite://dev.db`
        ! hint: alembic.ini is Alembic's, whose revisions are Python and stay with it; `retort init revisions` makes a directory for revisions in SQL
        ! hint: the database goes on where it is; what alembic.ini says is, in retort.toml:
        ! migrations = "revisions"
        ! url = "postgresql+psycopg2://ada:***@db/app"
        [exit status: 1]
    "#]]);
    environment.write("retort.toml", "");
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! error: no database is given
        ! hint: set `url` in retort.toml, or DATABASE_URL, or pass `--url`: for example `--url sqlite://dev.db`
        [exit status: 1]
    "#]]);
}
