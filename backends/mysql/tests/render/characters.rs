//! Characters beyond U+FFFF, which the catalogs hold here and there only.

use expect_test::expect;

use crate::support::{FLAVORS, Flavor, Live, case};

/// MySQL's catalog keeps the bytes of expressions, so that these are accepted
/// there: the model has to find them as they were.
#[test]
fn characters_beyond_the_basic_plane_stay_in_expressions() {
    case(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(9))",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (a <> '🦀'),
            ADD COLUMN g VARCHAR(20) GENERATED ALWAYS AS (a || '🦀') STORED;
         CREATE INDEX ix ON t ((a || '🦀'));
         CREATE TABLE u (id INT PRIMARY KEY, d VARCHAR(9) DEFAULT '🦀', e VARCHAR(9) DEFAULT lower('🦀'))",
    )
    .rows("INSERT INTO t (id, a) VALUES (1, 'a🦀')", "SELECT id, a FROM t")
    .check_mysql(expect![[r#"
        ALTER TABLE `t`
            ADD COLUMN `g` VARCHAR(20) GENERATED ALWAYS AS (concat(`a`, '🦀')) STORED,
            ADD CONSTRAINT `ck` CHECK (`a` <> '🦀');
        ALTER TABLE `t` ADD INDEX `ix` ((concat(`a`, '🦀')));
        CREATE TABLE `u` (
            `id` INT NOT NULL,
            `d` VARCHAR(9) DEFAULT ('🦀'),
            `e` VARCHAR(9) DEFAULT (lower('🦀')),
            PRIMARY KEY (`id`)
        ) ENGINE=InnoDB;
    "#]]);
}

/// Whether a server still loses what is refused for it: text in its catalog.
#[test]
fn the_catalogs_lose_characters_beyond_the_basic_plane() {
    for flavor in FLAVORS {
        let mut live = Live::new(flavor);
        live.run_all(
            "CREATE TABLE t (a ENUM('🦀') COMMENT '🦀', KEY k (a) COMMENT '🦀') CHARACTER SET utf8mb4 COMMENT '🦀';
             CREATE VIEW v AS SELECT '🦀' AS a",
        );
        let kept = "SELECT CONCAT_WS(' ', COLUMN_TYPE, COLUMN_COMMENT, TABLE_COMMENT, INDEX_COMMENT, VIEW_DEFINITION) \
                    FROM information_schema.COLUMNS c JOIN information_schema.TABLES USING (TABLE_SCHEMA, TABLE_NAME) \
                    JOIN information_schema.STATISTICS USING (TABLE_SCHEMA, TABLE_NAME), information_schema.VIEWS v \
                    WHERE c.TABLE_SCHEMA = DATABASE() AND v.TABLE_SCHEMA = DATABASE()";
        let kept = live.rows(kept);
        assert!(kept.contains("enum('?') ? ? ?") && !kept.contains('🦀'), "{flavor:?}: {kept}");
        // Names, and on MariaDB literals in definitions.
        for sql in
            ["CREATE TABLE n (`🦀` INT)", "CREATE TABLE `🦀` (a INT)", "CREATE TABLE m (a INT, KEY `🦀` (a))"]
        {
            let names = "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()";
            assert!(live.run(sql).is_err() || live.rows(names).contains('?'), "{flavor:?}: {sql}");
        }
        if flavor == Flavor::MariaDb {
            live.run(
                "CREATE TABLE d (a VARCHAR(9) CHARACTER SET utf8mb4 DEFAULT '🦀') CHARACTER SET utf8mb4",
            )
            .unwrap();
            let default = "SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() \
                           AND TABLE_NAME = 'd'";
            assert!(live.rows(default).contains("'?'"), "{flavor:?}");
        }
    }
}
