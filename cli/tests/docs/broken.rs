//! Documents that are wrong, and what is said of them.

use expect_test::{Expect, expect};

use crate::run::run;

/// Runs a text as a document and compares what is wrong with it.
#[track_caller]
fn check(text: &str, expected: Expect) {
    let outcome = run("broken.md", text, None);
    expected.assert_eq(&outcome.failures.join("\n"));
}

#[test]
fn a_command_that_fails() {
    check(
        "```sh\nretort init\nretort frobnicate\nretort heads\n```\n",
        expect![[r#"
            broken.md:1 (on sqlite): $ retort init
            retort frobnicate
            retort heads
            exit code 2 instead of 0
            Creating directory migrations ...  done
            Generating retort.toml ...  done
            Please edit the settings in retort.toml before proceeding; then write the first revision with `retort revision -m "..."`.
            error: unrecognized subcommand 'frobnicate'

            Usage: retort [OPTIONS] <COMMAND>

            For more information, try '--help'."#]],
    );
    check("<!-- fails: 2 -->\n```sh\nretort frobnicate\n```\n", expect![""]);
}

#[test]
fn a_command_that_should_fail() {
    check(
        "<!-- fails: 1 -->\n\n```console\n$ retort --version\n…\n```\n",
        expect![[r#"
            broken.md:4 (on sqlite): $ retort --version
            exit code 0 instead of 1
            retort 0.1.0"#]],
    );
}

#[test]
fn an_output_that_is_another() {
    let text = "text\n\n```console\n$ echo a; echo b; echo c\na\nx\nc\n$ echo d\nd\n```\nmore\n";
    check(
        text,
        expect![[r#"
            broken.md:4 (on sqlite): $ echo a; echo b; echo c
              a
            - x
            + b
              c"#]],
    );
    assert_eq!(run("broken.md", text, None).updated, text.replace("\nx\n", "\nb\n"));
    check("```console\n$ echo a; echo b; echo c\na\n…\n$ echo d\n…\nd\n…\n```\n", expect![""]);
    check(
        "```console\n$ echo a; echo b\n…\na\n```\n",
        expect![[r#"
            broken.md:2 (on sqlite): $ echo a; echo b
            - …
            - a
            + a
            + b"#]],
    );
}

#[test]
fn a_shell_that_goes_on() {
    check(
        "```sh\nmkdir a && cd a\nexport B='c d'\n```\n```console\n$ pwd; echo $B\n~/a\nc d\n$ cd ..\n$ pwd\n~\n```\n",
        expect![""],
    );
    check(
        "```sh\ntouch here\n```\n<!-- new directory -->\n```sh\ntest -e here\n```\n",
        expect![[r#"
        broken.md:5 (on sqlite): $ test -e here
        exit code 1 instead of 0"#]],
    );
}

#[test]
fn ids_are_those_of_the_run() {
    let text = "```console
$ retort init
…
$ retort revision -m first
Generating migrations/aaaabbbbcccc_first.sql ...  done
$ retort revision -m second
Generating migrations/ddddeeeeffff_second.sql ...  done
$ retort show dddd
Rev: ddddeeeeffff (head)
Parent: aaaabbbbcccc
Path: migrations/ddddeeeeffff_second.sql

    second

    Revision ID: ddddeeeeffff
    Revises: aaaabbbbcccc
    Create Date: 2026-01-02 03:04:05+00:00

$ cat migrations/aaaabbbbcccc_first.sql
-- first
--
-- @revision aaaabbbbcccc
-- @created 2026-01-02T03:04:05Z

-- @upgrade
…
```
";
    check(text, expect![""]);
    let swapped = text
        .replace("Parent: aaaabbbbcccc", "Parent: ddddeeeeffff")
        .replace("$ retort show dddd", "$ retort show aaaa");
    let failures = run("broken.md", &swapped, None).failures.join("\n");
    assert!(
        failures.starts_with("broken.md:8 (on sqlite): $ retort show aaaa\n- Rev: ddddeeeeffff (head)"),
        "{failures}"
    );
}

#[test]
fn files() {
    check(
        "```sql\n-- models/a.sql\nCREATE TABLE a (b INTEGER PRIMARY KEY);\n```\n```sh\nmkdir migrations\n\
         retort revision --url sqlite://dev.db -m a\n```\n\
         ```sql\n-- migrations/*_a.sql, below the header\n-- @upgrade\nCREATE TABLE a (b INTEGER PRIMARY KEY);\n\
         INSERT INTO a VALUES (7);\n```\n\
         ```toml\n# retort.toml\nurl = \"sqlite://dev.db\"\n```\n```sh\nretort upgrade head\nretort check\n```\n\
         <!-- rows: SELECT b FROM a => 7 -->\n<!-- rows: SELECT b FROM a => 8 -->\n\
         ```toml\n# retort.toml, at the end\nmodel = \"models\"\n```\n```console\n$ retort heads\n```\n",
        expect![[r#"
            broken.md:24 (on sqlite): SELECT b FROM a
            - 8
            + 7
            broken.md:30 (on sqlite): $ retort heads
            exit code 1 instead of 0
            error: unknown setting `model`
             --> retort.toml:2:1
              |
            2 | model = "models"
              | ^^^^^
            hint: did you mean `models`?
            broken.md:30 (on sqlite): $ retort heads
            + error: unknown setting `model`
            +  --> retort.toml:2:1
            +   |
            + 2 | model = "models"
            +   | ^^^^^
            + hint: did you mean `models`?"#]],
    );
    check(
        "```sql\n-- migrations/*_b.sql, below the header\n```\n",
        expect!["broken.md:1 (on sqlite): 0 files are migrations/*_b.sql"],
    );
}

#[test]
fn what_is_in_no_file_is_read() {
    check(
        "```sql\nCREATE TABLE a (b wrong);\n```\n```toml\nmigration = \"a\"\n```\n```sql\n-- a\n--\n-- @revision aaaa\n\n-- @upgrade\nSELECT 1;\n```\n",
        expect![[r#"
            broken.md:1 (on sqlite): environment default, database sqlite://dev.db (from DATABASE_URL)
            there is no database `dev.db`; nothing is applied
            error: SQLite has no type `wrong`
             --> models/example.sql:1:17
              |
            1 | CREATE TABLE a (b wrong);
              |                 ^^^^^^^
            hint: write what sqlite needs under `-- @only sqlite`, or set `"wrong" = "TEXT"`, or what fits, in `[types.sqlite]`
            broken.md:4 (on sqlite): {"error":{"code":"config","message":"retort.toml:1:1: unknown setting `migration`","hint":"did you mean `migrations`?"}}
            broken.md:7 (on sqlite): environment default, database sqlite:// (from --url)
            error: `SELECT` is not portable
             --> migrations/example.sql:6:1
              |
            6 | SELECT 1;
              | ^^^^^^
            hint: put the statement under `-- @only <backend>`
            hint: no script was written"#]],
    );
}

#[test]
fn what_is_not_run_needs_a_reason() {
    check(
        "```\nx\n```\n```rust\nfn main() {}\n```\n```console\nx\n```\n```yaml\na: b\n```\n<!-- not run: of another program -->\n```python\nx\n```\n",
        expect![[r#"
            broken.md:1 (on sqlite): a block `` is neither run nor marked with a reason
            broken.md:4 (on sqlite): a block `rust` is neither run nor marked with a reason
            broken.md:7 (on sqlite): a block `console` begins with a command: `$ …`
            broken.md:10 (on sqlite): a block `yaml` that is no file"#]],
    );
    check("<!-- not run: -->\n```\nx\n```\n", expect!["broken.md:1: `not run:` does not say what"]);
    check("<!-- note: x -->\n```\nx\n```\n", expect!["broken.md:1: `note: x` is no mark"]);
    check("<!-- not run: x -->\ntext\n\n```\nx\n```\n", expect!["broken.md:1: no block follows the mark"]);
    check("```sh\nx\n", expect!["broken.md:1: the block does not end"]);
}

#[test]
fn excerpts() {
    check(
        "<!-- as in: Cargo.toml -->\n```toml\n[workspace]\nresolver = \"3\"\n# …\nedition = \"2024\"\n```\n",
        expect![""],
    );
    check(
        "<!-- as in: Cargo.toml -->\n```toml\nedition = \"2024\"\n# …\n[workspace]\n```\n",
        expect![[r#"
            broken.md:2 (on sqlite): Cargo.toml does not have, in this order:
            [workspace]"#]],
    );
}
