//! The first block of the README, as a newcomer copies it.

use std::{fs, path::Path, process::Command};

/// The commands of the block about models.
fn second_block() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let (_, rest) = readme.split_once("## From models").unwrap();
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_second_block_goes_on_from_models() {
    let directory = tempfile::tempdir().unwrap();
    let (stdout, stderr) = run(&format!("{}\n{}", first_block(), second_block()), directory.path());
    assert!(stdout.contains("CREATE TABLE logins (") && stdout.contains("DROP TABLE logins;"), "{stdout}");
    assert!(stderr.contains("Detected added table 'logins'"), "{stderr}");
    assert!(
        stdout.ends_with("No new upgrade operations detected.\nNo drift detected.\n"),
        "{stdout}{stderr}"
    );
}

/// The commands of the block behind the build.
fn first_block() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let (_, rest) = readme.split_once("```sh\n").unwrap();
    let (block, _) = rest.split_once("```").unwrap();
    let (build, rest) = block.split_once("\n\n").unwrap();
    assert!(build.starts_with("cargo build --release --locked"), "{build}");
    rest.to_owned()
}

#[test]
fn the_first_block_upgrades_inspects_and_downgrades() {
    let directory = tempfile::tempdir().unwrap();
    let (stdout, stderr) = run(&first_block(), directory.path());
    assert!(
        stdout.contains("CREATE TABLE \"_retort_new_users\""),
        "the dry run shows the rebuild:\n{stdout}"
    );
    let after_upgrade = "ae1027a6acf0 (head)\n\
                         1975ea83b712 -> ae1027a6acf0 (head), users need an email\n\
                         <base> -> 1975ea83b712, create users\n\
                         1975ea83b712\n";
    assert!(stdout.ends_with(after_upgrade), "{stdout}");
    assert!(stderr.contains("Running downgrade ae1027a6acf0 -> 1975ea83b712"), "{stderr}");
}

/// Runs shell commands, which must all succeed, and returns what they wrote.
fn run(commands: &str, directory: &Path) -> (String, String) {
    let binaries = Path::new(env!("CARGO_BIN_EXE_retort")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", commands]).current_dir(directory).env_clear().env("PATH", path);
    let output = shell.output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{stdout}{stderr}");
    (stdout, stderr)
}
