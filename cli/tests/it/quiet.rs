//! `--quiet` hides talk, never results; `-v` is taken by all that list
//! revisions.

use expect_test::expect;

use crate::environment::TestEnvironment;

/// Every command with what it needs, in an order in which each has something
/// to say.
const COMMANDS: &[&str] = &[
    "init db",
    "revision -m one --rev-id aaaa",
    "revision -m two --rev-id bbbb",
    "revision -m other --rev-id cccc --head aaaa --splice",
    "heads",
    "branches",
    "ensure-version",
    "upgrade aaaa --dry-run",
    "upgrade aaaa",
    "stamp bbbb",
    "upgrade bbbb:cccc --sql",
    "merge heads --rev-id dddd -m all",
    "upgrade head",
    "current",
    "history -i",
    "show head",
    "edit head",
    "introspect",
    "check --drift",
    "downgrade -1",
    "list-templates",
    "completions bash",
    "man",
];

fn environment() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.use_database("dev.db");
    environment.set("EDITOR", "true");
    environment
}

#[test]
fn quiet_hides_talk_and_never_results() {
    let (aloud, quiet) = (environment(), environment());
    let mut table = String::new();
    for command in COMMANDS {
        let told = aloud.run(&format!("retort {command}"));
        let kept = quiet.run(&format!("retort {command} --quiet"));
        assert_eq!(told.status, 0, "{command}: {}", told.stderr);
        assert_eq!(kept.status, 0, "{command}: {}", kept.stderr);
        let results = match *command {
            // What files they write is no news to whoever asked for them.
            "init db" | "man" => "",
            // Then comes an example.
            "list-templates" => told.stdout.split("\nTemplates are used").next().unwrap(),
            _ => &told.stdout,
        };
        assert_eq!(kept.stdout, results, "{command}");
        assert_eq!(kept.stderr, "", "{command}");
        let (results, talk) = (kept.stdout.lines().count(), told.stderr.lines().count());
        let plural = |count: usize| if count > 9 { "many".to_owned() } else { count.to_string() };
        table.push_str(&format!("{command}: {} results, {} talk\n", plural(results), plural(talk)));
    }
    expect![[r#"
        init db: 0 results, 0 talk
        revision -m one --rev-id aaaa: 1 results, 0 talk
        revision -m two --rev-id bbbb: 1 results, 0 talk
        revision -m other --rev-id cccc --head aaaa --splice: 1 results, 0 talk
        heads: 2 results, 0 talk
        branches: 4 results, 0 talk
        ensure-version: 0 results, 1 talk
        upgrade aaaa --dry-run: 4 results, 1 talk
        upgrade aaaa: 0 results, 2 talk
        stamp bbbb: 0 results, 2 talk
        upgrade bbbb:cccc --sql: many results, 1 talk
        merge heads --rev-id dddd -m all: 1 results, 0 talk
        upgrade head: 0 results, 3 talk
        current: 1 results, 1 talk
        history -i: 4 results, 1 talk
        show head: many results, 0 talk
        edit head: 0 results, 0 talk
        introspect: 0 results, 2 talk
        check --drift: 1 results, 1 talk
        downgrade -1: 0 results, 2 talk
        list-templates: 6 results, 0 talk
        completions bash: many results, 0 talk
        man: 0 results, 0 talk
    "#]]
    .assert_eq(&table);
}

/// A command that is not in the table is one that nobody looked at.
#[test]
fn every_command_is_in_the_table() {
    let help = TestEnvironment::new().run("retort --help").stdout;
    let commands =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for command in commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(COMMANDS.iter().any(|line| line.split(' ').next() == Some(command)), "{command}");
    }
}

#[test]
fn what_lists_revisions_can_say_more() {
    let environment = environment();
    environment.revisions("aaaa: one\nbbbb <- aaaa: two\ncccc <- aaaa: three");
    environment.run("retort upgrade heads");
    for command in ["heads", "branches", "history", "current", "show bbbb"] {
        for flag in ["-v", "--verbose"] {
            let run = environment.run(&format!("retort {command} {flag}"));
            assert_eq!(run.status, 0, "{command} {flag}: {}", run.stderr);
            assert!(run.stdout.contains("Rev: "), "{command} {flag}: {}", run.stdout);
        }
    }
}
