//! Encryption: every `ssl-mode` against servers with and without it.

use std::{fs, path::Path, process::Command};

use expect_test::{Expect, expect};
use retort_core::backend::{Access, BackendErrorKind};
use retort_test_servers::{Database, Engine, PrivateServer};

use crate::support::{BOTH, User, address_of, as_user, describe, fetch, refused, text, try_open};

/// The cipher of a session, empty if it has none.
async fn cipher(url: &str) -> String {
    let mut connection =
        try_open(url, Access::Write).await.unwrap_or_else(|error| panic!("{url}: {}", describe(&error)));
    let cipher = match &fetch(&mut *connection, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").await[..] {
        [_, retort_core::backend::Value::Text(cipher)] => cipher.clone(),
        other => panic!("{other:?}"),
    };
    connection.close().await.unwrap();
    cipher
}

async fn check_refused(url: &str, expected: Expect) {
    let error = refused(url).await;
    expected.assert_eq(&describe(&error).replace(address_of(url), "ADDRESS"));
}

#[tokio::test]
async fn a_server_with_encryption_is_spoken_to_in_secret_unless_forbidden() {
    // MySQL makes itself a certificate.
    let database = Database::create(Engine::Mysql);
    let url = database.url();
    for mode in ["", "?ssl-mode=PREFERRED", "?ssl-mode=REQUIRED"] {
        assert_ne!(cipher(&format!("{url}{mode}")).await, "", "{mode}");
    }
    assert_eq!(cipher(&format!("{url}?ssl-mode=DISABLED")).await, "");
    // Nobody trusts it, and it is for no host.
    for mode in ["VERIFY_CA", "VERIFY_IDENTITY"] {
        let error = refused(&format!("{url}?ssl-mode={mode}")).await;
        assert_eq!(error.kind(), BackendErrorKind::Connect);
        assert_eq!(
            error.to_string(),
            format!("the server at {} did not pass `ssl-mode={mode}`", address_of(url))
        );
    }
}

#[tokio::test]
async fn an_account_that_requires_encryption_gets_it() {
    let database = Database::create(Engine::Mysql);
    let user = User::create(&database, "IDENTIFIED BY 'x' REQUIRE SSL");
    let url = as_user(database.url(), &format!("{}:x", user.name));
    assert_ne!(cipher(&url).await, "");
    let error = refused(&format!("{url}?ssl-mode=DISABLED")).await;
    assert_eq!(error.kind(), BackendErrorKind::Authentication);
    let expected = "(using password: YES); the server may demand TLS, which `ssl-mode=DISABLED` rules out";
    assert!(error.to_string().ends_with(expected), "{error}");
}

#[tokio::test]
async fn a_server_without_encryption_serves_who_does_not_insist() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("socket");
    let socket = socket.display();
    let arguments = ["--skip-ssl", &format!("--socket={socket}")];
    let server = PrivateServer::start_in(Engine::Mariadb, directory.path(), &arguments);
    let url = format!("{}/mysql", server.url());
    for mode in ["", "?ssl-mode=PREFERRED", "?ssl-mode=DISABLED"] {
        assert_eq!(cipher(&format!("{url}{mode}")).await, "", "{mode}");
    }
    check_refused(
        &format!("{url}?ssl-mode=REQUIRED"),
        expect!["Connect: the server at ADDRESS offers no TLS, which `ssl-mode=REQUIRED` demands"],
    )
    .await;
    check_refused(
        &format!("{url}?ssl-mode=VERIFY_IDENTITY"),
        expect!["Connect: the server at ADDRESS offers no TLS, which `ssl-mode=VERIFY_IDENTITY` demands"],
    )
    .await;
    // What goes through a file is secret without.
    for mode in ["PREFERRED", "REQUIRED", "VERIFY_IDENTITY"] {
        let url = format!("mariadb://root@/mysql?socket={socket}&ssl-mode={mode}");
        let mut connection = try_open(&url, Access::Write).await.unwrap();
        assert_eq!(text(&mut *connection, "SELECT CURRENT_USER()").await, "root@localhost");
        connection.close().await.unwrap();
    }
}

/// Everything about certificates, on servers that get one after the other.
#[tokio::test]
async fn certificates_are_verified_as_far_as_the_mode_says() {
    let temporary = tempfile::tempdir().unwrap();
    let directory = temporary.path();
    make_authority(directory, "ca");
    make_authority(directory, "other");
    make_certificate(directory, "client", "DNS:client");
    let path = |name: &str| directory.join(name).display().to_string();
    let ca = format!("ssl-ca={}", path("ca.pem"));
    let other = format!("ssl-ca={}", path("other.pem"));
    let identity = format!("ssl-cert={}&ssl-key={}", path("client.pem"), path("client.key"));
    for engine in BOTH {
        make_certificate(directory, "server", "DNS:localhost,IP:127.0.0.1");
        let arguments = [
            format!("--ssl-ca={}", path("ca.pem")),
            format!("--ssl-cert={}", path("server.pem")),
            format!("--ssl-key={}", path("server.key")),
        ];
        let server = PrivateServer::start_in(engine, directory, &arguments.each_ref().map(String::as_str));
        let database = Database::create_on(engine, server.url());
        let url = |parameters: &str| format!("{}?{parameters}", database.url());

        for parameters in ["", "ssl-mode=REQUIRED", &ca, &format!("{ca}&ssl-mode=VERIFY_IDENTITY")] {
            assert_ne!(cipher(&url(parameters)).await, "", "{parameters}");
        }
        check_refused(&url(&other), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- invalid peer certificate: UnknownIssuer"]).await;
        check_refused(&url("ssl-mode=VERIFY_CA"), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- invalid peer certificate: UnknownIssuer"]).await;

        let reload = |names: &str| {
            make_certificate(directory, "server", names);
            database.run(match engine {
                Engine::Mysql => "ALTER INSTANCE RELOAD TLS",
                Engine::Mariadb | Engine::Postgresql => "FLUSH SSL",
            });
        };
        reload("DNS:db.example,DNS:other.example");
        assert_ne!(cipher(&url(&ca)).await, "");
        check_refused(&url(&format!("{ca}&ssl-mode=VERIFY_IDENTITY")), expect![[r#"Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_IDENTITY` <- invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("db.example") or DnsName("other.example")"#]]).await;
        reload("DNS:*.db.example");
        assert_ne!(cipher(&url(&ca)).await, "");
        check_refused(&url(&other), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- invalid peer certificate: UnknownIssuer"]).await;
        reload("IP:10.9.8.7");
        assert_ne!(cipher(&url(&ca)).await, "");
        // The driver cannot do without a name yet.
        reload("");
        assert_ne!(cipher(&url("ssl-mode=REQUIRED")).await, "");
        check_refused(&url(&ca), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- its certificate names no host (subjectAltName), and without one it cannot be verified"]).await;

        let user = User::create(&database, "REQUIRE ISSUER '/CN=ca'");
        let known = as_user(&url(""), &user.name);
        assert_eq!(refused(&known).await.kind(), BackendErrorKind::Authentication);
        assert_ne!(cipher(&format!("{known}{identity}")).await, "");
        drop(user);

        database.run("SET GLOBAL require_secure_transport = 1");
        let error = describe(&refused(&url("ssl-mode=DISABLED")).await)
            .replace(address_of(database.url()), "ADDRESS");
        match engine {
            Engine::Mysql => expect!["Connect: the server at ADDRESS demands TLS, which `ssl-mode=DISABLED` did not give it"].assert_eq(&error),
            Engine::Mariadb | Engine::Postgresql => expect!["Authentication: Access denied for user 'root'@'localhost' (using password: NO); the server may demand TLS, which `ssl-mode=DISABLED` rules out"].assert_eq(&error),
        }
        assert_ne!(cipher(&url("")).await, "");
    }
    let database = Database::create(Engine::Mariadb);
    check_files(directory, &format!("{}?", database.url())).await;
}

#[tokio::test]
async fn mariadb_authenticates_by_ed25519() {
    let arguments = ["--plugin-load-add=auth_ed25519"];
    let server = PrivateServer::start_in(Engine::Mariadb, &std::env::temp_dir(), &arguments);
    let database = Database::create_on(Engine::Mariadb, server.url());
    let user = User::create(&database, "IDENTIFIED VIA ed25519 USING PASSWORD('pässwörd')");
    let url = |password| as_user(database.url(), &format!("{}:{password}", user.name));
    let mut connection = try_open(&url("p%C3%A4ssw%C3%B6rd"), Access::Write).await.unwrap();
    assert!(text(&mut *connection, "SELECT CURRENT_USER()").await.starts_with(&user.name));
    assert_eq!(refused(&url("wrong")).await.kind(), BackendErrorKind::Authentication);
}

/// Files that the URL names and that are not what they should be.
async fn check_files(directory: &Path, url: &str) {
    fs::write(directory.join("empty.pem"), "").unwrap();
    let path = |name: &str| directory.join(name).display().to_string();
    let check = async |parameters: String, expected: Expect| {
        let error = refused(&format!("{url}{parameters}")).await;
        assert_eq!(error.kind(), BackendErrorKind::Url);
        expected.assert_eq(&describe(&error).replace(&directory.display().to_string(), "DIR"));
    };
    check(format!("ssl-ca={}", path("missing.pem")), expect!["Url: `DIR/missing.pem`, which the URL gives as `ssl-ca`, cannot be read <- No such file or directory (os error 2)"]).await;
    check(
        format!("ssl-ca={}", path("empty.pem")),
        expect!["Url: `DIR/empty.pem`, which the URL gives as `ssl-ca`, holds no certificate"],
    )
    .await;
    check(
        format!("ssl-ca={}", path("server.key")),
        expect!["Url: `DIR/server.key`, which the URL gives as `ssl-ca`, holds no certificate"],
    )
    .await;
    let (certificate, key) = (path("client.pem"), path("client.key"));
    check(
        format!("ssl-cert={key}&ssl-key={key}"),
        expect!["Url: `DIR/client.key`, which the URL gives as `ssl-cert`, holds no certificate"],
    )
    .await;
    check(
        format!("ssl-cert={certificate}&ssl-key={certificate}"),
        expect![
            "Url: `DIR/client.pem`, which the URL gives as `ssl-key`, holds no private key <- no items found"
        ],
    )
    .await;
}

fn make_authority(directory: &Path, name: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    openssl(
        directory,
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
            "-keyout",
            &key,
            "-out",
            &certificate,
            "-subj",
            &format!("/CN={name}"),
        ],
    );
}

/// Makes a certificate by the authority `ca` for those names.
fn make_certificate(directory: &Path, name: &str, alternative_names: &str) {
    let (key, request, certificate) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
    openssl(
        directory,
        &[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            &key,
            "-out",
            &request,
            "-subj",
            &format!("/CN={name}"),
        ],
    );
    let extensions = if alternative_names.is_empty() {
        "basicConstraints=CA:FALSE".to_owned()
    } else {
        format!("basicConstraints=CA:FALSE\nsubjectAltName={alternative_names}")
    };
    fs::write(directory.join("extensions"), extensions).unwrap();
    openssl(
        directory,
        &[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "30",
            "-out",
            &certificate,
            "-extfile",
            "extensions",
        ],
    );
}

fn openssl(directory: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
