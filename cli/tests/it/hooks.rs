//! Commands that run on new revision files.

use std::fs;

use expect_test::expect;

use crate::environment::TestEnvironment;

/// A project with these hooks; `$1` is the path of the file.
fn project(hooks: &[(&str, &str)]) -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.revisions("");
    let mut settings = String::new();
    for (name, script) in hooks {
        let script = script.replace('"', "\\\"");
        settings.push_str(&format!(
            "[[hooks]]\nname = \"{name}\"\ncommand = [\"sh\", \"-c\", \"{script}\", \"{name}\"]\n"
        ));
    }
    environment.write("retort.toml", &settings);
    environment
}

#[test]
fn hooks_run_in_order_and_what_they_write_is_talk() {
    let environment = project(&[
        ("where", "echo in $PWD >&2; echo at $1"),
        ("comment", "echo '-- formatted' >> \"$1\"; cat \"$1\" >> log"),
    ]);
    environment.check(
        "retort revision -m one --rev-id aaaa
        retort revision -m two --rev-id bbbb --head base --splice --quiet
        retort revision -m three --rev-id cccc --head aaaa --format json
        retort merge heads --rev-id dddd",
        expect![[r#"
            $ retort revision -m one --rev-id aaaa
            Generating migrations/aaaa_one.sql ...  done
            ! Running post write hook 'where' ...
            ! in $DIR
            ! at migrations/aaaa_one.sql
            ! Running post write hook 'comment' ...
            $ retort revision -m two --rev-id bbbb --head base --splice --quiet
            Generating migrations/bbbb_two.sql ...  done
            $ retort revision -m three --rev-id cccc --head aaaa --format json
            {"revisions":[{"revision":"cccc","down_revisions":["aaaa"],"depends_on":[],"branch_labels":[],"message":"three","path":"migrations/cccc_three.sql","is_head":true,"is_base":false,"is_branch_point":false,"is_merge_point":false,"is_current":false}]}
            $ retort merge heads --rev-id dddd
            Generating migrations/dddd_.sql ...  done
            ! Running post write hook 'where' ...
            ! in $DIR
            ! at migrations/dddd_.sql
            ! Running post write hook 'comment' ...
        "#]],
    );
    for path in ["aaaa_one", "bbbb_two", "cccc_three", "dddd_"] {
        let text = fs::read_to_string(environment.path().join(format!("migrations/{path}.sql"))).unwrap();
        assert!(text.ends_with("-- formatted\n"), "{text}");
    }
    assert!(fs::read_to_string(environment.path().join("log")).unwrap().contains("-- @revision cccc"));
}

#[test]
fn the_path_is_where_it_is_asked_for() {
    let environment = TestEnvironment::new();
    environment.revisions("");
    environment.write(
        "retort.toml",
        "[[hooks]]\nname = \"a\"\ncommand = [\"echo\", \"--in={file}\", \"{file}\"]\n\
         [[hooks]]\nname = \"b\"\ncommand = [\"echo\", \"REVISION_SCRIPT_FILENAME\", \"-i\"]\n\
         [[hooks]]\nname = \"c\"\ncommand = [\"./tool\"]\n",
    );
    let tool = environment.write("tool", "#!/bin/sh\necho tool \"$@\"\n");
    #[cfg(unix)]
    fs::set_permissions(tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    environment.check(
        "retort revision --rev-id aaaa",
        expect![[r#"
        $ retort revision --rev-id aaaa
        Generating migrations/aaaa_.sql ...  done
        ! Running post write hook 'a' ...
        ! --in=migrations/aaaa_.sql migrations/aaaa_.sql
        ! Running post write hook 'b' ...
        ! migrations/aaaa_.sql -i
        ! Running post write hook 'c' ...
        ! tool migrations/aaaa_.sql
    "#]],
    );
}

#[test]
fn a_hook_that_fails_says_what_there_is_now() {
    let environment = project(&[("lint", "echo line 3 is too long; exit 3"), ("after", "echo never")]);
    environment.check(
        "retort revision -m one --rev-id aaaa
        retort revision -m two --rev-id bbbb --format json
        retort revision -m three --rev-id cccc --quiet
        retort history",
        expect![[r#"
            $ retort revision -m one --rev-id aaaa
            Generating migrations/aaaa_one.sql ...  done
            ! Running post write hook 'lint' ...
            ! line 3 is too long
            ! error: hook 'lint' failed (exit status: 3)
            ! hint: migrations/aaaa_one.sql is written; run the hook again once it can succeed, in $DIR: `sh -c 'echo line 3 is too long; exit 3' lint migrations/aaaa_one.sql`; or delete the file
            ! hint: not run after it: 'after'
            [exit status: 1]
            $ retort revision -m two --rev-id bbbb --format json
            ! {"error":{"code":"hook","message":"hook 'lint' failed (exit status: 3): line 3 is too long","hint":"migrations/bbbb_two.sql is written; run the hook again once it can succeed, in $DIR: `sh -c 'echo line 3 is too long; exit 3' lint migrations/bbbb_two.sql`; or delete the file\nnot run after it: 'after'"}}
            [exit status: 1]
            $ retort revision -m three --rev-id cccc --quiet
            Generating migrations/cccc_three.sql ...  done
            ! error: hook 'lint' failed (exit status: 3)
            !   caused by: line 3 is too long
            ! hint: migrations/cccc_three.sql is written; run the hook again once it can succeed, in $DIR: `sh -c 'echo line 3 is too long; exit 3' lint migrations/cccc_three.sql`; or delete the file
            ! hint: not run after it: 'after'
            [exit status: 1]
            $ retort history
            bbbb -> cccc (head), three
            aaaa -> bbbb, two
            <base> -> aaaa, one
        "#]],
    );
    let environment = project(&[("lint", "kill -9 $$")]);
    environment.check("retort revision --rev-id aaaa", expect![[r#"
        $ retort revision --rev-id aaaa
        Generating migrations/aaaa_.sql ...  done
        ! Running post write hook 'lint' ...
        ! error: hook 'lint' failed (signal: 9 (SIGKILL))
        ! hint: migrations/aaaa_.sql is written; run the hook again once it can succeed, in $DIR: `sh -c 'kill -9 $$' lint migrations/aaaa_.sql`; or delete the file
        [exit status: 1]
    "#]]);
    environment
        .write("retort.toml", "[[hooks]]\nname = \"sqlfmt\"\ncommand = [\"no such program\", \"it's\"]\n");
    environment.check("retort revision --rev-id bbbb", expect![[r#"
        $ retort revision --rev-id bbbb
        Generating migrations/bbbb_.sql ...  done
        ! Running post write hook 'sqlfmt' ...
        ! error: hook 'sqlfmt' cannot be started: `no such program`
        !   caused by: No such file or directory (os error 2)
        ! hint: migrations/bbbb_.sql is written; run the hook again once it can succeed, in $DIR: `'no such program' 'it'\''s' migrations/bbbb_.sql`; or delete the file
        [exit status: 1]
    "#]]);
}

#[test]
fn what_a_hook_does_to_the_file_is_seen() {
    for (script, expected) in [
        (
            "sed -i 's/^-- @upgrade/-- @upgraed/' \"$1\"",
            expect![[r#"
            $ retort revision --rev-id aaaa
            Generating migrations/aaaa_.sql ...  done
            ! Running post write hook 'fmt' ...
            ! error: unknown directive `@upgraed`
            !  --> migrations/aaaa_.sql:6:4
            !   |
            ! 6 | -- @upgraed
            !   |    ^^^^^^^^
            ! hint: known here: `@revision`, `@revises`, `@created`, `@labels`, `@depends-on`, `@no-transaction`
            ! hint: hook 'fmt' left migrations/aaaa_.sql so, which was valid before; correct the file, or delete it, and then the hook
            [exit status: 1]
        "#]],
        ),
        (
            "sed -i 's/@revision aaaa/@revision bbbb/' \"$1\"",
            expect![[r#"
            $ retort revision --rev-id aaaa
            Generating migrations/aaaa_.sql ...  done
            ! Running post write hook 'fmt' ...
            ! error: the header of migrations/aaaa_.sql is not the one that was written
            ! hint: hook 'fmt' left migrations/aaaa_.sql so, which was valid before; correct the file, or delete it, and then the hook
            [exit status: 1]
        "#]],
        ),
        (
            "rm \"$1\"",
            expect![[r#"
            $ retort revision --rev-id aaaa
            Generating migrations/aaaa_.sql ...  done
            ! Running post write hook 'fmt' ...
            ! error: cannot read `migrations/aaaa_.sql`
            !   caused by: No such file or directory (os error 2)
            ! hint: hook 'fmt' left migrations/aaaa_.sql so, which was valid before; correct the file, or delete it, and then the hook
            [exit status: 1]
        "#]],
        ),
        (
            ": > \"$1\"",
            expect![[r#"
            $ retort revision --rev-id aaaa
            Generating migrations/aaaa_.sql ...  done
            ! Running post write hook 'fmt' ...
            ! error: no `-- @revision` in the header
            !  --> migrations/aaaa_.sql:1:1
            !   |
            ! 1 |
            !   | ^
            ! hint: a revision file begins with a comment that has its message, then `-- @revision <id>`
            ! hint: hook 'fmt' left migrations/aaaa_.sql so, which was valid before; correct the file, or delete it, and then the hook
            [exit status: 1]
        "#]],
        ),
    ] {
        project(&[("fmt", script)]).check("retort revision --rev-id aaaa", expected);
    }
}

#[test]
fn what_a_hook_may_not_be() {
    for (text, expected) in [
        (
            "hooks = 1\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:9
              |
            1 | hooks = 1
              |         ^ expected tables, each under a line `[[hooks]]`
        "#]],
        ),
        (
            "hooks = [1]\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:1:10
              |
            1 | hooks = [1]
              |          ^ expected a table
        "#]],
        ),
        (
            "[[hooks]]\nname = \"a\"\n",
            expect![[r#"
            error: a hook has no `command`
             --> retort.toml:1:1
              |
            1 | [[hooks]]
              | ^^^^^^^^^
            hint: a hook has a name and a command: `name = "format"` and `command = ["pg_format", "--inplace", "{file}"]`
        "#]],
        ),
        (
            "[[hooks]]\ncommand = [\"a\"]\n",
            expect![[r#"
            error: a hook has no `name`
             --> retort.toml:1:1
              |
            1 | [[hooks]]
              | ^^^^^^^^^
            hint: a hook has a name and a command: `name = "format"` and `command = ["pg_format", "--inplace", "{file}"]`
        "#]],
        ),
        (
            "[[hooks]]\nname = \"a\"\ncommand = \"a b\"\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:3:11
              |
            3 | command = "a b"
              |           ^^^^^ expected a list of strings: the program and its arguments
        "#]],
        ),
        (
            "[[hooks]]\nname = \"a\"\ncommand = []\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:3:11
              |
            3 | command = []
              |           ^^ expected a list of strings: the program and its arguments
        "#]],
        ),
        (
            "[[hooks]]\nname = \"a\"\ncommand = [1]\n",
            expect![[r#"
            error: a setting has a value of the wrong kind
             --> retort.toml:3:12
              |
            3 | command = [1]
              |            ^ expected a string
        "#]],
        ),
        (
            "[[hooks]]\nname = \"a\"\ntype = \"exec\"\n",
            expect![[r#"
            error: unknown setting `type` of a hook
             --> retort.toml:3:1
              |
            3 | type = "exec"
              | ^^^^
            hint: a hook has `name` and `command`
        "#]],
        ),
    ] {
        let environment = TestEnvironment::new();
        environment.write("retort.toml", text);
        expected.assert_eq(&environment.run("retort heads").stderr);
    }
    // An environment may have others.
    let environment = project(&[("one", "echo one")]);
    let mut text = fs::read_to_string(environment.path().join("retort.toml")).unwrap();
    text.push_str("[[env.ci.hooks]]\nname = \"two\"\ncommand = [\"true\"]\n");
    environment.write("retort.toml", &text);
    environment.check(
        "retort -n ci revision --rev-id aaaa",
        expect![[r#"
        $ retort -n ci revision --rev-id aaaa
        Generating migrations/aaaa_.sql ...  done
        ! Running post write hook 'two' ...
    "#]],
    );
}
