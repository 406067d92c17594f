//! A disk that is full, and a run that goes on once there is room.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use retort_test_servers::{Database, Engine, PrivateServer};

use crate::{on_each_engine, project::Project};

on_each_engine!(a_disk_that_fills_up);

const MIB: u64 = 1 << 20;

/// What the revisions need, three times over, beside an empty database.
const SIZE: u64 = 48 * MIB;

/// A table that comes to 8 MiB and more.
fn revisions() -> [(&'static str, String); 2] {
    let create = "-- @upgrade
CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, text VARCHAR(1000));
-- @downgrade
DROP TABLE t;";
    let double = |power: u32| {
        let rows = 1 << power;
        format!("INSERT INTO t SELECT id + {rows}, text FROM t;\n")
    };
    let grow: String = (0..13).map(double).collect();
    let text = "x".repeat(1000);
    let fill = format!(
        "-- @upgrade\nCREATE TABLE u (id INTEGER);\nINSERT INTO t VALUES (1, '{text}');\n{grow}\
         CREATE INDEX ix_t_text ON t (id, text);\n-- @downgrade\nDROP INDEX ix_t_text;\nDELETE FROM t;\nDROP TABLE u;"
    );
    [("aaaa", create.to_owned()), ("bbbb", fill)]
}

fn a_disk_that_fills_up(engine: Engine) {
    let mut server = PrivateServer::start(engine);
    // From one that has no room for the tables of Retort itself to one that
    // has none for the last of the rows.
    for room in [0, MIB / 8, 3 * MIB, 8 * MIB] {
        let Some(Fixture { project, disk }) = &Fixture::on(&server, engine) else { return };
        let ballast = disk.fill_but(room);
        // It fails again in the same way, not in another.
        let has_died = (0..2).any(|_| {
            let said = project.fails("upgrade head");
            // MariaDB may die where it has no room to undo the rows that it has
            // no room for ("Out of disk space in rollback").
            if engine == Engine::Mariadb && room > MIB && said.contains(" was lost ") {
                return true;
            }
            check_full(room, &said);
            false
        });
        fs::remove_file(ballast).unwrap();
        if has_died {
            server.kill();
            server.start_again();
        }
        project.ok("upgrade head");
        let rows = project.database.rows("SELECT count(*), max(id) FROM t");
        assert_eq!(rows, ["8192|8192"], "{room}");
        assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["bbbb"], "{room}");
        let done = "SELECT revision FROM retort_journal WHERE outcome = 'done' ORDER BY revision";
        assert_eq!(project.database.rows(done), ["aaaa", "bbbb"], "{room}");
        project.ok("downgrade base");
    }
}

#[track_caller]
fn check_full(room: u64, said: &str) {
    let is_clear = ["full", "No space left", "No more room"].iter().any(|words| said.contains(words));
    assert!(is_clear, "{room}: {said}");
    assert!(said.contains("hint: make room"), "{room}: {said}");
}

/// A project whose database is on a disk of its own.
struct Fixture {
    // Goes first: a server may not survive the loss of a disk that it uses.
    project: Project,
    disk: Disk,
}

impl Fixture {
    fn on(server: &PrivateServer, engine: Engine) -> Option<Self> {
        let project = Project::on(Database::create_on(engine, server.url()), &[]);
        let mut parent = None;
        for (id, body) in &revisions() {
            project.revision(id, parent, body);
            parent = Some(id);
        }
        let disk = Disk::under(&project.database)?;
        Some(Self { project, disk })
    }
}

/// Mounts, says so, and unmounts when there is no more to read: when the value
/// is dropped, or the process is gone. What is in use goes once it no longer is.
const SCRIPT: &str = r#"
mount -t tmpfs -o "size=$2,mode=0700" retort-test "$1" || exit 1
echo mounted
read -r _
umount -l "$1"
"#;

/// A small disk of its own for the tables of a database.
///
/// Logs are elsewhere: a server that cannot write those stops, or waits for
/// room, whatever a client does.
struct Disk {
    path: PathBuf,
    mount: Child,
}

impl Disk {
    /// Puts a disk under a database, which is empty. Says on stderr why it
    /// cannot, where it is not allowed to.
    fn under(database: &Database) -> Option<Self> {
        match database.engine() {
            Engine::Postgresql => {
                let data = PathBuf::from(&database.rows("SHOW data_directory")[0]);
                let path = data.parent().unwrap().join(database.name());
                fs::create_dir(&path).unwrap();
                let disk = Self::mount(&path)?;
                let owner = fs::metadata(&data).unwrap();
                chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
                let name = database.name();
                let server = database.url().rsplit_once('/').unwrap().0;
                let run = |sql: &str| {
                    // The database must not be in use.
                    let elsewhere = Database::create_on(Engine::Postgresql, server);
                    elsewhere.run(sql);
                };
                run(&format!("CREATE TABLESPACE {name} LOCATION '{}'", path.display()));
                run(&format!("ALTER DATABASE {name} SET TABLESPACE {name}"));
                Some(disk)
            }
            Engine::Mysql | Engine::Mariadb => {
                let data = PathBuf::from(&database.rows("SELECT @@datadir")[0]);
                let path = data.join(database.name());
                // MariaDB keeps the defaults of the database there.
                let options = path.join("db.opt");
                let kept = fs::read(&options).ok();
                let owner = fs::metadata(&data).unwrap();
                let disk = Self::mount(&path)?;
                chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
                if let Some(kept) = kept {
                    fs::write(options, kept).unwrap();
                }
                Some(disk)
            }
        }
    }

    fn mount(path: &Path) -> Option<Self> {
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg("sh").arg(path).arg(SIZE.to_string()).process_group(0);
        let mut mount = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(mount.stdout.take().unwrap()).read_line(&mut said).unwrap();
        if said.trim() == "mounted" {
            return Some(Self { path: path.to_owned(), mount });
        }
        mount.wait().unwrap();
        writeln!(io::stderr(), "skipped: tests of full disks, because this process cannot mount one").ok();
        None
    }

    /// Leaves so much room, and returns the file that takes up the rest.
    fn fill_but(&self, room: u64) -> PathBuf {
        let path = self.path.join("ballast");
        let mut file = File::create(&path).unwrap();
        let page = [1; 4096];
        let full = loop {
            if let Err(error) = file.write_all(&page) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::StorageFull, "{full}");
        let length = file.metadata().unwrap().len();
        file.set_len(length - room).unwrap();
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.mount.stdin.take());
        self.mount.wait().ok();
    }
}
