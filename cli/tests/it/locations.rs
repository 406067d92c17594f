//! Several directories of revision files, and directories below them.

use std::fs;

use expect_test::expect;

use crate::environment::TestEnvironment;

/// Two directories with a branch each.
fn two() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.write("retort.toml", "migrations = [\"shop\", \"net\"]\n");
    environment.write("shop/b.sql", "-- two\n-- @revision bbbb\n-- @revises aaaa\n");
    environment.write("shop/a.sql", "-- one\n-- @revision aaaa\n-- @labels shop\n");
    environment.write("net/a.sql", "-- net\n-- @revision cccc\n-- @labels net\n");
    environment
}

#[test]
fn a_revision_goes_where_its_parent_is() {
    let environment = two();
    environment.check(
        "retort history
        retort revision -m three --rev-id dddd --head net@head
        retort revision -m four --rev-id eeee --head shop@head
        retort revision -m five --rev-id ffff --head base
        retort revision -m five --rev-id ffff --head base --version-path net
        retort revision -m six --rev-id gggg --head ffff --version-path ./shop
        retort merge -m merged heads --rev-id hhhh --version-path $DIR/shop
        retort merge -m merged --splice eeee ffff --rev-id iiii
        retort heads -v",
        expect![[r#"
            $ retort history
            aaaa -> bbbb (shop) (head), two
            <base> -> aaaa (shop), one
            <base> -> cccc (net) (head), net
            $ retort revision -m three --rev-id dddd --head net@head
            Generating net/dddd_three.sql ...  done
            $ retort revision -m four --rev-id eeee --head shop@head
            Generating shop/eeee_four.sql ...  done
            $ retort revision -m five --rev-id ffff --head base
            ! error: Multiple version locations present, please specify --version-path
            ! hint: without a parent it may go into each of them: shop, net; say which, as in `--version-path shop`
            [exit status: 1]
            $ retort revision -m five --rev-id ffff --head base --version-path net
            Generating net/ffff_five.sql ...  done
            $ retort revision -m six --rev-id gggg --head ffff --version-path ./shop
            Generating shop/gggg_six.sql ...  done
            $ retort merge -m merged heads --rev-id hhhh --version-path $DIR/shop
            Generating shop/hhhh_merged.sql ...  done
            $ retort merge -m merged --splice eeee ffff --rev-id iiii
            Generating shop/iiii_merged.sql ...  done
            $ retort heads -v
            Rev: hhhh (head) (mergepoint)
            Merges: eeee, gggg, dddd
            Branch names: net, shop
            Path: shop/hhhh_merged.sql

                merged
                $
                Revision ID: hhhh
                Revises: eeee, gggg, dddd
                Create Date: $NOW

            Rev: iiii (head) (mergepoint)
            Merges: eeee, ffff
            Branch names: shop
            Path: shop/iiii_merged.sql

                merged
                $
                Revision ID: iiii
                Revises: eeee, ffff
                Create Date: $NOW

        "#]],
    );
}

#[test]
fn a_path_that_is_none_of_them_is_refused() {
    let environment = two();
    environment.write("other/x.txt", "");
    environment.write("net/below/x.txt", "");
    let before = environment.files();
    environment.check(
        "retort revision --head base --version-path other
        retort revision --head base --version-path net/below
        retort revision --head base --version-path nowhere --format json
        retort merge heads --version-path net/../other",
        expect![[r#"
            $ retort revision --head base --version-path other
            ! error: Path other is not represented in current version locations
            ! hint: the version locations are: shop, net
            ! hint: a further one is added to the list `migrations` in retort.toml
            [exit status: 1]
            $ retort revision --head base --version-path net/below
            ! error: Path net/below is not represented in current version locations
            ! hint: the version locations are: shop, net
            ! hint: a further one is added to the list `migrations` in retort.toml
            [exit status: 1]
            $ retort revision --head base --version-path nowhere --format json
            ! {"error":{"code":"unknown-version-path","message":"Path nowhere is not represented in current version locations","hint":"the version locations are: shop, net\na further one is added to the list `migrations` in retort.toml"}}
            [exit status: 1]
            $ retort merge heads --version-path net/../other
            ! error: Path net/../other is not represented in current version locations
            ! hint: the version locations are: shop, net
            ! hint: a further one is added to the list `migrations` in retort.toml
            [exit status: 1]
        "#]],
    );
    assert_eq!(environment.files(), before);
    // Below is good enough where it is looked at.
    environment
        .write("retort.toml", "migrations = [\"shop\", \"net\"]\nrecursive_version_locations = true\n");
    environment.check(
        "retort revision -m below --head base --rev-id dddd --version-path net/below
        retort revision -m beside --head dddd --rev-id eeee
        retort revision --head base --version-path net/above
        retort history -r dddd:",
        expect![[r#"
            $ retort revision -m below --head base --rev-id dddd --version-path net/below
            Generating net/below/dddd_below.sql ...  done
            $ retort revision -m beside --head dddd --rev-id eeee
            Generating net/below/eeee_beside.sql ...  done
            $ retort revision --head base --version-path net/above
            ! error: Path net/above is not represented in current version locations
            ! hint: the version locations are: shop, net
            ! hint: a directory below one of them must exist
            [exit status: 1]
            $ retort history -r dddd:
            dddd -> eeee (head), beside
            <base> -> dddd, below
        "#]],
    );
}

#[test]
fn one_directory_needs_no_path() {
    let environment = TestEnvironment::new();
    environment.write(
        "retort.toml",
        "migrations = [\"db\", \"./db\", \"link\"]\nrecursive_version_locations = true\n",
    );
    environment.write("db/2026/a.sql", "-- one\n-- @revision aaaa\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(environment.path().join("db"), environment.path().join("link")).unwrap();
    environment.check(
        "retort revision --rev-id bbbb
        retort revision --rev-id cccc --head base --splice
        retort history
        retort merge heads --rev-id dddd",
        expect![[r#"
            $ retort revision --rev-id bbbb
            Generating db/bbbb_.sql ...  done
            $ retort revision --rev-id cccc --head base --splice
            Generating db/cccc_.sql ...  done
            $ retort history
            aaaa -> bbbb (head), empty message
            <base> -> aaaa, one
            <base> -> cccc (head), empty message
            $ retort merge heads --rev-id dddd
            Generating db/dddd_.sql ...  done
        "#]],
    );
}

#[test]
fn what_is_below_is_read_only_if_that_is_wanted() {
    let environment = TestEnvironment::new();
    environment.revisions("bbbb <- aaaa : two");
    environment.write("migrations/2025/a.sql", "-- one\n-- @revision aaaa\n-- @labels first\n");
    environment.check("retort heads", expect![[r#"
        $ retort heads
        ! error: Revision aaaa referenced from bbbb is not present
        ! hint: restore its file, or correct `@revises` in migrations/bbbb_.sql
        ! hint: migrations/2025/a.sql has it, in a directory that is not read: set `recursive_version_locations = true`, or add the directory to the list `migrations`
        [exit status: 1]
    "#]]);
    environment.revisions("bbbb needs=first : two");
    environment.check("retort heads --format json", expect![[r#"
        $ retort heads --format json
        ! {"error":{"code":"missing-dependency","message":"Revision first referenced from bbbb is not present","hint":"restore its file, or correct `@depends-on` in migrations/bbbb_.sql\nmigrations/2025/a.sql has it, in a directory that is not read: set `recursive_version_locations = true`, or add the directory to the list `migrations`"}}
        [exit status: 1]
    "#]]);
    environment.revisions("bbbb <- aaaa : two");
    environment.write(".env", "RETORT_RECURSIVE_VERSION_LOCATIONS=true\n");
    environment.check(
        "retort history",
        expect![[r#"
        $ retort history
        aaaa -> bbbb (first) (head), two
        <base> -> aaaa (first), one
    "#]],
    );
    // Templates and models beside the revisions are none.
    environment
        .write("retort.toml", "models = \"migrations/models\"\ntemplates = \"migrations/templates\"\n");
    environment.write("migrations/models/a.sql", "CREATE TABLE a (id INTEGER);\n");
    environment.write("migrations/templates/a.sql", "-- of ours\n-- @upgrade\n");
    environment.check(
        "retort heads\nretort list-templates --quiet",
        expect![[r#"
        $ retort heads
        bbbb (first) (head)
        $ retort list-templates --quiet
        Available templates:

        a - of ours (migrations/templates/a.sql)
        concurrent-index - an index that is built while others write (built in)
        data - changes of rows: batches, and the way back (built in)
        generic - SQL for every database (built in, the default)
        native - what each database has of its own: triggers, functions, extensions (built in)
    "#]],
    );
    environment.write(".env", "RETORT_RECURSIVE_VERSION_LOCATIONS=yes\n");
    environment.check("retort heads", expect![[r#"
        $ retort heads
        ! error: `yes`, the recursive_version_locations that RETORT_RECURSIVE_VERSION_LOCATIONS in .env gives, is neither true nor false
        [exit status: 1]
    "#]]);
}

#[test]
fn files_that_are_only_below_are_not_passed_over_in_silence() {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.write("migrations/2026/a.sql", "-- one\n-- @revision aaaa\n");
    environment.check(
        "retort heads
        retort upgrade aaaa
        retort heads --format json",
        expect![[r#"
            $ retort heads
            ! warning: there are revision files only in directories that are not read, such as migrations/2026/a.sql; set `recursive_version_locations = true`, or add the directory to the list `migrations`
            $ retort upgrade aaaa
            ! warning: there are revision files only in directories that are not read, such as migrations/2026/a.sql; set `recursive_version_locations = true`, or add the directory to the list `migrations`
            ! environment default, database sqlite://dev.db (from DATABASE_URL)
            ! error: Can't locate revision identified by 'aaaa'
            ! hint: there are no revisions yet; `retort revision -m "..."` writes the first
            ! hint: migrations/2026/a.sql has it, in a directory that is not read: set `recursive_version_locations = true`, or add the directory to the list `migrations`
            [exit status: 1]
            $ retort heads --format json
            {"revisions":[]}
        "#]],
    );
    environment.revisions("bbbb : two");
    environment.sql("dev.db", "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY); INSERT INTO alembic_version VALUES ('aaaa');");
    environment.check("retort upgrade head", expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: Can't locate revision identified by 'aaaa'
        ! hint: the table alembic_version of sqlite://dev.db is at aaaa, which no file in migrations has
        ! hint: restore the file of aaaa; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
        ! hint: migrations/2026/a.sql has it, in a directory that is not read: set `recursive_version_locations = true`, or add the directory to the list `migrations`
        [exit status: 1]
    "#]]);
    // Files that are no revisions are none of ours.
    environment.remove("migrations/bbbb_.sql");
    environment.write("migrations/2026/a.sql", "SELECT 1;\n");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
    "#]],
    );
}

#[test]
fn a_variable_lists_directories_as_path_does() {
    let mut environment = two();
    let list = std::env::join_paths(["net", "", "shop"]).unwrap();
    environment.set("RETORT_MIGRATIONS", list.to_str().unwrap());
    environment.check(
        "retort history",
        expect![[r#"
        $ retort history
        <base> -> cccc (net) (head), net
        aaaa -> bbbb (shop) (head), two
        <base> -> aaaa (shop), one
    "#]],
    );
    environment.set("RETORT_MIGRATIONS", "net");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        cccc (net) (head)
    "#]],
    );
}

#[test]
fn init_makes_all_directories_of_the_configuration() {
    let environment = two();
    fs::remove_dir_all(environment.path().join("net")).unwrap();
    environment.check(
        "retort heads
        retort init --template data
        retort init
        retort init other
        retort heads",
        expect![[r#"
            $ retort heads
            ! error: Path doesn't exist: net.  Please use the 'init' command to create a new scripts folder.
            ! hint: run `retort init`, or set `migrations` in retort.toml to the directory of the revision files
            [exit status: 1]
            $ retort init --template data
            Directory shop already exists, skipping
            Creating directory net ...  done
            File retort.toml already exists, skipping
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            ! warning: set `template = "data"` in it for what `--template` asks for
            $ retort init
            ! error: Directory shop already exists and is not empty
            ! hint: name another directory, for example `retort init schema`; or go on with this one by setting `migrations` in retort.toml
            [exit status: 1]
            $ retort init other
            Creating directory other ...  done
            File retort.toml already exists, skipping
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            ! warning: nothing reads other before it is in `migrations` in that file
            $ retort heads
            bbbb (shop) (head)
        "#]],
    );
}

#[test]
fn a_database_that_no_file_knows_names_all_directories() {
    let mut environment = two();
    environment.use_database("dev.db");
    environment.sql("dev.db", "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY); INSERT INTO alembic_version VALUES ('gone');");
    environment.check("retort current\nretort history -i -r :base", expect![[r#"
        $ retort current
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! error: Can't locate revision identified by 'gone'
        ! hint: the table alembic_version of sqlite://dev.db is at gone, which no file in shop or net has
        ! hint: restore the file of gone; or, if the database has all that the files make, record that: `retort stamp --purge heads`; if it has less, name the revision that it is at instead
        [exit status: 1]
        $ retort history -i -r :base
        ! environment default, database sqlite://dev.db (from DATABASE_URL)
        ! warning: the database is at gone, which no file in shop or net has; `retort current` says what to do
    "#]]);
}
