//! SQLite is the oracle: what is read from the text of a table is what SQLite
//! says about the table.

mod generated;
mod oracle;

use oracle::check;
use retort_core::schema::{ConstraintKind, Deferrable};

use super::*;

#[test]
fn quotes_of_every_kind() {
    check(r#"CREATE TABLE "a ""b"" c" ("x ""y" INT, `p ``q` TEXT, [r "s] REAL, 'it''s' BLOB, plain)"#);
    check("CREATE TABLE [t] ('a' 'TEXT', b \"VARCHAR\" (10), c `DOUBLE` PRECISION, d [my type])");
    check(
        "CREATE TABLE 'select' (\"primary\" INT, \"check\" INT UNIQUE, [unique] INT, \"constraint\" INT, \"foreign\")",
    );
    check("CREATE TABLE tälle (größe INT, 列 TEXT CHECK (列 <> ''), \"\u{1f600}\" INT)");
    check("CREATE TABLE \"\" (\"\" INT, a)");
}

#[test]
fn types_of_every_shape() {
    check(
        "CREATE TABLE t (a, b INT, c DOUBLE   PRECISION, d VARCHAR ( 10 ), e NUMERIC(10,-2), f DECIMAL( +5 , 2 ))",
    );
    check(
        "CREATE TABLE t (a UNSIGNED BIG INT NOT NULL, b /* none */, c /* before */ TEXT /* after */ NOT NULL)",
    );
    check("CREATE TABLE t (a generated, b key, c action no, d if, e text collate nocase, f temp view (3))");
    check("CREATE TABLE t (a INT GENERATED ALWAYS UNIQUE, b INT GENERATED ALWAYS AS (a) UNIQUE)");
}

#[test]
fn comments_anywhere() {
    check(
        "CREATE TABLE t -- one ( \n ( -- two\n a /* , b INT */ INT /*;*/ PRIMARY /* x */ KEY -- ) \n, /* ( */ b TEXT \
         DEFAULT /* y */ 'a -- b' /* z */ CHECK ( /* ) */ b <> ')' -- )\n ) , -- c INT\n \
         CONSTRAINT /* n */ u /* m */ UNIQUE /* k */ ( b /* , a */ ) /* end */ ) /* tail */ STRICT -- done",
    );
}

#[test]
fn columns_with_every_clause() {
    check(
        "CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT REPLACE AUTOINCREMENT NOT NULL ON CONFLICT \
         ABORT, a INT CONSTRAINT nn NOT NULL CONSTRAINT uq UNIQUE ON CONFLICT IGNORE CONSTRAINT ck CHECK (a > 0 AND \
         (a < 9)) CONSTRAINT df DEFAULT -1 CONSTRAINT cl COLLATE binary, b TEXT NULL ON CONFLICT FAIL DEFAULT ('x' || 'y'), \
         c AS (a + 1), d INT GENERATED ALWAYS AS (a * 2) STORED NOT NULL, e INT AS (a) VIRTUAL UNIQUE)",
    );
    check(
        "CREATE TABLE t (a DEFAULT x'00ff', b DEFAULT +1.5e3, c DEFAULT name, d DEFAULT \"quoted\", e DEFAULT - 0x1F)",
    );
    check(
        "CREATE TABLE t (a DEFAULT CURRENT_TIMESTAMP, b DEFAULT true, c DEFAULT NULL, d DEFAULT .5 NOT NULL, e DEFAULT 'it''s')",
    );
    check(
        "CREATE TABLE t (a INT DEFAULT 1 DEFAULT 2, b TEXT COLLATE nocase COLLATE rtrim, c INT PRIMARY KEY DESC)",
    );
    check(
        "CREATE TABLE t (a INT CONSTRAINT one CONSTRAINT two CHECK (a > 0) CONSTRAINT three, b INT CONSTRAINT four)",
    );
}

#[test]
fn foreign_keys_with_every_clause() {
    let parent = "CREATE TABLE p (id INTEGER PRIMARY KEY, x INT, y INT, UNIQUE (x, y))";
    for child in [
        "CREATE TABLE t (a INT REFERENCES p, b REFERENCES P (ID) ON DELETE CASCADE ON UPDATE SET NULL MATCH FULL NOT NULL)",
        "CREATE TABLE t (a INT CONSTRAINT f REFERENCES \"p\" ON DELETE SET DEFAULT ON UPDATE RESTRICT DEFERRABLE INITIALLY \
         DEFERRED, b REFERENCES p NOT DEFERRABLE INITIALLY IMMEDIATE, c REFERENCES p ON UPDATE NO ACTION DEFERRABLE)",
        "CREATE TABLE t (a INT REFERENCES p NOT NULL DEFERRABLE INITIALLY DEFERRED, b INT, FOREIGN KEY (a, B) REFERENCES p \
         (x, Y) ON DELETE RESTRICT, CONSTRAINT g FOREIGN KEY (b) REFERENCES t (a) ON INSERT CASCADE MATCH simple)",
        "CREATE TABLE t (a INT REFERENCES p (id) REFERENCES t (b) ON DELETE CASCADE, b INT UNIQUE)",
    ] {
        oracle::check_all(&[parent, child]);
    }
}

#[test]
fn table_constraints_with_and_without_commas() {
    check(
        "CREATE TABLE t (a INT, b TEXT, c INT, CONSTRAINT pk PRIMARY KEY (a, b COLLATE nocase DESC) ON CONFLICT FAIL \
         UNIQUE (b ASC) CHECK (a > 0) ON CONFLICT ABORT, CONSTRAINT x CONSTRAINT y CHECK (b <> ',') \
         FOREIGN KEY (c) REFERENCES t (a) DEFERRABLE CONSTRAINT z UNIQUE ((c), 'a'), CONSTRAINT last)",
    );
    check("CREATE TABLE t (a INTEGER, PRIMARY KEY (A AUTOINCREMENT))");
    check("CREATE TABLE t (A INT, \"B\" INT, PRIMARY KEY ([a], `b`), UNIQUE (b, \"a\")) WITHOUT ROWID");
    check("CREATE TABLE t (a INT PRIMARY KEY, b ANY) STRICT, WITHOUT ROWID");
    check(
        "CREATE TABLE t(a TEXT,b INT,CHECK(a<>')')CHECK(b>0)UNIQUE(a,b)UNIQUE(b))without rowid,strict"
            .replace("a TEXT", "a TEXT PRIMARY KEY")
            .as_str(),
    );
}

#[test]
fn prefixes_that_sqlite_does_not_store() {
    for text in [
        "CREATE TABLE IF NOT EXISTS main.t (a INT)",
        "create temp table t (a int)",
        "CREATE TEMPORARY TABLE IF NOT EXISTS \"temp\".\"t\" (a INT) ;",
        "CREATE TABLE if (a INT)",
    ] {
        let table = TableText::parse(text).expect(text);
        assert!(table.name.is("t") || table.name.is("if"), "{text}");
        assert_eq!(table.columns().count(), 1, "{text}");
    }
}

#[test]
fn what_sqlite_writes_itself() {
    oracle::check_all(&[
        "CREATE TABLE a (x INT, \"y z\" TEXT, \"select\" REAL, w)",
        "CREATE TABLE b AS SELECT *, x + 1 AS sum, 'lit' FROM a",
        "ALTER TABLE a ADD COLUMN added TEXT NOT NULL DEFAULT 'x' /*@comment with, comma*/ REFERENCES b",
        "ALTER TABLE a RENAME COLUMN x TO \"re named\"",
        "ALTER TABLE a RENAME TO \"c d\"",
        "ALTER TABLE \"c d\" DROP COLUMN w",
    ]);
}

#[test]
fn other_texts_are_errors() {
    for text in [
        "",
        "CREATE",
        "CREATE TABLE",
        "CREATE TABLE t",
        "CREATE TABLE t (",
        "CREATE TABLE t (a",
        "CREATE TABLE t (a INT,",
        "CREATE TABLE t (a INT,)",
        "CREATE TABLE t (a INT CHECK (a > 0)",
        "CREATE TABLE t (a INT CONSTRAINT",
        "CREATE TABLE t (a INT DEFAULT)",
        "CREATE TABLE t (a INT REFERENCES p ON DELETE)",
        "CREATE TABLE t (a INT, PRIMARY KEY ())",
        "CREATE TABLE t (a INT 'unterminated",
        "CREATE TABLE t (a INT) WITHOUT",
        "CREATE TABLE t (a INT) SOMETHING",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIRTUAL TABLE t USING fts5 (a)",
        "CREATE VIEW v AS SELECT 1",
    ] {
        assert!(TableText::parse(text).is_err(), "{text}");
    }
}

#[test]
fn spans_are_what_an_edit_needs() {
    let text = "CREATE TABLE t (/*@comment all*/ a INT /*@comment one*/, b TEXT DEFAULT 'x' CONSTRAINT c CHECK (b <> '') \
                , CONSTRAINT u UNIQUE (a) CHECK (a > 0)) STRICT";
    let table = TableText::parse(text).expect("parses");
    let elements: Vec<_> = table.elements.iter().map(|element| table.slice(&element.span)).collect();
    assert_eq!(
        elements,
        [
            "a INT /*@comment one*/",
            "b TEXT DEFAULT 'x' CONSTRAINT c CHECK (b <> '')",
            "CONSTRAINT u UNIQUE (a)",
            "CHECK (a > 0)"
        ]
    );
    let commas: Vec<_> =
        table.elements.iter().map(|element| element.comma.map(|at| &text[at..=at])).collect();
    assert_eq!(commas, [None, Some(","), Some(","), None]);
    assert_eq!(&text[table.open..=table.open], "(");
    let (_, b) = table.column("B").expect("is there");
    let clauses: Vec<_> = b.clauses.iter().map(|clause| table.slice(&clause.span)).collect();
    assert_eq!(clauses, ["DEFAULT 'x'", "CONSTRAINT c CHECK (b <> '')"]);
}

#[test]
fn defaults_have_the_value_that_sqlite_inserts() {
    for default in [
        "word",
        "\"quoted\"",
        "`x`",
        "[y z]",
        "'it''s'",
        "- 5",
        "+1.5",
        "x'00ff'",
        "(1 + 2)",
        "(('a' || 'b'))",
        "TRUE",
        "false",
        "NULL",
        "0x10",
        "current_date",
        "key",
        "'2' /* two */",
    ] {
        let sql = format!("CREATE TABLE t (a DEFAULT {default}, b)");
        let connection = rusqlite::Connection::open_in_memory().expect("opens");
        connection.execute_batch(&format!("{sql}; INSERT INTO t (b) VALUES (1)")).expect(default);
        let model = TableText::parse(&sql).expect("parses").to_model();
        let read =
            model.table.columns[0].default.as_ref().map_or("NULL", |default| default.as_str()).to_owned();
        let query = format!("SELECT a IS {read} AND typeof(a) = typeof({read}) FROM t");
        let same: bool = connection.query_row(&query, [], |row| row.get(0)).expect(&query);
        assert!(same, "{default} was read as {read}");
    }
}

#[test]
fn a_deferral_is_about_the_last_foreign_key() {
    let model = TableText::parse(
        "CREATE TABLE t (a REFERENCES p NOT NULL DEFERRABLE INITIALLY DEFERRED, b REFERENCES p, c DEFERRABLE, \
         d REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY (c) REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    )
    .expect("parses")
    .to_model();
    let deferrals: Vec<_> = model
        .constraints
        .iter()
        .map(|located| match &located.kind {
            ConstraintKind::ForeignKey(key) => key.deferrable,
            _ => panic!("is no foreign key"),
        })
        .collect();
    let deferred = Deferrable::InitiallyDeferred;
    assert_eq!(deferrals, [deferred, Deferrable::InitiallyImmediate, Deferrable::No, deferred]);
}

#[test]
fn annotations_become_comments_and_enums() {
    let text = r#"CREATE TABLE t (/*@comment of t*/
        mood TEXT /*@enum mood*/ /*@comment of *\/ mood*/ NOT NULL CONSTRAINT "ck_t_mood_enum" CHECK ("mood" IN ('a', 'it''s')),
        other TEXT /*@enum mood*/ CHECK (other IN ('b')),
        plain TEXT /* not @comment */,
        bare /*@comment of bare*/
    )"#;
    let model = TableText::parse(text).expect("parses").to_model();
    assert_eq!(model.table.comment.as_deref(), Some("of t"));
    let comments: Vec<_> = model.table.columns.iter().map(|column| column.comment.as_deref()).collect();
    assert_eq!(comments, [Some("of */ mood"), None, None, Some("of bare")]);
    let types: Vec<_> = model.table.columns.iter().map(|column| column.ty.to_string()).collect();
    assert_eq!(types, ["mood", "TEXT", "TEXT", ""]);
    assert_eq!(model.enums.len(), 1);
    assert_eq!(model.enums[0].values, ["a", "it's"]);
    // The second column has other labels, so it stays what it is.
    assert_eq!(model.table.constraints.len(), 1);
    assert_eq!(model.constraints.len(), 2);
}
