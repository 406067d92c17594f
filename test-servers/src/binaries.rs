//! The programs of the engines, installed here or to be installed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Engine, supervisor::User};

/// Where a MySQL that was installed for the tests alone is: Debian has no
/// package of it in its releases.
const MYSQL_ROOT: &str = "/var/cache/retort-test-servers/mysql";

/// The programs of an engine.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    /// The server.
    pub(crate) server: PathBuf,
    /// What makes a new data folder, where that is another program.
    pub(crate) init: Option<PathBuf>,
    /// The system of their own that they are from, and their paths are in.
    pub(crate) root: Option<PathBuf>,
    /// Who must run them, where it is not the user of this process.
    pub(crate) user: Option<User>,
}

impl Binaries {
    /// The words that start one of the programs. One from another system runs
    /// with that system's libraries: its data can be anywhere.
    pub(crate) fn words(&self, program: &Path) -> Vec<String> {
        let Some(root) = &self.root else { return vec![program.display().to_string()] };
        let libraries = root.join(format!("usr/lib/{}-linux-gnu", env::consts::ARCH));
        let entries = fs::read_dir(&libraries).into_iter().flatten().flatten();
        let loader = entries
            .map(|entry| entry.path())
            .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("ld-linux")))
            .unwrap_or_else(|| libraries.join("ld-linux.so"));
        let path = format!("{}:{}", libraries.display(), root.join("usr/lib/mysql/private").display());
        let program = root.join(program.strip_prefix("/").unwrap_or(program));
        vec![loader.display().to_string(), "--library-path".to_owned(), path, program.display().to_string()]
    }
}

/// The programs that are installed, in a version that Retort supports.
pub(crate) fn installed(engine: Engine) -> Option<Binaries> {
    match engine {
        Engine::Postgresql => postgresql(),
        Engine::Mariadb => {
            let server = in_path(&["mariadbd", "mysqld"], "-MariaDB")?;
            let init = which("mariadb-install-db").or_else(|| which("mysql_install_db"));
            Some(Binaries { server, init: Some(init?), root: None, user: None })
        }
        Engine::Mysql => in_path(&["mysqld"], "MySQL")
            .map(|server| Binaries { server, init: None, root: None, user: None })
            .or_else(|| {
                let root = PathBuf::from(MYSQL_ROOT);
                let is_complete = root.join("complete").exists();
                let server = PathBuf::from("/usr/sbin/mysqld");
                is_complete.then_some(Binaries { server, init: None, root: Some(root), user: None })
            }),
    }
}

/// Installs the programs with Debian's packages, as root.
pub(crate) fn install(engine: Engine) -> Result<Binaries, String> {
    if !Path::new("/etc/debian_version").exists() {
        return Err("this is no Debian, where it could be installed".to_owned());
    }
    if !is_root() {
        return Err("only root can install it".to_owned());
    }
    match engine {
        Engine::Postgresql => apt_install(&["postgresql"])?,
        Engine::Mariadb => apt_install(&["mariadb-server"])?,
        Engine::Mysql => install_mysql()?,
    }
    installed(engine).ok_or_else(|| "it was installed but cannot be found".to_owned())
}

/// Makes a small system of Debian's unstable release, which has MySQL, in a
/// folder of its own.
fn install_mysql() -> Result<(), String> {
    apt_install(&["debootstrap"])?;
    let mirror = mirror().unwrap_or_else(|| "http://deb.debian.org/debian".to_owned());
    fs::remove_dir_all(MYSQL_ROOT).ok();
    fs::create_dir_all(MYSQL_ROOT).map_err(|error| error.to_string())?;
    run(Command::new("debootstrap").args(["--variant=minbase", "sid", MYSQL_ROOT, &mirror]))?;
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("chroot");
        command
            .arg(MYSQL_ROOT)
            .arg("apt-get")
            .args(["-o", "Acquire::Check-Valid-Until=false"])
            .args(arguments);
        run(command.env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])?;
    apt(&["install", "-y", "--no-install-recommends", "mysql-server-core"])?;
    fs::write(Path::new(MYSQL_ROOT).join("complete"), "").map_err(|error| error.to_string())
}

/// The mirror that this system is set up with.
fn mirror() -> Option<String> {
    let sources = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
    let text: String = sources.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    let words = text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    let mut mirrors = words.filter(|word| word.starts_with("http") && !word.contains("security"));
    mirrors.next().map(str::to_owned)
}

fn apt_install(packages: &[&str]) -> Result<(), String> {
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        // The servers that the packages start are not ours to use.
        command.env("DEBIAN_FRONTEND", "noninteractive").env("RUNLEVEL", "1");
        run(command.args(["-o", "Acquire::Check-Valid-Until=false"]).args(arguments))
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}

pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let last: Vec<&str> = said.lines().rev().take(8).collect();
    Err(format!("{command:?}: {}: {}", output.status, last.into_iter().rev().collect::<Vec<_>>().join("\n")))
}

pub(crate) fn is_root() -> bool {
    output("id", &["-u"]).is_some_and(|id| id.trim() == "0")
}

fn postgresql() -> Option<Binaries> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for pattern in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr"] {
        let entries = fs::read_dir(pattern).into_iter().flatten().flatten();
        folders.extend(
            entries
                .map(|entry| entry.path().join("bin"))
                .filter(|bin| bin.join("initdb").exists() && bin.join("postgres").exists()),
        );
    }
    folders.extend(which("initdb").and_then(|path| path.parent().map(Path::to_owned)));
    let version = |folder: &PathBuf| {
        let text = output(folder.join("postgres").to_str()?, &["--version"])?;
        numbers(&text).first().copied()
    };
    let newest = folders
        .into_iter()
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .filter(|(version, _)| *version >= 13)
        .max()?
        .1;
    // PostgreSQL refuses to be run by root.
    let user = if is_root() { Some(user("postgres").or_else(|| user("nobody"))?) } else { None };
    Some(Binaries { server: newest.join("postgres"), init: Some(newest.join("initdb")), root: None, user })
}

/// The first of the programs whose version names the product and is recent.
fn in_path(names: &[&str], product: &str) -> Option<PathBuf> {
    names.iter().find_map(|name| {
        let path = which(name)?;
        let text = output(path.to_str()?, &["--version"])?;
        let is_mariadb = text.contains("MariaDB");
        let wants_mariadb = product.contains("MariaDB");
        let version = numbers(text.split("Ver").nth(1)?);
        let oldest: [u32; 2] = if wants_mariadb { [10, 6] } else { [8, 4] };
        (is_mariadb == wants_mariadb && version.as_slice() >= oldest.as_slice()).then_some(path)
    })
}

fn user(name: &str) -> Option<User> {
    let id = |flag| output("id", &[flag, name])?.trim().parse().ok();
    Some(User { uid: id("-u")?, gid: id("-g")? })
}

fn which(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The numbers of the first version in a text.
fn numbers(text: &str) -> Vec<u32> {
    let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let version = text[start..].split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or_default();
    version.split('.').filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        let check = |text: &str, expected: &[u32]| assert_eq!(numbers(text), expected, "{text}");
        check("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", &[15, 18]);
        check(" 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu", &[10, 11, 19]);
        check(" 9.7.4-2 for Linux on x86_64 ((Debian))", &[9, 7, 4]);
        check("no version", &[]);
    }
}
