//! Where the servers are: named in the environment, run by Docker, installed,
//! or to be installed; in this order.

use std::{
    env, fs,
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::{
    Engine,
    binaries::{self, Binaries},
    private::PrivateServer,
};

/// A server that the tests use, and where it came from.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) url: String,
    /// Keeps a server of our own running.
    _private: Option<PrivateServer>,
}

/// Finds or starts the server of an engine, and says on stderr what it is.
pub(crate) fn server(engine: Engine) -> Result<Server, String> {
    if let Ok(url) = env::var(engine.variable()) {
        say(engine, &format!("the server that {} names", engine.variable()));
        return Ok(Server { url, _private: None });
    }
    if let Some(url) = docker(engine)? {
        say(engine, "a container of docker-compose.yml");
        return Ok(Server { url, _private: None });
    }
    let binaries = try_binaries(engine)?;
    let private = PrivateServer::start_with(engine, &binaries, &env::temp_dir(), &[])?;
    say(engine, &format!("a private instance of {}", described(&binaries)));
    Ok(Server { url: private.url().to_owned(), _private: Some(private) })
}

/// The programs of an engine, installed if need be.
pub(crate) fn binaries(engine: Engine) -> Binaries {
    match try_binaries(engine) {
        Ok(binaries) => binaries,
        Err(error) => panic!("no {}: {error}", engine.name()),
    }
}

fn try_binaries(engine: Engine) -> Result<Binaries, String> {
    // One process installs; the others wait and then find it.
    let _lock = lock().map_err(|error| error.to_string())?;
    match binaries::installed(engine) {
        Some(binaries) => Ok(binaries),
        None => {
            say(engine, "nothing that is here yet: trying to install it");
            binaries::install(engine)
        }
    }
}

fn lock() -> io::Result<File> {
    let path = env::temp_dir().join("retort-test-servers.lock");
    let file = fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// The URL of the container of an engine, where Docker runs.
fn docker(engine: Engine) -> Result<Option<String>, String> {
    static RUNS: OnceLock<bool> = OnceLock::new();
    let runs = || {
        Command::new("docker").args(["compose", "version"]).output().is_ok_and(|o| o.status.success())
            && Command::new("docker").arg("info").output().is_ok_and(|output| output.status.success())
    };
    if !*RUNS.get_or_init(runs) {
        return Ok(None);
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker-compose.yml");
    let compose = |arguments: &[&str]| {
        let mut command = Command::new("docker");
        command.arg("compose").arg("-f").arg(&file).args(arguments);
        command
    };
    let _lock = lock().map_err(|error| error.to_string())?;
    binaries::run(&mut compose(&["up", "--detach", "--wait", engine.name()]))?;
    let port = match engine {
        Engine::Postgresql => "5432",
        Engine::Mysql | Engine::Mariadb => "3306",
    };
    let output = compose(&["port", engine.name(), port]).output().map_err(|error| error.to_string())?;
    let address = String::from_utf8_lossy(&output.stdout).trim().replace("0.0.0.0", "127.0.0.1");
    let user = match engine {
        Engine::Postgresql => "postgres:retort",
        Engine::Mysql | Engine::Mariadb => "root:retort",
    };
    Ok(Some(format!("{}://{user}@{address}", engine.name())))
}

fn described(binaries: &Binaries) -> String {
    let server: &PathBuf = &binaries.server;
    match &binaries.root {
        Some(root) => format!("{} in {}", server.display(), root.display()),
        None => server.display().to_string(),
    }
}

/// Says what the tests use. Written past the capture of the test harness: it is
/// about the whole run.
fn say(engine: Engine, what: &str) {
    writeln!(io::stderr(), "retort tests on {}: {what}", engine.name()).ok();
}
