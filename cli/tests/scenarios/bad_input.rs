//! Bad input: each is refused with the place and the way out, and changes
//! nothing.

mod database;
mod graph;
mod text;

use expect_test::Expect;

use crate::project::Project;

/// Runs a command that fails with exit code 1, compares its message, and
/// asserts that no file has changed and none has appeared.
#[track_caller]
fn check(project: &mut Project, line: &str, message: Expect) {
    let before = project.files();
    let stderr = project.fails(line, 1);
    message.assert_eq(&stderr);
    let changes = project.files().changes(&before);
    assert!(changes.is_empty(), "$ {line} changed {changes:?}");
}
