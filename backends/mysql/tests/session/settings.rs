//! What a session is set up with, whatever the server's defaults are.

use expect_test::expect;
use retort_core::backend::{Access, Value};
use retort_test_servers::{Database, Engine, PrivateServer};

use crate::support::{BOTH, User, as_user, describe, fetch, is_mysql, number, open, text, try_open};

on_both! {
    a_session_is_strict_and_in_utc
    an_update_that_finds_nothing_to_change_counts
    text_survives_in_every_language
}

async fn a_session_is_strict_and_in_utc(database: Database) {
    let mut connection = open(&database).await;
    let query = "SELECT @@character_set_client, @@character_set_connection, @@character_set_results, @@time_zone, \
                 @@autocommit, @@foreign_key_checks, @@unique_checks, @@innodb_strict_mode, @@lock_wait_timeout, \
                 @@explicit_defaults_for_timestamp, @@transaction_isolation";
    let query = if is_mysql(&database) { query } else { &query.replace("transaction_i", "tx_i") };
    let settings = format!("{:?}", fetch(&mut *connection, query).await);
    expect![[r#"[Text("utf8mb4"), Text("utf8mb4"), Text("utf8mb4"), Text("+00:00"), Integer(1), Integer(1), Integer(1), Integer(1), Integer(60), Integer(1), Text("REPEATABLE-READ")]"#]].assert_eq(&settings);
    let modes = text(&mut *connection, "SELECT @@sql_mode").await;
    if is_mysql(&database) {
        expect!["ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"].assert_eq(&modes);
        assert_eq!(number(&mut *connection, "SELECT @@sql_generate_invisible_primary_key").await, 0);
    } else {
        expect!["STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"].assert_eq(&modes);
    }
}

async fn an_update_that_finds_nothing_to_change_counts(database: Database) {
    database.run("CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1), (1), (2)");
    let mut connection = open(&database).await;
    let batch = crate::support::statements(&["UPDATE t SET a = 1"]);
    let batch = retort_core::backend::Batch::atomic(batch);
    assert_eq!(connection.execute(&batch).await.unwrap().rows, [3]);
}

async fn text_survives_in_every_language(database: Database) {
    let mut connection = open(&database).await;
    for original in ["naïve café", "日本語", "🦀", "a\\b'c\"d`e\n\t\0", ""] {
        let literal = connection.backend().syntax().quote_literal(original);
        assert_eq!(text(&mut *connection, &format!("SELECT {literal}")).await, original);
    }
}

/// A server whose defaults are all other than what a session needs.
#[tokio::test]
async fn defaults_of_the_server_do_not_matter() {
    for engine in BOTH {
        let mut arguments = vec![
            "--sql-mode=ANSI,NO_BACKSLASH_ESCAPES",
            "--autocommit=0",
            "--innodb-strict-mode=0",
            "--explicit-defaults-for-timestamp=0",
            "--character-set-server=latin1",
            "--default-time-zone=+05:00",
            "--lock-wait-timeout=20",
        ];
        if engine == Engine::Mysql {
            arguments.push("--sql-generate-invisible-primary-key=1");
        }
        let server = PrivateServer::start_in(engine, &std::env::temp_dir(), &arguments);
        let database = Database::create_on(engine, server.url());
        let mut connection = open(&database).await;
        let query = "SELECT @@character_set_client, @@time_zone, @@autocommit, @@foreign_key_checks, \
                     @@innodb_strict_mode, @@lock_wait_timeout, @@explicit_defaults_for_timestamp, @@sql_mode LIKE \
                     '%ANSI%', @@sql_mode LIKE '%BACKSLASH%', 'it\\'s', \"text\", '1' || '2'";
        let found = fetch(&mut *connection, query).await;
        let text = |text: &str| Value::Text(text.to_owned());
        let expected = vec![
            text("utf8mb4"),
            text("+00:00"),
            Value::Integer(1),
            Value::Integer(1),
            Value::Integer(1),
            // Shorter than ours, as somebody wanted it.
            Value::Integer(20),
            Value::Integer(1),
            Value::Integer(0),
            Value::Integer(0),
            text("it's"),
            text("text"),
            Value::Integer(1),
        ];
        assert_eq!(found, expected, "{engine:?}");
        if engine == Engine::Mysql {
            assert_eq!(number(&mut *connection, "SELECT @@sql_generate_invisible_primary_key").await, 0);
        }
        connection.close().await.unwrap();
        // Not every user may change all of it.
        let user = User::create(&database, "IDENTIFIED BY 'x'");
        let url = as_user(database.url(), &format!("{}:x", user.name));
        let opened = try_open(&url, Access::Write).await.map(drop).map_err(|error| describe(&error));
        match engine {
            Engine::Mysql => expect!["Permission: the session needs `SET innodb_strict_mode = ON, sql_generate_invisible_primary_key = OFF, explicit_defaults_for_timestamp = ON`, which the user may not do <- Access denied; you need (at least one of) the SYSTEM_VARIABLES_ADMIN or SESSION_VARIABLES_ADMIN privilege(s) for this operation (error 1227)"].assert_eq(&opened.unwrap_err()),
            Engine::Mariadb | Engine::Postgresql => opened.unwrap(),
        }
    }
}
