//! Reaching a server and logging in, or being told why not.

use expect_test::{Expect, expect};
use retort_core::backend::{Access, BackendErrorKind, Statement};

use crate::{
    proxy::{Proxy, Rule},
    server::Server,
    support::{
        Session, address, at_address, connect, database, describe, expect_failure, free_port, rows, run,
        run_each,
    },
};

/// Shows what became of a login, without what differs from run to run.
async fn check(server: &Server, user: &str, parameters: &str, expected: Expect) {
    check_url(&server.url(user, parameters), &[(server.port(), "PORT")], expected).await;
}

async fn check_url(url: &str, ports: &[(u16, &str)], expected: Expect) {
    let mut text = match connect(url, Access::Write).await {
        Ok(mut session) => rows(&mut session, "SELECT current_user, current_database()").await,
        Err(error) => {
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
            describe(&error)
        }
    };
    for (port, name) in ports {
        text = text.replace(&port.to_string(), name);
    }
    expected.assert_eq(&text);
}

#[tokio::test]
async fn passwords_are_checked_by_every_method() {
    let server = Server::start(None);
    for user in ["scram", "md5", "clear"] {
        let mut session = connect(&server.url(&format!("{user}:right"), ""), Access::Write).await.unwrap();
        assert_eq!(rows(&mut session, "SELECT current_user").await, user);
        for wrong in [format!("{user}:secret"), user.to_owned()] {
            let error = connect(&server.url(&wrong, ""), Access::Write).await.unwrap_err();
            assert_eq!(error.kind(), BackendErrorKind::Authentication, "{error}");
        }
    }
    check(&server, "scram:right", "", expect!["scram|postgres"]).await;
    check(&server, "scram", "password=right", expect!["scram|postgres"]).await;
    check(
        &server,
        "scram:secret",
        "",
        expect![[r#"Authentication: password authentication failed for user "scram""#]],
    )
    .await;
    check(&server, "scram", "", expect!["Authentication: `localhost:PORT` asks for a password and the URL has none (neither PGPASSWORD nor ~/.pgpass is read)"]).await;
    check(
        &server,
        "scram:right",
        "channel_binding=require",
        expect!["Authentication: the login at `localhost:PORT` failed <- server did not use channel binding"],
    )
    .await;
    check(&server, "nobody:secret", "", expect![[r#"Authentication: no pg_hba.conf entry for host "127.0.0.1", user "nobody", database "postgres", no encryption"#]]).await;
    check(&server, "stranger:secret", "sslmode=disable", expect![[r#"Connect: no pg_hba.conf entry for host "127.0.0.1", user "stranger", database "postgres", no encryption; the server may demand TLS, which `sslmode=disable` rules out"#]]).await;
    check(
        &server,
        "postgres",
        "dbname=nowhere",
        expect![[r#"DatabaseMissing: database "nowhere" does not exist on `localhost:PORT`"#]],
    )
    .await;
    check(&server, "postgres", "options=-c%20nonsense=1", expect![[r#"Connect: `localhost:PORT` refuses the connection: unrecognized configuration parameter "nonsense""#]]).await;
    check(
        &server,
        "postgres",
        "sslmode=require",
        expect!["Connect: `localhost:PORT` offers no TLS, which `sslmode=require` demands"],
    )
    .await;
}

#[tokio::test]
async fn a_socket_is_a_host() {
    let server = Server::start(None);
    let (directory, port) = (server.socket_directory(), server.port());
    let ports = [(port, "PORT")];
    let encoded = directory.replace('/', "%2F");
    check_url(
        &format!("postgresql://postgres@{encoded}:{port}/postgres"),
        &ports,
        expect!["postgres|postgres"],
    )
    .await;
    let by_parameter = format!("postgresql://stranger@/postgres?host={directory}&port={port}");
    check_url(&by_parameter, &ports, expect!["stranger|postgres"]).await;
    // Without a database, that of the user's name, of which there is one here.
    check_url(&format!("postgresql://postgres@{encoded}:{port}"), &ports, expect!["postgres|postgres"]).await;
    // As with libpq, a socket is never encrypted.
    check_url(
        &format!("{by_parameter}&sslmode=verify-full&sslrootcert=none"),
        &ports,
        expect!["stranger|postgres"],
    )
    .await;
    let mut session = connect(&by_parameter, Access::Write).await.unwrap();
    session.lock("retort", std::time::Duration::ZERO).await.unwrap();
    run(&mut session, &["SELECT 1"]).await.unwrap();
    check_url("postgresql://u@/db?host=/nowhere", &[], expect!["Connect: no PostgreSQL server accepts connections at `/nowhere/.s.PGSQL.5432` <- No such file or directory (os error 2)"]).await;
}

#[tokio::test]
async fn who_cannot_be_reached_is_named() {
    let database = database();
    let (closed, other) = (free_port(), free_port());
    let ports = [(closed, "PORT"), (other, "OTHER")];
    check_url(&format!("postgresql://u:secret@127.0.0.1:{closed}/db"), &ports, expect!["Connect: no PostgreSQL server accepts connections at `127.0.0.1:PORT` <- Connection refused (os error 111)"]).await;
    check_url(&format!("postgresql://u@127.0.0.1:{closed},localhost:{other}/db"), &ports, expect!["Connect: none of the servers can be used: no PostgreSQL server accepts connections at `127.0.0.1:PORT` (Connection refused (os error 111)); no PostgreSQL server accepts connections at `localhost:OTHER` (Connection refused (os error 111))"]).await;
    check_url("postgresql://u:secret@no-such-host.invalid/db", &[], expect!["Connect: host `no-such-host.invalid` cannot be found <- failed to lookup address information: Name or service not known"]).await;
    // The next host is tried, and the login then counts.
    let reached = database.url();
    let (before, after) = reached.split_once(address(reached)).unwrap();
    let url = format!("{before}127.0.0.1:{closed},{}{after}", address(reached));
    let mut session = connect(&url, Access::Write).await.unwrap();
    assert_eq!(rows(&mut session, "SELECT current_database()").await, database.name());
    let wanted = |wanted: &str| format!("{reached}?target_session_attrs={wanted}");
    for allowed in ["any", "read-write", "primary", "prefer-standby"] {
        connect(&wanted(allowed), Access::Read).await.unwrap();
    }
    let ports = [(address(reached).rsplit_once(':').unwrap().1.parse().unwrap(), "PORT")];
    check_url(
        &wanted("standby"),
        &ports,
        expect!["Connect: `127.0.0.1:PORT` is no server that `target_session_attrs` allows"],
    )
    .await;
    check_url(
        &wanted("read-only"),
        &ports,
        expect!["Connect: `127.0.0.1:PORT` is no server that `target_session_attrs` allows"],
    )
    .await;
}

#[tokio::test]
async fn who_does_not_answer_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("postgresql://u@127.0.0.1:{port}/db?connect_timeout=1");
    check_url(&url, &[(port, "PORT")], expect!["Connect: `127.0.0.1:PORT` did not answer within 1 s"]).await;
}

#[tokio::test]
async fn a_server_of_something_else_is_recognized() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            client.read_u32().await.ok();
            client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.ok();
        }
    });
    let url = format!("postgresql://u@127.0.0.1:{port}/db?sslmode=disable");
    check_url(
        &url,
        &[(port, "PORT")],
        expect!["Connect: `127.0.0.1:PORT` closed the connection during the login <- Connection reset by peer (os error 104)"],
    )
    .await;
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused() {
    let database = database();
    let proxy = Proxy::to(database.url()).await;
    proxy.set(Rule::Version("12.9"));
    let error = connect(proxy.url(), Access::Write).await.unwrap_err();
    assert_eq!(error.kind(), BackendErrorKind::Unsupported);
    let text = error.to_string();
    assert!(text.contains(" runs PostgreSQL 12.9"), "{text}");
    assert!(text.ends_with("the oldest version that is supported is 13"), "{text}");
    proxy.set(Rule::Version("13.0"));
    connect(proxy.url(), Access::Write).await.unwrap();
}

#[tokio::test]
async fn sessions_are_set_up() {
    let database = database();
    database.run(&format!(
        "CREATE SCHEMA app; ALTER DATABASE {0} SET DateStyle = 'SQL, DMY'; \
         ALTER DATABASE {0} SET standard_conforming_strings = off; ALTER DATABASE {0} SET bytea_output = escape; \
         ALTER DATABASE {0} SET statement_timeout = '1h'",
        database.name()
    ));
    let settings = "SELECT name || '=' || setting FROM pg_settings WHERE name IN ('application_name', \
         'client_min_messages', 'standard_conforming_strings', 'DateStyle', 'search_path', 'statement_timeout', \
         'default_transaction_read_only', 'bytea_output', 'client_encoding') ORDER BY name COLLATE \"C\"";
    let mut session = connect(database.url(), Access::Write).await.unwrap();
    expect![[r#"
        DateStyle=ISO, DMY
        application_name=retort
        bytea_output=hex
        client_encoding=UTF8
        client_min_messages=warning
        default_transaction_read_only=off
        search_path="$user", public
        standard_conforming_strings=on
        statement_timeout=3600000"#]]
    .assert_eq(&rows(&mut session, settings).await);
    let url = format!("{}?options=-csearch_path%3Dapp,public&application_name=deploy", database.url());
    let mut session = connect(&url, Access::Read).await.unwrap();
    expect![[r#"
        DateStyle=ISO, DMY
        application_name=deploy
        bytea_output=hex
        client_encoding=UTF8
        client_min_messages=warning
        default_transaction_read_only=off
        search_path=app,public
        standard_conforming_strings=on
        statement_timeout=3600000"#]]
    .assert_eq(&rows(&mut session, settings).await);
    let mut session = connect(&url, Access::Write).await.unwrap();
    run(&mut session, &["CREATE TABLE t ()"]).await.unwrap();
    assert_eq!(rows(&mut session, "SELECT 'app.t'::regclass::text").await, "t");
}

#[tokio::test]
async fn a_session_for_reading_writes_nothing() {
    let database = database();
    database.run("CREATE TABLE t (a int); CREATE SEQUENCE s");
    let mut session = connect(database.url(), Access::Read).await.unwrap();
    assert_eq!(rows(&mut session, "SELECT count(*) FROM t").await, "0i");
    expect_failure(
        run(&mut session, &["INSERT INTO t VALUES (1)"]).await,
        &expect!["statement 0: ReadOnly: cannot execute INSERT in a read-only transaction"],
    );
    expect_failure(
        run(&mut session, &["CREATE TABLE u ()"]).await,
        &expect!["statement 0: ReadOnly: cannot execute CREATE TABLE in a read-only transaction"],
    );
    expect_failure(
        run_each(&mut session, &["DROP TABLE t"]).await,
        &expect![
            "batch: ReadOnly: the session is for reading, and nothing ensures that outside a transaction"
        ],
    );
    let mut check = async |sql: &str| describe(&session.fetch(&Statement::new(sql)).await.unwrap_err());
    expect!["ReadOnly: cannot execute INSERT in a read-only transaction"]
        .assert_eq(&check("INSERT INTO t VALUES (1) RETURNING a").await);
    expect!["ReadOnly: cannot execute nextval() in a read-only transaction"]
        .assert_eq(&check("SELECT nextval('s')").await);
    assert_eq!(rows(&mut session, "SELECT count(*) FROM t").await, "0i");
}

#[tokio::test]
async fn nothing_that_is_shown_holds_the_password() {
    let server = Server::start(None);
    let session = connect(&server.url("scram:right", ""), Access::Write).await.unwrap();
    assert!(!format!("{session:?}").contains("right"));
    let session: Session = session;
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_session_that_is_closed_is_gone() {
    let database = database();
    let session = connect(database.url(), Access::Write).await.unwrap();
    let mut other =
        connect(&at_address(database.url(), address(database.url())), Access::Read).await.unwrap();
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \
                  pid <> pg_backend_pid() AND backend_type = 'client backend'";
    assert_eq!(rows(&mut other, others).await, "1i");
    session.close().await.unwrap();
    while rows(&mut other, others).await != "0i" {
        tokio::task::yield_now().await;
    }
}
