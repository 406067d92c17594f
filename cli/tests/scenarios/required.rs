//! What some tests need from the machine: absent, they are skipped in plain
//! sight, and fail where CI promises to have it.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A file of the shared data, if it is there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    present(&path.display().to_string(), path.exists()).then_some(path)
}

/// Whether a program can be run.
pub(crate) fn program(name: &str) -> bool {
    let run = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    present(name, run.is_ok_and(|status| status.success()))
}

fn present(what: &str, is_there: bool) -> bool {
    assert!(is_there || env::var_os("CI").is_none_or(|ci| ci != "true"), "{what} is missing");
    if !is_there {
        // Past the capture of the harness, which shows nothing of a test that passes.
        let line = format!("SKIPPED: {what} is missing\n");
        std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes()).unwrap();
    }
    is_there
}
