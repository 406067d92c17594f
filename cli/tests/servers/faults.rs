//! What can be wrong with a server, and what is said of it.

use std::net::TcpListener;

use retort_test_servers::{Database, Engine, Session};

use crate::{
    on_each_engine,
    project::{Project, wait_until, written},
};

on_each_engine!(
    no_server,
    an_unknown_database,
    a_wrong_password,
    a_user_who_may_not_write,
    a_statement_that_fails_at_any_place,
    rows_in_use_by_another_session,
    a_table_in_use_by_another_session,
    a_run_while_another_is_at_work,
    a_statement_that_somebody_stops,
    a_row_that_somebody_locks,
);

const CREATE: &str = "-- @upgrade\nCREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY);";

/// What a command says of another URL, which never holds the password.
#[track_caller]
fn fails_with(project: &Project, url: &str) -> String {
    let output = project.command("upgrade head").env("DATABASE_URL", url).output().unwrap();
    let text = written(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    project.mask(&text)
}

fn no_server(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE)]);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = fails_with(&project, &format!("{}://me:s3cret@127.0.0.1:{port}/db", engine.name()));
    assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
}

fn an_unknown_database(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE)]);
    let url = project.database.url().replace(project.database.name(), "retort_no_such_database");
    let said = fails_with(&project, &url);
    assert!(said.contains("retort_no_such_database"), "{said}");
    assert!(said.contains("hint: "), "{said}");
}

fn a_wrong_password(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE)]);
    // PostgreSQL trusts everybody here: who is asked for is unknown then.
    let (_, rest) = project.database.url().split_once('@').unwrap();
    let said = fails_with(&project, &format!("{}://retort_nobody:s3cret@{rest}", engine.name()));
    assert!(said.contains("retort_nobody"), "{said}");
}

fn a_user_who_may_not_write(engine: Engine) {
    let project = Project::new(engine, &[("aaaa", CREATE)]);
    let name = project.database.name().replace("retort_", "u");
    let name = &name[..name.len().min(30)];
    let (create, drop) = match engine {
        Engine::Postgresql => (
            format!("CREATE ROLE {name} LOGIN PASSWORD 's3cret'; REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
            format!("DROP ROLE {name}"),
        ),
        Engine::Mysql | Engine::Mariadb => (
            // An anonymous user of this host would come before one of any host.
            format!(
                "CREATE USER {name} IDENTIFIED BY 's3cret', {name}@localhost IDENTIFIED BY 's3cret'; \
                 GRANT SELECT ON {0}.* TO {name}; GRANT SELECT ON {0}.* TO {name}@localhost",
                project.database.name()
            ),
            format!("DROP USER {name}, {name}@localhost"),
        ),
    };
    project.database.run(&create);
    let (_, rest) = project.database.url().split_once('@').unwrap();
    let said = fails_with(&project, &format!("{}://{name}:s3cret@{rest}", engine.name()));
    project.database.run(&drop);
    assert!(said.contains("denied"), "{said}");
    assert!(said.contains("hint: grant the user the right to do that"), "{said}");
    assert!(project.ok("current").lines().all(|line| !line.contains("aaaa")));
    project.ok("upgrade head");
}

fn a_statement_that_fails_at_any_place(engine: Engine) {
    let statements = [
        "CREATE TABLE a (id INTEGER NOT NULL PRIMARY KEY);",
        "INSERT INTO a VALUES (1);",
        "ALTER TABLE a ADD COLUMN b INTEGER;",
        "CREATE TABLE c (id INTEGER);",
        "UPDATE a SET b = 2;",
    ];
    for place in 0..=statements.len() {
        let project = Project::new(engine, &[]);
        let mut lines = statements.to_vec();
        lines.insert(place, "INSERT INTO nowhere VALUES (1);");
        project.revision("aaaa", None, &format!("-- @upgrade\n{}", lines.join("\n")));
        let said = project.fails("upgrade head");
        assert!(said.contains(&format!("migrations/aaaa_.sql:{}:", 6 + place)), "{place}: {said}");
        // Where schema changes can be rolled back, nothing remains; elsewhere
        // the journal knows what does, and the run goes on behind it.
        lines[place] = "DELETE FROM a WHERE id = 7;";
        if place == 0 {
            lines[place] = "CREATE TABLE nowhere (id INTEGER);";
        }
        project.revision("aaaa", None, &format!("-- @upgrade\n{}", lines.join("\n")));
        project.ok("upgrade head");
        assert_eq!(project.database.rows("SELECT id, b FROM a"), ["1|2"], "{place}");
    }
}

/// The statement is not at fault: nobody is told to correct it.
fn a_statement_that_somebody_stops(engine: Engine) {
    let alter = "-- @upgrade\nCREATE TABLE u (id INTEGER);\nALTER TABLE t ADD COLUMN a INTEGER;";
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", alter)]);
    project.ok("upgrade aaaa");
    let blocker = Session::open(&project.database);
    blocker.run("BEGIN");
    blocker.run("SELECT * FROM t");
    let deployer = project.spawn("upgrade head --format json");
    let waiting = match engine {
        Engine::Postgresql => {
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        }
        Engine::Mysql | Engine::Mariadb => {
            "SELECT id FROM information_schema.processlist WHERE db = DATABASE() \
             AND state LIKE 'Waiting for table metadata lock%'"
        }
    };
    wait_until("the wait for the lock", || !project.database.rows(waiting).is_empty());
    let id = project.database.rows(waiting).remove(0);
    project.database.run(&match engine {
        Engine::Postgresql => format!("SELECT pg_cancel_backend({id})"),
        Engine::Mysql | Engine::Mariadb => format!("KILL QUERY {id}"),
    });
    let said = written(&deployer.wait_with_output().unwrap());
    assert!(said.contains(r#""code":"interrupted""#), "{said}");
    assert!(!said.contains("correct the rest"), "{said}");
    if engine != Engine::Postgresql {
        assert!(said.contains("`retort upgrade bbbb` goes on with the rest"), "{said}");
    }
    drop(blocker);
    project.ok("upgrade head");
    project.ok("downgrade base");
}

/// Another run is something else, and waiting for it would not help.
fn a_row_that_somebody_locks(engine: Engine) {
    let update = "-- @upgrade\nUPDATE t SET id = 2;";
    let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", update)]);
    project.ok("upgrade aaaa");
    project.database.run("INSERT INTO t VALUES (1)");
    let blocker = Session::open(&project.database);
    blocker.run("BEGIN");
    blocker.run("UPDATE t SET id = 3");
    let patience = match engine {
        Engine::Postgresql => "SET lock_timeout = '200ms';",
        Engine::Mysql | Engine::Mariadb => "SET innodb_lock_wait_timeout = 1;",
    };
    let impatient =
        format!("-- @upgrade\n-- @only postgresql, mysql\n{patience}\n-- @all\nUPDATE t SET id = 2;");
    project.revision("bbbb", Some("aaaa"), &impatient);
    let said = project.fails("upgrade head");
    assert!(said.contains("lock"), "{said}");
    assert!(said.contains("hint: another session holds a lock that the statement needs"), "{said}");
    assert!(!said.contains("another run is at work"), "{said}");
    drop(blocker);
    project.revision("bbbb", Some("aaaa"), update);
    project.ok("upgrade head");
    assert_eq!(project.database.rows("SELECT id FROM t"), ["2"]);
}

#[test]
fn databases_are_named_in_tests_as_in_urls() {
    // What the other tests replace in URLs is there to be replaced.
    for engine in Engine::ALL.into_iter().filter(|engine| engine.is_available()) {
        let database = Database::create(engine);
        assert!(database.url().ends_with(database.name()));
    }
}

/// What a command says while another session keeps `t`, to wait for which the
/// revision has no patience. PostgreSQL's limit is one that users set.
fn fails_while_in_use(engine: Engine, using: &str, body: &str) -> Option<String> {
    if engine == Engine::Postgresql {
        return None;
    }
    let create = format!("{CREATE}\nINSERT INTO t VALUES (1);");
    let project = Project::new(engine, &[("aaaa", &create), ("bbbb", body)]);
    project.ok("upgrade aaaa");
    let other = Session::open(&project.database);
    other.run("BEGIN");
    other.run(using);
    let said = project.fails("upgrade head");
    drop(other);
    project.ok("upgrade head");
    Some(said)
}

#[track_caller]
fn assert_tells_of_session(said: &str, line: usize) {
    assert!(said.contains("Lock wait timeout exceeded"), "{said}");
    assert!(said.contains(" session "), "{said}");
    assert!(said.contains(&format!("migrations/bbbb_.sql:{line}:1")), "{said}");
    assert!(said.contains("hint: another session holds a lock that the statement needs"), "{said}");
    // No other run is in the way, and more patience of that kind is no use.
    assert!(!said.contains("lock_timeout"), "{said}");
}

#[test]
fn a_limit_that_a_revision_sets_on_postgresql() {
    crate::project::on(Engine::Postgresql, |engine| {
        let body = "-- @upgrade\n-- @only postgresql\nSET LOCAL lock_timeout = '20ms';\n-- @all\nALTER TABLE t ADD COLUMN b INTEGER;";
        let project = Project::new(engine, &[("aaaa", CREATE), ("bbbb", body)]);
        project.ok("upgrade aaaa");
        let other = Session::open(&project.database);
        other.run("BEGIN");
        other.run("SELECT * FROM t");
        let said = project.fails("upgrade head");
        drop(other);
        assert!(said.contains("migrations/bbbb_.sql:10:1"), "{said}");
        assert!(said.contains("hint: another session holds a lock that the statement needs"), "{said}");
        project.ok("upgrade head");
    });
}

fn rows_in_use_by_another_session(engine: Engine) {
    let body = "-- @upgrade\n-- @only mysql\nSET innodb_lock_wait_timeout = 1;\nUPDATE t SET id = 2;";
    let Some(said) = fails_while_in_use(engine, "SELECT * FROM t FOR UPDATE", body) else { return };
    assert_tells_of_session(&said, 9);
    assert!(said.contains("nothing of revision bbbb remains"), "{said}");
}

fn a_table_in_use_by_another_session(engine: Engine) {
    let body = "-- @upgrade\n-- @only mysql\nSET lock_wait_timeout = 1;\n-- @all\nALTER TABLE t ADD COLUMN a INTEGER;";
    let Some(said) = fails_while_in_use(engine, "SELECT * FROM t", body) else { return };
    assert_tells_of_session(&said, 10);
    assert!(said.contains("`retort upgrade bbbb` goes on with the rest"), "{said}");
}

fn a_run_while_another_is_at_work(engine: Engine) {
    if engine == Engine::Postgresql {
        return;
    }
    let project = Project::new(engine, &[("aaaa", CREATE)]);
    let other = Session::open(&project.database);
    other.run("DO GET_LOCK(CONCAT('retort:', DATABASE()), 0)");
    let said = project.fails("RETORT_LOCK_TIMEOUT=100ms upgrade head");
    assert!(said.contains("the lock of database `$DATABASE` is held by session "), "{said}");
    assert!(
        said.contains("hint: another run is at work: wait for it, or wait longer with `lock_timeout"),
        "{said}"
    );
    drop(other);
    project.ok("upgrade head");
}
