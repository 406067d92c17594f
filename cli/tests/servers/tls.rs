//! Encryption that one side demands and the other does not have.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::Path,
};

use expect_test::{Expect, expect};
use rcgen::{CertificateParams, KeyPair};
use retort_test_servers::{Database, Engine, PrivateServer};
use tempfile::TempDir;

use crate::{
    on_each_engine,
    project::{Project, wait_until, written},
};

on_each_engine!(tls_that_the_server_does_not_have, tls_that_the_url_rules_out);

const CREATE: &str = "-- @upgrade
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);
-- @downgrade
DROP TABLE t;";

/// The parameters of a URL that rule TLS out, leave it open, and demand it.
fn parameters(engine: Engine) -> [&'static str; 3] {
    match engine {
        Engine::Postgresql => ["?sslmode=disable", "", "?sslmode=require"],
        Engine::Mysql | Engine::Mariadb => ["?ssl-mode=DISABLED", "", "?ssl-mode=REQUIRED"],
    }
}

#[track_caller]
fn works(project: &Project, parameters: &str) {
    for line in ["upgrade head", "downgrade base"] {
        let url = format!("{}{parameters}", project.database.url());
        let output = project.command(line).env("DATABASE_URL", url).output().unwrap();
        assert!(output.status.success(), "{parameters}: {}", written(&output));
    }
}

#[track_caller]
fn check_refused(project: &Project, parameters: &str, expected: Expect) {
    let url = format!("{}{parameters}", project.database.url());
    let output = project.command("upgrade head").env("DATABASE_URL", url).output().unwrap();
    let said = project.mask(&written(&output));
    assert_eq!(output.status.code(), Some(1), "{said}");
    expected.assert_eq(&said);
}

fn tls_that_the_server_does_not_have(engine: Engine) {
    let files = TempDir::new().unwrap();
    let arguments: &[&str] = match engine {
        Engine::Postgresql => &["-c", "ssl=off"],
        // It makes certificates for itself.
        Engine::Mysql => &["--tls-version="],
        Engine::Mariadb => &["--skip-ssl"],
    };
    // Who runs PostgreSQL must get in.
    fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let server = PrivateServer::start_in(engine, files.path(), arguments);
    let project = Project::on(Database::create_on(engine, server.url()), &[("aaaa", CREATE)]);
    let [disable, open, require] = parameters(engine);
    let expected = match engine {
        Engine::Postgresql => expect![[r#"
            environment default, database postgresql://postgres@127.0.0.1:$PORT/$DATABASE?sslmode=require (from DATABASE_URL)
            error: `127.0.0.1:$PORT` offers no TLS, which `sslmode=require` demands
            hint: check that the database can be reached, and the URL that DATABASE_URL gives
        "#]],
        Engine::Mysql => expect![[r#"
            environment default, database mysql://root@127.0.0.1:$PORT/$DATABASE?ssl-mode=REQUIRED (from DATABASE_URL)
            error: the server at 127.0.0.1:$PORT offers no TLS, which `ssl-mode=REQUIRED` demands
            hint: check that the database can be reached, and the URL that DATABASE_URL gives
        "#]],
        Engine::Mariadb => expect![[r#"
            environment default, database mariadb://root@127.0.0.1:$PORT/$DATABASE?ssl-mode=REQUIRED (from DATABASE_URL)
            error: the server at 127.0.0.1:$PORT offers no TLS, which `ssl-mode=REQUIRED` demands
            hint: check that the database can be reached, and the URL that DATABASE_URL gives
        "#]],
    };
    check_refused(&project, require, expected);
    works(&project, disable);
    works(&project, open);
}

fn tls_that_the_url_rules_out(engine: Engine) {
    let files = TempDir::new().unwrap();
    fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (certificate, key) = certify(files.path());
    let arguments: Vec<String> = match engine {
        Engine::Postgresql => Vec::new(),
        Engine::Mysql | Engine::Mariadb => {
            vec![format!("--ssl-cert={certificate}"), format!("--ssl-key={key}")]
        }
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = PrivateServer::start_in(engine, files.path(), &arguments);
    let project = Project::on(Database::create_on(engine, server.url()), &[("aaaa", CREATE)]);
    // From here on, nobody gets in without, so that this comes last.
    let [disable, open, require] = parameters(engine);
    match engine {
        Engine::Postgresql => demand_on_postgresql(&project, &certificate, &key),
        Engine::Mysql | Engine::Mariadb => project.database.run("SET GLOBAL require_secure_transport = ON"),
    }
    let expected = match engine {
        Engine::Postgresql => expect![[r#"
            environment default, database postgresql://postgres@127.0.0.1:$PORT/$DATABASE?sslmode=disable (from DATABASE_URL)
            error: no pg_hba.conf entry for host "127.0.0.1", user "postgres", database "$DATABASE", no encryption; the server may demand TLS, which `sslmode=disable` rules out
            hint: check that the database can be reached, and the URL that DATABASE_URL gives
        "#]],
        Engine::Mysql => expect![[r#"
            environment default, database mysql://root@127.0.0.1:$PORT/$DATABASE?ssl-mode=DISABLED (from DATABASE_URL)
            error: the server at 127.0.0.1:$PORT demands TLS, which `ssl-mode=DISABLED` did not give it
            hint: check that the database can be reached, and the URL that DATABASE_URL gives
        "#]],
        Engine::Mariadb => expect![[r#"
            environment default, database mariadb://root@127.0.0.1:$PORT/$DATABASE?ssl-mode=DISABLED (from DATABASE_URL)
            error: Access denied for user 'root'@'localhost' (using password: NO); the server may demand TLS, which `ssl-mode=DISABLED` rules out
            hint: check the user and the password that DATABASE_URL gives
        "#]],
    };
    check_refused(&project, disable, expected);
    works(&project, open);
    works(&project, require);
}

/// Writes a certificate that nobody vouches for, and its key.
fn certify(directory: &Path) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (at, key_at) = (directory.join("server.crt"), directory.join("server.key"));
    fs::write(&at, certificate.pem()).unwrap();
    fs::write(&key_at, key.serialize_pem()).unwrap();
    fs::set_permissions(&key_at, fs::Permissions::from_mode(0o600)).unwrap();
    (at.display().to_string(), key_at.display().to_string())
}

fn demand_on_postgresql(project: &Project, certificate: &str, key: &str) {
    let database = &project.database;
    let data = database.rows("SHOW data_directory").remove(0);
    let owner = fs::metadata(&data).unwrap();
    chown(key, Some(owner.uid()), Some(owner.gid())).unwrap();
    let set = |name: &str, value: &str| database.run(&format!("ALTER SYSTEM SET {name} = '{value}'"));
    set("ssl_cert_file", certificate);
    set("ssl_key_file", key);
    set("ssl", "on");
    fs::write(Path::new(&data).join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n").unwrap();
    database.run("SELECT pg_reload_conf()");
    // New sessions are by the new rules once the server has read them.
    wait_until("the reload", || {
        let url = format!("{}?sslmode=disable", database.url());
        !project.command("current").env("DATABASE_URL", url).status().unwrap().success()
    });
}
