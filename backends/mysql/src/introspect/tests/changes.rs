//! The law of reading: what changes in a catalog changes the schema, and
//! nothing else does.

use std::thread;

use retort_test_servers::Engine;

use super::support::{ENGINES, TestDatabase, describe};

/// Changes of one schema.
struct Changes {
    /// What is there before each of them.
    base: &'static str,
    /// Each is one change.
    changes: &'static [&'static str],
}

const TABLES: &str = "
    CREATE TABLE parent (id INT NOT NULL PRIMARY KEY, code VARCHAR(20) NOT NULL, UNIQUE KEY uq_code (code), UNIQUE KEY uq_both (id, code));
    CREATE TABLE t (id INT NOT NULL AUTO_INCREMENT, a INT, b VARCHAR(20), c TEXT, d DATETIME(3), e ENUM('a', 'b'), f INT NOT NULL DEFAULT 1,
        g INT AS (a + 1) STORED, h POINT NOT NULL, i DECIMAL(8,2), code VARCHAR(20), PRIMARY KEY (id), UNIQUE KEY uq (a), KEY ix (b, f), KEY ix_c (c(10)),
        CONSTRAINT fk FOREIGN KEY (f) REFERENCES parent (id), CONSTRAINT ck CHECK (a > 0)) COMMENT 'about t';
";

const TABLE_CHANGES: Changes = Changes {
    base: TABLES,
    changes: &[
        "CREATE TABLE u (a INT)",
        "ALTER TABLE t COMMENT ''",
        "ALTER TABLE t COMMENT 'about  t'",
        "ALTER TABLE t ROW_FORMAT = COMPACT",
        "ALTER TABLE t STATS_PERSISTENT = 1",
        "ALTER TABLE t DEFAULT CHARACTER SET latin1",
        "ALTER TABLE t COLLATE utf8mb4_bin",
        "ALTER TABLE t CONVERT TO CHARACTER SET latin1",
        "ALTER TABLE t ADD COLUMN z INT",
        "ALTER TABLE t ADD COLUMN z INT FIRST",
        "ALTER TABLE t DROP COLUMN i",
        "ALTER TABLE t RENAME COLUMN i TO j",
        "ALTER TABLE t MODIFY i DECIMAL(8,2) AFTER id",
        "ALTER TABLE t MODIFY i DECIMAL(8,2) NOT NULL",
        "ALTER TABLE t MODIFY i DECIMAL(8,3)",
        "ALTER TABLE t MODIFY i DECIMAL(9,2)",
        "ALTER TABLE t MODIFY i DECIMAL(8,2) UNSIGNED",
        "ALTER TABLE t MODIFY a INT UNSIGNED",
        "ALTER TABLE t MODIFY a INT UNSIGNED ZEROFILL",
        "ALTER TABLE t MODIFY i BIGINT",
        "ALTER TABLE t MODIFY i TINYINT",
        "ALTER TABLE t MODIFY i BOOLEAN",
        "ALTER TABLE t MODIFY i FLOAT",
        "ALTER TABLE t MODIFY i DOUBLE",
        "ALTER TABLE t MODIFY b VARCHAR(21)",
        "ALTER TABLE t MODIFY b CHAR(20)",
        "ALTER TABLE t MODIFY b VARBINARY(20)",
        "ALTER TABLE t MODIFY b VARCHAR(20) COLLATE utf8mb4_bin",
        "ALTER TABLE t MODIFY b VARCHAR(20) CHARACTER SET latin1",
        "ALTER TABLE t MODIFY b VARCHAR(20) DEFAULT ''",
        "ALTER TABLE t MODIFY b VARCHAR(20) DEFAULT 'NULL'",
        "ALTER TABLE t MODIFY b VARCHAR(20) DEFAULT (concat('a', 'b'))",
        "ALTER TABLE t MODIFY b VARCHAR(20) COMMENT 'b'",
        "ALTER TABLE t MODIFY b VARCHAR(20) INVISIBLE",
        "ALTER TABLE t MODIFY c MEDIUMTEXT",
        "ALTER TABLE t MODIFY c LONGTEXT",
        "ALTER TABLE t MODIFY d DATETIME",
        "ALTER TABLE t MODIFY d DATETIME(6)",
        "ALTER TABLE t MODIFY d TIMESTAMP(3) NULL",
        "ALTER TABLE t MODIFY d TIME(3)",
        "ALTER TABLE t MODIFY d DATE",
        "ALTER TABLE t MODIFY d DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3)",
        "ALTER TABLE t MODIFY d DATETIME(3) DEFAULT '2020-01-01'",
        "ALTER TABLE t MODIFY d DATETIME(3) ON UPDATE CURRENT_TIMESTAMP(3)",
        "ALTER TABLE t MODIFY e ENUM('a', 'b', 'c')",
        "ALTER TABLE t MODIFY e ENUM('b', 'a')",
        "ALTER TABLE t MODIFY e SET('a', 'b')",
        "ALTER TABLE t ALTER f DROP DEFAULT",
        "ALTER TABLE t ALTER f SET DEFAULT 2",
        "ALTER TABLE t MODIFY f INT DEFAULT 1",
        "ALTER TABLE t MODIFY g INT AS (a + 2) STORED",
        "ALTER TABLE t DROP COLUMN g, ADD COLUMN g INT AS (a + 1) VIRTUAL AFTER f",
        "ALTER TABLE t MODIFY g INT",
        "ALTER TABLE t MODIFY id INT NOT NULL",
        "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id, f)",
        "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id) COMMENT 'key'",
        "ALTER TABLE t DROP INDEX uq",
        "ALTER TABLE t DROP INDEX uq, ADD INDEX uq (a)",
        "ALTER TABLE t DROP INDEX uq, ADD UNIQUE INDEX uq (a, b)",
        "ALTER TABLE t DROP INDEX uq, ADD UNIQUE INDEX uq (a DESC)",
        "ALTER TABLE t RENAME INDEX uq TO uq2",
        "ALTER TABLE t ADD INDEX ix2 (b)",
        "ALTER TABLE t DROP INDEX ix, ADD INDEX ix (f, b)",
        "ALTER TABLE t DROP INDEX ix, ADD INDEX ix (b(5), f)",
        "ALTER TABLE t DROP INDEX ix, ADD INDEX ix (b DESC, f)",
        "ALTER TABLE t DROP INDEX ix, ADD UNIQUE INDEX ix (b, f)",
        "ALTER TABLE t DROP INDEX ix, ADD INDEX ix (b, f) COMMENT 'ix'",
        "ALTER TABLE t DROP INDEX ix_c, ADD INDEX ix_c (c(11))",
        "ALTER TABLE t DROP INDEX ix_c, ADD FULLTEXT INDEX ix_c (c)",
        "ALTER TABLE t ADD SPATIAL INDEX sp (h)",
        "ALTER TABLE t DROP FOREIGN KEY fk",
        "ALTER TABLE t DROP FOREIGN KEY fk, DROP INDEX fk",
        "ALTER TABLE t DROP FOREIGN KEY fk, ADD CONSTRAINT fk2 FOREIGN KEY (f) REFERENCES parent (id)",
        "ALTER TABLE t DROP FOREIGN KEY fk; ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (f) REFERENCES parent (id) ON DELETE CASCADE",
        "ALTER TABLE t DROP FOREIGN KEY fk; ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (f) REFERENCES parent (id) ON UPDATE CASCADE",
        "ALTER TABLE t ADD CONSTRAINT fk2 FOREIGN KEY (a) REFERENCES parent (id)",
        "ALTER TABLE t ADD CONSTRAINT fk2 FOREIGN KEY (f, code) REFERENCES parent (id, code)",
        "ALTER TABLE t DROP CONSTRAINT ck",
        "ALTER TABLE t DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK (a > 1)",
        "ALTER TABLE t DROP CONSTRAINT ck, ADD CONSTRAINT ck2 CHECK (a > 0)",
        "ALTER TABLE t ADD CONSTRAINT ck2 CHECK (b <> 'it''s')",
    ],
};

const PARTITION_CHANGES: Changes = Changes {
    base: "CREATE TABLE part (a INT NOT NULL) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20))",
    changes: &[
        "DROP TABLE part",
        "RENAME TABLE part TO part2",
        "ALTER TABLE part ENGINE = MyISAM REMOVE PARTITIONING",
        "ALTER TABLE part ADD PRIMARY KEY (a)",
        "ALTER TABLE part ADD PARTITION (PARTITION p2 VALUES LESS THAN MAXVALUE)",
        "ALTER TABLE part REMOVE PARTITIONING",
        "ALTER TABLE part PARTITION BY HASH (a) PARTITIONS 2",
    ],
};

const VIEW_CHANGES: Changes = Changes {
    base: "CREATE TABLE parent (id INT, code VARCHAR(20)); CREATE VIEW v AS SELECT id, code FROM parent",
    changes: &[
        "DROP VIEW v",
        "ALTER VIEW v AS SELECT id FROM parent",
        "ALTER VIEW v (x, y) AS SELECT id, code FROM parent",
        "ALTER VIEW v AS SELECT id, code FROM parent WHERE id > 1",
        "ALTER VIEW v AS SELECT id, code FROM parent WITH CHECK OPTION",
        "ALTER SQL SECURITY INVOKER VIEW v AS SELECT id, code FROM parent",
    ],
};

const PROGRAM_CHANGES: Changes = Changes {
    base: "
        CREATE TABLE t (a INT); CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
        CREATE PROCEDURE pr(a INT) SELECT 1;
        CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO SELECT 1;
    ",
    changes: &[
        "DROP TRIGGER tr",
        "DROP TRIGGER tr; CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 2",
        "DROP TRIGGER tr; CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW SET NEW.a = 1",
        "DROP PROCEDURE pr",
        "DROP PROCEDURE pr; CREATE PROCEDURE pr(a INT) SELECT 2",
        "DROP PROCEDURE pr; CREATE PROCEDURE pr(a BIGINT) SELECT 1",
        "ALTER PROCEDURE pr SQL SECURITY INVOKER",
        "CREATE FUNCTION fn() RETURNS INT DETERMINISTIC RETURN 1",
        "DROP EVENT ev",
        "ALTER EVENT ev DISABLE",
        "ALTER EVENT ev ON SCHEDULE EVERY 2 DAY STARTS '2030-01-01 00:00:00'",
        "ALTER EVENT ev DO SELECT 2",
    ],
};

const MYSQL_CHANGES: Changes = Changes {
    base: TABLES,
    changes: &[
        "ALTER TABLE t ALTER CHECK ck NOT ENFORCED",
        "ALTER TABLE t ALTER INDEX ix INVISIBLE",
        "ALTER TABLE t ALTER INDEX uq INVISIBLE",
        "ALTER TABLE t ADD INDEX ix2 ((a + 1))",
        "ALTER TABLE t ADD UNIQUE INDEX ix2 ((a + 1))",
        "ALTER TABLE t MODIFY h POINT NOT NULL SRID 4326",
        "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (id DESC)",
        "ALTER TABLE t MODIFY c JSON, DROP INDEX ix_c",
        "ALTER TABLE t MODIFY c TEXT DEFAULT ('x')",
    ],
};

const MARIADB_CHANGES: Changes = Changes {
    base: TABLES,
    changes: &[
        "ALTER TABLE t ALTER INDEX ix IGNORED",
        "ALTER TABLE t MODIFY a INT CHECK (a < 9)",
        "ALTER TABLE t MODIFY c JSON",
        "ALTER TABLE t MODIFY c TEXT DEFAULT 'x'",
        "ALTER TABLE t MODIFY b UUID",
        "ALTER TABLE t MODIFY b INET6",
        "ALTER TABLE t MODIFY b VARCHAR(20) COMPRESSED, DROP INDEX ix",
        "ALTER TABLE t DROP INDEX uq, ADD UNIQUE INDEX uq USING HASH (a)",
        "ALTER TABLE t ADD SYSTEM VERSIONING",
        "CREATE SEQUENCE sq",
    ],
};

/// What leaves the schema as it is.
const NO_CHANGES: Changes = Changes {
    base: TABLES,
    changes: &[
        "ALTER TABLE t ENGINE = InnoDB",
        "ALTER TABLE t AUTO_INCREMENT = 1000",
        "ALTER TABLE t MODIFY a INTEGER NULL DEFAULT NULL",
        "ALTER TABLE t MODIFY d DATETIME(3) NULL",
        "ALTER TABLE t ALTER f SET DEFAULT '1'",
        "INSERT INTO parent VALUES (1, 'x'), (2, 'y')",
        "ANALYZE TABLE t",
        "DROP INDEX uq ON t; CREATE UNIQUE INDEX uq ON t (a)",
        "ALTER TABLE t DROP FOREIGN KEY fk; ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (f) REFERENCES parent (id) ON DELETE RESTRICT ON UPDATE NO ACTION",
        "ALTER TABLE t ADD COLUMN z INT; ALTER TABLE t DROP COLUMN z",
        "CREATE TEMPORARY TABLE u (a INT)",
    ],
};

/// What was there, one kind of object after the other.
const CLEAR: &str = "
    DROP TEMPORARY TABLE IF EXISTS u; DROP VIEW IF EXISTS v; DROP TABLE IF EXISTS t, u, part, part2; DROP TABLE IF EXISTS parent;
    DROP PROCEDURE IF EXISTS pr; DROP FUNCTION IF EXISTS fn; DROP EVENT IF EXISTS ev;
";

/// How many databases take their share of the changes at a time: a server
/// mostly waits for its disk.
const DATABASES: usize = 8;

fn check(engine: Engine, groups: &[Changes], is_change: bool) {
    let changes: Vec<(&str, &str)> = groups
        .iter()
        .flat_map(|Changes { base, changes }| changes.iter().map(move |change| (*base, *change)))
        .collect();
    let shares = changes.chunks(changes.len().div_ceil(DATABASES));
    let wrong: Vec<String> = thread::scope(|scope| {
        let run: Vec<_> = shares.map(|share| scope.spawn(move || wrong(engine, share, is_change))).collect();
        run.into_iter().flat_map(|run| run.join().expect("does not panic")).collect()
    });
    assert!(wrong.is_empty(), "{engine:?}: {}", wrong.join("\n"));
}

/// The changes that fail, or that don't do to the schema what they should.
fn wrong(engine: Engine, changes: &[(&str, &str)], is_change: bool) -> Vec<String> {
    let mut database = TestDatabase::create(engine);
    let clear = if database.is_mysql() { CLEAR } else { &format!("DROP SEQUENCE IF EXISTS sq; {CLEAR}") };
    let mut wrong = Vec::new();
    for (base, change) in changes {
        database.run(&format!("{clear} {base}"));
        let before = database.read();
        if let Err(error) = database.try_run(change) {
            wrong.push(format!("{change}\n    {error}"));
            continue;
        }
        let after = database.read();
        // The lines of the snapshots show as much as the schema holds.
        let looks_changed = describe(&before) != describe(&after);
        if (before != after) != is_change || looks_changed != is_change {
            wrong.push((*change).to_owned());
        }
    }
    wrong
}

#[test]
fn every_change_is_seen_on_mysql() {
    let own = [TABLE_CHANGES, PARTITION_CHANGES, VIEW_CHANGES, PROGRAM_CHANGES, MYSQL_CHANGES];
    check(Engine::Mysql, &own, true);
}

#[test]
fn every_change_is_seen_on_mariadb() {
    let own = [TABLE_CHANGES, PARTITION_CHANGES, VIEW_CHANGES, PROGRAM_CHANGES, MARIADB_CHANGES];
    check(Engine::Mariadb, &own, true);
}

#[test]
fn what_is_no_change_is_not_seen() {
    for engine in ENGINES {
        check(engine, &[NO_CHANGES], false);
    }
}
