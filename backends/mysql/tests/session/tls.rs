//! Encryption: every `ssl-mode` against servers with and without it.

use std::{fs, path::Path, process::Command};

use expect_test::{Expect, expect};
use retort_core::backend::{Access, BackendErrorKind, Connection};
use retort_test_servers::{Database, Engine};

use crate::support::{
    User, address_of, as_user, describe, fetch,
    private::{PrivateServer, is_installed},
    refused, schema_changes, text, try_open,
};

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
    let Some(server) = PrivateServer::start(|_| vec!["--skip-ssl".to_owned()]) else {
        return;
    };
    let url = server.url("mysql");
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
    let socket = server.directory().join("socket");
    for mode in ["PREFERRED", "REQUIRED", "VERIFY_IDENTITY"] {
        let url = format!("mariadb://root@/mysql?socket={}&ssl-mode={mode}", socket.display());
        let mut connection = try_open(&url, Access::Write).await.unwrap();
        assert_eq!(text(&mut *connection, "SELECT CURRENT_USER()").await, "root@localhost");
        connection.close().await.unwrap();
    }
}

/// Everything about certificates, on one server that gets one after the other.
#[tokio::test]
async fn certificates_are_verified_as_far_as_the_mode_says() {
    if !is_installed("openssl", "version") {
        return;
    }
    let server = PrivateServer::start(|directory| {
        make_authority(directory, "ca");
        make_authority(directory, "other");
        make_certificate(directory, "server", "DNS:localhost,IP:127.0.0.1");
        make_certificate(directory, "client", "DNS:client");
        let path = |name: &str| directory.join(name).display().to_string();
        vec![
            format!("--ssl-ca={}", path("ca.pem")),
            format!("--ssl-cert={}", path("server.pem")),
            format!("--ssl-key={}", path("server.key")),
            "--require-secure-transport=ON".to_owned(),
            "--plugin-load-add=auth_ed25519".to_owned(),
        ]
    });
    let Some(server) = server else { return };
    let directory = server.directory();
    let url = |parameters: &str| format!("{}?{parameters}", server.url("mysql"));
    let ca = format!("ssl-ca={}", directory.join("ca.pem").display());
    let other = format!("ssl-ca={}", directory.join("other.pem").display());

    check_refused(&url("ssl-mode=DISABLED"), expect!["Authentication: Access denied for user 'root'@'localhost' (using password: NO); the server may demand TLS, which `ssl-mode=DISABLED` rules out"]).await;
    for parameters in ["", "ssl-mode=REQUIRED", &ca, &format!("{ca}&ssl-mode=VERIFY_IDENTITY")] {
        assert_ne!(cipher(&url(parameters)).await, "", "{parameters}");
    }
    check_refused(&url(&other), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- invalid peer certificate: UnknownIssuer"]).await;
    check_refused(&url("ssl-mode=VERIFY_CA"), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- invalid peer certificate: UnknownIssuer"]).await;

    let mut admin = try_open(&url(""), Access::Write).await.unwrap();
    let mut reload = async |names: &str| {
        make_certificate(directory, "server", names);
        admin.execute(&schema_changes(&["FLUSH SSL"])).await.unwrap();
    };
    reload("DNS:db.example,DNS:other.example").await;
    assert_ne!(cipher(&url(&ca)).await, "");
    check_refused(&url(&format!("{ca}&ssl-mode=VERIFY_IDENTITY")), expect![[r#"Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_IDENTITY` <- invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("db.example") or DnsName("other.example")"#]]).await;
    reload("DNS:*.db.example").await;
    assert_ne!(cipher(&url(&ca)).await, "");
    check_refused(&url(&other), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- invalid peer certificate: UnknownIssuer"]).await;
    reload("IP:10.9.8.7").await;
    assert_ne!(cipher(&url(&ca)).await, "");
    // The driver cannot do without a name yet.
    reload("").await;
    assert_ne!(cipher(&url("ssl-mode=REQUIRED")).await, "");
    check_refused(&url(&ca), expect!["Connect: the server at ADDRESS did not pass `ssl-mode=VERIFY_CA` <- its certificate names no host (subjectAltName), and without one it cannot be verified"]).await;

    let users = schema_changes(&[
        "CREATE USER known@localhost REQUIRE ISSUER '/CN=ca'",
        "CREATE USER modern@localhost IDENTIFIED VIA ed25519 USING PASSWORD('pässwörd')",
        "GRANT SELECT ON mysql.* TO known@localhost, modern@localhost",
    ]);
    admin.execute(&users).await.unwrap();
    let known = as_user(&url(""), "known");
    assert_eq!(refused(&known).await.kind(), BackendErrorKind::Authentication);
    let identity = format!(
        "ssl-cert={}&ssl-key={}",
        directory.join("client.pem").display(),
        directory.join("client.key").display()
    );
    assert_ne!(cipher(&format!("{known}{identity}")).await, "");
    let modern = as_user(&url(""), "modern:p%C3%A4ssw%C3%B6rd");
    assert_ne!(cipher(&modern).await, "");
    assert_eq!(refused(&as_user(&url(""), "modern:wrong")).await.kind(), BackendErrorKind::Authentication);
    close(admin).await;

    check_files(directory, &url("")).await;
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

async fn close(connection: Box<dyn Connection>) {
    connection.close().await.unwrap();
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
