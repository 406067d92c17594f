//! Batches that are not atomic: statement by statement, and those that ran
//! remain.

use expect_test::expect;
use retort_core::backend::{Batch, BatchError, Statement};
use retort_test_servers::Database;

use crate::support::{
    create_version_table, ending, from_file, is_mysql, number, open, schema_changes, text, versions,
};

on_both! {
    a_failure_at_any_place_keeps_what_ran_before
    a_wrong_number_of_rows_keeps_what_ran
    the_guard_is_checked_first
    bodies_need_no_delimiter
    a_transaction_that_is_left_open_is_undone
    settings_that_would_mislead_the_rest_are_refused
    ten_megabytes_are_one_statement
    what_the_server_cannot_take_is_refused_before_it_is_sent
}

async fn a_failure_at_any_place_keeps_what_ran_before(database: Database) {
    let mut connection = open(&database).await;
    const COUNT: usize = 4;
    for failing in 0..COUNT {
        let texts: Vec<String> = (0..COUNT)
            .map(|index| match index == failing {
                true => "ALTER TABLE missing ADD a INTEGER".to_owned(),
                false => format!("CREATE TABLE t{failing}_{index} (a INTEGER)"),
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        match connection.execute(&schema_changes(&texts)).await {
            Err(BatchError::Statement { index, source }) => {
                assert_eq!(index, failing);
                assert_eq!(source.statement(), Some("ALTER TABLE missing ADD a INTEGER"));
            }
            other => panic!("{other:?}"),
        }
        let count = format!(
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 't{failing}%'"
        );
        assert_eq!(number(&mut *connection, &count).await, i64::try_from(failing).unwrap());
    }
}

async fn a_wrong_number_of_rows_keeps_what_ran(database: Database) {
    database.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (2)");
    let mut connection = open(&database).await;
    let mut batch = schema_changes(&["DELETE FROM t", "INSERT INTO t VALUES (3)"]);
    batch.statements[0].expect_rows = Some(1);
    assert_eq!(ending(connection.execute(&batch).await), "statement 1 changed 2 rows instead of 1");
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
    let mut batch = schema_changes(&["START TRANSACTION", "INSERT INTO t VALUES (3)"]);
    batch.statements[1].expect_rows = Some(7);
    assert_eq!(ending(connection.execute(&batch).await), "statement 2 changed 1 rows instead of 7");
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
}

async fn the_guard_is_checked_first(database: Database) {
    create_version_table(&database, &["a"]);
    let mut connection = open(&database).await;
    let batch = Batch { guard: Some(versions(&["b"])), ..schema_changes(&["CREATE TABLE t (a INTEGER)"]) };
    assert_eq!(ending(connection.execute(&batch).await), r#"guard: [Row([Text("a")])]"#);
    let batch = Batch { guard: Some(versions(&["a"])), ..schema_changes(&["CREATE TABLE t (a INTEGER)"]) };
    assert_eq!(ending(connection.execute(&batch).await), "[0]");
}

async fn bodies_need_no_delimiter(database: Database) {
    let mut connection = open(&database).await;
    let batch = schema_changes(&[
        "CREATE TABLE t (a INTEGER)",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = NEW.a + 1; SET NEW.a = NEW.a * 2; END",
        "/*!50003 CREATE */ /*!50020 PROCEDURE p() BEGIN INSERT INTO t VALUES (1); INSERT INTO t VALUES (2); END */",
        "CREATE FUNCTION f(x INTEGER) RETURNS INTEGER DETERMINISTIC BEGIN IF x > 0 THEN RETURN 1; END IF; RETURN 0; END",
        "CALL p()",
    ]);
    // MariaDB counts the rows of all statements of the procedure.
    let expected = if is_mysql(&database) { "[0, 0, 0, 0, 1]" } else { "[0, 0, 0, 0, 2]" };
    assert_eq!(ending(connection.execute(&batch).await), expected);
    assert_eq!(text(&mut *connection, "SELECT GROUP_CONCAT(a ORDER BY a) FROM t").await, "4,6");
    assert_eq!(number(&mut *connection, "SELECT f(3)").await, 1);
}

async fn a_transaction_that_is_left_open_is_undone(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let mut connection = open(&database).await;
    let batch = schema_changes(&["START TRANSACTION", "INSERT INTO t VALUES (1)", "COMMIT"]);
    assert_eq!(ending(connection.execute(&batch).await), "[0, 1, 0]");
    let batch = schema_changes(&["START TRANSACTION", "INSERT INTO t VALUES (2)"]);
    expect!["Statement: the statements leave a transaction open, which was rolled back"]
        .assert_eq(&ending(connection.execute(&batch).await));
    let batch = schema_changes(&["START TRANSACTION", "INSERT INTO t VALUES (2)", "nonsense"]);
    assert!(ending(connection.execute(&batch).await).starts_with("2: Syntax: "));
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 1);
}

async fn settings_that_would_mislead_the_rest_are_refused(database: Database) {
    let mut connection = open(&database).await;
    for setting in [
        "SET autocommit = 0",
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')",
        "/*!40101 SET sql_mode = 'NO_BACKSLASH_ESCAPES' */",
    ] {
        expect!["0: Statement: the statement turns off `autocommit` or backslash escapes, which the rest of a run relies on; they are on again"].assert_eq(&ending(connection.execute(&schema_changes(&[setting])).await));
        assert_eq!(number(&mut *connection, "SELECT @@autocommit").await, 1);
        assert_eq!(text(&mut *connection, "SELECT 'a\\'b'").await, "a'b");
    }
    for sql in ["USE mysql", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t"] {
        assert!(ending(connection.execute(&schema_changes(&[sql])).await).starts_with("0: Statement: "));
    }
    // What scripts of other tools begin and end with is fine.
    let batch = schema_changes(&[
        "/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */",
        "/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */",
        "SET NAMES utf8",
        "/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */",
        "/*!40101 SET SQL_MODE=@OLD_SQL_MODE */",
    ]);
    assert_eq!(ending(connection.execute(&batch).await), "[0, 0, 0, 0, 0]");
}

async fn ten_megabytes_are_one_statement(database: Database) {
    database.run("CREATE TABLE t (a LONGTEXT)");
    let mut connection = open(&database).await;
    let sql = format!("INSERT INTO t VALUES ('{}')", "é".repeat(5 << 20));
    for batch in [Batch::atomic(from_file(&[&sql])), schema_changes(&[&sql])] {
        assert_eq!(ending(connection.execute(&batch).await), "[1]");
    }
    assert_eq!(number(&mut *connection, "SELECT SUM(CHAR_LENGTH(a)) = 2 * (5 << 20) FROM t").await, 1);
}

async fn what_the_server_cannot_take_is_refused_before_it_is_sent(database: Database) {
    database.run("CREATE TABLE t (a LONGTEXT)");
    let mut connection = open(&database).await;
    let longest = usize::try_from(number(&mut *connection, "SELECT @@max_allowed_packet").await).unwrap();
    let of_length = |length: usize| {
        let sql = format!("INSERT INTO t VALUES ('{}')", "x".repeat(length - 25));
        assert_eq!(sql.len(), length);
        sql
    };
    let message = |length| {
        format!(
            "the statement has {length} bytes, too many for the server's `max_allowed_packet` of {longest}"
        )
    };
    for length in [longest, longest + 1, longest - 64] {
        let failed = ending(connection.execute(&schema_changes(&["DO 1", &of_length(length)])).await);
        assert_eq!(failed, format!("1: Statement: {}", message(length)));
    }
    // A little less is taken, and the session has survived.
    let fits = connection.execute(&Batch::atomic(vec![Statement::new(of_length(longest - 256))])).await;
    assert_eq!(ending(fits), "[1]");
}
