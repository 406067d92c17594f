//! The help of every command, as users see it.

use expect_test::expect;

use crate::environment::TestEnvironment;

#[test]
fn help() {
    TestEnvironment::new().check(
        "retort --help",
        expect![[r#"
            $ retort --help
            Runs schema migrations, written once in SQL, on every database a team uses

            Usage: retort [OPTIONS] <COMMAND>

            Commands:
              init            Create a directory for revision files, and a configuration file
              revision        Write a new revision file: an empty one, or what leads to the models
              upgrade         Run the revisions that lead up to a revision
              downgrade       Undo the revisions above a revision
              current         List the revisions that the database is at
              history         List the revisions, the newest first
              show            Show everything about a revision
              heads           List the latest revisions: those that no other follows
              branches        List the revisions that several others follow
              merge           Write a revision that joins several others into one head
              stamp           Record revisions as current, and run nothing
              check           Find out whether the database is what the models say; exit with 3 if not
              introspect      Write what the database has as models, or as JSON
              edit            Open the files of revisions in $EDITOR or $VISUAL, and check them afterwards
              ensure-version  Create the version table and the journal, if they are not there
              list-templates  List the templates that `revision --template` takes
              help            Print this message or the help of the given subcommand(s)

            Options:
              -h, --help     Print help
              -V, --version  Print version

            Global options:
              -c, --config <FILE>    The configuration file [default: retort.toml]
              -n, --env <NAME>       The environment to act on: an [env.NAME] of the configuration, or a file
                                     .env.NAME
                  --url <URL>        The database to act on, instead of the one that DATABASE_URL or the
                                     configuration names
              -x <KEY=VALUE>         A value for the placeholders `:KEY` of revisions; may be given again
                  --format <FORMAT>  How results and errors are written: for people, or as one JSON document
                                     [default: human] [possible values: human, json]
              -q, --quiet            Write results and errors only
                  --color <WHEN>     When to use colours [default: auto] [possible values: auto, always, never]

            `retort COMMAND --help` has examples. `retort completions SHELL` makes a shell
            complete commands and revisions; `retort man DIRECTORY` writes the manual.
        "#]],
    );
}

/// The help of each command without the global options, which all end with.
#[test]
fn help_of_every_command() {
    let environment = TestEnvironment::new();
    let all = environment.run("retort -h").stdout;
    let (commands, global) = all.split_once("Global options:").unwrap();
    let (global, _) = global.split_once("\n\n").unwrap();
    let commands = commands.lines().skip_while(|line| *line != "Commands:").skip(1);
    let mut text = String::new();
    let commands = commands.map_while(|line| line.split_whitespace().next());
    for command in commands.filter(|command| *command != "help").chain(["completions", "man"]) {
        let help = environment.run(&format!("retort {command} --help")).stdout;
        let (own, rest) = help.split_once("Global options:").unwrap();
        let examples = rest.strip_prefix(global).unwrap().trim_start();
        text.push_str(&format!("$ retort {command} --help\n{own}{examples}\n"));
    }
    expect![[r#"
        $ retort init --help
        Create a directory for revision files, and a configuration file

        Usage: retort init [OPTIONS] [DIRECTORY]

        Arguments:
          [DIRECTORY]  The directory to create [default: what the configuration says, or else migrations]

        Options:
          -t, --template <NAME>  The template of new revision files, written to the configuration; `retort
                                 list-templates` lists them
          -h, --help             Print help

        Examples:
          retort init                a directory migrations, and retort.toml
          retort init db/migrations  another directory

        $ retort revision --help
        Write a new revision file: an empty one, or what leads to the models

        Usage: retort revision [OPTIONS]

        Options:
          -m, --message <MESSAGE>      What it is for
              --head <REVISION>        The revision to follow, or `base` [default: head]
              --splice                 Allow a `--head` that is not a head, which begins a new branch
              --branch-label <LABEL>   A label for the branch that begins with it
              --rev-id <ID>            Its id, instead of a random one
              --depends-on <REVISION>  A revision or label that must be applied first, although it is on
                                       another branch
              --version-path <PATH>    The directory for its file, where `migrations` lists several
                                       [default: that of its parent]
              --template <NAME>        What to begin with, of `retort list-templates`; with `--autogenerate`
                                       only its comment [default: generic]
              --autogenerate           Compare the database with the models, and write what makes it so
              --no-input               Ask nothing: what may be renamed is dropped and added
              --from-url <URL>         Take another database for the model, instead of the directory of
                                       models
              --from-env <NAME>        Take the database of another environment for the model
          -h, --help                   Print help

        Examples:
          retort revision -m "add a note to orders"                      an empty file, to be written
          retort revision --autogenerate -m "add prices"                 what leads to the models
          retort revision -m "search" --head base --branch-label search  a branch of its own

        $ retort upgrade --help
        Run the revisions that lead up to a revision

        Usage: retort upgrade [OPTIONS] <REVISION>

        Arguments:
          <REVISION>  Where to: `head`, `heads`, an id or the beginning of one, `+1`, `LABEL@head`, …; with
                      `--sql` also `FROM:TO`

        Options:
              --dry-run                   Write what would run, with its SQL, and run nothing
          -y, --yes                       Ask nothing, although the environment is protected
              --tag <TAG>                 What this run is called: the journal keeps it with each revision,
                                          a script in its first lines
              --sql                       Write a script for the database's own client, and connect to
                                          nothing
              --server-version <VERSION>  The version of the server that a script is for [default: the
                                          oldest that is supported]
          -h, --help                      Print help

        Examples:
          retort upgrade head             to the latest revision
          retort upgrade +1               one revision further
          retort upgrade 8b7d             to the revision whose id begins so
          retort upgrade head --dry-run   the SQL that would run
          retort upgrade 3f0c:head --sql  a script for the client of the database
          retort --env prod upgrade head  in another environment

        $ retort downgrade --help
        Undo the revisions above a revision

        Usage: retort downgrade [OPTIONS] <REVISION>

        Arguments:
          <REVISION>  Where to: `-1`, `base`, an id or the beginning of one, `LABEL@base`, …; with `--sql`
                      it is `FROM:TO`

        Options:
              --dry-run                   Write what would run, with its SQL, and run nothing
          -y, --yes                       Ask nothing, although the environment is protected
              --tag <TAG>                 What this run is called: the journal keeps it with each revision,
                                          a script in its first lines
              --sql                       Write a script for the database's own client, and connect to
                                          nothing
              --server-version <VERSION>  The version of the server that a script is for [default: the
                                          oldest that is supported]
          -h, --help                      Print help

        Examples:
          retort downgrade -1               undo the last revision
          retort downgrade 3f0c             undo all after that revision
          retort downgrade base --dry-run   the SQL that would undo everything
          retort downgrade head:8b7d --sql  a script for the client of the database

        $ retort current --help
        List the revisions that the database is at

        Usage: retort current [OPTIONS]

        Options:
          -v, --verbose      Show everything about each
              --check-heads  Fail unless the database is at all heads; as in Alembic, `-c` with nothing
                             after it says so too
          -h, --help         Print help

        Examples:
          retort current                where the database is
          retort current --check-heads  fail where something is not applied

        $ retort history --help
        List the revisions, the newest first

        Usage: retort history [OPTIONS]

        Options:
          -r, --rev-range <RANGE>  Only these, as START:END, START: or :END; an end may be `current`
          -i, --indicate-current   Mark what the database is at
          -v, --verbose            Show everything about each
              --graph              Draw the graph beside the revisions; `--format dot`, `mermaid` or `svg`
                                   makes a picture of it
              --ascii              Draw with ASCII only, as in a locale without UTF-8
          -h, --help               Print help

        Examples:
          retort history -i               all revisions, and where the database is
          retort history -r -2:           the head, and the two below it
          retort history -r 3f0c:current  from a revision to where the database is
          retort history --graph          with the branches drawn beside them
          retort history --format svg     a picture; also dot and mermaid

        $ retort show --help
        Show everything about a revision

        Usage: retort show [OPTIONS] <REVISION>

        Arguments:
          <REVISION>  The revision: an id, the beginning of one, a branch label, `head`, `current`, …

        Options:
          -h, --help  Print help

        Examples:
          retort show head     the latest revision
          retort show 8b7d     the one whose id begins so
          retort show current  where the database is

        $ retort heads --help
        List the latest revisions: those that no other follows

        Usage: retort heads [OPTIONS]

        Options:
          -v, --verbose               Show everything about each
              --resolve-dependencies  Leave out revisions that others depend on
          -h, --help                  Print help

        Examples:
          retort heads     one line each
          retort heads -v  everything about each

        $ retort branches --help
        List the revisions that several others follow

        Usage: retort branches [OPTIONS]

        Options:
          -v, --verbose  Show everything about each
          -h, --help     Print help

        Examples:
          retort branches     where branches begin
          retort branches -v  with everything about each

        $ retort merge --help
        Write a revision that joins several others into one head

        Usage: retort merge [OPTIONS] <REVISION>...

        Arguments:
          <REVISION>...  The revisions to join, or `heads`

        Options:
          -m, --message <MESSAGE>     What it is for
              --branch-label <LABEL>  A label for the branch that begins with it
              --rev-id <ID>           Its id, instead of a random one
              --splice                Allow revisions that are not heads
              --version-path <PATH>   The directory for its file, where `migrations` lists several [default:
                                      that of the first revision]
          -h, --help                  Print help

        Examples:
          retort merge -m "join search and orders" heads      join all heads
          retort merge -m "join search and orders" c52e e1a4  join two of them

        $ retort stamp --help
        Record revisions as current, and run nothing

        Usage: retort stamp [OPTIONS] <REVISION>...

        Arguments:
          <REVISION>...  The revisions that the database is at: ids, `head`, `heads`, `base`, …; with
                         `--sql` also `FROM:TO`

        Options:
              --purge                     Forget what was recorded before, even revisions that no file has
          -y, --yes                       Ask nothing, although the environment is protected
              --tag <TAG>                 What this run is called: the journal keeps it with each revision,
                                          a script in its first lines
              --sql                       Write a script for the database's own client, and connect to
                                          nothing
              --server-version <VERSION>  The version of the server that a script is for [default: the
                                          oldest that is supported]
          -h, --help                      Print help

        Examples:
          retort stamp head          the database has everything already
          retort stamp 3f0c          it has that much
          retort stamp --purge base  forget all that is recorded

        $ retort check --help
        Find out whether the database is what the models say; exit with 3 if not

        Usage: retort check [OPTIONS]

        Options:
              --drift            Compare with what the applied revisions make, instead of the models
              --from-url <URL>   Take another database for the model, instead of the directory of models
              --from-env <NAME>  Take the database of another environment for the model
          -h, --help             Print help

        Examples:
          retort check          compare the database with the models
          retort check --drift  compare it with what the revisions made

        $ retort introspect --help
        Write what the database has as models, or as JSON

        Usage: retort introspect [OPTIONS]

        Options:
          -o, --output <DIRECTORY>  Write files into this new directory instead, one for each table and view
              --include <PATTERN>   Only tables and views of this pattern, such as `shop_*` or `sales.*`;
                                    may be repeated
              --exclude <PATTERN>   No tables and views of this pattern; may be repeated
          -h, --help                Print help

        Examples:
          retort introspect                     all tables and views
          retort introspect --include "order*"  those of a pattern
          retort introspect --output tables     a file for each

        $ retort edit --help
        Open the files of revisions in $EDITOR or $VISUAL, and check them afterwards

        Usage: retort edit [OPTIONS] <REVISION>

        Arguments:
          <REVISION>  The revision: an id, the beginning of one, a branch label, `head`, `current`, …

        Options:
          -h, --help  Print help

        Examples:
          retort edit head  the latest revision
          retort edit 8b7d  the one whose id begins so

        $ retort ensure-version --help
        Create the version table and the journal, if they are not there

        Usage: retort ensure-version [OPTIONS]

        Options:
              --sql                       Write a script for the database's own client, and connect to
                                          nothing
              --server-version <VERSION>  The version of the server that a script is for [default: the
                                          oldest that is supported]
          -h, --help                      Print help

        Examples:
          retort ensure-version        create what is missing
          retort ensure-version --sql  a script that does

        $ retort list-templates --help
        List the templates that `revision --template` takes

        Usage: retort list-templates [OPTIONS]

        Options:
          -h, --help  Print help

        Examples:
          retort list-templates  those of Retort and of the project

        $ retort completions --help
        Write what makes a shell complete commands, options, revisions and environments

        Usage: retort completions [OPTIONS] <SHELL>

        Arguments:
          <SHELL>  The shell [possible values: bash, elvish, fish, powershell, zsh]

        Options:
          -h, --help  Print help

        Examples:
          retort completions bash        for bash
          retort completions powershell  for PowerShell

        What to put into the shell's own configuration:
          bash        source <(retort completions bash)
          zsh         source <(retort completions zsh)
          fish        retort completions fish | source
          elvish      eval (retort completions elvish | slurp)
          PowerShell  retort completions powershell | Out-String | Invoke-Expression

        $ retort man --help
        Write the manual: retort.1, and a page for each command

        Usage: retort man [OPTIONS] [DIRECTORY]

        Arguments:
          [DIRECTORY]  The directory to write to, which is created if it is not there [default: .]

        Options:
          -h, --help  Print help

        Examples:
          retort man                 in this directory
          retort man share/man/man1  in another one

    "#]]
    .assert_eq(&text);
}

#[test]
fn version() {
    let run = TestEnvironment::new().run("retort --version");
    assert_eq!(run.stdout, format!("retort {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_not_understood_ends_with_2() {
    TestEnvironment::new().check(
        "retort
        retort frobnicate
        retort upgrade
        retort upgrade --format=json
        retort heads --format yaml
        retort heads --frobnicate --format json",
        expect![[r#"
            $ retort
            ! Runs schema migrations, written once in SQL, on every database a team uses
            ! 
            ! Usage: retort [OPTIONS] <COMMAND>
            ! 
            ! Commands:
            !   init            Create a directory for revision files, and a configuration file
            !   revision        Write a new revision file: an empty one, or what leads to the models
            !   upgrade         Run the revisions that lead up to a revision
            !   downgrade       Undo the revisions above a revision
            !   current         List the revisions that the database is at
            !   history         List the revisions, the newest first
            !   show            Show everything about a revision
            !   heads           List the latest revisions: those that no other follows
            !   branches        List the revisions that several others follow
            !   merge           Write a revision that joins several others into one head
            !   stamp           Record revisions as current, and run nothing
            !   check           Find out whether the database is what the models say; exit with 3 if not
            !   introspect      Write what the database has as models, or as JSON
            !   edit            Open the files of revisions in $EDITOR or $VISUAL, and check them afterwards
            !   ensure-version  Create the version table and the journal, if they are not there
            !   list-templates  List the templates that `revision --template` takes
            !   help            Print this message or the help of the given subcommand(s)
            ! 
            ! Options:
            !   -h, --help     Print help
            !   -V, --version  Print version
            ! 
            ! Global options:
            !   -c, --config <FILE>    The configuration file [default: retort.toml]
            !   -n, --env <NAME>       The environment to act on: an [env.NAME] of the configuration, or a file
            !                          .env.NAME
            !       --url <URL>        The database to act on, instead of the one that DATABASE_URL or the
            !                          configuration names
            !   -x <KEY=VALUE>         A value for the placeholders `:KEY` of revisions; may be given again
            !       --format <FORMAT>  How results and errors are written: for people, or as one JSON document
            !                          [default: human] [possible values: human, json]
            !   -q, --quiet            Write results and errors only
            !       --color <WHEN>     When to use colours [default: auto] [possible values: auto, always, never]
            ! 
            ! `retort COMMAND --help` has examples. `retort completions SHELL` makes a shell
            ! complete commands and revisions; `retort man DIRECTORY` writes the manual.
            [exit status: 2]
            $ retort frobnicate
            ! error: unrecognized subcommand 'frobnicate'
            ! 
            ! Usage: retort [OPTIONS] <COMMAND>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort upgrade
            ! error: the following required arguments were not provided:
            !   <REVISION>
            ! 
            ! Usage: retort upgrade <REVISION>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort upgrade --format=json
            ! {"error":{"code":"usage","message":"the following required arguments were not provided: <REVISION>","hint":"`retort --help` lists the commands and options"}}
            [exit status: 2]
            $ retort heads --format yaml
            ! error: invalid value 'yaml' for '--format <FORMAT>'
            !   [possible values: human, json]
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort heads --frobnicate --format json
            ! {"error":{"code":"usage","message":"unexpected argument '--frobnicate' found","hint":"a similar argument exists: '--format'\n`retort --help` lists the commands and options"}}
            [exit status: 2]
        "#]],
    );
}
