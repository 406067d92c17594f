//! Renames, told and suspected.

use expect_test::expect;

use super::*;

const BEFORE: &str = "
CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(50) NOT NULL, age INTEGER CHECK (age > 0));
CREATE INDEX ix_users_email ON users (lower(email));
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id));
CREATE VIEW adults AS SELECT email FROM users WHERE age > 17;
CREATE VIEW others AS SELECT id FROM orders;
";

const AFTER: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, mail VARCHAR(50) NOT NULL, age INTEGER CHECK (age > 0));
CREATE INDEX ix_users_email ON people (lower(mail));
CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES people (id));
CREATE VIEW adults AS SELECT mail FROM people WHERE age > 17;
CREATE VIEW others AS SELECT id FROM orders;
";

fn renames(tables: &[(&str, &str)], columns: &[(&str, &str, &str)]) -> Renames {
    let table =
        |(from, to): &(&str, &str)| (QualifiedName::unqualified(*to), QualifiedName::unqualified(*from));
    let column = |(table, from, to): &(&str, &str, &str)| {
        ((QualifiedName::unqualified(*table), Name::from(*to)), Name::from(*from))
    };
    Renames { tables: tables.iter().map(table).collect(), columns: columns.iter().map(column).collect() }
}

fn check_renames(before: &str, after: &str, renames: &Renames, expected: expect_test::Expect) {
    let found = match compare(&schema(before), &schema(after), renames) {
        Ok(found) => told(&found),
        Err(error) => format!("{error}\n"),
    };
    expected.assert_eq(&found);
}

#[test]
fn everything_follows_a_rename() {
    let renames = renames(&[("users", "people")], &[("people", "email", "mail")]);
    check_renames(
        BEFORE,
        AFTER,
        &renames,
        expect![[r#"
        drop view adults
        rename table users to people
        rename column people.email to mail
        rename constraint orders.fk_orders_user_id_users to fk_orders_user_id_people
        rename constraint people.pk_users to pk_people
        rename constraint people.ck_users_age to ck_people_age
        create view adults
    "#]],
    );
    let done = schema(AFTER);
    assert_eq!(compare(&done, &done, &renames), Ok(Diff::default()), "a rename that is done says nothing");
}

#[test]
fn a_foreign_key_makes_room_for_the_rename_of_what_else_is_computed_from() {
    check_renames(
        "CREATE TABLE a (id INTEGER PRIMARY KEY CHECK (id > 0));
         CREATE TABLE b (a_id INTEGER, CONSTRAINT fk FOREIGN KEY (a_id) REFERENCES a (id));",
        "CREATE TABLE a (no INTEGER PRIMARY KEY CHECK (no > 0));
         CREATE TABLE b (a_id INTEGER, CONSTRAINT fk FOREIGN KEY (a_id) REFERENCES a (no));",
        &renames(&[], &[("a", "id", "no")]),
        expect![[r#"
            drop constraint b.fk
            rename column a.id to no
            rename constraint a.ck_a_id to ck_a_no
            add foreign key b.fk (a_id) → a (no)
        "#]],
    );
}

#[test]
fn what_looks_alike_is_suspected() {
    check_renames(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, y TEXT);",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, x TEXT, z TEXT);",
        &Renames::default(),
        expect![[r#"
            drop table a
                ! the rows of a are lost
            create table b
            ? table a may have become b: 2 of 3 columns are equal
        "#]],
    );
    check_renames(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, y TEXT NOT NULL);",
        "CREATE TABLE a (id INTEGER PRIMARY KEY, z TEXT, w TEXT NOT NULL);",
        &Renames::default(),
        expect![[r#"
            add column a.z TEXT
            add column a.w TEXT not null
                ! fails if a has rows: w is NOT NULL and has no default
            drop column a.x
                ! the values of a.x are lost
            drop column a.y
                ! the values of a.y are lost
            ? column a.x may have become z: both are TEXT, with the same definition in the same position
            ? column a.y may have become w: both are TEXT, with the same definition in the same position
            ? column a.x may have become w: both are TEXT, in the same position
            ? column a.y may have become z: both are TEXT, in the same position
        "#]],
    );
}

#[test]
fn a_suspicion_can_be_accepted() {
    let before = schema("CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT);");
    let after = schema("CREATE TABLE b (id INTEGER PRIMARY KEY, z TEXT);");
    let mut renames = Renames::default();
    let mut found = compare(&before, &after, &renames).expect("they can be compared");
    while let Some(candidate) = found.candidates.first() {
        candidate.accept(&mut renames);
        found = compare(&before, &after, &renames).expect("they can be compared");
    }
    expect![[r#"
        rename table a to b
        rename column b.x to z
        rename constraint b.pk_a to pk_b
    "#]]
    .assert_eq(&told(&found));
}

#[test]
fn renames_in_a_row_free_each_other() {
    check_renames(
        "CREATE TABLE a (x INTEGER); CREATE TABLE b (y INTEGER);",
        "CREATE TABLE b (x INTEGER); CREATE TABLE c (y INTEGER);",
        &renames(&[("a", "b"), ("b", "c")], &[]),
        expect![[r#"
            rename table b to c
            rename table a to b
        "#]],
    );
}

#[test]
fn a_rename_may_leave_its_name_to_a_new_thing() {
    check_renames(
        "CREATE TABLE a (x INTEGER);",
        "CREATE TABLE a (z INTEGER); CREATE TABLE b (x INTEGER);",
        &renames(&[("a", "b")], &[]),
        expect![[r#"
            rename table a to b
            create table a
        "#]],
    );
}

#[test]
fn contradictions_are_errors() {
    let a = "CREATE TABLE a (x INTEGER);";
    let b = "CREATE TABLE b (x INTEGER);";
    let both = "CREATE TABLE a (x INTEGER); CREATE TABLE b (x INTEGER);";
    check_renames(
        a,
        a,
        &renames(&[("a", "b")], &[]),
        expect![[r#"
        table "a" is to be renamed to "b", which is not in the models
    "#]],
    );
    check_renames(
        both,
        b,
        &renames(&[("a", "b")], &[]),
        expect![[r#"
        table "a" cannot be renamed to "b", which is there already: drop one of them in a revision of its own
    "#]],
    );
    check_renames(
        both,
        both,
        &renames(&[("a", "b"), ("b", "a")], &[]),
        expect![[r#"
        table "a" takes part in a circle of renames: write them by hand, and remove them from the models
    "#]],
    );
    check_renames(
        a,
        a,
        &renames(&[], &[("a", "x", "y")]),
        expect![[r#"
        column "x" of table "a" is to be renamed to "y", which is not in the models
    "#]],
    );
    check_renames(
        "CREATE TABLE a (x INTEGER, y INTEGER);",
        "CREATE TABLE a (y INTEGER);",
        &renames(&[], &[("a", "x", "y")]),
        expect![[r#"
            column "x" of table "a" cannot be renamed to "y", which is there already: drop one of them in a revision of its own
        "#]],
    );
    check_renames(
        a,
        "CREATE TABLE b (x INTEGER); CREATE TABLE c (x INTEGER);",
        &renames(&[("a", "b"), ("a", "c")], &[]),
        expect![[r#"
            table "a" is to be renamed to two names
        "#]],
    );
    let moved = Renames {
        tables: BTreeMap::from([(QualifiedName::qualified("s", "a"), QualifiedName::unqualified("a"))]),
        ..Renames::default()
    };
    check_renames(
        a,
        "CREATE SCHEMA s; CREATE TABLE s.a (x INTEGER);",
        &moved,
        expect![[r#"
        table "a" cannot become "s.a": moving it to another schema must be written by hand
    "#]],
    );
}
