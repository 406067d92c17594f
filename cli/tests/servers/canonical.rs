//! Texts that a server writes in its own words, and that only the server can
//! tell to be the same.

use std::process::Output;

use retort_test_servers::Engine;

use crate::{
    on_each_engine,
    project::{Project, written},
};

on_each_engine!(
    what_was_written_is_found_again,
    changes_are_noticed,
    a_column_more_is_one_more_in_each_star,
    a_reader_may_ask,
    who_may_not_ask_is_told,
    a_view_changed_by_hand_is_drift,
    what_is_beside_such_texts_can_change,
);

const EQUAL: &str = "No new upgrade operations detected.\n";

/// What every engine writes anew, and our own trees cannot read in full.
const SHARED: &str = "
CREATE TABLE customer (id BIGINT PRIMARY KEY, name VARCHAR(50) NOT NULL, region_id BIGINT, born DATE);
CREATE TABLE region (id BIGINT PRIMARY KEY, name VARCHAR(50));
CREATE VIEW everything AS SELECT * FROM customer;
CREATE VIEW of_everything AS SELECT * FROM everything WHERE id > 3 OR name LIKE 'a%' AND NOT (id BETWEEN 7 AND 9);
CREATE VIEW counted AS SELECT count(*), max(name) FROM customer;
CREATE VIEW joined AS
SELECT c.id, r.name FROM customer AS c LEFT JOIN region r ON r.id = c.region_id WHERE r.name <> 'x' OR r.name IS NULL;
CREATE VIEW nested AS SELECT id FROM customer WHERE region_id IN (SELECT id FROM region WHERE name = 'north');
CREATE VIEW of_query AS WITH big AS (SELECT id, name FROM customer WHERE id > 1000) SELECT * FROM big;
CREATE VIEW both_kinds AS SELECT id, name FROM customer UNION ALL SELECT id, name FROM region;
CREATE VIEW named (one, two) AS SELECT id, CAST(region_id AS CHAR(20)) FROM customer;
CREATE VIEW grouped AS SELECT region_id, count(*) FROM customer GROUP BY region_id HAVING count(*) > 1;
CREATE VIEW chosen AS SELECT id, CASE WHEN id > 3 THEN 'many' ELSE 'few' END FROM customer;
CREATE VIEW counting AS WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT * FROM r;
CREATE VIEW ranked AS SELECT id, row_number() OVER (PARTITION BY region_id ORDER BY name DESC) FROM customer;
CREATE VIEW twice AS SELECT one.id, two.name FROM customer one JOIN everything two ON one.id = two.id;
";

const OF_POSTGRESQL: &str = r#"
-- @only postgresql
CREATE TABLE booking (
    id BIGINT PRIMARY KEY,
    code TEXT CHECK (code ~ '^[A-Z]{2}\d+$' AND code IS DISTINCT FROM 'XX0'),
    tags TEXT[] DEFAULT ARRAY['new', 'open']::text[],
    valid tstzrange DEFAULT tstzrange(now(), now() + interval '1 day', '[)'),
    document JSONB DEFAULT jsonb_build_object('kind', 'none'),
    label TEXT GENERATED ALWAYS AS (regexp_replace(coalesce(code, ''), '\d', '', 'g') || '-' || id::text) STORED,
    CONSTRAINT ck_document CHECK (jsonb_typeof(document -> 'kind') = ANY (ARRAY['string', 'null'])),
    CONSTRAINT ck_row CHECK ((id, code) IS NOT NULL OR id > 3)
);
CREATE INDEX ix_booking_kind ON booking USING gin ((document -> 'tags') jsonb_path_ops) WHERE (document ? 'tags');
CREATE INDEX ix_booking_words ON booking (lower(code COLLATE "C"), (id % 10) DESC) WHERE code ~ '^A' AND id <> ALL ('{1,2}'::bigint[]);
CREATE VIEW filtered AS
SELECT region_id, count(*) FILTER (WHERE id > 3), array_agg(name ORDER BY id DESC) FROM customer GROUP BY ROLLUP (region_id);
CREATE VIEW sampled AS
SELECT id, row_number() OVER w, name::varchar(10) FROM customer TABLESAMPLE SYSTEM (100) WINDOW w AS (PARTITION BY region_id ORDER BY id);
-- @all
"#;

const OF_MYSQL: &str = "
-- @only mysql
CREATE TABLE booking (
    id BIGINT PRIMARY KEY,
    code VARCHAR(40),
    document JSON,
    price INT DEFAULT (FLOOR(1 + 2) DIV 1),
    label VARCHAR(80) GENERATED ALWAYS AS (CONCAT_WS('-', UPPER(code), LPAD(id, 5, '0'))) VIRTUAL,
    bits INT GENERATED ALWAYS AS ((id & 7) ^ 1) STORED,
    CONSTRAINT ck_code CHECK (code REGEXP '^[A-Z]+' XOR code <=> 'none'),
    CONSTRAINT ck_kind CHECK (JSON_UNQUOTE(JSON_EXTRACT(document, '$.kind')) IN ('a', 'b'))
);
-- @only mysql, !mariadb
CREATE INDEX ix_booking_words ON booking ((LOWER(code)), (CAST(document->>'$.n' AS UNSIGNED)));
-- @all
";

/// A project whose database is what its models say.
fn built(engine: Engine) -> Project {
    let project = Project::new(engine, &[]);
    project.write("models/shop.sql", &format!("{SHARED}{OF_POSTGRESQL}{OF_MYSQL}"));
    project.ok("revision --autogenerate --rev-id a1 -m first");
    project.ok("upgrade head");
    project
}

/// Everything that the server's catalog has, of all databases where a session
/// may leave something elsewhere.
fn catalog(project: &Project) -> Vec<String> {
    let queries: &[&str] = match project.database.engine() {
        Engine::Postgresql => &[
            "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_toast'",
            "SELECT oid, relname, relnamespace, relkind, relpersistence FROM pg_class",
            "SELECT oid, conname FROM pg_constraint",
            "SELECT oid, typname FROM pg_type",
            "SELECT ev_class, ev_action FROM pg_rewrite",
        ],
        Engine::Mysql | Engine::Mariadb => &[
            "SELECT table_name, table_type, create_time FROM information_schema.tables WHERE table_schema = DATABASE()",
            "SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE()",
            "SELECT table_name, constraint_name FROM information_schema.table_constraints WHERE table_schema = DATABASE()",
            "SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()",
        ],
    };
    let mut rows: Vec<String> = queries.iter().flat_map(|query| project.database.rows(query)).collect();
    rows.sort();
    rows
}

fn what_was_written_is_found_again(engine: Engine) {
    let project = built(engine);
    let before = catalog(&project);
    for _ in 0..2 {
        let checked = project.ok("check");
        assert!(checked.starts_with(EQUAL) && !checked.contains("warning"), "{checked}");
        let drift = project.ok("check --drift");
        assert!(drift.starts_with("No drift detected.\n") && !drift.contains("warning"), "{drift}");
    }
    let again = project.ok("revision --autogenerate -m again");
    assert!(again.starts_with("No changes in schema detected.\n"), "{again}");
    assert_eq!(catalog(&project), before);
}

fn changes_are_noticed(engine: Engine) {
    let project = built(engine);
    let both = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let mut changes = vec![
        ("everything", both("SELECT * FROM customer;", "SELECT id, name, region_id FROM customer;")),
        ("of_everything", both("NOT (id BETWEEN 7 AND 9)", "NOT (id BETWEEN 7 AND 10)")),
        ("of_everything", both("id > 3 OR name LIKE 'a%' AND NOT", "(id > 3 OR name LIKE 'a%') AND NOT")),
        ("counted", both("max(name) FROM", "min(name) FROM")),
        ("joined", both("LEFT JOIN region", "JOIN region")),
        ("joined", both("SELECT c.id, r.name FROM customer", "SELECT c.id, c.name FROM customer")),
        ("nested", both("name = 'north'", "name = 'south'")),
        ("of_query", both("id > 1000)", "id > 1001)")),
        ("both_kinds", both("UNION ALL SELECT id", "UNION SELECT id")),
        ("named", both("named (one, two)", "named (one, three)")),
        ("grouped", both("HAVING count(*) > 1", "HAVING count(*) > 2")),
        ("counting", both("n < 9)", "n < 10)")),
        ("ranked", both("OVER (PARTITION BY region_id", "OVER (PARTITION BY name")),
        ("twice", both("SELECT one.id, two.name", "SELECT two.id, one.name")),
        ("twice", both("JOIN everything two", "JOIN customer two")),
    ];
    changes.extend(match engine {
        Engine::Postgresql => vec![
            ("booking", both(r"{2}\d+$' AND", r"{3}\d+$' AND")),
            ("booking", both("['new', 'open']", "['new', 'closed']")),
            ("booking", both("interval '1 day', '[)'", "interval '2 days', '[)'")),
            ("booking", both("'kind', 'none'", "'kind', 'some'")),
            ("booking", both("|| '-' ||", "|| '+' ||")),
            ("ck_document", both("ARRAY['string', 'null']", "ARRAY['string', 'number']")),
            ("ck_row", both("OR id > 3)", "OR id > 4)")),
            ("ix_booking_kind", both("(document ? 'tags')", "(document ? 'words')")),
            ("ix_booking_words", both("(id % 10) DESC", "(id % 11) DESC")),
            ("filtered", both("FILTER (WHERE id > 3)", "FILTER (WHERE id > 4)")),
            ("sampled", both("w AS (PARTITION BY region_id", "w AS (PARTITION BY name")),
        ],
        Engine::Mysql | Engine::Mariadb => vec![
            ("booking", both("FLOOR(1 + 2) DIV", "FLOOR(1 + 3) DIV")),
            ("booking", both("LPAD(id, 5", "LPAD(id, 6")),
            ("booking", both("(id & 7) ^ 1", "(id & 7) ^ 2")),
            ("ck_code", both("XOR code", "OR code")),
            ("ck_kind", both("IN ('a', 'b')", "IN ('a', 'c')")),
        ],
    });
    if engine == Engine::Mysql {
        changes.push(("ix_booking_words", both("((LOWER(code))", "((UPPER(code))")));
    }
    let own = match engine {
        Engine::Postgresql => OF_POSTGRESQL,
        Engine::Mysql | Engine::Mariadb => OF_MYSQL,
    };
    let models = format!("{SHARED}{own}");
    for (name, (from, to)) in changes {
        assert_eq!(models.matches(&from).count(), 1, "{from}");
        project.write("models/shop.sql", &models.replace(&from, &to));
        let output = project.command("check").output().unwrap();
        let text = written(&output);
        assert_eq!(output.status.code(), Some(3), "{from} / {to}\n{text}");
        assert!(text.contains(name), "{from} / {to}\n{text}");
    }
}

/// A view with `*` gets a new column when it is made again; the others stay.
fn a_column_more_is_one_more_in_each_star(engine: Engine) {
    let project = built(engine);
    let own = match engine {
        Engine::Postgresql => OF_POSTGRESQL,
        Engine::Mysql | Engine::Mariadb => OF_MYSQL,
    };
    let models = format!("{SHARED}{own}").replace("born DATE)", "born DATE, height INT)");
    project.write("models/shop.sql", &models);
    let written = project.ok("revision --autogenerate --rev-id a2 -m more");
    assert!(written.contains("added column 'customer.height'") && !written.contains("warning"), "{written}");
    let text = project.read("migrations/a2_more.sql");
    assert!(text.contains("CREATE VIEW everything"), "{text}");
    for other in ["counted", "joined", "nested", "both_kinds", "named", "grouped", "booking"] {
        assert!(!text.contains(&format!(" {other}")), "{text}");
    }
    project.ok("upgrade head");
    let checked = project.ok("check");
    assert!(checked.starts_with(EQUAL), "{checked}");
    project.ok("downgrade -1");
    assert!(project.ok("check --drift").starts_with("No drift detected.\n"));
}

/// Runs a command as a user of its own, with these rights.
fn as_user(project: &Project, rights: &[&str], command: &str) -> Output {
    let name = project.database.name().replace("retort_", "u");
    let name = &name[..name.len().min(30)];
    let server = project.database.engine();
    let (create, drop) = match server {
        Engine::Postgresql => {
            (format!("CREATE ROLE {name} LOGIN"), format!("DROP OWNED BY {name}; DROP ROLE {name}"))
        }
        Engine::Mysql | Engine::Mariadb => {
            (format!("CREATE USER {name}, {name}@localhost"), format!("DROP USER {name}, {name}@localhost"))
        }
    };
    project.database.run(&create);
    for right in rights {
        let users = match server {
            Engine::Postgresql => name.to_owned(),
            Engine::Mysql | Engine::Mariadb => format!("{name}, {name}@localhost"),
        };
        let right = right.replace("$DATABASE", project.database.name()).replace("$USERS", &users);
        project.database.run(&right);
    }
    let (_, rest) = project.database.url().split_once('@').unwrap();
    let output = project.command(&format!("{command} --url {}://{name}@{rest}", server.name())).output();
    project.database.run(&drop);
    output.unwrap()
}

/// Reading is enough, where temporary tables are allowed.
fn a_reader_may_ask(engine: Engine) {
    let project = built(engine);
    let before = catalog(&project);
    let rights: &[&str] = match engine {
        Engine::Postgresql => &["GRANT SELECT ON ALL TABLES IN SCHEMA public TO $USERS"],
        Engine::Mysql | Engine::Mariadb => {
            &["GRANT SELECT, SHOW VIEW, CREATE TEMPORARY TABLES ON $DATABASE.* TO $USERS"]
        }
    };
    let checked = written(&as_user(&project, rights, "check"));
    assert!(checked.starts_with(EQUAL) && !checked.contains("warning"), "{checked}");
    let drift = written(&as_user(&project, rights, "check --drift"));
    assert!(drift.starts_with("No drift detected.\n") && !drift.contains("warning"), "{drift}");
    assert_eq!(catalog(&project), before);
}

/// Without the right, what remains in doubt is said to be.
fn who_may_not_ask_is_told(engine: Engine) {
    let project = built(engine);
    let rights: &[&str] = match engine {
        Engine::Postgresql => &[
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO $USERS",
            "REVOKE TEMPORARY ON DATABASE $DATABASE FROM PUBLIC",
        ],
        Engine::Mysql | Engine::Mariadb => &["GRANT SELECT, SHOW VIEW ON $DATABASE.* TO $USERS"],
    };
    let output = as_user(&project, rights, "check");
    let checked = written(&output);
    assert_eq!(output.status.code(), Some(3), "{checked}");
    assert!(checked.contains("may only seem to differ"), "{checked}");
    let document = written(&as_user(&project, rights, "check --format json"));
    assert!(
        document.contains(r#""compared_as_text":["#) && document.contains("seem to differ"),
        "{document}"
    );
    // Whoever may ask finds nothing.
    assert!(project.ok("check").starts_with(EQUAL));
}

/// One that differs from the view of the revision in parentheses alone.
fn a_view_changed_by_hand_is_drift(engine: Engine) {
    let project = built(engine);
    let (one, other) = ("id > 3 OR name LIKE 'a%' AND NOT", "(id > 3 OR name LIKE 'a%') AND NOT");
    let views = SHARED.lines().filter(|line| line.contains(one));
    let by_hand = views.map(|line| line.replace(one, other).replace("CREATE VIEW", "CREATE OR REPLACE VIEW"));
    project.database.run(&by_hand.collect::<String>());
    for command in ["check", "check --drift"] {
        let output = project.command(command).output().unwrap();
        let text = written(&output);
        assert_eq!(output.status.code(), Some(3), "{text}");
        assert!(text.contains("changed view 'of_everything'"), "{text}");
    }
    // What is written down takes it back, and what came by hand comes back.
    project.ok("revision --autogenerate --rev-id a2 -m back");
    project.ok("upgrade head");
    let checked = project.ok("check");
    assert!(checked.starts_with(EQUAL), "{checked}");
}

/// A table with texts that nobody but the server reads changes as any other, and
/// back.
fn what_is_beside_such_texts_can_change(engine: Engine) {
    let project = built(engine);
    let (own, one, other) = match engine {
        Engine::Postgresql => (OF_POSTGRESQL, "[A-Z]{2}", "[A-Z]{4}"),
        Engine::Mysql | Engine::Mariadb => (OF_MYSQL, "'^[A-Z]+'", "'^[A-Y]+'"),
    };
    let models = format!("{SHARED}{own}")
        .replace("CREATE TABLE booking (", "CREATE TABLE booking (\n    paid DATE,")
        .replace("born DATE", "born TIMESTAMP")
        .replace(one, other);
    project.write("models/shop.sql", &models);
    let generated = project.ok("revision --autogenerate --rev-id a2 -m more");
    assert!(!generated.contains("does not lead"), "{generated}");
    for detected in ["added column 'booking.paid'", "'customer.born'"] {
        assert!(generated.contains(detected), "{generated}");
    }
    project.ok("upgrade head");
    for _ in 0..2 {
        let checked = project.ok("check");
        assert!(checked.starts_with(EQUAL), "{checked}");
        let drift = project.ok("check --drift");
        assert!(drift.starts_with("No drift detected.\n"), "{drift}");
        project.ok("downgrade -1");
        let drift = project.ok("check --drift");
        assert!(drift.starts_with("No drift detected.\n"), "{drift}");
        project.ok("upgrade head");
    }
}
