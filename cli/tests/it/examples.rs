//! The examples in the help of each command work.

use crate::environment::TestEnvironment;

/// A project with three revisions and models, and a second branch if it is
/// wanted.
fn project(is_branched: bool) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.set("EDITOR", "true");
    let prod = environment.path().join("prod.db");
    environment.write("retort.toml", &format!("[env.prod]\nurl = \"sqlite://{}\"\n", prod.display()));
    for (id, parent, sql) in [
        ("3f0c11aa52d1", "", "CREATE TABLE users (id INTEGER PRIMARY KEY);"),
        ("8b7d20c4e9f3", "3f0c11aa52d1", "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER);"),
        ("c52e9d0177ab", "8b7d20c4e9f3", "ALTER TABLE orders ADD COLUMN price INTEGER;"),
        ("e1a4b86f3c20", "3f0c11aa52d1", "CREATE TABLE words (word TEXT PRIMARY KEY);"),
    ] {
        let revises = if parent.is_empty() { String::new() } else { format!("-- @revises {parent}\n") };
        if is_branched || id != "e1a4b86f3c20" {
            let text = format!("-- about {id}\n--\n-- @revision {id}\n{revises}\n-- @upgrade\n{sql}\n");
            environment.write(&format!("migrations/{id}_.sql"), &text);
        }
    }
    environment
}

/// Runs an example where it makes sense.
#[track_caller]
fn check(example: &str, command: &str) {
    let prepare = |environment: &TestEnvironment, line: &str| {
        let run = environment.run(line);
        assert_eq!(run.status, 0, "$ {line}\n{run}");
    };
    let environment = match command {
        "init" => TestEnvironment::new(),
        "merge" | "heads" | "branches" => project(true),
        _ => project(false),
    };
    match command {
        "init" => {}
        "upgrade" => prepare(&environment, "retort upgrade 3f0c"),
        _ => {
            prepare(&environment, "retort upgrade heads");
            prepare(&environment, "retort introspect --output models");
        }
    }
    let run = environment.run(example);
    assert_eq!(run.status, 0, "$ {example}\n{run}");
}

#[test]
fn the_examples_of_every_command_work() {
    let environment = TestEnvironment::new();
    let help = environment.run("retort --help").stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.map_while(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    for command in listed.chain(["completions", "man"]) {
        let help = environment.run(&format!("retort {command} --help")).stdout;
        let (_, examples) =
            help.split_once("\nExamples:\n").unwrap_or_else(|| panic!("`{command}` has no examples"));
        let examples: Vec<&str> =
            examples.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        assert!(!examples.is_empty());
        for example in examples {
            let (example, remark) = example.split_once("  ").unwrap();
            assert!(example.split_whitespace().any(|word| word == command), "{example}");
            assert!(remark.trim().len() > 5, "{example}");
            check(example, command);
        }
    }
}

#[test]
fn help_is_asked_for_in_any_way() {
    let environment = TestEnvironment::new();
    for command in ["upgrade", "history", "ensure-version"] {
        let help = environment.run(&format!("retort {command} --help"));
        assert_eq!(environment.run(&format!("retort help {command}")).stdout, help.stdout);
        assert_eq!(environment.run(&format!("retort {command} -h")).stdout, help.stdout);
    }
    assert_eq!(environment.run("retort help").stdout, environment.run("retort --help").stdout);
}
