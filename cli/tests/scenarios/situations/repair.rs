//! A version in the database that no file has.

use expect_test::expect;

use super::three_revisions;
use crate::project::hinted_commands;

#[test]
fn a_version_that_no_file_has_is_repaired_with_stamp() {
    let mut project = three_revisions();
    project.ok("retort upgrade head");
    let lost = std::fs::read(project.file_of("custom_data_migration")).unwrap();
    let path = project.file_of("custom_data_migration");
    std::fs::remove_file(&path).unwrap();
    project.check(
        "retort current
         retort upgrade head
         retort downgrade -1
         retort history -i
         retort stamp head",
        expect![[r#"
            $ retort current
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! error: Can't locate revision identified by '{custom_data_migration}'
            ! hint: the table alembic_version of sqlite://dev.db is at {custom_data_migration}, which no file in migrations has
            ! hint: restore the file of {custom_data_migration}; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit code 1]
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! error: Can't locate revision identified by '{custom_data_migration}'
            ! hint: the table alembic_version of sqlite://dev.db is at {custom_data_migration}, which no file in migrations has
            ! hint: restore the file of {custom_data_migration}; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit code 1]
            $ retort downgrade -1
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! error: Can't locate revision identified by '{custom_data_migration}'
            ! hint: the table alembic_version of sqlite://dev.db is at {custom_data_migration}, which no file in migrations has
            ! hint: restore the file of {custom_data_migration}; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit code 1]
            $ retort history -i
            {initial_migration} -> {add_us_stock_tables} (head), add_us_stock_tables
            <base> -> {initial_migration}, Initial migration
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! warning: the database is at {custom_data_migration}, which no file in migrations has; `retort current` says what to do
            $ retort stamp head
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! error: Can't locate revision identified by '{custom_data_migration}'
            ! hint: the table alembic_version of sqlite://dev.db is at {custom_data_migration}, which no file in migrations has
            ! hint: restore the file of {custom_data_migration}; or, if the database has all that the files make, record that: `retort stamp --purge head`; if it has less, name the revision that it is at instead
            [exit code 1]
        "#]],
    );
    project.check(
        "retort stamp --purge {add_us_stock_tables}
         retort current
         retort upgrade head",
        expect![[r#"
            $ retort stamp --purge {add_us_stock_tables}
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! Running stamp_revision {custom_data_migration} -> {add_us_stock_tables}
            $ retort current
            {add_us_stock_tables} (head)
            ! environment default, database sqlite://dev.db (from retort.toml)
            $ retort upgrade head
            ! environment default, database sqlite://dev.db (from retort.toml)
            ! nothing to do: the database is at {add_us_stock_tables}
        "#]],
    );
    // The file is found again: the database is one behind, and the data
    // migration does no harm where it ran before.
    std::fs::write(path, lost).unwrap();
    project.check(
        "retort upgrade head\nretort current",
        expect![[r#"
        $ retort upgrade head
        ! environment default, database sqlite://dev.db (from retort.toml)
        ! Running upgrade {add_us_stock_tables} -> {custom_data_migration}, custom_data_migration
        $ retort current
        {custom_data_migration} (head)
        ! environment default, database sqlite://dev.db (from retort.toml)
    "#]],
    );
}

#[test]
fn what_the_hint_says_about_an_unknown_version_repairs_it() {
    let mut project = three_revisions();
    project.ok("retort upgrade head");
    std::fs::remove_file(project.file_of("custom_data_migration")).unwrap();
    let stderr = project.fails("retort current", 1);
    for command in hinted_commands(&stderr) {
        project.ok(&command);
    }
    project.ok("retort current");
    project.ok("retort upgrade head");
    project.ok("retort current --check-heads");
}
