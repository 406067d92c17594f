//! `retort init`

use std::fs;

use expect_test::expect;

use crate::environment::TestEnvironment;

#[test]
fn init_makes_what_the_next_commands_need() {
    let environment = TestEnvironment::new();
    environment.check(
        "retort init
        retort heads
        retort revision -m \"create account\" --rev-id 1975ea83b712
        retort heads",
        expect![[r#"
            $ retort init
            Creating directory migrations ...  done
            Generating retort.toml ...  done
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            $ retort heads
            $ retort revision -m "create account" --rev-id 1975ea83b712
            Generating migrations/1975ea83b712_create_account.sql ...  done
            $ retort heads
            1975ea83b712 (head)
        "#]],
    );
    assert_eq!(environment.files(), ["migrations/1975ea83b712_create_account.sql", "retort.toml"]);
}

#[test]
fn the_configuration_says_how_to_go_on() {
    let environment = TestEnvironment::new();
    assert_eq!(environment.run("retort init db/schema").status, 0);
    let text = fs::read_to_string(environment.path().join("retort.toml")).unwrap();
    expect![[r##"
        # The settings of Retort. A variable RETORT_KEY overrides a key, DATABASE_URL
        # the url; both may stand in a file .env, which should not be committed.

        # The directory of the revision files, or a list of directories.
        migrations = "db/schema"

        # How new ones are called, and what they begin with: `retort list-templates`.
        # file_template = "%(rev)s_%(slug)s"
        # template = "generic"

        # The directory of the models: the schema as it is to be, in SQL.
        # models = "models"

        # The database. A relative path of sqlite: starts from the working directory.
        url = "sqlite://dev.db"

        # The table in which the database keeps its current revisions, and the namespace of it.
        # version_table = "alembic_version"
        # version_table_namespace = "app"

        # How long to wait for another run to end.
        # lock_timeout = "30s"

        # Settings of one environment, picked by `--env prod` or RETORT_ENV=prod. A
        # file .env.prod may hold its DATABASE_URL.
        # [env.prod]
        # url = "sqlite:///var/lib/app/prod.db"
    "##]]
    .assert_eq(&text);
    assert_eq!(environment.run("retort heads").status, 0);
}

#[test]
fn init_never_overwrites() {
    let environment = TestEnvironment::new();
    environment.write("retort.toml", "url = \"sqlite://kept.db\"\n");
    environment.write("migrations/notes.txt", "");
    environment.write("taken", "a file");
    environment.check(
        "retort init
        retort init taken
        retort init schema
        retort init schema",
        expect![[r#"
            $ retort init
            ! error: Directory migrations already exists and is not empty
            ! hint: name another directory, for example `retort init schema`; or go on with this one by setting `migrations` in retort.toml
            [exit status: 1]
            $ retort init taken
            ! error: cannot create taken
            !   caused by: Not a directory (os error 20)
            [exit status: 1]
            $ retort init schema
            Creating directory schema ...  done
            File retort.toml already exists, skipping
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            ! warning: nothing reads schema before it is in `migrations` in that file
            $ retort init schema
            Directory schema already exists, skipping
            File retort.toml already exists, skipping
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            ! warning: nothing reads schema before it is in `migrations` in that file
        "#]],
    );
    let text = fs::read_to_string(environment.path().join("retort.toml")).unwrap();
    assert_eq!(text, "url = \"sqlite://kept.db\"\n");
}

#[test]
fn init_for_scripts() {
    TestEnvironment::new().check(
        "retort init --format json\nretort init --quiet",
        expect![[r#"
        $ retort init --format json
        {"created":["migrations","retort.toml"]}
        $ retort init --quiet
    "#]],
    );
}
