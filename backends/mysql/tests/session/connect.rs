//! Connecting: what the server is, and everything that can be wrong.

use std::time::Instant;

use expect_test::{Expect, expect};
use retort_core::backend::{Access, BackendErrorKind, Statement};
use retort_test_servers::Database;

use crate::support::{
    User, address_of, as_user, at_address, describe,
    fake::{self, Act},
    is_mysql, number, open, refused, text, try_open,
};

on_both! {
    the_real_server_counts_not_the_scheme
    wrong_credentials_are_told_apart_from_a_missing_database
    every_authentication_plugin_of_the_server_works
    a_user_without_privileges_for_settings_gets_a_session
    a_host_may_be_a_name
    a_session_for_reading_cannot_write
    debug_texts_have_no_password
}

async fn the_real_server_counts_not_the_scheme(database: Database) {
    for scheme in ["mysql", "mariadb", "mysql+pymysql", "mariadb+mariadbconnector"] {
        let (_, rest) = database.url().split_once(':').unwrap();
        let connection = try_open(&format!("{scheme}:{rest}"), Access::Read).await.unwrap();
        assert_eq!(connection.backend().name(), database.engine().name());
        connection.close().await.unwrap();
    }
}

async fn wrong_credentials_are_told_apart_from_a_missing_database(database: Database) {
    let user = User::create(&database, "IDENTIFIED BY 'right'");
    let check = async |url: String, expected: Expect| {
        let shown = describe(&refused(&url).await);
        assert!(!shown.contains("wrong") && !shown.contains("right"), "{shown}");
        let shown = shown.replace(&user.name, "USER").replace(database.name(), "DATABASE");
        expected.assert_eq(&shown.replace(address_of(&url), "ADDRESS"));
    };
    let url = as_user(database.url(), &format!("{}:wrong", user.name));
    check(url, expect!["Authentication: Access denied for user 'USER'@'localhost' (using password: YES)"])
        .await;
    // MySQL asks them for some plugin or other.
    let error = refused(&as_user(database.url(), "nobody_knows:wrong")).await;
    assert_eq!(error.kind(), BackendErrorKind::Authentication);
    let url = as_user(database.url(), &format!("{}:right", user.name));
    check(
        url.replace(database.name(), "no_such_database"),
        expect!["Authentication: Access denied for user 'USER'@'localhost' to database 'no_such_database'"],
    )
    .await;
    let url = database.url().replace(database.name(), "no_such_database");
    let error = refused(&url).await;
    assert_eq!(error.kind(), BackendErrorKind::DatabaseMissing);
    assert_eq!(
        error.to_string(),
        format!("there is no database `no_such_database` on the server at {}", address_of(&url))
    );
}

async fn every_authentication_plugin_of_the_server_works(database: Database) {
    let plugins: &[&str] = if is_mysql(&database) {
        &["IDENTIFIED WITH caching_sha2_password BY 'pässwörd:/?#@%'"]
    } else {
        // What MariaDB has beside it must be installed: see `tls`.
        &["IDENTIFIED VIA mysql_native_password USING PASSWORD('pässwörd:/?#@%')"]
    };
    let password = "p%C3%A4ssw%C3%B6rd:%2F%3F%23@%25";
    for plugin in plugins {
        let user = User::create(&database, plugin);
        let url = as_user(database.url(), &format!("{}:{password}", user.name));
        // The first time in full, encrypted or not, then by what the server
        // remembers.
        let modes = ["DISABLED", "DISABLED", "PREFERRED", "PREFERRED"];
        for mode in if plugin.contains("sha2") { &modes[..] } else { &modes[1..3] } {
            if *mode == "PREFERRED" && is_mysql(&database) {
                database.run("FLUSH PRIVILEGES");
            }
            let mut connection = try_open(&format!("{url}?ssl-mode={mode}"), Access::Write).await.unwrap();
            let current = text(&mut *connection, "SELECT CURRENT_USER()").await;
            assert!(current.starts_with(&user.name), "{plugin} {mode}: {current}");
            connection.close().await.unwrap();
        }
    }
}

async fn a_user_without_privileges_for_settings_gets_a_session(database: Database) {
    let user = User::create(&database, "IDENTIFIED BY 'x'");
    let url = as_user(database.url(), &format!("{}:x", user.name));
    for access in [Access::Read, Access::Write] {
        let connection = try_open(&url, access).await.unwrap();
        connection.close().await.unwrap();
    }
}

async fn a_host_may_be_a_name(database: Database) {
    let port = address_of(database.url()).rsplit_once(':').unwrap().1;
    let url = at_address(database.url(), &format!("localhost:{port}"));
    try_open(&url, Access::Read).await.unwrap().close().await.unwrap();
}

async fn a_session_for_reading_cannot_write(database: Database) {
    database.run("CREATE TABLE t (a INTEGER)");
    let mut connection = try_open(database.url(), Access::Read).await.unwrap();
    for sql in ["INSERT INTO t VALUES (1)", "DROP TABLE t", "CREATE TABLE u (a INTEGER)"] {
        let error = connection.fetch(&Statement::new(sql)).await.unwrap_err();
        assert_eq!(error.kind(), BackendErrorKind::ReadOnly, "{sql}");
    }
    assert_eq!(number(&mut *connection, "SELECT COUNT(*) FROM t").await, 0);
}

async fn debug_texts_have_no_password(database: Database) {
    let user = User::create(&database, "IDENTIFIED BY 'hunter2'");
    let url = as_user(database.url(), &format!("{}:hunter2", user.name));
    let connection = try_open(&url, Access::Write).await.unwrap();
    assert!(!format!("{connection:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused() {
    let check = async |version, expected: Expect| {
        expected.assert_eq(&describe(&refused(&fake::start(Act::Version(version))).await));
    };
    check(
        "5.7.44",
        expect!["Unsupported: the server is MySQL `5.7.44`, and the oldest that is supported is MySQL 8.4"],
    )
    .await;
    check(
        "8.0.36",
        expect!["Unsupported: the server is MySQL `8.0.36`, and the oldest that is supported is MySQL 8.4"],
    )
    .await;
    check("5.5.5-10.5.28-MariaDB-log", expect!["Unsupported: the server is MariaDB `10.5.28-MariaDB-log`, and the oldest that is supported is MariaDB 10.6"]).await;
    for version in ["8.4.0", "9.7.4-2", "5.5.5-10.6.0-MariaDB", "11.4.2-MariaDB"] {
        try_open(&fake::start(Act::Version(version)), Access::Write).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_server_is_named() {
    let check = async |url: String, expected: Expect| {
        let begun = Instant::now();
        let shown = describe(&refused(&format!("{url}?connect-timeout=1")).await);
        assert!(begun.elapsed().as_secs() < 5);
        assert!(!shown.contains("secret"), "{shown}");
        expected.assert_eq(&shown.replace(address_of(&url), "ADDRESS"));
    };
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    check(
        format!("mysql://root:secret@{free}/app"),
        expect![
            "Connect: no MySQL or MariaDB server answers at ADDRESS <- Connection refused (os error 111)"
        ],
    )
    .await;
    check(
        "mysql://root:secret@[::1]:1/app".to_owned(),
        expect![
            "Connect: no MySQL or MariaDB server answers at ADDRESS <- Connection refused (os error 111)"
        ],
    )
    .await;
    check("mysql://root:secret@no-such-host.invalid/app".to_owned(), expect!["Connect: no MySQL or MariaDB server answers at ADDRESS:3306 <- failed to lookup address information: Name or service not known"]).await;
    check(fake::start(Act::Banner(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n")), expect!["Connect: no MySQL or MariaDB server answers at ADDRESS <- Packet is larger than max_allowed_packet"]).await;
    check(fake::start(Act::Banner(b"HTTP/1.1 400 Bad Request\r\n\r\n")), expect!["Connect: no MySQL or MariaDB server answers at ADDRESS <- Packet is larger than max_allowed_packet"]).await;
    check(
        fake::start(Act::Silence),
        expect!["Connect: the server at ADDRESS did not answer within 1 s (`connect-timeout`)"],
    )
    .await;
    check(
        fake::start(Act::HangUp),
        expect![
            "Connect: no MySQL or MariaDB server answers at ADDRESS <- it was closed from the other side"
        ],
    )
    .await;
    check(
        fake::start(Act::Banner(b"\x17\x00\x00\x00\xff\x10\x04Too many connections")),
        expect!["Connect: the server at ADDRESS refused the connection: Too many connections"],
    )
    .await;
    let error = refused("mysql://root:secret@h/app?socket=/no/such.sock").await;
    assert_eq!(error.to_string(), "no MySQL or MariaDB server answers at /no/such.sock");
}

#[tokio::test]
async fn an_authentication_plugin_that_is_not_known_is_an_error() {
    let check = async |plugin, expected: Expect| {
        expected.assert_eq(&describe(&refused(&fake::start(Act::Plugin(plugin))).await));
    };
    check("authentication_ldap_sasl_client", expect!["Authentication: the server asks for authentication by `authentication_ldap_sasl_client`, which is not supported"]).await;
    check("mysql_clear_password", expect!["Authentication: the server asks for the password in a form that is not safe to send <- mysql_clear_password must be enabled on the client side"]).await;
    check("mysql_old_password", expect!["Authentication: the server asks for the password in a form that is not safe to send <- `mysql_old_password` plugin is insecure and disabled by default"]).await;
    check("client_ed25519", expect!["Authentication: Access denied for user 'root'@'localhost'"]).await;
    check("parsec", expect!["Authentication: Access denied for user 'root'@'localhost'"]).await;
    check("sha256_password", expect!["Authentication: the server asks for authentication by `sha256_password`, which is not supported; MySQL asks users that do not exist for it, too"]).await;
}

#[tokio::test]
async fn a_database_name_needs_no_quotes() {
    // The name goes into no SQL text.
    let database = Database::create(retort_test_servers::Engine::Mariadb);
    let name = format!("{}_`\"'\\ é", database.name());
    let quoted = format!("`{}`", name.replace('`', "``"));
    database.run(&format!("CREATE DATABASE {quoted}"));
    let encoded: String = name.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let mut connection =
        try_open(&database.url().replace(database.name(), &encoded), Access::Write).await.unwrap();
    assert_eq!(text(&mut *connection, "SELECT DATABASE()").await, name);
    connection.lock("retort", std::time::Duration::ZERO).await.unwrap();
    connection.close().await.unwrap();
    let connection = open(&database).await;
    connection.close().await.unwrap();
    database.run(&format!("DROP DATABASE {quoted}"));
}
