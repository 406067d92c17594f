//! Private servers, for what must not be done to a shared one.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::support::free_port;

/// Who may log in, and how.
const LOGINS: &str = "
local all all trust
host all postgres 127.0.0.1/32 trust
hostssl all tls_only 127.0.0.1/32 trust
hostnossl all plain_only 127.0.0.1/32 trust
hostssl all certified 127.0.0.1/32 cert
host all scram 127.0.0.1/32 scram-sha-256
host all md5 127.0.0.1/32 md5
host all clear 127.0.0.1/32 password
";

const ROLES: &str = "
CREATE ROLE tls_only LOGIN;
CREATE ROLE plain_only LOGIN;
CREATE ROLE certified LOGIN;
CREATE ROLE stranger LOGIN;
SET password_encryption = 'scram-sha-256';
CREATE ROLE scram LOGIN PASSWORD 'right';
CREATE ROLE clear LOGIN PASSWORD 'right';
SET password_encryption = 'md5';
CREATE ROLE md5 LOGIN PASSWORD 'right';
";

/// A server of its own, stopped with the value, or with the process of the
/// test however that ends.
#[derive(Debug)]
pub(crate) struct Server {
    directory: TempDir,
    port: u16,
    /// Stops the server when its standard input is closed.
    keeper: Child,
}

/// The files of a server that has TLS.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// Its certificates, in PEM form.
    pub(crate) certificate: String,
    /// Its key.
    pub(crate) key: String,
    /// Who certifies clients.
    pub(crate) clients: String,
}

impl Server {
    /// Starts a server, with TLS if it has an identity.
    pub(crate) fn start(identity: Option<&Identity>) -> Self {
        let directory = tempfile::Builder::new().prefix("retort-pg").tempdir().unwrap();
        own(directory.path());
        let data = directory.path().join("data");
        let data_text = data.to_str().unwrap();
        let socket_text = directory.path().to_str().unwrap();
        let initdb = command("initdb")
            .args(["-D", data_text, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"])
            .output()
            .unwrap();
        assert!(initdb.status.success(), "{}", String::from_utf8_lossy(&initdb.stderr));
        fs::write(data.join("pg_hba.conf"), LOGINS).unwrap();
        let mut settings = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{socket_text}'\nfsync = off\n"
        );
        if let Some(Identity { certificate, key, clients }) = identity {
            settings.push_str("ssl = on\nssl_ca_file = 'clients.crt'\n");
            for (name, text) in [("server.crt", certificate), ("server.key", key), ("clients.crt", clients)] {
                let path = data.join(name);
                fs::write(&path, text).unwrap();
                restrict(&path);
            }
        }
        let config = data.join("postgresql.conf");
        settings.insert_str(0, &fs::read_to_string(&config).unwrap());
        fs::write(config, settings).unwrap();
        let port = free_port();
        let mut server = Self { keeper: keep(&data, port), directory, port };
        server.wait_until_ready();
        let roles = command("psql")
            .args(["-h", server.socket_directory(), "-p", &port.to_string(), "-U", "postgres", "-qc", ROLES])
            .output()
            .unwrap();
        assert!(roles.status.success(), "{}", String::from_utf8_lossy(&roles.stderr));
        server
    }

    /// The URL for a user, with parameters.
    pub(crate) fn url(&self, user: &str, parameters: &str) -> String {
        format!("postgresql://{user}@localhost:{}/postgres?hostaddr=127.0.0.1&{parameters}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The directory of its socket.
    pub(crate) fn socket_directory(&self) -> &str {
        self.directory.path().to_str().unwrap()
    }

    /// Kills it without a chance to say anything: `kill -9`.
    pub(crate) fn kill(&self) {
        let pids = fs::read_to_string(self.directory.path().join("data/postmaster.pid")).unwrap();
        let postmaster = pids.lines().next().unwrap();
        let children = fs::read_to_string(format!("/proc/{postmaster}/task/{postmaster}/children"));
        let children = children.unwrap_or_default();
        let status = Command::new("kill")
            .arg("-9")
            .arg(postmaster)
            .args(children.split_whitespace())
            .status()
            .unwrap();
        assert!(status.success());
    }

    fn wait_until_ready(&mut self) {
        let mut output = BufReader::new(self.keeper.stderr.take().unwrap());
        let mut log = String::new();
        while !log.contains("database system is ready to accept connections") {
            let read = output.read_line(&mut log).unwrap();
            assert!(read > 0, "the server did not start: {log}");
        }
        // A server that nobody listens to would block.
        std::thread::spawn(move || output.read_to_end(&mut Vec::new()).ok());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().unwrap();
    }
}

/// Starts a server, and a shell that stops it when this process is gone.
fn keep(data: &Path, port: u16) -> Child {
    let script = r#""$0" -D "$1" -p "$2" </dev/null & server=$!
        read -r _; kill -QUIT $server; wait $server; rm -rf "$1""#;
    as_owner(Command::new("sh"))
        .args(["-c", script])
        .arg(binaries().join("postgres"))
        .arg(data)
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A program of PostgreSQL.
fn command(name: &str) -> Command {
    as_owner(Command::new(binaries().join(name)))
}

/// The directory of the newest programs of PostgreSQL.
fn binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions.map(|version| version.path()).max_by_key(|path| number(path));
    let newest = newest.map(|path| path.join("bin"));
    newest
        .or_else(|| {
            let path = std::env::var_os("PATH")?;
            std::env::split_paths(&path).find(|directory| directory.join("initdb").exists())
        })
        .expect("PostgreSQL's programs are installed")
}

/// The user that a server runs as, which must not be root.
fn owner() -> Option<(u32, u32)> {
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|this| std::os::unix::fs::MetadataExt::uid(&this) == 0);
    if !is_root {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let postgres = users.lines().find(|line| line.starts_with("postgres:")).expect("a user `postgres`");
    let fields: Vec<&str> = postgres.split(':').collect();
    Some((fields[2].parse().unwrap(), fields[3].parse().unwrap()))
}

fn as_owner(mut command: Command) -> Command {
    if let Some((user, group)) = owner() {
        std::os::unix::process::CommandExt::uid(&mut command, user);
        std::os::unix::process::CommandExt::gid(&mut command, group);
    }
    command.current_dir("/");
    command
}

fn own(path: &Path) {
    if let Some((user, group)) = owner() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}

/// Hides a file from everybody but the server.
fn restrict(path: &Path) {
    own(path);
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// What libpq makes of a URL: the answer to a query, if there is one.
pub(crate) fn psql(url: &str, query: &str) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(binaries().join("psql"))
        .args(["-XAtw", "-c", query, url])
        // Without its files in the home directory.
        .env_clear()
        .env("HOME", home.path())
        .output()
        .unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap().trim().to_owned())
}
