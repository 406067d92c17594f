//! Server processes that end when the process that started them does.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Starts the server, obeys what it reads, and cleans up when there is no more
/// to read: its input ends with the process at the other end, however that
/// dies. Arguments: the folder to remove, the log, the server's command.
const SCRIPT: &str = r#"
directory=$1 log=$2
shift 2
start() { "$@" </dev/null >>"$log" 2>&1 & pid=$!; }
start "$@"
while read -r order; do
    case $order in
    start) start "$@" ;;
    *) kill "-$order" "$pid" 2>/dev/null; wait "$pid" 2>/dev/null ;;
    esac
    echo done
done
kill -9 "$pid" 2>/dev/null
wait "$pid" 2>/dev/null
rm -rf "$directory"
"#;

/// A server process.
#[derive(Debug)]
pub(crate) struct Supervisor {
    // Closing the input ends the server, so nobody waits for the process.
    _child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Who runs a server: the user of this process, or another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Supervisor {
    /// Starts a server whose files are all in `directory`, which goes with it.
    pub(crate) fn start(directory: &Path, server: &[String], user: Option<User>) -> io::Result<Self> {
        let log = directory.join("log");
        File::create(&log)?;
        let mut command = Command::new("sh");
        command.arg("-c").arg(SCRIPT).arg("sh").arg(directory).arg(&log).args(server);
        command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Ctrl-C is for the tests; the servers end with them.
        command.process_group(0);
        if let Some(User { uid, gid }) = user {
            command.uid(uid).gid(gid);
            std::os::unix::fs::chown(&log, Some(uid), Some(gid))?;
        }
        let mut child = command.spawn()?;
        let orders = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let answers = BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?);
        Ok(Self { _child: child, orders, answers })
    }

    /// Sends a signal, such as `9`, and waits until the server is gone.
    pub(crate) fn end(&mut self, signal: &str) -> io::Result<()> {
        self.order(signal)
    }

    /// Starts the server again.
    pub(crate) fn start_again(&mut self) -> io::Result<()> {
        self.order("start")
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        writeln!(self.orders, "{order}")?;
        self.orders.flush()?;
        self.answers.read_line(&mut String::new()).map(drop)
    }
}
