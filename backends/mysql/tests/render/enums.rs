//! Enum types, which exist only in the columns that use them.

use expect_test::expect;
use retort_core::{operation::Operation, schema::QualifiedName};

use crate::support::{case, case_of, options, read};

const MOODS: &str = "CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'happy');
    CREATE TABLE person (id INT PRIMARY KEY, mood mood NOT NULL DEFAULT 'sad', best mood, UNIQUE (best, id));
    CREATE TABLE pet (mood mood DEFAULT 'happy');
    COMMENT ON COLUMN person.mood IS 'now'";

const ROWS: &str = "INSERT INTO person VALUES (1, 'sad', 'happy'), (2, 'happy', NULL); INSERT INTO pet VALUES ('happy'), (NULL)";

const ALL: &str = "SELECT id, person.mood, best, pet.mood FROM person, pet ORDER BY 1, 4";

#[test]
fn a_type_is_part_of_its_columns() {
    case(
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "CREATE TYPE mood AS ENUM ('a', 'b\\c'); COMMENT ON TYPE mood IS 'x';
         ALTER TABLE t ADD COLUMN mood mood DEFAULT 'a'; ALTER TYPE mood RENAME TO feeling",
    )
    .check(expect![[r#"
        ALTER TABLE `t` ADD COLUMN `mood` ENUM('a','b\\c') DEFAULT 'a';
    "#]]);
    case("CREATE TYPE mood AS ENUM ('a')", "DROP TYPE mood; DROP TYPE IF EXISTS other").check(expect![""]);
}

#[test]
fn labels_come_and_go() {
    case(MOODS, "ALTER TYPE mood ADD VALUE 'glad' BEFORE 'happy'").rows(ROWS, ALL).check(expect![[r#"
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('sad','it''s ok','glad','happy') NOT NULL DEFAULT 'sad' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('sad','it''s ok','glad','happy');
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('sad','it''s ok','glad','happy') DEFAULT 'happy';
    "#]]);
    case(MOODS, "ALTER TYPE mood ADD VALUE 'glad'").rows(ROWS, ALL).check(expect![[r#"
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('sad','it''s ok','happy','glad') NOT NULL DEFAULT 'sad' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('sad','it''s ok','happy','glad');
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('sad','it''s ok','happy','glad') DEFAULT 'happy';
    "#]]);
    case(MOODS, "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'sad'").rows(ROWS, ALL).check(expect![""]);
}

#[test]
fn a_label_that_a_row_holds_stays() {
    let drop = |value: &str| {
        vec![Operation::DropEnumValue { name: QualifiedName::unqualified("mood"), value: value.to_owned() }]
    };
    case_of("CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE TABLE t (m mood)", drop("b"))
        .rows("INSERT INTO t VALUES ('b')", "SELECT * FROM t")
        .check_fails("1265", "1265");
    case_of("CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE TABLE t (m mood)", drop("b"))
        .rows("INSERT INTO t VALUES ('c'), ('a')", "SELECT * FROM t")
        .check(expect![[r#"
            ALTER TABLE `t` MODIFY COLUMN `m` ENUM('a','c');
        "#]]);
}

#[test]
fn rows_follow_a_label() {
    case(MOODS, "ALTER TYPE mood RENAME VALUE 'happy' TO 'merry'").rows(ROWS, ALL).check(expect![[r#"
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('sad','it''s ok','happy','merry') NOT NULL DEFAULT 'sad' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('sad','it''s ok','happy','merry');
        -- in a transaction
        UPDATE `person` SET `mood` = 'merry' WHERE `mood` = 'happy';
        -- in a transaction
        UPDATE `person` SET `best` = 'merry' WHERE `best` = 'happy';
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('sad','it''s ok','merry') NOT NULL DEFAULT 'sad' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('sad','it''s ok','merry');
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('sad','it''s ok','happy','merry') DEFAULT 'happy';
        -- in a transaction
        UPDATE `pet` SET `mood` = 'merry' WHERE `mood` = 'happy';
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('sad','it''s ok','merry') DEFAULT 'merry';
    "#]]);
}

#[test]
fn rows_follow_a_label_that_differs_in_case() {
    case(MOODS, "ALTER TYPE mood RENAME VALUE 'sad' TO 'SAD'").rows(ROWS, ALL).check(expect![[r#"
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('sad','retort','it''s ok','happy') NOT NULL DEFAULT 'sad' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('sad','retort','it''s ok','happy');
        -- in a transaction
        UPDATE `person` SET `mood` = 'retort' WHERE `mood` = 'sad';
        -- in a transaction
        UPDATE `person` SET `best` = 'retort' WHERE `best` = 'sad';
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('SAD','retort','it''s ok','happy') NOT NULL DEFAULT 'SAD' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('SAD','retort','it''s ok','happy');
        -- in a transaction
        UPDATE `person` SET `mood` = 'SAD' WHERE `mood` = 'retort';
        -- in a transaction
        UPDATE `person` SET `best` = 'SAD' WHERE `best` = 'retort';
        ALTER TABLE `person`
            MODIFY COLUMN `mood` ENUM('SAD','it''s ok','happy') NOT NULL DEFAULT 'SAD' COMMENT 'now',
            MODIFY COLUMN `best` ENUM('SAD','it''s ok','happy');
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('sad','retort','it''s ok','happy') DEFAULT 'happy';
        -- in a transaction
        UPDATE `pet` SET `mood` = 'retort' WHERE `mood` = 'sad';
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('SAD','retort','it''s ok','happy') DEFAULT 'happy';
        -- in a transaction
        UPDATE `pet` SET `mood` = 'SAD' WHERE `mood` = 'retort';
        ALTER TABLE `pet` MODIFY COLUMN `mood` ENUM('SAD','it''s ok','happy') DEFAULT 'happy';
    "#]]);
}

#[test]
fn columns_that_follow_an_update_stay_when_a_label_changes() {
    let mut operations = read("CREATE TABLE t (m mood, at TIMESTAMP(0))");
    if let Some(Operation::CreateTable { table, .. }) = operations.first_mut() {
        table.columns[1].options = options(&[("on update", "CURRENT_TIMESTAMP")]);
    }
    operations.extend(read("ALTER TYPE mood RENAME VALUE 'a' TO 'b'"));
    case_of("CREATE TYPE mood AS ENUM ('a')", operations).check(expect![[r#"
        CREATE TABLE `t` (
            `m` ENUM('a'),
            `at` DATETIME ON UPDATE CURRENT_TIMESTAMP
        ) ENGINE=InnoDB;
        ALTER TABLE `t` MODIFY COLUMN `m` ENUM('a','b');
        -- in a transaction
        UPDATE `t` SET `m` = 'b', `at` = `at` WHERE `m` = 'a';
        ALTER TABLE `t` MODIFY COLUMN `m` ENUM('b');
    "#]]);
}

#[test]
fn text_becomes_an_enum_type_and_back() {
    case(
        "CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (m VARCHAR(10))",
        "ALTER TABLE t ALTER COLUMN m TYPE mood USING m::mood; ALTER TYPE mood ADD VALUE 'c' AFTER 'a'",
    )
    .rows("INSERT INTO t VALUES ('b')", "SELECT * FROM t")
    .check(expect![[r#"
        ALTER TABLE `t` MODIFY COLUMN `m` ENUM('a','b');
        ALTER TABLE `t` MODIFY COLUMN `m` ENUM('a','c','b');
    "#]]);
}
