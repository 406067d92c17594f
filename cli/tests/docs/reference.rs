//! What the reference must have: each setting, each option, each error.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use expect_test::expect;

use crate::{run::repository, shell::Shell};

fn read(path: &str) -> String {
    fs::read_to_string(repository().join(path)).unwrap()
}

/// The headings of a level, each with its section.
fn sections<'t>(document: &'t str, level: &str) -> Vec<(&'t str, &'t str)> {
    let mark = format!("\n{level} ");
    let parts = document.split(&*mark).skip(1);
    // A section ends at the next heading of a higher level too.
    parts
        .map(|part| part.split_once('\n').unwrap())
        .map(|(name, text)| (name, text.split("\n# ").next().unwrap()))
        .collect()
}

/// The strings that follow a text.
fn strings_after<'t>(text: &'t str, before: &str) -> Vec<&'t str> {
    let after = text.split(before).skip(1).map(str::trim_start);
    after.filter_map(|rest| rest.strip_prefix('"')?.split_once('"').map(|(string, _)| string)).collect()
}

/// A table of settings in the sources: what stands between its name and `];`.
fn table<'t>(source: &'t str, name: &str) -> &'t str {
    source.split_once(name).unwrap().1.split_once("];").unwrap().0
}

#[test]
fn every_setting_is_described() {
    let document = read("docs/configuration.md");
    let source = read("cli/src/settings/file.rs");
    let mut keys: BTreeSet<&str> = strings_after(table(&source, "const KEYS"), "(").into_iter().collect();
    keys.insert("env");
    let settings = document.split_once("\n# Settings\n").unwrap().1;
    let described: BTreeSet<&str> = sections(settings, "##").into_iter().map(|(name, _)| name).collect();
    assert_eq!(described, keys);
    for (name, text) in sections(settings, "##") {
        assert!(text.contains("| default | variable | option |") && text.contains("```toml\n"), "{name}");
    }
}

#[test]
fn every_variable_is_described() {
    let document = read("docs/configuration.md");
    let source = read("cli/src/settings/variables.rs");
    for key in table(&source, "const KEYS: ").split('"').skip(1).step_by(2) {
        let variable = format!("`RETORT_{}`", key.to_ascii_uppercase());
        let settings = sections(&document, "##");
        let (_, text) = settings.iter().find(|(name, _)| *name == key).unwrap();
        assert!(text.contains(&variable), "{variable}");
    }
}

/// The rows of the cheat sheet about options: the command, or nothing, and the
/// options.
fn described_options() -> BTreeSet<(String, String)> {
    let document = read("docs/cheat-sheet.md");
    let (_, tables) = document.split_once("## Every option").unwrap();
    let (global, of_commands) = tables.split_once("\nAfter it:").unwrap();
    let mut found = BTreeSet::new();
    for row in global.lines().filter(|line| line.starts_with("| `-")) {
        found.extend(options(row).map(|option| (String::new(), option)));
    }
    for row in of_commands.lines().filter_map(|line| line.strip_prefix("| `retort ")) {
        let command = row.split([' ', '`']).next().unwrap();
        found.insert((command.to_owned(), String::new()));
        found.extend(options(row).map(|option| (command.to_owned(), option)));
    }
    found
}

/// The options in a text.
fn options(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.filter(|word| word.starts_with('-') && word.len() > 1 && *word != "--").map(str::to_owned)
}

/// The options that the binary lists under a heading of its help.
fn listed_options(help: &str, global: bool) -> BTreeSet<String> {
    let (own, of_all) = help.split_once("Global options:").unwrap_or((help, ""));
    let lines = if global { help } else { own }.lines().chain(of_all.lines().filter(|_| global));
    let lines = lines.filter(|line| line.trim_start().starts_with('-'));
    // What comes after two spaces says what it is for.
    let names = lines.map(|line| line.trim_start().split("  ").next().unwrap_or_default());
    // In the column before a long name there may be nothing.
    names.flat_map(options).collect()
}

#[test]
fn every_option_is_described() {
    let shell = Shell::new();
    let help = |command: &str| shell.run(&format!("retort {command} --help")).output;
    let top = help("");
    let (_, commands) = top.split_once("\nCommands:\n").unwrap();
    let commands = commands.split_once("\n\n").unwrap().0.lines();
    let commands = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let mut found: BTreeSet<_> =
        listed_options(&top, true).into_iter().map(|option| (String::new(), option)).collect();
    let commands = commands.map(|line| line.split_whitespace().next().unwrap());
    for command in commands.filter(|command| *command != "help") {
        found.insert((command.to_owned(), String::new()));
        let own = listed_options(&help(command), false).into_iter();
        let own = own.filter(|option| !["-h", "--help"].contains(&option.as_str()));
        found.extend(own.map(|option| (command.to_owned(), option)));
    }
    let described = described_options();
    let missing: Vec<_> = found.difference(&described).collect();
    // Some letters are Alembic's, and in no help.
    let gone: Vec<_> = described.difference(&found).filter(|(_, option)| option.len() != 2).collect();
    assert!(missing.is_empty() && gone.is_empty(), "missing: {missing:?}\ngone: {gone:?}");
}

/// The Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The codes of errors in a source: what errors are made of, and what tells one
/// of a kind from another.
fn codes(path: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    let mut found: Vec<&str> = Vec::new();
    for maker in ["CommandError::new(", "CommandError::source(", "Self::new(", "Self::source("] {
        found.extend(strings_after(text, maker));
    }
    for signature in ["fn code(", "fn backend_code(", "let code = "] {
        let bodies = text.split(signature).skip(1).map(|rest| rest.split("\n    }\n").next().unwrap());
        for body in bodies.map(|body| body.split("\n}\n").next().unwrap().split("};").next().unwrap()) {
            found.extend(strings_after(body, "=> ").into_iter().chain(strings_after(body, "{\n")));
            found.extend(strings_after(body, "map_or("));
        }
    }
    let is_code = |text: &&str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
    found.into_iter().filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_error_is_described() {
    let mut found: BTreeSet<String> = BTreeSet::new();
    for path in sources(&repository().join("cli/src")) {
        found.extend(codes(&path));
    }
    for path in ["core/src/revision/graph/error.rs", "core/src/revision/target/error.rs"] {
        found.extend(codes(&repository().join(path)));
    }
    let document = read("docs/errors.md");
    let sections = sections(&document, "###");
    let described: BTreeSet<String> = sections.iter().map(|(name, _)| (*name).to_owned()).collect();
    let missing: Vec<_> = found.difference(&described).collect();
    let gone: Vec<_> = described.difference(&found).collect();
    assert!(missing.is_empty() && gone.is_empty(), "missing: {missing:?}\ngone: {gone:?}");
    for (name, text) in &sections {
        for part in ["**Cause.** ", "**Diagnosis.** ", "**Fix.** "] {
            assert_eq!(text.matches(part).count(), 1, "{name}: {part}");
        }
        // What is shown is that error, and no other.
        for code in text.split("<!-- error: ").skip(1).map(|rest| rest.split(' ').next().unwrap()) {
            assert_eq!(code, *name);
        }
    }
    let shown = sections.iter().filter(|(_, text)| text.contains("<!-- error: ")).count();
    assert!(shown * 2 > sections.len(), "{shown} of {} are shown", sections.len());
}

#[test]
fn codes_are_found() {
    let error = repository().join("cli/src/command_error/migrate.rs");
    let found = codes(&error);
    for code in ["version-table", "interrupted-revision", "row-count", "irreversible"] {
        assert!(found.contains(code), "{code} is not among {found:?}");
    }
    let found = codes(&repository().join("core/src/revision/target/error.rs"));
    expect!["14"].assert_eq(&found.len().to_string());
}
