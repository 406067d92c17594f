//! Namespaces and `search_path` on PostgreSQL.

use retort_test_servers::Engine;

use crate::project::{Project, on};

/// What a revision says with the default namespace, the next ones say without,
/// and the other way round.
const CREATE: &str = "-- @upgrade
CREATE TYPE DEFAULT.mood AS ENUM ('sad', 'ok');
CREATE TABLE DEFAULT.person (
    id INTEGER PRIMARY KEY,
    feels mood NOT NULL DEFAULT 'ok',
    felt DEFAULT.mood,
    boss INTEGER REFERENCES DEFAULT.person (id),
    CONSTRAINT ck_id CHECK (person.id > 0)
);
INSERT INTO person (id) VALUES (1);
INSERT INTO DEFAULT.person (id) VALUES (2);
CREATE VIEW DEFAULT.people AS SELECT DEFAULT.person.id FROM DEFAULT.person;
CREATE INDEX ix_felt ON DEFAULT.person (felt);";

const ALTER: &str = "-- @upgrade
ALTER TABLE person ADD COLUMN note TEXT;
ALTER TYPE mood RENAME TO feeling;
ALTER TABLE DEFAULT.person ADD COLUMN also DEFAULT.feeling[];
CREATE TABLE other (id INTEGER PRIMARY KEY, person INTEGER REFERENCES DEFAULT.person (id));
ALTER TABLE person RENAME COLUMN id TO nr;
ALTER TABLE person RENAME TO human;
-- @only postgresql
CREATE TABLE DEFAULT.raw (id int PRIMARY KEY);
-- @all
ALTER TABLE raw ADD COLUMN human INTEGER REFERENCES human (nr);
COMMENT ON TABLE DEFAULT.raw IS 'as written';";

const REMOVE: &str = "-- @upgrade
DROP INDEX DEFAULT.ix_felt;
ALTER TABLE DEFAULT.human DROP COLUMN note;
ALTER TABLE human DROP CONSTRAINT ck_id;";

#[test]
fn names_with_the_default_namespace_mean_what_those_without_do() {
    on(Engine::Postgresql, |engine| {
        // The default one by its name, one that `search_path` puts first, one
        // whose name needs quotes, and one of the user's name.
        for (namespace, path) in
            [("public", None), ("app", Some("app,public")), ("\"App\"", Some("\"App\"")), ("postgres", None)]
        {
            let revisions = [("aaaa", CREATE), ("bbbb", ALTER), ("cccc", REMOVE)]
                .map(|(id, text)| (id, text.replace("DEFAULT.", &format!("{namespace}."))));
            let revisions = revisions.each_ref().map(|(id, text)| (*id, text.as_str()));
            let project = Project::new(engine, &revisions);
            project.database.run(&format!("CREATE SCHEMA IF NOT EXISTS {namespace}"));
            if let Some(path) = path {
                let name = project.database.name();
                project.database.run(&format!("ALTER DATABASE \"{name}\" SET search_path = {path}"));
            }
            for target in ["+1", "+1", "+1"] {
                project.ok(&format!("upgrade {target}"));
            }
            let tables = format!(
                "SELECT c.relname FROM pg_class c WHERE c.relnamespace = '{namespace}'::regnamespace AND c.relkind = 'r' \
                 ORDER BY 1"
            );
            let expected = ["alembic_version", "human", "other", "raw", "retort_journal"];
            assert_eq!(project.database.rows(&tables), expected, "{namespace}");
            // As one run: the folded schema is the one that is read.
            project.ok("downgrade base");
            project.ok("upgrade head");
            assert_eq!(project.database.rows(&tables), expected, "{namespace}");
        }
    });
}

/// As `pg_dump` begins.
const DUMP: &str = "-- @upgrade
-- @only postgresql
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
CREATE SCHEMA app;
CREATE TABLE public.dumped (id integer NOT NULL);
-- @all
ALTER TABLE dumped ADD COLUMN note TEXT;";

const ELSEWHERE: &str = "-- @upgrade
-- @only postgresql
SET search_path = app;
SET ROLE pg_monitor;
RESET ROLE;
CREATE TABLE here (id int);
SET ROLE pg_monitor;
-- @all
CREATE TABLE there (id INTEGER);";

const AFTER: &str = "-- @upgrade\nCREATE TABLE after (id INTEGER);";

#[test]
fn settings_of_names_end_with_their_block() {
    on(Engine::Postgresql, |engine| {
        let project = Project::new(engine, &[("aaaa", DUMP), ("bbbb", ELSEWHERE), ("cccc", AFTER)]);
        project.ok("upgrade aaaa");
        let plan = project.ok("upgrade head --dry-run");
        assert!(plan.contains("\nRESET search_path;\n"), "{plan}");
        assert!(plan.contains("\nRESET ROLE;\n"), "{plan}");
        project.ok("upgrade head");
        let tables = "SELECT relnamespace::regnamespace || '.' || relname FROM pg_class \
                      WHERE relname IN ('dumped', 'here', 'there', 'after') ORDER BY relname";
        let expected = ["public.after", "public.dumped", "app.here", "public.there"];
        assert_eq!(project.database.rows(tables), expected);
        assert_eq!(project.database.rows("SELECT version_num FROM alembic_version"), ["cccc"]);
    });
}

#[test]
fn settings_of_names_are_refused_where_they_would_not_survive() {
    on(Engine::Postgresql, |engine| {
        let statements =
            "-- @upgrade\n-- @only postgresql\nCREATE TABLE t (a int);\nSET search_path = app;\n";
        let alone = format!("-- @no-transaction\n{statements}CREATE TABLE u (a int);");
        let concurrently = format!("{statements}CREATE INDEX CONCURRENTLY i ON public.t (a);");
        for (text, why) in [
            (alone, "in a revision without a transaction"),
            (concurrently, "before a statement that cannot run in a transaction"),
        ] {
            let project = Project::new(engine, &[("aaaa", &text)]);
            let refused = project.fails("upgrade head");
            let expected = format!("a setting of names or of the role cannot be used {why}");
            assert!(refused.contains(&expected), "{refused}");
            assert!(refused.contains("| SET search_path = app;"), "{refused}");
            assert!(project.database.rows("SELECT 1 FROM pg_class WHERE relname = 't'").is_empty());
        }
    });
}

#[test]
fn a_namespace_that_would_become_the_default_one_is_refused() {
    on(Engine::Postgresql, |engine| {
        for sql in [
            "CREATE SCHEMA late;",
            "CREATE SCHEMA early;\nALTER SCHEMA early RENAME TO late;",
            "-- @only postgresql\nCREATE SCHEMA IF NOT EXISTS late;",
        ] {
            let project = Project::new(engine, &[("aaaa", &format!("-- @upgrade\n{sql}"))]);
            let name = project.database.name();
            project.database.run(&format!("ALTER DATABASE \"{name}\" SET search_path = late, public"));
            let refused = project.fails("upgrade head");
            assert!(refused.contains("the schema `late` is in the search_path of this session"), "{refused}");
            assert!(refused.contains("migrations/aaaa_.sql:"), "{refused}");
            project.database.run("CREATE SCHEMA late");
            project.revision("aaaa", None, "-- @upgrade\nCREATE SCHEMA IF NOT EXISTS late;\nCREATE TABLE late.t (id INTEGER);\nALTER TABLE t ADD COLUMN a INTEGER;");
            project.ok("upgrade head");
            // What was there before stays.
            project.ok("downgrade base");
            assert_eq!(project.database.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'late'"), ["1"]);
        }
    });
}

#[test]
fn a_dump_is_a_first_revision() {
    on(Engine::Postgresql, |engine| {
        // As `pg_dump --inserts` writes it.
        let dump = "-- @upgrade
-- @only postgresql
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TYPE public.mood AS ENUM ('sad', 'ok');
CREATE TABLE public.t (
    id integer NOT NULL,
    a text DEFAULT 'x'::text,
    m public.mood DEFAULT 'ok'::public.mood
);
INSERT INTO public.t VALUES (1, 'one', 'sad');
ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
CREATE INDEX ix ON public.t USING btree (a);
CREATE VIEW public.v AS SELECT t.a FROM public.t;
-- @downgrade
-- @only postgresql
DROP VIEW v; DROP TABLE t; DROP TYPE mood;";
        let after = "-- @upgrade
ALTER TABLE t ADD COLUMN c mood DEFAULT 'sad';
ALTER TABLE public.t ALTER COLUMN id TYPE BIGINT;
CREATE TABLE u (id BIGINT REFERENCES t (id), m public.mood);
ALTER TABLE t RENAME CONSTRAINT t_pkey TO pk;";
        let project = Project::new(engine, &[("aaaa", dump), ("bbbb", after)]);
        project.ok("upgrade head");
        assert_eq!(project.database.rows("SELECT * FROM t"), ["1|one|sad|sad"]);
        // What undoes it is worked out from the dump.
        project.ok("downgrade -1");
        assert_eq!(project.database.rows("SELECT * FROM t"), ["1|one|sad"]);
        assert_eq!(project.database.rows("SELECT pg_typeof(id) FROM t"), ["integer"]);
        project.ok("upgrade head");
        project.ok("downgrade base");
    });
}

#[test]
fn settings_end_with_their_revision() {
    on(Engine::Postgresql, |engine| {
        let set = "-- @upgrade
-- @only postgresql
SET lock_timeout = '7s';
SET client_encoding = 'LATIN1'; SET standard_conforming_strings = off; SET TIME ZONE 'Asia/Tokyo';
SET my.own = 'x';
-- @all
CREATE TABLE t (id INTEGER, a TEXT);
-- @only postgresql
INSERT INTO t VALUES (1, current_setting('lock_timeout'));";
        let after = "-- @upgrade
INSERT INTO t VALUES (2, 'ä\\n');
-- @only postgresql
INSERT INTO t VALUES (3, concat_ws(' ', current_setting('lock_timeout'), current_setting('my.own'),
    current_setting('TimeZone') = 'Asia/Tokyo'));";
        let project = Project::new(engine, &[("aaaa", set), ("bbbb", after)]);
        project.ok("upgrade head");
        let rows = project.database.rows("SELECT * FROM t ORDER BY id");
        assert_eq!(rows, ["1|7s", "2|ä\\n", "3|0  f"]);
        // There is nothing in them to undo.
        let timed = "-- @upgrade\n-- @only postgresql\nSET lock_timeout = '7s';\n-- @all\nCREATE TABLE u (id INTEGER);";
        project.revision("cccc", Some("bbbb"), timed);
        project.ok("upgrade head");
        project.ok("downgrade -1");
    });
}
