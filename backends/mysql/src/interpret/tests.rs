use expect_test::{Expect, expect};
use retort_core::{
    schema::NamingConvention,
    script::portable::{self, NamespaceMap},
};

use retort_core::sql::split;

use super::*;
use crate::{
    introspect::tests::{
        everything::{COMMON, MARIADB, MYSQL},
        support::{ENGINES, TestDatabase, describe},
    },
    normalize::normalize,
    syntax::SYNTAX,
};

const SHOP: &str = "CREATE TABLE album (id INT PRIMARY KEY, title VARCHAR(20), \"Year\" INT);
    CREATE TABLE track (id INT, album_id INT CONSTRAINT fk REFERENCES album, CONSTRAINT uq UNIQUE (id));
    CREATE INDEX ix ON album (title);
    CREATE VIEW titles AS SELECT title FROM album";

fn shop() -> Schema {
    let mut schema = Schema::default();
    let statements = portable::parse(SHOP, &NamespaceMap::Native, &NamingConvention::default()).unwrap();
    for operation in statements.into_iter().flat_map(|statement| statement.operations) {
        operation.apply_to(&mut schema).unwrap();
    }
    schema.unmanaged.push(Unmanaged {
        kind: "trigger".to_owned(),
        name: QualifiedName::unqualified("tr"),
        table: Some(QualifiedName::unqualified("track")),
        definition: None,
    });
    schema
}

fn show(schema: &Schema) -> String {
    let mut lines = Vec::new();
    for table in schema.tables.values() {
        let columns: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        lines.push(format!("table {} {columns:?}", table.name));
        for constraint in &table.constraints {
            let name = constraint.name.as_ref().map_or("", Name::as_str);
            lines.push(format!("  {} {name} {:?}", constraint.kind.noun(), constraint.columns()));
        }
        for index in &table.indexes {
            let key = index.key.iter().map(|part| (&part.key, part.prefix, part.order));
            lines.push(format!("  index {} {} {:?}", index.name, index.unique, key.collect::<Vec<_>>()));
        }
    }
    lines.extend(schema.views.keys().map(|view| format!("view {view}")));
    lines.extend(schema.unmanaged.iter().map(|object| {
        let table = object.table.as_ref().map_or(String::new(), |table| format!(" on {table}"));
        format!("{} {}{table}", object.kind, object.name)
    }));
    lines.join("\n")
}

/// Checks which lines go and come.
fn check(sql: &str, expected: Expect) {
    let mut schema = shop();
    let before = show(&schema);
    let effect = interpret(sql, &mut schema, Server::OLDEST_MYSQL);
    let after = show(&schema);
    if effect == Effect::Unknown {
        assert_eq!(before, after, "{sql}");
        expected.assert_eq("unknown");
        return;
    }
    let gone = before.lines().filter(|line| !after.lines().any(|other| other == *line));
    let come = after.lines().filter(|line| !before.lines().any(|other| other == *line));
    let lines = gone.map(|line| format!("-{line}")).chain(come.map(|line| format!("+{line}")));
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn rows_and_administration_leave_the_schema() {
    for sql in [
        "INSERT INTO album VALUES (1)",
        "/* c */ update album set id = 2",
        "WITH x AS (SELECT 1) DELETE FROM album",
        "SET NAMES utf8mb4",
        "/*!40101 SET character_set_client = utf8mb4 */",
        "TRUNCATE TABLE album",
        "GRANT SELECT ON *.* TO x",
        "CREATE TEMPORARY TABLE scratch (a INT)",
        "CREATE USER x",
        "OPTIMIZE TABLE album",
    ] {
        let mut schema = shop();
        assert_eq!(interpret(sql, &mut schema, Server::OLDEST_MYSQL), Effect::Known, "{sql}");
        assert_eq!(schema, shop(), "{sql}");
    }
}

#[test]
fn indexes_are_seen() {
    check(
        "CREATE INDEX iy ON album (TITLE(10), `year` DESC)",
        expect![[
            r#"+  index iy false [(Column(Name("title")), Some(10), Ascending), (Column(Name("Year")), None, Descending)]"#
        ]],
    );
    check(
        "CREATE UNIQUE INDEX `u` ON `album` (title, id)",
        expect![[r#"+  unique constraint u [Name("title"), Name("id")]"#]],
    );
    check(
        "CREATE UNIQUE INDEX u ON album (title DESC)",
        expect![[r#"+  index u true [(Column(Name("title")), None, Descending)]"#]],
    );
    check(
        "CREATE INDEX iy ON album ((lower(title)))",
        expect![[r#"+  index iy false [(Expression(Expression("lower(title)")), None, Ascending)]"#]],
    );
    check(
        "CREATE INDEX iy ON album (title) COMMENT 'x'",
        expect![[r#"+  index iy false [(Column(Name("title")), None, Ascending)]"#]],
    );
    check("CREATE INDEX iy ON absent (title)", expect!["unknown"]);
    check(
        "DROP INDEX IX ON album",
        expect![[r#"-  index ix false [(Column(Name("title")), None, Ascending)]"#]],
    );
    check("DROP INDEX uq ON track", expect![[r#"-  unique constraint uq [Name("id")]"#]]);
    check("DROP INDEX nothing ON track", expect!["unknown"]);
}

#[test]
fn tables_and_views_are_seen_to_go() {
    check(
        "DROP TABLE IF EXISTS `track`, absent",
        expect![[r#"
        -table track ["id", "album_id"]
        -  foreign key fk [Name("album_id")]
        -  unique constraint uq [Name("id")]
        -trigger tr on track"#]],
    );
    check("DROP TABLE album", expect!["unknown"]);
    check("DROP VIEW titles", expect!["-view titles"]);
    check("DROP TABLE other.track", expect!["unknown"]);
}

#[test]
fn new_names_are_seen() {
    check(
        "RENAME TABLE track TO song, titles TO names",
        expect![[r#"
        -table track ["id", "album_id"]
        -view titles
        -trigger tr on track
        +table song ["id", "album_id"]
        +view names
        +trigger tr on song"#]],
    );
    check(
        "ALTER TABLE track RENAME song",
        expect![[r#"
        -table track ["id", "album_id"]
        -trigger tr on track
        +table song ["id", "album_id"]
        +trigger tr on song"#]],
    );
    check("ALTER TABLE album RENAME TO record", expect!["unknown"]);
}

#[test]
fn programs_are_seen() {
    check(
        "CREATE TRIGGER t2 BEFORE INSERT ON album FOR EACH ROW SET NEW.id = 1",
        expect!["+trigger t2 on album"],
    );
    check("CREATE DEFINER=`a`@`b` PROCEDURE IF NOT EXISTS p() BEGIN END", expect!["+procedure p"]);
    check("CREATE OR REPLACE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1", expect!["+event e"]);
    check("DROP TRIGGER IF EXISTS tr", expect!["-trigger tr on track"]);
    check("DROP FUNCTION f", expect![""]);
}

/// What is interpreted must be what the server makes of it.
#[test]
fn tables_are_read_as_the_servers_make_them() {
    for engine in ENGINES.into_iter().filter(|engine| engine.is_available()) {
        let mut database = TestDatabase::create(engine);
        let script = format!("{COMMON}{}", if database.is_mysql() { MYSQL } else { MARIADB });
        // MariaDB's catalog has the values of engines in quotes.
        let script = script.replace("PAGE_COMPRESSED=1", "PAGE_COMPRESSED='1'");
        database.run(&script);
        let found = normalize(database.read(), database.server).unwrap();
        let mut schema = Schema::default();
        let mut unknown = Vec::new();
        for span in split(&script, &SYNTAX).unwrap() {
            let sql = &script[span];
            let is_table = sql.starts_with("CREATE TABLE");
            if is_table && interpret(sql, &mut schema, database.server) == Effect::Unknown {
                unknown.push(sql.split(' ').nth(2).unwrap_or_default());
            }
        }
        let schema = normalize(schema, database.server).unwrap();
        // The texts of checks in there are MariaDB's own.
        let is_exact = |table: &&Table| table.name.name.as_str() != "mariadb_only";
        for table in schema.tables.values().filter(is_exact) {
            let name = &table.name;
            let alone = |table: &Table| {
                let tables = [(name.clone(), table.clone())].into();
                describe(&Schema { tables, ..Schema::default() })
            };
            assert_lines(&alone(table), &alone(&found.tables[name]), engine.name());
        }
        let expected = match database.is_mysql() {
            true => ["ordered", "parted", "listed", "mysql_only"].as_slice(),
            false => ["ordered", "parted", "listed", "versioned"].as_slice(),
        };
        assert_eq!(unknown, expected, "{}", engine.name());
    }
}

#[track_caller]
fn assert_lines(found: &str, expected: &str, told: &str) {
    let lines: Vec<&str> = expected.lines().collect();
    let different: Vec<&str> = found.lines().filter(|line| !lines.contains(line)).collect();
    assert_eq!(found, expected, "on {told}, other than expected: {different:#?}");
}

#[test]
fn the_rest_is_unknown() {
    for sql in [
        "CREATE TABLE t (a INT) PARTITION BY HASH (a)",
        "CREATE TABLE t AS SELECT 1 AS a",
        "CREATE TABLE t (a INT, a INT)",
        "CREATE TABLE t (a INT, FOREIGN KEY (a) REFERENCES elsewhere (id))",
        "CREATE TABLE t (id SERIAL)",
        "CREATE VIEW other.v AS SELECT 1",
        "ALTER TABLE album ADD COLUMN x INT FIRST",
        "ALTER TABLE album DROP COLUMN title",
        "CALL p()",
        "EXECUTE s",
        "USE other",
    ] {
        check(sql, expect!["unknown"]);
    }
}
