//! `-- @renamed-from`.

use expect_test::{Expect, expect};
use retort_core::backend::Backend;

use crate::support::{check, mysql, postgres, read, sqlite};

/// Shows the old names that models tell.
#[track_caller]
fn check_renames(backend: &dyn Backend, text: &str, expected: Expect) {
    let renames = read(backend, text).unwrap().renames;
    let mut shown = String::new();
    for (new, old) in &renames.tables {
        shown += &format!("{old} -> {new}\n");
    }
    for ((table, new), old) in &renames.columns {
        shown += &format!("{table}: {old} -> {new}\n");
    }
    expected.assert_eq(&shown);
}

const MODELS: &str = "-- customers, once clients
-- @renamed-from clients
CREATE TABLE customers (
    id INT PRIMARY KEY,
    full_name TEXT NOT NULL, -- @renamed-from name
    -- @renamed-from \"E Mail\"
    email TEXT,
    price NUMERIC(10, 2)
        DEFAULT 0
        CHECK (price >= 0), -- @renamed-from cost
    CONSTRAINT uq UNIQUE (email) -- the last one
);
CREATE TABLE a (id INT); -- @renamed-from b
-- @renamed-from \"Old One\"
CREATE TABLE finance.stock ( -- a comment
    id INT -- @renamed-from number
);
CREATE SCHEMA finance;
";

#[test]
fn old_names_are_of_what_stands_beside_them() {
    check_renames(
        &*postgres(),
        MODELS,
        expect![[r#"
        b -> a
        clients -> customers
        finance.Old One -> finance.stock
        customers: E Mail -> email
        customers: name -> full_name
        customers: cost -> price
        finance.stock: number -> id
    "#]],
    );
    check_renames(
        &*sqlite(),
        MODELS,
        expect![[r#"
        b -> a
        clients -> customers
        finance_Old One -> finance_stock
        customers: E Mail -> email
        customers: name -> full_name
        customers: cost -> price
        finance_stock: number -> id
    "#]],
    );
}

#[test]
fn native_tables_have_old_names_too() {
    check_renames(
        &*sqlite(),
        "-- @only sqlite
-- @renamed-from clients
CREATE TABLE Customers (
    Id INTEGER PRIMARY KEY,
    -- @renamed-from \"Name\"
    FullName TEXT
) STRICT;
",
        expect![[r#"
            clients -> Customers
            Customers: Name -> FullName
        "#]],
    );
}

#[test]
fn old_names_that_say_nothing_are_refused() {
    check(
        &mysql(),
        "CREATE TABLE old (id INT PRIMARY KEY, was INT);
-- @renamed-from old
CREATE TABLE new (
    id INT,
    was INT,
    a INT, b INT, -- @renamed-from c
    -- @renamed-from was
    d INT,
    e INT, -- @renamed-from x.y
    f INT, -- @renamed-from one
    g INT, -- @renamed-from one
    h INT, -- @renamed-from i j
    k INT -- @renamed-from
    -- @renamed-from z
);
-- @renamed-from v0
CREATE VIEW v AS SELECT 1 AS x;
CREATE TABLE p (id INT); -- @rename-from q
-- @renamed-from nothing
",
        expect![[r#"
            models.sql:13:14: `@renamed-from` needs a value
                at @renamed-from
                (write the old name behind it: `-- @renamed-from old_name`)
            models.sql:18:29: unknown directive `@rename-from`
                at @rename-from
                (did you mean `@renamed-from`?)
        "#]],
    );
    check(
        &mysql(),
        "CREATE TABLE old (id INT PRIMARY KEY, was INT);
-- @renamed-from old
CREATE TABLE new (
    id INT,
    was INT,
    a INT, b INT, -- @renamed-from c
    -- @renamed-from was
    d INT,
    e INT, -- @renamed-from x.y
    f INT, -- @renamed-from one
    g INT, -- @renamed-from one
    h INT, -- @renamed-from i j
    k INT
    -- @renamed-from z
);
-- @renamed-from v0
CREATE VIEW v AS SELECT 1 AS x;
-- @renamed-from nothing
",
        expect![[r#"
            models.sql:2:1: table `old` is still defined at models.sql:1
                at -- @renamed-from old
                (what has a new name is gone under the old one)
            models.sql:6:19: it may be about `a` or about `b`
                at -- @renamed-from c
                (give each column a line of its own)
            models.sql:7:5: column `was` of table `new` is still defined at models.sql:5
                at -- @renamed-from was
                (what has a new name is gone under the old one)
            models.sql:9:12: `x.y` is not the name of a column
                at -- @renamed-from x.y
                (write its old name without a table)
            models.sql:11:12: two things are renamed from column `one` of table `new`: column `f` of table `new` and column `g` of table `new`
                at -- @renamed-from one
            models.sql:12:12: `i j` is not a name
                at -- @renamed-from i j
                (a name that is not a plain word stands in double quotes)
            models.sql:14:5: there is no table or column here that could have had another name
                at -- @renamed-from z
                (write it on a line of its own above the table or the column, or at the end of the column's line)
            models.sql:16:1: there is no table or column here that could have had another name
                at -- @renamed-from v0
                (write it on a line of its own above the table or the column, or at the end of the column's line)
            models.sql:18:1: there is no table or column here that could have had another name
                at -- @renamed-from nothing
                (write it on a line of its own above the table or the column, or at the end of the column's line)
        "#]],
    );
}
