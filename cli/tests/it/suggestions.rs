//! What was probably meant.

use expect_test::expect;

use crate::environment::TestEnvironment;

#[test]
fn commands() {
    let environment = TestEnvironment::new();
    let mut text = String::new();
    for typed in [
        "upgrde",
        "histroy",
        "downgrad",
        "curent",
        "Upgrade",
        "ensureversion",
        "up",
        "rollback",
        "status",
        "log",
        "makemigrations",
        "frobnicate",
        "instrospect",
        "brnches",
    ] {
        let run = environment.run(&format!("retort {typed}"));
        assert_eq!(run.status, 2);
        let tip = run.stderr.lines().find_map(|line| line.trim().strip_prefix("tip: "));
        text.push_str(&format!("{typed}: {}\n", tip.unwrap_or("?")));
    }
    expect![[r#"
        upgrde: a similar subcommand exists: 'upgrade'
        histroy: a similar subcommand exists: 'history'
        downgrad: a similar subcommand exists: 'downgrade'
        curent: a similar subcommand exists: 'current'
        Upgrade: a similar subcommand exists: 'upgrade'
        ensureversion: a similar subcommand exists: 'ensure-version'
        up: a similar subcommand exists: 'upgrade'
        rollback: a similar subcommand exists: 'downgrade'
        status: some similar subcommands exist: 'current', 'history --indicate-current'
        log: a similar subcommand exists: 'history'
        makemigrations: a similar subcommand exists: 'revision --autogenerate'
        frobnicate: ?
        instrospect: a similar subcommand exists: 'introspect'
        brnches: a similar subcommand exists: 'branches'
    "#]]
    .assert_eq(&text);
}

#[test]
fn options_and_values() {
    TestEnvironment::new().check(
        "retort stamp --purg head
        retort heads --formt json
        retort heads --format jsn
        retort upgrade head --nope
        retort upgrde --format json
        retort stamp --purg head --format json",
        expect![[r#"
            $ retort stamp --purg head
            ! error: unexpected argument '--purg' found
            ! 
            !   tip: a similar argument exists: '--purge'
            ! 
            ! Usage: retort stamp --purge <REVISION>...
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort heads --formt json
            ! error: unexpected argument '--formt' found
            ! 
            !   tip: a similar argument exists: '--format'
            ! 
            ! Usage: retort heads --format <FORMAT>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort heads --format jsn
            ! error: invalid value 'jsn' for '--format <FORMAT>'
            !   [possible values: human, json]
            ! 
            !   tip: a similar value exists: 'json'
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort upgrade head --nope
            ! error: unexpected argument '--nope' found
            ! 
            ! Usage: retort upgrade <REVISION>
            ! 
            ! For more information, try '--help'.
            [exit status: 2]
            $ retort upgrde --format json
            ! {"error":{"code":"usage","message":"unrecognized subcommand 'upgrde'","hint":"a similar subcommand exists: 'upgrade'\n`retort --help` lists the commands and options"}}
            [exit status: 2]
            $ retort stamp --purg head --format json
            ! {"error":{"code":"usage","message":"unexpected argument '--purg' found","hint":"a similar argument exists: '--purge'\n`retort --help` lists the commands and options"}}
            [exit status: 2]
        "#]],
    );
}

#[test]
fn revisions_environments_and_settings() {
    let mut environment = TestEnvironment::new();
    environment.revisions("1975ea83b712 label=shop : one").write("retort.toml", "[env.prod]\n[env.dev]\n");
    environment.use_database("dev.db");
    environment.check(
        "retort -q upgrade haed
        retort -q downgrade bse
        retort -q show 1975ea83b721
        retort -q show shpo
        retort -q show shpo@head
        retort -q heads --env prd",
        expect![[r#"
            $ retort -q upgrade haed
            ! error: Can't locate revision identified by 'haed'
            ! hint: did you mean `head`?
            [exit status: 1]
            $ retort -q downgrade bse
            ! error: Can't locate revision identified by 'bse'
            ! hint: did you mean `base`?
            [exit status: 1]
            $ retort -q show 1975ea83b721
            ! error: Can't locate revision identified by '1975ea83b721'
            ! hint: did you mean `1975ea83b712`?
            [exit status: 1]
            $ retort -q show shpo
            ! error: Can't locate revision identified by 'shpo'
            ! hint: did you mean `shop`?
            [exit status: 1]
            $ retort -q show shpo@head
            ! error: Can't locate revision identified by 'shpo'
            ! hint: did you mean `shop`?
            [exit status: 1]
            $ retort -q heads --env prd
            ! error: there is no environment `prd`
            ! hint: the environments are: dev, prod
            ! hint: did you mean `--env prod`?
            [exit status: 1]
        "#]],
    );
    environment.write("retort.toml", "[env.prod]\nprotect = true\n");
    environment.check(
        "retort heads",
        expect![[r#"
        $ retort heads
        ! error: unknown setting `protect`
        !  --> retort.toml:2:1
        !   |
        ! 2 | protect = true
        !   | ^^^^^^^
        ! hint: did you mean `protected`?
        [exit status: 1]
    "#]],
    );
}
