//! Scripts that the clients of the servers run, beside runs.

use retort_test_servers::{
    Engine, Session,
    client::{self, OnError},
};

#[path = "../it/offline/history.rs"]
mod history;

use crate::{on_each_engine, project::Project};

on_each_engine!(
    a_script_does_what_a_run_does,
    a_script_for_another_place_changes_nothing,
    a_script_that_fails_is_gone_on_with,
    a_stamp_is_a_script_too,
    a_run_keeps_scripts_out,
    texts_stay_as_they_are,
    the_tables_of_retort_can_come_first,
);

/// A project with the shared history, if there is a client for it.
fn project(engine: Engine) -> Option<Project> {
    let project = Project::new(engine, &[]);
    for revision in history::HISTORY {
        project.write(&format!("migrations/{}.sql", revision.0), &history::file(revision));
    }
    client::is_available(project.database.url()).then_some(project)
}

/// A script, written without a database and without a password.
#[track_caller]
fn script(project: &Project, line: &str) -> String {
    let scheme = project.database.engine().name();
    let output =
        project.command(&format!("{line} --sql -q --url {scheme}://nowhere.invalid/x")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "$ retort {line}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn run(project: &Project, script: &str) {
    if let Err(error) = client::run(project.database.url(), script, OnError::Stop) {
        panic!("{error}\n{script}");
    }
}

/// All that can be seen of a database, without times.
fn content(project: &Project) -> Vec<String> {
    let mut content = vec![project.ok("introspect -q")];
    let exists = !project.database.rows("SELECT * FROM alembic_version").is_empty();
    for query in history::QUERIES.iter().filter(|_| exists) {
        content.push(project.database.rows(query).join("\n"));
    }
    let journal = "SELECT revision, direction, outcome, statements_done, statements, actor, error FROM retort_journal ORDER BY id";
    content.push(project.database.rows(journal).join("\n"));
    let programs = match project.database.engine() {
        Engine::Postgresql => {
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1"
        }
        Engine::Mysql | Engine::Mariadb => {
            "SELECT TRIGGER_NAME, ACTION_STATEMENT, SQL_MODE FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
             UNION ALL SELECT ROUTINE_NAME, ROUTINE_DEFINITION, SQL_MODE FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()"
        }
    };
    content.push(project.database.rows(programs).join("\n"));
    content
}

fn a_script_does_what_a_run_does(engine: Engine) {
    let (Some(online), Some(offline)) = (project(engine), project(engine)) else { return };
    let compare = |told: &str| {
        for (found, expected) in content(&offline).iter().zip(content(&online)) {
            assert_eq!(*found, expected, "{told}");
        }
    };
    for (from, to, rows) in [
        ("base", "2b00", "2b00"),
        ("2b00", "log", "3c00"),
        ("3c00", "4d00", "4d00"),
        ("4d00", "+1", "5e00"),
        ("5e00", "head", "7a00"),
    ] {
        online.ok(&format!("upgrade {to}"));
        run(&offline, &script(&offline, &format!("upgrade {from}:{to}")));
        compare(&format!("after {from}:{to}"));
        assert!(offline.ok("current -q").contains(rows));
    }
    assert!(offline.ok("upgrade head").contains("nothing to do"));
    offline.ok("check --drift");
    for (from, to) in [("7a00", "-2"), ("5e00", "3c00"), ("3c00", "base")] {
        online.ok(&format!("downgrade {to}"));
        run(&offline, &script(&offline, &format!("downgrade {from}:{to}")));
        compare(&format!("after {from}:{to}, downwards"));
    }
    online.ok("upgrade head");
    run(&offline, &script(&offline, "upgrade head"));
    compare("all at once");
    offline.ok("downgrade 4d00");
    offline.ok("upgrade head");
}

fn a_script_for_another_place_changes_nothing(engine: Engine) {
    let Some(project) = project(engine) else { return };
    project.ok("upgrade 2b00");
    let before = content(&project);
    for (line, told) in [
        ("upgrade head", "the database is not at base"),
        ("upgrade 3c00:head", "the database is not at 3c00"),
        ("upgrade 5e00:7a00", "the database is not at 5e00"),
        ("downgrade 7a00:base", "the database is not at 7a00"),
        ("stamp 4d00:5e00", "the database is not at 4d00"),
    ] {
        let script = script(&project, line);
        let error = client::run(project.database.url(), &script, OnError::Stop).unwrap_err();
        assert!(error.contains(told), "{line}: {error}");
        if engine == Engine::Postgresql && !script.contains("CONCURRENTLY") {
            // Without ON_ERROR_STOP too.
            client::run(project.database.url(), &script, OnError::GoOn).unwrap_err();
        }
        assert_eq!(content(&project), before, "{line}");
    }
}

/// What the script did stays, the rest is done online.
fn a_script_that_fails_is_gone_on_with(engine: Engine) {
    let Some(project) = project(engine) else { return };
    let script = script(&project, "upgrade head");
    // The connection is lost just before a statement in the middle of 2b00.
    let at = script
        .find("UPDATE book SET currency")
        .or_else(|| script.find("UPDATE `book` SET `currency`"))
        .unwrap();
    run(&project, &script[..at]);
    if engine == Engine::Postgresql {
        assert!(project.ok("current").contains("1a00"));
    } else {
        let failed =
            client::run(project.database.url(), &self::script(&project, "upgrade 1a00:head"), OnError::Stop);
        assert!(failed.unwrap_err().contains("a revision is half done in the database"));
        let said = project.ok("current");
        assert!(
            said.contains("revision 2b00 was interrupted during its upgrade, after 1 of 4 statements"),
            "{said}"
        );
    }
    project.ok("upgrade head");
    assert!(project.ok("current").contains("7a00 (head)"));
    assert_eq!(project.database.rows("SELECT count(*) FROM book WHERE currency = 'EUR'"), ["2"]);
}

fn a_stamp_is_a_script_too(engine: Engine) {
    let Some(project) = project(engine) else { return };
    run(&project, &script(&project, "stamp 2b00"));
    assert!(project.ok("current").contains("2b00"));
    run(&project, &script(&project, "stamp 2b00:3c00"));
    assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["3c00"]);
    run(&project, &script(&project, "stamp 3c00:base"));
    assert!(project.database.rows("SELECT version_num FROM alembic_version").is_empty());
    let journal =
        project.database.rows("SELECT revision, direction, outcome FROM retort_journal ORDER BY id");
    assert_eq!(journal, ["2b00|stamp|done", "3c00|stamp|done"]);
}

/// The lock of a run keeps scripts out.
fn a_run_keeps_scripts_out(engine: Engine) {
    let Some(project) = project(engine) else { return };
    let script = script(&project, "upgrade 2b00");
    let name = project.database.name();
    let take = match engine {
        Engine::Postgresql => "SELECT pg_advisory_lock(-7467083838968789986)".to_owned(),
        Engine::Mysql | Engine::Mariadb => format!("SELECT GET_LOCK('retort:{name}', 0)"),
    };
    let holder = Session::open(&project.database);
    holder.run(&take);
    let error = client::run(project.database.url(), &script, OnError::Stop).unwrap_err();
    assert!(error.contains("another run is at work in the database"), "{error}");
    drop(holder);
}

/// Whatever is in them: line ends, colours, what ends a statement.
fn texts_stay_as_they_are(engine: Engine) {
    let create = "-- @upgrade\nCREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(100));";
    let text = "\u{1b}[31m a\r\nb\rc; -- $$ \\ // ; \\! :id é🦀\n.quit\n/\ngo";
    let insert = format!("-- @upgrade\nINSERT INTO t VALUES (1, '{text}');");
    let project = Project::new(engine, &[("aaaa", create), ("bbbb", &insert)]);
    if !client::is_available(project.database.url()) {
        return;
    }
    run(&project, &script(&project, "upgrade head"));
    assert_eq!(project.database.rows("SELECT a FROM t"), [text]);
}

/// A script is for the oldest version, unless it is said to be for another, and
/// for names without a schema in `public`.
#[test]
fn what_is_assumed_of_postgresql() {
    let engine = Engine::Postgresql;
    if !engine.is_available() {
        return;
    }
    let create = "-- @upgrade\nCREATE TABLE public.t (a INTEGER);";
    let alter = "-- @upgrade\nALTER TABLE t ALTER COLUMN a SET NOT NULL, ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (a);";
    let project = Project::new(engine, &[("aaaa", create), ("bbbb", alter)]);
    if !client::is_available(project.database.url()) {
        return;
    }
    let refused = project.fails("upgrade head --sql");
    assert!(refused.contains("NULLS NOT DISTINCT") && refused.contains("bbbb_.sql:7:1"), "{refused}");
    let script = script(&project, "upgrade head --server-version 15");
    let elsewhere = format!("CREATE SCHEMA other; SET search_path = other, public;\n{script}");
    let error = client::run(project.database.url(), &elsewhere, OnError::Stop).unwrap_err();
    assert!(error.contains("the script was made for a search_path that begins with public"), "{error}");
    let fresh = Project::new(engine, &[]);
    run(&fresh, &script);
    assert_eq!(fresh.database.rows("SELECT * FROM alembic_version"), ["bbbb"]);
    for (version, told) in [
        ("12", "the oldest version of PostgreSQL that is supported is 13"),
        ("new", "`new` is not a version of PostgreSQL"),
    ] {
        let refused = project.fails(&format!("upgrade head --sql --server-version {version}"));
        assert!(refused.contains(told), "{refused}");
    }
}

#[test]
fn what_is_assumed_of_mysql() {
    let engine = Engine::Mysql;
    if !engine.is_available() {
        return;
    }
    let project = Project::new(engine, &[("aaaa", "-- @upgrade\n")]);
    for (version, told) in [
        ("8.0", "the oldest version of MySQL that is supported is 8.4"),
        ("new", "`new` is not a version of MySQL"),
    ] {
        let refused = project.fails(&format!("upgrade head --sql --server-version {version}"));
        assert!(refused.contains(told), "{refused}");
    }
    project.ok("upgrade head --sql --server-version 9");
}

fn the_tables_of_retort_can_come_first(engine: Engine) {
    for by_script in [false, true] {
        let Some(project) = project(engine) else { return };
        if by_script {
            run(&project, &script(&project, "ensure-version"));
        } else {
            project.ok("ensure-version");
        }
        assert!(project.database.rows("SELECT * FROM alembic_version").is_empty());
        assert!(project.database.rows("SELECT * FROM retort_journal").is_empty());
        assert!(project.ok("ensure-version").contains("nothing to do"));
        run(&project, &script(&project, "upgrade 1a00"));
        project.ok("upgrade head");
    }
}
