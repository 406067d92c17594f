//! Output for scripts: its keys, its streams and the exit codes.

use serde_json::{Value, json};

use crate::{content::rows, project::Project};

/// Two branches of a base, one of them labelled, and their merge; the database
/// is at the merge's parents.
fn project() -> Project {
    let mut project = Project::new();
    project.revision("aaa1", "", "-- @upgrade\nCREATE TABLE a (id INTEGER PRIMARY KEY);\n");
    project.revision("bbb2", "aaa1", "-- @labels billing\n-- @upgrade\nCREATE TABLE b (id INTEGER);\n");
    project.revision("ccc3", "aaa1", "-- @depends-on billing\n-- @upgrade\nCREATE TABLE c (id INTEGER);\n");
    project.revision("ddd4", "bbb2, ccc3", "-- @upgrade\n");
    project.ok("retort upgrade ccc3");
    project
}

#[track_caller]
fn document(project: &mut Project, line: &str) -> Value {
    let run = project.ok(&format!("{line} --format json"));
    assert_eq!(run.stderr, "", "$ {line}: talk beside the document");
    assert_eq!(run.stdout.lines().count(), 1, "$ {line}: one line");
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("$ {line}: {error}\n{}", run.stdout))
}

/// The entry of each revision of [`project`], with the flags that hold.
fn entry(id: &str, is_current: bool) -> Value {
    let (parents, depends_on, labels, flags): (Value, Value, Value, &str) = match id {
        "aaa1" => (json!([]), json!([]), json!(["billing"]), "base branch"),
        "bbb2" => (json!(["aaa1"]), json!([]), json!(["billing"]), ""),
        "ccc3" => (json!(["aaa1"]), json!(["billing"]), json!([]), ""),
        "ddd4" => (json!(["bbb2", "ccc3"]), json!([]), json!(["billing"]), "head merge"),
        other => panic!("no revision {other}"),
    };
    let labels = if id == "aaa1" { json!([]) } else { labels };
    json!({
        "revision": id,
        "down_revisions": parents,
        "depends_on": depends_on,
        "branch_labels": labels,
        "message": format!("about {id}"),
        "path": format!("migrations/{id}_.sql"),
        "is_head": flags.contains("head"),
        "is_base": flags.contains("base"),
        "is_branch_point": flags.contains("branch"),
        "is_merge_point": flags.contains("merge"),
        "is_current": is_current,
    })
}

#[track_caller]
fn check_revisions(line: &str, expected: &[(&str, bool)]) {
    let found = document(&mut project(), line);
    let expected: Vec<Value> = expected.iter().map(|(id, is_current)| entry(id, *is_current)).collect();
    assert_eq!(found, json!({ "revisions": expected }), "$ {line}");
}

#[test]
fn commands_that_list_revisions_share_a_document() {
    check_revisions("retort heads", &[("ddd4", false)]);
    check_revisions("retort branches", &[("aaa1", false)]);
    check_revisions("retort current", &[("bbb2", true), ("ccc3", true)]);
    let history = [("ddd4", false), ("ccc3", false), ("bbb2", false), ("aaa1", false)];
    check_revisions("retort history", &history);
    // What the version table has: bbb2 is there because ccc3 depends on it.
    let history = [("ddd4", false), ("ccc3", true), ("bbb2", false), ("aaa1", false)];
    check_revisions("retort history -i", &history);
    check_revisions("retort history -r bbb2:ddd4", &[("ddd4", false), ("bbb2", false)]);
    check_revisions("retort show bbb2", &[("bbb2", false)]);
    check_revisions("retort show head", &[("ddd4", false)]);
}

#[test]
fn an_empty_project_has_no_revisions() {
    for line in ["retort heads", "retort branches", "retort history", "retort current"] {
        assert_eq!(document(&mut Project::new(), line), json!({ "revisions": [] }), "$ {line}");
    }
}

#[test]
fn a_dry_run_lists_steps_in_execution_order() {
    let mut project = Project::with_chain(&[
        (
            "aaa1",
            "CREATE TABLE a (id INTEGER PRIMARY KEY);\nINSERT INTO a VALUES (1);",
            Some("DROP TABLE a;"),
        ),
        ("bbb2", "DELETE FROM a;", Some("INSERT INTO a VALUES (1);")),
        ("ccc3", "CREATE TABLE c (id INTEGER);", None),
    ]);
    // No database yet.
    let steps = |document: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let steps = document["steps"].as_array().unwrap().iter();
        steps.map(|step| (text(&step["revision"]), text(&step["direction"]))).collect()
    };
    let pairs = |direction: &str, ids: &[&str]| -> Vec<(String, String)> {
        ids.iter().map(|id| ((*id).to_owned(), direction.to_owned())).collect()
    };
    let up = document(&mut project, "retort upgrade head --dry-run");
    assert_eq!(steps(&up), pairs("upgrade", &["aaa1", "bbb2", "ccc3"]));
    project.ok("retort upgrade bbb2");
    let up = document(&mut project, "retort upgrade head --dry-run");
    assert_eq!(steps(&up), pairs("upgrade", &["ccc3"]));
    let down = document(&mut project, "retort downgrade base --dry-run");
    assert_eq!(steps(&down), pairs("downgrade", &["bbb2", "aaa1"]));
    assert_eq!(down["steps"][0]["statements"][0], json!("INSERT INTO a VALUES (1)"));
    project.ok("retort upgrade head");
    assert_eq!(document(&mut project, "retort upgrade head --dry-run"), json!({ "steps": [] }));
}

#[test]
fn the_statements_of_a_dry_run_are_those_that_do_it() {
    let mut project = Project::with_chain(&[
        ("aaa1", "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT);\nINSERT INTO a VALUES (1, 'x;y');", None),
        ("bbb2", "ALTER TABLE a ALTER COLUMN b SET NOT NULL;", None),
        ("ccc3", "CREATE VIEW v AS SELECT b FROM a;", None),
    ]);
    let planned = document(&mut project, "retort upgrade head --dry-run");
    project.ok("retort upgrade head");
    let by_hand = project.open("by-hand.db");
    by_hand.execute_batch("CREATE TABLE alembic_version (version_num)").unwrap();
    for step in planned["steps"].as_array().unwrap() {
        for statement in step["statements"].as_array().unwrap() {
            by_hand.execute_batch(statement.as_str().unwrap()).unwrap();
        }
    }
    let sql = "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name IN ('a', 'v') ORDER BY name";
    let expected = rows(&project.open("dev.db"), sql);
    assert_eq!(rows(&by_hand, sql), expected);
    assert_eq!(rows(&by_hand, "SELECT * FROM alembic_version"), [r#""ccc3""#]);
}

/// Errors are one document on standard error.
#[track_caller]
fn check_error(project: &mut Project, line: &str, exit_code: i32, code: &str, message: &str) {
    let stderr = project.fails(&format!("{line} --format json"), exit_code);
    assert_eq!(stderr.lines().count(), 1, "$ {line}: one line\n{stderr}");
    let found: Value = serde_json::from_str(&stderr).unwrap_or_else(|error| panic!("{error}: {stderr}"));
    let error = found["error"].as_object().unwrap();
    let mut keys: Vec<&str> = error.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["code", "hint", "message"], "$ {line}");
    assert_eq!(error["code"], code, "$ {line}");
    assert!(error["message"].as_str().unwrap().contains(message), "$ {line}: {error:?}");
    assert!(error["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "$ {line}: no hint");
    assert_eq!(found.as_object().unwrap().len(), 1);
}

#[test]
fn errors_are_documents_on_standard_error() {
    let mut project = project();
    let unknown = "Can't locate revision identified by 'zzz'";
    for line in [
        "retort upgrade zzz",
        "retort upgrade zzz --dry-run",
        "retort downgrade zzz",
        "retort downgrade zzz --dry-run",
        "retort show zzz",
        "retort history -r zzz:",
        "retort stamp zzz",
        "retort merge -m x zzz aaa1",
        "retort revision -m x --head zzz",
    ] {
        check_error(&mut project, line, 1, "revision-not-found", unknown);
    }
    check_error(&mut project, "retort init", 1, "directory-not-empty", "already exists and is not empty");
    check_error(&mut project, "retort frobnicate", 2, "usage", "frobnicate");
    check_error(&mut project, "retort upgrade", 2, "usage", "required");
    check_error(&mut project, "retort heads --no-such-option", 2, "usage", "--no-such-option");
    let elsewhere = "retort upgrade head --url sqlite://no/such/directory/dev.db";
    check_error(&mut project, elsewhere, 1, "database-missing", "no/such/directory");
    project.write("text.db", "no database, but long enough to have the header of one\n".repeat(20));
    for line in ["retort current", "retort upgrade head", "retort upgrade head --dry-run"] {
        check_error(&mut project, &format!("{line} --url sqlite://text.db"), 1, "not-a-database", "text.db");
    }

    project.write("migrations/broken_.sql", "-- x\n-- @revised\n");
    for line in ["retort heads", "retort branches", "retort history", "retort current", "retort show head"] {
        check_error(&mut project, line, 1, "invalid-revision-file", "migrations/broken_.sql:2:");
    }
}

#[test]
fn an_unknown_row_is_an_error_for_commands_that_ask_the_database() {
    let mut project = project();
    let db = project.open("dev.db");
    db.execute_batch("DELETE FROM alembic_version; INSERT INTO alembic_version VALUES ('zzz')").unwrap();
    let unknown = "Can't locate revision identified by 'zzz'";
    for line in ["retort current", "retort show current", "retort upgrade head", "retort downgrade -1"] {
        check_error(&mut project, line, 1, "unknown-current-revision", unknown);
    }
    for line in ["retort heads", "retort history", "retort show head", "retort branches"] {
        document(&mut project, line);
    }
}
