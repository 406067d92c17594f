//! A MariaDB server of a test's own, which it may set up and kill as it likes.

use std::{
    fs,
    io::{self, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub(crate) struct PrivateServer {
    directory: TempDir,
    process: Child,
    port: u16,
}

impl PrivateServer {
    /// Starts a server with further options, or says that the test is skipped
    /// because none is installed.
    pub(crate) fn start(prepare: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        if !is_installed("mariadbd", "--version") {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let installed = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"])
            .args(user())
            .arg(format!("--datadir={}", data.display()))
            .output()
            .unwrap();
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
        let options = prepare(directory.path());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = spawn(directory.path(), port, &options);
        let mut server = Self { directory, process, port };
        server.wait();
        Some(server)
    }

    /// The URL of a database on the server.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mariadb://root@127.0.0.1:{}/{database}", self.port)
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Kills the server without warning, and waits until it is gone.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts the server again.
    pub(crate) fn restart(&mut self) {
        self.process = spawn(self.directory.path(), self.port, &[]);
        self.wait();
    }

    fn wait(&mut self) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let has_ended = self.process.try_wait().unwrap().is_some();
            if has_ended || begun.elapsed() > Duration::from_secs(60) {
                let log = fs::read_to_string(self.directory.path().join("log")).unwrap_or_default();
                panic!("the server does not start: {log}");
            }
            thread::yield_now();
        }
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Whether a program that a test needs is there. Without it the test is
/// skipped in plain sight, and fails where CI promises to have it.
pub(crate) fn is_installed(program: &str, version: &str) -> bool {
    let is_installed = Command::new(program).arg(version).output().is_ok();
    assert!(is_installed || std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{program} is missing");
    if !is_installed {
        // Past the capture of the harness, which shows nothing of a test that passes.
        let line = format!("SKIPPED: {program} is missing\n");
        io::stderr().lock().write_all(line.as_bytes()).unwrap();
    }
    is_installed
}

fn spawn(directory: &Path, port: u16, options: &[String]) -> Child {
    let log = fs::File::create(directory.join("log")).unwrap();
    Command::new("mariadbd")
        .arg("--no-defaults")
        .args(user())
        .args(["--bind-address=127.0.0.1", "--innodb-buffer-pool-size=16M", "--innodb-log-file-size=8M"])
        .arg(format!("--port={port}"))
        .arg(format!("--datadir={}", directory.join("data").display()))
        .arg(format!("--socket={}", directory.join("socket").display()))
        .args(options)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// A server refuses to run as root unless told so by name.
fn user() -> Option<String> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| {
        use std::os::unix::fs::MetadataExt as _;
        metadata.uid() == 0
    });
    is_root.then(|| "--user=root".to_owned())
}
