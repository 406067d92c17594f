//! What holds for every operation, whatever it is.

use retort_core::{
    operation::{ColumnChange, CommentTarget, EnumValuePosition, Operation},
    schema::{Column, Generated, GeneratedStorage, Index, Table, Type, View},
};

use crate::support::*;

/// Tables with everything, and rows in them.
const SETUP: &str = r#"
    CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT UNIQUE /* here */, note TEXT /*@comment why*/);
    INSERT INTO parent VALUES (1, 'a', 'x'), (4, 'b', NULL); DELETE FROM parent WHERE id = 4;
    INSERT INTO parent VALUES (2, 'c', 'z');
    CREATE TABLE t (/*@comment of t*/
        a INT NOT NULL, -- a
        b VARCHAR(20) COLLATE NOCASE DEFAULT 'x',
        c NUMERIC(10, 2),
        m TEXT /*@enum mood*/ NOT NULL DEFAULT 'ok' CHECK (m IN ('sad', 'ok', 'glad')),
        p INT REFERENCES parent ON DELETE SET NULL,
        g INT AS (a * 2) STORED,
        v INT AS (a * 3),
        PRIMARY KEY (a),
        CONSTRAINT positive CHECK (a > 0),
        UNIQUE (b, c) ON CONFLICT FAIL
    );
    INSERT INTO t (a, b, c, m, p) VALUES (3, 'three', 3.5, 'sad', 1), (7, NULL, 7, 'ok', NULL);
    CREATE TABLE child (id INTEGER PRIMARY KEY, t INT REFERENCES t (a) ON UPDATE CASCADE);
    INSERT INTO child VALUES (1, 7);
    CREATE INDEX i ON t (c DESC) WHERE c > 1;
    CREATE UNIQUE INDEX e ON t (lower(b));
    CREATE VIEW seen AS SELECT id FROM child;
    CREATE TABLE log (x);
    CREATE TRIGGER own AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;
    CREATE TRIGGER foreign_one AFTER INSERT ON log BEGIN UPDATE t SET p = NULL WHERE p = new.x; END;
"#;

/// An operation of every kind that changes something that exists.
fn operations() -> Vec<Operation> {
    let mood = || table("mood");
    let identity = |identity| alter("parent", "id", ColumnChange::Identity(identity));
    let generated = Generated { expression: "a + 100".into(), storage: GeneratedStorage::Stored };
    let collated =
        ColumnChange::Type { ty: Type::VarChar(Some(40)), collation: Some("rtrim".into()), using: None };
    vec![
        Operation::RenameEnum { from: mood(), to: "temper".into() },
        Operation::AddEnumValue {
            name: mood(),
            value: "so-so".into(),
            position: EnumValuePosition::After("sad".into()),
            if_not_exists: false,
        },
        Operation::RenameEnumValue { name: mood(), from: "ok".into(), to: "it's ok".into() },
        Operation::CreateTable {
            table: Table::new(table("n"), vec![Column::new("a", Type::Uuid)]),
            if_not_exists: false,
        },
        Operation::RenameTable { from: table("t"), to: "order".into() },
        Operation::SetTableComment { table: table("t"), comment: Some("new".into()) },
        Operation::SetTableComment { table: table("t"), comment: None },
        add_column("t", Column::new("n", Type::Json)),
        add_column("t", Column::new("n", Type::Timestamp(None)).not_null().with_default("CURRENT_TIMESTAMP")),
        rename_column("t", "a", "group"),
        rename_column("t", "m", "mm"),
        rename_column("parent", "id", "key"),
        retype("t", "c", Type::Double, None),
        retype("t", "b", Type::Text, Some("upper(b)")),
        alter("t", "b", collated),
        not_null("t", "c"),
        alter("t", "a", ColumnChange::Default(Some("5".into()))),
        alter("t", "b", ColumnChange::Default(None)),
        alter("t", "g", ColumnChange::Generated(Some(generated))),
        alter("t", "v", ColumnChange::Comment(Some("v".into()))),
        alter("parent", "note", ColumnChange::Comment(None)),
        identity(None),
        add_constraint("t", "u", unique(&["c"])),
        add_constraint("t", "k", check("length(b) > 2")),
        add_constraint("child", "f", foreign_key(&["id"], "parent", &["id"])),
        drop_constraint("t", "positive"),
        drop_constraint("t", "fk_t_p_parent"),
        drop_constraint("parent", "uq_parent_code"),
        drop_constraint("child", "pk_child"),
        Operation::RenameConstraint { table: table("t"), from: "pk_t".into(), to: "key".into() },
        Operation::RenameConstraint { table: table("t"), from: "positive".into(), to: "negative".into() },
        create_index("t", Index::on_columns("j", names(&["p", "m"]))),
        Operation::DropIndex { name: table("i"), concurrently: false, if_exists: false },
        Operation::RenameIndex { from: table("e"), to: "ee".into() },
        Operation::CreateView {
            view: View {
                name: table("w"),
                columns: Vec::new(),
                query: "SELECT 1 AS one".into(),
                comment: None,
            },
            or_replace: false,
        },
        Operation::DropView { name: table("seen"), if_exists: false },
        Operation::RenameView { from: table("seen"), to: "unseen".into() },
        Operation::SetComment { on: CommentTarget::View(table("seen")), comment: Some("x".into()) },
    ]
}

const ROWS: [&str; 5] = [
    "SELECT rowid, * FROM parent",
    "SELECT rowid, a, upper(b), c, p, v FROM t",
    "SELECT rowid, * FROM child",
    "SELECT * FROM log",
    "SELECT name, seq FROM sqlite_sequence",
];

#[tokio::test]
async fn an_operation_and_its_reverse_restore_schema_and_rows() {
    for operation in operations() {
        let mut database = Database::new(SETUP).await;
        let before = database.schema().await;
        let mut rows = Vec::new();
        for query in ROWS {
            rows.push(database.rows(query).await);
        }
        let back = operation.reverse(&before).unwrap();
        database
            .apply(std::slice::from_ref(&operation))
            .await
            .unwrap_or_else(|error| panic!("{operation:?}: {error:?}"));
        database.apply(&back).await.unwrap_or_else(|error| panic!("{operation:?} back: {error:?}"));
        let found = database.schema().await;
        for (name, table) in &found.tables {
            let mut expected = before.tables[name].clone();
            let mut table = table.clone();
            expected.stored = None;
            table.stored = None;
            assert_eq!(table, expected, "{operation:?}");
        }
        assert_eq!(found.enums, before.enums, "{operation:?}");
        // The sequence goes with the identity, as in PostgreSQL.
        let forgets_sequence =
            matches!(operation, Operation::AlterColumn { change: ColumnChange::Identity(_), .. });
        for (query, before) in ROWS.iter().zip(rows) {
            if forgets_sequence && query.contains("sqlite_sequence") {
                continue;
            }
            assert_eq!(database.rows(query).await, before, "{operation:?}");
        }
        // The triggers are there and work.
        database.run("INSERT INTO t (a, b) VALUES (1, 'new')").await.unwrap();
        assert_eq!(database.rows("SELECT * FROM log").await, "1", "{operation:?}");
        assert_eq!(database.rows("SELECT p FROM t WHERE a = 3").await, "NULL", "{operation:?}");
    }
}

#[tokio::test]
async fn operations_together_do_what_they_do_alone() {
    let run: Vec<Operation> = vec![
        not_null("t", "c"),
        alter("t", "b", ColumnChange::Default(None)),
        rename_column("t", "a", "id"),
        drop_constraint("t", "positive"),
        add_column("t", Column::new("x", Type::Text).with_default("'5'")),
        retype("t", "x", Type::Integer, None),
        retype("t", "x", Type::Text, Some("x || '!'")),
        rename_column("t", "x", "y"),
        drop_column("t", "g"),
        add_constraint("t", "u", unique(&["c"])),
        add_constraint("t", "k", check("id > 1")),
    ];
    let mut together = Database::new(SETUP).await;
    together.apply(&run).await.unwrap();
    let mut alone = Database::new(SETUP).await;
    for operation in run {
        alone.apply(&[operation]).await.unwrap();
    }
    assert_eq!(together.schema().await, alone.schema().await);
    for query in ["SELECT rowid, * FROM t", "SELECT * FROM child", "SELECT * FROM log"] {
        assert_eq!(together.rows(query).await, alone.rows(query).await);
    }
    assert_eq!(alone.rows("SELECT id, y FROM t").await, "3|5!\n7|5!");
}
