mod notation;

use expect_test::{Expect, expect};

use self::notation::{column, constraint, index, name, read, write};
use super::*;
use crate::{
    operation::{ColumnChange, EnumValuePosition},
    schema::{
        Constraint, ConstraintKind, Expression, ForeignKey, Identity, Name, ReferentialAction, Stored, Table,
        Type, View,
    },
};

/// Shows the schema afterwards with what would undo the operation, or the error.
fn check(before: &str, operation: Operation, expected: Expect) {
    let before = read(before);
    let mut schema = before.clone();
    let result = match operation.apply_to(&mut schema) {
        Ok(()) => {
            let undo = match operation.reverse(&before) {
                Ok(undo) => undo.iter().map(|step| format!("undo: {}\n", step.describe())).collect(),
                Err(irreversible) => format!("{irreversible}\n"),
            };
            format!("{}{undo}", write(&schema))
        }
        Err(error) => {
            assert_eq!(schema, before);
            format!("{error}\n")
        }
    };
    expected.assert_eq(&result);
}

const SHOP: &str = "
schema finance
enum mood: sad, ok
table orders: id, user_id?
  pk pk_orders (id)
  fk fk_orders_user (user_id) -> users (id)
table users: id, email, age?, m:mood default 'ok'::mood, low as lower(email)
  pk pk_users (id)
  uq uq_users_email (email)
  ck ck_users_age age > 0 AND users.age < 200
  ix ix_users_age (age, lower(email)) where age > 18
view adults: SELECT users.id FROM users WHERE age >= 18
trigger log on users: CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END
";

fn drop_column(table: &str, column: &str) -> Operation {
    Operation::DropColumn { table: name(table), column: Name::new(column), if_exists: false }
}

fn rename_column(table: &str, from: &str, to: &str) -> Operation {
    Operation::RenameColumn { table: name(table), from: Name::new(from), to: Name::new(to) }
}

fn alter(table: &str, column: &str, change: ColumnChange) -> Operation {
    Operation::AlterColumn { table: name(table), column: Name::new(column), change }
}

fn add(table: &str, kind: &str, text: &str) -> Operation {
    Operation::AddConstraint { table: name(table), constraint: constraint(kind, text) }
}

fn drop_constraint(table: &str, constraint: &str) -> Operation {
    Operation::DropConstraint { table: name(table), name: Name::new(constraint), if_exists: false }
}

fn create_table(table: &str, columns: &[&str]) -> Operation {
    let columns = columns.iter().map(|text| column(text)).collect();
    Operation::CreateTable { table: Table::new(name(table), columns), if_not_exists: false }
}

#[test]
fn what_is_there_cannot_be_made_again() {
    check(
        SHOP,
        create_table("users", &[]),
        expect![[r#"
        table "users" already exists
    "#]],
    );
    check(
        SHOP,
        create_table("adults", &[]),
        expect![[r#"
        view "adults" already exists
    "#]],
    );
    check(
        SHOP,
        create_table("ix_users_age", &[]),
        expect![[r#"
        index "ix_users_age" already exists
    "#]],
    );
    check(
        SHOP,
        create_table("pk_users", &[]),
        expect![[r#"
        relation "pk_users" already exists: it is a constraint of table "users"
    "#]],
    );
    check(
        SHOP,
        create_table("mood", &[]),
        expect![[r#"
        type "mood" already exists
    "#]],
    );
    check(
        SHOP,
        create_table("new", &["a", "b", "a"]),
        expect![[r#"
        column "a" of relation "new" is specified more than once
    "#]],
    );
    check(
        SHOP,
        create_table("sales.new", &["a"]),
        expect![[r#"
        schema "sales" does not exist
    "#]],
    );
    check(
        SHOP,
        create_table("new", &["a:nope"]),
        expect![[r#"
        type "nope" does not exist
    "#]],
    );
    check(
        SHOP,
        create_table("new", &["a:mood default 'nope'"]),
        expect![[r#"
        invalid input value for enum "mood": "nope"
    "#]],
    );
    let add_email =
        Operation::AddColumn { table: name("users"), column: column("email"), if_not_exists: false };
    check(
        SHOP,
        add_email,
        expect![[r#"
        column "email" of relation "users" already exists
    "#]],
    );
    check(
        SHOP,
        add("users", "ck", "uq_users_email 1 = 1"),
        expect![[r#"
        constraint "uq_users_email" for relation "users" already exists
    "#]],
    );
    check(
        SHOP,
        add("users", "uq", "orders (age)"),
        expect![[r#"
        table "orders" already exists
    "#]],
    );
    let create_index = Operation::CreateIndex {
        table: name("orders"),
        index: index("ix_users_age (id)", false),
        concurrently: false,
        if_not_exists: false,
    };
    check(
        SHOP,
        create_index,
        expect![[r#"
        index "ix_users_age" already exists
    "#]],
    );
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    check(
        SHOP,
        drop_column("nope", "a"),
        expect![[r#"
        table "nope" does not exist
    "#]],
    );
    check(
        SHOP,
        drop_column("users", "a"),
        expect![[r#"
        column "a" of relation "users" does not exist
    "#]],
    );
    check(
        SHOP,
        drop_constraint("users", "a"),
        expect![[r#"
        constraint "a" of relation "users" does not exist
    "#]],
    );
    check(
        SHOP,
        Operation::DropIndex { name: name("a"), concurrently: false, if_exists: false },
        expect![[r#"
            index "a" does not exist
        "#]],
    );
    check(
        SHOP,
        Operation::DropView { name: name("a"), if_exists: false },
        expect![[r#"
        view "a" does not exist
    "#]],
    );
    check(
        SHOP,
        Operation::DropEnum { name: name("a"), if_exists: false },
        expect![[r#"
        type "a" does not exist
    "#]],
    );
    check(
        SHOP,
        Operation::RenameNamespace { from: Name::new("a"), to: Name::new("b") },
        expect![[r#"
        schema "a" does not exist
    "#]],
    );
}

#[test]
fn what_others_need_cannot_go() {
    check(
        SHOP,
        Operation::DropTable { name: name("users"), if_exists: false },
        expect![[r#"
        cannot drop table "users" because other objects depend on it: constraint "fk_orders_user" on table "orders"
    "#]],
    );
    check(
        SHOP,
        drop_column("users", "id"),
        expect![[r#"
        cannot drop column "id" of table "users" because other objects depend on it: constraint "fk_orders_user" on table "orders"
    "#]],
    );
    check(
        SHOP,
        drop_column("users", "email"),
        expect![[r#"
        cannot drop column "email" of table "users" because other objects depend on it: column "low" of table "users"
    "#]],
    );
    check(
        SHOP,
        drop_column("users", "age"),
        expect![[r#"
        cannot drop column "age" of table "users" because other objects depend on it: view "adults"
    "#]],
    );
    check(
        SHOP,
        drop_constraint("users", "pk_users"),
        expect![[r#"
        cannot drop constraint "pk_users" on table "users" because other objects depend on it: constraint "fk_orders_user" on table "orders"
    "#]],
    );
    check(
        SHOP,
        Operation::DropEnum { name: name("mood"), if_exists: true },
        expect![[r#"
        cannot drop type "mood" because other objects depend on it: column "m" of table "users"
    "#]],
    );
    check(
        SHOP,
        Operation::DropIndex { name: name("pk_users"), concurrently: false, if_exists: true },
        expect![[r#"
            cannot drop index "pk_users" because other objects depend on it: constraint "pk_users" on table "users"
        "#]],
    );
    check(
        SHOP,
        Operation::DropEnumValue { name: name("mood"), value: "ok".to_owned() },
        expect![[r#"
        cannot drop enum label "ok" of type "mood" because other objects depend on it: column "m" of table "users"
    "#]],
    );
    check(
        "schema a\nview a.v: SELECT 1",
        Operation::DropNamespace { name: Name::new("a"), if_exists: false },
        expect![[r#"
            cannot drop schema "a" because other objects depend on it: view "a.v"
        "#]],
    );
    let unique_index = "table a: x\n  ux ux_a (x)\ntable b: y\n  fk fk (y) -> a (x)";
    check(
        unique_index,
        Operation::DropIndex { name: name("ux_a"), concurrently: false, if_exists: false },
        expect![[r#"
            cannot drop index "ux_a" because other objects depend on it: constraint "fk" on table "b"
        "#]],
    );
}

#[test]
fn a_dropped_column_takes_its_constraints_and_indexes_along() {
    let table = "
        table t: a, b, c?
          pk pk_t (a, b)
          uq uq_t_c (c)
          ck ck_t a < b
          ck ck_other lower(b) <> 'a'
          fk fk_t (a, c) -> t (a, b)
          ix ix_t_b (b) where a > 1
          ix ix_lower (lower(a))
          ix ix_c (c)";
    check(
        table,
        drop_column("t", "a"),
        expect![[r#"
        table t: b, c?
          uq uq_t_c (c)
          ck ck_other lower(b) <> 'a'
          ix ix_c (c)
        undo: add column t.a TEXT not null
        undo: add primary key t.pk_t (a, b)
        undo: add check constraint t.ck_t (a < b)
        undo: create index ix_t_b on t (b)
        undo: create index ix_lower on t ((lower(a)))
        undo: add foreign key t.fk_t (a, c) → t (a, b)
    "#]],
    );
    check(
        table,
        drop_column("t", "b"),
        expect![[r#"
        cannot drop column "b" of table "t" because other objects depend on it: constraint "fk_t" on table "t"
    "#]],
    );
}

#[test]
fn a_renamed_column_is_renamed_wherever_it_is_meant() {
    check(
        SHOP,
        rename_column("users", "id", "key"),
        expect![[r#"
        schema finance
        enum mood: sad, ok
        table orders: id, user_id?
          pk pk_orders (id)
          fk fk_orders_user (user_id) -> users (key)
        table users: key, email, age?, m:mood default 'ok'::mood, low as lower(email)
          pk pk_users (key)
          uq uq_users_email (email)
          ck ck_users_age age > 0 AND users.age < 200
          ix ix_users_age (age, lower(email)) where age > 18
        view adults: SELECT users.id FROM users WHERE age >= 18
        trigger log on users: CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END
        undo: rename column users.key to id
    "#]],
    );
    check(
        SHOP,
        rename_column("users", "email", "order"),
        expect![[r#"
        schema finance
        enum mood: sad, ok
        table orders: id, user_id?
          pk pk_orders (id)
          fk fk_orders_user (user_id) -> users (id)
        table users: id, order, age?, m:mood default 'ok'::mood, low as lower("order")
          pk pk_users (id)
          uq uq_users_email (order)
          ck ck_users_age age > 0 AND users.age < 200
          ix ix_users_age (age, lower("order")) where age > 18
        view adults: SELECT users.id FROM users WHERE age >= 18
        trigger log on users: CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END
        undo: rename column users.order to email
    "#]],
    );
    check(
        SHOP,
        rename_column("users", "age", "email"),
        expect![[r#"
        column "email" of relation "users" already exists
    "#]],
    );
    check(
        "table t: a\ntrigger x on t: CREATE TRIGGER x AFTER UPDATE OF a ON t BEGIN SELECT 1; END",
        rename_column("t", "a", "b"),
        expect![[r#"
            table t: b
            trigger x on t: (forgotten)
            undo: rename column t.b to a
        "#]],
    );
}

#[test]
fn renamed_tables_types_and_namespaces_are_followed() {
    check(
        SHOP,
        Operation::RenameTable { from: name("users"), to: Name::new("people") },
        expect![[r#"
        schema finance
        enum mood: sad, ok
        table orders: id, user_id?
          pk pk_orders (id)
          fk fk_orders_user (user_id) -> people (id)
        table people: id, email, age?, m:mood default 'ok'::mood, low as lower(email)
          pk pk_users (id)
          uq uq_users_email (email)
          ck ck_users_age age > 0 AND people.age < 200
          ix ix_users_age (age, lower(email)) where age > 18
        view adults: SELECT people.id FROM people WHERE age >= 18
        trigger log on people: CREATE TRIGGER log AFTER INSERT ON people BEGIN SELECT 1; END
        undo: rename table people to users
    "#]],
    );
    check(
        SHOP,
        Operation::RenameEnum { from: name("mood"), to: Name::new("feeling") },
        expect![[r#"
        schema finance
        enum feeling: sad, ok
        table orders: id, user_id?
          pk pk_orders (id)
          fk fk_orders_user (user_id) -> users (id)
        table users: id, email, age?, m:feeling default 'ok'::feeling, low as lower(email)
          pk pk_users (id)
          uq uq_users_email (email)
          ck ck_users_age age > 0 AND users.age < 200
          ix ix_users_age (age, lower(email)) where age > 18
        view adults: SELECT users.id FROM users WHERE age >= 18
        trigger log on users: CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END
        undo: rename type feeling to mood
    "#]],
    );
    check(
        SHOP,
        Operation::RenameEnumValue { name: name("mood"), from: "ok".to_owned(), to: "it's".to_owned() },
        expect![[r#"
            schema finance
            enum mood: sad, it's
            table orders: id, user_id?
              pk pk_orders (id)
              fk fk_orders_user (user_id) -> users (id)
            table users: id, email, age?, m:mood default 'it''s'::mood, low as lower(email)
              pk pk_users (id)
              uq uq_users_email (email)
              ck ck_users_age age > 0 AND users.age < 200
              ix ix_users_age (age, lower(email)) where age > 18
            view adults: SELECT users.id FROM users WHERE age >= 18
            trigger log on users: CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END
            undo: rename value 'it's' of type mood to 'ok'
        "#]],
    );
    check(
        "schema a
         enum a.m: x
         table a.t: id, m:a.m
           pk pk_t (id)
           ck ck_t a.t.id > 0
         table u: t?
           fk fk_u (t) -> a.t
         view v: SELECT a.t.id FROM a.t",
        Operation::RenameNamespace { from: Name::new("a"), to: Name::new("b") },
        expect![[r#"
            schema b
            enum b.m: x
            table u: t?
              fk fk_u (t) -> b.t ()
            table b.t: id, m:b.m
              pk pk_t (id)
              ck ck_t b.t.id > 0
            view v: SELECT b.t.id FROM b.t
            undo: rename schema b to a
        "#]],
    );
}

#[test]
fn primary_keys_refuse_null() {
    let table = "table t: a?, b?\n  uq uq_t (b)";
    check(
        table,
        add("t", "pk", "pk_t (a)"),
        expect![[r#"
        table t: a, b?
          uq uq_t (b)
          pk pk_t (a)
        undo: drop constraint t.pk_t
        undo: alter column t.a: drop not null
    "#]],
    );
    let keyed = "table t: a, b?\n  pk pk_t (a)";
    check(
        keyed,
        add("t", "pk", "pk_2 (b)"),
        expect![[r#"
        multiple primary keys for table "t" are not allowed
    "#]],
    );
    check(
        keyed,
        alter("t", "a", ColumnChange::Nullable(true)),
        expect![[r#"
        column "a" of relation "t" is in a primary key
    "#]],
    );
    check(
        keyed,
        drop_constraint("t", "pk_t"),
        expect![[r#"
        table t: a, b?
        undo: add primary key t.pk_t (a)
    "#]],
    );
}

#[test]
fn foreign_keys_reference_keys() {
    let tables = "table a: x, y\n  uq uq_a (x, y)\ntable b: x, y";
    check(
        tables,
        add("b", "fk", "fk (x, y) -> a (y, x)"),
        expect![[r#"
        table a: x, y
          uq uq_a (x, y)
        table b: x, y
          fk fk (x, y) -> a (y, x)
        undo: drop constraint b.fk
    "#]],
    );
    check(
        tables,
        add("b", "fk", "fk (x) -> a (x)"),
        expect![[r#"
        there is no unique constraint matching given keys for referenced table "a"
    "#]],
    );
    check(
        tables,
        add("b", "fk", "fk (x) -> a"),
        expect![[r#"
        there is no primary key for referenced table "a"
    "#]],
    );
    check(
        tables,
        add("b", "fk", "fk (x) -> a (x, y)"),
        expect![[r#"
        number of referencing and referenced columns for foreign key disagree
    "#]],
    );
    check(
        tables,
        add("b", "fk", "fk (x) -> a (z)"),
        expect![[r#"
        column "z" of relation "a" does not exist
    "#]],
    );
    check(
        tables,
        add("b", "fk", "fk (x) -> c (x)"),
        expect![[r#"
        table "c" does not exist
    "#]],
    );
}

#[test]
fn columns_change_as_postgresql_allows() {
    let to_text = ColumnChange::Type { ty: Type::BigInt, collation: None, using: Some("1".into()) };
    check(
        SHOP,
        alter("users", "email", to_text.clone()),
        expect![[r#"
        cannot alter type of column "email" of relation "users" used by column "low" of table "users"
    "#]],
    );
    check(
        SHOP,
        alter("users", "age", to_text),
        expect![[r#"
            schema finance
            enum mood: sad, ok
            table orders: id, user_id?
              pk pk_orders (id)
              fk fk_orders_user (user_id) -> users (id)
            table users: id, email, age?, m:mood default 'ok'::mood, low as lower(email)
              pk pk_users (id)
              uq uq_users_email (email)
              ck ck_users_age age > 0 AND users.age < 200
              ix ix_users_age (age, lower(email)) where age > 18
            view adults: SELECT users.id FROM users WHERE age >= 18
            trigger log on users: CREATE TRIGGER log AFTER INSERT ON users BEGIN SELECT 1; END
            undo: alter column users.age: set type TEXT
        "#]],
    );
    let default = ColumnChange::Default(Some(Expression::new("1")));
    check(
        SHOP,
        alter("users", "low", default),
        expect![[r#"
        column "low" of relation "users" is a generated column
    "#]],
    );
    check(
        "table t: a?",
        alter("t", "a", ColumnChange::Identity(Some(Identity::by_default()))),
        expect![[r#"
            column "a" of relation "t" must be declared NOT NULL before identity can be added
        "#]],
    );
    check(
        "table t: a",
        alter("t", "a", ColumnChange::Identity(None)),
        expect![[r#"
        column "a" of relation "t" is not an identity column
    "#]],
    );
    check(
        "table t: a",
        alter("t", "a", ColumnChange::Generated(None)),
        expect![[r#"
        column "a" of relation "t" is not a generated column
    "#]],
    );
    let generated = "table t: a, b as a + 1, c\n  ix ix (b)";
    check(
        generated,
        alter("t", "b", ColumnChange::Generated(None)),
        expect![[r#"
        table t: a, b, c
          ix ix (b)
        undo: drop column t.b
        undo: add column t.b TEXT not null as (a + 1)
        undo: create index ix on t (b)
    "#]],
    );
}

#[test]
fn reverses_that_need_what_was_before() {
    let labels = "enum m: a, b, c";
    let drop = |value: &str| Operation::DropEnumValue { name: name("m"), value: value.to_owned() };
    check(
        labels,
        drop("a"),
        expect![[r#"
        enum m: b, c
        undo: add value 'a' to type m before 'b'
    "#]],
    );
    check(
        labels,
        drop("c"),
        expect![[r#"
        enum m: a, b
        undo: add value 'c' to type m
    "#]],
    );
    let add = Operation::AddEnumValue {
        name: name("m"),
        value: "a".to_owned(),
        position: EnumValuePosition::End,
        if_not_exists: true,
    };
    check(
        labels,
        add,
        expect![[r#"
        enum m: a, b, c
    "#]],
    );
    let triggered = "table t: a\ntrigger x on t: CREATE TRIGGER x";
    check(
        triggered,
        Operation::DropTable { name: name("t"), if_exists: false },
        expect![[r#"
        cannot undo `drop table t`: trigger "x" goes with it, which only hand-written SQL can bring back
    "#]],
    );
    check("", Operation::DropTable { name: name("t"), if_exists: true }, expect![[r#""#]]);
    let view = View { name: name("v"), columns: Vec::new(), query: "SELECT 2".into(), comment: None };
    check(
        "view v: SELECT 1",
        Operation::CreateView { view, or_replace: true },
        expect![[r#"
        view v: SELECT 2
        undo: create or replace view v
    "#]],
    );
    check(
        "",
        Operation::Raw { sql: "DELETE FROM t".to_owned() },
        expect![[r#"
        cannot undo `run DELETE FROM t`: nothing says what undoes raw SQL
    "#]],
    );
}

#[test]
fn stored_definitions_note_what_changes_them() {
    fn check(operation: Operation, expected: &[&str]) {
        let mut schema = read(SHOP);
        for table in schema.tables.values_mut() {
            table.stored = Some(Stored::new("CREATE TABLE …"));
        }
        operation.apply_to(&mut schema).expect("applies");
        let noted =
            |table: &&Table| table.stored.as_ref().is_some_and(|stored| stored.since == [operation.clone()]);
        let noted: Vec<&str> =
            schema.tables.values().filter(noted).map(|table| table.name.name.as_str()).collect();
        assert_eq!(noted, expected, "{}", operation.describe());
    }
    check(rename_column("users", "id", "key"), &["orders", "users"]);
    check(rename_column("users", "age", "years"), &["users"]);
    check(Operation::RenameTable { from: name("users"), to: Name::new("people") }, &["orders", "people"]);
    check(Operation::RenameTable { from: name("orders"), to: Name::new("sales") }, &["sales"]);
    check(Operation::RenameEnum { from: name("mood"), to: Name::new("m") }, &["users"]);
    check(
        Operation::RenameEnumValue { name: name("mood"), from: "ok".to_owned(), to: "fine".to_owned() },
        &["users"],
    );
    check(drop_constraint("orders", "fk_orders_user"), &["orders"]);
    check(Operation::DropIndex { name: name("ix_users_age"), concurrently: false, if_exists: false }, &[]);
    check(Operation::DropView { name: name("adults"), if_exists: false }, &[]);
    check(Operation::DropTable { name: name("nope"), if_exists: true }, &[]);
    check(Operation::RenameNamespace { from: Name::new("finance"), to: Name::new("money") }, &[]);
}

#[test]
fn only_integers_are_numbered() {
    let identity = ColumnChange::Identity(Some(Identity::by_default()));
    check(
        "table t: a",
        alter("t", "a", identity),
        expect![[r#"
        identity column "a" of relation "t" must be smallint, integer, or bigint
    "#]],
    );
}

#[test]
fn foreign_keys_leave_generated_columns_alone() {
    let before = "table a: x\n  pk pk (x)\ntable b: y, x as y || 'x'";
    let add = |on_delete, on_update| {
        let mut key = ForeignKey::new(vec!["x".into()], name("a"), Vec::new());
        (key.on_delete, key.on_update) = (on_delete, on_update);
        Operation::AddConstraint {
            table: name("b"),
            constraint: Constraint::named("fk", ConstraintKind::ForeignKey(key)),
        }
    };
    use ReferentialAction::{Cascade, NoAction, SetNull};
    check(
        before,
        add(SetNull, NoAction),
        expect![[r#"
        invalid ON DELETE action for foreign key constraint containing generated column "x" of relation "b"
    "#]],
    );
    check(
        before,
        add(NoAction, Cascade),
        expect![[r#"
        invalid ON UPDATE action for foreign key constraint containing generated column "x" of relation "b"
    "#]],
    );
    check(
        before,
        add(Cascade, NoAction),
        expect![[r#"
        table a: x
          pk pk (x)
        table b: y, x as y || 'x'
          fk fk (x) -> a ()
        undo: drop constraint b.fk
    "#]],
    );
}

#[test]
fn an_index_by_another_collation_is_no_key() {
    let mut before = read("table a: x\n  ux ux (x)\ntable b: x");
    let add = add("b", "fk", "fk (x) -> a (x)");
    assert_eq!(add.apply_to(&mut before.clone()), Ok(()));
    let table = before.tables.get_mut(&name("a")).expect("is there");
    table.indexes[0].key[0].collation = Some("nocase".into());
    assert_eq!(add.apply_to(&mut before), Err(ApplyError::NoUniqueKey(name("a"))));
}
