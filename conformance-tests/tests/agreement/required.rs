//! Test data beside the repository. Where it is missing, what needs it is
//! skipped; in CI it must be there.

use std::{env, fs, io::Write, path::Path};

/// Reads a file of the shared folder beside the repository.
#[track_caller]
pub(crate) fn shared(path: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    if let Ok(text) = fs::read_to_string(&path) {
        return Some(text);
    }
    let message = format!("{} is missing", path.display());
    assert!(env::var("CI").as_deref() != Ok("true"), "{message}");
    // Past the capture of the harness, which shows nothing of a test that passes.
    let line = format!("SKIPPED: {message}\n");
    std::io::stderr().lock().write_all(line.as_bytes()).ok();
    None
}
