//! Servers of our own: private data on a free port of the loopback interface.

use std::{
    fs, io,
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Engine, admin,
    binaries::{self, Binaries},
    find,
    supervisor::Supervisor,
};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of our own, which ends with the value or the process, whichever
/// goes first, and leaves nothing behind.
#[derive(Debug)]
pub struct PrivateServer {
    engine: Engine,
    url: String,
    port: u16,
    supervisor: Supervisor,
}

impl PrivateServer {
    /// Starts a server for one test alone, which may kill it.
    ///
    /// # Panics
    ///
    /// Panics if the engine is not installed or does not start.
    pub fn start(engine: Engine) -> Self {
        let binaries = find::binaries(engine);
        match Self::start_with(engine, &binaries, &std::env::temp_dir(), &[]) {
            Ok(server) => server,
            Err(error) => panic!("cannot start {}: {error}", engine.name()),
        }
    }

    /// As [`start`](Self::start), with further arguments for the server and its
    /// data in a folder in `parent`.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    pub fn start_in(engine: Engine, parent: &Path, arguments: &[&str]) -> Self {
        let binaries = find::binaries(engine);
        match Self::start_with(engine, &binaries, parent, arguments) {
            Ok(server) => server,
            Err(error) => panic!("cannot start {}: {error}", engine.name()),
        }
    }

    pub(crate) fn start_with(
        engine: Engine,
        binaries: &Binaries,
        parent: &Path,
        arguments: &[&str],
    ) -> Result<Self, String> {
        // Another process may take the port between the look and the start.
        let mut last = String::new();
        for _ in 0..3 {
            match Self::try_start(engine, binaries, parent, arguments) {
                Ok(server) => return Ok(server),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn try_start(
        engine: Engine,
        binaries: &Binaries,
        parent: &Path,
        arguments: &[&str],
    ) -> Result<Self, String> {
        let port = free_port().map_err(|error| error.to_string())?;
        let directory = new_directory(binaries, parent).map_err(|error| error.to_string())?;
        let mut command = server_command(engine, binaries, &directory, port);
        command.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        // MySQL takes this one from its first day on.
        let of_data: Vec<&str> =
            arguments.iter().copied().filter(|it| it.starts_with("--lower-case-table-names")).collect();
        initialize(engine, binaries, &directory, &of_data).inspect_err(|_| {
            fs::remove_dir_all(&directory).ok();
        })?;
        let supervisor =
            Supervisor::start(&directory, &command, binaries.user).map_err(|error| error.to_string())?;
        let url = match engine {
            Engine::Postgresql => format!("postgresql://postgres@127.0.0.1:{port}"),
            Engine::Mysql => format!("mysql://root@127.0.0.1:{port}"),
            Engine::Mariadb => format!("mariadb://root@127.0.0.1:{port}"),
        };
        let server = Self { engine, url, port, supervisor };
        server.wait_until_ready().map_err(|error| {
            let log = fs::read_to_string(directory.join("log")).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(8).collect();
            format!("{error}\n{}", last.into_iter().rev().collect::<Vec<_>>().join("\n"))
        })?;
        Ok(server)
    }

    /// Its URL, without a database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its port on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it with SIGKILL.
    ///
    /// # Panics
    ///
    /// Panics if it has not been started.
    pub fn kill(&mut self) {
        self.supervisor.end("9").unwrap_or_else(|error| panic!("{error}"));
    }

    /// Starts it again on the same data and port, and waits until it answers.
    ///
    /// # Panics
    ///
    /// Panics if it does not.
    pub fn start_again(&mut self) {
        self.supervisor.start_again().unwrap_or_else(|error| panic!("{error}"));
        self.wait_until_ready().unwrap_or_else(|error| panic!("{error}"));
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let begun = Instant::now();
        let url = match self.engine {
            Engine::Postgresql => format!("{}/postgres", self.url),
            Engine::Mysql | Engine::Mariadb => self.url.clone(),
        };
        loop {
            match admin::try_run(self.engine, &url, "SELECT 1") {
                Ok(()) => return Ok(()),
                Err(error) if begun.elapsed() > PATIENCE => return Err(error.to_string()),
                // There is nothing to wait on but the port.
                Err(_) => thread::sleep(Duration::from_millis(25)),
            }
        }
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A folder of its own.
fn new_directory(binaries: &Binaries, parent: &Path) -> io::Result<PathBuf> {
    let directory = tempfile::Builder::new().prefix("retort-server-").tempdir_in(parent)?.keep();
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700))?;
    if let Some(user) = binaries.user {
        chown(&directory, Some(user.uid), Some(user.gid))?;
    }
    Ok(directory)
}

fn initialize(engine: Engine, binaries: &Binaries, directory: &Path, further: &[&str]) -> Result<(), String> {
    use std::os::unix::process::CommandExt;
    let data = directory.join("data").display().to_string();
    // Both clear their folder for temporary files, for this too.
    let temporary = format!("--tmpdir={}", directory.display());
    let arguments: Vec<String> = match engine {
        Engine::Postgresql => {
            // Of plain C, upper() and lower() would leave all but ASCII as it is.
            ["-D", &data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
                .map(str::to_owned)
                .to_vec()
        }
        Engine::Mariadb => vec![
            "--no-defaults".to_owned(),
            format!("--datadir={data}"),
            temporary,
            "--auth-root-authentication-method=normal".to_owned(),
            "--skip-test-db".to_owned(),
            "--innodb-flush-log-at-trx-commit=0".to_owned(),
        ],
        Engine::Mysql => vec![
            "--no-defaults".to_owned(),
            format!("--datadir={data}"),
            temporary,
            "--innodb-use-native-aio=0".to_owned(),
            "--innodb-redo-log-capacity=8388608".to_owned(),
            "--initialize-insecure".to_owned(),
        ],
    };
    let mut words = binaries.words(binaries.init.as_ref().unwrap_or(&binaries.server));
    words.extend(arguments);
    words.extend(further.iter().map(|&argument| argument.to_owned()));
    words.extend(base(binaries));
    if engine != Engine::Postgresql && binaries::is_root() {
        words.push("--user=root".to_owned());
    }
    let mut command = Command::new(&words[0]);
    // MariaDB clears its folder for temporary files when it starts, here too: in
    // that of the system, it takes away those of other servers.
    command.args(&words[1..]).current_dir("/").env("TMPDIR", directory);
    if let Some(user) = binaries.user {
        command.uid(user.uid).gid(user.gid);
    }
    binaries::run(&mut command)
}

/// Where a server from another system finds its messages and plugins.
fn base(binaries: &Binaries) -> Option<String> {
    binaries.root.as_ref().map(|root| format!("--basedir={}", root.join("usr").display()))
}

/// What starts the server. What makes data safe against a power cut costs time
/// and is of no use here; what makes it safe against a kill stays.
fn server_command(engine: Engine, binaries: &Binaries, directory: &Path, port: u16) -> Vec<String> {
    let data = directory.join("data").display().to_string();
    let mut words = binaries.words(&binaries.server);
    let with =
        |words: &mut Vec<String>, more: &[&str]| words.extend(more.iter().map(|word| (*word).to_owned()));
    match engine {
        Engine::Postgresql => {
            with(&mut words, &["-D", &data, "-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
            with(&mut words, &["-c", "fsync=off", "-c", "max_connections=300"]);
        }
        Engine::Mysql | Engine::Mariadb => {
            let socket = directory.join("socket").display().to_string();
            let pid = directory.join("pid").display().to_string();
            with(&mut words, &["--no-defaults", "--bind-address=127.0.0.1", "--max-connections=300"]);
            words.push(format!("--datadir={data}"));
            words.push(format!("--port={port}"));
            words.push(format!("--socket={socket}"));
            words.push(format!("--pid-file={pid}"));
            // They clear their folder for temporary files when they start.
            words.push(format!("--tmpdir={}", directory.display()));
            // Written to the system at each commit, and to the disk when it likes.
            with(&mut words, &["--innodb-flush-log-at-trx-commit=2"]);
            if engine == Engine::Mysql {
                with(&mut words, &["--secure-file-priv=NULL", "--innodb-use-native-aio=0", "--mysqlx=OFF"]);
                with(&mut words, &["--disable-log-bin", "--innodb-redo-log-capacity=67108864"]);
            }
            words.extend(base(binaries));
            if binaries::is_root() {
                with(&mut words, &["--user=root"]);
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Database;

    /// Another server may have its temporary tables in the system's folder.
    #[test]
    fn a_new_server_clears_no_folder_of_others() {
        let name = format!("#sql-temptable-ffff-{:x}-0.MAI", std::process::id());
        let theirs = std::env::temp_dir().join(name);
        fs::write(&theirs, "").unwrap();
        drop(PrivateServer::start(Engine::Mariadb));
        let is_there = theirs.exists();
        fs::remove_file(&theirs).ok();
        assert!(is_there, "{} is gone", theirs.display());
    }

    #[test]
    fn a_killed_server_comes_back_with_its_data() {
        for engine in Engine::ALL {
            let mut server = PrivateServer::start(engine);
            let database = Database::create_on(engine, server.url());
            database.run("CREATE TABLE t (a INTEGER)");
            server.kill();
            assert!(admin::try_run(engine, database.url(), "SELECT 1").is_err(), "{engine:?}");
            server.start_again();
            database.run("INSERT INTO t VALUES (1)");
        }
    }

    /// MySQL and MariaDB remove what they take for their own in the folder for
    /// temporary files: tables that a server is at work on, if they share it.
    #[test]
    fn a_new_server_leaves_the_temporary_files_of_others() {
        let name = format!("#sql-temptable-retort-{}.MAI", std::process::id());
        let file = std::env::temp_dir().join(name);
        for engine in Engine::ALL.into_iter().filter(|engine| engine.is_available()) {
            fs::write(&file, "").unwrap();
            drop(PrivateServer::start(engine));
            assert!(fs::remove_file(&file).is_ok(), "{engine:?}");
        }
    }
}
