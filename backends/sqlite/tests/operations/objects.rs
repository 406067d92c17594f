//! Operations that create, drop and rename whole objects.

use crate::support::*;
use expect_test::{Expect, expect};
use retort_core::{
    backend::{Backend, BackendErrorKind},
    operation::{CommentTarget, EnumValuePosition, Operation},
    schema::{
        Column, Constraint, ConstraintKind, Deferrable, EnumType, ForeignKey, Generated, GeneratedStorage,
        Identity, IdentityMode, Index, IndexKey, IndexKeyPart, MatchKind, Name, NullsOrder,
        ReferentialAction, Schema, SequenceOptions, SortOrder, Table, Tables, Type, View,
    },
};
use retort_sqlite::Sqlite;

/// Applies operations, and shows the catalog afterwards.
async fn check_catalog(setup: &str, operations: &[Operation], expected: Expect) {
    let mut database = Database::new(setup).await;
    expected.assert_eq(&match database.apply(operations).await {
        Ok(_) => database.definitions(&[]).await,
        Err(error) => format!("{:?}: {error}", error.kind()),
    });
}

fn create_table(table: Table) -> Operation {
    Operation::CreateTable { table, if_not_exists: false }
}

fn create_mood() -> Operation {
    let values = ["sad", "it's ok"];
    Operation::CreateEnum { enum_type: EnumType::new(table("mood"), values) }
}

#[tokio::test]
async fn a_table_is_created_with_everything() {
    let mut parent = Table::new(
        table("parent"),
        vec![
            Column { identity: Some(Identity::by_default()), ..Column::new("id", Type::BigInt).not_null() },
            Column::new("code", Type::Char(3)).not_null(),
        ],
    );
    parent.constraints = vec![
        Constraint::named("pk_parent", primary_key(&["id"])),
        Constraint::named("uq_parent_code_id", unique(&["code", "id"])),
    ];
    let column = |name: &str, ty: Type| Column::new(name, ty);
    let mut child = Table::new(
        table("select"),
        vec![
            column("id", Type::Integer).not_null(),
            column("group", Type::VarChar(Some(20))).with_default("'it''s'"),
            column("mood", Type::Enum(table("mood"))).not_null().with_default("'sad'"),
            Column { collation: Some("nocase".into()), ..column("name", Type::Text) },
            Column { collation: Some("C".into()), ..column("plain", Type::Text) },
            Column {
                comment: Some("how */ much".into()),
                ..column("price", Type::Numeric { precision: Some(10), scale: Some(2) })
            },
            column("at", Type::TimestampTz(None)).with_default("CURRENT_TIMESTAMP"),
            column("on", Type::Boolean).not_null().with_default("true"),
            column("uuid", Type::Uuid),
            column("json", Type::Jsonb),
            column("bin", Type::Binary(4)),
            Column {
                generated: Some(Generated {
                    expression: "price * 2 -- twice".into(),
                    storage: GeneratedStorage::Stored,
                }),
                ..column("double", Type::Double)
            },
            column("p", Type::BigInt),
            column("c", Type::Char(3)),
        ],
    );
    child.comment = Some("a table".into());
    let mut key = ForeignKey::new(names(&["c", "p"]), table("parent"), names(&["code", "id"]));
    key.on_delete = ReferentialAction::Cascade;
    key.on_update = ReferentialAction::SetNull;
    key.deferrable = Deferrable::InitiallyDeferred;
    child.constraints = vec![
        Constraint::named("pk", primary_key(&["id"])),
        Constraint::named("fk", ConstraintKind::ForeignKey(key)),
        Constraint::named("ck", check("price > 0 AND \"group\" <> 'x'")),
    ];
    let mut partial = Index::on_columns("partial", names(&["name", "group"]));
    partial.unique = true;
    partial.key[1].order = SortOrder::Descending;
    partial.predicate = Some("price > 1".into());
    let mut expression = Index::on_columns("expression", names(&["id"]));
    expression.key[0].key = IndexKey::Expression("lower(name)".into());
    expression.key[0].collation = Some("nocase".into());
    child.indexes = vec![partial, expression];
    let operations = [create_mood(), create_table(parent), create_table(child)];
    check_catalog("", &operations, expect![[r#"
        CREATE TABLE "parent" (
            "id" INTEGER NOT NULL CONSTRAINT "pk_parent" PRIMARY KEY AUTOINCREMENT,
            "code" CHAR(3) NOT NULL,
            CONSTRAINT "uq_parent_code_id" UNIQUE ("code", "id")
        )
        CREATE TABLE "select" (/*@comment a table*/
            "id" INTEGER NOT NULL CONSTRAINT "pk" PRIMARY KEY,
            "group" VARCHAR(20) DEFAULT 'it''s',
            "mood" TEXT /*@enum mood*/ NOT NULL DEFAULT 'sad' CONSTRAINT "ck_select_mood_enum" CHECK ("mood" IN ('sad', 'it''s ok')),
            "name" TEXT COLLATE NOCASE,
            "plain" TEXT COLLATE BINARY,
            "price" NUMERIC(10, 2) /*@comment how *\/ much*/,
            "at" TIMESTAMPTZ DEFAULT CURRENT_TIMESTAMP,
            "on" BOOLEAN NOT NULL DEFAULT true,
            "uuid" UUID_TEXT,
            "json" JSONB_TEXT,
            "bin" BINARY_BLOB(4),
            "double" DOUBLE PRECISION GENERATED ALWAYS AS (price * 2) STORED,
            "p" BIGINT,
            "c" CHAR(3),
            CONSTRAINT "fk" FOREIGN KEY ("c", "p") REFERENCES "parent" ("code", "id") ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT "ck" CHECK (price > 0 AND "group" <> 'x')
        )
        CREATE INDEX "expression" ON "select" ((lower(name)) COLLATE NOCASE)
        CREATE UNIQUE INDEX "partial" ON "select" ("name", "group" DESC) WHERE price > 1"#]]).await;
}

#[tokio::test]
async fn tables_are_dropped_without_their_children() {
    let setup = "CREATE TABLE t (id INTEGER PRIMARY KEY, parent REFERENCES t ON DELETE RESTRICT);
        INSERT INTO t VALUES (1, NULL), (2, 1);
        CREATE TABLE u (id INTEGER PRIMARY KEY, t REFERENCES t ON DELETE CASCADE); INSERT INTO u VALUES (1, 2)";
    let drop = |name: &str| Operation::DropTable { name: table(name), if_exists: false };
    check_catalog(setup, &[drop("u"), drop("t")], expect![[""]]).await;
    // Not even where planning does not know of the child.
    let mut database = Database::new(setup).await;
    let mut schema = database.schema().await;
    let statements = Sqlite::default().render(&[drop("t")], &schema).unwrap();
    expect!["row 1 of table `u` refers to a row of table `t` that does not exist"]
        .assert_eq(&database.run_all(statements).await.unwrap_err().to_string());
    assert_eq!(database.rows("SELECT count(*) FROM u").await, "1");
    schema.tables = Tables::default();
    let missing = Operation::DropTable { name: table("gone"), if_exists: true };
    database.run_all(Sqlite::default().render(&[missing], &schema).unwrap()).await.unwrap();
}

/// A table with a view on it, a view on that, and triggers on all three.
const VIEWS: &str = "
    CREATE TABLE t (a INT, b INT);
    CREATE INDEX i ON t (a) WHERE b > 0;
    CREATE VIEW v AS SELECT a, b FROM t;
    CREATE VIEW w (x) AS SELECT v.a FROM v;
    CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT count(*) FROM v; END;
    CREATE TRIGGER on_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END;
    CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN DELETE FROM t; END;
";

#[tokio::test]
async fn views_keep_what_hangs_on_them() {
    let view = |query: &str| View {
        name: table("v"),
        columns: names(&["a", "b"]),
        query: query.into(),
        comment: None,
    };
    let replace = |query| Operation::CreateView { view: view(query), or_replace: true };
    check_catalog(
        VIEWS,
        &[replace("SELECT b AS x, a AS y FROM t")],
        expect![[r#"
        CREATE TABLE t (a INT, b INT)
        CREATE INDEX i ON t (a) WHERE b > 0
        CREATE VIEW "v" ("a", "b") AS SELECT b AS x, a AS y FROM t
        CREATE VIEW w (x) AS SELECT v.a FROM v
        CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT count(*) FROM v; END
        CREATE TRIGGER on_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END
        CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN DELETE FROM t; END"#]],
    )
    .await;
    check_catalog(
        "CREATE TABLE t (a, b)",
        &[replace("SELECT a, b FROM t")],
        expect![[r#"
        CREATE TABLE t (a, b)
        CREATE VIEW "v" ("a", "b") AS SELECT a, b FROM t"#]],
    )
    .await;
    let comment = |text: Option<&str>| Operation::SetComment {
        on: CommentTarget::View(table("v")),
        comment: text.map(str::to_owned),
    };
    check_catalog(
        VIEWS,
        &[comment(Some("*/ of v"))],
        expect![[r#"
        CREATE TABLE t (a INT, b INT)
        CREATE INDEX i ON t (a) WHERE b > 0
        CREATE VIEW "v" AS /*@comment *\/ of v*/ SELECT a, b FROM t
        CREATE VIEW w (x) AS SELECT v.a FROM v
        CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT count(*) FROM v; END
        CREATE TRIGGER on_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END
        CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN DELETE FROM t; END"#]],
    )
    .await;
    let rename = Operation::RenameView { from: table("v"), to: "order".into() };
    check_catalog(
        VIEWS,
        &[rename],
        expect![[r#"
        CREATE TABLE t (a INT, b INT)
        CREATE INDEX i ON t (a) WHERE b > 0
        CREATE VIEW "order" AS SELECT a, b FROM t
        CREATE VIEW "w" ("x") AS SELECT "order".a FROM "order"
        CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT count(*) FROM "order"; END
        CREATE TRIGGER on_v INSTEAD OF INSERT ON "order" BEGIN INSERT INTO t VALUES (new.a, new.b); END
        CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN DELETE FROM t; END"#]],
    )
    .await;
    let unsure = "CREATE TABLE t (v INT); CREATE VIEW v AS SELECT v FROM t; CREATE VIEW w AS SELECT v FROM v";
    let rename = Operation::RenameView { from: table("v"), to: "z".into() };
    let mut database = Database::new(unsure).await;
    let error = database.apply(&[rename]).await.unwrap_err();
    expect!["view `w` mentions view `v` in a way that cannot follow its new name"]
        .assert_eq(&error.to_string());
}

#[tokio::test]
async fn a_view_that_breaks_stops_a_rebuild() {
    let setup = "CREATE TABLE t (a INT, b INT); CREATE VIEW v AS SELECT sum(b) AS s FROM t; CREATE VIEW w AS SELECT s FROM v";
    let mut database = Database::new(setup).await;
    // Planning refuses it already where it knows the view.
    let schema = database.schema().await;
    let mut without = schema.clone();
    without.views.clear();
    let mut statements =
        Sqlite::default().render(&[drop_column("t", "b"), not_null("t", "a")], &without).unwrap();
    statements.retain(|statement| !statement.sql.starts_with("SELECT 1"));
    let checks = Sqlite::default().render(&[retype("t", "a", Type::Text, None)], &schema).unwrap();
    statements.extend(checks.into_iter().filter(|statement| statement.sql.starts_with("SELECT 1")));
    assert!(statements.len() > 2);
    let before = database.definitions(&[]).await;
    let error = database.run_all(statements).await.unwrap_err();
    expect!["no such column: b"].assert_eq(&std::error::Error::source(&error).unwrap().to_string());
    assert_eq!(database.definitions(&[]).await, before);
}

#[tokio::test]
async fn renames_reach_what_mentions_the_object() {
    let rename = Operation::RenameTable { from: table("t"), to: "order".into() };
    check_catalog(
        VIEWS,
        &[rename],
        expect![[r#"
        CREATE TABLE "order" (a INT, b INT)
        CREATE INDEX i ON "order" (a) WHERE b > 0
        CREATE VIEW v AS SELECT a, b FROM "order"
        CREATE VIEW w (x) AS SELECT v.a FROM v
        CREATE TRIGGER on_t AFTER INSERT ON "order" BEGIN SELECT count(*) FROM v; END
        CREATE TRIGGER on_v INSTEAD OF INSERT ON v BEGIN INSERT INTO "order" VALUES (new.a, new.b); END
        CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN DELETE FROM "order"; END"#]],
    )
    .await;
    let rename = Operation::RenameIndex { from: table("i"), to: "j".into() };
    check_catalog(
        VIEWS,
        &[rename],
        expect![[r#"
        CREATE TABLE t (a INT, b INT)
        CREATE INDEX "j" ON "t" ("a") WHERE b > 0
        CREATE VIEW v AS SELECT a, b FROM t
        CREATE VIEW w (x) AS SELECT v.a FROM v
        CREATE TRIGGER on_t AFTER INSERT ON t BEGIN SELECT count(*) FROM v; END
        CREATE TRIGGER on_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a, new.b); END
        CREATE TRIGGER on_w INSTEAD OF DELETE ON w BEGIN DELETE FROM t; END"#]],
    )
    .await;
    let drop = Operation::DropIndex { name: table("i"), concurrently: false, if_exists: false };
    check_catalog(
        "CREATE TABLE t (a INT); CREATE INDEX i ON t (a)",
        &[drop],
        expect!["CREATE TABLE t (a INT)"],
    )
    .await;
}

#[test]
fn what_exists_or_does_not_may_be_said_to() {
    let mut schema = Schema::default();
    let t = Table::new(table("t"), vec![Column::new("a", Type::Text)]);
    schema.tables.insert(t.name.clone(), t.clone());
    let operations = [
        Operation::CreateTable { table: t, if_not_exists: true },
        Operation::CreateTable {
            table: Table::new(table("u"), vec![Column::new("a", Type::Text)]),
            if_not_exists: true,
        },
        Operation::DropTable { name: table("u"), if_exists: true },
        Operation::AddColumn { table: table("t"), column: Column::new("a", Type::Text), if_not_exists: true },
        Operation::DropColumn { table: table("t"), column: "z".into(), if_exists: true },
        Operation::DropConstraint { table: table("t"), name: "z".into(), if_exists: true },
        Operation::CreateIndex {
            table: table("t"),
            index: Index::on_columns("i", names(&["a"])),
            concurrently: true,
            if_not_exists: true,
        },
        Operation::DropIndex { name: table("i"), concurrently: true, if_exists: true },
        Operation::DropView { name: table("v"), if_exists: true },
        Operation::DropEnum { name: table("e"), if_exists: true },
    ];
    let statements: Vec<String> = operations
        .iter()
        .flat_map(|operation| Sqlite::default().render(std::slice::from_ref(operation), &schema).unwrap())
        .map(|statement| statement.sql)
        .collect();
    expect![[r#"
        CREATE TABLE IF NOT EXISTS "u" (
            "a" TEXT
        )
        DROP TABLE IF EXISTS "u"
        CREATE INDEX IF NOT EXISTS "i" ON "t" ("a")
        DROP INDEX IF EXISTS "i"
        DROP VIEW IF EXISTS "v""#]]
    .assert_eq(&statements.join("\n"));
}

/// What SQLite cannot do is refused with the reason, never done nearly.
#[test]
fn what_sqlite_cannot_do_is_refused() {
    let column = |column: Column| add_column("t", column);
    let identity = |identity| Column { identity: Some(identity), ..Column::new("b", Type::BigInt) };
    let mut full = ForeignKey::new(names(&["a"]), table("p"), names(&["id"]));
    full.match_kind = MatchKind::Full;
    let mut unchecked = ForeignKey::new(names(&["a"]), table("p"), names(&["id"]));
    unchecked.validated = false;
    let mut index = Index::on_columns("i", names(&["a"]));
    index.include = names(&["b"]);
    let mut method = Index::on_columns("i", names(&["a"]));
    method.method = Some("gin".into());
    let mut nulls = Index::on_columns("i", Vec::<Name>::new());
    nulls.key = vec![IndexKeyPart { nulls: Some(NullsOrder::Last), ..IndexKeyPart::column("a".into()) }];
    let mut numbered =
        Table::new(table("n"), vec![identity(Identity::by_default()), Column::new("c", Type::Text)]);
    let operations = vec![
        Operation::CreateNamespace { name: "n".into(), if_not_exists: false },
        column(Column::new("b", Type::Array(Box::new(Type::Text)))),
        column(Column::new("b", Type::Native("tsvector".into()))),
        column(Column { collation: Some("de_DE".into()), ..Column::new("b", Type::Text) }),
        column(identity(Identity::by_default())),
        create_table(numbered.clone()),
        {
            numbered.constraints = vec![Constraint::named("pk", primary_key(&["b", "c"]))];
            create_table(numbered.clone())
        },
        {
            numbered.constraints = vec![Constraint::named("pk", primary_key(&["b"]))];
            numbered.columns[0].identity =
                Some(Identity { mode: IdentityMode::Always, ..Identity::by_default() });
            create_table(numbered.clone())
        },
        {
            let sequence = SequenceOptions { start: Some(100), ..SequenceOptions::default() };
            numbered.columns[0].identity = Some(Identity { sequence, ..Identity::by_default() });
            create_table(numbered)
        },
        add_constraint("t", "c", ConstraintKind::ForeignKey(full)),
        add_constraint("t", "c", ConstraintKind::ForeignKey(unchecked)),
        create_index("t", index),
        create_index("t", method),
        create_index("t", nulls),
        drop_column("t", "a"),
    ];
    let mut schema = Schema::default();
    let mut t = Table::new(table("t"), vec![Column::new("a", Type::Integer)]);
    t.constraints = vec![Constraint::named("ck", check("a > 0"))];
    schema.tables.insert(t.name.clone(), t);
    let mut p = Table::new(table("p"), vec![Column::new("id", Type::Integer).not_null()]);
    p.constraints = vec![Constraint::named("pk", primary_key(&["id"]))];
    schema.tables.insert(p.name.clone(), p);
    let errors: Vec<String> = operations
        .iter()
        .map(|operation| {
            let error = Sqlite::default().render(std::slice::from_ref(operation), &schema).unwrap_err();
            assert_eq!(error.kind(), BackendErrorKind::Unsupported, "{error}");
            error.to_string()
        })
        .collect();
    expect![[r#"
        SQLite has no namespaces such as `n`
        SQLite has no arrays such as `TEXT[]`
        SQLite has no type `tsvector`
        SQLite has no collation `de_DE`, only `binary`, `nocase` and `rtrim`
        identity column `b` of table `t` must be the only column of the primary key: SQLite numbers no other column
        identity column `b` of table `n` must be the only column of the primary key: SQLite numbers no other column
        identity column `b` of table `n` must be the only column of the primary key: SQLite numbers no other column
        identity column `b` of table `n` cannot be GENERATED ALWAYS: SQLite lets an INSERT give its own value
        identity column `b` of table `n` cannot have sequence options on SQLite
        SQLite does not support MATCH FULL
        SQLite does not support NOT VALID
        SQLite does not support INCLUDE columns in indexes: index `i`
        SQLite does not support index access methods: index `i`
        SQLite does not support NULLS FIRST and NULLS LAST in indexes: index `i`
        table `t` would have no columns"#]].assert_eq(&errors.join("\n"));
}

/// A plan without a database: tables have no stored text, only a model.
#[tokio::test]
async fn a_model_is_enough_for_a_rebuild() {
    let mut schema = Schema::default();
    let mut database = Database::new("").await;
    let mut t = Table::new(
        table("t"),
        vec![Column::new("id", Type::Integer), Column::new("m", Type::Enum(table("mood")))],
    );
    t.constraints = vec![Constraint::named("pk", primary_key(&["id"]))];
    t.indexes = vec![Index::on_columns("i", names(&["m"]))];
    let steps = [
        vec![create_mood()],
        vec![create_table(t)],
        vec![Operation::Raw { sql: "INSERT INTO t VALUES (5, 'sad')".into() }],
        vec![not_null("t", "m"), add_column("t", Column::new("x", Type::Text).with_default("lower('X')"))],
        vec![rename_column("t", "m", "n"), drop_column("t", "x")],
        vec![Operation::RenameEnumValue { name: table("mood"), from: "sad".into(), to: "blue".into() }],
    ];
    for step in steps {
        let statements = Sqlite::default().render(&step, &schema).unwrap();
        database.run_all(statements).await.unwrap();
        for operation in &step {
            operation.apply_to(&mut schema).unwrap();
        }
    }
    assert_eq!(database.schema().await, Sqlite::default().normalize(schema).unwrap());
    expect![[r#"
        CREATE TABLE "t" (
            "id" INTEGER NOT NULL CONSTRAINT "pk" PRIMARY KEY,
            "n" TEXT /*@enum mood*/ NOT NULL CONSTRAINT "ck_t_n_enum" CHECK ("n" IN ('blue', 'it''s ok'))
        )
        CREATE INDEX "i" ON "t" ("n")"#]]
    .assert_eq(&database.definitions(&[]).await);
    assert_eq!(database.rows("SELECT * FROM t").await, "5|blue");
}

#[tokio::test]
async fn expressions_may_name_their_own_table() {
    let mut index = Index::on_columns("i", names(&["a"]));
    index.key[0].key = IndexKey::Expression("lower(\"T\".\"a\")".into());
    index.predicate = Some("t.a <> 't.a'".into());
    let generated = Generated { expression: "t.a || 'x'".into(), storage: GeneratedStorage::Virtual };
    let mut t = Table::new(
        table("t"),
        vec![
            Column::new("a", Type::Text),
            Column { generated: Some(generated), ..Column::new("b", Type::Text) },
        ],
    );
    t.indexes = vec![index];
    check_catalog(
        "",
        &[create_table(t)],
        expect![[r#"
        CREATE TABLE "t" (
            "a" TEXT,
            "b" TEXT GENERATED ALWAYS AS (a || 'x') VIRTUAL
        )
        CREATE INDEX "i" ON "t" ((lower("a"))) WHERE a <> 't.a'"#]],
    )
    .await;
}

#[tokio::test]
async fn a_type_without_labels_is_one() {
    let setup = "CREATE TABLE t (a TEXT /*@enum mood*/ CHECK (a IN ()))";
    let add = Operation::AddEnumValue {
        name: table("mood"),
        value: "new".into(),
        position: EnumValuePosition::End,
        if_not_exists: false,
    };
    check_catalog(
        setup,
        &[add],
        expect![[r#"CREATE TABLE "t" (a TEXT /*@enum mood*/ CHECK ("a" IN ('new')))"#]],
    )
    .await;
}

#[tokio::test]
async fn columns_that_sqlite_cannot_hold_alone_are_refused() {
    let setup = "CREATE TABLE t (a INT, g INT AS (1)); CREATE TABLE u (a INT)";
    let mut database = Database::new(setup).await;
    let mut errors = Vec::new();
    for operation in [
        drop_column("t", "a"),
        drop_column("u", "a"),
        add_constraint("t", "pk", primary_key(&["g"])),
        add_constraint("t", "pk", primary_key(&["a", "g"])),
    ] {
        let error = database.apply(&[operation]).await.unwrap_err();
        assert_eq!(error.kind(), BackendErrorKind::Unsupported);
        errors.push(error.to_string());
    }
    expect![[r#"
        table `t` would have none but generated columns
        table `u` would have no columns
        generated column `g` of table `t` cannot be part of the primary key on SQLite
        generated column `g` of table `t` cannot be part of the primary key on SQLite"#]]
    .assert_eq(&errors.join("\n"));
}

#[tokio::test]
async fn names_that_differ_in_case_only_are_refused() {
    let setup =
        "CREATE TABLE \"T\" (a INT, \"B\" INT); CREATE VIEW v AS SELECT 1; CREATE INDEX i ON \"T\" (a)";
    let mut database = Database::new(setup).await;
    let trace = database.definitions(&[]).await;
    let column = |name: &str| Column::new(name, Type::Integer);
    let created = |name: &str, columns: &[&str]| Operation::CreateTable {
        table: Table::new(table(name), columns.iter().map(|name| column(name)).collect()),
        if_not_exists: true,
    };
    let view = View { name: table("V"), columns: Vec::new(), query: "SELECT 2".into(), comment: None };
    let mut errors = Vec::new();
    for operations in [
        vec![created("t", &["a"])],
        vec![created("V", &["a"])],
        vec![created("u", &["a", "A"])],
        vec![Operation::CreateView { view, or_replace: true }],
        vec![create_index("T", Index::on_columns("I", names(&["a"])))],
        vec![Operation::RenameTable { from: table("T"), to: "V".into() }],
        vec![add_column("T", column("b"))],
        vec![
            rename_column("T", "B", "c"),
            drop_column("T", "a"),
            rename_column("T", "c", "A"),
            add_column("T", column("a")),
        ],
    ] {
        let error = database.apply(&operations).await.unwrap_err();
        assert_eq!(error.kind(), BackendErrorKind::Unsupported);
        errors.push(error.to_string());
    }
    expect![[r#"
        SQLite cannot tell table `t` from table `T`
        SQLite cannot tell table `V` from view `v`
        SQLite cannot tell column `A` of table `u` from column `a`
        SQLite cannot tell view `V` from view `v`
        SQLite cannot tell index `I` from index `i`
        SQLite cannot tell table `V` from view `v`
        SQLite cannot tell column `b` of table `T` from column `B`
        SQLite cannot tell column `a` of table `T` from column `A`"#]]
    .assert_eq(&errors.join("\n"));
    for operation in [
        Operation::DropTable { name: table("t"), if_exists: true },
        Operation::DropView { name: table("V"), if_exists: true },
        Operation::DropIndex { name: table("I"), concurrently: false, if_exists: true },
        drop_column("T", "A"),
    ] {
        let operation = match operation {
            Operation::DropColumn { table, column, .. } => {
                Operation::DropColumn { table, column, if_exists: true }
            }
            other => other,
        };
        database.apply(&[operation]).await.unwrap();
    }
    assert_eq!(database.definitions(&[]).await, trace);
}
