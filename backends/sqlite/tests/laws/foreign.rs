//! Tables as other tools and people write them: what an operation is not about
//! keeps its text to the byte.

use std::collections::BTreeMap;

use retort_core::{
    operation::Operation,
    schema::{NamingConvention, QualifiedName, Schema},
    script::portable::{self, NamespaceMap},
};

use crate::{
    database::Database,
    step::{step, told},
};

/// What the tables refer to.
const PARENT: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE);
    INSERT INTO p VALUES (1, 'x'), (2, 'y'), (3, '3')";

/// Definitions of a table `t` with columns `a`, `b` and `c`.
const TABLES: &[&str] = &[
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c)",
    "create table t(a integer primary key autoincrement,b text unique,c real)",
    "CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT, b TEXT UNIQUE ON CONFLICT IGNORE, c INT NOT NULL ON CONFLICT FAIL DEFAULT 3)",
    "CREATE TABLE t (a, b, c)",
    "CREATE TABLE \"t\" ('a' INT, `b` TEXT, [c] BLOB)",
    "CREATE TABLE t (a INT PRIMARY KEY, b ANY, c TEXT) STRICT",
    "CREATE TABLE t (a INT, b TEXT, c INT, PRIMARY KEY (a, c)) WITHOUT ROWID",
    "CREATE TABLE t (a TEXT PRIMARY KEY DESC, b TEXT NOT NULL, c INTEGER) without rowid , strict",
    "CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b VARCHAR ( 255 ), c DECIMAL(10,5))",
    "CREATE TABLE t (-- the key\n  a INT, -- of a\n  b TEXT /* of b, with (, */,\n  /* c */ c INT -- last\n)",
    "CREATE TABLE t (a INT CHECK (a > 0), b TEXT CHECK(length(b) < 99) CHECK (b <> ','), c INT CHECK ((c)) )",
    "CREATE TABLE t (a INT CONSTRAINT pos CHECK (a>0) CONSTRAINT \"u n\" UNIQUE, b TEXT CONSTRAINT nn NOT NULL, c INT CONSTRAINT d DEFAULT 1)",
    "CREATE TABLE t (a INT, b TEXT, c INT, UNIQUE (a) ON CONFLICT ROLLBACK, CHECK (a <> c), UNIQUE (c, a))",
    "CREATE TABLE t (a INT, b TEXT, c INT, UNIQUE (a) CHECK (a <> c) CONSTRAINT k UNIQUE (c, a))",
    "CREATE TABLE t (a INT REFERENCES p, b TEXT REFERENCES p (code) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, c INT)",
    "CREATE TABLE t (a INT, b TEXT, c INT, FOREIGN KEY (a) REFERENCES p(id) MATCH SIMPLE NOT DEFERRABLE, CONSTRAINT fkb FOREIGN KEY(b)REFERENCES p(code)ON DELETE CASCADE)",
    "CREATE TABLE t (a INT, b TEXT, c INT AS (a * 2))",
    "CREATE TABLE t (a INT, b TEXT, c INT GENERATED ALWAYS AS (a || ',)') STORED NOT NULL)",
    "CREATE TABLE t (a INT, b TEXT GENERATED ALWAYS AS (lower(c)) VIRTUAL, c TEXT)",
    "CREATE TABLE t (a INT, b TEXT COLLATE NOCASE, c TEXT COLLATE RTRIM DEFAULT ' ')",
    "CREATE TABLE t (a INT DEFAULT -1, b TEXT DEFAULT (lower('X') || ','), c DEFAULT CURRENT_TIMESTAMP)",
    "CREATE TABLE t (a INT DEFAULT +1.5e3, b TEXT DEFAULT x'00ff', c TEXT DEFAULT \"double\")",
    "CREATE TABLE t (a UNSIGNED BIG INT, b NATIVE CHARACTER(70), c DOUBLE PRECISION)",
    "CREATE TABLE t (a \"my type\"(1,2), b 'text', c [big int])",
    "CREATE TABLE t (a INT NOT NULL NULL, b TEXT NULL, c INT)",
    "CREATE TABLE t (a INT, b TEXT, c INT, PRIMARY KEY (a ASC, c DESC) ON CONFLICT ABORT)",
    "CREATE TABLE t (a INT, b TEXT, c INT, PRIMARY KEY (a COLLATE NOCASE))",
    "CREATE TABLE t (a INTEGER, b TEXT, c INT, PRIMARY KEY (a AUTOINCREMENT))",
    "CREATE TABLE t (a INT, b TEXT, c INT, UNIQUE (b COLLATE nocase, a DESC))",
    "CREATE TABLE t (\n\ta INT\n,\tb TEXT\n,\tc INT\n,\tCONSTRAINT x CHECK (c IN (1, 2, 3, NULL))\n)",
    "CREATE TABLE t (a INT, b TEXT, c INT, CONSTRAINT x CHECK (t.a > 0 OR \"t\".c IS NULL))",
    "CREATE TABLE t (a INT, b TEXT, c INT REFERENCES t (a), UNIQUE (a))",
    "CREATE TABLE t (a INT, b TEXT, c INT, CONSTRAINT one CONSTRAINT two CHECK (a > 0))",
    "CREATE TABLE t(a INT,b TEXT,c INT,CHECK(CASE WHEN a>0 THEN b IS NOT NULL ELSE 1 END),FOREIGN KEY(c)REFERENCES nowhere)",
    "CREATE TABLE t (/*@comment of t*/ a INT /*@comment of a*/, b TEXT /*@enum mood*/ CHECK (b IN ('x', '3')), c INT /* plain */)",
    "CREATE TABLE t (a INT, b, c TEXT DEFAULT ('(') CHECK (c <> ')' AND c <> '--'))",
    "CREATE TABLE main . t (a BOOLEAN, b DATETIME, c JSON)",
    "CREATE TABLE t (a INT, b TEXT, c INT, [select] TEXT, \"wh,ere\" TEXT, 'gr)oup' TEXT)",
    "CREATE TABLE t (a INT PRIMARY KEY NOT NULL UNIQUE CHECK (a) COLLATE BINARY DEFAULT 1, b TEXT, c INT)",
    "CREATE TABLE t (a INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT IGNORE, b TEXT, c INT) STRICT",
];

/// Rows; each table takes those that fit.
const ROWS: &[&str] = &["1, 'x', 1", "2, 'y', 2", "3, '3', 3", "4, NULL, NULL"];

/// What is done to each table. What an element must mention to be touched comes
/// first.
const CHANGES: &[(&str, &str)] = &[
    ("", "ALTER TABLE t ADD COLUMN n TEXT NOT NULL DEFAULT 'x'"),
    ("", "ALTER TABLE t ADD COLUMN n INTEGER REFERENCES p (id)"),
    ("", "ALTER TABLE t ADD COLUMN n TIMESTAMP DEFAULT CURRENT_TIMESTAMP UNIQUE"),
    ("b", "ALTER TABLE t DROP COLUMN b"),
    ("c", "ALTER TABLE t DROP COLUMN c"),
    ("a", "ALTER TABLE t RENAME COLUMN a TO renamed"),
    ("b", "ALTER TABLE t RENAME COLUMN b TO renamed"),
    ("b", "ALTER TABLE t ALTER COLUMN b SET NOT NULL"),
    ("a", "ALTER TABLE t ALTER COLUMN a DROP NOT NULL"),
    ("b", "ALTER TABLE t ALTER COLUMN b DROP NOT NULL"),
    ("b", "ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(300)"),
    ("c", "ALTER TABLE t ALTER COLUMN c TYPE BIGINT"),
    ("b", "ALTER TABLE t ALTER COLUMN b SET DEFAULT 'd'"),
    ("c", "ALTER TABLE t ALTER COLUMN c DROP DEFAULT"),
    ("", "ALTER TABLE t ADD CONSTRAINT ck_new CHECK (a > -5)"),
    ("", "ALTER TABLE t ADD CONSTRAINT uq_new UNIQUE (b, c)"),
    ("", "ALTER TABLE t ADD CONSTRAINT fk_new FOREIGN KEY (b) REFERENCES p (code) ON DELETE CASCADE"),
    ("a b c", "ALTER TABLE t ADD CONSTRAINT pk_new PRIMARY KEY (a)"),
    ("b", "COMMENT ON COLUMN t.b IS 'said'"),
    ("", "COMMENT ON TABLE t IS 'said'"),
    (
        "b",
        "ALTER TABLE t ADD COLUMN n TEXT; ALTER TABLE t DROP COLUMN b; ALTER TABLE t ALTER COLUMN n SET NOT NULL",
    ),
    ("*", "ALTER TABLE t RENAME TO renamed"),
];

/// Why a change may be refused.
const REASONS: &[&str] = &[
    "Constraint: ",
    "without loss",
    // SQLite's own tables that no operation reaches.
    "STRICT and cannot hold",
    "no such table: main.nowhere",
    "foreign key mismatch",
    "SQLite numbers no other column",
    "is WITHOUT ROWID and cannot be without a primary key",
];

/// What came of the changes.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) done: usize,
    /// Changes that do not fit the model.
    pub(crate) unfit: usize,
    pub(crate) refused: BTreeMap<&'static str, usize>,
}

/// Makes every change to every table.
pub(crate) fn check_all() -> Outcome {
    let mut outcome = Outcome::default();
    for table in TABLES {
        for (touched, change) in CHANGES {
            check(table, touched, &parsed(change), &mut outcome);
        }
        let constraints: Vec<_> = {
            let (_, schema) = database(table);
            schema.tables[&QualifiedName::unqualified("t")].constraints.clone()
        };
        for constraint in constraints {
            let name = constraint.name.unwrap();
            let drop =
                parsed(&format!("ALTER TABLE t DROP CONSTRAINT \"{}\"", name.as_str().replace('"', "\"\"")));
            check(table, "*", &drop, &mut outcome);
            let rename = format!(
                "ALTER TABLE t RENAME CONSTRAINT \"{}\" TO renamed",
                name.as_str().replace('"', "\"\"")
            );
            check(table, "*", &parsed(&rename), &mut outcome);
        }
    }
    outcome
}

fn parsed(sql: &str) -> Vec<Operation> {
    let names = NamespaceMap::Prefix { overrides: BTreeMap::new() };
    let statements = portable::parse(sql, &names, &NamingConvention::default()).unwrap();
    statements.into_iter().flat_map(|statement| statement.operations).collect()
}

fn database(table: &str) -> (Database, Schema) {
    let mut database = Database::new();
    database.run(PARENT).unwrap();
    database.run(table).unwrap();
    let columns = database.query("SELECT name FROM pragma_table_info('t') LIMIT 3");
    let columns: Vec<String> = columns.into_iter().flatten().collect();
    for row in ROWS {
        let values: Vec<&str> = row.split(", ").collect();
        let given: Vec<&str> = columns
            .iter()
            .zip(["a", "b", "c"])
            .filter(|(has, name)| has == name)
            .map(|(_, name)| name)
            .collect();
        let values: Vec<&str> =
            given.iter().map(|name| values[usize::from(name.as_bytes()[0] - b'a')]).collect();
        // Rows that do not fit stay out.
        let _fits =
            database.run(&format!("INSERT INTO t ({}) VALUES ({})", given.join(", "), values.join(", ")));
    }
    let schema = database.schema();
    (database, schema)
}

fn check(table: &str, touched: &str, operations: &[Operation], outcome: &mut Outcome) {
    let (mut database, schema) = database(table);
    let mut model = schema.clone();
    if !operations.iter().all(|operation| operation.apply_to(&mut model).is_ok()) {
        outcome.unfit += 1;
        return;
    }
    if let Err(failure) = step(&mut database, &schema, operations) {
        let message = failure.message();
        let known = REASONS.iter().find(|reason| message.contains(**reason));
        let reason = known.unwrap_or_else(|| {
            panic!("{message}\nin {}\nof {}\non {table}", failure.statement(), told(operations))
        });
        *outcome.refused.entry(reason).or_default() += 1;
        return;
    }
    outcome.done += 1;
    if touched == "*" {
        return;
    }
    let text =
        database.value("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name IN ('t', 'renamed')");
    let (elements, rest) = elements(table);
    for element in elements {
        let words: Vec<&str> = element.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let is_touched = touched.split(' ').any(|word| !word.is_empty() && words.contains(&word));
        // A rebuild takes the name of the table out of its expressions.
        if !is_touched && !element.contains("t.") {
            assert!(
                text.contains(element),
                "`{element}` is gone from\n{text}\nwhich was\n{table}\nafter {}",
                told(operations)
            );
        }
    }
    assert!(text.ends_with(rest), "`{rest}` is gone from\n{text}\nafter {}", told(operations));
}

/// The elements between the outer parentheses, as far as commas tell them
/// apart, and what follows them.
fn elements(text: &str) -> (Vec<&str>, &str) {
    let open = text.find('(').unwrap();
    let (mut depth, mut start, mut elements) = (0, open + 1, Vec::new());
    let mut rest = &text[open..];
    while let Some(c) = rest.chars().next() {
        let at = text.len() - rest.len();
        let skip = |end: &str| rest[1..].find(end).map_or(rest.len(), |found| found + 1 + end.len());
        let length = match c {
            '\'' | '"' | '`' => skip(&c.to_string()),
            '[' => skip("]"),
            '-' if rest.starts_with("--") => skip("\n"),
            '/' if rest.starts_with("/*") => skip("*/"),
            '(' => {
                depth += 1;
                1
            }
            ')' => {
                depth -= 1;
                if depth == 0 {
                    elements.push(without_comments(&text[start..at]));
                    return (elements, &rest[1..]);
                }
                1
            }
            ',' if depth == 1 => {
                elements.push(without_comments(&text[start..at]));
                start = at + 1;
                1
            }
            _ => c.len_utf8(),
        };
        rest = &rest[length..];
    }
    panic!("{text} does not end")
}

/// The element without the comments around it, which may be about others.
fn without_comments(element: &str) -> &str {
    let mut element = element.trim();
    loop {
        let before = element;
        if let Some(rest) = element.strip_prefix("--") {
            element = rest.split_once('\n').map_or("", |(_, rest)| rest).trim();
        }
        if let Some(rest) = element.strip_prefix("/*") {
            element = rest.split_once("*/").map_or("", |(_, rest)| rest).trim();
        }
        if let Some((rest, _)) = element.strip_suffix("*/").and_then(|rest| rest.rsplit_once("/*")) {
            element = rest.trim();
        }
        if let Some((rest, last)) = element.rsplit_once("--")
            && !last.contains(['\n', '\''])
        {
            element = rest.trim();
        }
        if element == before {
            return element;
        }
    }
}
