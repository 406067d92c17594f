//! What packages install beside the binary: completions, and the manual.

use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::Command,
};

use expect_test::expect;

use crate::project::Project;

/// A project with two environments, a branch label and two revisions.
fn project() -> Project {
    let project = Project::empty();
    project.write("retort.toml", "[env.prod]\n[env.dev]\n");
    project.revision("1111aaaa", "", "-- @labels shop\n-- @upgrade\n");
    project.revision("2222bbbb", "1111aaaa", "-- @upgrade\n");
    project
}

/// Completes the last word of a line in a bash that has sourced the script, and
/// returns the words that it offers.
fn complete(project: &Project, line: &str) -> Vec<String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_retort"));
    let script = format!(
        "source <(retort completions bash)
        COMP_WORDS=({line}); COMP_TYPE=9
        [[ '{line}' == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _clap_complete_retort retort \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"
        printf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let mut bash = Command::new("bash");
    bash.args(["--norc", "-c", &script]).current_dir(project.path());
    bash.env_clear().env("PATH", format!("{}:/usr/bin:/bin", binary.parent().unwrap().display()));
    let output = bash.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Compares what bash offers for each line, options left out.
#[track_caller]
fn check(lines: &[&str], expected: expect_test::Expect) {
    let project = project();
    let mut text = String::new();
    for line in lines {
        let offered: Vec<String> =
            complete(&project, line).into_iter().filter(|word| !word.starts_with('-')).collect();
        text.push_str(&format!("{line}[tab] {}\n", offered.join(" ")));
    }
    expected.assert_eq(&text);
}

#[test]
fn bash_completes_commands_and_what_the_project_has() {
    check(
        &[
            "retort ",
            "retort up",
            "retort upgrade ",
            "retort upgrade 2",
            "retort downgrade b",
            "retort show s",
            "retort merge 1111aaaa ",
            "retort stamp ",
            "retort history -r ",
            "retort revision --head 1",
            "retort --env ",
            "retort upgrade head --env p",
            "retort check --from-env ",
            "retort --config nope.toml upgrade ",
            "retort --format ",
            "retort completions ",
            "retort help ed",
        ],
        expect![[r#"
            retort [tab] init revision upgrade downgrade current history show heads branches merge stamp check introspect edit ensure-version list-templates help
            retort up[tab] upgrade
            retort upgrade [tab] 2222bbbb 1111aaaa shop head heads base
            retort upgrade 2[tab] 2222bbbb
            retort downgrade b[tab] base
            retort show s[tab] shop
            retort merge 1111aaaa [tab] 2222bbbb 1111aaaa shop head heads base
            retort stamp [tab] 2222bbbb 1111aaaa shop head heads base
            retort history -r [tab] 2222bbbb 1111aaaa shop head heads base
            retort revision --head 1[tab] 1111aaaa
            retort --env [tab] dev prod
            retort upgrade head --env p[tab] prod
            retort check --from-env [tab] dev prod
            retort --config nope.toml upgrade [tab] 
            retort --format [tab] human json
            retort completions [tab] bash elvish fish powershell zsh
            retort help ed[tab] edit
        "#]],
    );
    let options = complete(&project(), "retort stamp --");
    assert!(options.contains(&"--purge".to_owned()) && options.contains(&"--env".to_owned()), "{options:?}");
}

#[test]
fn every_shell_has_its_script() {
    let mut project = Project::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = project.ok(&format!("retort completions {shell}"));
        assert!(script.stdout.contains("RETORT_COMPLETE"), "{shell}: {}", script.stdout);
        assert_eq!(script.stderr, "");
    }
    project.fails("retort completions tcsh", 2);
    // A stray variable changes nothing.
    for variable in ["RETORT_COMPLETE=tcsh", "RETORT_COMPLETE=bash"] {
        assert!(project.ok(&format!("{variable} retort --version")).stdout.starts_with("retort "));
    }
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let mut project = Project::empty();
    let written = project.ok("retort man share/man1").stdout;
    let help = project.ok("retort --help").stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.map_while(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let pages = commands.map(|name| format!("retort-{name}.1")).chain(["retort.1".to_owned()]);
    let pages: Vec<String> = pages.collect();
    let expected: Vec<String> =
        pages.iter().map(|page| format!("Writing share/man1/{page} ...  done\n")).collect();
    assert_eq!(written, expected.concat());
    for page in pages {
        let path = project.path().join("share/man1").join(&page);
        let text = fs::read_to_string(&path).unwrap();
        for section in [".TH retort", ".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS"] {
            assert!(text.contains(section), "{page} has no {section}:\n{text}");
        }
        assert!(page == "retort.1" || text.contains("Examples:"), "{page} has no examples");
        // Warns of all that is wrong with a page.
        match Command::new("groff").args(["-Kutf8", "-man", "-ww", "-z", "-Tutf8"]).arg(&path).output() {
            Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{page}:\n{text}"),
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "there is no `groff`: {error}");
                writeln!(io::stderr(), "skipped: there is no `groff`: {error}").ok();
            }
        }
    }
    project.write("file", "");
    let error = project.fails("retort man file", 1);
    assert!(error.starts_with("error: cannot write to file\n"), "{error}");
}
