//! Changes of tables that hold rows, with everything that hangs on them.

use crate::support::*;
use expect_test::{Expect, expect};
use retort_core::{
    backend::Backend,
    operation::{ColumnChange, EnumValuePosition, Operation},
    schema::{Column, Generated, GeneratedStorage, Identity, Type},
};
use retort_sqlite::Sqlite;

/// Applies operations to a table `t`, and shows its definition and its rows.
/// Everything else in the catalog must stay as it is, to the byte.
async fn check_change(setup: &str, operations: &[Operation], expected: Expect) {
    let mut database = Database::new(setup).await;
    let others = database.definitions(&["t"]).await;
    let found = match database.apply(operations).await {
        Ok(statements) => {
            assert_eq!(database.definitions(&["t"]).await, others, "{statements:#?}");
            let definition = database.rows("SELECT sql FROM sqlite_schema WHERE name = 't'").await;
            let rebuilt = statements.iter().any(|sql| sql.starts_with("INSERT OR ABORT"));
            let how = if rebuilt { "rebuilt" } else { "in place" };
            format!("{how}\n{definition}\n{}", database.rows("SELECT * FROM t").await)
        }
        Err(error) => format!("{:?}: {error}", error.kind()),
    };
    expected.assert_eq(&found);
}

/// A table with clauses that the model does not know, and what hangs on it.
const ODD: &str = r#"
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    INSERT INTO parent VALUES (1), (2);
    CREATE TABLE t ( -- a comment
        a INTEGER /* own */ PRIMARY KEY ON CONFLICT REPLACE, -- about a
        'b' varchar (20) collate NoCase not null on conflict ignore default 'x''y', -- about b
        c REFERENCES parent ( id ) ON DELETE CASCADE,
        d INT DEFAULT (1 + 1), -- about d
        self INT REFERENCES t,
        UNIQUE (b, d) ON CONFLICT FAIL CONSTRAINT positive CHECK (t.d > 0)
    );
    INSERT INTO t VALUES (5, 'five', 1, 2, NULL), (9, 'nine', 2, 3, 5);
    CREATE TABLE child (id INTEGER PRIMARY KEY, t INT REFERENCES t (a) ON DELETE CASCADE);
    INSERT INTO child VALUES (1, 5), (2, 9);
    CREATE INDEX "i" ON "t" ("d" DESC) WHERE d > 1;
    CREATE INDEX "expression" ON "t" ((d + 1), "b" COLLATE RTRIM);
    CREATE TABLE log (x);
    CREATE TRIGGER own AFTER UPDATE OF d ON t BEGIN INSERT INTO log VALUES (new.d); END;
    CREATE TRIGGER other AFTER INSERT ON log WHEN new.x < 0 BEGIN DELETE FROM t WHERE a = -new.x; END;
    CREATE VIEW v AS SELECT b, d FROM t;
    CREATE VIEW w AS SELECT b FROM v;
    CREATE TRIGGER instead INSTEAD OF INSERT ON v BEGIN INSERT INTO t (b, d) VALUES (new.b, new.d); END;
"#;

#[tokio::test]
async fn what_does_not_change_survives_a_rebuild() {
    let mut database = Database::new(ODD).await;
    let without = ["t", "i", "expression"];
    let others = database.definitions(&without).await;
    database.apply(&[not_null("t", "d")]).await.unwrap();
    assert_eq!(database.definitions(&without).await, others);
    expect![[r#"
        CREATE TABLE "t" ( -- a comment
                a INTEGER /* own */ PRIMARY KEY ON CONFLICT REPLACE, -- about a
                'b' varchar (20) collate NoCase not null on conflict ignore default 'x''y', -- about b
                c REFERENCES parent ( id ) ON DELETE CASCADE,
                d INT NOT NULL DEFAULT (1 + 1), -- about d
                self INT REFERENCES t,
                UNIQUE (b, d) ON CONFLICT FAIL CONSTRAINT positive CHECK (d > 0)
            )
        CREATE INDEX "i" ON "t" ("d" DESC) WHERE d > 1
        CREATE INDEX "expression" ON "t" ((d + 1), "b" COLLATE RTRIM)"#]]
    .assert_eq(&database.rows("SELECT sql FROM sqlite_schema WHERE name IN ('t', 'i', 'expression')").await);
    // The triggers still work, and so do foreign keys in both directions.
    database.run("UPDATE t SET d = d + 1").await.unwrap();
    database.run("INSERT INTO v VALUES ('ten', 10)").await.unwrap();
    database.run("INSERT INTO log VALUES (-9)").await.unwrap();
    database.run("INSERT INTO t (b, c) VALUES ('lost', 77)").await.unwrap_err();
    assert_eq!(database.rows("SELECT * FROM log").await, "3\n4\n-9");
    assert_eq!(database.rows("SELECT * FROM child").await, "1|5");
    assert_eq!(database.rows("SELECT * FROM w").await, "five\nten");
    database.run("DELETE FROM parent WHERE id = 1").await.unwrap();
    assert_eq!(database.rows("SELECT * FROM t").await, "10|ten|NULL|10|NULL");
}

#[tokio::test]
async fn elements_are_edited_where_they_stand() {
    check_change(
        ODD.split("CREATE TABLE child").next().unwrap(),
        &[drop_constraint("t", "positive")],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" ( -- a comment
                    a INTEGER /* own */ PRIMARY KEY ON CONFLICT REPLACE, -- about a
                    'b' varchar (20) collate NoCase not null on conflict ignore default 'x''y', -- about b
                    c REFERENCES parent ( id ) ON DELETE CASCADE,
                    d INT DEFAULT (1 + 1), -- about d
                    self INT REFERENCES t,
                    UNIQUE (b, d) ON CONFLICT FAIL
                )
            5|five|1|2|NULL
            9|nine|2|3|5"#]],
    )
    .await;
    let small = "CREATE TABLE t (a INT, b TEXT, CHECK (a > 0)); INSERT INTO t VALUES (1, 'x')";
    check_change(
        small,
        &[alter("t", "b", ColumnChange::Default(Some("'y'".into())))],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b TEXT DEFAULT 'y', CHECK (a > 0))
        1|x"#]],
    )
    .await;
    check_change(
        small,
        &[alter("t", "b", ColumnChange::Default(Some("lower('Y')".into())))],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b TEXT DEFAULT (lower('Y')), CHECK (a > 0))
        1|x"#]],
    )
    .await;
    check_change(
        small,
        &[alter("t", "b", ColumnChange::Comment(Some("it's */ odd".into())))],
        expect![[r#"
            in place
            CREATE TABLE t (a INT, b TEXT /*@comment it's *\/ odd*/, CHECK (a > 0))
            1|x"#]],
    )
    .await;
    check_change(
        small,
        &[Operation::SetTableComment { table: table("t"), comment: Some("of t".into()) }],
        expect![[r#"
            in place
            CREATE TABLE t (/*@comment of t*/a INT, b TEXT, CHECK (a > 0))
            1|x"#]],
    )
    .await;
    check_change(
        small,
        &[Operation::RenameConstraint { table: table("t"), from: "ck_t_a".into(), to: "positive".into() }],
        expect![[r#"
            in place
            CREATE TABLE t (a INT, b TEXT, CONSTRAINT "positive" CHECK (a > 0))
            1|x"#]],
    )
    .await;
    check_change(
        small,
        &[drop_constraint("t", "ck_t_a")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b TEXT)
        1|x"#]],
    )
    .await;
    check_change(
        small,
        &[not_null("t", "a"), not_null("t", "b"), add_constraint("t", "u", unique(&["b"]))],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (a INT NOT NULL, b TEXT NOT NULL, CHECK (a > 0), CONSTRAINT "u" UNIQUE ("b"))
            1|x"#]],
    )
    .await;
    check_change(
        small,
        &[not_null("t", "a"), alter("t", "a", ColumnChange::Nullable(true))],
        expect![[r#"
        in place
        CREATE TABLE t (a INT, b TEXT, CHECK (a > 0))
        1|x"#]],
    )
    .await;
}

#[tokio::test]
async fn constraints_come_and_go() {
    let setup = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE t (a INT, b TEXT UNIQUE, c INT REFERENCES parent, PRIMARY KEY (a));
        INSERT INTO parent VALUES (1); INSERT INTO t VALUES (7, 'x', 1), (8, 'y', NULL)";
    check_change(
        setup,
        &[drop_constraint("t", "pk_t")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT NOT NULL, b TEXT UNIQUE, c INT REFERENCES parent)
        7|x|1
        8|y|NULL"#]],
    )
    .await;
    check_change(
        setup,
        &[drop_constraint("t", "uq_t_b")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b TEXT, c INT REFERENCES parent, PRIMARY KEY (a))
        7|x|1
        8|y|NULL"#]],
    )
    .await;
    check_change(
        setup,
        &[drop_constraint("t", "fk_t_c_parent")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b TEXT UNIQUE, c INT, PRIMARY KEY (a))
        7|x|1
        8|y|NULL"#]],
    )
    .await;
    check_change(
        setup,
        &[drop_constraint("t", "pk_t"), add_constraint("t", "pk", primary_key(&["b", "a"]))],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (a INT, b TEXT NOT NULL UNIQUE, c INT REFERENCES parent, CONSTRAINT "pk" PRIMARY KEY ("b", "a"))
            7|x|1
            8|y|NULL"#]],
    )
    .await;
    check_change(
        setup,
        &[add_constraint("t", "f", foreign_key(&["a"], "parent", &[]))],
        expect!["Constraint: row 1 of table `t` refers to a row of table `parent` that does not exist"],
    )
    .await;
    check_change(
        setup,
        &[add_constraint("t", "k", check("a < 8"))],
        expect!["Constraint: CHECK constraint failed: k"],
    )
    .await;
    check_change(setup, &[not_null("t", "c")], expect!["Constraint: NOT NULL constraint failed: t.c"]).await;
    check_change(
        setup,
        &[add_constraint("t", "u", unique(&["c"])), drop_constraint("t", "uq_t_b")],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (a INT, b TEXT, c INT REFERENCES parent, PRIMARY KEY (a), CONSTRAINT "u" UNIQUE ("c"))
            7|x|1
            8|y|NULL"#]],
    )
    .await;
}

#[tokio::test]
async fn columns_are_added() {
    let setup = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE t (
            a INT, -- about a
            CHECK (a > 0)
        );
        INSERT INTO parent VALUES (1); INSERT INTO t VALUES (7), (8)";
    let b = |ty| Column::new("b", ty);
    check_change(
        setup,
        &[add_column("t", b(Type::Uuid))],
        expect![[r#"
        in place
        CREATE TABLE t (
                    a INT, "b" UUID_TEXT, -- about a
                    CHECK (a > 0)
                )
        7|NULL
        8|NULL"#]],
    )
    .await;
    check_change(
        setup,
        &[add_column("t", b(Type::Integer).not_null().with_default("-1"))],
        expect![[r#"
        in place
        CREATE TABLE t (
                    a INT, "b" INTEGER NOT NULL DEFAULT -1, -- about a
                    CHECK (a > 0)
                )
        7|-1
        8|-1"#]],
    )
    .await;
    check_change(
        setup,
        &[add_column("t", b(Type::Integer).not_null())],
        expect!["Constraint: Cannot add a NOT NULL column with default value NULL"],
    )
    .await;
    check_change(
        setup,
        &[add_column("t", b(Type::Text).with_default("upper('x')"))],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (
                    a INT,
                    "b" TEXT DEFAULT (upper('x')), -- about a
                    CHECK (a > 0)
                )
        7|X
        8|X"#]],
    )
    .await;
    check_change(
        setup,
        &[
            add_column("t", b(Type::Integer)),
            add_constraint("t", "f", foreign_key(&["b"], "parent", &["id"])),
        ],
        expect![[r#"
            in place
            CREATE TABLE t (
                        a INT, "b" INTEGER CONSTRAINT "f" REFERENCES "parent" ("id"), -- about a
                        CHECK (a > 0)
                    )
            7|NULL
            8|NULL"#]],
    )
    .await;
    check_change(
        setup,
        &[
            add_column("t", b(Type::Integer).with_default("1")),
            add_constraint("t", "f", foreign_key(&["b"], "parent", &["id"])),
        ],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (
                        a INT,
                        "b" INTEGER DEFAULT 1, -- about a
                        CHECK (a > 0),
                        CONSTRAINT "f" FOREIGN KEY ("b") REFERENCES "parent" ("id")
                    )
            7|1
            8|1"#]],
    )
    .await;
    check_change(
        setup,
        &[
            add_column("t", Column { identity: Some(Identity::by_default()), ..b(Type::BigInt) }),
            add_constraint("t", "pk_t", primary_key(&["b"])),
        ],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (
                        a INT,
                        "b" INTEGER NOT NULL, -- about a
                        CHECK (a > 0),
                        CONSTRAINT "pk_t" PRIMARY KEY ("b" AUTOINCREMENT)
                    )
            7|1
            8|2"#]],
    )
    .await;
    let generated = |storage| {
        let generated = Some(Generated { expression: "a * 2".into(), storage });
        [add_column("t", Column { generated, ..b(Type::Integer) })]
    };
    check_change(
        setup,
        &generated(GeneratedStorage::Virtual),
        expect![[r#"
        in place
        CREATE TABLE t (
                    a INT, "b" INTEGER GENERATED ALWAYS AS (a * 2) VIRTUAL, -- about a
                    CHECK (a > 0)
                )
        7|14
        8|16"#]],
    )
    .await;
    check_change(
        setup,
        &generated(GeneratedStorage::Stored),
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (
                    a INT,
                    "b" INTEGER GENERATED ALWAYS AS (a * 2) STORED, -- about a
                    CHECK (a > 0)
                )
        7|14
        8|16"#]],
    )
    .await;
    check_change(
        setup,
        &[add_column("t", b(Type::Integer).with_default("0")), add_constraint("t", "k", check("b > 0"))],
        expect!["Statement: CHECK constraint failed"],
    )
    .await;
    // What was added is in the text that a rebuild edits.
    check_change(
        setup,
        &[add_column("t", b(Type::Text).with_default("'1'")), retype("t", "b", Type::Integer, None)],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (
                        a INT,
                        "b" INTEGER DEFAULT '1', -- about a
                        CHECK (a > 0)
                    )
            7|1
            8|1"#]],
    )
    .await;
}

#[tokio::test]
async fn columns_are_dropped() {
    let setup = "CREATE TABLE t (a INT, b INT, c TEXT UNIQUE, CONSTRAINT k CHECK (a < b), d INT);
        INSERT INTO t VALUES (1, 2, 'x', 4)";
    let setup = setup.replace(", CONSTRAINT k CHECK (a < b), d INT", ", d INT, CONSTRAINT k CHECK (a < b)");
    check_change(
        &setup,
        &[drop_column("t", "d")],
        expect![[r#"
        in place
        CREATE TABLE t (a INT, b INT, c TEXT UNIQUE, CONSTRAINT k CHECK (a < b))
        1|2|x"#]],
    )
    .await;
    check_change(
        &setup,
        &[drop_column("t", "a")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (b INT, c TEXT UNIQUE, d INT)
        2|x|4"#]],
    )
    .await;
    check_change(
        &setup,
        &[drop_column("t", "c")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b INT, d INT, CONSTRAINT k CHECK (a < b))
        1|2|4"#]],
    )
    .await;
    check_change(
        &setup,
        &[drop_column("t", "a"), drop_column("t", "c"), drop_column("t", "d")],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (b INT)
            2"#]],
    )
    .await;
    check_change(
        &setup,
        &[drop_column("t", "d"), add_column("t", Column::new("d", Type::Text).with_default("'new'"))],
        expect![[r#"
            in place
            CREATE TABLE t (a INT, b INT, c TEXT UNIQUE, "d" TEXT DEFAULT 'new', CONSTRAINT k CHECK (a < b))
            1|2|x|new"#]],
    )
    .await;
    let viewed = format!("{setup}; CREATE VIEW v AS SELECT a, b FROM t; CREATE VIEW w AS SELECT d FROM t");
    check_change(
        &viewed,
        &[drop_column("t", "c")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b INT, d INT, CONSTRAINT k CHECK (a < b))
        1|2|4"#]],
    )
    .await;
}

#[tokio::test]
async fn columns_are_renamed_everywhere() {
    // SQLite renames the column of the view too, which a trigger on the view
    // would not follow.
    let setup = ODD.split("CREATE TRIGGER instead").next().unwrap();
    let mut database = Database::new(setup).await;
    database
        .apply(&[rename_column("t", "d", "e"), not_null("t", "e"), rename_column("t", "a", "id")])
        .await
        .unwrap();
    expect![[r#"
        CREATE TABLE child (id INTEGER PRIMARY KEY, t INT REFERENCES t ("id") ON DELETE CASCADE)
        CREATE TABLE t ( -- a comment
                "id" INTEGER /* own */ PRIMARY KEY ON CONFLICT REPLACE, -- about a
                'b' varchar (20) collate NoCase not null on conflict ignore default 'x''y', -- about b
                c REFERENCES parent ( id ) ON DELETE CASCADE,
                "e" INT NOT NULL DEFAULT (1 + 1), -- about d
                self INT REFERENCES t,
                CONSTRAINT "uq_t_b_d" UNIQUE (b, "e") ON CONFLICT FAIL CONSTRAINT positive CHECK (t."e" > 0)
            )
        CREATE INDEX "expression" ON "t" ((e + 1), "b" COLLATE RTRIM)
        CREATE INDEX "i" ON "t" ("e" DESC) WHERE e > 1
        CREATE VIEW v AS SELECT b, "e" FROM t
        CREATE VIEW w AS SELECT b FROM v
        CREATE TRIGGER other AFTER INSERT ON log WHEN new.x < 0 BEGIN DELETE FROM t WHERE "id" = -new.x; END
        CREATE TRIGGER own AFTER UPDATE OF "e" ON t BEGIN INSERT INTO log VALUES (new."e"); END"#]]
    .assert_eq(&database.definitions(&["parent", "log"]).await);
    database.run("UPDATE t SET e = e + 1").await.unwrap();
    assert_eq!(database.rows("SELECT * FROM log").await, "3\n4");
}

#[tokio::test]
async fn values_are_converted_or_refused() {
    let with = |values: &str| format!("CREATE TABLE t (a TEXT, b INT); INSERT INTO t VALUES {values}");
    let to = |ty: Type| vec![retype("t", "a", ty, None)];
    check_change(
        &with("('12', 1), (' -7 ', 2), (NULL, 3)"),
        &to(Type::Integer),
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INTEGER, b INT)
        12|1
        -7|2
        NULL|3"#]],
    )
    .await;
    check_change(
        &with("('12', 1), ('12a', 2)"),
        &to(Type::Integer),
        expect![[r#"Constraint: column "a" holds '12a', which does not fit INTEGER without loss"#]],
    )
    .await;
    check_change(
        &with("('1.5', 1)"),
        &to(Type::BigInt),
        expect![[r#"Constraint: column "a" holds 1.5, which does not fit BIGINT without loss"#]],
    )
    .await;
    check_change(
        &with("('12', 1), ('abc', 2)"),
        &[retype("t", "a", Type::Integer, Some("a::int"))],
        expect![[r#"Constraint: column "a" holds 'abc', which does not fit INTEGER without loss"#]],
    )
    .await;
    check_change(
        &with("('2026-11-22', 1), ('abc', 2)"),
        &[retype("t", "a", Type::Date, Some("CAST(a AS date)"))],
        expect![[r#"Constraint: column "a" holds 'abc', which does not fit DATE without loss"#]],
    )
    .await;
    check_change(
        &with("('70000', 1)"),
        &to(Type::SmallInt),
        expect![[r#"Constraint: column "a" holds 70000, which does not fit SMALLINT without loss"#]],
    )
    .await;
    check_change(
        &with("('1.5', 1), ('2', 2)"),
        &to(Type::Double),
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a DOUBLE PRECISION, b INT)
        1.5|1
        2.0|2"#]],
    )
    .await;
    check_change(
        &with("('1000', 1)"),
        &to(Type::Numeric { precision: Some(5), scale: Some(2) }),
        expect![[r#"Constraint: column "a" holds 1000, which does not fit NUMERIC(5, 2) without loss"#]],
    )
    .await;
    check_change(
        &with("('abc', 1)"),
        &to(Type::VarChar(Some(3))),
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a VARCHAR(3), b INT)
        abc|1"#]],
    )
    .await;
    check_change(
        &with("('abcd', 1)"),
        &to(Type::VarChar(Some(3))),
        expect![[r#"Constraint: column "a" holds 'abcd', which does not fit VARCHAR(3) without loss"#]],
    )
    .await;
    check_change(
        &with("('2026-02-30', 1)"),
        &to(Type::Date),
        expect![[r#"Constraint: column "a" holds '2026-02-30', which does not fit DATE without loss"#]],
    )
    .await;
    check_change(
        &with("('{', 1)"),
        &to(Type::Json),
        expect![[r#"Constraint: column "a" holds '{', which does not fit JSON without loss"#]],
    )
    .await;
    check_change(
        &with("('x', 1)"),
        &to(Type::Blob),
        expect![[r#"Constraint: column "a" holds 'x', which does not fit BLOB without loss"#]],
    )
    .await;
    check_change(
        &with("('yes', 1), ('no', 2)"),
        &[retype("t", "a", Type::Boolean, Some("a = 'yes'"))],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (a BOOLEAN, b INT)
            1|1
            0|2"#]],
    )
    .await;
    check_change(
        &with("('yes', 1)"),
        &[retype("t", "a", Type::Integer, Some("a || b"))],
        expect![[r#"Constraint: column "a" holds 'yes1', which does not fit INTEGER without loss"#]],
    )
    .await;
    // What never fitted is none of the business of a wider type.
    check_change(
        &with("('x', 'odd')"),
        &[retype("t", "b", Type::BigInt, None)],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a TEXT, b BIGINT)
        x|odd"#]],
    )
    .await;
    check_change(
        &with("('x', 5)"),
        &[retype("t", "b", Type::Text, None)],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a TEXT, b TEXT)
        x|5"#]],
    )
    .await;
    let boolean = "CREATE TABLE t (a BOOLEAN); INSERT INTO t VALUES (1), (0), (NULL)";
    check_change(
        boolean,
        &to(Type::Text),
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a TEXT)
        true
        false
        NULL"#]],
    )
    .await;
    let timestamp = "CREATE TABLE t (a TIMESTAMP); INSERT INTO t VALUES ('2026-01-02 03:04:05')";
    check_change(
        timestamp,
        &to(Type::Date),
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a DATE)
        2026-01-02"#]],
    )
    .await;
}

#[tokio::test]
async fn no_row_is_lost_to_a_conflict_clause() {
    let setup = "CREATE TABLE t (a TEXT UNIQUE ON CONFLICT IGNORE, b TEXT UNIQUE ON CONFLICT REPLACE);
        INSERT INTO t VALUES ('1', '2'), ('01', '02')";
    for column in ["a", "b"] {
        let mut database = Database::new(setup).await;
        let error = database.apply(&[retype("t", column, Type::Integer, None)]).await.unwrap_err();
        assert_eq!(error.to_string(), format!("UNIQUE constraint failed: t.{column}"));
        assert_eq!(database.rows("SELECT count(*) FROM t").await, "2");
    }
}

#[tokio::test]
async fn no_column_is_lost_that_planning_does_not_know() {
    let setup = "CREATE TABLE t (a INT UNIQUE, b INT)";
    let comment = Operation::SetTableComment { table: table("t"), comment: Some("x".into()) };
    for operation in [not_null("t", "a"), comment, rename_column("t", "a", "c")] {
        let mut database = Database::new(setup).await;
        let schema = database.schema().await;
        database.run("ALTER TABLE t ADD COLUMN new INT").await.unwrap();
        let statements = Sqlite::default().render(&[operation], &schema).unwrap();
        let error = database.run_all(statements).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(source, "table t has 3 values for 2 columns");
    }
}

#[tokio::test]
async fn a_trigger_that_would_break_stops_a_rebuild() {
    let events = [
        ("AFTER INSERT ON t", "new.b"),
        ("BEFORE DELETE ON t", "old.b"),
        ("UPDATE ON t", "new.b"),
        ("AFTER UPDATE OF a, b ON t", "1"),
        ("AFTER INSERT ON other", "(SELECT b FROM t)"),
        ("INSTEAD OF INSERT ON v", "(SELECT b FROM t)"),
        ("INSTEAD OF UPDATE OF x ON v", "(SELECT b FROM t)"),
    ];
    for (event, value) in events {
        let setup = format!(
            "CREATE TABLE t (a INT, b INT); CREATE TABLE other (x INT); CREATE VIEW v AS SELECT x FROM other;
             CREATE TRIGGER g {event} BEGIN INSERT INTO other VALUES ({value}); END"
        );
        let mut database = Database::new(&setup).await;
        let drop = drop_column("t", "b");
        if value == "1" {
            database.apply(&[drop]).await.unwrap();
        } else {
            let error = database.apply(&[drop]).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "no such column: {}",
                    value.trim_matches(['(', ')']).trim_start_matches("SELECT ").trim_end_matches(" FROM t")
                )
            );
        }
    }
}

#[tokio::test]
async fn a_key_that_is_no_row_id_any_more_refuses_null() {
    let setup = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (7, 'x')";
    let change = [retype("t", "id", Type::BigInt, None)];
    check_change(
        setup,
        &change,
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (id BIGINT NOT NULL PRIMARY KEY, a TEXT)
        7|x"#]],
    )
    .await;
}

#[tokio::test]
async fn row_ids_and_sequences_are_kept() {
    let setup = "CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (3, 'x'), (8, 'y')";
    let mut database = Database::new(setup).await;
    database.apply(&[not_null("t", "a")]).await.unwrap();
    assert_eq!(database.rows("SELECT rowid, a FROM t").await, "3|x\n8|y");

    let hidden =
        "CREATE TABLE t (rowid TEXT, oid TEXT); INSERT INTO t (_rowid_, rowid) VALUES (3, 'x'), (8, 'y')";
    let mut database = Database::new(hidden).await;
    database.apply(&[not_null("t", "rowid")]).await.unwrap();
    assert_eq!(database.rows("SELECT _rowid_, rowid FROM t").await, "3|x\n8|y");

    let key = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t VALUES (3, 'x')";
    let mut database = Database::new(key).await;
    database.apply(&[drop_constraint("t", "pk_t")]).await.unwrap();
    assert_eq!(database.rows("SELECT rowid, id FROM t").await, "3|3");

    for delete in ["DELETE FROM t", "DELETE FROM t WHERE id = 9"] {
        let numbered = format!(
            "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);
             INSERT INTO t VALUES (3, 'x'), (9, 'y'); {delete}"
        );
        let mut database = Database::new(&numbered).await;
        database.apply(&[not_null("t", "a")]).await.unwrap();
        assert_eq!(database.rows("SELECT * FROM sqlite_sequence").await, "t|9");
        database.apply(&[alter("t", "id", ColumnChange::Identity(None))]).await.unwrap();
        assert_eq!(database.rows("SELECT * FROM sqlite_sequence").await, "");
        database
            .apply(&[alter("t", "id", ColumnChange::Identity(Some(Identity::by_default())))])
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn tables_of_every_kind_are_rebuilt() {
    let strict = "CREATE TABLE t (a INT NOT NULL, b ANY, PRIMARY KEY (a)) STRICT, WITHOUT ROWID;
        INSERT INTO t VALUES (1, '01'), (2, 2)";
    check_change(strict, &[add_constraint("t", "k", check("a > 0"))], expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT NOT NULL, b ANY, PRIMARY KEY (a), CONSTRAINT "k" CHECK (a > 0)) STRICT, WITHOUT ROWID
        1|01
        2|2"#]]).await;
    check_change(
        strict,
        &[retype("t", "b", Type::Text, None)],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT NOT NULL, b TEXT, PRIMARY KEY (a)) STRICT, WITHOUT ROWID
        1|01
        2|2"#]],
    )
    .await;
    check_change(
        strict,
        &[retype("t", "b", Type::VarChar(Some(4)), None)],
        expect!["Unsupported: table `t` is STRICT and cannot hold column `b` of type VARCHAR(4)"],
    )
    .await;
    let generated =
        "CREATE TABLE t (a INT, b INT AS (a * 2), c INT AS (a * 3) STORED, d TEXT COLLATE NOCASE);
        INSERT INTO t (a, d) VALUES (1, 'x'), (2, 'Y')";
    check_change(
        generated,
        &[not_null("t", "a")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT NOT NULL, b INT AS (a * 2), c INT AS (a * 3) STORED, d TEXT COLLATE NOCASE)
        1|2|3|x
        2|4|6|Y"#]],
    )
    .await;
    check_change(
        generated,
        &[alter("t", "c", ColumnChange::Generated(None))],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b INT AS (a * 2), c INT, d TEXT COLLATE NOCASE)
        1|2|3|x
        2|4|6|Y"#]],
    )
    .await;
    let other = Generated { expression: "a * 5".into(), storage: GeneratedStorage::Stored };
    check_change(generated, &[alter("t", "c", ColumnChange::Generated(Some(other)))], expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b INT AS (a * 2), c INT GENERATED ALWAYS AS (a * 5) STORED, d TEXT COLLATE NOCASE)
        1|2|5|x
        2|4|10|Y"#]]).await;
    let hostile = "CREATE TABLE t (\"sel\"\"ect\" INT, [group by] TEXT, \"naïve ☃\" TEXT);
        INSERT INTO t VALUES (1, 'a', 'b')";
    check_change(
        hostile,
        &[not_null("t", "sel\"ect"), not_null("t", "naïve ☃")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" ("sel""ect" INT NOT NULL, [group by] TEXT, "naïve ☃" TEXT NOT NULL)
        1|a|b"#]],
    )
    .await;
    let taken = "CREATE TABLE t (a INT); CREATE TABLE _retort_new_t (x); INSERT INTO t VALUES (1)";
    let mut database = Database::new(taken).await;
    let schema = database.schema().await;
    let rendered = retort_core::backend::Backend::render(
        &retort_sqlite::Sqlite::default(),
        &[not_null("t", "a")],
        &schema,
    );
    assert!(rendered.unwrap()[2].sql.starts_with("CREATE TABLE \"_retort_new__t\""));
}

#[tokio::test]
async fn enum_values_change_in_every_table() {
    let setup = "CREATE TABLE t (a TEXT /*@enum mood*/ DEFAULT 'ok' CONSTRAINT ck_t_a_enum CHECK (\"a\" IN ('sad', 'ok')), b INT);
        CREATE TABLE u (m TEXT /*@enum mood*/ NOT NULL CHECK (m IN ('sad', 'ok')));
        INSERT INTO t VALUES ('sad', 1), ('ok', 2), (NULL, 3); INSERT INTO u VALUES ('ok')";
    let mood = || table("mood");
    let operations = [
        Operation::AddEnumValue {
            name: mood(),
            value: "it's".into(),
            position: EnumValuePosition::Before("ok".into()),
            if_not_exists: false,
        },
        Operation::RenameEnumValue { name: mood(), from: "ok".into(), to: "fine".into() },
        Operation::DropEnumValue { name: mood(), value: "it's".into() },
        Operation::RenameEnum { from: mood(), to: "temper".into() },
    ];
    let mut database = Database::new(setup).await;
    for operation in operations {
        database.apply(&[operation]).await.unwrap();
    }
    expect![[r#"
        CREATE TABLE "t" (a TEXT /*@enum temper*/ CONSTRAINT ck_t_a_enum CHECK ("a" IN ('sad', 'fine')) DEFAULT 'fine', b INT)
        CREATE TABLE "u" (m TEXT /*@enum temper*/ NOT NULL CHECK ("m" IN ('sad', 'fine')))"#]].assert_eq(&database.definitions(&[]).await);
    assert_eq!(database.rows("SELECT * FROM t").await, "sad|1\nfine|2\nNULL|3");
    assert_eq!(database.rows("SELECT * FROM u").await, "fine");

    let mut database = Database::new(setup).await;
    let drop = Operation::DropEnumValue { name: mood(), value: "sad".into() };
    expect!["CHECK constraint failed: ck_t_a_enum"]
        .assert_eq(&database.apply(&[drop]).await.unwrap_err().to_string());

    let mut database = Database::new(setup).await;
    database.apply(&[retype("t", "a", Type::Text, None)]).await.unwrap();
    database.apply(&[retype("t", "a", Type::Enum(mood()), None)]).await.unwrap();
    database
        .apply(&[add_column("t", Column::new("c", Type::Enum(mood())).with_default("'sad'"))])
        .await
        .unwrap();
    expect![[r#"CREATE TABLE "t" (a TEXT /*@enum mood*/ DEFAULT 'ok' CONSTRAINT "ck_t_a_enum" CHECK ("a" IN ('sad', 'ok')), b INT, "c" TEXT /*@enum mood*/ DEFAULT 'sad' CONSTRAINT "ck_t_c_enum" CHECK ("c" IN ('sad', 'ok')))"#]].assert_eq(&database.definitions(&["u"]).await);
}

#[tokio::test]
async fn a_plan_edits_what_it_has_planned_before() {
    let setup = "CREATE TABLE parent (id INTEGER PRIMARY KEY, x TEXT);
        CREATE TABLE t (a INT UNIQUE ON CONFLICT IGNORE, p INT REFERENCES parent (id), d INT CHECK (d > t.a), s INT REFERENCES t (a));
        INSERT INTO parent VALUES (1, 'x'); INSERT INTO t VALUES (1, 1, 2, 1)";
    let mut database = Database::new(setup).await;
    let mut schema = database.schema().await;
    // One schema for several steps, as in a plan that runs later.
    let rename = Operation::RenameTable { from: table("t"), to: "u".into() };
    let steps: [&[Operation]; 5] = [
        &[rename_column("parent", "id", "key")],
        &[rename_column("t", "d", "e"), rename_column("t", "a", "select")],
        &[rename],
        &[drop_column("parent", "x")],
        &[not_null("u", "e"), add_column("u", Column::new("f", Type::Text))],
    ];
    let mut statements = Vec::new();
    for step in steps {
        statements.extend(Sqlite::default().render(step, &schema).unwrap());
        for operation in step {
            operation.apply_to(&mut schema).unwrap();
        }
    }
    database.run_all(statements).await.unwrap();
    assert_eq!(database.schema().await, schema);
    expect![[r#"
        CREATE TABLE parent ("key" INTEGER PRIMARY KEY)
        CREATE TABLE "u" ("select" INT CONSTRAINT "uq_t_a" UNIQUE ON CONFLICT IGNORE, p INT CONSTRAINT "fk_t_p_parent" REFERENCES parent ("key"), "e" INT NOT NULL CONSTRAINT "ck_t_d_a" CHECK ("e" > "select"), s INT CONSTRAINT "fk_t_s_t" REFERENCES "u" ("select"), "f" TEXT)"#]].assert_eq(&database.definitions(&[]).await);
    assert_eq!(database.rows("SELECT * FROM u").await, "1|1|2|1|NULL");
}

#[tokio::test]
async fn rows_stay_when_all_their_columns_go() {
    let setup = "CREATE TABLE t (a INT, b TEXT, CHECK (a > 0)); INSERT INTO t VALUES (1, 'x'), (2, 'y')";
    let numbered = Column { identity: Some(Identity::by_default()), ..Column::new("id", Type::BigInt) };
    let key = || add_constraint("t", "pk", primary_key(&["id"]));
    let drop = || [drop_column("t", "a"), drop_column("t", "b")];
    let operations = [&drop()[..], &[add_column("t", numbered), key()]].concat();
    check_change(
        setup,
        &operations,
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (
            "id" INTEGER NOT NULL CONSTRAINT "pk" PRIMARY KEY AUTOINCREMENT
        )
        1
        2"#]],
    )
    .await;
    let defaulted = Column::new("id", Type::BigInt).with_default("lower('X')");
    let operations = [&drop()[..], &[add_column("t", defaulted)]].concat();
    check_change(
        setup,
        &operations,
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (
            "id" BIGINT DEFAULT (lower('X'))
        )
        x
        x"#]],
    )
    .await;
    let required = Column::new("id", Type::Integer).not_null();
    let operations = [&drop()[..], &[add_column("t", required)]].concat();
    check_change(setup, &operations, expect!["Constraint: NOT NULL constraint failed: t.id"]).await;
}

#[tokio::test]
async fn a_primary_key_is_not_made_up() {
    let setup = "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (5, 'x'), (NULL, 'y')";
    let key = |column: &str| add_constraint("t", "pk", primary_key(&[column]));
    check_change(setup, &[key("a")], expect!["Constraint: NOT NULL constraint failed: t.a"]).await;
    let added = Column::new("id", Type::Integer);
    check_change(
        setup,
        &[add_column("t", added.clone()), key("id")],
        expect!["Constraint: NOT NULL constraint failed: t.id"],
    )
    .await;
    let defaulted = added.with_default("7");
    check_change(
        setup,
        &[add_column("t", defaulted.clone()), key("id")],
        expect!["Constraint: UNIQUE constraint failed: t.id"],
    )
    .await;
    let one = "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (5, 'x')";
    check_change(
        one,
        &[key("a")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INTEGER NOT NULL, b TEXT, CONSTRAINT "pk" PRIMARY KEY ("a"))
        5|x"#]],
    )
    .await;
    check_change(one, &[add_column("t", defaulted), key("id")], expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INTEGER, b TEXT, "id" INTEGER NOT NULL DEFAULT 7, CONSTRAINT "pk" PRIMARY KEY ("id"))
        5|x|7"#]]).await;
}

#[tokio::test]
async fn a_column_that_is_there_already_leaves_the_constraints_behind_it() {
    let again = Operation::AddColumn {
        table: table("t"),
        column: Column::new("a", Type::Integer),
        if_not_exists: true,
    };
    let setup = "CREATE TABLE t (a INT, b INT)";
    check_change(
        setup,
        &[again, add_constraint("t", "ck", check("a > 0"))],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, b INT, CONSTRAINT "ck" CHECK (a > 0))
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_has_no_comma_of_its_own_keeps_the_one_before() {
    let setup = "CREATE TABLE t (a INT, UNIQUE (a) CHECK (a > 0) CONSTRAINT k UNIQUE (a, a))";
    check_change(
        setup,
        &[drop_constraint("t", "uq_t_a")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, CHECK (a > 0) CONSTRAINT k UNIQUE (a, a))
    "#]],
    )
    .await;
    check_change(
        setup,
        &[drop_constraint("t", "k")],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT, UNIQUE (a) CHECK (a > 0))
    "#]],
    )
    .await;
}

#[tokio::test]
async fn comments_stay_where_columns_come_and_go() {
    let setup = "CREATE TABLE t (-- the key\n  a INT, -- of a\n  b TEXT /* of b, with (, */,\n  /* c */ c INT -- last\n)";
    let operations =
        [add_column("t", Column::new("n", Type::Text)), drop_column("t", "b"), not_null("t", "n")];
    check_change(
        setup,
        &operations,
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (-- the key
          a INT -- of a
         /* of b, with (, */,
          /* c */ c INT, "n" TEXT NOT NULL -- last
        )
    "#]],
    )
    .await;
    let setup = "CREATE TABLE t (a INT -- of a\n  NOT NULL, b INT)";
    check_change(
        setup,
        &[alter("t", "a", ColumnChange::Nullable(true))],
        expect![[r#"
        rebuilt
        CREATE TABLE "t" (a INT -- of a
        , b INT)
    "#]],
    )
    .await;
}

/// A default that is gone again after it filled a new column, as revisions
/// write it that demand a value from now on.
#[tokio::test]
async fn a_new_column_has_its_default_even_if_that_is_dropped_next() {
    let add = Operation::AddColumn {
        table: table("t"),
        column: Column::new("b", Type::Integer).with_default("7"),
        if_not_exists: false,
    };
    let change = |default: Option<&str>| Operation::AlterColumn {
        table: table("t"),
        column: "b".into(),
        change: ColumnChange::Default(default.map(Into::into)),
    };
    check_change(
        "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)",
        &[add.clone(), change(None)],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (a INTEGER, "b" INTEGER)
            1|7
            2|7"#]],
    )
    .await;
    check_change(
        "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)",
        &[add, change(Some("8"))],
        expect![[r#"
            rebuilt
            CREATE TABLE "t" (a INTEGER, "b" INTEGER DEFAULT 8)
            1|7
            2|7"#]],
    )
    .await;
}
