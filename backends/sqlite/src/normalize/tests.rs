mod round_trip;

use std::{env, fs, path::Path};

use retort_core::{
    backend::{BackendErrorKind, Scope},
    schema::{
        Check, Constraint, EnumType, ForeignKey, Generated, GeneratedStorage, IdentityMode, PrimaryKey, View,
    },
};
use rusqlite::Connection;

use super::*;
use crate::introspect::introspect;

fn read(sql: &str) -> Schema {
    let connection = Connection::open_in_memory().expect("opens");
    connection.execute_batch(sql).expect("is valid");
    introspect(&connection, &Scope::default()).expect("introspects")
}

/// What is read from a database is in the normal form already.
#[track_caller]
fn is_normal(sql: &str) {
    let schema = read(sql);
    assert_eq!(normalize(schema.clone()).expect("normalizes"), schema);
}

fn unqualified(name: &str) -> QualifiedName {
    QualifiedName::unqualified(name)
}

fn schema_of(tables: impl IntoIterator<Item = Table>) -> Schema {
    Schema {
        tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(),
        ..Schema::default()
    }
}

/// A schema is normalized to what is read after the statements that create it.
#[track_caller]
fn check(schema: Schema, sql: &str) {
    let normal = normalize(schema).expect("normalizes");
    assert_eq!(normal, read(sql));
    assert_eq!(normalize(normal.clone()).expect("normalizes"), normal);
}

#[test]
fn what_is_read_is_normal() {
    is_normal(
        "CREATE TABLE Parent (Id INTEGER PRIMARY KEY AUTOINCREMENT, Code TEXT UNIQUE COLLATE NOCASE NOT NULL);
         CREATE TABLE child (id INT PRIMARY KEY, parent_id REFERENCES PARENT, code REFERENCES parent (CODE),
             mood TEXT /*@enum mood*/ DEFAULT 'a' CHECK (mood IN ('a', 'b')), total NUMERIC(8, 0) CHECK (TOTAL > 0),
             twice AS (total * 2) STORED, is_on BOOL NOT NULL DEFAULT 1, w DEFAULT word, q DEFAULT \"q\",
             note VARCHAR(10) /*@comment of note*/, CHECK (is_on OR note <> '')) WITHOUT ROWID;
         CREATE UNIQUE INDEX ix ON CHILD (Note, (total) DESC, lower(note) COLLATE nocase) WHERE is_on == TRUE;
         CREATE VIEW v (x) AS /*@comment of v*/ SELECT ID, note FROM child where Id notnull order by 1;
         CREATE TRIGGER tr AFTER INSERT ON Child BEGIN SELECT 1; END;",
    );
    is_normal(
        "CREATE TABLE t (a MONEY, b, c [my type], d DEFAULT (random()), e DEFAULT (CAST('2' AS INT)), f UUID)",
    );
    is_normal(
        "CREATE TABLE t (a CHECK (format('%d', a) AND a ISNULL AND a GLOB 'y*'), b CHECK (\"no column\" <> b))",
    );
    is_normal(
        "CREATE TABLE t (a INT CONSTRAINT x CHECK (a > 0) CONSTRAINT X CHECK (a < 9) CHECK (a <> 5) CHECK (a <> 5))",
    );
    is_normal(
        "CREATE TABLE t (a DATETIME DEFAULT CURRENT_TIMESTAMP, b TEXT DEFAULT (datetime('now')), c INT DEFAULT - 1)",
    );
    is_normal(
        "CREATE TABLE a (b REFERENCES missing, c REFERENCES d DEFERRABLE); CREATE TABLE d (e UNIQUE, f INT)",
    );
}

#[test]
fn chinook_is_normal() {
    let data = Path::new("shared/data/chinook/sqlite.sql");
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    match beside.filter_map(|folder| fs::read_to_string(folder.join(data)).ok()).next() {
        Some(sql) => is_normal(sql.trim_start_matches('\u{feff}')),
        None => crate::introspect::tests::skip(data),
    }
}

#[test]
fn types_and_identities_have_one_form() {
    let mut table = Table::new(unqualified("t"), vec![Column::new("id", Type::SmallInt)]);
    table.columns[0].identity = Some(Identity {
        mode: IdentityMode::ByDefault,
        sequence: SequenceOptions {
            start: Some(1),
            increment: Some(1),
            min: Some(1),
            max: Some(i64::MAX),
            cache: Some(50),
            cycle: false,
        },
    });
    let key = PrimaryKey { columns: vec!["id".into()] };
    table.constraints.push(Constraint { name: None, kind: ConstraintKind::PrimaryKey(key) });
    table.columns.extend([
        Column::new("price", Type::Numeric { precision: Some(8), scale: Some(0) }),
        Column::new("label", Type::Text),
    ]);
    table.columns[2].collation = Some("C".into());
    table.columns[2].comment = Some(String::new());
    check(
        schema_of([table]),
        "CREATE TABLE t (id INTEGER CONSTRAINT pk_t PRIMARY KEY AUTOINCREMENT, price NUMERIC(8), label TEXT)",
    );
}

#[test]
fn an_option_that_sqlite_cannot_have_stays_visible() {
    let mut table = Table::new(unqualified("t"), vec![Column::new("id", Type::BigInt)]);
    let sequence = SequenceOptions { start: Some(100), ..SequenceOptions::default() };
    table.columns[0].identity = Some(Identity { mode: IdentityMode::Always, sequence });
    let normal = normalize(schema_of([table])).expect("normalizes");
    let identity = normal.tables[&unqualified("t")].columns[0].identity.as_ref().expect("is one");
    assert_eq!(identity.sequence.start, Some(100));
}

#[test]
fn keys_and_names_are_filled_in() {
    let mut parent = Table::new(unqualified("parent"), vec![Column::new("id", Type::Integer)]);
    let key = PrimaryKey { columns: vec!["id".into()] };
    parent.constraints.push(Constraint::named("pk_parent", ConstraintKind::PrimaryKey(key)));
    let mut child = Table::new(unqualified("child"), vec![Column::new("parent_id", Type::Integer)]);
    let mut key = ForeignKey::new(vec!["parent_id".into()], unqualified("parent"), Vec::new());
    key.validated = false;
    child.constraints.push(Constraint { name: None, kind: ConstraintKind::ForeignKey(key) });
    check(
        schema_of([parent, child]),
        "CREATE TABLE parent (id INTEGER NOT NULL, CONSTRAINT pk_parent PRIMARY KEY (id));
         CREATE TABLE child (parent_id INTEGER, FOREIGN KEY (parent_id) REFERENCES parent (id))",
    );
}

#[test]
fn expressions_have_one_form() {
    let mut table = Table::new(
        unqualified("t"),
        vec![
            Column::new("a", Type::Timestamp(None)).with_default("now()"),
            Column::new("Total", Type::Integer).with_default("'5'::integer"),
            Column::new("c", Type::Boolean).with_default("true"),
            Column::new("d", Type::Text).with_default("NULL"),
            Column::new("e", Type::Integer),
        ],
    );
    table.columns[4].generated =
        Some(Generated { expression: "(\"Total\" * 2)".into(), storage: GeneratedStorage::Stored });
    let check_kind =
        ConstraintKind::Check(Check { expression: "((\"Total\" > 0) and C)".into(), validated: false });
    table.constraints.push(Constraint::named("ck", check_kind));
    let mut index = Index::on_columns("ix", ["a".into()]);
    index.method = Some("btree".into());
    index.predicate = Some("d::varchar(3) = 'x'".into());
    index.key[0].nulls = Some(NullsOrder::First);
    index.key[0].collation = Some("C".into());
    table.indexes.push(index);
    check(
        schema_of([table]),
        "CREATE TABLE t (a TIMESTAMP DEFAULT CURRENT_TIMESTAMP, \"Total\" INTEGER DEFAULT (CAST('5' AS INTEGER)),
             c BOOLEAN DEFAULT 1, d TEXT, e INTEGER AS (Total * 2) STORED, CONSTRAINT ck CHECK ((total > 0) AND c));
         CREATE INDEX ix ON t (a) WHERE substr(CAST(d AS TEXT), 1, 3) = 'x'",
    );
}

#[test]
fn enums_are_kept_while_a_column_uses_them() {
    let mut schema = schema_of([Table::new(
        unqualified("t"),
        vec![Column::new("m", Type::Enum(unqualified("mood"))).with_default("'a'::mood")],
    )]);
    let mut mood = EnumType::new(unqualified("mood"), ["a", "b"]);
    mood.comment = Some("refused elsewhere".to_owned());
    schema.enums.insert(mood.name.clone(), mood);
    let unused = EnumType::new(unqualified("unused"), ["x"]);
    schema.enums.insert(unused.name.clone(), unused);
    check(
        schema,
        "CREATE TABLE t (m TEXT /*@enum mood*/ DEFAULT 'a' CONSTRAINT \"ck_t_m_enum\" CHECK (\"m\" IN ('a', 'b')))",
    );
}

#[test]
fn views_have_one_form() {
    let mut schema = Schema::default();
    let name = unqualified("v");
    let query = "select  1 as x -- one\n".into();
    schema
        .views
        .insert(name.clone(), View { name, columns: Vec::new(), query, comment: Some("c".to_owned()) });
    check(schema, "CREATE VIEW v AS /*@comment c*/ SELECT 1 AS x");
}

#[test]
fn namespaces_and_arrays_are_refused() {
    let refused = |schema: Schema| {
        let error = normalize(schema).expect_err("is refused");
        assert_eq!(error.kind(), BackendErrorKind::Unsupported);
        error.to_string()
    };
    let table = Table::new(QualifiedName::qualified("finance", "t"), Vec::new());
    assert_eq!(refused(schema_of([table])), "SQLite has no namespaces such as `finance` in `finance.t`");
    let array = Type::Array(Box::new(Type::Integer));
    refused(schema_of([Table::new(unqualified("t"), vec![Column::new("a", array)])]));
}
