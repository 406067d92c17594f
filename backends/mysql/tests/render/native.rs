//! Tables that Retort did not make: what it does not change stays.

use retort_core::operation::{ColumnChange, Operation};

use crate::support::{FLAVORS, Flavor, Live, read};

const BOTH: &str = "
    i INT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'it''s \\\\ so',
    z SMALLINT(5) UNSIGNED ZEROFILL DEFAULT 7,
    tiny TINYINT NOT NULL DEFAULT '-3',
    flag TINYINT(1) DEFAULT 1,
    bits BIT(5) DEFAULT b'101',
    price DECIMAL(8,3) DEFAULT '1.500',
    f FLOAT DEFAULT 1.5,
    y YEAR DEFAULT 2020,
    d DATE NOT NULL DEFAULT '2020-02-29',
    t TIME(2) DEFAULT '01:02:03.5',
    dt DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    ts TIMESTAMP NULL DEFAULT NULL,
    tn TIMESTAMP NOT NULL DEFAULT '2020-01-01 00:00:00',
    c CHAR(5) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'a''b',
    v VARCHAR(20) CHARACTER SET ascii DEFAULT 'x',
    u VARCHAR(20) COLLATE utf8mb4_bin INVISIBLE DEFAULT '☃',
    e ENUM('a','it''s','c') CHARACTER SET latin1 NOT NULL DEFAULT 'a',
    s SET('a','b') DEFAULT 'a,b',
    vb VARBINARY(8) DEFAULT x'4a4b',
    bl BLOB, tx MEDIUMTEXT COLLATE utf8mb4_bin, lt LONGTEXT NOT NULL,
    j JSON DEFAULT ('[1]'),
    x VARCHAR(36) DEFAULT (UUID()),
    sum INT GENERATED ALWAYS AS (tiny + flag * 2) STORED COMMENT 'g',
    low VARCHAR(20) GENERATED ALWAYS AS (LOWER(v)) VIRTUAL,
    g GEOMETRY NOT NULL";

const KEYS: &str = "
    PRIMARY KEY (i), UNIQUE KEY uq (tiny, d), KEY pre (tx(10), v), KEY down (d DESC, i),
    FULLTEXT KEY full (lt), SPATIAL KEY space (g), CONSTRAINT ck CHECK (price > 0)";

fn table(flavor: Flavor) -> String {
    let (columns, keys) = match flavor {
        Flavor::MySql => (", p POINT NOT NULL SRID 4326", ", KEY fun ((LOWER(v)), i), KEY hid (y) INVISIBLE"),
        Flavor::MariaDb => {
            (", k INT NOT NULL DEFAULT 1 CHECK (k > 0), q TEXT COMPRESSED, un UUID", ", KEY hid (y) IGNORED")
        }
    };
    format!(
        "CREATE TABLE t ({BOTH}{columns},{KEYS}{keys}) \
         ENGINE=InnoDB ROW_FORMAT=DYNAMIC COMMENT='native' STATS_PERSISTENT=0"
    )
}

#[test]
fn what_changes_and_changes_back_is_as_it_was() {
    for flavor in FLAVORS {
        let mut live = Live::new(flavor);
        live.run(&table(flavor)).unwrap();
        live.adopt();
        let before = live.definitions();
        let columns = live.schema.tables.values().flat_map(|table| table.columns.clone());
        for column in columns.collect::<Vec<_>>() {
            let comment = |text: Option<String>| Operation::AlterColumn {
                table: retort_core::schema::QualifiedName::unqualified("t"),
                column: column.name.clone(),
                change: ColumnChange::Comment(text),
            };
            live.apply(&[comment(Some("other".to_owned()))]).unwrap();
            assert_ne!(live.definitions(), before);
            live.apply(&[comment(column.comment.clone())]).unwrap();
            assert_eq!(live.definitions(), before, "{flavor:?} {}", column.name);
        }
    }
}

#[test]
fn what_is_on_a_table_follows_and_stays() {
    for flavor in FLAVORS {
        let mut live = Live::new(flavor);
        live.run(&table(flavor)).unwrap();
        live.adopt();
        let before = live.definitions();
        for (there, back) in [
            ("ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME TO t"),
            ("ALTER TABLE t RENAME COLUMN tiny TO small", "ALTER TABLE t RENAME COLUMN small TO tiny"),
            ("ALTER TABLE t RENAME COLUMN v TO w", "ALTER TABLE t RENAME COLUMN w TO v"),
            ("ALTER TABLE t ALTER COLUMN c DROP NOT NULL", "ALTER TABLE t ALTER COLUMN c SET NOT NULL"),
            ("ALTER TABLE t ALTER COLUMN f SET DEFAULT 2", "ALTER TABLE t ALTER COLUMN f SET DEFAULT 1.5"),
            (
                "ALTER TABLE t ADD COLUMN n INT, DROP CONSTRAINT ck",
                "ALTER TABLE t DROP COLUMN n, ADD CONSTRAINT ck CHECK (price > 0)",
            ),
            ("COMMENT ON TABLE t IS 'x'", "COMMENT ON TABLE t IS 'native'"),
        ] {
            live.apply(&read(there)).unwrap_or_else(|error| panic!("{flavor:?} {there}: {error}"));
            assert_ne!(live.definitions(), before);
            live.apply(&read(back)).unwrap_or_else(|error| panic!("{flavor:?} {back}: {error}"));
            assert_eq!(live.definitions(), before, "{flavor:?} {there}");
        }
    }
}

#[test]
fn a_check_within_a_column_follows_it_to_another_name() {
    let mut live = Live::new(Flavor::MariaDb);
    live.run("CREATE TABLE t (a INT CHECK (a > 0), j JSON, k JSON)").unwrap();
    // The catalog now shows the check by the old name.
    live.run("ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN j TO l").unwrap();
    live.adopt();
    let before = live.definitions();
    for (there, back) in [("b", "c"), ("l", "m"), ("k", "n")] {
        live.apply(&read(&format!("ALTER TABLE t RENAME COLUMN {there} TO {back}"))).unwrap();
        live.adopt();
        live.apply(&read(&format!("COMMENT ON COLUMN t.{back} IS 'x'; COMMENT ON COLUMN t.{back} IS NULL")))
            .unwrap();
        live.apply(&read(&format!("ALTER TABLE t RENAME COLUMN {back} TO {there}"))).unwrap();
        live.adopt();
        assert_eq!(live.definitions(), before, "{there}");
    }
}
